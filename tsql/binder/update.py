"""UPDATE and DELETE."""

from collections.abc import Sequence
from typing import Any

from storage.errors import not_supported
from storage.schema import Table
from tsql.binder import context as clauses
from tsql.binder.assignments import (
    Destination,
    assigned,
    assigned_part,
    check_writable,
    destination,
    generated_always,
    overwrites,
)
from tsql.binder.context import Item, Level
from tsql.binder.from_items import bind_from, refreshed, table_relation
from tsql.binder.locations import error_at
from tsql.binder.nodes import is_a
from tsql.binder.select import bind_condition
from tsql.binder.stars import expand
from tsql.binder.sublinks import bind_row_subquery
from tsql.binder.view_targets import need_what_views_read, with_conditions
from tsql.binder.with_queries import with_queries
from tsql.binder.writes import (
    bind_returning,
    bind_target,
    default_set,
    need_whole,
    note_written,
    rules_of,
)
from tsql.bound import (
    BoundDelete,
    BoundUpdate,
    ColumnRef,
    Const,
    Default,
    Expression,
    Relation,
    SetColumn,
)
from tsql.parser import ast
from tsql.types import oids


def bind_update(level: Level, node: Any) -> BoundUpdate:
    """Binds an `ast.UpdateStmt`."""
    item = bind_target(level, node, "w")
    source = _more_items(level, item, node.fromClause)
    assignments = bind_assignments(level, item, node.targetList)
    note_written(item, "w", [assignment.position for assignment in assignments])
    current_of, where = _where(level, node, item, source)
    returning, fields = bind_returning(level, node)
    need_what_views_read(item)
    checks = rules_of(item, level.context.env)
    return BoundUpdate(
        table_relation(item),
        assignments,
        where,
        checks,
        returning,
        fields,
        _source(level, source),
        with_queries(level),
        current_of,
    )


def bind_delete(level: Level, node: Any) -> BoundDelete:
    """Binds an `ast.DeleteStmt`."""
    item = bind_target(level, node, "d")
    need_whole(item, "d")
    source = _more_items(level, item, node.usingClause)
    current_of, where = _where(level, node, item, source)
    returning, fields = bind_returning(level, node)
    need_what_views_read(item)
    source = _source(level, source)
    relation = table_relation(item)
    ctes = with_queries(level)
    return BoundDelete(relation, where, returning, fields, source, ctes, current_of)


def _where(
    level: Level, node: Any, item: Item, source: Relation | None
) -> tuple[str, Expression | None]:
    """Returns the cursor of WHERE CURRENT OF, else "" and the condition."""
    where = node.whereClause
    if not isinstance(where, ast.CurrentOfExpr):
        return "", with_conditions(item, bind_condition(level, where, clauses.WHERE))
    if item.through is not None:
        raise error_at(None, "0A000", "WHERE CURRENT OF on a view is not implemented")
    if source is not None:
        raise not_supported("WHERE CURRENT OF with FROM or USING")
    return str(where.cursor_name), None


def _more_items(level: Level, target: Item, nodes: Sequence[Any] | None) -> Relation | None:
    """Binds FROM or USING, whose LATERAL items don't see the target."""
    target.lateral_only, target.lateral_ok, target.is_target = True, False, True
    source = bind_from(level, nodes)
    target.lateral_only, target.lateral_ok = False, True
    return source


def _source(level: Level, source: Relation | None) -> Relation | None:
    """Returns the further FROM items, complete: they count from 1."""
    return None if source is None else refreshed(source, level, 1)


def bind_assignments(level: Level, item: Item, nodes: Sequence[Any]) -> tuple[SetColumn, ...]:
    """Binds the SET list. Raises 42703, 42601, 42804."""
    row: list[tuple[Expression, Any]] = []
    values = [_value(level, target.val, row) for target in nodes]
    table, context = item.base.table, level.context
    assert table is not None
    result: dict[int, SetColumn] = {}
    seen: list[Destination] = []
    for target, (given, value_node) in zip(nodes, values, strict=True):
        to = destination(item, target, is_update=True)
        if overwrites(to, seen):
            message = f'multiple assignments to same column "{to.column_name(table)}"'
            raise error_at(None, "42601", message)
        seen.append(to)
        check_writable(to, "update")
        if not isinstance(given, Default) or item.through is not None:
            _check_not_generated(table, to.position)
        if to.parts:
            before = result.get(to.position)
            column = ColumnRef(0, to.position, to.name, to.type, to.typmod)
            container = column if before is None else before.expression
            value = assigned_part(level, container, given, to, value_node)
        elif not isinstance(given, Default):
            value = assigned(context, table, given, to, value_node)
        elif to.position < len(table.columns):
            value = default_set(item, to.position, context.env)
        else:
            value = Const(None, oids.JSONB)
        result[to.position] = SetColumn(to.position, value)
    return tuple(result.values())


def _check_not_generated(table: Table, position: int) -> None:
    if position >= len(table.columns):
        return
    column = table.columns[position]
    if column.identity == "a" or column.generated_sql is not None:
        message = f'column "{column.name}" can only be updated to DEFAULT'
        raise generated_always(column, message)


def _value(level: Level, node: Any, row: list[tuple[Expression, Any]]) -> tuple[Expression, Any]:
    """Returns a bound value with its node; `row` is what (a, b) = (1, 2) is taken from."""
    if not is_a(node, ast.MultiAssignRef):
        return _bound(level, node), node
    column: int = node.colno
    if column == 1:
        row[:] = _row(level, node)
    return row[column - 1]


def _row(level: Level, node: Any) -> list[tuple[Expression, Any]]:
    source: Any = node.source
    if isinstance(source, ast.SubLink):
        with level.within(clauses.UPDATE):
            columns = bind_row_subquery(level, source, node.ncolumns)
        return [(column, source) for column in columns]
    if not is_a(source, ast.RowExpr):
        message = (
            "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression"
        )
        raise error_at(source, "0A000", message)
    values: list[tuple[Expression, Any]] = []
    for part in source.args or ():
        columns_of = None if isinstance(part, ast.SetToDefault) else expand(level, part)
        if columns_of is None:
            values.append((_bound(level, part), part))
        else:
            values += [(column, part) for _, column in columns_of]
    if len(values) != node.ncolumns:
        message = "number of columns does not match number of values"
        raise error_at(source, "42601", message)
    return values


def _bound(level: Level, node: Any) -> Expression:
    if isinstance(node, ast.SetToDefault):
        return Default()
    return level.expression(node, clauses.UPDATE)
