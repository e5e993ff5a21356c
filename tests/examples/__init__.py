"""The examples, on extracts of their data."""
