"""From a bound statement to its plan.

The order of a SELECT's nodes, from the leaf up (each only where needed):

    access paths and joins -> Filter -> Aggregate -> Filter (HAVING) -> Windows -> ProjectSet
        -> Sort -> LockRows -> Limit -> Project                           without DISTINCT
        -> Project -> Distinct -> Sort -> Limit                           with DISTINCT

so targets are computed only for rows that are returned. References of the binder's are turned into
plain positions on the way: a column into its place in the joined row, GroupRef into a column of the
grouped row, WindowRef and SetRef into ones behind the source's columns, the excluded row of ON
CONFLICT into columns behind the existing row's.
"""

import itertools
from collections.abc import Iterator
from dataclasses import field, replace
from typing import TypeVar

from storage.kv.store import LockWait
from storage.lock_modes import LockMode
from storage.records import dataclass
from tsql import bound
from tsql.bound import (
    BoundDelete,
    BoundInsert,
    BoundSelect,
    BoundUpdate,
    ColumnRef,
    Expression,
    SetColumn,
    SortKey,
    TableRelation,
    Target,
)
from tsql.bound_merge import AnyStatement, BoundMerge
from tsql.planner import plan
from tsql.planner.access_path import IndexExpressions, Request, choose
from tsql.planner.columnar import columnar_form, grouping_of
from tsql.planner.conditions import without_row_equalities
from tsql.planner.from_clause import FromClause
from tsql.planner.having import with_having_early
from tsql.planner.min_max import ordered_for_min_max
from tsql.planner.plan import Node
from tsql.planner.row_layout import Unit, leaves_of, width_of
from tsql.planner.show import show
from tsql.planner.statement_plan import Plan
from tsql.planner.subqueries import Subqueries
from tsql.planner.walk import conjunction, conjuncts, holds_subquery, is_fixed, replaced
from tsql.planner.windows import positions_of, windowed
from tsql.planner.with_queries import WithQueries
from tsql.types import oids

T = TypeVar("T", bound.AggregateCall, bound.WindowCall, bound.FunctionCall)


def plan_statement(
    statement: AnyStatement, parameter_count: int, expressions_of: IndexExpressions
) -> Plan:
    """Returns the statement's plan."""
    planner = _Planner(parameter_count, expressions_of)
    root = planner.statement(statement)
    subqueries = planner.subqueries
    return Plan(
        root,
        parameter_count,
        tuple(subqueries.parameters),
        tuple(subqueries.correlated),
        planner.with_queries.has_writes,
        _columnar(statement, root, subqueries) if isinstance(statement, BoundSelect) else None,
    )


def _columnar(statement: BoundSelect, root: Node, subqueries: Subqueries) -> plan.Columnar | None:
    if statement.row_keys:
        return None
    return columnar_form(statement, root, [one.node for one in subqueries.parameters])


