"""Names and types resolved against the catalog."""
