"""Parameters from before expressions, as the expressions that mean the same.

| parameter                                                    | becomes                           |
|--------------------------------------------------------------|-----------------------------------|
| AttributesToGet                                              | a projection of whole attributes  |
| Expected, QueryFilter, ScanFilter; joined by                 | a condition                       |
| ConditionalOperator                                          |                                   |
| KeyConditions                                                | a key condition                   |
| AttributeUpdates                                             | an update                         |

They are judged by rules and texts of their own; what is left is a syntax tree, and runs as an
expression does. Source: "Legacy conditional parameters" (LegacyConditionalParameters) and its pages.
"""

from collections.abc import Mapping, Sequence
from sys import maxsize
from typing import Any, Final

from compat.dynamodb.attribute_values import TAGS, Value, read_value, type_of
from compat.dynamodb.errors import invalid_parameter, validation
from compat.dynamodb.expressions.comparison import COMPARISONS
from compat.dynamodb.expressions.condition import Condition, compile_condition_tree
from compat.dynamodb.expressions.key_condition import KeyConditionDraft, Operator
from compat.dynamodb.expressions.projection import Projection, whole_attributes
from compat.dynamodb.expressions.syntax import (
    Action,
    AddAction,
    And,
    Between,
    Call,
    Comparison,
    DeleteAction,
    In,
    Not,
    Operand,
    Or,
    Path,
    RemoveAction,
    SetAction,
    ValuePlaceholder,
)
from compat.dynamodb.expressions.syntax import Condition as Tree
from compat.dynamodb.expressions.update import Update, compile_actions

Wire = Mapping[str, Any]

_COMPARATORS: Final = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_KEY_OPERATORS: Final[dict[str, Operator]] = {
    "EQ": "=",
    "LE": "<=",
    "LT": "<",
    "GE": ">=",
    "GT": ">",
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}
#: How many operands an operator takes, at least and at most; all others one.
_COUNTS: Final = {"NULL": (0, 0), "NOT_NULL": (0, 0), "IN": (1, maxsize), "BETWEEN": (2, 2)}
KEY_CONDITIONS_MAX: Final = 2
_SCALARS: Final = frozenset({"S", "N", "B"})
_SETS: Final = frozenset({"SS", "NS", "BS"})
#: The types of an operator's operands; all others take scalars.
_TYPES: Final = {"EQ": TAGS, "NE": TAGS, "BEGINS_WITH": frozenset({"S", "B"})}
#: The types of the values of actions on attributes; PUT takes all.
_ACTION_TYPES: Final = {"PUT": TAGS, "ADD": _SETS | {"N", "L"}, "DELETE": _SETS}


class _Placeholders:
    """The names and values of a tree, under placeholders of its own."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Value] = {}

    def path(self, name: str) -> Path:
        """Returns the path to an attribute."""
        self.names[f"#{name}"] = name
        return (f"#{name}",)

    def value(self, value: Value) -> ValuePlaceholder:
        """Returns the operand for a value."""
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = value
        return ValuePlaceholder(placeholder)


# ---- AttributesToGet -----------------------------------------------------------------------------


def projection(names: Sequence[str]) -> Projection:
    """Returns what AttributesToGet takes. Raises ValidationException."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise invalid_parameter(f"Duplicate value in attribute name: {name}")
        seen.add(name)
    return whole_attributes(tuple(names))


# ---- conditions ----------------------------------------------------------------------------------


def check_conditional_operator(body: Wire, member: str) -> None:
    """Raises ValidationException unless there are conditions for ConditionalOperator to join."""
    if "ConditionalOperator" not in body:
        return
    count = len(body.get(member, ()))
    if count == 0:
        raise validation("ConditionalOperator cannot be used without Filter or Expected")
    if count == 1:
        raise validation(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
        )


def condition(body: Wire, member: str) -> Condition | None:
    """Returns the condition of Expected, QueryFilter or ScanFilter. Raises ValidationException."""
    given: Mapping[str, Wire] | None = body.get(member)
    if not given:
        return None
    read = _read_expected if member == "Expected" else _read_filter
    placeholders = _Placeholders()
    terms: list[Tree] = []
    for name, wire in given.items():
        operator, operands = read(name, wire)
        path = placeholders.path(name)
        terms.append(_test(operator, path, [placeholders.value(value) for value in operands]))
    if len(terms) == 1:
        (tree,) = terms
    else:
        tree = (Or if body.get("ConditionalOperator") == "OR" else And)(tuple(terms))
    return compile_condition_tree(tree, placeholders.names, placeholders.values)


def _test(operator: str, path: Path, operands: list[ValuePlaceholder]) -> Tree:
    match operator:
        case "NULL":
            return Call("attribute_not_exists", (path,))
        case "NOT_NULL":
            return Call("attribute_exists", (path,))
        case "CONTAINS":
            return Call("contains", (path, operands[0]))
        case "NOT_CONTAINS":
            # Of an attribute that isn't there, this is false, too.
            contains = Call("contains", (path, operands[0]))
            return And((Call("attribute_exists", (path,)), Not(contains)))
        case "BEGINS_WITH":
            return Call("begins_with", (path, operands[0]))
        case "IN":
            return In(path, tuple(operands))
        case "BETWEEN":
            return Between(path, operands[0], operands[1])
        case _:
            return Comparison(_COMPARATORS[operator], path, operands[0])


