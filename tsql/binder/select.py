"""SELECT and VALUES.

The clauses are bound in PostgreSQL's order (WITH, FROM, targets, WHERE, HAVING, ORDER BY, GROUP BY,
DISTINCT, LIMIT), so that of several errors the same one is reported.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.records import dataclass
from tsql.binder import context as clauses
from tsql.binder.bulk import rows_relation
from tsql.binder.clause_items import (
    GroupBy,
    bind_distinct_on,
    bind_group_by,
    bind_order_by,
    check_distinct,
)
from tsql.binder.coercion import (
    coerce_to_boolean,
    coerce_to_common,
    common_typmod,
    select_common_type,
)
from tsql.binder.context import Clause, Item, Level
from tsql.binder.derived_collations import derived
from tsql.binder.from_items import bind_from, refreshed
from tsql.binder.grouping import Grouping
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.row_counts import bind_row_count, wants_ties
from tsql.binder.row_locks import LOCK_NAMES, bind_locking
from tsql.binder.set_operations import bind_set_operation
from tsql.binder.stars import bind_list
from tsql.binder.targets import (
    TargetEntry,
    bind_targets,
    fields_from,
    finished,
    resolve_unknowns,
)
from tsql.binder.windows import bind_named_windows, check_windows, windows_apart
from tsql.binder.with_queries import bind_with, with_queries
from tsql.binder.written import written_query
from tsql.bound import (
    BoundSelect,
    Expression,
    Field,
    FunctionCall,
    Relation,
    SortKey,
    Target,
    ValuesRelation,
    reference_to,
)
from tsql.parser import RowTemplate, ast, enums


def bind_select(level: Level, node: Any) -> BoundSelect:
    """Binds an `ast.SelectStmt` as a query of its own: unknown literals become text."""
    return bind_query_body(level, node, keep_unknowns=False)


def bind_query_body(level: Level, node: Any, keep_unknowns: bool) -> BoundSelect:
    """Likewise; INSERT and UNION keep the unknowns, to read them as their columns' types."""
    if not isinstance(node, ast.SelectStmt):
        raise unsupported_at(node, type(node).__name__.removesuffix("Stmt").upper())
    if node.withClause is not None:
        bind_with(level, node.withClause)
    if node.op != enums.SetOperation.SETOP_NONE:
        select = bind_set_operation(level, node)
    elif node.valuesLists:
        select = bind_values(level, node)
    else:
        select = _Select(level, node).bound(keep_unknowns=keep_unknowns)
    ctes = with_queries(level)
    select = replace(select, ctes=ctes) if ctes else select
    if not level.context.keeps_written:
        return select
    bind_named_windows(level)
    return written_query(select, level, node)


@dataclass(slots=True)
class _Clauses:
    """The bound clauses, before grouping has been seen to."""

    relation: Relation | None
    entries: list[TargetEntry]
    where: Expression | None
    having: Expression | None
    order_by: tuple[SortKey, ...]
    group_by: GroupBy
    distinct: bool
    distinct_on: tuple[Expression, ...]
    limit: Expression | None
    offset: Expression | None


class _Select:
    """One SELECT while it is being bound."""

    def __init__(self, level: Level, node: Any) -> None:
        self._level = level
        self._node = node

    def bound(self, *, keep_unknowns: bool) -> BoundSelect:
        node, level = self._node, self._level
        if node.intoClause is not None:
            raise error_at(node.intoClause.rel, "42601", "SELECT ... INTO is not allowed here")
        check_windows(level, node.windowClause)
        parts = self._clauses()
        if not keep_unknowns:
            resolve_unknowns(level, parts.entries)
        select = windows_apart(self._grouped(parts))
        if select.relation is not None:
            select = replace(select, relation=refreshed(select.relation, level))
        if not node.lockingClause:
            return select
        return bind_locking(select, level, node)

    def _clauses(self) -> _Clauses:
        node, level = self._node, self._level
        relation = bind_from(level, node.fromClause)
        entries = bind_targets(level, node.targetList or (), clauses.SELECT)
        where = self._condition(node.whereClause, clauses.WHERE)
        having = self._condition(node.havingClause, clauses.HAVING)
        group_by = bind_group_by(level, node, entries)
        order_by = bind_order_by(level, node.sortClause, entries)
        distinct = False
        on: tuple[Expression, ...] = ()
        if node.distinctClause:
            distinct = True
            if node.distinctClause[0] is None:
                resolve_unknowns(level, entries)
                check_distinct(entries, order_by, node.sortClause)
            else:
                on = bind_distinct_on(level, node.distinctClause, entries, order_by)
        offset = self._count(node.limitOffset, clauses.OFFSET)
        limit = self._count(node.limitCount, clauses.LIMIT)
        return _Clauses(
            relation, entries, where, having, order_by, group_by, distinct, on, limit, offset
        )

    def _condition(self, node: Any, clause: Clause) -> Expression | None:
        return bind_condition(self._level, node, clause)

    def _count(self, node: Any, clause: Clause) -> Expression | None:
        return bind_row_count(self._level, node, clause)

    def _grouped(self, parts: _Clauses) -> BoundSelect:
        """Puts the clauses together, those above a grouping over its keys and aggregates."""
        level = self._level
        targets = finished(level, parts.entries)
        fields = fields_from(targets)
        is_grouped = (
            bool(self._node.groupClause) or parts.having is not None or level.has_aggregates
        )
        select = BoundSelect(
            parts.relation,
            targets,
            parts.where,
            having=parts.having,
            set_functions=tuple(level.sets),
            distinct=parts.distinct,
            distinct_on=parts.distinct_on,
            order_by=parts.order_by,
            limit=parts.limit,
            offset=parts.offset,
            fields=fields,
            with_ties=wants_ties(self._node),
        )
        return self._above_grouping(select, parts.group_by) if is_grouped else select

    def _above_grouping(self, select: BoundSelect, group_by: GroupBy) -> BoundSelect:
        grouping = Grouping(self._level, group_by)
        above = grouping.above
        targets = [replace(t, expression=above(t.expression)) for t in select.targets]
        having = None if select.having is None else above(select.having)
        order_by = [replace(key, expression=above(key.expression)) for key in select.order_by]
        sets: list[FunctionCall] = [above(call) for call in select.set_functions]
        distinct_on = [above(expression) for expression in select.distinct_on]
        return replace(
            select,
            targets=tuple(targets),
            grouped=True,
            group_by=tuple(grouping.keys),
            aggregates=tuple(grouping.aggregates),
            having=having,
            set_functions=tuple(sets),
            order_by=tuple(order_by),
            distinct_on=tuple(distinct_on),
            grouping_sets=grouping.sets,
            groupings=tuple(grouping.groupings),
        )


