"""From a bound statement to its plan.

The order of a SELECT's nodes, from the leaf up (each only where needed):

    access path -> Filter -> Aggregate -> Filter (HAVING) -> ProjectSet -> Sort -> LockRows
                -> Limit -> Project                                      without DISTINCT
    …           -> ProjectSet -> Project -> Distinct -> Sort -> Limit    with DISTINCT

so targets are computed only for rows that are returned. References of the binder's are turned into
plain positions on the way: GroupRef into a column of the grouped row, SetRef into one behind the
source's columns, the excluded row of ON CONFLICT into columns behind the existing row's.
"""

from dataclasses import dataclass, field, replace

from tsql import bound
from tsql.bound import (
    BoundDelete,
    BoundInsert,
    BoundSelect,
    BoundStatement,
    BoundUpdate,
    ColumnRef,
    Expression,
    Param,
    SetColumn,
    SortKey,
    Subquery,
    TableRelation,
    Target,
)
from tsql.planner import plan
from tsql.planner.access_path import Choice, IndexExpressions, Request, choose
from tsql.planner.conditions import without_row_equalities
from tsql.planner.min_max import ordered_for_min_max
from tsql.planner.plan import Node, Plan, SubqueryParameter
from tsql.planner.row_layout import positions_read, width_of
from tsql.planner.show import show
from tsql.planner.walk import (
    conjunction,
    conjuncts,
    holds_subquery,
    is_fixed,
    replaced,
)
from tsql.types import oids
from tsql.types.kinds import array_type_of


def plan_statement(
    statement: BoundStatement, parameter_count: int, expressions_of: IndexExpressions
) -> Plan:
    """Returns the statement's plan."""
    planner = _Planner(parameter_count, expressions_of)
    match statement:
        case BoundSelect():
            root = planner.select(statement)
        case BoundInsert():
            root = planner.insert(statement)
        case BoundUpdate():
            root = planner.update(statement)
        case _:
            root = planner.delete(statement)
    return Plan(root, parameter_count, tuple(planner.subqueries))


