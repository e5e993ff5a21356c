"""Rows of a relation as the nodes of a plan pass them: how wide, and which positions matter.

A table's row is its declared columns, then the attributes that the statement names. Where rows are
locked, the item's key and its bytes follow.
"""

from tsql.bound import (
    BoundSelect,
    Expression,
    Relation,
    TableRelation,
)
from tsql.planner.walk import columns_of, has_system_columns


def width_of(relation: Relation | None) -> int:
    """Returns the number of values in a relation's row."""
    match relation:
        case None:
            return 0
        case TableRelation():
            return len(relation.table.columns) + len(relation.attributes)
        case _:
            return len(relation.fields)


def positions_read(select: BoundSelect) -> frozenset[int] | None:
    """Returns the positions that a SELECT reads outside of its WHERE clause; None: all."""
    if select.locking is not None:
        return None
    expressions: list[Expression] = [target.expression for target in select.targets]
    expressions += select.group_by
    expressions += select.aggregates
    expressions += select.set_functions
    expressions += select.distinct_on
    expressions += [key.expression for key in select.order_by]
    expressions += [part for part in (select.having, select.limit, select.offset) if part]
    if any(map(has_system_columns, expressions)):
        return None
    return frozenset().union(*map(columns_of, expressions))
