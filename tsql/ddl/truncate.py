"""TRUNCATE: the table and its indexes get fresh storage ids, and the old ones are emptied."""

from typing import Any, Final

from storage.errors import DatabaseError
from storage.schema import Table
from tsql.ddl.context import Ddl
from tsql.ddl.foreign_keys import references_to
from tsql.ddl.sequence_options import SequenceOptions
from tsql.ddl.sequences import change_sequence
from tsql.parser import enums

_RESTART: Final = SequenceOptions({"restart": None})


async def truncate(node: Any, ddl: Ddl) -> str:
    """Runs a TruncateStmt; returns the command tag."""
    tables = {table.id: table for table in map(ddl.table, node.relations)}
    cascades = node.behavior == enums.DropBehavior.DROP_CASCADE
    pending = list(tables)
    while pending:
        table = await ddl.changes.lock_table(pending.pop(0))
        if table is None:
            continue
        ddl.require(table, "D")
        ddl.check_no_events(table, "TRUNCATE")
        for child, _ in references_to(table, ddl.catalog):
            if child.id in tables:
                continue
            if not cascades:
                raise _referenced(child, table)
            ddl.notice("NOTICE", "00000", f'truncate cascades to table "{child.name}"')
            tables[child.id] = child
            pending.append(child.id)
    for table_id in tables:
        await _empty(table_id, ddl)
        if node.restart_seqs:
            for sequence in list(ddl.catalog.sequences):
                if sequence.owner_table_id == table_id:
                    await change_sequence(sequence, _RESTART, ddl)
    return "TRUNCATE TABLE"


async def _empty(table_id: int, ddl: Ddl) -> None:
    table = ddl.catalog.table_by_id(table_id)
    if table is not None:
        await ddl.changes.replace_table(await ddl.catalogs.emptied(table))


def _referenced(child: Table, table: Table) -> DatabaseError:
    return DatabaseError(
        "0A000",
        "cannot truncate a table referenced in a foreign key constraint",
        detail=f'Table "{child.name}" references "{table.name}".',
        hint=f'Truncate table "{child.name}" at the same time, or use TRUNCATE ... CASCADE.',
    )
