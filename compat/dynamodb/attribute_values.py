"""Attribute values: the JSON of the wire, {"S": "text"}, to and from the value model.

| wire | value                                                                |
|------|----------------------------------------------------------------------|
| S    | str                                                                  |
| N    | Decimal (stored items may also hold int and float)                   |
| B    | bytes; base64 on the wire                                            |
| BOOL | bool                                                                 |
| NULL | None; an absent attribute is an absent key                           |
| L    | list                                                                 |
| M    | dict                                                                 |
| SS   | StringSet                                                            |
| NS   | NumberSet, of Decimal                                                |
| BS   | BinarySet                                                            |

Maps are in the order that trees have in storage (storage/types.py), whatever the wire's was.

Reading expects JSON of the right types (validation.py refuses anything else before) and judges the
values. Empty strings and binaries are values like others, also as members of sets; only keys can't
be empty.

Sources: "Supported data types and naming rules", API_AttributeValue.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from compat.dynamodb.errors import DynamoError, WrongValueError, invalid_parameter, validation
from compat.dynamodb.numbers import format_number, parse_number
from storage.types import BinarySet, JsonNull, NumberSet, StringSet

Value = Any
Item = dict[str, Value]

#: The attribute itself is the first level, the members of its list or map the second.
NESTING_LEVELS_MAX: Final = 32

EMPTY_VALUE: Final = (
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
)
_INVALID: Final = "One or more parameter values were invalid: "
_AMBIGUOUS: Final = (
    "Supplied AttributeValue has more than one datatypes set,"
    " must contain exactly one of the supported datatypes"
)
NESTING_TOO_DEEP: Final = (
    "Nesting Levels have exceeded supported limits:"
    " Attributes in the item have nested levels beyond supported limit"
)


class EmptyNameError(DynamoError):
    """An attribute, or a member of a map, has the empty name."""

    def __init__(self) -> None:
        super().__init__("ValidationException", "Empty attribute name")


def read_item(wire: Mapping[str, Any]) -> Item:
    """Returns the item that the wire shows. Raises ValidationException."""
    if "" in wire:
        raise EmptyNameError
    try:
        # Text is what there is most of.
        return {
            name: text
            if len(value) == 1 and (text := value.get("S")) is not None
            else read_value(value)
            for name, value in wire.items()
        }
    except EmptyNameError:
        # Inside of maps, it comes after all that may be wrong with values.
        for value in wire.values():
            with suppress(EmptyNameError):
                read_value(value)
        raise


def read_value(wire: Mapping[str, Any], level: int = 0) -> Value:
    """Returns the value that the wire shows. Raises ValidationException.

    Args:
        wire: An object with one member, the type.
        level: How many documents lie around it.
    """
    if len(wire) != 1:
        return _read_odd(wire, level)
    for tag, payload in wire.items():
        if tag == "S":
            return payload if payload is not None else _read_odd(wire, level)
        if tag == "N" and payload is not None:
            return parse_number(payload)
        read = _READERS.get(tag)
        if read is None or payload is None:
            return _read_odd(wire, level)
        return read(payload, level)
    raise AssertionError


def _read_odd(wire: Mapping[str, Any], level: int) -> Value:
    """Returns the value of an object with other than one known member that isn't null."""
    known = {tag: payload for tag, payload in wire.items() if payload is not None and tag in TAGS}
    if not known:
        raise validation(EMPTY_VALUE)
    values = [read_value({tag: payload}, level) for tag, payload in known.items()]
    if len(values) > 1:
        raise validation(_AMBIGUOUS)
    return values[0]


def _read_list(wire: list[Any], level: int) -> list[Value]:
    if level + 1 >= NESTING_LEVELS_MAX and wire:
        raise validation(NESTING_TOO_DEEP)
    return [read_value(member, level + 1) for member in wire]


def _read_map(wire: Mapping[str, Any], level: int) -> dict[str, Value]:
    if level + 1 >= NESTING_LEVELS_MAX and wire:
        raise validation(NESTING_TOO_DEEP)
    members = {name: read_value(wire[name], level + 1) for name in sorted(wire, key=map_order)}
    if "" in members:
        raise EmptyNameError
    return members


def map_order(name: str) -> tuple[int, bytes]:
    """Returns what the names in a map are sorted by: jsonb's order, as trees need it."""
    encoded = name.encode()
    return len(encoded), encoded


