"""Functions and operators as DuckDB's SQL, a module per type family."""
