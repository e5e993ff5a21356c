"""GROUP BY: which expressions may stand above the grouping, and as what.

Above it there are only group keys and aggregates, so every expression of SELECT, HAVING and ORDER
BY is rewritten over those (GroupRef). A column that is no part of a key is an error, unless the
keys hold the table's primary key: then it has one value per group, and becomes a key itself.
"""

from collections.abc import Sequence
from typing import Any

from storage.errors import DatabaseError
from tsql.binder.context import Item, Level
from tsql.binder.locations import error_at
from tsql.binder.tree import replaced
from tsql.bound import (
    AggregateCall,
    ColumnRef,
    Const,
    Expression,
    GroupRef,
    Param,
    SystemColumn,
)


class Grouping:
    """The keys and aggregates of one query."""

    def __init__(self, level: Level, keys: Sequence[Expression]) -> None:
        self._level = level
        self.keys = list(keys)
        self.aggregates: list[AggregateCall] = []
        self._dependent = _depends_on_keys(level.items, keys)

    def above(self, expression: Expression) -> Any:
        """Returns the expression over keys and aggregates. Raises 42803."""
        return replaced(expression, self._replacement)

    def _replacement(self, node: Any) -> Any:
        if isinstance(node, AggregateCall):
            return self._aggregate(node)
        if isinstance(node, Const | Param):
            return None
        for position, key in enumerate(self.keys):
            if type(key) is type(node) and key == node:
                return GroupRef(position, False, node.type, node.typmod)
        if isinstance(node, ColumnRef | SystemColumn):
            return self._column(node)
        return None

    def _aggregate(self, call: AggregateCall) -> GroupRef:
        for position, other in enumerate(self.aggregates):
            if other == call:
                return GroupRef(position, True, call.type, call.typmod)
        for argument in call.direct_arguments:
            self._check_direct(argument)
        self.aggregates.append(call)
        return GroupRef(len(self.aggregates) - 1, True, call.type, call.typmod)

    def _check_direct(self, argument: Expression) -> None:
        try:
            self.above(argument)
        except DatabaseError as error:
            error.detail = (
                "Direct arguments of an ordered-set aggregate must use only grouped columns."
            )
            raise

    def _column(self, column: ColumnRef | SystemColumn) -> GroupRef:
        if not self._dependent:
            item = self._level.items[column.relation]
            raise error_at(
                self._level.place_of(column),
                "42803",
                f'column "{item.alias}.{column.name}" must appear in the GROUP BY clause'
                " or be used in an aggregate function",
            )
        self.keys.append(column)
        return GroupRef(len(self.keys) - 1, False, column.type, column.typmod)


def _depends_on_keys(items: Sequence[Item], keys: Sequence[Expression]) -> bool:
    """Returns whether the keys hold the whole primary key of the (only) table."""
    if not items or items[0].table is None or not items[0].table.key_column_ids:
        return False
    table = items[0].table
    grouped = {key.position for key in keys if isinstance(key, ColumnRef)}
    return all(table.position(column_id) in grouped for column_id in table.key_column_ids)
