"""Joins: which relation is read first, and how each further one is reached.

Conditions go down to where they can be tested first. Inner joins are ordered by facts that are
known without statistics: a relation with its key given goes first; then, again and again, the one
that is best reached from those already there:

    by a key or an index     a nested loop, whose inner side reads by the outer row's values
    by equal values          a hash join
    not at all               every row with every row

A statement whose rows are wanted in the order of one relation's key, and only the first of them,
begins with that relation: joins keep the order of their outer rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import Any, Final

from storage.records import dataclass
from tsql import bound
from tsql.bound import ColumnRef, Expression, Relation, SortKey
from tsql.planner import plan
from tsql.planner.hash_keys import equal_sides
from tsql.planner.join_tree import Group, Leaf, Outer, Part, numbers_of, relations_in, simplified
from tsql.planner.reach import reach
from tsql.planner.row_layout import Unit
from tsql.planner.walk import conjunction, holds_subquery, is_fixed, replaced

#: Equally good first parts that are tried all.
_TRIED_MAX: Final = 5


@dataclass(slots=True)
class OuterRow:
    """The outer row of a nested loop as its inner side sees it: by slots.

    Attributes:
        relations: Whose columns it has.
        around: Of the nested loop around that one.
    """

    new_slot: Callable[[], int]
    relations: frozenset[int]
    around: "OuterRow | None"
    columns: dict[tuple[int, int], bound.Slot] = field(default_factory=dict)
    sources: list[ColumnRef] = field(default_factory=list)

    def has(self, relation: int) -> bool:
        """Returns whether the inner side can know the relation's row."""
        if relation in self.relations:
            return True
        return self.around is not None and self.around.has(relation)

    def told(self, expression: Expression) -> Expression:
        """Returns the expression with the outer rows' columns as slots."""
        return replaced(expression, self._slot)

    def _slot(self, node: Expression) -> Expression | None:
        if not isinstance(node, ColumnRef):
            return None
        if node.relation not in self.relations:
            return None if self.around is None else self.around._slot(node)  # noqa: SLF001
        key = (node.relation, node.position)
        if key not in self.columns:
            self.columns[key] = bound.Slot(self.new_slot(), node.name, node.type, node.typmod)
            self.sources.append(node)
        return self.columns[key]

    def numbers(self) -> tuple[int, ...]:
        """Returns the slots, in the order of `sources`."""
        return tuple(slot.number for slot in self.columns.values())


#: Plans a relation with conditions over it alone: (number, conditions, outer row, wanted order).
PlanLeaf = Callable[[int, Sequence[Expression], OuterRow | None, tuple[SortKey, ...]], Unit]