@dataclass(slots=True)
class _Planner:
    parameter_count: int
    expressions_of: IndexExpressions
    #: The planner's own slots; the binder's numbers are not negative.
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(-1, -1))
    #: Queries around the one that is being planned.
    depth: int = 0
    subqueries: Subqueries = field(init=False)
    with_queries: WithQueries = field(init=False)

    def __post_init__(self) -> None:
        self.subqueries = Subqueries(self.parameter_count, self.select, self.new_slot)
        self.with_queries = WithQueries(self.select, self.statement)

    def new_slot(self) -> int:
        """Returns the number of a slot that nothing else uses."""
        return next(self.numbers)

    def statement(self, statement: AnyStatement) -> Node:
        """Returns the plan of any statement."""
        match statement:
            case BoundSelect():
                return self.select(statement)
            case BoundInsert():
                return self.insert(statement)
            case BoundUpdate():
                return self.update(statement)
            case BoundMerge():
                return self.merge(statement)
            case _:
                return self.delete(statement)

    def ready(self, expression: Expression) -> Expression:
        """Returns the expression with its subqueries as parameters or calls."""
        if not holds_subquery(expression):
            return expression
        return replaced(expression, self.subqueries.replacement)

    def maybe_ready(self, expression: Expression | None) -> Expression | None:
        return None if expression is None else self.ready(expression)

    # -- SELECT ------------------------------------------------------------------------------------

    def select(self, select: BoundSelect) -> Node:
        """Returns the node that gives the visible targets' values."""
        starts_anew = self.depth > 0
        self.depth += 1
        kept = self.with_queries.begin(select.ctes)
        node = self._select(select)
        self.depth -= 1
        return plan.With(node, kept, starts_anew=starts_anew) if kept else node

    def _select(self, bound_select: BoundSelect) -> Node:
        bound_select = with_having_early(bound_select)
        select = self._with_ready_parts(bound_select)
        unit, order_by = self._source(select)
        node = unit.node
        flat = _Flattened(select, unit)
        if select.grouped:
            reads = bool(select.group_by or select.aggregates)
            node = plan.Aggregate(
                node if reads else plan.OneRow(),
                tuple(map(unit.flat, select.group_by)),
                tuple([flat.call(call) for call in select.aggregates]),
                _grouping_sets(select),
                select.groupings,
            )
            if reads:
                node = columnar_form(grouping_of(bound_select), node) or node
            if select.having is not None:
                node = plan.Filter(node, flat(select.having))
        if select.windows:
            node = windowed(node, [flat.window_call(call) for call in select.windows])
        if select.set_functions:
            functions = tuple(
                [
                    replace(call, arguments=tuple(map(flat, call.arguments)))
                    for call in select.set_functions
                ]
            )
            node = plan.ProjectSet(node, functions)
        targets = tuple([flat(target.expression) for target in select.targets])
        keys = tuple([replace(key, expression=flat(key.expression)) for key in order_by])
        if select.distinct and not select.distinct_on:
            return self._distinct(select, node, targets, keys)
        node = _sorted(node, keys, select)
        if select.distinct_on:
            on = tuple(map(flat, select.distinct_on))
            node = plan.Distinct(node, tuple(key.type for key in on), on)
        if select.locking:
            condition = conjunction(self._join_conditions(select, unit))
            problems = [lock.problem for lock in select.locking if lock.problem is not None]
            node = (
                plan.Failure(*problems[0])
                if problems
                else plan.LockRows(node, _locked(select, unit), condition)
            )
        node = _limited(node, select, keys)
        visible = len(select.fields) or len(targets)
        return plan.Project(node, (*targets[:visible], *_row_keys(select, unit, keys)))

    def _join_conditions(self, select: BoundSelect, unit: Unit) -> list[Expression]:
        """Returns what a row of inner joins must meet, if one of its parts has changed."""
        conditions = conjuncts(select.where)
        pending = [select.relation]
        while pending:
            part = pending.pop()
            if isinstance(part, bound.JoinRelation):
                pending += [part.left, part.right]
                if part.kind == "inner":
                    conditions += conjuncts(part.condition)
        return [unit.flat(condition) for condition in conditions]

    def _with_ready_parts(self, select: BoundSelect) -> BoundSelect:
        ready, maybe = self.ready, self.maybe_ready
        return replace(
            select,
            targets=tuple(
                [replace(target, expression=ready(target.expression)) for target in select.targets]
            ),
            relation=self._ready_relation(select.relation),
            where=maybe(select.where),
            group_by=tuple(map(ready, select.group_by)),
            aggregates=tuple([self._ready_call(call) for call in select.aggregates]),
            windows=tuple([self._ready_call(call) for call in select.windows]),
            set_functions=tuple([self._ready_call(call) for call in select.set_functions]),
            distinct_on=tuple(map(ready, select.distinct_on)),
            having=maybe(select.having),
            order_by=tuple(
                [replace(key, expression=ready(key.expression)) for key in select.order_by]
            ),
            limit=maybe(select.limit),
            offset=maybe(select.offset),
        )

    def _ready_call(self, call: T) -> T:
        ready = self.ready(call)
        assert type(ready) is type(call)
        return ready

    def _ready_relation(self, relation: bound.Relation | None) -> bound.Relation | None:
        """Returns the relations with the subqueries of their expressions ready."""
        match relation:
            case bound.JoinRelation():
                left, right = map(self._ready_relation, (relation.left, relation.right))
                assert left is not None
                assert right is not None
                condition = self.maybe_ready(relation.condition)
                return replace(relation, left=left, right=right, condition=condition)
            case bound.FunctionRelation():
                calls = [self._ready_call(call) for call in relation.calls]
                return replace(relation, calls=tuple(calls))
            case bound.ValuesRelation():
                rows = tuple([tuple(map(self.ready, row)) for row in relation.rows])
                return replace(relation, rows=rows)
            case bound.SubqueryRelation():
                return replace(relation, outer=tuple(map(self.ready, relation.outer)))
            case _:
                return relation

    def _source(self, select: BoundSelect) -> tuple[Unit, tuple[SortKey, ...]]:
        """Returns FROM with the WHERE clause, and what is left of the ORDER BY."""
        relation = select.relation
        if isinstance(relation, TableRelation):
            first = self._min_max(select, relation)
            if first is not None:
                return first, select.order_by
        clause = FromClause(
            select, self.select, self.with_queries, self.expressions_of, self.new_slot
        )
        unit = clause.plan()
        return unit, () if unit.is_ordered else select.order_by

    def _min_max(self, select: BoundSelect, relation: TableRelation) -> Unit | None:
        """Returns the one row that answers min() or max(), if a key has the order."""
        ordered = ordered_for_min_max(select)
        if ordered is None:
            return None
        clause = FromClause(
            ordered, self.select, self.with_queries, self.expressions_of, self.new_slot
        )
        unit = clause.plan(is_limited=True)
        if not unit.is_ordered:
            return None
        return replace(unit, node=plan.Limit(unit.node, bound.Const(1, oids.INT8), None))

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
            reference = _column(position, expression, expression)
            over_targets.append(replace(key, expression=reference))
        return _limited(_sorted(node, tuple(over_targets), select), select, tuple(over_targets))

    # -- writes ------------------------------------------------------------------------------------

    def insert(self, insert: BoundInsert) -> Node:
        """Returns the plan of an INSERT."""
        kept = self.with_queries.begin(insert.ctes)
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
        insert_node = plan.Insert(
            source,
            insert.relation,
            insert.positions,
            insert.defaults,
            insert.checks,
            conflict,
            self._returning(insert.returning),
        )
        return plan.With(insert_node, kept, starts_anew=False) if kept else insert_node

    def _values_row(
        self, insert: BoundInsert, row: tuple[Expression, ...]
    ) -> tuple[Expression, ...]:
        return tuple(
            insert.defaults[position] if isinstance(value, bound.Default) else self.ready(value)
            for position, value in zip(insert.positions, row, strict=True)
        )

    def update(self, update: BoundUpdate) -> Node:
        """Returns the plan of an UPDATE."""
        kept = self.with_queries.begin(update.ctes)
        condition = self.maybe_ready(update.where)
        assignments = [
            replace(item, expression=self.ready(item.expression)) for item in update.assignments
        ]
        returning = self._returning(update.returning)
        node: Node
        if update.source is None:
            path = self._target_path(update.relation, condition)
            gate = conjunction(_split(condition)[0])
            node = plan.Update(
                path,
                tuple(assignments),
                condition,
                update.checks,
                returning,
                gate,
                current_of=update.current_of,
            )
        else:
            unit = self._joined_target(update.relation, update.source, condition)
            node = plan.Update(
                unit.node,
                tuple([replace(a, expression=unit.flat(a.expression)) for a in assignments]),
                self._target_condition(unit, update.source, condition),
                update.checks,
                _over(unit, returning),
                None,
                update.relation,
                unit.offsets[0],
            )
        return plan.With(node, kept, starts_anew=False) if kept else node

    def delete(self, delete: BoundDelete) -> Node:
        """Returns the plan of a DELETE."""
        kept = self.with_queries.begin(delete.ctes)
        condition = self.maybe_ready(delete.where)
        returning = self._returning(delete.returning)
        node: Node
        if delete.source is None:
            path = self._target_path(delete.relation, condition)
            gate = conjunction(_split(condition)[0])
            node = plan.Delete(path, condition, returning, gate, current_of=delete.current_of)
        else:
            unit = self._joined_target(delete.relation, delete.source, condition)
            again = self._target_condition(unit, delete.source, condition)
            node = plan.Delete(
                unit.node, again, _over(unit, returning), None, delete.relation, unit.offsets[0]
            )
        return plan.With(node, kept, starts_anew=False) if kept else node

    def merge(self, merge: BoundMerge) -> Node:
        """Returns the plan of a MERGE."""
        kept = self.with_queries.begin(merge.ctes)
        condition = self.ready(merge.condition)
        inserts = any(not when.is_matched for when in merge.whens)
        unit = self._joined_target(
            merge.relation, merge.source, None, "right" if inserts else "inner", merge.condition
        )
        whens = []
        for when in merge.whens:
            assignments = [
                replace(item, expression=unit.flat(self.ready(item.expression)))
                for item in when.assignments
            ]
            test = self.maybe_ready(when.condition)
            values = [unit.flat(self.ready(value)) for value in when.values]
            whens.append(
                replace(
                    when,
                    condition=None if test is None else unit.flat(test),
                    assignments=tuple(assignments),
                    values=tuple(values),
                )
            )
        node = plan.Merge(
            unit.node,
            merge.relation,
            unit.offsets[0],
            unit.flat(condition),
            tuple(whens),
            merge.defaults,
            merge.checks,
        )
        return plan.With(node, kept, starts_anew=False) if kept else node

    def _target_path(
        self, relation: TableRelation, condition: Expression | None
    ) -> plan.AccessPath:
        request = Request(relation, tuple(_split(condition)[1]), None, may_cover=False)
        return choose(request, self.expressions_of).path

    def _joined_target(
        self,
        target: TableRelation,
        source: bound.Relation,
        condition: Expression | None,
        kind: str = "inner",
        join_condition: Expression | None = None,
    ) -> Unit:
        """Returns the join of a write's target with FROM or USING; the target's items are in it."""
        both = bound.JoinRelation(kind, target, source, join_condition)
        relation = self._ready_relation(both)
        lock = bound.RowLocking(0, LockMode.UPDATE, LockWait.WAIT)
        select = BoundSelect(relation, (), where=condition, locking=(lock,))
        return FromClause(
            select,
            self.select,
            self.with_queries,
            self.expressions_of,
            self.new_slot,
            reads_all=True,
        ).plan()

    def _target_condition(
        self, unit: Unit, source: bound.Relation, condition: Expression | None
    ) -> Expression | None:
        """Returns what must hold of the target's newest row with the same other rows."""
        relation = self._ready_relation(source)
        select = BoundSelect(relation, (), where=condition)
        return conjunction(self._join_conditions(select, unit))

    def _returning(self, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        return tuple(
            replace(target, expression=self.ready(target.expression)) for target in targets
        )


def _row_keys(select: BoundSelect, unit: Unit, keys: tuple[SortKey, ...]) -> Iterator[Expression]:
    """Yields the keys of a cursor's rows; NULLs where PostgreSQL wouldn't find the rows."""
    for key in select.row_keys:
        if keys and key.is_lost_by_sorting:
            yield bound.Const(None, oids.BYTEA)
        else:
            yield unit.flat(ColumnRef(key.relation, key.position, "key", oids.BYTEA))


def _over(unit: Unit, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    return tuple([replace(target, expression=unit.flat(target.expression)) for target in targets])


def _split(where: Expression | None) -> tuple[list[Expression], list[Expression]]:
    """Returns the conjuncts that read no row (they are tested once), and the others."""
    once: list[Expression] = []
    each: list[Expression] = []
    for part in without_row_equalities(conjuncts(where)):
        (once if is_fixed(part) else each).append(part)
    return once, each


def _locked(select: BoundSelect, unit: Unit) -> tuple[plan.LockedRelation, ...]:
    leaves = list(leaves_of(select.relation))
    locked = []
    for lock in select.locking:
        relation = leaves[lock.relation]
        assert isinstance(relation, TableRelation)
        locked.append(plan.LockedRelation(relation, unit.offsets[lock.relation], lock))
    return tuple(locked)


def _grouping_sets(select: BoundSelect) -> tuple[tuple[int, ...], ...] | None:
    """Returns the grouping sets; GROUPING() may be asked of plain keys, too."""
    if select.grouping_sets is None and select.groupings:
        return (tuple(range(len(select.group_by))),)
    return select.grouping_sets


def _limited(node: Node, select: BoundSelect, keys: tuple[SortKey, ...]) -> Node:
    if select.limit is None and select.offset is None:
        return node
    ties = tuple([key.expression for key in keys]) if select.with_ties else ()
    return plan.Limit(node, select.limit, select.offset, ties)


def _sorted(node: Node, keys: tuple[SortKey, ...], select: BoundSelect) -> Node:
    keys = tuple(key for key in keys if not is_fixed(key.expression))
    if not keys:
        return node
    keeps_first = (
        select.limit is not None
        and not select.distinct_on
        and not select.locking
        and not select.with_ties
    )
    if keeps_first:
        return plan.Sort(node, keys, select.limit, select.offset)
    return plan.Sort(node, keys)


class _Flattened:
    """Makes plain columns of references into the rows of a SELECT's nodes."""

    def __init__(self, select: BoundSelect, unit: Unit) -> None:
        self._select = select
        self._unit = unit
        self._keys = len(select.group_by)
        if select.grouped:
            self._width = self._keys + len(select.aggregates) + len(select.groupings)
        else:
            self._width = unit.width
        self._window_positions = positions_of(select.windows)

    def __call__(self, expression: Expression) -> Expression:
        select = self._select
        if select.grouped or select.windows or select.set_functions:
            return replaced(expression, self._column)
        return self._unit.flat(expression)

    def call(self, call: bound.AggregateCall) -> bound.AggregateCall:
        """Returns an aggregate over the unit's row."""
        flat = self._unit.flat(call)
        assert isinstance(flat, bound.AggregateCall)
        return flat

    def window_call(self, call: bound.WindowCall) -> bound.WindowCall:
        """Returns a window function over the row below the windows."""
        flat = self(call)
        assert isinstance(flat, bound.WindowCall)
        return flat

    def _column(self, node: Expression) -> Expression | None:
        select = self._select
        shown: Expression
        match node:
            case bound.GroupRef(is_aggregate=True):
                shown = select.aggregates[node.position]
                position = self._keys + node.position
            case bound.GroupRef():
                shown = select.group_by[node.position]
                position = node.position
            case bound.GroupingRef():
                position = self._keys + len(select.aggregates) + node.position
                return ColumnRef(0, position, "grouping", node.type)
            case bound.WindowRef():
                shown = select.windows[node.position]
                position = self._width + self._window_positions[node.position]
            case bound.SetRef():
                shown = select.set_functions[node.position]
                position = self._width + len(select.windows) + node.position
            case _:
                return None if select.grouped else self._unit.flat_column(node)
        return _column(position, shown, node)


def _column(position: int, computed: Expression, node: Expression) -> ColumnRef:
    """Returns a reference to what has been computed below; EXPLAIN shows its expression."""
    if isinstance(computed, ColumnRef):
        return replace(computed, relation=0, position=position)
    return ColumnRef(0, position, "?column?", node.type, node.typmod, f"({show(computed)})")


def _beside_excluded(expression: Expression, width: int) -> Expression:
    def shift(node: Expression) -> Expression | None:
        if isinstance(node, ColumnRef) and node.relation == 1:
            return replace(node, relation=0, position=node.position + width)
        return None

    return replaced(expression, shift)
