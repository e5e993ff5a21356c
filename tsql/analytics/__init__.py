"""Bound SELECTs in DuckDB's SQL: what the query processes of the columnar worker run.

    translate.py     the entry point: a bound SELECT to a `Translation`, or why it has none
    statements.py    SELECTs, joins, set operations, WITH
    expressions.py   expressions over rows
    calls.py         aggregates and window functions
    forms.py         the table of functions and operators; families/ holds its parts
    emitted.py       pieces of SQL with what is known of their values
    literals.py      values as typed literals

The table is the border: no function of DuckDB's gets into a query but by an entry in it, and a test
proves every entry against PostgreSQL's recorded answers. Where DuckDB raises an error, any error,
the statement runs on the key path, which raises PostgreSQL's; so a form may raise one wherever it
isn't sure (`key_path`).
"""