@dataclass(frozen=True, slots=True)
class Joins:
    """Plans the joins of one query.

    Attributes:
        dependencies: Of each relation: those whose rows it reads (LATERAL).
        order: In which the rows are wanted.
    """

    leaves: Sequence[Relation]
    plan_leaf: PlanLeaf
    dependencies: Sequence[frozenset[int]]
    new_slot: Callable[[], int]
    order: tuple[SortKey, ...]
    is_limited: bool
    #: Parts that have been planned already, by what they were planned with; the values keep that
    #: alive. Many orders of joins are tried, and most of their steps are the same.
    _parts: dict[Any, tuple[Any, Unit]] = field(default_factory=dict)
    _inner: dict[Any, tuple[Any, OuterRow, Unit]] = field(default_factory=dict)

    def plan(self, group: Group) -> Unit:
        """Returns the plan of the whole FROM clause with its conditions."""
        return self._group(simplified(group), None, self.order)

    def _part(
        self,
        part: Part,
        conditions: Sequence[Expression],
        row: OuterRow | None,
        order: tuple[SortKey, ...] = (),
    ) -> Unit:
        key = (id(part), tuple(map(id, conditions)), id(row), bool(order))
        known = self._parts.get(key)
        if known is None:
            unit = self._planned(part, conditions, row, order)
            known = self._parts[key] = (part, conditions, row), unit
        return known[1]

    def _planned(
        self,
        part: Part,
        conditions: Sequence[Expression],
        row: OuterRow | None,
        order: tuple[SortKey, ...],
    ) -> Unit:
        match part:
            case Leaf():
                return self.plan_leaf(part.number, conditions, row, order)
            case Outer():
                return self._outer(part, conditions, row, order)
            case Group():
                group = Group(part.parts, (*part.conditions, *conditions))
                return self._group(group, row, order)

    # ---- outer joins -----------------------------------------------------------------------------

    def _outer(
        self,
        outer: Outer,
        conditions: Sequence[Expression],
        row: OuterRow | None,
        order: tuple[SortKey, ...],
    ) -> Unit:
        """Plans an outer join; conditions from above go to its left side, or on top."""
        if outer.is_full:
            left = self._group(outer.left, row)
            right = self._group(outer.right, row)
            keys, rest = _hash_keys(outer.conditions, left, right)
            if not keys and any(map(relations_in, outer.conditions)):
                message = "FULL JOIN is only supported with merge-joinable"
                message += " or hash-joinable join conditions"
                return _united(left, right, plan.Failure("0A000", message))
            return _filtered(_joined(left, right, "full", keys, rest), conditions)
        numbers = numbers_of(outer.left)
        below = [one for one in conditions if relations_in(one) <= numbers]
        above = [one for one in conditions if not relations_in(one) <= numbers]
        left = self._group(Group(outer.left.parts, (*outer.left.conditions, *below)), row, order)
        numbers = numbers_of(outer.right)
        alone = [one for one in outer.conditions if relations_in(one) <= numbers]
        shared = [one for one in outer.conditions if not relations_in(one) <= numbers]
        unit = self._reached(left, outer.right, (alone, shared), "left", row)[1]
        return _filtered(unit, above)

    # ---- inner joins -----------------------------------------------------------------------------

    def _group(self, group: Group, row: OuterRow | None, order: tuple[SortKey, ...] = ()) -> Unit:
        once = [one for one in group.conditions if is_fixed(one)]
        each = [one for one in group.conditions if not is_fixed(one)]
        if len(group.parts) == 1:
            unit = self._part(group.parts[0], each, row, order)
        else:
            unit = self._chain(group.parts, each, row, order)
        gate = conjunction(once)
        return unit if gate is None else replace(unit, node=plan.Gate(unit.node, gate))

    def _chain(
        self,
        parts: Sequence[Part],
        conditions: Sequence[Expression],
        row: OuterRow | None,
        order: tuple[SortKey, ...],
    ) -> Unit:
        """Joins the parts one after another, from the best first one on."""
        alone = [_only_over(part, conditions) for part in parts]
        scores = [
            self._start_score(part, own, row, order)
            if self._is_ready(part, frozenset(), row)
            else -1.0
            for part, own in zip(parts, alone, strict=True)
        ]
        best = max(scores)
        firsts = [at for at, score in enumerate(scores) if score == best]
        if len(firsts) > _TRIED_MAX:
            firsts = firsts[:1]
        attempts = [self._from(first, parts, (alone, conditions), row, order) for first in firsts]
        return max(attempts, key=lambda attempt: attempt[0])[1]

    def _from(
        self,
        first: int,
        parts: Sequence[Part],
        conditions: tuple[Sequence[Sequence[Expression]], Sequence[Expression]],
        row: OuterRow | None,
        order: tuple[SortKey, ...],
    ) -> tuple[list[float], Unit]:
        """Returns the scores of the joins, the worst first, and the plan that begins there."""
        alone, every = conditions
        unit = self._part(parts[first], alone[first], row, order)
        pending = [one for one in every if all(one not in own for own in alone)]
        left = [at for at in range(len(parts)) if at != first]
        scores: list[float] = []
        while left:
            there = frozenset(unit.offsets)
            best: tuple[float, Unit, int, list[Expression]] | None = None
            for at in left:
                if not self._is_ready(parts[at], there, row):
                    continue
                numbers = there | numbers_of(parts[at])
                usable = [one for one in pending if relations_in(one) <= numbers]
                score, joined = self._reached(unit, parts[at], (alone[at], usable), "inner", row)
                if best is None or score > best[0]:
                    best = (score, joined, at, usable)
            assert best is not None
            score, unit, at, used = best
            scores.append(score)
            left.remove(at)
            pending = [one for one in pending if all(one is not other for other in used)]
        return sorted(scores), _filtered(unit, pending)

    def _start_score(
        self,
        part: Part,
        conditions: Sequence[Expression],
        row: OuterRow | None,
        order: tuple[SortKey, ...],
    ) -> float:
        """Returns how good it is to begin with a part."""
        if isinstance(part, Leaf):
            relation = self.leaves[part.number]
            if isinstance(relation, bound.ValuesRelation | bound.FunctionRelation):
                return 1.9
            if isinstance(relation, bound.WorkingTable) and any(map(_is_costly, self.leaves)):
                return 1.9
        unit = self._part(part, conditions, row, order if self.is_limited else ())
        score = reach(unit.node, None)
        if score < 2 and unit.is_ordered:
            return 1.8
        return score + (0.1 if conditions else 0.0)

    def _is_ready(self, part: Part, there: frozenset[int], row: OuterRow | None) -> bool:
        """Returns whether all rows that the part reads from outside are there."""
        return all(n in there or (row is not None and row.has(n)) for n in self._outside(part))

    def _outside(self, part: Part) -> frozenset[int]:
        numbers = numbers_of(part)
        return frozenset[int]().union(*[self.dependencies[n] for n in numbers]) - numbers

    def _reached(
        self,
        outer: Unit,
        part: Part,
        conditions: tuple[Sequence[Expression], Sequence[Expression]],
        kind: str,
        row: OuterRow | None,
    ) -> tuple[float, Unit]:
        """Returns a score and the join of a part with what is there.

        `conditions` are those over the part alone, and those over both sides.
        """
        alone, shared = conditions
        there = frozenset(outer.offsets)
        inside, inner = self._told(part, conditions, there, row)
        score = float(reach(inner.node, frozenset(inside.numbers())))
        if self._is_worth_narrowing(part, shared, there):
            score = 2.0
        if score >= 2 or self._outside(part) & there:
            values = tuple(outer.flat(column) for column in inside.sources)
            node = plan.NestedLoop(
                outer.node, inner.node, inside.numbers(), values, kind, inner.width
            )
            return max(score, 1.0), _united(outer, inner, node)
        plain = self._part(part, alone, row)
        keys, rest = _hash_keys(shared, outer, plain)
        is_single = reach(plain.node, None) >= 3
        return 3.0 if is_single else 1.5 if keys else 0.5, _joined(outer, plain, kind, keys, rest)

    def _is_worth_narrowing(
        self, part: Part, shared: Sequence[Expression], there: frozenset[int]
    ) -> bool:
        """Returns whether to read a subquery for each outer row, with the conditions inside.

        So it is where a subquery has subqueries in its columns, run for each of its rows, and the
        outer rows are the few of a recursive query's last round: asyncpg's lookup of types.
        """
        if not isinstance(part, Leaf) or not shared or not _is_costly(self.leaves[part.number]):
            return False
        return all(isinstance(self.leaves[number], bound.WorkingTable) for number in there)

    def _told(
        self,
        part: Part,
        conditions: tuple[Sequence[Expression], Sequence[Expression]],
        there: frozenset[int],
        row: OuterRow | None,
    ) -> tuple[OuterRow, Unit]:
        """Returns a part planned as the inner side of a nested loop, and what it is told."""
        alone, shared = conditions
        known_there = there & (self._outside(part).union(*map(relations_in, shared)))
        key = (id(part), tuple(map(id, alone)), tuple(map(id, shared)), known_there, id(row))
        known = self._inner.get(key)
        if known is None:
            inside = OuterRow(self.new_slot, there, row)
            inner = self._planned(part, [*alone, *map(inside.told, shared)], inside, ())
            known = self._inner[key] = (part, conditions, row), inside, inner
        return known[1], known[2]


