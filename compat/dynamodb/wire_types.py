"""Does the JSON of a request have the types that its operation wants? SerializationException.

AWS's framework reads the JSON into Java objects before anything is judged, so that a wrong type
anywhere comes before every other fault; the texts are those of that framework. Members that are
unknown are ignored, members that are null are taken away: they count as absent. An attribute value
that is null becomes one without a type.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from math import floor
from typing import Any, Final, cast

from compat.dynamodb.attribute_values import EMPTY_VALUE, NESTING_TOO_DEEP
from compat.dynamodb.errors import DynamoError, serialization, validation
from compat.dynamodb.service_model import SHAPES

#: Raises SerializationException if the value is not of the type.
Check = Callable[[Any], None]
_ATTRIBUTE_VALUE: Final = "AttributeValue"

_PACKAGE: Final = "com.amazonaws.dynamodb.v20120810."
_JAVA: Final = {
    "string": "java.lang.String",
    "boolean": "java.lang.Boolean",
    "integer": "java.lang.Integer",
    "long": "java.lang.Long",
    "double": "java.lang.Double",
    "timestamp": "java.util.Date",
    "blob": "java.nio.ByteBuffer",
}
_STRUCTURE_FOUND: Final = "Start of structure or map found where not expected"
_INTEGERS: Final = {"integer": 2**31 - 1, "long": 2**63 - 1}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)
#: The last character before "=" holds 4 or 2 bits that must be 0.
_LAST_OF_TWO: Final = frozenset("AEIMQUYcgkosw048")
_LAST_OF_ONE: Final = frozenset("AQgw")
#: Values this deep are refused for their depth later; the stack must bear them until then.
_LEVELS_MAX: Final = 100


def check_types(shape: str, body: dict[str, Any]) -> None:
    """Raises SerializationException unless the body is of the shape."""
    _structure_check(shape, "")(body)


@cache
def _check(shape: str, *, is_member: bool) -> Check:
    """Returns the check of a shape, as a member of a structure or as an element."""
    if shape == "AttributeValue":
        return check_attribute_value
    record = SHAPES[shape]
    match record.type:
        case "structure":
            fault = "Unexpected field type" if is_member else "Unexpected value type in payload"
            return _structure_check(shape, fault)
        case "list":
            return _list_check(record.value)
        case "map":
            return _map_check(record.value)
        case "string":
            return check_string
        case "blob":
            return check_blob
        case "boolean":
            return _check_boolean
        case kind:
            return _number_check(kind)


def _java_class(shape: str) -> str:
    record = SHAPES[shape]
    match record.type:
        case "structure":
            return _PACKAGE + shape
        case "list":
            return f"java.util.List<{_java_class(record.value)}>"
        case "map":
            return f"java.util.Map<java.lang.String, {_java_class(record.value)}>"
        case kind:
            return _JAVA[kind]


@cache
def _structure_check(shape: str, scalar_fault: str) -> Check:
    members = SHAPES[shape].members
    checks = {name: _check(member, is_member=True) for name, member in members.items()}
    integers = {
        name: _INTEGERS[kind]
        for name, member in members.items()
        if (kind := SHAPES[member].type) in _INTEGERS
    }

    def check(value: Any) -> None:
        if type(value) is not dict:
            if isinstance(value, list):
                raise serialization(f"Unrecognized collection type class {_PACKAGE}{shape}")
            raise serialization(scalar_fault)
        has_null = False
        for name, member in value.items():
            if member is None:
                has_null = True
                continue
            check_member = checks.get(name)
            if check_member is not None:
                check_member(member)
                if name in integers:
                    value[name] = min(floor(member), integers[name])
        if has_null:
            for name in [name for name, member in value.items() if member is None]:
                del value[name]

    return check


def _list_check(element: str) -> Check:
    check_element = _check(element, is_member=False)

    def check(value: Any) -> None:
        if type(value) is not list:
            raise serialization(
                _STRUCTURE_FOUND if isinstance(value, dict) else "Unexpected field type"
            )
        for number, member in enumerate(value):
            if member is not None:
                check_element(member)
            elif element == _ATTRIBUTE_VALUE:
                value[number] = {}

    return check


def _map_check(element: str) -> Check:
    check_element = _check(element, is_member=False)
    java_class = _java_class(element)
    holds_values = element == _ATTRIBUTE_VALUE

    def check(value: Any) -> None:
        if type(value) is not dict:
            if isinstance(value, list):
                raise serialization(
                    f"Unrecognized collection type java.util.Map<java.lang.String, {java_class}>"
                )
            raise serialization("Unexpected field type")
        for name, member in value.items():
            if (
                holds_values
                and type(member) is dict
                and len(member) == 1
                and type(member.get("S")) is str
            ):
                continue
            if member is not None:
                check_element(member)
            elif holds_values:
                value[name] = {}

    return check


def check_attribute_value(value: Any, level: int = 0) -> None:
    """Raises SerializationException unless the value is an AttributeValue."""
    if type(value) is not dict:
        if isinstance(value, list):
            raise serialization(f"Unrecognized collection type class {_PACKAGE}AttributeValue")
        raise serialization("Unexpected value type in payload")
    if level > _LEVELS_MAX:
        raise validation(NESTING_TOO_DEEP)
    for tag, payload in value.items():
        if payload is None:
            continue
        if tag in {"S", "N"}:
            if type(payload) is not str:
                check_string(payload)
        elif tag in {"M", "L"}:
            for place, member in _members(tag, payload):
                if member is None:
                    payload[place] = {}
                else:
                    check_attribute_value(member, level + 1)
        elif tag in _OTHER_TAGS:
            _OTHER_TAGS[tag](payload)


def _members(tag: str, document: Any) -> Iterable[tuple[Any, Any]]:
    if tag == "L":
        _check_list(document)
        return enumerate(cast(list[Any], document))
    _check_map(document)
    return cast(dict[str, Any], document).items()


def _check_map(value: Any) -> None:
    if type(value) is not dict:
        if isinstance(value, list):
            raise serialization(
                "Unrecognized collection type"
                f" java.util.Map<java.lang.String, {_PACKAGE}AttributeValue>"
            )
        raise serialization("Unexpected field type")


def _check_list(value: Any) -> None:
    if type(value) is not list:
        raise serialization(
            _STRUCTURE_FOUND if isinstance(value, dict) else "Unexpected field type"
        )


def check_string(value: Any) -> None:
    """Raises SerializationException unless the value is a string."""
    if type(value) is not str:
        raise _not_convertible(value, "String")


def check_blob(value: Any) -> None:
    """Raises SerializationException unless the value is base64, padded and canonical."""
    if type(value) is not str:
        if isinstance(value, list | dict):
            raise _not_convertible(value, "Blob")
        raise serialization("only base-64-encoded strings are convertible to bytes")
    if len(value) % 4:
        raise serialization(
            f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(value)}"
        )
    if _BASE64.fullmatch(value) is None:
        odd = re.search(r"[^A-Za-z0-9+/=]|=(?=[^=])", value, re.ASCII)
        raise serialization(f"Invalid Base64 character: '{odd[0] if odd else '='}'")
    if value.endswith("="):
        is_one_byte = value.endswith("==")
        allowed = _LAST_OF_ONE if is_one_byte else _LAST_OF_TWO
        if value.rstrip("=")[-1] not in allowed:
            raise serialization("Invalid last non-pad Base64 character dectected")


def _check_boolean(value: Any) -> None:
    if type(value) is bool:
        return
    if isinstance(value, str):
        raise serialization("Unexpected token received from parser")
    raise _not_convertible(value, "Boolean")


def _number_check(kind: str) -> Check:
    name = _JAVA[kind].removeprefix("java.lang.")

    def check(value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _not_convertible(value, name)

    return check


def _not_convertible(value: Any, name: str) -> DynamoError:
    match value:
        case bool():
            found = "TRUE_VALUE" if value else "FALSE_VALUE"
        case int():
            found = "NUMBER_VALUE"
        case float():
            found = "DECIMAL_VALUE"
        case str():
            found = "STRING_VALUE"
        case list():
            java_class = "java.nio.ByteBuffer" if name == "Blob" else f"java.lang.{name}"
            return serialization(f"Unrecognized collection type class {java_class}")
        case _:
            return serialization(_STRUCTURE_FOUND)
    return serialization(f"{found} cannot be converted to {name}")


def _elements(check: Check) -> Check:
    def check_list(value: Any) -> None:
        _check_list(value)
        for member in value:
            if member is None:
                raise validation(EMPTY_VALUE)
            check(member)

    return check_list


_OTHER_TAGS: Final[Mapping[str, Check]] = {
    "B": check_blob,
    "BOOL": _check_boolean,
    "NULL": _check_boolean,
    "SS": _elements(check_string),
    "NS": _elements(check_string),
    "BS": _elements(check_blob),
}
