"""Conditions against a slow, obvious model of the developer guide's rules, on the wire's JSON.

Rules: "Condition and filter expressions, operators, and functions in DynamoDB".
"""

import base64
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compat.dynamodb.attribute_values import read_item
from compat.dynamodb.errors import DynamoError
from compat.dynamodb.expressions import Placeholders, compile_condition
from tests.compat.dynamodb.wire_values import Wire, items, values

Item = dict[str, Wire]
ORDERED = {"S", "N", "B"}


# ---- the model: what two wire values are to each other -------------------------------------------


def tag(value: Wire) -> str:
    (name,) = value
    return name


def comparable(value: Wire) -> Any:
    """Returns something of Python's that is equal and ordered as the value is."""
    ((name, payload),) = value.items()
    match name:
        case "N":
            return Fraction(payload)
        case "B":
            return base64.b64decode(payload)
        case "S":
            return payload.encode()
        case "SS":
            return sorted(payload)
        case "NS":
            return sorted(map(Fraction, payload))
        case "BS":
            return sorted(map(base64.b64decode, payload))
        case "L":
            return [(tag(member), comparable(member)) for member in payload]
        case "M":
            return {key: (tag(member), comparable(member)) for key, member in payload.items()}
        case _:
            return payload


def same(left: Wire | None, right: Wire | None) -> bool:
    if left is None or right is None or tag(left) != tag(right):
        return False
    return bool(comparable(left) == comparable(right))


def compare(operator: str, left: Wire | None, right: Wire | None) -> bool:
    if operator == "=":
        return same(left, right)
    if operator == "<>":
        return not same(left, right)
    if left is None or right is None or tag(left) != tag(right) or tag(left) not in ORDERED:
        return False
    one, other = comparable(left), comparable(right)
    return bool(
        {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]
    )


def begins(value: Wire | None, prefix: Wire | None) -> bool:
    if value is None or prefix is None or tag(value) != tag(prefix) or tag(value) not in {"S", "B"}:
        return False
    return bool(comparable(value)[: len(comparable(prefix))] == comparable(prefix))


def contains(value: Wire | None, member: Wire | None) -> bool:
    if value is None or member is None:
        return False
    match tag(value):
        case "S" | "B":
            return tag(member) == tag(value) and comparable(member) in comparable(value)
        case "SS" | "NS" | "BS" as name:
            singles = [{name[0]: payload} for payload in value[name]]
            return any(same(single, member) for single in singles)
        case "L":
            return any(same(element, member) for element in value["L"])
        case _:
            return False


def size(value: Wire | None) -> Wire | None:
    if value is None or tag(value) in {"N", "BOOL", "NULL"}:
        return None
    ((name, payload),) = value.items()
    if name == "S":
        return {"N": str(len(payload.encode("utf-16-le")) // 2)}
    return {"N": str(len(comparable(value)))}


def follow(item: Item, path: list[str | int]) -> Wire | None:
    value: Wire | None = {"M": item}
    for part in path:
        if isinstance(part, str):
            value = None if value is None else value.get("M", {}).get(part)
        else:
            members = [] if value is None else value.get("L", [])
            value = members[part] if part < len(members) else None
    return value


# ---- expressions as pairs of text and meaning ----------------------------------------------------


class Written:
    """A condition's text so far: the values it names, and how careless the writer is."""

    def __init__(self, seed: int) -> None:
        self.values: dict[str, Wire] = {}
        self._random = random.Random(seed)

    def value(self, value: Wire) -> str:
        name = f":v{len(self.values)}"
        self.values[name] = value
        return name

    def keyword(self, word: str) -> str:
        return self._random.choice([word, word.lower(), word.capitalize()])

    def space(self) -> str:
        return self._random.choice([" ", "  ", "\n", "\t "])

    def maybe_parentheses(self, text: str) -> str:
        return f"({text})" if self._random.random() < 0.3 and not text.startswith("(") else text


Meaning = Callable[[Item], bool]
Reading = Callable[[Item], Wire | None]

paths = st.builds(
    lambda head, tail: [head, *tail],
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.sampled_from(["x", "y", 0, 1]), max_size=2),
)


def path_text(path: list[str | int]) -> str:
    text = str(path[0])
    for part in path[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text


Node = tuple[Any, ...]

operands: st.SearchStrategy[Node] = st.one_of(
    paths.map(lambda path: ("path", path)),
    values.map(lambda value: ("value", value)),
    paths.map(lambda path: ("size", path)),
)
lengths = st.integers(0, 4).map(lambda length: ("value", {"N": str(length)}))
leaves: st.SearchStrategy[Node] = st.one_of(
    st.tuples(
        st.just("compare"),
        st.sampled_from(["=", "<", ">="]),
        paths.map(lambda path: ("size", path)),
        lengths,
    ),
    st.tuples(
        st.just("compare"), st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operands, operands
    ),
    st.tuples(st.just("between"), operands, operands, operands),
    st.tuples(st.just("in"), operands, st.lists(operands, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["attribute_exists", "attribute_not_exists"]), paths),
    st.tuples(
        st.just("attribute_type"), paths, st.sampled_from(["S", "N", "L", "M", "NULL", "SS"])
    ),
    st.tuples(st.sampled_from(["begins_with", "contains"]), operands, operands),
)
trees: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner),
        st.tuples(st.just("NOT"), inner),
    ),
    max_leaves=5,
)


