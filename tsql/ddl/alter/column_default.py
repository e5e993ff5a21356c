"""ALTER COLUMN … SET DEFAULT and DROP DEFAULT: for rows to come; those that are there stay."""

from typing import Any

from storage.errors import DatabaseError
from storage.schema import Column
from tsql.ddl.alteration.state import Alteration, alterable_column, without_position
from tsql.ddl.create_table import default_changes


async def set_default(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name SET DEFAULT expression, or DROP DEFAULT."""
    column = alterable_column(alteration, cmd.name)
    is_drop = cmd.def_ is None
    if column.identity:
        hint = "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead." if is_drop else None
        raise _no_default_here(alteration, column, "an identity", hint)
    if column.generated_sql is not None:
        hint = "Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead." if is_drop else None
        raise _no_default_here(alteration, column, "a generated", hint)
    if is_drop:
        alteration.change_column(column.id, default_sql=None, default_relies_on=())
        return
    with without_position():
        changes = default_changes(cmd.def_, column, alteration.ddl)
    alteration.change_column(column.id, **changes)


def _no_default_here(
    alteration: Alteration, column: Column, what: str, hint: str | None
) -> DatabaseError:
    table = alteration.table.name
    message = f'column "{column.name}" of relation "{table}" is {what} column'
    return DatabaseError("42601", message, hint=hint)
