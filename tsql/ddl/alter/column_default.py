"""ALTER COLUMN … SET DEFAULT and DROP DEFAULT: for rows to come; those that are there stay."""

from typing import Any

from tsql.binder import bind_default
from tsql.ddl.alteration.state import Alteration, alterable_column, without_position
from tsql.deparse import deparse


async def set_default(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name SET DEFAULT expression, or DROP DEFAULT."""
    column = alterable_column(alteration, cmd.name)
    if cmd.def_ is None:
        alteration.change_column(column.id, default_sql=None)
        return
    with without_position():
        bind_default(cmd.def_, column, alteration.ddl.env)
    alteration.change_column(column.id, default_sql=deparse(cmd.def_))
