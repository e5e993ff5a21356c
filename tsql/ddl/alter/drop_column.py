"""DROP COLUMN: RESTRICT refuses if something other than the table itself depends on the column."""

from typing import Any

from storage.errors import DatabaseError
from storage.objects import Address
from tsql.ddl.alteration.removal import remove_column
from tsql.ddl.alteration.state import Alteration, no_such_column
from tsql.ddl.columns import SYSTEM_COLUMNS
from tsql.ddl.dependencies import affected, check, relation
from tsql.ddl.remove import forget_comments, lock, remove
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
    await remove_dependents(
        alteration, root, cascades=cmd.behavior == enums.DropBehavior.DROP_CASCADE
    )
    remove_column(alteration, column)


async def remove_dependents(alteration: Alteration, root: Address, *, cascades: bool) -> None:
    """Drops what depends on a part of the table, and what depends on that. Raises 2BP01."""
    ddl, table = alteration.ddl, alteration.table
    own_default = Address("default", root.id, root.sub_id)
    found = [item for item in affected(ddl.catalog, [root]) if item.address != own_default]
    check(ddl, [root], found, cascades=cascades)
    for item in reversed(found):
        address = item.address
        if address == root:
            await forget_comments(address, ddl)
        elif address.id == table.id and address.kind == "default":
            if any(column.id == address.sub_id for column in table.columns):
                alteration.change_column(address.sub_id, default_sql=None, default_relies_on=())
        else:
            await lock(address, ddl)
            await remove(address, ddl)
