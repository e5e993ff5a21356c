"""UpdateExpression, ready to run.

    update = compile_update("SET n = n + :one REMOVE l[0]", placeholders)
    update.apply({"k": "x", "n": 1, "l": ["a", "b"]})    # {"k": "x", "n": 2, "l": ["b"]}

All actions look at the item as it was. First every action's new value is found, then all are put in
their places at once: indexes of lists count elements of the old list, elements set beyond the end
are appended in order of their indexes, and removed ones close up last. The old item stays as it is.

Source: "Update expressions" (Expressions.UpdateExpressions).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from compat.dynamodb import numbers
from compat.dynamodb.attribute_values import (
    NESTING_TOO_DEEP,
    Item,
    Value,
    is_too_deep,
    map_order,
    type_of,
)
from compat.dynamodb.errors import invalid_parameter, validation
from compat.dynamodb.expressions.checks import (
    Check,
    Checks,
    Names,
    Values,
    check_values,
    operand_type_fault,
)
from compat.dynamodb.expressions.documents import (
    MISSING,
    PathTree,
    conflict_faults,
    getter,
    project,
)
from compat.dynamodb.expressions.lexer import ExpressionError
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.syntax import (
    Action,
    AddAction,
    Call,
    DeleteAction,
    Operand,
    RemoveAction,
    SetAction,
    ValuePlaceholder,
)
from compat.dynamodb.expressions.update_charge import Charge, charge_of
from compat.dynamodb.expressions.update_parser import parse_update
from compat.dynamodb.item_size import ITEM_SIZE_BYTES_MAX, item_size

_SETS: Final = frozenset({"SS", "NS", "BS"})
#: The names of types in the messages about ADD and DELETE; of the sets, their tags.
_LONG_NAMES: Final = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}
#: Of AttributeUpdates, which has its own text.
_TYPE_MISMATCH: Final = "Type mismatch for attribute to update"
_WRONG_TYPE: Final = "An operand in the update expression has an incorrect data type"
_NO_ATTRIBUTE: Final = (
    "The provided expression refers to an attribute that does not exist in the item"
)
_WRONG_PATH: Final = "The document path provided in the update expression is invalid for update"

#: What an action finds for its path: MISSING takes away what is there.
Evaluate = Callable[[Mapping[str, Value], Values], Value]


class _WrongTypeError(Exception):
    """An operand of the wrong type, found when the item is seen."""


@dataclass(frozen=True, slots=True)
class _Code:
    """A compiled text.

    Attributes:
        evaluations: For each action, in the order of the text, what finds the new value.
        tree: The actions' paths; a leaf is the action's number.
        writes: Whether there are SET or ADD among them; those can make an item.
        charge: Against the limit of 400 KB; None for what is no expression.
        attributes: The top-level attributes that are looked at or changed.
    """

    evaluations: tuple[Evaluate, ...]
    tree: PathTree
    writes: bool
    checks: tuple[Check, ...]
    used: frozenset[str]
    targets: tuple[str, ...]
    has_documents: bool
    charge: Charge | None
    attributes: frozenset[str]


class Update:
    """An update of one request."""

    __slots__ = ("_code", "_values")

    def __init__(self, code: _Code, values: Values) -> None:
        self._code = code
        self._values = values

    def check_keys(self, key_names: Collection[str]) -> None:
        """Raises ValidationException if the update would change a key attribute."""
        for name in self._code.targets:
            if name in key_names:
                raise invalid_parameter(
                    f"Cannot update attribute {name}. This attribute is part of the key"
                )

    def target_names(self) -> tuple[str, ...]:
        """Returns the top-level attributes that it may change, in the order of the text."""
        return self._code.targets

    def attribute_names(self) -> frozenset[str]:
        """Returns the top-level attributes that it looks at or changes."""
        return self._code.attributes

    def apply(self, item: Mapping[str, Value]) -> Item:
        """Returns the item as it is afterwards. Raises ValidationException.

        Args:
            item: As it is before; the key attributes where there is none.
        """
        code = self._code
        try:
            results = [evaluate(item, self._values) for evaluate in code.evaluations]
        except _WrongTypeError:
            raise validation(_TYPE_MISMATCH if code.charge is None else _WRONG_TYPE) from None
        if not code.has_documents:
            updated = dict(item)
            for name, value in zip(code.targets, results, strict=True):
                if value is MISSING:
                    updated.pop(name, None)
                else:
                    updated[name] = value
            return updated
        updated = _put_in_map(item, code.tree, results)
        if any(is_too_deep(updated[name]) for name in code.targets if name in updated):
            raise validation(NESTING_TOO_DEEP)
        return updated

    def updated(self, item: Mapping[str, Value]) -> Item:
        """Returns the parts of an item, old or new, that the update is about."""
        return project(item, self._code.tree)

    def makes_items(self) -> bool:
        """Returns whether it makes an item where there is none: one that only clears doesn't."""
        return self._code.writes

    def is_charged_too_much(self, request_bytes: int) -> bool:
        """Returns whether the expression is over the limit of 400 KB, whatever the item is."""
        charge = self._code.charge
        return charge is not None and charge.is_too_much(self._values, request_bytes)

    def fits_surely(self, part: Mapping[str, Value], rest_bytes: int) -> bool:
        """Returns whether the update keeps the limit even if the rest of the item has so many bytes.

        Args:
            part: All of the item, as it is afterwards, that the update has looked at or changed.
            rest_bytes: Of all else, at most.
        """
        return item_size(part) + rest_bytes <= ITEM_SIZE_BYTES_MAX


