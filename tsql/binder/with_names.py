"""References to WITH queries: each is counted, and bound first where it isn't yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tsql.binder.context import Cte, Level
from tsql.binder.locations import error_at
from tsql.bound import Slot


def use_cte(level: Level, cte: Cte, node: Any) -> int:
    """Notes a reference to a WITH query; returns the query's number. Raises 42P19, 0A000."""
    if cte.bind is not None:
        cte.bind()
    if cte.forbidden is not None:
        raise error_at(node, "42P19", cte.forbidden)
    if not cte.has_rows:
        message = f'WITH query "{cte.name}" does not have a RETURNING clause'
        raise error_at(node, "0A000", message)
    cte.uses += 1
    if cte.level is not None:
        _depend_on(level, cte.level)
    if cte.is_working:
        cte.working_uses += 1
        reference = f'recursive reference to query "{cte.name}" must not appear'
        if level.depth != cte.depth:
            raise error_at(node, "42P19", f"{reference} within a subquery")
        if cte.working_uses > 1:
            raise error_at(node, "42P19", f"{reference} more than once")
        level.is_recursive = True
    return cte.number


def _depend_on(level: Level, home: Level) -> None:
    """Makes a query further inside depend on what its WITH query's own query does: on outer values."""
    if level.slots is home.slots or level.parent is None:
        return
    _depend_on(level.parent, home)
    above = level.parent
    for number, value in zip(tuple(above.slots), tuple(above.outer), strict=True):
        name = getattr(value, "name", "?column?")
        level.outer_value(Slot(number, name, value.type, value.typmod), name)


@contextmanager
def no_recursion(level: Level, where: str | None) -> Iterator[None]:
    """Forbids references of a recursive query to itself, while `where` is being bound."""
    working = [cte for cte in level.ctes.values() if cte.is_working and cte.forbidden is None]
    if where is not None:
        for cte in working:
            cte.forbidden = (
                f'recursive reference to query "{cte.name}" must not appear within {where}'
            )
    try:
        yield
    finally:
        for cte in working:
            cte.forbidden = None
