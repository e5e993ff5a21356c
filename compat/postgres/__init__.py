"""pg_catalog and information_schema over the live catalog, and the functions that clients call on them."""
