"""TRUNCATE: the table and its indexes get fresh storage ids, and the old ones are emptied."""

from typing import Any, Final

from tsql.ddl.context import Ddl
from tsql.ddl.sequence_options import SequenceOptions
from tsql.ddl.sequences import change_sequence

_RESTART: Final = SequenceOptions({"restart": None})


async def truncate(node: Any, ddl: Ddl) -> str:
    """Runs a TruncateStmt; returns the command tag."""
    tables = [ddl.table(relation) for relation in node.relations]
    for table_id in dict.fromkeys(table.id for table in tables):
        table = await ddl.changes.lock_table(table_id)
        if table is None:
            continue
        await ddl.changes.replace_table(await ddl.catalogs.emptied(table))
        if node.restart_seqs:
            for sequence in list(ddl.catalog.sequences):
                if sequence.owner_table_id == table_id:
                    await change_sequence(sequence, _RESTART, ddl)
    return "TRUNCATE TABLE"
