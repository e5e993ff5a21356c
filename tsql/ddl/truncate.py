"""TRUNCATE: the table and its indexes get fresh storage ids, and the old ones are emptied."""

from typing import Any

import msgspec

from storage.errors import not_supported
from tsql.ddl.context import Ddl


async def truncate(node: Any, ddl: Ddl) -> str:
    """Runs a TruncateStmt; returns the command tag."""
    if node.restart_seqs:
        raise not_supported("TRUNCATE … RESTART IDENTITY")
    tables = [ddl.table(relation) for relation in node.relations]
    for table_id in dict.fromkeys(table.id for table in tables):
        table = await ddl.changes.lock_table(table_id)
        if table is None:
            continue
        indexes = [
            msgspec.structs.replace(index, storage_id=await ddl.catalogs.new_storage_id())
            for index in table.indexes
        ]
        await ddl.changes.replace_table(
            msgspec.structs.replace(
                table,
                storage_id=await ddl.catalogs.new_storage_id(),
                indexes=tuple(indexes),
            )
        )
    return "TRUNCATE TABLE"
