"""PostgreSQL types: text input and output, one module per type family."""
