"""Items of ORDER BY, GROUP BY and DISTINCT ON: a target's name or number, or any expression."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from storage.records import dataclass
from tsql.binder import context as clauses
from tsql.binder.coercion import known
from tsql.binder.context import Clause, Level
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.nodes import is_a
from tsql.binder.operators import check_has_equality
from tsql.binder.sorting import sort_key
from tsql.binder.targets import TargetEntry
from tsql.binder.tree import walk
from tsql.bound import AggregateCall, Expression, GroupRef, SetRef, SortKey, WindowCall
from tsql.parser import ast, enums

_Kind = enums.GroupingSetKind
_SETS_MAX: Final = 4096
_CUBE_MAX: Final = 12


def bind_order_by(
    level: Level, nodes: Sequence[Any] | None, entries: Sequence[TargetEntry]
) -> tuple[SortKey, ...]:
    """Binds ORDER BY."""
    keys: list[SortKey] = []
    for item in nodes or ():
        expression = _item(level, item.node, entries, clauses.ORDER_BY).value
        if all(key.expression != expression for key in keys):
            keys.append(sort_key(expression, item))
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class GroupBy:
    """GROUP BY: the keys, and with grouping sets the positions of each set's.

    `search` has the keys' positions in the order in which an expression is looked for among them: two keys
    may be the same expression, as targets of their own.
    """

    keys: list[Expression]
    sets: tuple[tuple[int, ...], ...] | None
    search: Sequence[int]

    def in_every_set(self) -> list[Expression]:
        """Returns the keys that every set has."""
        if self.sets is None:
            return self.keys
        common = set.intersection(*map(set, self.sets)) if self.sets else set()
        return [key for at, key in enumerate(self.keys) if at in common]


def bind_group_by(level: Level, node: Any, entries: Sequence[TargetEntry]) -> GroupBy:
    """Binds GROUP BY of an `ast.SelectStmt`. Raises 42803, 42883, 54001."""
    keys: list[Expression] = []
    items = _flattened(node.groupClause or ())
    if not any(isinstance(item, ast.GroupingSet) for item in items):
        for item in items:
            expression = _key(level, item, entries).expression
            if expression not in keys:
                keys.append(expression)
        level.group_positions = tuple(range(len(keys)))
        return GroupBy(keys, None, range(len(keys)))
    found: list[TargetEntry] = []

    def position(item: Any) -> int:
        key = _key(level, item, [*entries, *found])
        at = next((at for at, other in enumerate(found) if other is key), None)
        if at is None:
            at = len(found)
            found.append(key)
        level.group_positions += (at,)
        return at

    lists = [_sets(item, position) for item in items]
    keys = [entry.expression for entry in found]
    for at, entry in enumerate(found):
        entry.key = GroupRef(at, False, entry.expression.type, entry.expression.typmod)
    in_order = [at for entry in entries for at, key in enumerate(found) if key is entry]
    search = [*in_order, *(at for at in range(len(found)) if at not in in_order)]
    count = math.prod(map(len, lists))
    if count > _SETS_MAX:
        message = f"too many grouping sets present (maximum {_SETS_MAX})"
        raise error_at(None, "54001", message)
    crossed = [tuple(dict.fromkeys(itertools.chain(*sets))) for sets in itertools.product(*lists)]
    if node.groupDistinct:
        crossed = list({frozenset(one): one for one in crossed}.values())
    return GroupBy(keys, tuple(crossed), search)


def _key(level: Level, node: Any, entries: Sequence[TargetEntry]) -> TargetEntry:
    """Binds a key, and returns the target that it is, or one that nobody sees."""
    entry = _item(level, node, entries, clauses.GROUP_BY)
    expression = entry.expression
    for part in walk(expression):
        if isinstance(part, AggregateCall):
            message = "aggregate functions are not allowed in GROUP BY"
            place = level.place_of(part)
            raise error_at(place.location if place else None, "42803", message)
        if isinstance(part, WindowCall):
            message = "window functions are not allowed in GROUP BY"
            place = level.place_of(part)
            raise error_at(place.location if place else None, "42P20", message)
        if isinstance(part, SetRef):
            raise unsupported_at(node, "set-returning function in GROUP BY")
    check_has_equality(expression.type, node)
    return entry


def _sets(node: Any, position: Callable[[Any], int]) -> list[tuple[int, ...]]:
    """Returns the sets of keys that an item of GROUP BY stands for."""
    if not isinstance(node, ast.GroupingSet):
        return [tuple(map(position, _flattened([node])))]
    if node.kind == _Kind.GROUPING_SET_EMPTY:
        return [()]
    content: Any = node.content
    if node.kind == _Kind.GROUPING_SET_SETS:
        return [one for part in content for one in _sets(part, position)]
    parts = [tuple(map(position, _flattened([part]))) for part in content]
    if node.kind == _Kind.GROUPING_SET_ROLLUP:
        return [_joined(parts[:count]) for count in range(len(parts), -1, -1)]
    if len(parts) > _CUBE_MAX:
        message = f"CUBE is limited to {_CUBE_MAX} elements"
        raise error_at(node.location, "54011", message)
    return [
        _joined(chosen)
        for count in range(len(parts), -1, -1)
        for chosen in itertools.combinations(parts, count)
    ]


def _joined(parts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(itertools.chain(*parts))


def _flattened(nodes: Sequence[Any]) -> list[Any]:
    """Takes (a, b) apart."""
    result: list[Any] = []
    for node in nodes:
        if (
            isinstance(node, ast.RowExpr)
            and node.row_format == enums.CoercionForm.COERCE_IMPLICIT_CAST
        ):
            result += _flattened(node.args or ())
        else:
            result.append(node)
    return result


def bind_distinct_on(
    level: Level,
    nodes: Sequence[Any],
    entries: Sequence[TargetEntry],
    order_by: Sequence[SortKey],
) -> tuple[Expression, ...]:
    """Binds DISTINCT ON. Raises 42P10 where ORDER BY begins with something else."""
    items = [_item(level, node, entries, clauses.DISTINCT_ON).value for node in nodes]
    message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"
    seen: list[Expression] = []
    skipped = False
    for key in order_by:
        if key.expression in items:
            if skipped:
                node = nodes[items.index(key.expression)]
                raise error_at(node, "42P10", message)
            seen.append(key.expression)
        else:
            skipped = True
    for expression, node in zip(items, nodes, strict=True):
        if expression in seen:
            continue
        if skipped:
            raise error_at(node, "42P10", message)
        check_has_equality(expression.type, node)
        seen.append(expression)
    return tuple(seen)


def check_distinct(
    entries: Sequence[TargetEntry], order_by: Sequence[SortKey], nodes: Sequence[Any] | None
) -> None:
    """Raises 42883, 42P10 for what SELECT DISTINCT can't do."""
    for key, item in zip(order_by, nodes or (), strict=False):
        if all(key.expression != entry.value for entry in entries):
            message = "for SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise error_at(item.node, "42P10", message)
    for entry in entries:
        check_has_equality(entry.expression.type, entry.node)


