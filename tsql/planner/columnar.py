"""Which parts of a plan may be answered from columns, and when that is worth it.

A SELECT as a whole, or its grouping with all that is below, may have another form: a query over the
tables' columns. Both forms are kept; which of them runs is chosen when it is known how large the
tables are and whether they have columns (tsql/executor/columnar.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from storage.schema import Table
from tsql import bound
from tsql.bound import BoundSelect, Field, GroupingRef, GroupRef, TableRelation, Target
from tsql.planner import plan
from tsql.planner.bound_parts import free_slots
from tsql.planner.plan import Node

#: Nodes that take all rows of their source before they give one.
_COLLECTING = (plan.Sort, plan.Aggregate, plan.Windows, plan.Distinct, plan.HashJoin)


def columnar_form(
    select: BoundSelect, node: Node, before: Sequence[Node] = ()
) -> plan.Columnar | None:
    """Returns the other form of a SELECT whose plan is `node`, if it may be worth asking for.

    `before` are the plans of its subqueries that run before it.
    """
    ranges = [
        leaf
        for root in (node, *before)
        for leaf in _leaves(root)
        if isinstance(leaf, plan.Scan | plan.KeyRange | plan.IndexRange)
    ]
    if not ranges or free_slots(select):
        return None
    scans = [leaf for leaf in ranges if isinstance(leaf, plan.Scan)]
    ends_early = _ends_early(node) and not any(map(_reads_all, before))
    is_whole = bool(scans) and not ends_early
    tables = tuple(dict.fromkeys(leaf.relation.table.storage_id for leaf in (scans or ranges)))
    return plan.Columnar(select, node, tables, is_whole)


def grouping_of(select: BoundSelect) -> BoundSelect:
    """Returns the SELECT that gives what the grouping of another one gives: keys, then aggregates."""
    parts: list[bound.Expression] = []
    for position, key in enumerate(select.group_by):
        parts.append(GroupRef(position, False, key.type, key.typmod))
    for position, call in enumerate(select.aggregates):
        parts.append(GroupRef(position, True, call.type, call.typmod))
    parts += [GroupingRef(position) for position in range(len(select.groupings))]
    return BoundSelect(
        select.relation,
        tuple([Target(part, "?column?") for part in parts]),
        where=select.where,
        grouped=True,
        group_by=select.group_by,
        aggregates=select.aggregates,
        fields=tuple([Field("?column?", part.type, part.typmod) for part in parts]),
        grouping_sets=select.grouping_sets,
        groupings=select.groupings,
    )


def tables_of(select: BoundSelect) -> dict[int, Table]:
    """Returns the tables that a SELECT names anywhere, by storage id."""
    return {
        part.table.storage_id: part.table
        for part in _parts(select)
        if isinstance(part, TableRelation)
    }


def _parts(select: BoundSelect) -> Iterator[Any]:
    """Yields all that a SELECT is made of."""
    pending: list[Any] = [select]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            pending += part
        elif is_dataclass(part):
            yield part
            pending += [getattr(part, one.name) for one in fields(part)]


def _reads_all(node: Node) -> bool:
    return not _ends_early(node) and any(isinstance(leaf, plan.Scan) for leaf in _leaves(node))


def _leaves(node: Any) -> Iterator[Node]:
    children = [
        child
        for name in ("source", "outer", "inner", "left", "right", "node", "recursion")
        if (child := getattr(node, name, None)) is not None
    ]
    children += getattr(node, "queries", ())
    if not children:
        yield node
    for child in children:
        yield from _leaves(child)


def _ends_early(node: Node) -> bool:
    """Returns whether a LIMIT may end the reading before all rows are read."""
    is_limited = False
    current: Any = node
    while current is not None and not isinstance(current, _COLLECTING):
        is_limited |= isinstance(current, plan.Limit)
        current = getattr(current, "source", None)
    return is_limited and not isinstance(current, _COLLECTING)
