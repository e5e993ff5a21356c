"""GROUP BY: which expressions may stand above the grouping, and as what.

Above it there are only group keys and aggregates, so every expression of SELECT, HAVING and ORDER
BY is rewritten over those (GroupRef). A column that is no part of a key is an error, unless the
keys hold the table's primary key: then it has one value per group, and becomes a key itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.errors import DatabaseError
from tsql.binder.clause_items import GroupBy
from tsql.binder.context import Item, Level
from tsql.binder.locations import error_at
from tsql.binder.tree import replaced
from tsql.bound import (
    AggregateCall,
    ColumnRef,
    Const,
    Expression,
    GroupingCall,
    GroupingRef,
    GroupRef,
    Param,
    Subquery,
    SystemColumn,
)


class Grouping:
    """The keys and aggregates of one query."""

    def __init__(self, level: Level, group_by: GroupBy) -> None:
        self._level = level
        self.keys = list(group_by.keys)
        self.aggregates: list[AggregateCall] = []
        self.groupings: list[tuple[int, ...]] = []
        self._dependent = _depending_on_keys(level.relations, group_by.in_every_set())
        self._is_in_subquery = False
        self._sets = group_by.sets
        self._own_key_count = len(self.keys)
        self._search = list(group_by.search)

    @property
    def sets(self) -> tuple[tuple[int, ...], ...] | None:
        """The grouping sets; what depends on a primary key is in each, as the key is."""
        if self._sets is None:
            return None
        more = tuple(range(self._own_key_count, len(self.keys)))
        return tuple([(*one, *more) for one in self._sets])

    def above(self, expression: Expression) -> Any:
        """Returns the expression over keys and aggregates. Raises 42803."""
        return replaced(expression, self._replacement)

    def _replacement(self, node: Any) -> Any:
        if isinstance(node, AggregateCall):
            return self._aggregate(node)
        if isinstance(node, GroupingCall):
            return self._grouping(node)
        if isinstance(node, Const | Param):
            return None
        for position in self._search:
            key = self.keys[position]
            if type(key) is type(node) and key == node:
                return GroupRef(position, False, node.type, node.typmod)
        if isinstance(node, ColumnRef | SystemColumn):
            return self._column(node)
        if isinstance(node, Subquery) and node.outer:
            test = tuple([self.above(part) for part in node.test])
            self._is_in_subquery = True
            outer = tuple([self.above(part) for part in node.outer])
            self._is_in_subquery = False
            return replace(node, test=test, outer=outer)
        return None

    def _grouping(self, call: GroupingCall) -> GroupingRef:
        """Returns GROUPING(…). Raises 42803 where an argument is no key."""
        positions = []
        for argument in call.arguments:
            if argument not in self.keys:
                raise error_at(
                    self._level.place_of(argument),
                    "42803",
                    "arguments to GROUPING must be grouping expressions"
                    " of the associated query level",
                )
            positions.append(self.keys.index(argument))
        self.groupings.append(tuple(positions))
        return GroupingRef(len(self.groupings) - 1)

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
        if column.relation not in self._dependent:
            item = self._level.relations[column.relation]
            if self._is_in_subquery:
                raise error_at(
                    self._level.place_of(column),
                    "42803",
                    f'subquery uses ungrouped column "{item.alias}.{column.name}" from outer query',
                )
            raise error_at(
                self._level.place_of(column),
                "42803",
                f'column "{item.alias}.{column.name}" must appear in the GROUP BY clause'
                " or be used in an aggregate function",
            )
        table = self._level.relations[column.relation].table
        assert table is not None
        self._level.context.used_keys.add(table.id)
        self._search.append(len(self.keys))
        self.keys.append(column)
        return GroupRef(len(self.keys) - 1, False, column.type, column.typmod)


def _depending_on_keys(items: Sequence[Item], keys: Sequence[Expression]) -> frozenset[int]:
    """Returns the relations whose whole primary key is among the keys."""
    found = set()
    grouped = {(key.relation, key.position) for key in keys if isinstance(key, ColumnRef)}
    for item in items:
        table = item.table
        if table is None or not table.key_column_ids:
            continue
        positions = [table.position(column_id) for column_id in table.key_column_ids]
        if all((item.relation, position) in grouped for position in positions):
            found.add(item.relation)
    return frozenset(found)