def _item(level: Level, node: Any, entries: Sequence[TargetEntry], clause: Clause) -> TargetEntry:
    """Returns the target that an item means, or a new one of its own."""
    entry = _by_name(level, node, entries, clause) or _by_number(node, entries, clause)
    if entry is None:
        expression = known(level.context, level.expression(node, clause), node)
        for other in entries:
            if other.expression == expression:
                return other
        return TargetEntry(expression, "", node)
    entry.expression = known(level.context, entry.expression, entry.node)
    return entry


def _by_name(
    level: Level, node: Any, entries: Sequence[TargetEntry], clause: Clause
) -> TargetEntry | None:
    """Returns the target of that name; in GROUP BY a column of the input goes first."""
    if not is_a(node, ast.ColumnRef) or len(node.fields) != 1:
        return None
    if not isinstance(node.fields[0], ast.String):
        return None
    name = node.fields[0].sval
    if clause is clauses.GROUP_BY and any(
        column.name == name for item in level.items for column in item.columns
    ):
        return None
    found: TargetEntry | None = None
    for entry in entries:
        if entry.name != name:
            continue
        if found is not None and found.expression != entry.expression:
            raise error_at(node, "42702", f'{clause.name} "{name}" is ambiguous')
        found = found or entry
    return found


def _by_number(node: Any, entries: Sequence[TargetEntry], clause: Clause) -> TargetEntry | None:
    if not isinstance(node, ast.A_Const):
        return None
    if not isinstance(node.val, ast.Integer):
        raise error_at(node, "42601", f"non-integer constant in {clause.name}")
    number = int(node.val.ival or 0)
    if not 1 <= number <= len(entries):
        message = f"{clause.name} position {number} is not in select list"
        raise error_at(node, "42P10", message)
    return entries[number - 1]
