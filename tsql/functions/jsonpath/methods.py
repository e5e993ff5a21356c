"""Item methods: .type(), .size(), .abs(), .floor(), .ceiling(), .double(), .datetime()."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from storage.errors import DatabaseError
from tsql.functions.jsonb_access import jsonb_typeof
from tsql.functions.jsonpath import errors
from tsql.functions.jsonpath.datetimes import PathTime, parse_by_template, parse_iso
from tsql.functions.jsonpath.errors import PathError
from tsql.functions.number_cast import float8_numeric
from tsql.types.floats import float8_of
from tsql.types.json import number_of_decimal


def call(name: str, value: Any, *, forgiving: bool) -> Any:
    """Returns what a method makes of an item."""
    match name:
        case "type":
            return value.type_name if isinstance(value, PathTime) else jsonb_typeof(value)
        case "size":
            return _size(value, forgiving=forgiving)
        case "double":
            return _double(value)
        case _:
            return _rounded(name, value)


def _size(value: Any, *, forgiving: bool) -> int:
    if type(value) is list:
        return len(value)
    if not forgiving:
        raise errors.wrong_method("22039", "size", "an array")
    return 1


def _rounded(name: str, value: Any) -> int | Decimal:
    if type(value) is int:
        return abs(value) if name == "abs" else value
    if type(value) is not Decimal:
        raise errors.wrong_method("22036", name, "a numeric value")
    if name == "abs":
        return value.copy_abs()
    rounding = ROUND_FLOOR if name == "floor" else ROUND_CEILING
    return number_of_decimal(value.to_integral_value(rounding))


def _double(value: Any) -> int | Decimal:
    """Returns a number that a double can hold; a number keeps its own digits."""
    if type(value) is int or type(value) is Decimal:
        _float_of(
            str(value),
            "numeric argument of jsonpath item method .double() is out of range "
            "for type double precision",
        )
        return value
    if type(value) is not str:
        raise errors.wrong_method("22036", "double", "a string or numeric value")
    complaint = (
        "string argument of jsonpath item method .double() is not a valid representation of a "
        "double precision number"
    )
    return number_of_decimal(float8_numeric(_float_of(value, complaint)))


def _float_of(text: str, complaint: str) -> float:
    try:
        result = float8_of(text)
    except DatabaseError:
        raise PathError("22036", complaint) from None
    if not math.isfinite(result):
        raise PathError("22036", complaint)
    return result


def datetime_of(value: Any, template: str | None) -> PathTime:
    """Returns the date or time that a string stands for."""
    if type(value) is not str:
        raise errors.wrong_method("22031", "datetime", "a string")
    if template is not None:
        return parse_by_template(value, template)
    return parse_iso(value)
