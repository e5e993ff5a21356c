"""ALTER COLUMN … SET NOT NULL, for which every row is looked at, and DROP NOT NULL."""

from typing import Any

from storage.errors import DatabaseError
from tsql.ddl.alter.constraints import require_not_null
from tsql.ddl.alteration.state import Alteration, alterable_column


async def set_not_null(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name SET NOT NULL."""
    alterable_column(alteration, cmd.name)
    await require_not_null(alteration, (cmd.name,))


async def drop_not_null(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name DROP NOT NULL. Raises 42P16 for a column of the primary key."""
    column = alterable_column(alteration, cmd.name)
    if column.identity:
        shown = f'column "{column.name}" of relation "{alteration.table.name}"'
        raise DatabaseError("42601", f"{shown} is an identity column")
    if column.id in alteration.table.key_column_ids:
        raise DatabaseError("42P16", f'column "{column.name}" is in a primary key')
    alteration.change_column(column.id, not_null=False)
