"""Subqueries of expressions: parameters, calls, and hash tables.

(SELECT max(a) FROM t)                      runs once before the statement: a parameter
a IN (SELECT b FROM t)                      likewise: a parameter that is an array
(SELECT max(a) FROM t WHERE t.b = o.b)      a call with o.b, when the expression asks for it; if no key
                                            leads to t.b, from the second call on from a hash table of
                                            the values for all t.b
EXISTS (SELECT FROM t WHERE t.b = o.b)      likewise, from the first call on, and after many calls even
                                            if a key leads to t.b
"""

from collections.abc import Callable
from dataclasses import field, replace

from storage.records import dataclass
from tsql import bound
from tsql.bound import (
    BoundSelect,
    ColumnRef,
    Const,
    Expression,
    GroupRef,
    Param,
    Slot,
    Subquery,
    SubqueryCall,
    Target,
)
from tsql.planner.bound_parts import free_slots, holds_volatile
from tsql.planner.hash_keys import can_hash, equal_sides
from tsql.planner.plan import Node
from tsql.planner.reach import reach
from tsql.planner.statement_plan import (
    CorrelatedSubquery,
    HashedSubquery,
    HashedValues,
    SubqueryParameter,
)
from tsql.planner.walk import conjunction, conjuncts, holds_subquery, needs_row, replaced
from tsql.types.kinds import array_type_of


