"""DROP COLUMN, with the indexes and constraints that the column is part of.

Items keep the value until they are written again: nothing reads an id that isn't declared, and ids
are never given twice.
"""

from typing import Any

from storage.errors import DatabaseError
from storage.schema import Index, Table
from storage.sequence import Sequences
from tsql.binder import bind_expression_text
from tsql.ddl.alter.alteration import Alteration, no_such_column
from tsql.ddl.alter.keys import drop_primary_key
from tsql.ddl.columns import SYSTEM_COLUMNS
from tsql.planner.walk import columns_of


async def drop_column(cmd: Any, alteration: Alteration) -> None:
    """DROP [COLUMN] [IF EXISTS] name [RESTRICT | CASCADE]."""
    ddl, table, name = alteration.ddl, alteration.table, cmd.name
    if name in SYSTEM_COLUMNS:
        raise DatabaseError("0A000", f'cannot drop system column "{name}"')
    column = table.column(name)
    if column is None:
        error = no_such_column(name, table)
        if not cmd.missing_ok:
            raise error
        ddl.notice("NOTICE", "00000", f"{error.message}, skipping")
        return
    indexes = tuple(index for index in table.indexes if column.id not in columns_in(index, table))
    checks = tuple(check for check in table.checks if column.id not in check.column_ids)
    if column.id in table.key_column_ids:
        drop_primary_key(alteration)
    columns = tuple(other for other in table.columns if other.id != column.id)
    alteration.change(columns=columns, indexes=indexes, checks=checks)
    for sequence in list(ddl.catalog.sequences):
        if (sequence.owner_table_id, sequence.owner_column_id) == (table.id, column.id):
            await ddl.changes.drop_sequence(sequence.id)
            Sequences.forget(ddl.txn, sequence.id)


def columns_in(index: Index, table: Table) -> set[int]:
    """Returns the ids of the columns that an index is made of, or reads."""
    ids = set(index.included_column_ids)
    texts = [index.predicate_sql] if index.predicate_sql is not None else []
    for part in index.parts:
        if part.column_id is not None:
            ids.add(part.column_id)
        elif part.expression_sql is not None:
            texts.append(part.expression_sql)
    for text in texts:
        positions = columns_of(bind_expression_text(text, table))
        ids |= {table.columns[position].id for position in positions}
    return ids