def write_operand(node: Node, to: Written) -> tuple[str, Reading]:
    kind, content = node
    if kind == "path":
        return to.maybe_parentheses(path_text(content)), lambda item: follow(item, content)
    if kind == "size":
        return f"size({path_text(content)})", lambda item: size(follow(item, content))
    return to.maybe_parentheses(to.value(content)), lambda item: content


def write(node: Node, to: Written, level: int = 0) -> tuple[str, Meaning]:
    """Returns a node's text and meaning; parentheses where the levels of AND, OR and NOT want them."""
    match node:
        case ("AND" | "OR" as word, left, right):
            own = 1 if word == "OR" else 2
            one, means_one = write(left, to, own)
            two, means_two = write(right, to, own)
            text = f"{one}{to.space()}{to.keyword(word)}{to.space()}{two}"
            meaning: Meaning = (
                (lambda item: means_one(item) and means_two(item))
                if word == "AND"
                else (lambda item: means_one(item) or means_two(item))
            )
            return (f"({text})" if own < level else text), meaning
        case ("NOT", inner):
            one, means_one = write(inner, to, 3)
            return f"{to.keyword('NOT')} {one}", lambda item: not means_one(item)
        case _:
            return write_leaf(node, to)


def write_leaf(node: Node, to: Written) -> tuple[str, Meaning]:
    match node:
        case ("compare", operator, left, right):
            one, reads_one = write_operand(left, to)
            two, reads_two = write_operand(right, to)
            return f"{one} {operator} {two}", lambda item: compare(
                operator, reads_one(item), reads_two(item)
            )
        case ("between", operand, low, high):
            (one, reads_one), (two, reads_two), (three, reads_three) = (
                write_operand(each, to) for each in (operand, low, high)
            )
            text = f"{one} {to.keyword('BETWEEN')} {two} {to.keyword('AND')} {three}"
            return (
                text,
                lambda item: (
                    compare(">=", reads_one(item), reads_two(item))
                    and compare("<=", reads_one(item), reads_three(item))
                ),
            )
        case ("in", operand, candidates):
            one, reads_one = write_operand(operand, to)
            written = [write_operand(each, to) for each in candidates]
            text = f"{one} {to.keyword('IN')} ({', '.join(text for text, _ in written)})"
            return text, lambda item: any(
                same(reads_one(item), reads(item)) for _, reads in written
            )
        case ("attribute_exists" | "attribute_not_exists" as name, path):
            wanted = name == "attribute_exists"
            return (
                f"{name}({path_text(path)})",
                lambda item: (follow(item, path) is not None) is wanted,
            )
        case ("attribute_type", path, type_name):
            text = f"attribute_type({path_text(path)}, {to.value({'S': type_name})})"

            def has_type(item: Item) -> bool:
                found = follow(item, path)
                return found is not None and tag(found) == type_name

            return text, has_type
        case (name, left, right):
            one, reads_one = write_operand(left, to)
            two, reads_two = write_operand(right, to)
            function = begins if name == "begins_with" else contains
            return f"{name}({one}, {two})", lambda item: function(reads_one(item), reads_two(item))
        case _:
            raise AssertionError(node)


#: What may be wrong with a text before any item is seen; everything else the model must know.
STATIC_FAULTS = (
    "Incorrect operand type for operator or function",
    "The BETWEEN operator requires",
    "The first operand must be distinct",
)


@settings(max_examples=400)
@given(trees, st.lists(items, min_size=1, max_size=4), st.integers(0, 1000))
def test_conditions_mean_what_the_guide_says(tree: Node, wires: list[Item], seed: int) -> None:
    written = Written(seed)
    text, meaning = write(tree, written)
    placeholders = Placeholders(None, written.values or None)
    try:
        condition = compile_condition(text, placeholders)
    except DynamoError as error:
        if any(fault in str(error.message) for fault in STATIC_FAULTS):
            return
        raise
    placeholders.check_all_used()
    for wire in wires:
        assert condition.matches(read_item(wire)) is meaning(wire), (text, written.values, wire)
