"""A change of a table's definition at work, whatever statement makes it.

    state     the table as changed so far, and what its rows still need
    removal   taking columns and the primary key out of it
    finish    the rows: rewrite, scan, build indexes

ALTER TABLE's subcommands (tsql/ddl/alter) work on it; so does DROP … CASCADE when a column goes.
"""
