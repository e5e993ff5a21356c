"""The FROM clause as groups of inner joins, with outer joins told apart.

    a JOIN b ON c1 LEFT JOIN d ON c2, e WHERE c3
        Group([Outer(Group([a, b], [c1]), Group([d]), [c2]), e], [c3])

A right join is a left one the other way round. Where a condition could not be true of a row of
NULLs, an outer join that would make one is as good as an inner join (`simplified`).
"""

from collections.abc import Iterator, Sequence
from typing import Union

from storage.records import dataclass
from tsql import bound
from tsql.bound import ColumnRef, Expression, JoinRelation, Relation
from tsql.planner.conditions import without_row_equalities
from tsql.planner.walk import conjuncts, walk


@dataclass(frozen=True, slots=True)
class Leaf:
    """One relation."""

    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """Parts joined by inner joins, with the conditions over them."""

    parts: tuple["Part", ...]
    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Outer:
    """An outer join; the right side may have no rows (`is_full`: the left, too)."""

    is_full: bool
    left: Group
    right: Group
    conditions: tuple[Expression, ...]


Part = Union[Leaf, Outer, Group]  # noqa: UP007 - a forward reference


def relations_in(expression: Expression) -> frozenset[int]:
    """Returns the numbers of the relations that the expression reads."""
    match expression:
        case bound.FunctionCall(arguments=(ColumnRef(relation=a), ColumnRef(relation=b))):
            return frozenset((a, b))  # most conditions of joins
        case _:
            pass
    return frozenset(
        [
            node.relation
            for node in walk(expression)
            if isinstance(node, ColumnRef | bound.SystemColumn)
        ]
    )


def numbers_of(part: Part) -> frozenset[int]:
    """Returns the numbers of the relations in a part."""
    match part:
        case Leaf():
            return frozenset({part.number})
        case Outer():
            return numbers_of(part.left) | numbers_of(part.right)
        case Group():
            return frozenset().union(*map(numbers_of, part.parts))


def group_of(relation: Relation, where: Sequence[Expression]) -> Group:
    """Returns the tree of joins as a group."""
    counter = iter(range(1 << 30))

    def parts_of(part: Relation) -> tuple[list[Part], list[Expression]]:
        if not isinstance(part, JoinRelation):
            return [Leaf(next(counter))], []
        left, right = parts_of(part.left), parts_of(part.right)
        conditions = without_row_equalities(conjuncts(part.condition))
        if part.kind == "inner":
            return [*left[0], *right[0]], [*left[1], *right[1], *conditions]
        if part.kind == "right":
            left, right = right, left
        first, second = [Group(tuple(parts), tuple(inside)) for parts, inside in (left, right)]
        return [Outer(part.kind == "full", first, second, tuple(conditions))], []

    parts, conditions = parts_of(relation)
    return Group(tuple(parts), (*conditions, *where))


# ---- outer joins that need be none ---------------------------------------------------------------


def simplified(group: Group, rejected: frozenset[int] = frozenset()) -> Group:
    """Returns the group with inner joins where no row of NULLs would be left anyway.

    `rejected` are relations of which conditions above let no row of NULLs through.
    """
    parts, conditions = list(group.parts), list(group.conditions)
    while True:
        rejected = rejected.union(*map(_rejected, conditions))
        for at, part in enumerate(parts):
            if not isinstance(part, Outer):
                continue
            new = _without_nulls(part, rejected)
            if isinstance(new, Group):
                parts[at : at + 1] = new.parts
                conditions += new.conditions
                break
            parts[at] = new
        else:
            break
    return Group(tuple([_inside(part, rejected) for part in parts]), tuple(conditions))


def _without_nulls(outer: Outer, rejected: frozenset[int]) -> Outer | Group:
    lets_no_left = bool(rejected & numbers_of(outer.left))
    lets_no_right = bool(rejected & numbers_of(outer.right))
    if lets_no_right and (lets_no_left or not outer.is_full):
        conditions = (*outer.left.conditions, *outer.right.conditions, *outer.conditions)
        return Group((*outer.left.parts, *outer.right.parts), conditions)
    if outer.is_full and lets_no_left:
        return Outer(False, outer.left, outer.right, outer.conditions)
    if outer.is_full and lets_no_right:
        return Outer(False, outer.right, outer.left, outer.conditions)
    return outer


def _inside(part: Part, rejected: frozenset[int]) -> Part:
    if not isinstance(part, Outer):
        return part
    own = frozenset[int]().union(*map(_rejected, part.conditions))
    if part.is_full:
        left, right = simplified(part.left), simplified(part.right)
    else:
        left, right = simplified(part.left, rejected), simplified(part.right, own)
    return Outer(part.is_full, left, right, part.conditions)


def _rejected(condition: Expression) -> frozenset[int]:
    """Returns the relations of which a row of NULLs can't meet the condition."""
    match condition:
        case bound.And(arguments=arguments):
            return frozenset().union(*map(_rejected, arguments))
        case bound.Or(arguments=arguments):
            return frozenset.intersection(*map(_rejected, arguments))
        case bound.IsNull(negated=True, argument=argument):
            return frozenset(_makes_null(argument))
        case bound.IsBoolean(value=bool(), negated=False, argument=argument):
            return frozenset(_makes_null(argument))
        case _:
            return frozenset(_makes_null(condition))


def _makes_null(expression: Expression) -> Iterator[int]:
    """Yields relations whose columns make the expression NULL if they are."""
    match expression:
        case ColumnRef(relation=relation):
            yield relation
        case bound.FunctionCall(proc=proc, arguments=arguments):
            if proc.is_strict and not proc.returns_set:
                for argument in arguments:
                    yield from _makes_null(argument)
        case bound.Relabel(argument=argument) | bound.Not(argument=argument):
            yield from _makes_null(argument)
        case bound.ArrayComparison(any=True, scalar=scalar, proc=proc):
            if proc.is_strict:
                yield from _makes_null(scalar)
        case _:
            return
