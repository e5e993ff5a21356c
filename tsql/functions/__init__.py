"""SQL functions, operators and aggregates, one module per family."""