def _read_filter(_name: str, wire: Wire) -> tuple[str, list[Value]]:
    """Returns the operator and the operands of one condition."""
    operator: str = wire["ComparisonOperator"]
    return operator, _read_operands(operator, wire.get("AttributeValueList", ()))


def _read_expected(name: str, wire: Wire) -> tuple[str, list[Value]]:
    if "AttributeValueList" in wire and "Value" in wire:
        raise invalid_parameter(
            f"Value and AttributeValueList cannot be used together for Attribute: {name}"
        )
    operator = wire.get("ComparisonOperator")
    if operator is not None:
        return operator, _read_compared(name, operator, wire)
    if "AttributeValueList" in wire:
        raise invalid_parameter(
            f"AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}"
        )
    exists = wire.get("Exists")
    if exists is False:
        if "Value" in wire:
            raise invalid_parameter(
                f"Value cannot be used when Exists is false for Attribute: {name}"
            )
        return "NULL", []
    if "Value" not in wire:
        shown = "null" if exists is None else "true"
        raise invalid_parameter(
            f"Value must be provided when Exists is {shown} for Attribute: {name}"
        )
    return "EQ", [read_value(wire["Value"])]


def _read_compared(name: str, operator: str, wire: Wire) -> list[Value]:
    if "Exists" in wire:
        raise invalid_parameter(
            f"Exists and ComparisonOperator cannot be used together for Attribute: {name}"
        )
    operands = [wire["Value"]] if "Value" in wire else wire.get("AttributeValueList")
    if operands is None and operator not in {"NULL", "NOT_NULL"}:
        raise invalid_parameter(
            f"Value or AttributeValueList must be used with ComparisonOperator: {operator} for"
            f" Attribute: {name}"
        )
    return _read_operands(operator, operands or ())


def _read_operands(operator: str, wire: Sequence[Wire]) -> list[Value]:
    operands = [read_value(each) for each in wire]
    least, most = _COUNTS.get(operator, (1, 1))
    if not least <= len(operands) <= most:
        raise invalid_parameter(
            f"Invalid number of argument(s) for the {operator} ComparisonOperator"
        )
    tags = list(dict.fromkeys(map(type_of, operands)))
    if len(tags) > 1:
        raise invalid_parameter("AttributeValues inside AttributeValueList must be of same type")
    if tags and tags[0] not in _TYPES.get(operator, _SCALARS):
        raise invalid_parameter(
            f"ComparisonOperator {operator} is not valid for {tags[0]} AttributeValue type"
        )
    if operator == "BETWEEN" and COMPARISONS[">"](*operands):
        raise validation(
            "The BETWEEN condition was provided a range where the lower bound is greater than the"
            " upper bound"
        )
    return operands


# ---- KeyConditions -------------------------------------------------------------------------------


def key_condition(given: Mapping[str, Wire]) -> KeyConditionDraft:
    """Returns the key condition of KeyConditions. Raises ValidationException."""
    read = {name: _read_filter(name, wire) for name, wire in given.items()}
    if not 1 <= len(read) <= KEY_CONDITIONS_MAX:
        raise validation("Conditions can be of length 1 or 2 only")
    parts: dict[str, tuple[Operator, tuple[Value, ...]]] = {}
    for name, (operator, operands) in read.items():
        if operator not in _KEY_OPERATORS:
            raise validation("Attempted conditional constraint is not an indexable operation")
        parts[name] = (_KEY_OPERATORS[operator], tuple(operands))
    return KeyConditionDraft(parts, is_legacy=True)


# ---- AttributeUpdates ----------------------------------------------------------------------------


def update(given: Mapping[str, Wire]) -> Update | None:
    """Returns the update of AttributeUpdates; None if it has none. Raises ValidationException."""
    if not given:
        return None
    placeholders = _Placeholders()
    actions = [_action(placeholders, name, wire) for name, wire in given.items()]
    return compile_actions(actions, placeholders.names, placeholders.values)


def _action(placeholders: _Placeholders, name: str, wire: Wire) -> Action:
    kind = wire.get("Action", "PUT")
    path = placeholders.path(name)
    if "Value" not in wire:
        if kind != "DELETE":
            raise invalid_parameter(
                "Only DELETE action is allowed when no attribute value is specified"
            )
        return RemoveAction(path)
    value = read_value(wire["Value"])
    tag = type_of(value)
    if tag not in _ACTION_TYPES[kind]:
        stated = "with value is" if kind == "DELETE" else "is"
        raise invalid_parameter(f"{kind} action {stated} not supported for the type {tag}")
    operand = placeholders.value(value)
    if kind == "DELETE":
        return DeleteAction(path, operand)
    if kind == "PUT":
        return SetAction(path, operand)
    if tag != "L":
        return AddAction(path, operand)
    # Lists are appended to, of which the API reference says nothing.
    old: Operand = Call("if_not_exists", (path, placeholders.value([])))
    return SetAction(path, Call("list_append", (old, operand)))
