"""ALTER TABLE, one module for each family of subcommands.

    statement      the statement: finds and locks the table, runs its subcommands pass by pass
    subcommands    the table: subtype -> pass and function

    add_column  drop_column  column_default  nullness  column_type
    constraints  keys  parameters        the subcommands
    rename  schema                       ALTER … RENAME and SET SCHEMA, statements of their own

A statement changes the table's definition in memory, pass by pass, writes it to the (private)
catalog once, and then goes over the rows once, if at all (tsql/ddl/alteration). The passes are
PostgreSQL's: what drops comes first, then changes of type, new columns, new constraints, and so on,
whatever the order in which they are written.
"""
