"""min() and max() over a key: the first or the last row says it.

    SELECT max(id) FROM t WHERE a = 1     ->  the aggregate over the last row of the key range a = 1

What is asked of the access path is the order of the aggregate's argument, NULLs left out; whether
some key has that order is decided there (tsql/planner/access_path.py).
"""

from dataclasses import replace

from tsql.bound import BoundSelect, ColumnRef, Expression, IsNull, SortKey, TableRelation
from tsql.catalog import pg
from tsql.planner.walk import conjunction, conjuncts, needs_row, strip_relabels
from tsql.types.kinds import base_type


def ordered_for_min_max(select: BoundSelect) -> BoundSelect | None:
    """Returns the rows of which the first answers the only aggregate, a min or max; else None.

    The result has the WHERE clause and the ORDER BY that the access path should follow.
    """
    if (
        not select.grouped
        or select.group_by
        or len(select.aggregates) != 1
        or not isinstance(select.relation, TableRelation)
    ):
        return None
    (call,) = select.aggregates
    if call.proc.name not in {"min", "max"} or call.filter is not None or call.order_by:
        return None
    argument = strip_relabels(call.arguments[0])
    less = _less(base_type(argument.type))
    if less is None or not needs_row(argument):
        return None
    descending = call.proc.name == "max"
    key = SortKey(argument, descending, descending, less)
    where = select.where
    if not _is_never_null(argument, select.relation):
        where = conjunction([*conjuncts(where), IsNull(argument, negated=True)])
    return replace(select, where=where, order_by=(key,))


def _is_never_null(argument: Expression, relation: TableRelation) -> bool:
    columns = relation.table.columns
    return (
        isinstance(argument, ColumnRef)
        and argument.position < len(columns)
        and columns[argument.position].not_null
    )


def _less(type_: int) -> pg.PgProc | None:
    for operator in pg.operators_by_name()["<"]:
        if operator.left == operator.right == type_:
            return pg.procs()[operator.code]
    return None
