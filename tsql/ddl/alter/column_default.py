"""ALTER COLUMN … SET DEFAULT and DROP DEFAULT: for rows to come; those that are there stay."""

from typing import Any

from storage.errors import DatabaseError
from storage.schema import Column
from tsql.binder import bind_default
from tsql.ddl.alteration.state import Alteration, alterable_column, without_position
from tsql.ddl.stored_text import stored_text


async def set_default(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name SET DEFAULT expression, or DROP DEFAULT."""
    column, env = alterable_column(alteration, cmd.name), alteration.ddl.env
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
        bind_default(cmd.def_, column, env)
        text, relies_on = stored_text(cmd.def_, env)
    alteration.change_column(column.id, default_sql=text, default_relies_on=relies_on)


def _no_default_here(
    alteration: Alteration, column: Column, what: str, hint: str | None
) -> DatabaseError:
    table = alteration.table.name
    message = f'column "{column.name}" of relation "{table}" is {what} column'
    return DatabaseError("42601", message, hint=hint)