def bind_condition(level: Level, node: Any, clause: Clause) -> Expression | None:
    """Binds WHERE or HAVING."""
    if node is None:
        return None
    expression = level.expression(node, clause)
    return coerce_to_boolean(level.context, expression, clause.name, node)


# ---- VALUES --------------------------------------------------------------------------------------


def bind_values(level: Level, node: Any) -> BoundSelect:
    """Binds a VALUES list that is a query. Raises 42601, 42804."""
    rows = bind_value_rows(level, node.valuesLists)
    columns = list(zip(*[[value for value, _ in row] for row in rows], strict=True))
    column_nodes = list(zip(*[[value_node for _, value_node in row] for row in rows], strict=True))
    fields = []
    converted = []
    for at, (members, nodes) in enumerate(zip(columns, column_nodes, strict=True), 1):
        target = select_common_type(members, nodes, "VALUES")
        column = [
            coerce_to_common(level.context, member, target, "VALUES", member_node)
            for member, member_node in zip(members, nodes, strict=True)
        ]
        collation = next(filter(None, map(derived, column)), 0)
        typmod = common_typmod(column, target)
        fields.append(Field(f"column{at}", target, typmod, collation=collation))
        converted.append(column)
    if isinstance(node.valuesLists, RowTemplate):
        values = [column[0] for column in converted]
        return _select_over_values(level, node, rows_relation(node.valuesLists), fields, values)
    values_rows = tuple(zip(*converted, strict=True)) if converted else ((),) * len(rows)
    relation = ValuesRelation(values_rows, "*VALUES*", tuple(fields))
    columns_of: list[Expression] = [reference_to(0, at, f) for at, f in enumerate(fields)]
    return _select_over_values(level, node, relation, fields, columns_of)


def bind_value_rows(level: Level, lists: Sequence[Any]) -> list[list[tuple[Expression, Any]]]:
    """Binds the rows of VALUES; returns each value with its node. Raises 42601 where lengths differ."""
    rows: list[list[tuple[Expression, Any]]] = []
    with level.within(clauses.VALUES):
        for nodes in lists:
            row = bind_list(level, nodes)
            if rows and len(row) != len(rows[0]):
                message = "VALUES lists must all be the same length"
                raise error_at(nodes, "42601", message)
            rows.append(row)
    return rows


def _select_over_values(
    level: Level,
    node: Any,
    relation: Relation,
    fields: Sequence[Field],
    values: Sequence[Expression],
) -> BoundSelect:
    """Binds what may stand behind VALUES; `values` are its columns over the relation."""
    level.items.append(Item(0, "*VALUES*", tuple(fields)))
    level.relations.append(level.items[-1])
    entries = [
        TargetEntry(value, field.name, None) for field, value in zip(fields, values, strict=True)
    ]
    order_by = bind_order_by(level, node.sortClause, entries)
    offset = bind_row_count(level, node.limitOffset, clauses.OFFSET)
    limit = bind_row_count(level, node.limitCount, clauses.LIMIT)
    if node.lockingClause:
        name = LOCK_NAMES[node.lockingClause[0].strength]
        raise error_at(None, "0A000", f"{name} cannot be applied to VALUES")
    targets = tuple([Target(entry.expression, entry.name) for entry in entries])
    return BoundSelect(
        relation,
        targets,
        order_by=order_by,
        limit=limit,
        offset=offset,
        fields=fields_from(targets),
    )
