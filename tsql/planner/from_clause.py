"""FROM and WHERE of one query: its relations as leaves of a plan, joined.

A leaf is planned with the conditions over it alone, those included that speak of an outer row by
slots: so the inner side of a nested loop is an access path like any other.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from storage.records import dataclass
from tsql import bound
from tsql.bound import (
    BoundSelect,
    ColumnRef,
    Expression,
    JoinRelation,
    Relation,
    SortKey,
    TableRelation,
)
from tsql.identifiers import quoted
from tsql.planner import plan
from tsql.planner.access_path import IndexExpressions, Request, choose
from tsql.planner.bound_parts import holds_volatile
from tsql.planner.conditions import without_row_equalities
from tsql.planner.join_tree import group_of, relations_in
from tsql.planner.joins import Joins, OuterRow
from tsql.planner.plan import Node
from tsql.planner.push_down import pushed
from tsql.planner.row_layout import (
    Unit,
    leaves_of,
    positions_in,
    read_outside_where,
    width_of,
)
from tsql.planner.walk import (
    columns_of,
    conjunction,
    conjuncts,
    is_fixed,
    replaced,
    walk,
)
from tsql.planner.with_queries import WithQueries


@dataclass(slots=True)
class FromClause:
    """Plans the FROM clause of a query whose expressions are ready.

    Attributes:
        reads_all: Whether all columns of all tables are read (an UPDATE's target).
    """

    select: BoundSelect
    plan_select: Callable[[BoundSelect], Node]
    with_queries: WithQueries
    expressions_of: IndexExpressions
    new_slot: Callable[[], int]
    reads_all: bool = False
    leaves: Sequence[Relation] = ()
    columns: Sequence[frozenset[int] | None] = ()
    locked: frozenset[int] = frozenset()
    is_limited: bool = False

    def plan(self, *, is_limited: bool = False) -> Unit:
        """Returns the joined relations with the WHERE clause."""
        select = self.select
        if select.relation is None:
            return self._filtered(Unit(plan.OneRow(), {}, 0, {}), conjuncts(select.where))
        self.is_limited = is_limited or select.limit is not None
        self.leaves = list(leaves_of(select.relation))
        needed = {lock.relation for lock in select.locking}
        needed.update(key.relation for key in select.row_keys)
        self.locked = frozenset(n for n in needed if isinstance(self.leaves[n], TableRelation))
        group = group_of(select.relation, without_row_equalities(conjuncts(select.where)))
        self.columns = self._columns()
        dependencies = [self._dependencies(leaf) for leaf in self.leaves]
        wants_order = not (
            select.grouped or select.set_functions or select.distinct or select.windows
        )
        order = select.order_by if wants_order or is_limited else ()
        joins = Joins(self.leaves, self._leaf, dependencies, self.new_slot, order, self.is_limited)
        return joins.plan(group)

    def _columns(self) -> list[frozenset[int] | None]:
        """Returns the positions of each relation that are read outside of its own conditions."""
        read = read_outside_where(self.select)
        conditions = conjuncts(self.select.where)
        has_outer = False
        pending = [self.select.relation]
        while pending:
            part = pending.pop()
            if isinstance(part, JoinRelation):
                pending += [part.left, part.right]
                conditions += conjuncts(part.condition)
                has_outer = has_outer or part.kind != "inner"
        read += [one for one in conditions if has_outer or len(relations_in(one)) > 1]
        for leaf in self.leaves:
            read += _reads(leaf)
        return [
            None if self.reads_all or number in self.locked else positions_in(read, number)
            for number in range(len(self.leaves))
        ]

    def _dependencies(self, leaf: Relation) -> frozenset[int]:
        return frozenset[int]().union(*map(relations_in, _reads(leaf)))

    # ---- leaves ----------------------------------------------------------------------------------

    def _leaf(
        self,
        number: int,
        conditions: Sequence[Expression],
        row: OuterRow | None,
        order: tuple[SortKey, ...],
    ) -> Unit:
        relation = self.leaves[number]
        if isinstance(relation, TableRelation):
            return self._table(number, relation, conditions, order)
        node, rest = self._made(relation, number, conditions, row)
        width = width_of(relation)
        unit = Unit(node, {number: 0}, width, {number: _alias(relation)})
        return self._filtered(unit, rest)

    def _filtered(self, unit: Unit, conditions: Sequence[Expression]) -> Unit:
        once = conjunction([one for one in conditions if is_fixed(one)])
        each = conjunction([_local(one) for one in conditions if not is_fixed(one)])
        node = unit.node
        if each is not None:
            node = plan.Filter(node, each)
        if once is not None:
            node = plan.Gate(node, once)
        return replace(unit, node=node)

    def _table(
        self,
        number: int,
        relation: TableRelation,
        conditions: Sequence[Expression],
        order: tuple[SortKey, ...],
    ) -> Unit:
        is_own = all(relations_in(key.expression) == {number} for key in order)
        wanted = tuple([replace(key, expression=_local(key.expression)) for key in order])
        request = Request(
            relation,
            tuple([_local(one) for one in conditions if not is_fixed(one)]),
            self.columns[number],
            wanted if is_own else (),
            is_limited=self.is_limited,
            may_cover=number not in self.locked,
            with_item=number in self.locked,
        )
        choice = choose(request, self.expressions_of)
        node: Node = choice.path
        gate = conjunction([one for one in conditions if is_fixed(one)])
        if gate is not None:
            node = plan.Gate(node, gate)
        width = width_of(relation) + (2 if number in self.locked else 0)
        names = {number: _alias(relation)}
        return Unit(node, {number: 0}, width, names, is_ordered=choice.is_ordered)

    def _made(
        self,
        relation: Relation,
        number: int,
        conditions: Sequence[Expression],
        row: OuterRow | None,
    ) -> tuple[Node, Sequence[Expression]]:
        """Returns the node of a relation that is no table, and the conditions not yet tested."""
        told: Callable[[Expression], Expression] = _same if row is None else row.told
        match relation:
            case bound.FunctionRelation():
                calls = [_told_call(call, told) for call in relation.calls]
                return plan.FunctionScan(replace(relation, calls=tuple(calls))), conditions
            case bound.ValuesRelation():
                return plan.Values(relation.rows), conditions
            case bound.CatalogRelation():
                return plan.CatalogScan(relation), conditions
            case bound.SubqueryRelation():
                node, rest = self._subquery(relation.select, number, conditions)
                if relation.slots:
                    outer = tuple(map(told, relation.outer))
                    node = plan.Slots(node, relation.slots, outer)
                return node, rest
            case bound.SetOperation():
                left, right = relation.left, relation.right
                types = tuple([field.type for field in relation.fields])
                return plan.SetOperation(
                    relation.operator,
                    relation.all,
                    self.plan_select(left),
                    self.plan_select(right),
                    types,
                ), conditions
            case bound.CteRelation():
                select = self.with_queries.inlined(relation.number)
                if select is not None:
                    return self._subquery(select, number, conditions)
                return plan.CteScan(relation.number, relation.name), conditions
            case bound.WorkingTable():
                return plan.WorkingScan(relation.number, relation.name), conditions
            case _:
                raise AssertionError(f"{type(relation).__name__} is no leaf")

    def _subquery(
        self, select: BoundSelect, number: int, conditions: Sequence[Expression]
    ) -> tuple[Node, list[Expression]]:
        """Returns a subquery with what conditions can go inside it, and the others."""
        rest = []
        for condition in conditions:
            inside = None if is_fixed(condition) else pushed(select, condition, number)
            if inside is None:
                rest.append(condition)
            else:
                select = inside
        read = self.columns[number]
        if read is not None:
            select = _without_unread(select, read.union(*(columns_of(c, number) for c in rest)))
        return self.plan_select(select), rest


def _without_unread(select: BoundSelect, read: frozenset[int]) -> BoundSelect:
    """Returns a subquery that doesn't compute what nobody reads: it may cost much, or fail.

    What is volatile is computed all the same, and so is all that decides which rows there are.
    """
    if select.distinct or isinstance(select.relation, bound.SetOperation):
        return select
    targets = tuple([
        target if at in read or _must_compute(target.expression) else _as_null(target)
        for at, target in enumerate(select.targets)
    ])  # fmt: skip
    return replace(select, targets=targets)


def _must_compute(expression: Expression) -> bool:
    if isinstance(expression, ColumnRef | bound.Const) or holds_volatile(expression):
        return True
    return any(isinstance(part, bound.SetRef) for part in walk(expression))


def _as_null(target: bound.Target) -> bound.Target:
    expression = target.expression
    return replace(target, expression=bound.Const(None, expression.type, expression.typmod))


def _same(expression: Expression) -> Expression:
    return expression


def _told_call(
    call: bound.FunctionCall, told: Callable[[Expression], Expression]
) -> bound.FunctionCall:
    return replace(call, arguments=tuple(map(told, call.arguments)))


def _reads(leaf: Relation) -> list[Expression]:
    """Returns the expressions of a relation that are over relations before it."""
    match leaf:
        case bound.FunctionRelation():
            return list(leaf.calls)
        case bound.SubqueryRelation():
            return list(leaf.outer)
        case _:
            return []


def _alias(relation: Relation) -> str:
    assert not isinstance(relation, JoinRelation)
    return quoted(relation.alias)


def _local(expression: Expression) -> Expression:
    """Returns the expression over a row of its only relation."""

    def local(node: Expression) -> Expression | None:
        if isinstance(node, ColumnRef) and node.relation:
            return replace(node, relation=0)
        return None

    return replaced(expression, local)
