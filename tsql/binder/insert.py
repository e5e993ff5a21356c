"""INSERT."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.schema import Table
from tsql.binder import context as clauses
from tsql.binder.assignments import Destination, assigned, destination
from tsql.binder.context import Clause, Item, Level
from tsql.binder.defaults import checks_of, default_of
from tsql.binder.from_items import table_relation
from tsql.binder.locations import error_at
from tsql.binder.on_conflict import bind_on_conflict
from tsql.binder.select import bind_query_body
from tsql.binder.targets import fields_from
from tsql.binder.writes import bind_returning, bind_target
from tsql.bound import (
    BoundInsert,
    BoundSelect,
    ColumnRef,
    Const,
    Default,
    Expression,
    SubqueryRelation,
    Target,
)
from tsql.parser import ast
from tsql.types import oids


def bind_insert(level: Level, node: Any) -> BoundInsert:
    """Binds an `ast.InsertStmt`."""
    item = bind_target(level, node)
    table = item.table
    assert table is not None
    env = level.context.env
    destinations = _destinations(item, node)
    defaults = tuple([default_of(column, env) for column in table.columns])
    rows: tuple[tuple[Expression, ...], ...] | None = None
    select: BoundSelect | None = None
    if node.selectStmt is None:
        destinations, rows = [], ((),)
    elif _is_plain_values(node.selectStmt):
        rows, select = _values(level, table, destinations, node, defaults)
        destinations = destinations[: len(node.selectStmt.valuesLists[0])]
    else:
        select = _select(level, table, destinations, node)
        destinations = destinations[: len(select.fields)]
    on_conflict = None
    if node.onConflictClause is not None:
        on_conflict = bind_on_conflict(level, item, node.onConflictClause)
    returning, fields = bind_returning(_returning_level(level, item), node)
    return BoundInsert(
        table_relation(item),
        tuple([to.position for to in destinations]),
        rows,
        select,
        defaults,
        checks_of(table, env),
        on_conflict,
        returning,
        fields,
    )


def _returning_level(level: Level, item: Item) -> Level:
    """Returns a level that sees the target only: EXCLUDED is gone."""
    level.hidden = [other for other in level.items if other is not item]
    level.items = [item]
    return level


def _destinations(item: Item, node: Any) -> list[Destination]:
    """Returns the columns that are written. Raises 42703, 42701."""
    assert item.table is not None
    if not node.cols:
        return [
            Destination(position, column.name, column.sql_type, column.typmod)
            for position, column in enumerate(item.table.columns)
        ]
    result: list[Destination] = []
    for target in node.cols:
        to = destination(item, target, is_update=False)
        if any(other.position == to.position for other in result):
            message = f'column "{to.name}" specified more than once'
            raise error_at(target.location, "42701", message)
        result.append(to)
    return result


def _is_plain_values(select: Any) -> bool:
    return bool(
        select.valuesLists
        and not select.sortClause
        and select.limitOffset is None
        and select.limitCount is None
        and not select.lockingClause
        and select.withClause is None
    )


# ---- VALUES --------------------------------------------------------------------------------------


def _values(
    level: Level,
    table: Table,
    destinations: Sequence[Destination],
    node: Any,
    defaults: Sequence[Expression],
) -> tuple[tuple[tuple[Expression, ...], ...] | None, BoundSelect | None]:
    """Returns the rows; a single one with set-returning functions as the query that it is."""
    lists = node.selectStmt.valuesLists
    clause = clauses.VALUES if len(lists) > 1 else clauses.VALUES_OF_ONE_ROW
    source = Level(
        level.context, level.bind, level.bind_select, hidden=level.items, ctes=level.ctes
    )
    rows = []
    for row in lists:
        if len(row) != len(lists[0]):
            raise error_at(row, "42601", "VALUES lists must all be the same length")
        values = [_value(source, value, clause) for value in row]
        _check_width(values, row, destinations, node)
        rows.append(
            tuple(
                [
                    _in_place(assigned(level.context, table, value, to, value_node), to, defaults)
                    for value, value_node, to in zip(values, row, destinations, strict=False)
                ]
            )
        )
    if not source.sets:
        return tuple(rows), None
    targets = [Target(value, to.name) for value, to in zip(rows[0], destinations, strict=False)]
    fields = fields_from(targets)
    sets = tuple(source.sets)
    return None, BoundSelect(None, tuple(targets), set_functions=sets, fields=fields)


def _value(level: Level, node: Any, clause: Clause) -> Expression:
    if isinstance(node, ast.SetToDefault):
        return Default()
    return level.expression(node, clause)


def _in_place(value: Expression, to: Destination, defaults: Sequence[Expression]) -> Expression:
    """Returns the column's default where the value is DEFAULT; an attribute's is NULL."""
    if not isinstance(value, Default):
        return value
    return defaults[to.position] if to.position < len(defaults) else Const(None, oids.JSONB)


def _check_width(
    values: Sequence[Expression], nodes: Sequence[Any], to: Sequence[Destination], node: Any
) -> None:
    """Raises 42601 where there are more values than columns, or fewer than were named."""
    if len(values) > len(to):
        message = "INSERT has more expressions than target columns"
        raise error_at(nodes[len(to)], "42601", message)
    if node.cols and len(values) < len(to):
        hint = None
        if len(values) == 1 and isinstance(nodes[0], ast.RowExpr):
            count = len(nodes[0].args or ())
            if count == len(to):
                hint = (
                    "The insertion source is a row expression containing the same number of columns"
                    " expected by the INSERT. Did you accidentally use extra parentheses?"
                )
        message = "INSERT has more target columns than expressions"
        raise error_at(node.cols[len(values)], "42601", message, hint=hint)


# ---- SELECT --------------------------------------------------------------------------------------


def _select(
    level: Level, table: Table, destinations: Sequence[Destination], node: Any
) -> BoundSelect:
    """Binds the source query, its columns converted to the table's."""
    source = Level(level.context, level.bind, level.bind_select, ctes=dict(level.ctes))
    select = bind_query_body(source, node.selectStmt, keep_unknowns=True)
    nodes: list[Any] = [None] * len(select.fields)
    target_nodes = node.selectStmt.targetList or ()
    if len(target_nodes) == len(select.fields):
        nodes = [target.val for target in target_nodes]
    expressions = [target.expression for target in select.targets]
    _check_width(
        expressions, [node.selectStmt if n is None else n for n in nodes], destinations, node
    )
    if select.distinct:
        select, expressions = _wrapped(level, table, select, destinations, nodes)
    targets = tuple(
        [
            Target(assigned(level.context, table, expression, to, at), to.name)
            for expression, to, at in zip(expressions, destinations, nodes, strict=False)
        ]
    )
    fields = tuple(
        [
            replace(field, type=target.expression.type, typmod=target.expression.typmod)
            for field, target in zip(select.fields, targets, strict=True)
        ]
    )
    return replace(select, targets=targets, fields=fields)


def _wrapped(
    level: Level,
    table: Table,
    select: BoundSelect,
    destinations: Sequence[Destination],
    nodes: Sequence[Any],
) -> tuple[BoundSelect, list[Expression]]:
    """Returns a query over the query: DISTINCT looks at the values before they are converted."""
    targets = [
        replace(target, expression=assigned(level.context, table, target.expression, to, at))
        if target.expression.type == oids.UNKNOWN
        else target
        for target, to, at in zip(select.targets, destinations, nodes, strict=False)
    ]
    fields = tuple(
        [
            replace(field, type=target.expression.type, typmod=target.expression.typmod)
            for field, target in zip(select.fields, targets, strict=True)
        ]
    )
    inner = replace(select, targets=tuple(targets), fields=fields)
    columns: list[Expression] = [
        ColumnRef(0, at, field.name, field.type, field.typmod) for at, field in enumerate(fields)
    ]
    relation = SubqueryRelation(inner, "*SELECT*", fields)
    outer_targets = tuple(
        [Target(column, field.name) for column, field in zip(columns, fields, strict=True)]
    )
    return BoundSelect(relation, outer_targets, fields=fields), columns
