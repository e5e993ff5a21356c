"""The values of a correlated scalar subquery for all outer rows, from one run of it.

The run gives the inner sides of the equalities with the outer row, and beside them what the subquery gives. Where it
fails (a row that no outer row asks for may have been the reason) or takes too much memory, the subquery is asked
for each outer row as if there were no table.
"""

from collections.abc import Hashable, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.executor.equality import image_of
from tsql.executor.expressions import compile_expression
from tsql.executor.run import Row, Run, Source
from tsql.planner.statement_plan import HashedValues

#: What a table says of a row that it doesn't know of: the subquery has to be asked.
UNKNOWN: Final = object()
#: Likewise of all rows for which there is nothing to aggregate: they have one answer.
NOTHING: Final = object()
#: What stands for several rows.
_MANY: Final = object()
#: Classes of errors that rows, and their number, are the reason of.
_OF_ROWS: Final = frozenset({"0A", "21", "22", "42", "53", "54"})


def too_many_rows() -> DatabaseError:
    """Returns 21000."""
    message = "more than one row returned by a subquery used as an expression"
    return DatabaseError("21000", message)


def key_of(values: Row, images: Sequence[Any]) -> tuple[Any, ...] | None:
    """Returns the values' images, or None if one of them is NULL."""
    if None in values:
        return None
    return tuple(
        [
            value if image is None else image(value)
            for value, image in zip(values, images, strict=False)
        ]
    )


class ValueHashing:
    """What making and asking the table takes, compiled."""

    def __init__(self, item: HashedValues, source: Source) -> None:
        self.source = source
        self.outer = [compile_expression(expression) for expression in item.outer]
        self.images = [image_of(type_) for type_ in item.types]
        self.outer_images = [image_of(expression.type) for expression in item.outer]
        self.takes_first = item.takes_first
        self.is_grouped = item.is_grouped

    async def build(self, run: Run) -> "ValueTable":
        """Returns the table; one that knows nothing where there can't be one."""
        try:
            return ValueTable(self, await self._rows(run))
        except DatabaseError as error:
            if error.sqlstate[:2] not in _OF_ROWS:
                raise
            return ValueTable(self, None)

    async def _rows(self, run: Run) -> dict[Hashable, Any]:
        memory = run.memory("subquery")
        found: dict[Hashable, Any] = {}
        split = len(self.outer)
        batches = self.source(run)
        while (batch := await batches.next()) is not None:
            for row in batch:
                key = key_of(row[:split], self.images)
                if key is None:
                    continue
                if key not in found:
                    memory.add_row(row)
                    found[key] = row[split:]
                elif not self.takes_first:
                    found[key] = _MANY
            await run.breathe()
        return found


class ValueTable:
    """The subquery's rows by the inner sides; None knows nothing."""

    __slots__ = ("_hashing", "_rows")

    def __init__(self, hashing: ValueHashing, rows: dict[Hashable, Any] | None) -> None:
        self._hashing = hashing
        self._rows = rows

    def row(self, arguments: Row, env: Env) -> Any:
        """Returns the row for the arguments of a call, None for none, UNKNOWN, NOTHING. Raises 21000."""
        if self._rows is None:
            return UNKNOWN
        hashing = self._hashing
        outer = [evaluate(arguments, env) for evaluate in hashing.outer]
        key = key_of(outer, hashing.outer_images)
        row = None if key is None else self._rows.get(key)
        if row is _MANY:
            raise too_many_rows()
        return NOTHING if row is None and hashing.is_grouped else row
