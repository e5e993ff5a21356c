"""Does a request keep to the lengths, ranges, patterns and enumerations of its operation?

    2 validation errors detected: Value 'x' at 'select' failed to satisfy constraint: Member must
    satisfy enum value set: [...]; Value null at 'key' failed to satisfy constraint: Member must not
    be null

All faults are reported together, up to ten, with the exceptions that AWS makes: a table's name that
can't be one is reported alone, and UpdateItem reports the first fault only, unless it has no key.
"""

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from compat.dynamodb.errors import encode, validation
from compat.dynamodb.service_model import KEYLESS_UPDATE, SHAPES, Shape

ERRORS_MAX: Final = 10
_SHOWN_CHARACTERS_MAX: Final = 20_000

_SHOWN_AS_SENT: Final = "BatchGetRequestMap"

#: Appends what is wrong with a value that is at a path.
Check = Callable[[Any, str, list[str]], None]

#: Places that are reported without their value, and with their members' names as in the request.
_BARE: Final = {
    "Query": re.compile(r"Value '.*?' at 'limit'", re.DOTALL),
    "BatchGetItem": re.compile(
        r"Value '.*?' at 'requestItems(?P<a>\.[^']*\.member\.)keys'", re.DOTALL
    ),
}
_BARE_TEXTS: Final = {
    "Query": "Value at 'Limit'",
    "BatchGetItem": r"Value at 'RequestItems\g<a>Keys'",
}
_NO_REQUESTS: Final = (
    "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint:"
    " Member must have length greater than or equal to 1"
)
#: What is said of the keys of a batch's map. Of a table made in SQL shorter names are taken.
_ODD_TABLE_NAME: Final = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member"
    " must have length greater than or equal to 3, Member must satisfy regular expression pattern:"
    " [a-zA-Z0-9_.-]+]"
)
#: Operations on tables, which have their own text for a table name that isn't there.
_TABLE_OPERATIONS: Final = frozenset({"CreateTable", "DeleteTable", "DescribeTable", "UpdateTable"})


def check_constraints(operation: str, shape: str, body: dict[str, Any]) -> None:
    """Raises ValidationException unless the body keeps to its shape's constraints."""
    if operation in _TABLE_OPERATIONS and "TableName" not in body:
        raise validation("The parameter 'TableName' is required but was not present in the request")
    if operation in {"BatchGetItem", "BatchWriteItem"} and not body.get("RequestItems"):
        if operation == "BatchGetItem" and "RequestItems" in body:
            raise validation(_NO_REQUESTS)
        raise validation(f"The requestItems parameter is required for {operation}")
    errors: list[str] = []
    reports_all = operation == "UpdateItem" and "Key" not in body
    if not reports_all:
        _check_table_name(shape, body, errors)
    if not errors:
        if reports_all:
            check = _structure_check(KEYLESS_UPDATE, is_request=False)
        else:
            check = _structure_check(shape, is_request=True)
        if check is not None:
            check(body, "", errors)
        if not errors:
            return
    bare = _BARE.get(operation)
    if bare is not None:
        errors = [bare.sub(_BARE_TEXTS[operation], error) for error in errors]
    if operation == "BatchWriteItem" and len(errors) > 1:
        errors = [error for error in errors if _ODD_TABLE_NAME not in error] or errors
    del errors[1 if operation == "UpdateItem" and not reports_all else ERRORS_MAX :]
    raise validation(
        f"{len(errors)} validation error{'s' if len(errors) > 1 else ''} detected:"
        f" {'; '.join(errors)}"
    )


def _check_table_name(shape: str, body: dict[str, Any], errors: list[str]) -> None:
    """Appends what is wrong with the request's table name."""
    member = SHAPES[shape].members.get("TableName")
    name = body.get("TableName")
    if member is not None and name is not None:
        check = _check(member)
        if check is not None:
            check(name, "tableName", errors)
            del errors[1:]


def failed(shape: str, value: Any, path: str, constraint: str) -> str:
    """Returns the text of one fault."""
    shown = "null" if value is None else f"'{_shown(shape, value)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


