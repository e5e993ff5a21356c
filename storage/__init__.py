"""Items, tables, commits. Knows no protocol and no SQL."""