def compile_update(
    text: str, placeholders: Placeholders, key_names: Collection[str] = ()
) -> Update:
    """Returns the update that the text writes. Raises ValidationException."""
    try:
        if placeholders.names_key is None:
            code = _compile(text, placeholders.names)
        else:
            code = _cached(text, placeholders.names_key)
        check_values(code.checks, placeholders.values)
    except ExpressionError as error:
        raise validation(f"Invalid UpdateExpression: {error}") from None
    placeholders.use(code.used)
    update = Update(code, placeholders.values)
    if key_names:
        update.check_keys(key_names)
    return update


def compile_actions(actions: Sequence[Action], names: Names, values: Values) -> Update:
    """Returns the update of AttributeUpdates, judged, with the placeholders it is made of.

    It is charged nothing, and a wrong type is worded in its own way.
    """
    return Update(_compile_actions(actions, names, is_expression=False), values)


@lru_cache(maxsize=1024)
def _cached(text: str, names: tuple[tuple[str, str], ...]) -> _Code:
    return _compile(text, dict(names))


def _compile(text: str, names: Names) -> _Code:
    return _compile_actions(parse_update(text), names, is_expression=True)


def _compile_actions(actions: Sequence[Action], names: Names, *, is_expression: bool) -> _Code:
    checks = Checks(names)
    for action in actions:
        _add_names(action, checks)
    for action in actions:
        _add_values(action, checks)
    paths = [checks.resolve(action.path) for action in actions]
    for fault in conflict_faults(paths):
        if fault is not None:
            checks.fail(fault)
    for action in actions:
        _add_set_operand(action, checks)
    for action in actions:
        if isinstance(action, SetAction):
            _add_functions(action.value, checks)
    tree = PathTree()
    for number, path in enumerate(paths):
        tree.insert(path, number)
    return _Code(
        evaluations=tuple(_evaluation(action, checks) for action in actions),
        tree=tree,
        writes=any(isinstance(action, SetAction | AddAction) for action in actions),
        checks=tuple(checks.all),
        used=frozenset(checks.used),
        targets=tuple(dict.fromkeys(str(path[0]) for path in paths)),
        has_documents=any(len(path) > 1 for path in paths),
        charge=charge_of(actions, checks) if is_expression else None,
        attributes=frozenset(checks.attributes),
    )


# ---- checks before any item is seen --------------------------------------------------------------


def _operands(action: Action) -> list[Operand]:
    """Returns an action's paths and placeholders, in the order of the text, without functions."""
    found: list[Operand] = []
    pending: list[Operand] = [action.path]
    if not isinstance(action, RemoveAction):
        pending.insert(0, action.value)
    while pending:
        operand = pending.pop()
        if isinstance(operand, Call):
            pending.extend(reversed(operand.arguments))
        else:
            found.append(operand)
    return found


def _add_names(action: Action, checks: Checks) -> None:
    for operand in _operands(action):
        if isinstance(operand, tuple):
            checks.add_names(operand)


def _add_values(action: Action, checks: Checks) -> None:
    for operand in _operands(action):
        if isinstance(operand, ValuePlaceholder):
            checks.add_value(operand)


def _add_set_operand(action: Action, checks: Checks) -> None:
    """Adds that ADD gets a number or a set, and DELETE a set."""
    if not isinstance(action, AddAction | DeleteAction):
        return
    operator = "ADD" if isinstance(action, AddAction) else "DELETE"
    allowed = _SETS | {"N"} if operator == "ADD" else _SETS
    name = action.value.name

    def check(values: Values) -> str | None:
        tag = type_of(values[name])
        if tag in allowed:
            return None
        return (
            f"Incorrect operand type for operator or function; operator: {operator},"
            f" operand type: {_LONG_NAMES[tag]}"
        )

    checks.all.append(check)


