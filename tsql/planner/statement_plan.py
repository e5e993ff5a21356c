"""A statement's plan: its tree of nodes, and its subqueries with theirs."""

from typing import Union

from storage.records import dataclass
from tsql.bound import Expression
from tsql.planner.plan import Columnar, Node


@dataclass(frozen=True, slots=True)
class SubqueryParameter:
    """A subquery that runs before its statement and gives a parameter; `kind` as bound."""

    node: Node
    kind: str
    type: int
    comparison: Expression | None = None


@dataclass(frozen=True, slots=True)
class CorrelatedSubquery:
    """A subquery that runs when an expression asks for it (SubqueryCall), by the outer row.

    Attributes:
        slots: Where it finds the first arguments of the call.
        types: Of all arguments; behind those for the slots come what is compared with its rows.
        comparison: Over the compared arguments, then the subquery's columns.
        is_keyed: Whether each call reads by a key made of its arguments.
        hashed: The form that answers all calls from one run, where it has one.
    """

    node: Node
    kind: str
    slots: tuple[int, ...]
    types: tuple[int, ...]
    comparison: Expression | None
    is_volatile: bool
    hashed: Union["HashedSubquery", "HashedValues", None] = None
    is_keyed: bool = False


@dataclass(frozen=True, slots=True)
class HashedSubquery:
    """EXISTS or IN answered by one run: the subquery without the equalities with the outer row.

    Attributes:
        node: Gives the inner sides of the equalities, then the columns that IN compares.
        types: Of all those.
        outer: The outer sides, over the call's arguments.
        compared: How many columns IN compares; 0 for EXISTS.
    """

    node: Node
    types: tuple[int, ...]
    outer: tuple[Expression, ...]
    compared: int


@dataclass(frozen=True, slots=True)
class HashedValues:
    """A scalar or row subquery answered by one run, without its equalities with the outer row.

    Attributes:
        node: Gives the inner sides of the equalities, then the subquery's columns.
        types: Of the inner sides.
        outer: The outer sides, over the call's arguments.
        takes_first: Of several rows the first counts (LIMIT 1).
        is_grouped: It gives a row where there is nothing to aggregate, too.
    """

    node: Node
    types: tuple[int, ...]
    outer: tuple[Expression, ...]
    takes_first: bool
    is_grouped: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement's plan with its subqueries, in the order in which they run.

    `freezes`: parts of it write, and all parts read the state from before. `columnar` is the other
    form of the whole.
    """

    root: Node
    parameter_count: int
    subqueries: tuple[SubqueryParameter, ...]
    correlated: tuple[CorrelatedSubquery, ...] = ()
    freezes: bool = False
    columnar: Columnar | None = None
