"""WITH queries: which run once and are kept, and which in the place of their only reference.

As in PostgreSQL 12 and later, a query that is referred to once, isn't recursive, changes nothing
and calls no volatile function runs where it is referred to, and conditions go into it.
"""

from collections.abc import Callable
from dataclasses import field

from storage.records import dataclass
from tsql.bound import BoundSelect, BoundStatement, WithQuery
from tsql.planner.bound_parts import defined_slots, holds_volatile
from tsql.planner.plan import KeptQuery, Node


@dataclass(slots=True)
class WithQueries:
    """The WITH queries of one statement."""

    plan_select: Callable[[BoundSelect], Node]
    plan_statement: Callable[[BoundStatement], Node]
    has_writes: bool = False
    _inlined: dict[int, BoundSelect] = field(default_factory=dict)

    def begin(self, queries: tuple[WithQuery, ...]) -> tuple[KeptQuery, ...]:
        """Notes a level's queries; returns those that run once, planned."""
        kept = []
        for query in queries:
            if _can_be_inlined(query):
                assert isinstance(query.statement, BoundSelect)
                self._inlined[query.number] = query.statement
                continue
            recursion = None if query.recursion is None else self.plan_select(query.recursion)
            self.has_writes = self.has_writes or not isinstance(query.statement, BoundSelect)
            types = tuple([f.type for f in query.statement.fields])
            node = self.plan_statement(query.statement)
            kept.append(
                KeptQuery(query.number, query.name, node, recursion, query.keeps_duplicates, types)
            )
        return tuple(kept)

    def inlined(self, number: int) -> BoundSelect | None:
        """Returns the query, if it runs where it is referred to."""
        return self._inlined.get(number)


def _can_be_inlined(query: WithQuery) -> bool:
    statement = query.statement
    if query.is_kept or query.recursion is not None or not isinstance(statement, BoundSelect):
        return False
    if query.uses > 1 and defined_slots(statement):
        return False  # two copies would share the slots
    return not statement.locking and not holds_volatile(statement)