def _add_functions(operand: Operand, checks: Checks) -> None:
    if not isinstance(operand, Call):
        return
    for argument in operand.arguments:
        _add_functions(argument, checks)
    if not checks.add_count(operand, 2):
        return
    first, second = operand.arguments
    match operand.function:
        case "if_not_exists":
            if not isinstance(first, tuple):
                checks.fail(
                    "Operator or function requires a document path;"
                    " operator or function: if_not_exists"
                )
        case "list_append":
            for argument in (first, second):
                if isinstance(argument, Call) and argument.function == "list_append":
                    checks.fail(
                        "The function is not allowed to be used this way in an expression;"
                        " function: list_append"
                    )
            checks.add_type(first, frozenset({"L"}), "list_append")
            checks.add_type(second, frozenset({"L"}), "list_append")
        case operator:
            for argument in (first, second):
                if isinstance(argument, Call) and argument.function == "list_append":
                    checks.fail(operand_type_fault(operator, "L"))
                checks.add_type(argument, frozenset({"N"}), operator)


# ---- what the actions find -----------------------------------------------------------------------


def _evaluation(action: Action, checks: Checks) -> Evaluate:
    match action:
        case SetAction(_, value):
            return _value(value, checks)
        case RemoveAction():
            return lambda _item, _values: MISSING
        case AddAction(path, value):
            get, name = getter(checks.resolve(path)), value.name
            return lambda item, values: _add(get(item), values[name])
        case DeleteAction(path, value):
            get, name = getter(checks.resolve(path)), value.name
            return lambda item, values: _delete(get(item), values[name])


def _value(operand: Operand, checks: Checks) -> Evaluate:
    match operand:
        case ValuePlaceholder(name):
            return lambda _item, values: values[name]
        case Call("if_not_exists", (tuple() as path, default)):
            get, evaluate = getter(checks.resolve(path)), _value(default, checks)

            def if_not_exists(item: Mapping[str, Value], values: Values) -> Value:
                value = get(item)
                return evaluate(item, values) if value is MISSING else value

            return if_not_exists
        case Call(function, (first, second)) if function in _FUNCTIONS:
            combine = _FUNCTIONS[function]
            left, right = _value(first, checks), _value(second, checks)
            return lambda item, values: combine(left(item, values), right(item, values))
        case Call():
            return lambda _item, _values: MISSING  # a check says what is wrong
        case path:
            read = getter(checks.resolve(path))

            def attribute(item: Mapping[str, Value], _values: Values) -> Value:
                value = read(item)
                if value is MISSING:
                    raise validation(_NO_ATTRIBUTE)
                return value

            return attribute


def _plus(left: Value, right: Value) -> Value:
    _expect_numbers(left, right)
    return numbers.add(left, right)


def _minus(left: Value, right: Value) -> Value:
    _expect_numbers(left, right)
    return numbers.subtract(left, right)


def _expect_numbers(*operands: Value) -> None:
    if any(type_of(operand) != "N" for operand in operands):
        raise _WrongTypeError


def _list_append(left: Value, right: Value) -> Value:
    if not isinstance(left, list) or not isinstance(right, list):
        raise _WrongTypeError
    return left + right


_FUNCTIONS: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": _plus,
    "-": _minus,
    "list_append": _list_append,
}


def _add(old: Value, addend: Value) -> Value:
    if old is MISSING:
        return addend
    if type_of(old) != type_of(addend):
        raise _WrongTypeError
    if isinstance(old, frozenset):
        return type(old)(old | addend)
    return numbers.add(old, addend)


def _delete(old: Value, members: Value) -> Value:
    if old is MISSING:
        return MISSING
    if type_of(old) != type_of(members):
        raise _WrongTypeError
    return type(old)(old - members) or MISSING


# ---- putting the values in their places ----------------------------------------------------------


def _put(old: Value, node: PathTree, results: list[Value]) -> Value:
    """Returns the value under a path, MISSING if there shall be none."""
    if node.leaf is not None:
        return results[node.leaf]
    if isinstance(old, dict):
        updated = _put_in_map(old, node, results)
        if len(updated) > len(old):
            return {name: updated[name] for name in sorted(updated, key=map_order)}
        return updated
    if isinstance(old, list):
        return _put_in_list(old, node, results)
    raise validation(_WRONG_PATH)


def _put_in_map(old: Mapping[str, Value], node: PathTree, results: list[Value]) -> dict[str, Any]:
    updated = dict(old)
    for name, child in node.children.items():
        if not isinstance(name, str):
            raise validation(_WRONG_PATH)
        value = _put(old.get(name, MISSING), child, results)
        if value is MISSING:
            updated.pop(name, None)
        else:
            updated[name] = value
    return updated


def _put_in_list(old: list[Value], node: PathTree, results: list[Value]) -> list[Value]:
    updated = list(old)
    removed = []
    for index in sorted(node.children, key=lambda part: part if isinstance(part, int) else -1):
        if not isinstance(index, int):
            raise validation(_WRONG_PATH)
        is_inside = index < len(old)
        value = _put(old[index] if is_inside else MISSING, node.children[index], results)
        if is_inside:
            updated[index] = value
            if value is MISSING:
                removed.append(index)
        elif value is not MISSING:
            updated.append(value)
    for index in reversed(removed):
        del updated[index]
    return updated
