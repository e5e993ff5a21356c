"""Ordered key-value stores behind one protocol."""
