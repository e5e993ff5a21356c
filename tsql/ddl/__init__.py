"""Statements that change the catalog: one module each, over storage/catalog_store.py."""
