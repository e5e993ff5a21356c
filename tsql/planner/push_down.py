"""Conditions over a subquery's columns, put inside it: so that a view is read by its tables' keys.

    SELECT * FROM (SELECT a AS x, b FROM t) s WHERE x = 1   ->   … (SELECT … FROM t WHERE a = 1) s

A condition stays outside where the subquery's rows depend on which others there are (LIMIT, window
functions, set-returning functions, DISTINCT ON), or where its column is computed by what shouldn't
be computed twice. Into a grouped query go conditions over its keys.
"""

from dataclasses import replace

from tsql import bound
from tsql.bound import BoundSelect, ColumnRef, Expression, SetOperation
from tsql.planner.walk import conjunction, conjuncts, holds_subquery, is_volatile, replaced, walk


def pushed(select: BoundSelect, condition: Expression, relation: int) -> BoundSelect | None:
    """Returns the query with the condition inside, or None if it can't go there.

    `relation` is the number by which the condition names the subquery's columns.
    """
    if (
        select.windows
        or select.set_functions
        or select.distinct_on
        or select.limit is not None
        or select.offset is not None
        or select.locking
        or is_volatile(condition)
    ):
        return None
    if isinstance(select.relation, SetOperation) and not select.grouped:
        return _into_arms(select, select.relation, condition, relation)
    if any(not isinstance(q.statement, BoundSelect) for q in select.ctes):
        return None
    inside = _inside(select, condition, relation)
    if inside is None:
        return None
    where = conjunction([*conjuncts(select.where), inside])
    return replace(select, where=where)


def _inside(select: BoundSelect, condition: Expression, relation: int) -> Expression | None:
    """Returns the condition over the subquery's own relations."""
    used = []
    for node in walk(condition):
        if isinstance(node, ColumnRef) and node.relation == relation:
            used.append(select.targets[node.position].expression)
        elif isinstance(node, bound.SystemColumn):
            return None
    if any(is_volatile(e) or holds_subquery(e) or _is_set(e) for e in used):
        return None
    if select.grouped:
        if select.grouping_sets is not None or not used or not all(map(_is_over_keys, used)):
            return None
    elif not used and select.relation is None:
        return None

    def target(node: Expression) -> Expression | None:
        if not isinstance(node, ColumnRef) or node.relation != relation:
            return None
        expression = select.targets[node.position].expression
        return replaced(expression, key) if select.grouped else expression

    def key(node: Expression) -> Expression | None:
        return select.group_by[node.position] if isinstance(node, bound.GroupRef) else None

    return replaced(condition, target)


def _is_set(expression: Expression) -> bool:
    return any(isinstance(node, bound.SetRef) for node in walk(expression))


def _is_over_keys(expression: Expression) -> bool:
    refs = [node for node in walk(expression) if isinstance(node, bound.GroupRef)]
    others = (bound.GroupingRef, bound.AggregateCall)
    return all(not ref.is_aggregate for ref in refs) and not any(
        isinstance(node, others) for node in walk(expression)
    )


def _into_arms(
    select: BoundSelect, operation: SetOperation, condition: Expression, relation: int
) -> BoundSelect | None:
    """Returns UNION, INTERSECT or EXCEPT with the condition in both arms."""
    inside = _inside(select, condition, relation)
    if inside is None or select.where is not None:
        return None
    left, right = pushed(operation.left, inside, 0), pushed(operation.right, inside, 0)
    if left is None or right is None:
        return None
    return replace(select, relation=replace(operation, left=left, right=right))