@dataclass(slots=True)
class _Planner:
    parameter_count: int
    expressions_of: IndexExpressions
    subqueries: list[SubqueryParameter] = field(default_factory=list)

    # -- subqueries --------------------------------------------------------------------------------

    def ready(self, expression: Expression) -> Expression:
        """Returns the expression with its subqueries made into parameters."""
        if not holds_subquery(expression):
            return expression
        return replaced(expression, self._subquery_replacement)

    def maybe_ready(self, expression: Expression | None) -> Expression | None:
        return None if expression is None else self.ready(expression)

    def _subquery_replacement(self, node: Expression) -> Expression | None:
        if not isinstance(node, Subquery):
            return None
        source = self.select(node.select)
        type_ = node.type
        kind = node.kind
        if kind in {"any", "all"}:
            element = node.select.fields[0].type
            kind, type_ = "array", array_type_of(element) or element
        self.subqueries.append(SubqueryParameter(source, kind, type_))
        parameter = Param(self.parameter_count + len(self.subqueries), type_, node.typmod)
        if node.kind not in {"any", "all"}:
            return parameter
        assert node.proc is not None
        assert node.test is not None
        return bound.ArrayComparison(
            node.proc,
            self.ready(node.test),
            parameter,
            any=node.kind == "any",
            argument_types=node.argument_types,
            operator="=" if node.proc.name.endswith("eq") else "",
        )

    # -- SELECT ------------------------------------------------------------------------------------

    def select(self, select: BoundSelect) -> Node:
        """Returns the node that gives the visible targets' values."""
        select = self._with_ready_parts(select)
        node, order_by = self._source(select)
        if select.grouped:
            node = plan.Aggregate(node, select.group_by, select.aggregates)
            if select.having is not None:
                node = plan.Filter(node, _flat(select.having, select))
        if select.set_functions:
            functions = tuple(
                replace(call, arguments=tuple(_flat(a, select) for a in call.arguments))
                for call in select.set_functions
            )
            node = plan.ProjectSet(node, functions)
        targets = tuple(_flat(target.expression, select) for target in select.targets)
        keys = tuple(replace(key, expression=_flat(key.expression, select)) for key in order_by)
        if select.distinct and not select.distinct_on:
            return self._distinct(select, node, targets, keys)
        node = _sorted(node, keys, select)
        if select.distinct_on:
            on = tuple(_flat(key, select) for key in select.distinct_on)
            node = plan.Distinct(node, tuple(key.type for key in on), on)
        if select.locking is not None and isinstance(select.relation, TableRelation):
            condition = select.where
            node = plan.LockRows(node, select.relation, select.locking, condition)
        if select.limit is not None or select.offset is not None:
            node = plan.Limit(node, select.limit, select.offset)
        visible = len(select.fields) or len(targets)
        return plan.Project(node, targets[:visible])

    def _with_ready_parts(self, select: BoundSelect) -> BoundSelect:
        return replace(
            select,
            targets=tuple(
                replace(target, expression=self.ready(target.expression))
                for target in select.targets
            ),
            where=self.maybe_ready(select.where),
            group_by=tuple(map(self.ready, select.group_by)),
            aggregates=tuple(self._ready_call(call) for call in select.aggregates),
            having=self.maybe_ready(select.having),
            order_by=tuple(
                replace(key, expression=self.ready(key.expression)) for key in select.order_by
            ),
            limit=self.maybe_ready(select.limit),
            offset=self.maybe_ready(select.offset),
        )

    def _ready_call(self, call: bound.AggregateCall) -> bound.AggregateCall:
        ready = self.ready(call)
        assert isinstance(ready, bound.AggregateCall)
        return ready

    def _source(self, select: BoundSelect) -> tuple[Node, tuple[SortKey, ...]]:
        """Returns the leaf with the WHERE clause, and what is left of the ORDER BY."""
        relation = select.relation
        if isinstance(relation, TableRelation):
            return self._table_source(select, relation)
        node: Node
        match relation:
            case None:
                node = plan.OneRow()
            case bound.FunctionRelation():
                calls = tuple(
                    replace(call, arguments=tuple(map(self.ready, call.arguments)))
                    for call in relation.calls
                )
                node = plan.FunctionScan(replace(relation, calls=calls))
            case bound.ValuesRelation():
                node = plan.Values(tuple(tuple(map(self.ready, row)) for row in relation.rows))
            case bound.SubqueryRelation():
                node = self.select(relation.select)
            case bound.CatalogRelation():
                node = plan.CatalogScan(relation)
        if select.where is not None:
            node = plan.Filter(node, select.where)
        return node, select.order_by

    def _table_source(
        self, select: BoundSelect, relation: TableRelation
    ) -> tuple[Node, tuple[SortKey, ...]]:
        ordered = ordered_for_min_max(select)
        if ordered is not None:
            first = self._choice(ordered, relation, ordered.order_by, is_limited=True)
            if first.is_ordered:
                one = bound.Const(1, oids.INT8)
                return plan.Limit(first.path, one, None), select.order_by
        wants_order = not (select.grouped or select.set_functions or select.distinct)
        order_by = select.order_by if wants_order else ()
        choice = self._choice(select, relation, order_by, is_limited=select.limit is not None)
        node: Node = choice.path
        gate = conjunction(_split(select.where)[0])
        if gate is not None:
            node = plan.Gate(node, gate)
        return node, () if choice.is_ordered else select.order_by

    def _choice(
        self,
        select: BoundSelect,
        relation: TableRelation,
        order_by: tuple[SortKey, ...],
        *,
        is_limited: bool,
    ) -> Choice:
        request = Request(
            relation,
            tuple(_split(select.where)[1]),
            positions_read(select),
            order_by,
            is_limited=is_limited,
            may_cover=select.locking is None,
        )
        return choose(request, self.expressions_of)

    def _distinct(
        self,
        select: BoundSelect,
        node: Node,
        targets: tuple[Expression, ...],
        keys: tuple[SortKey, ...],
    ) -> Node:
        node = plan.Project(node, targets)
        node = plan.Distinct(node, tuple(target.type for target in targets), None)
        over_targets = []
        for key in keys:
            position = targets.index(key.expression)
            expression = key.expression
            reference = ColumnRef(
                0, position, _name(expression), expression.type, expression.typmod
            )
            over_targets.append(replace(key, expression=reference))
        node = _sorted(node, tuple(over_targets), select)
        if select.limit is not None or select.offset is not None:
            node = plan.Limit(node, select.limit, select.offset)
        return node

    # -- writes ------------------------------------------------------------------------------------

    def insert(self, insert: BoundInsert) -> Node:
        """Returns the plan of an INSERT."""
        source: Node
        if insert.rows is not None:
            source = plan.Values(tuple(self._values_row(insert, row) for row in insert.rows))
        else:
            assert insert.select is not None
            source = self.select(insert.select)
        conflict = insert.on_conflict
        if conflict is not None:
            width = width_of(insert.relation)
            conflict = replace(
                conflict,
                update=tuple(
                    SetColumn(item.position, _beside_excluded(self.ready(item.expression), width))
                    for item in conflict.update
                ),
                where=None
                if conflict.where is None
                else _beside_excluded(self.ready(conflict.where), width),
            )
        return plan.Insert(
            source,
            insert.relation,
            insert.positions,
            insert.defaults,
            insert.checks,
            conflict,
            self._returning(insert.returning),
        )

    def _values_row(
        self, insert: BoundInsert, row: tuple[Expression, ...]
    ) -> tuple[Expression, ...]:
        return tuple(
            insert.defaults[position] if isinstance(value, bound.Default) else self.ready(value)
            for position, value in zip(insert.positions, row, strict=True)
        )

    def update(self, update: BoundUpdate) -> Node:
        """Returns the plan of an UPDATE."""
        condition = self.maybe_ready(update.where)
        assignments = tuple(
            SetColumn(item.position, self.ready(item.expression)) for item in update.assignments
        )
        return plan.Update(
            self._target_path(update.relation, condition),
            assignments,
            condition,
            update.checks,
            self._returning(update.returning),
            conjunction(_split(condition)[0]),
        )

    def delete(self, delete: BoundDelete) -> Node:
        """Returns the plan of a DELETE."""
        condition = self.maybe_ready(delete.where)
        path = self._target_path(delete.relation, condition)
        gate = conjunction(_split(condition)[0])
        return plan.Delete(path, condition, self._returning(delete.returning), gate)

    def _target_path(
        self, relation: TableRelation, condition: Expression | None
    ) -> plan.AccessPath:
        request = Request(relation, tuple(_split(condition)[1]), None, may_cover=False)
        return choose(request, self.expressions_of).path

    def _returning(self, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        return tuple(
            replace(target, expression=self.ready(target.expression)) for target in targets
        )


def _split(where: Expression | None) -> tuple[list[Expression], list[Expression]]:
    """Returns the conjuncts that read no row (they are tested once), and the others."""
    once: list[Expression] = []
    each: list[Expression] = []
    for part in without_row_equalities(conjuncts(where)):
        (once if is_fixed(part) else each).append(part)
    return once, each


def _sorted(node: Node, keys: tuple[SortKey, ...], select: BoundSelect) -> Node:
    keys = tuple(key for key in keys if not is_fixed(key.expression))
    if not keys:
        return node
    keeps_first = select.limit is not None and not select.distinct_on and select.locking is None
    if keeps_first:
        return plan.Sort(node, keys, select.limit, select.offset)
    return plan.Sort(node, keys)


def _flat(expression: Expression, select: BoundSelect) -> Expression:
    """Returns the expression with GroupRefs and SetRefs as columns of the node's row."""
    keys = len(select.group_by)
    width = keys + len(select.aggregates) if select.grouped else width_of(select.relation)

    def flatten(node: Expression) -> Expression | None:
        match node:
            case bound.GroupRef():
                position = node.position
                shown: Expression
                if node.is_aggregate:
                    shown, position = select.aggregates[position], keys + position
                else:
                    shown = select.group_by[position]
                return ColumnRef(0, position, _name(shown), node.type, node.typmod)
            case bound.SetRef():
                name = _name(select.set_functions[node.position])
                return ColumnRef(0, width + node.position, name, node.type, node.typmod)
            case _:
                return None

    if not select.grouped and not select.set_functions:
        return expression
    return replaced(expression, flatten)


def _name(expression: Expression) -> str:
    """Returns what EXPLAIN calls a computed column."""
    return expression.name if isinstance(expression, ColumnRef) else f"({show(expression)})"


def _beside_excluded(expression: Expression, width: int) -> Expression:
    def shift(node: Expression) -> Expression | None:
        if isinstance(node, ColumnRef) and node.relation == 1:
            return replace(node, relation=0, position=node.position + width)
        return None

    return replaced(expression, shift)
