"""Sizes as AWS counts them, for the 400-KB limit and for capacity units.

An attribute counts its name's UTF-8 bytes and its value:

| type       | bytes                                                                            |
|------------|----------------------------------------------------------------------------------|
| S          | UTF-8 bytes                                                                      |
| N          | 1, and 1 for each started pair of digits before and after the point, and 1 for a |
|            | minus sign; zeros at both ends don't count                                       |
| B          | bytes                                                                            |
| BOOL, NULL | 1                                                                                |
| L, M       | 3, and 1 for each element, and the elements; in a map, their names               |
| sets       | the members                                                                      |

Sources: "DynamoDB item sizes and formats" (CapacityUnitCalculations) for all but the exact rule for
numbers, which the page gives as "approximately"; that one was measured against the service by
others.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from compat.dynamodb.numbers import format_number
from storage.types import BinarySet, JsonNull, NumberSet, StringSet

ITEM_SIZE_BYTES_MAX: Final = 409_600
#: An item is at most so much larger than what is stored of it: an empty list in a list, by AWS's
#: rules of four bytes, takes one.
BOUND_FACTOR: Final = 4


def item_size(item: Mapping[str, Any]) -> int:
    """Returns the size of an item, or of a part of one."""
    size = 0
    for name, value in item.items():
        size += len(name) if name.isascii() else len(name.encode())
        if type(value) is str and value.isascii():
            size += len(value)
        else:
            size += _SIZES[type(value)](value)
    return size


def value_size(value: Any) -> int:
    """Returns the size of an attribute's value, without its name."""
    return _SIZES[type(value)](value)


def _string_size(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode())


def _number_size(value: Decimal | int | float) -> int:
    text = format_number(value)
    if text == "0":
        return 1
    size = 1
    if text[0] == "-":
        size = 2
        text = text[1:]
    whole, _, fraction = text.partition(".")
    # Zeros between the point and the digits count where there is a digit before the point.
    if fraction:
        whole = whole.lstrip("0")
        if not whole:
            fraction = fraction.lstrip("0")
    else:
        whole = whole.rstrip("0")
    return size + (len(whole) + 1) // 2 + (len(fraction) + 1) // 2


def _list_size(value: list[Any]) -> int:
    return 3 + len(value) + sum([_SIZES[type(member)](member) for member in value])


def _map_size(value: dict[str, Any]) -> int:
    return 3 + len(value) + item_size(value)


def _one(_value: Any) -> int:
    return 1


_SIZES: Final[dict[type, Callable[[Any], int]]] = {
    str: _string_size,
    Decimal: _number_size,
    int: _number_size,
    float: _number_size,
    bytes: len,
    bool: _one,
    type(None): _one,
    JsonNull: _one,
    list: _list_size,
    dict: _map_size,
    StringSet: lambda value: sum(map(_string_size, value)),
    NumberSet: lambda value: sum(map(_number_size, value)),
    BinarySet: lambda value: sum(map(len, value)),
}
