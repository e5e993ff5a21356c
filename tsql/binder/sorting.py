"""ORDER BY items: direction, place of NULLs, and the function that orders."""

from typing import Any

from tsql.binder.derived_collations import check_order
from tsql.binder.locations import error_at
from tsql.binder.operators import function_behind, operator_of, ordering_proc
from tsql.bound import Expression, SortKey
from tsql.catalog.pg import PgProc
from tsql.parser import enums


def sort_key(expression: Expression, item: Any) -> SortKey:
    """Returns the key of an `ast.SortBy` over its expression. Raises 42883, 42809."""
    check_order((expression,), item.node)
    less, descending = _ordering(expression, item)
    nulls = item.sortby_nulls
    nulls_first = (
        descending
        if nulls == enums.SortByNulls.SORTBY_NULLS_DEFAULT
        else nulls == enums.SortByNulls.SORTBY_NULLS_FIRST
    )
    return SortKey(expression, descending, nulls_first, less)


def _ordering(expression: Expression, item: Any) -> tuple[PgProc, bool]:
    if item.sortby_dir != enums.SortByDir.SORTBY_USING:
        descending = item.sortby_dir == enums.SortByDir.SORTBY_DESC
        return ordering_proc(expression.type, is_less=True, node=item.node), descending
    operator = operator_of(item.useOp, expression.type, expression.type, item.location)
    if operator.name not in {"<", ">", "~<~", "~>~"}:
        raise error_at(
            item.location,
            "42809",
            f"operator {operator.name} is not a valid ordering operator",
            hint='Ordering operators must be "<" or ">" members of btree operator families.',
        )
    if "<" in operator.name:
        return function_behind(operator, item.location), False
    mirrored = operator.name.replace(">", "<")
    less = operator_of(mirrored, expression.type, expression.type, item.location)
    return function_behind(less, item.location), True