@cache
def _check(shape: str) -> Check | None:
    """Returns the check of a shape, or None if it has no constraints."""
    if shape == "AttributeValue":
        return None
    record = SHAPES[shape]
    match record.type:
        case "structure":
            return _structure_check(shape, is_request=False)
        case "list":
            return _list_check(shape, record)
        case "map":
            return _map_check(shape, record)
        case "string":
            return _table_name_check(shape) if shape == "TableArn" else _string_check(shape, record)
        case "integer" | "long" | "double":
            return _number_check(shape, record)
        case _:
            return None


@cache
def _structure_check(shape: str, *, is_request: bool) -> Check | None:
    """Returns the check of a structure; of a request without its table name, which comes before."""
    record = SHAPES[shape]
    checks = {
        name: check
        for name, member in record.members.items()
        if not (is_request and name == "TableName") and (check := _check(member)) is not None
    }
    required = frozenset(record.required)
    if not checks and not required:
        return None

    def check_all(value: Any, path: str, errors: list[str]) -> None:
        found: list[str] = []
        for name, member in value.items():
            check = checks.get(name)
            if check is not None and member is not None:
                check(member, "", found)
                if found:
                    break
        if found or not required <= value.keys():
            report(value, path, errors)

    def report(value: Any, path: str, errors: list[str]) -> None:
        for name, member in record.members.items():
            shown = path + name[0].lower() + name[1:]
            found = value.get(name)
            if found is None:
                if name in required:
                    errors.append(failed(member, None, shown, "Member must not be null"))
            elif name in checks:
                is_structure = SHAPES[member].type == "structure"
                checks[name](found, shown + "." if is_structure else shown, errors)

    return check_all


def _list_check(shape: str, record: Shape) -> Check | None:
    check_element = _check(record.value)
    is_structure = SHAPES[record.value].type == "structure"
    if record.value == "AttributeValue" and record.min is None and record.max is None:
        return None

    def check(value: Any, path: str, errors: list[str]) -> None:
        _check_length(shape, record, value, path, errors)
        if check_element is None and None not in value:
            return
        for number, element in enumerate(value, 1):
            place = f"{path}.{number}.member"
            if element is None:
                errors.append(failed(record.value, None, place, "Member must not be null"))
            elif check_element is not None:
                check_element(element, place + "." if is_structure else place, errors)

    return check


def _check_length(shape: str, record: Shape, value: Any, path: str, errors: list[str]) -> None:
    if (record.min or 0) <= len(value) <= (record.max or math.inf):
        return
    errors.extend(
        failed(shape, value, path, constraint) for constraint in _broken_lengths(record, value)
    )


def _broken_lengths(record: Shape, value: Any) -> list[str]:
    broken = []
    if record.max is not None and len(value) > record.max:
        broken.append(f"Member must have length less than or equal to {record.max:.0f}")
    if record.min is not None and len(value) < record.min:
        broken.append(f"Member must have length greater than or equal to {record.min:.0f}")
    return broken


def _all_constraints(record: Shape) -> str:
    """Returns all that holds for the keys or values of a map: one of them being wrong shows all."""
    texts = []
    if record.max is not None:
        texts.append(f"Member must have length less than or equal to {record.max:.0f}")
    texts.append(f"Member must have length greater than or equal to {record.min or 0:.0f}")
    if record.pattern is not None:
        texts.append(f"Member must satisfy regular expression pattern: {record.pattern}")
    return "[" + ", ".join(texts) + "]"


def _keys_check(shape: str) -> Callable[[Any], bool] | None:
    """Returns what tells whether a map has wrong keys, or None if none are wrong."""
    record, check_key = SHAPES[shape], _check(shape)
    if check_key is None:
        return None
    # Keys up to that length need no look, if length is all that there is to look at.
    is_length_all = record.max and not (record.min or record.pattern or record.enum)
    free_length = record.max if record.max and is_length_all else -1

    def are_keys_wrong(value: Any) -> bool:
        faults: list[str] = []
        for name in value:
            if len(name) > free_length:
                check_key(name, "", faults)
        return bool(faults)

    return are_keys_wrong


