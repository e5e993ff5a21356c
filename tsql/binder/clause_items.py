"""Items of ORDER BY, GROUP BY and DISTINCT ON: a target's name or number, or any expression."""

from collections.abc import Sequence
from typing import Any, Final

from tsql.binder import context as clauses
from tsql.binder.coercion import known
from tsql.binder.context import Clause, Level
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.nodes import is_a
from tsql.binder.operators import check_has_equality
from tsql.binder.sorting import sort_key
from tsql.binder.targets import TargetEntry
from tsql.binder.tree import walk
from tsql.bound import AggregateCall, Expression, SetRef, SortKey
from tsql.parser import ast, enums

_GROUPING_SETS: Final = {
    enums.GroupingSetKind.GROUPING_SET_ROLLUP: "ROLLUP",
    enums.GroupingSetKind.GROUPING_SET_CUBE: "CUBE",
    enums.GroupingSetKind.GROUPING_SET_SETS: "GROUPING SETS",
}


def bind_order_by(
    level: Level, nodes: Sequence[Any] | None, entries: Sequence[TargetEntry]
) -> tuple[SortKey, ...]:
    """Binds ORDER BY."""
    keys: list[SortKey] = []
    for item in nodes or ():
        expression = _item(level, item.node, entries, clauses.ORDER_BY)
        if all(key.expression != expression for key in keys):
            keys.append(sort_key(expression, item))
    return tuple(keys)


def bind_group_by(
    level: Level, nodes: Sequence[Any] | None, entries: Sequence[TargetEntry]
) -> list[Expression]:
    """Binds GROUP BY's keys. Raises 42803, 42883, 0A000."""
    keys: list[Expression] = []
    for node in _flattened(nodes or ()):
        expression = _item(level, node, entries, clauses.GROUP_BY)
        for part in walk(expression):
            if isinstance(part, AggregateCall):
                message = "aggregate functions are not allowed in GROUP BY"
                place = level.place_of(part)
                raise error_at(place.location if place else None, "42803", message)
            if isinstance(part, SetRef):
                raise unsupported_at(node, "set-returning function in GROUP BY")
        if expression not in keys:
            check_has_equality(expression.type, node)
            keys.append(expression)
    return keys


def _flattened(nodes: Sequence[Any]) -> list[Any]:
    result: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.GroupingSet):
            if node.kind in _GROUPING_SETS:
                raise unsupported_at(node, _GROUPING_SETS[node.kind])
        elif (
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
    items = [_item(level, node, entries, clauses.DISTINCT_ON) for node in nodes]
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
        if all(key.expression != entry.expression for entry in entries):
            message = "for SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise error_at(item.node, "42P10", message)
    for entry in entries:
        check_has_equality(entry.expression.type, entry.node)


def _item(level: Level, node: Any, entries: Sequence[TargetEntry], clause: Clause) -> Expression:
    entry = _by_name(level, node, entries, clause) or _by_number(node, entries, clause)
    if entry is None:
        expression = known(level.context, level.expression(node, clause), node)
        for other in entries:
            if other.expression == expression:
                return other.expression
        return expression
    entry.expression = known(level.context, entry.expression, entry.node)
    return entry.expression


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
