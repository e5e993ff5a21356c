"""KeyConditionExpression: which part of one partition a Query reads.

The grammar is that of all conditions; what may be said is little: for each key attribute at most
one comparison with a value, joined by AND, in any order and with the value on either side. All
partition key attributes need "=". Of the sort key attributes any number from the first on may have
one, each but the last "=": an index may have up to four of either kind.

Two steps, as AWS judges the text before it looks for the table:

    draft = read_key_condition("pk = :p AND begins_with(sk, :s)", placeholders)
    condition = draft.for_key(key_schema)

Sources: "Key condition expressions for the Query operation" (Query.KeyConditionExpressions), "Multi
attribute keys pattern" (GSI.DesignPattern.MultiAttributeKeys).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, Protocol

from compat.dynamodb.attribute_values import Value, type_of
from compat.dynamodb.errors import invalid_parameter, validation
from compat.dynamodb.expressions.checks import Check, Checks, Names, check_values
from compat.dynamodb.expressions.condition import Condition as CompiledCondition
from compat.dynamodb.expressions.condition_parser import parse_condition
from compat.dynamodb.expressions.functions import check_condition_leaf
from compat.dynamodb.expressions.lexer import ExpressionError
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Condition,
    In,
    Not,
    Operand,
    Or,
    Path,
    ValuePlaceholder,
)

Operator = Literal["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]

_MIRRORED: Final[dict[str, Operator]] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_COMPARATORS: Final[dict[str, Operator]] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_EMPTY_KEY: Final = {
    "S": "an empty string value",
    "B": "an empty binary value",
}


class Key(Protocol):
    """What a key condition needs to know of a table's or an index's key."""

    @property
    def hash(self) -> tuple[str, ...]: ...

    @property
    def range(self) -> tuple[str, ...]: ...

    @property
    def types(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class _Part:
    """What is said of one attribute, with placeholders for the operands."""

    attribute: str
    operator: Operator
    operands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """What is said of a sort key attribute other than "="."""

    operator: Operator
    operands: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """A key condition of one request on one key.

    Attributes:
        equal: The values of all partition key attributes, then of the first sort key attributes.
        range: What is said of the next sort key attribute, if anything.
    """

    equal: tuple[Value, ...]
    range: KeyRange | None


class KeyConditionDraft:
    """A key condition of one request, of which the key isn't known yet.

    One of KeyConditions (`is_legacy`) can't name a partition of several attributes.
    """

    __slots__ = ("_is_legacy", "_parts")

    def __init__(
        self, parts: dict[str, tuple[Operator, tuple[Value, ...]]], *, is_legacy: bool = False
    ) -> None:
        self._parts = parts
        self._is_legacy = is_legacy

    def for_key(self, key: Key) -> KeyCondition:
        """Returns the condition on that key. Raises ValidationException."""
        parts = self._parts
        if self._is_legacy and len(key.hash) > 1:
            raise validation("Query key condition not supported")
        self._check_attributes(key)
        for name in (*key.hash, *key.range):
            if name in parts:
                _check_types(name, parts[name][1], key)
        equal: list[Value] = []
        for name in key.hash:
            operator, operands = parts[name]
            if operator != "=":
                raise validation("Query key condition not supported")
            equal.extend(operands)
        for name in key.range:
            if name not in parts:
                break
            operator, operands = parts[name]
            if operator != "=":
                return KeyCondition(tuple(equal), KeyRange(operator, operands))
            equal.extend(operands)
        return KeyCondition(tuple(equal), None)

    def _check_attributes(self, key: Key) -> None:
        parts = self._parts
        is_simple = len(key.hash) == 1 and len(key.range) <= 1
        if is_simple and len(parts) > 2:
            raise validation(
                f"The number of query conditions ({len(parts)}) exceeds the number of key attributes"
                f" defined in the schema ({len(key.hash) + len(key.range)})"
            )
        for name in key.hash:
            if name not in parts:
                raise validation(f"Query condition missed key schema element: {name}")
        others = [name for name in parts if name not in key.hash and name not in key.range]
        if others:
            if not key.range:
                raise validation("Query key condition not supported")
            missed = next((name for name in key.range if name not in parts), key.range[-1])
            raise validation(f"Query condition missed key schema element: {missed}")
        last = max((key.range.index(name) for name in parts if name in key.range), default=0)
        loose = [name for name in key.range[:last] if name not in parts or parts[name][0] != "="]
        if loose:
            raise validation(
                f"RANGE key attributes {', '.join(loose)} must have equality conditions specified"
                " in the query because a condition is present on key attribute"
                f" {key.range[last]}"
            )


def _check_types(name: str, operands: tuple[Value, ...], key: Key) -> None:
    for operand in operands:
        tag = type_of(operand)
        if tag != key.types[name]:
            raise invalid_parameter("Condition parameter type does not match schema type")
        if tag in _EMPTY_KEY and not operand:
            raise validation(
                "One or more parameter values are not valid. The AttributeValue for a key"
                f" attribute cannot contain {_EMPTY_KEY[tag]}. Key: {name}"
            )


@dataclass(frozen=True, slots=True)
class _Code:
    """A compiled text: its parts, or what is wrong with them, and the checks before."""

    parts: tuple[_Part, ...]
    fault: str | None
    checks: tuple[Check, ...]
    used: frozenset[str]


def read_key_condition(text: str, placeholders: Placeholders) -> KeyConditionDraft:
    """Returns the key condition that the text writes. Raises ValidationException."""
    try:
        if placeholders.names_key is None:
            code = _compile(text, placeholders.names)
        else:
            code = _cached(text, placeholders.names_key)
        check_values(code.checks, placeholders.values)
    except ExpressionError as error:
        raise validation(f"Invalid KeyConditionExpression: {error}") from None
    placeholders.use(code.used)
    if code.fault is not None:
        raise validation(code.fault)
    values = placeholders.values
    return KeyConditionDraft(
        {
            part.attribute: (part.operator, tuple([values[name] for name in part.operands]))
            for part in code.parts
        }
    )


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """What a text says of a key of one or two attributes, whatever the values are.

    Attributes:
        partition: The placeholder of the partition key attribute's value.
        sort: What is said of the sort key attribute, if anything.
        operands: The placeholders of its operands.
        placeholders: All of them.
    """

    partition: str
    sort: Operator | None
    operands: tuple[str, ...]
    placeholders: frozenset[str]


def plan_key_condition(text: str, names: Names, key: Key) -> KeyPlan | None:
    """Returns what the text says of the key with values of the key's types, or None if there is a fault.

    With such values a request is right if it has these placeholders, and the bounds of BETWEEN are
    in order.
    """
    samples: dict[str, Value] = {"S": "a", "N": Decimal(1), "B": b"a"}
    try:
        code = _compile(text, names)
        values = {
            name: samples[key.types[part.attribute]]
            for part in code.parts
            for name in part.operands
            if part.attribute in key.types
        }
        check_values(code.checks, values)
    except ExpressionError:
        return None
    parts = {part.attribute: part for part in code.parts}
    partition = parts.pop(key.hash[0], None)
    others = [parts.pop(name) for name in key.range if name in parts]
    is_right = code.fault is None and not parts and code.used == {*names, *values}
    if not is_right or partition is None or partition.operator != "=" or len(others) > 1:
        return None
    sort = others[0] if others else None
    return KeyPlan(
        partition.operands[0],
        None if sort is None else sort.operator,
        () if sort is None else sort.operands,
        frozenset(values),
    )


def compile_key_condition(text: str, placeholders: Placeholders, key: Key) -> KeyCondition:
    """Returns the key condition that the text writes for a key. Raises ValidationException."""
    return read_key_condition(text, placeholders).for_key(key)


def check_filter(condition: CompiledCondition, key: Key, member: str | None = None) -> None:
    """Raises ValidationException if a Query's filter looks at an attribute of the key it reads.

    Args:
        condition: The filter.
        key: The key.
        member: Where the filter is, if it isn't an expression.
    """
    for name in condition.attribute_names():
        if name in key.hash or name in key.range:
            raise validation(
                f"{member or 'Filter Expression'} can only contain non-primary key attributes:"
                f" Primary key attribute: {name}"
            )


@lru_cache(maxsize=1024)
def _cached(text: str, names: tuple[tuple[str, str], ...]) -> _Code:
    return _compile(text, dict(names))


def _compile(text: str, names: Names) -> _Code:
    tree = parse_condition(text)
    checks = Checks(names)
    _add_checks(tree, checks)
    parts: list[_Part] = []
    fault: str | None = None
    try:
        _collect(tree, checks, parts)
    except ExpressionError as error:
        fault = str(error)
    return _Code(tuple(parts), fault, tuple(checks.all), frozenset(checks.used))


def _add_checks(tree: Condition, checks: Checks) -> None:
    match tree:
        case And(terms) | Or(terms):
            for term in terms:
                _add_checks(term, checks)
        case Not(term):
            _add_checks(term, checks)
        case leaf:
            check_condition_leaf(leaf, checks)


def _collect(tree: Condition, checks: Checks, parts: list[_Part]) -> None:
    """Adds the parts of a condition. Raises ExpressionError with the whole message."""
    operator: Operator
    operands: tuple[Operand, ...]
    match tree:
        case And(terms):
            for term in terms:
                _collect(term, checks, parts)
            return
        case Or():
            raise _not_allowed("OR")
        case Not():
            raise _not_allowed("NOT")
        case In():
            raise _not_allowed("IN")
        case Call(function, operands):
            if function != "begins_with":
                raise _not_allowed(function)
            operator = "begins_with"
        case Between(operand, low, high):
            operator, operands = "BETWEEN", (operand, low, high)
        case Comparison(comparator, left, right):
            if comparator == "<>":
                raise _not_allowed("<>")
            operator, operands = _COMPARATORS[comparator], (left, right)
    part = _part(operator, operands, checks)
    if any(part.attribute == other.attribute for other in parts):
        raise ExpressionError(
            "Invalid KeyConditionExpression:"
            " KeyConditionExpressions must only contain one condition per key"
        )
    parts.append(part)


def _part(operator: Operator, operands: tuple[Operand, ...], checks: Checks) -> _Part:
    is_comparison = operator in _COMPARATORS
    if any(isinstance(operand, Call) for operand in operands):
        raise ExpressionError("KeyConditionExpressions cannot contain nested operations")
    if not is_comparison and not isinstance(operands[0], tuple):
        raise ExpressionError(
            f"Invalid condition in KeyConditionExpression: {operator} operator must have the key"
            " attribute as its first operand"
        )
    paths = [operand for operand in operands if isinstance(operand, tuple)]
    if len(paths) > 1:
        raise ExpressionError(
            "Invalid condition in KeyConditionExpression:"
            " Multiple attribute names used in one condition"
        )
    if not paths:
        raise ExpressionError(
            "Invalid condition in KeyConditionExpression: No key attribute specified"
        )
    if isinstance(operands[0], ValuePlaceholder):
        operator = _MIRRORED[operator]
    names = tuple(operand.name for operand in operands if isinstance(operand, ValuePlaceholder))
    return _Part(_attribute(paths[0], checks), operator, names)


def _attribute(path: Path, checks: Checks) -> str:
    if len(path) > 1:
        raise ExpressionError("KeyConditionExpressions cannot have conditions on nested attributes")
    name = checks.resolve(path)[0]
    assert isinstance(name, str)
    return name


def _not_allowed(operator: str) -> ExpressionError:
    return ExpressionError(f"Invalid operator used in KeyConditionExpression: {operator}")