@dataclass(slots=True)
class Subqueries:
    """The subqueries of one statement."""

    parameter_count: int
    plan_select: Callable[[BoundSelect], Node]
    new_slot: Callable[[], int]
    parameters: list[SubqueryParameter] = field(default_factory=list)
    correlated: list[CorrelatedSubquery] = field(default_factory=list)
    _calls: dict[int, Expression] = field(default_factory=dict)
    _kept: list[Subquery] = field(default_factory=list)

    def replacement(self, node: Expression) -> Expression | None:
        """Returns what stands for a subquery; None for anything else."""
        if not isinstance(node, Subquery):
            return None
        known = self._calls.get(id(node))
        if known is None:
            # SET (a, b) = (SELECT …) has one subquery in several expressions.
            known = self._calls[id(node)] = self._made(node)
            self._kept.append(node)
        return known

    def _made(self, node: Subquery) -> Expression:
        if not node.outer and node.kind != "row" and len(node.test) < 2:
            return self._parameter(node)
        return self._call(node)

    def ready(self, expression: Expression) -> Expression:
        """Returns the expression with its subqueries replaced."""
        return replaced(expression, self.replacement)

    # ---- once per statement ----------------------------------------------------------------------

    def _parameter(self, node: Subquery) -> Expression:
        source = self.plan_select(_select_of(node))
        type_, kind = node.type, node.kind
        if kind in {"any", "all"}:
            element = node.select.fields[0].type
            kind, type_ = "array", array_type_of(element) or element
        self.parameters.append(SubqueryParameter(source, kind, type_))
        parameter = Param(self.parameter_count + len(self.parameters), type_, node.typmod)
        comparison = node.comparison
        if comparison is None:
            return parameter
        assert isinstance(comparison, bound.FunctionCall)
        return bound.ArrayComparison(
            comparison.proc,
            self.ready(node.test[0]),
            parameter,
            any=node.kind == "any",
            argument_types=comparison.argument_types,
            operator=comparison.operator or "",
        )

    # ---- when asked for --------------------------------------------------------------------------

    def _call(self, node: Subquery) -> Expression:
        plan = self.plan_select(_select_of(node))
        arguments = tuple(map(self.ready, (*node.outer, *node.test)))
        is_volatile = holds_volatile(node.select)
        hashed = None if is_volatile else self._hashed(node)
        comparison = node.comparison
        if comparison is not None:
            comparison = _over_one_row(comparison, len(node.test))
        is_keyed = reach(plan, frozenset(node.slots)) >= 2
        self.correlated.append(
            CorrelatedSubquery(
                plan,
                node.kind,
                node.slots,
                tuple([argument.type for argument in arguments]),
                comparison,
                is_volatile,
                hashed,
                is_keyed,
            )
        )
        number = len(self.correlated) - 1
        return SubqueryCall(number, arguments, node.type, node.typmod, is_volatile)

    def _hashed(self, node: Subquery) -> HashedSubquery | HashedValues | None:
        """Returns the form that answers by a hash table, if the subquery has one."""
        if node.kind in {"scalar", "record"}:
            return self._hashed_values(node)
        select = _select_of(node)
        if not _is_plain(select) or not _compares_equal(node):
            return None
        parts = _split(node, select)
        if parts is None:
            return None
        compared = [target.expression for target in select.targets] if node.test else []
        if not parts.outer and not compared:
            return None
        whole = replace(
            select,
            targets=_targets([*parts.inner, *compared]),
            where=parts.rest,
            order_by=(),
            distinct=False,
            fields=(),
        )
        if free_slots(whole):
            return None
        return HashedSubquery(
            self.plan_select(whole),
            tuple([expression.type for expression in (*parts.inner, *compared)]),
            tuple([_over_arguments(expression, node.slots) for expression in parts.outer]),
            len(compared),
        )

    def _hashed_values(self, node: Subquery) -> HashedValues | None:
        """Returns the form of a subquery that gives a value: its rows, or groups, by the inner sides."""
        select: BoundSelect = node.select
        takes_first = _takes_first(select)
        if select.group_by or select.grouping_sets is not None or select.having is not None:
            return None
        if not _is_plain(
            replace(select, grouped=False, limit=None if takes_first else select.limit)
        ):
            return None
        parts = _split(node, select)
        if parts is None or not parts.outer:
            return None
        keys: list[Expression] = list(parts.inner)
        if select.grouped:
            keys = [GroupRef(at, False, key.type, key.typmod) for at, key in enumerate(parts.inner)]
        whole = replace(
            select,
            targets=(*_targets(keys), *select.targets),
            where=parts.rest,
            group_by=tuple(parts.inner) if select.grouped else (),
            order_by=select.order_by if takes_first else (),
            limit=None,
            fields=(),
        )
        if free_slots(whole):
            return None
        return HashedValues(
            self.plan_select(whole),
            tuple([expression.type for expression in parts.inner]),
            tuple([_over_arguments(expression, node.slots) for expression in parts.outer]),
            takes_first,
            select.grouped,
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """A subquery's WHERE: the sides of the equalities with the outer row, and what is left."""

    outer: list[Expression]
    inner: list[Expression]
    rest: Expression | None


def _split(node: Subquery, select: BoundSelect) -> _Parts | None:
    own = frozenset(node.slots)
    if not own <= free_slots(node.select):
        # A WITH query that it reads depends on outer values: there is no table for all of them.
        return None
    outer: list[Expression] = []
    inner: list[Expression] = []
    rest: list[Expression] = []
    for condition in conjuncts(select.where):
        if not free_slots(condition):
            rest.append(condition)
            continue
        sides = _correlation(condition, own)
        if sides is None:
            return None
        outer.append(sides[0])
        inner.append(sides[1])
    return _Parts(outer, inner, conjunction(rest))


def _targets(expressions: list[Expression]) -> tuple[Target, ...]:
    return tuple([Target(expression, "?column?") for expression in expressions])


def _takes_first(select: BoundSelect) -> bool:
    """Returns whether LIMIT 1 keeps the first of its rows."""
    limit = select.limit
    return (
        isinstance(limit, Const)
        and limit.value == 1
        and not (select.grouped or select.distinct or select.with_ties)
    )


def _select_of(node: Subquery) -> BoundSelect:
    """Returns the query as it has to run: EXISTS asks for no columns, and no order."""
    select: BoundSelect = node.select
    if node.kind != "exists" or select.set_functions or select.distinct_on or select.windows:
        return select
    limit = select.limit
    if isinstance(limit, Const) and limit.value and select.offset is None:
        limit = None
    return replace(
        select, targets=(), order_by=(), distinct=False, limit=limit, fields=(), with_ties=False
    )


def _is_plain(select: BoundSelect) -> bool:
    return not (
        select.grouped
        or select.windows
        or select.set_functions
        or select.distinct_on
        or select.limit is not None
        or select.offset is not None
        or select.locking
        or select.relation is None
        or select.ctes
    )


def _compares_equal(node: Subquery) -> bool:
    """Returns whether it is EXISTS, or IN over types that can be hashed."""
    if node.kind == "exists":
        return True
    comparison = node.comparison
    match comparison:
        case bound.FunctionCall(operator="=") | bound.RowComparison(operator="="):
            pairs = zip(node.test, node.select.fields, strict=True)
            return node.kind == "any" and all(can_hash(t.type, f.type) for t, f in pairs)
        case _:
            return False


def _correlation(
    condition: Expression, slots: frozenset[int]
) -> tuple[Expression, Expression] | None:
    """Returns the outer and the inner side of an equality between them."""
    sides = equal_sides(condition)
    if sides is None:
        return None
    for outer, inner in (sides, sides[::-1]):
        used = free_slots(outer)
        if not used or not used <= slots or needs_row(outer) or free_slots(inner):
            continue
        # A subquery of the outer side's own would be asked for by what asks the table.
        return None if holds_subquery(outer) else (outer, inner)
    return None


def _over_arguments(expression: Expression, slots: tuple[int, ...]) -> Expression:
    """Returns an expression over slots as one over the row of the call's arguments."""

    def argument(node: Expression) -> Expression | None:
        if not isinstance(node, Slot):
            return None
        return ColumnRef(0, slots.index(node.number), node.name, node.type, node.typmod)

    return replaced(expression, argument)


def _over_one_row(comparison: Expression, count: int) -> Expression:
    """Returns the comparison over one row: what is compared, then the subquery's columns."""

    def column(node: Expression) -> Expression | None:
        if isinstance(node, ColumnRef) and node.relation == 1:
            return replace(node, relation=0, position=node.position + count)
        return None

    return replaced(comparison, column)
