"""HAVING: conditions that need no groups are asked of the rows, as PostgreSQL plans it.

    SELECT k, sum(v) FROM t GROUP BY k HAVING k > 5       WHERE k > 5, and no HAVING
    SELECT sum(v) FROM t HAVING $1                        WHERE $1 HAVING $1: nothing is read if $1 isn't true

That is what decides which rows an expression that fails is computed for.
"""

from dataclasses import replace

from tsql import bound
from tsql.bound import BoundSelect, Expression
from tsql.planner.walk import conjunction, conjuncts, holds_subquery, is_volatile, replaced, walk


def with_having_early(select: BoundSelect) -> BoundSelect:
    """Returns the SELECT with HAVING's conditions where they are asked first."""
    if select.having is None or select.grouping_sets is not None:
        return select
    if not select.group_by and not select.aggregates:
        return select  # no row is read in any case
    early: list[Expression] = []
    late: list[Expression] = []
    for condition in conjuncts(select.having):
        (late if _needs_groups(condition) else early).append(condition)
    if not early:
        return select
    of_rows = [_of_rows(condition, select) for condition in early]
    where = conjunction([*conjuncts(select.where), *of_rows])
    having = conjunction(late) if select.group_by else select.having
    return replace(select, where=where, having=having)


def _needs_groups(condition: Expression) -> bool:
    return (
        is_volatile(condition)
        or holds_subquery(condition)
        or any(
            isinstance(node, bound.GroupingRef)
            or (isinstance(node, bound.GroupRef) and node.is_aggregate)
            for node in walk(condition)
        )
    )


def _of_rows(condition: Expression, select: BoundSelect) -> Expression:
    def key(node: Expression) -> Expression | None:
        return select.group_by[node.position] if isinstance(node, bound.GroupRef) else None

    return replaced(condition, key)
