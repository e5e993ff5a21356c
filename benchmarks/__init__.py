"""Benchmarks side by side with PostgreSQL 15, printed as ratios."""
