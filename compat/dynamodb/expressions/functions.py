"""The functions of conditions, and what is checked of conditions before they run.

| function                        | true (or, of size, the number) if                                 |
|---------------------------------|-------------------------------------------------------------------|
| attribute_exists(path)          | the path leads somewhere                                          |
| attribute_not_exists(path)      | it doesn't                                                        |
| attribute_type(path, type)      | the value there is of the named type                              |
| begins_with(operand, prefix)    | both are strings or both binaries, and so it is                   |
| contains(operand, member)       | a string or binary has the other in it, a set or list has the     |
|                                 | member                                                            |
| size(path)                      | UTF-16 code units of a string, bytes of a binary, members of a    |
|                                 | set or document                                                   |

A missing operand makes every function false, but attribute_not_exists. Source: "Condition and
filter expressions, operators, and functions".
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from compat.dynamodb.attribute_values import TAGS, Value, type_of, write_value
from compat.dynamodb.expressions.checks import Checks, Values, operand_type_fault
from compat.dynamodb.expressions.comparison import COMPARISONS, ORDERED_TYPES, equal
from compat.dynamodb.expressions.documents import MISSING, path_text
from compat.dynamodb.expressions.syntax import (
    Between,
    Call,
    Comparison,
    In,
    Operand,
    ValuePlaceholder,
)
from storage.types import BinarySet, NumberSet, StringSet

_MEMBER_TYPES: Final[dict[type, str]] = {StringSet: "S", NumberSet: "N", BinarySet: "B"}
_SIZED_TYPES: Final = TAGS - {"N", "BOOL", "NULL"}


@dataclass(frozen=True, slots=True)
class Function:
    """A function of conditions.

    Attributes:
        arity: How many operands it takes.
        evaluate: Takes the operands' values, MISSING where there is none.
    """

    arity: int
    evaluate: Callable[..., Any]


def _begins_with(value: Value, prefix: Value) -> bool:
    if type(value) is not type(prefix):
        return False
    return isinstance(value, str | bytes) and value.startswith(prefix)


def _contains(value: Value, member: Value) -> bool:
    if member is MISSING:
        return False
    if isinstance(value, str):
        return isinstance(member, str) and member in value
    if isinstance(value, bytes):
        return isinstance(member, bytes) and member in value
    if isinstance(value, list):
        return any(equal(element, member) for element in value)
    tag = _MEMBER_TYPES.get(type(value))
    return tag is not None and type_of(member) == tag and member in value


def _size(value: Value) -> Value:
    if isinstance(value, str):
        units = len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2
        return Decimal(units)
    if isinstance(value, bytes | list | dict | frozenset):
        return Decimal(len(value))
    return MISSING


CONDITION_FUNCTIONS: Final[dict[str, Function]] = {
    "attribute_exists": Function(1, lambda value: value is not MISSING),
    "attribute_not_exists": Function(1, lambda value: value is MISSING),
    "attribute_type": Function(
        2, lambda value, name: value is not MISSING and type_of(value) == name
    ),
    "begins_with": Function(2, _begins_with),
    "contains": Function(2, _contains),
    "size": Function(1, _size),
}


def check_condition_leaf(leaf: Comparison | Between | In | Call, checks: Checks) -> None:
    """Adds what must hold of one comparison or function."""
    match leaf:
        case Comparison(operator, left, right):
            _check_operands(checks, left, right)
            _check_distinct(operator, (left, right), checks)
            if operator not in {"=", "<>"}:
                for operand in (left, right):
                    checks.add_type(operand, ORDERED_TYPES, operator)
        case Between(operand, low, high):
            _check_operands(checks, operand, low, high)
            for bound in (operand, low, high):
                checks.add_type(bound, ORDERED_TYPES, "BETWEEN")
            if isinstance(low, ValuePlaceholder) and isinstance(high, ValuePlaceholder):
                least, most = low.name, high.name
                checks.all.append(lambda values: _bounds_fault(values[least], values[most]))
        case In(operand, candidates):
            _check_operands(checks, operand, *candidates)
        case Call():
            checks.add_operand(leaf)
            _check_call(leaf, checks)


def _check_operands(checks: Checks, *operands: Operand) -> None:
    for operand in operands:
        checks.add_operand(operand)
    for operand in operands:
        if isinstance(operand, Call):
            _check_call(operand, checks)


def _check_call(call: Call, checks: Checks) -> None:
    function = CONDITION_FUNCTIONS.get(call.function)
    if function is None or not checks.add_count(call, function.arity):
        return
    for argument in call.arguments:
        if isinstance(argument, Call):
            _check_call(argument, checks)
    _check_distinct(call.function, call.arguments, checks)
    first = call.arguments[0]
    match call.function:
        case "attribute_exists" | "attribute_not_exists":
            if not isinstance(first, tuple):
                checks.fail(
                    "Operator or function requires a document path;"
                    f" operator or function: {call.function}"
                )
        case "begins_with":
            for argument in call.arguments:
                checks.add_type(argument, frozenset({"S", "B"}), "begins_with")
        case "attribute_type":
            _check_type_name(call.arguments[1], checks)
        case "size":
            checks.add_type(first, _SIZED_TYPES, "size")
        case _:
            pass


def _check_distinct(operator: str, operands: tuple[Operand, ...], checks: Checks) -> None:
    if len(operands) != 2 or not all(isinstance(operand, tuple) for operand in operands):
        return
    left, right = operands
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    if checks.resolve(left) == checks.resolve(right):
        checks.fail(
            "The first operand must be distinct from the remaining operands for this operator or"
            f" function; operator: {operator}, first operand: {path_text(checks.resolve(left))}"
        )


def _check_type_name(operand: Operand, checks: Checks) -> None:
    if not isinstance(operand, ValuePlaceholder):
        checks.fail(operand_type_fault("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"))
        return
    name = operand.name

    def check(values: Values) -> str | None:
        value = values[name]
        if not isinstance(value, str):
            return operand_type_fault("attribute_type", type_of(value))
        if value not in TAGS:
            return (
                f"Invalid attribute type name found; type: {value},"
                " valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
            )
        return None

    checks.all.append(check)


def _bounds_fault(low: Value, high: Value) -> str | None:
    if type_of(low) != type_of(high):
        problem = "same data type for lower and upper bounds"
    elif COMPARISONS[">"](low, high):
        problem = "upper bound to be greater than or equal to lower bound"
    else:
        return None
    return (
        f"The BETWEEN operator requires {problem};"
        f" lower bound operand: AttributeValue: {_shown(low)},"
        f" upper bound operand: AttributeValue: {_shown(high)}"
    )


def _shown(value: Value) -> str:
    ((tag, payload),) = write_value(value).items()
    return f"{{{tag}:{payload}}}"
