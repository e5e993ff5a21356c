"""What PostgreSQL 15 itself says of its types, functions, operators and casts."""
