"""Rows of relations as the nodes of a plan pass them: how wide, and which positions matter.

A table's row is its declared columns, then the attributes that the statement names. Where rows are
locked, the item's key and its bytes follow. A join's row is its parts' rows, one behind the other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from storage.records import dataclass
from tsql import bound
from tsql.bound import BoundSelect, ColumnRef, Expression, JoinRelation, Relation, TableRelation
from tsql.identifiers import quoted
from tsql.planner.plan import Node
from tsql.planner.walk import columns_of, has_system_columns, replaced


def width_of(relation: Relation | None) -> int:
    """Returns the number of values in a relation's row."""
    match relation:
        case None:
            return 0
        case TableRelation():
            return len(relation.table.columns) + len(relation.attributes)
        case JoinRelation():
            return width_of(relation.left) + width_of(relation.right)
        case _:
            return len(relation.fields)


def leaves_of(relation: Relation | None) -> Iterator[bound.Relation]:
    """Yields the relations of a tree of joins, by their numbers."""
    if isinstance(relation, JoinRelation):
        yield from leaves_of(relation.left)
        yield from leaves_of(relation.right)
    elif relation is not None:
        yield relation


def read_outside_where(select: BoundSelect) -> list[Expression]:
    """Returns the expressions of a SELECT but its FROM and WHERE clauses."""
    expressions: list[Expression] = [target.expression for target in select.targets]
    expressions += select.group_by
    expressions += select.aggregates
    expressions += select.windows
    expressions += select.set_functions
    expressions += select.distinct_on
    expressions += [key.expression for key in select.order_by]
    expressions += [part for part in (select.having, select.limit, select.offset) if part]
    return expressions


def positions_in(expressions: Iterable[Expression], relation: int) -> frozenset[int] | None:
    """Returns the positions of a relation that the expressions read; None: all."""
    listed = list(expressions)
    if any(map(has_system_columns, listed)):
        return None
    return frozenset().union(*[columns_of(expression, relation) for expression in listed])


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a plan that gives the rows of some relations.

    Attributes:
        offsets: Where each relation's row begins.
        names: What EXPLAIN calls the relations, where there are several.
        is_ordered: Whether the rows come in the order that was asked for.
    """

    node: Node
    offsets: dict[int, int]
    width: int
    names: dict[int, str]
    is_ordered: bool = False

    def flat(self, expression: Expression) -> Expression:
        """Returns the expression over the unit's row."""
        if len(self.offsets) == 1 and self.offsets.get(0) == 0:
            return expression
        return replaced(expression, self.flat_column)

    def flat_column(self, node: Expression) -> Expression | None:
        """Returns a column of one of the relations as one of the row; None for anything else."""
        if not isinstance(node, ColumnRef) or node.relation not in self.offsets:
            return None
        shown = node.shown
        if len(self.offsets) > 1 and not shown:
            shown = f"{self.names[node.relation]}.{quoted(node.name)}"
        position = node.position + self.offsets[node.relation]
        return replace(node, relation=0, position=position, shown=shown)