def _read_string_set(wire: list[str], _level: int) -> StringSet:
    members = StringSet(wire)
    if not wire:
        raise invalid_parameter("An string set  may not be empty")
    if len(members) < len(wire):
        shown = ", ".join([f'"{member}"' for member in _as_found(wire)])
        raise WrongValueError(
            f"{_INVALID}Input collection [{', '.join(wire)}] contains duplicates.",
            f"{_INVALID}Input collection [{shown}] contains duplicates.",
        )
    return members


def _as_found(members: list[str], key: Callable[[str], Any] = str.encode) -> list[str]:
    """Returns members as they are shown by who has read them, in order, up to the first that repeats."""
    seen: set[Any] = set()
    for number, member in enumerate(members):
        if key(member) in seen:
            return [*sorted(members[:number], key=key), *members[number:]]
        seen.add(key(member))
    return members


def _read_number_set(wire: list[str], _level: int) -> NumberSet:
    members = NumberSet([parse_number(member) for member in wire])
    if not wire:
        raise invalid_parameter("An number set  may not be empty")
    if len(members) < len(wire):
        raise WrongValueError(
            "Input collection contains duplicates",
            f"{_INVALID}Input collection contains duplicates.",
        )
    return members


def _read_binary_set(wire: list[str], _level: int) -> BinarySet:
    members = BinarySet([b64decode(member) for member in wire])
    if not wire:
        raise invalid_parameter("Binary sets should not be empty")
    if len(members) < len(wire):
        shown = ",".join([f'"{member}"' for member in _as_found(wire, b64decode)])
        raise WrongValueError(
            f"{_INVALID}Input collection [{', '.join(wire)}]of type BS contains duplicates.",
            f"{_INVALID}Input collection [{shown}]of type BS contains duplicates.",
        )
    return members


def _read_null(payload: bool, _level: int) -> None:
    if not payload:
        raise invalid_parameter("Null attribute value types must have the value of true")


_READERS: Final[dict[str, Callable[[Any, int], Value]]] = {
    "S": lambda payload, _level: payload,
    "N": lambda payload, _level: parse_number(payload),
    "B": lambda payload, _level: b64decode(payload),
    "BOOL": lambda payload, _level: payload,
    "NULL": _read_null,
    "L": _read_list,
    "M": _read_map,
    "SS": _read_string_set,
    "NS": _read_number_set,
    "BS": _read_binary_set,
}
#: The names of the types.
TAGS: Final = frozenset(_READERS)


def write_item(item: Mapping[str, Value]) -> dict[str, Any]:
    """Returns the item as the wire shows it."""
    writers = _WRITERS
    return {
        name: {"S": value} if type(value) is str else writers[type(value)](value)
        for name, value in item.items()
    }


def write_value(value: Value) -> dict[str, Any]:
    """Returns the value as the wire shows it. Members of sets come in order."""
    return _WRITERS[type(value)](value)


def _write_number(value: Decimal | int | float) -> dict[str, Any]:
    return {"N": format_number(value)}


def _write_null(_value: Any) -> dict[str, Any]:
    return {"NULL": True}


_WRITERS: Final[dict[type, Callable[[Any], dict[str, Any]]]] = {
    str: lambda value: {"S": value},
    Decimal: _write_number,
    int: _write_number,
    float: _write_number,
    bytes: lambda value: {"B": b64encode(value).decode()},
    bool: lambda value: {"BOOL": value},
    type(None): _write_null,
    JsonNull: _write_null,
    list: lambda value: {"L": [_WRITERS[type(member)](member) for member in value]},
    dict: lambda value: {"M": write_item(value)},
    StringSet: lambda value: {"SS": sorted(value)},
    NumberSet: lambda value: {"NS": [format_number(member) for member in sorted(value)]},
    BinarySet: lambda value: {"BS": [b64encode(member).decode() for member in sorted(value)]},
}

_TAG_BY_TYPE: Final[dict[type, str]] = {
    str: "S",
    Decimal: "N",
    int: "N",
    float: "N",
    bytes: "B",
    bool: "BOOL",
    type(None): "NULL",
    JsonNull: "NULL",
    list: "L",
    dict: "M",
    StringSet: "SS",
    NumberSet: "NS",
    BinarySet: "BS",
}


def type_of(value: Value) -> str:
    """Returns the name of the value's type."""
    return _TAG_BY_TYPE[type(value)]


def is_too_deep(value: Value) -> bool:
    """Returns whether the value, as an attribute, has more than 32 levels."""
    layer = [value]
    for _ in range(NESTING_LEVELS_MAX):
        layer = [child for document in layer for child in _children(document)]
        if not layer:
            return False
    return True


def _children(document: Value) -> Iterable[Value]:
    if isinstance(document, dict):
        return document.values()
    return document if isinstance(document, list) else ()
