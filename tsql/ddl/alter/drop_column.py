"""DROP COLUMN: RESTRICT refuses if something other than the table itself depends on the column."""

from typing import Any

from storage.errors import DatabaseError
from tsql.ddl.alter.dependents import remove_dependents
from tsql.ddl.alteration.removal import remove_column
from tsql.ddl.alteration.state import Alteration, no_such_column
from tsql.ddl.columns import SYSTEM_COLUMNS
from tsql.ddl.dependencies import relation
from tsql.ddl.field_readers import check_droppable
from tsql.parser import enums


async def drop_column(cmd: Any, alteration: Alteration) -> None:
    """DROP [COLUMN] [IF EXISTS] name [RESTRICT | CASCADE]. Raises 42703, 2BP01."""
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
    root = relation(table.id, column.id)
    cascades = cmd.behavior == enums.DropBehavior.DROP_CASCADE
    check_droppable(alteration.old, column, ddl, cascades=cascades)
    await remove_dependents(alteration, root, cascades=cascades)
    remove_column(alteration, column)