# ---- conditions ----------------------------------------------------------------------------------


def _is_costly(relation: Relation) -> bool:
    return isinstance(relation, bound.SubqueryRelation) and any(
        holds_subquery(target.expression) for target in relation.select.targets
    )


Pairs = tuple[tuple[Expression, Expression], ...]


def _only_over(part: Part, conditions: Sequence[Expression]) -> list[Expression]:
    numbers = numbers_of(part)
    return [one for one in conditions if (there := relations_in(one)) and there <= numbers]


def _hash_keys(
    conditions: Sequence[Expression], outer: Unit, inner: Unit
) -> tuple[Pairs, list[Expression]]:
    """Returns the equalities between the sides, as (outer, inner), and the other conditions."""
    pairs: list[tuple[Expression, Expression]] = []
    rest: list[Expression] = []
    first, second = frozenset(outer.offsets), frozenset(inner.offsets)
    for condition in conditions:
        sides = equal_sides(condition)
        if sides is not None:
            a, b = map(relations_in, sides)
            if a and b and a <= first and b <= second:
                pairs.append(sides)
                continue
            if a and b and b <= first and a <= second:
                pairs.append((sides[1], sides[0]))
                continue
        rest.append(condition)
    return tuple(pairs), rest


def _joined(
    outer: Unit, inner: Unit, kind: str, keys: Pairs, conditions: Sequence[Expression]
) -> Unit:
    """Returns a join whose inner side is read once."""
    both = _united(outer, inner, outer.node)
    condition = conjunction([both.flat(one) for one in conditions])
    node: plan.Node
    if keys:
        outer_keys = tuple(outer.flat(first) for first, _ in keys)
        inner_keys = tuple(inner.flat(second) for _, second in keys)
        node = plan.HashJoin(
            outer.node,
            inner.node,
            outer_keys,
            inner_keys,
            kind,
            condition,
            outer.width,
            inner.width,
        )
    else:
        node = plan.LoopJoin(outer.node, inner.node, kind, condition, outer.width, inner.width)
    return replace(both, node=node)


def _united(outer: Unit, inner: Unit, node: plan.Node) -> Unit:
    offsets = dict(outer.offsets)
    offsets.update({number: outer.width + at for number, at in inner.offsets.items()})
    return Unit(
        node,
        offsets,
        outer.width + inner.width,
        {**outer.names, **inner.names},
        is_ordered=outer.is_ordered,
    )


def _filtered(unit: Unit, conditions: Sequence[Expression]) -> Unit:
    condition = conjunction([unit.flat(one) for one in conditions])
    return unit if condition is None else replace(unit, node=plan.Filter(unit.node, condition))