def _map_check(shape: str, record: Shape) -> Check | None:
    key, element = SHAPES[record.key], SHAPES[record.value]
    are_keys_wrong = _keys_check(record.key)
    check_value = _check(record.value)
    is_value = record.value == "AttributeValue"
    is_nested = element.type == "structure"
    has_lengths = element.type in {"list", "string"} and (element.min, element.max) != (None, None)

    def check(value: Any, path: str, errors: list[str]) -> None:
        _check_length(shape, record, value, path, errors)
        if are_keys_wrong is not None and are_keys_wrong(value):
            constraint = f"Map keys must satisfy constraint: {_all_constraints(key)}"
            if record.key == "TableArn":
                constraint = _ODD_TABLE_NAME
            errors.append(failed(shape, value, path, constraint))
        if check_value is None and (is_value or None not in value.values()):
            return
        for name, found in value.items():
            place = f"{path}.{name}.member"
            if found is None:
                errors.append(failed(record.value, None, place, "Member must not be null"))
                continue
            if check_value is None:
                continue
            if has_lengths and _broken_lengths(element, found):
                constraint = f"Map value must satisfy constraint: {_all_constraints(element)}"
                errors.append(failed(shape, value, path, constraint))
                return
            if not has_lengths or element.type == "list":
                check_value(found, place + "." if is_nested else place, errors)

    if is_value and are_keys_wrong is None and record.min is None and record.max is None:
        return None
    return check


def _string_check(shape: str, record: Shape) -> Check | None:
    try:
        pattern = None if record.pattern is None else re.compile(record.pattern, re.ASCII)
    except re.error:
        pattern = None  # Java's classes, in members of operations that aren't here
    enum = frozenset(record.enum)
    if pattern is None and not enum and record.min is None and record.max is None:
        return None

    def check(value: Any, path: str, errors: list[str]) -> None:
        if enum and value not in enum:
            constraint = f"Member must satisfy enum value set: [{', '.join(record.enum)}]"
            errors.append(failed(shape, value, path, constraint))
        if pattern is not None and pattern.fullmatch(value) is None:
            constraint = f"Member must satisfy regular expression pattern: {record.pattern}"
            errors.append(failed(shape, value, path, constraint))
        _check_length(shape, record, value, path, errors)

    return check


def _table_name_check(shape: str) -> Check:
    record = SHAPES[shape]
    pattern = re.compile(record.pattern or "", re.ASCII)

    def check(value: Any, path: str, errors: list[str]) -> None:
        if value.startswith("arn:"):
            return
        broken = _broken_lengths(record, value)
        if not broken and pattern.fullmatch(value) is None:
            broken = [f"Member must satisfy regular expression pattern: {record.pattern}"]
        errors.extend(failed(shape, value, path, constraint) for constraint in broken)

    return check


def _number_check(shape: str, record: Shape) -> Check | None:
    low, high = record.min, record.max
    if low is None and high is None:
        return None

    def check(value: Any, path: str, errors: list[str]) -> None:
        if high is not None and value > high:
            constraint = f"Member must have value less than or equal to {high:.0f}"
            errors.append(failed(shape, value, path, constraint))
        if low is not None and value < low:
            constraint = f"Member must have value greater than or equal to {low:.0f}"
            errors.append(failed(shape, value, path, constraint))

    return check


def _shown(shape: str, value: Any) -> str:
    """Returns a value as Java's toString shows it, huge ones with their middle left out."""
    # Of BatchGetItem's requests the JSON is shown.
    text = encode(value).decode() if shape == _SHOWN_AS_SENT else _java_text(shape, value)
    if len(text) <= _SHOWN_CHARACTERS_MAX:
        return text
    return text[: _SHOWN_CHARACTERS_MAX // 2] + "..." + text[-_SHOWN_CHARACTERS_MAX // 2 :]


def _java_text(shape: str, value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    record = SHAPES[shape]
    if isinstance(value, list):
        return "[" + ", ".join(_java_text(record.value, element) for element in value) + "]"
    if isinstance(value, dict) and record.type == "structure":
        members = ", ".join(
            f"{name[0].lower()}{name[1:]}={_java_text(record.members[name], value[name])}"
            for name in record.members
            if name in value
        )
        return f"{shape}({members})"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                f"{name}={_java_text(record.value, element)}" for name, element in value.items()
            )
            + "}"
        )
    return str(value)
