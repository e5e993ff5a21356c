"""Bounds: between which values a column has to be for a condition to be true.

Parts of a table whose columns are all beyond such bounds needn't be read. A comparison is never true of
NULL: so this holds for any side of an outer join, too, as long as the condition is in its WHERE.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from storage.types import Array
from tsql import bound
from tsql.bound import ColumnRef, Expression
from tsql.types import oids
from tsql.types.kinds import base_type, element_type_of

#: The functions behind the comparisons of types whose values are ordered as they are held.
_COMPARISON: Final = re.compile(
    r"(?:int[248]{1,2}|date_|timestamp_|timestamptz_|numeric_|text_?)(eq|lt|le|gt|ge)"
)
_MIRRORED: Final = {"eq": "eq", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})
_TEXTS: Final = frozenset({oids.TEXT, oids.VARCHAR})
_OTHERS: Final = frozenset({oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.NUMERIC})

Value = Callable[[Expression], Any]


def bounded(condition: Expression, value: Value) -> tuple[ColumnRef, Any, Any] | None:
    """Returns a column, the least and the greatest value that it may have; None is no end.

    `value` returns what an expression is for the whole statement, or None.
    """
    match condition:
        case bound.FunctionCall(arguments=(left, right)):
            ending = _ending(condition.proc.src)
            column = _column(left)
            if column is not None:
                return _between(column, ending, right.type, value(right))
            column = _column(right)
            if column is not None and ending is not None:
                return _between(column, _MIRRORED[ending], left.type, value(left))
        case bound.ArrayComparison(operator="=", any=True, scalar=scalar):
            column = _column(scalar)
            if column is not None and _ending(condition.proc.src) == "eq":
                return _among(column, condition.array, value)
        case _:
            pass
    return None


def _ending(source: str) -> str | None:
    found = _COMPARISON.fullmatch(source)
    return None if found is None else found[1]


def _column(expression: Expression) -> ColumnRef | None:
    if isinstance(expression, bound.Relabel) and expression.type in _TEXTS:
        expression = expression.argument
    return expression if isinstance(expression, ColumnRef) else None


def _between(
    column: ColumnRef, ending: str | None, type_: int, value: Any
) -> tuple[ColumnRef, Any, Any] | None:
    end = _comparable(column, type_, value)
    if ending is None or end is None:
        return None
    return column, None if ending in {"lt", "le"} else end, None if ending in {"gt", "ge"} else end


def _among(column: ColumnRef, array: Expression, value: Value) -> tuple[ColumnRef, Any, Any] | None:
    if isinstance(array, bound.ArrayConstructor):
        found = [(one.type, value(one)) for one in array.elements]
    else:
        items = value(array)
        type_ = element_type_of(array.type)
        found = [(type_, item) for item in items.items] if isinstance(items, Array) else []
    ends = [_comparable(column, type_, one) for type_, one in found]
    if not ends or None in ends:
        return None
    if base_type(column.type) == oids.NUMERIC:
        return column, min(ends, key=Decimal), max(ends, key=Decimal)
    return column, min(ends), max(ends)


def _comparable(column: ColumnRef, type_: int, value: Any) -> Any:
    """Returns a value as the column's values are stored; None if they aren't alike."""
    mine, other = base_type(column.type), base_type(type_)
    if value is None or not any(
        mine in types and other in types for types in (_INTEGERS, _TEXTS, {mine} & _OTHERS)
    ):
        return None
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else None
    return value
