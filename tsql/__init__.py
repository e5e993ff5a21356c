"""SQL: text to rows."""
