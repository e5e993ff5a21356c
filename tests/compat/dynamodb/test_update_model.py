"""Updates against a slow, obvious model: documents as dicts, lists as dicts by index.

A list is a dict from index to element while actions are applied, so that an index beyond the end is
just another key and a removal leaves a gap; in the end the elements come in order of their keys.
Rules: "Update expressions" in the developer guide.
"""

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat.dynamodb.attribute_values import read_item, write_item
from compat.dynamodb.errors import DynamoError
from compat.dynamodb.expressions import Placeholders, compile_update
from tests.compat.dynamodb.wire_values import Wire, items, sets, values

Item = dict[str, Wire]
Path = list[str | int]
Node = tuple[Any, ...]


class RefusedError(Exception):
    """The update can't be applied to this item."""


# ---- the model -----------------------------------------------------------------------------------


def loosen(value: Wire) -> Wire:
    ((tag, payload),) = value.items()
    if tag == "L":
        return {"L": {index: loosen(member) for index, member in enumerate(payload)}}
    if tag == "M":
        return {"M": {name: loosen(member) for name, member in payload.items()}}
    return value


def tighten(value: Wire) -> Wire:
    ((tag, payload),) = value.items()
    if tag == "L":
        return {"L": [tighten(payload[index]) for index in sorted(payload)]}
    if tag == "M":
        return {"M": {name: tighten(member) for name, member in payload.items()}}
    return value


def container(item: Wire, path: Path) -> tuple[dict[Any, Wire], str | int]:
    """Returns the dict that holds the path's end, and its key there."""
    value: Wire | None = item
    for part in path[:-1]:
        value = (
            None
            if value is None
            else value.get("M" if isinstance(part, str) else "L", {}).get(part)
        )
    tag = "M" if isinstance(path[-1], str) else "L"
    if value is None or tag not in value:
        raise RefusedError
    return value[tag], path[-1]


def lookup(item: Wire, path: Path) -> Wire | None:
    try:
        holder, key = container(item, path)
    except RefusedError:
        return None
    return holder.get(key)


def number(value: Wire | None) -> Fraction:
    if value is None or "N" not in value:
        raise RefusedError
    return Fraction(value["N"])


def as_wire(amount: Fraction) -> Wire:
    return {"N": str(amount.numerator) if amount.denominator == 1 else str(float(amount))}


def evaluate(node: Node, item: Wire) -> Wire:
    match node:
        case ("value", value):
            return loosen(value)
        case ("path", path):
            found = lookup(item, path)
            if found is None:
                raise RefusedError
            return found
        case ("if_not_exists", path, default):
            found = lookup(item, path)
            return evaluate(default, item) if found is None else found
        case ("list_append", left, right):
            one, two = evaluate(left, item), evaluate(right, item)
            if "L" not in one or "L" not in two:
                raise RefusedError
            return loosen({"L": [*tighten(one)["L"], *tighten(two)["L"]]})
        case ("+" | "-" as operator, left, right):
            one_, two_ = number(evaluate(left, item)), number(evaluate(right, item))
            return as_wire(one_ + two_ if operator == "+" else one_ - two_)
        case _:
            raise AssertionError(node)


def combine(action: str, old: Wire | None, operand: Wire) -> Wire | None:
    """Returns what ADD or DELETE makes of a value; None for nothing."""
    (tag,) = operand
    if old is None:
        return operand if action == "ADD" else None
    if tag not in old:
        raise RefusedError
    if tag == "N":
        return as_wire(number(old) + number(operand))

    def one_text(member: str) -> str:
        return str(Fraction(member)) if tag == "NS" else member

    known = {one_text(member): member for member in old[tag]}
    for member in operand[tag]:
        if action == "ADD":
            known.setdefault(one_text(member), member)
        else:
            known.pop(one_text(member), None)
    return {tag: list(known.values())} if known else None


def model(actions: list[Node], wire: Item) -> Item:
    before = loosen({"M": wire})
    after = copy.deepcopy(before)
    results: list[Wire | None] = []
    for action in actions:
        match action:
            case ("SET", _, node):
                results.append(evaluate(node, before))
            case ("REMOVE", _):
                results.append(None)
            case (name, path, operand):
                results.append(combine(name, lookup(before, path), operand))
            case _:
                raise AssertionError(action)
    for action, result in zip(actions, results, strict=True):
        holder, key = container(after, action[1])
        if result is None:
            holder.pop(key, None)
        else:
            holder[key] = copy.deepcopy(result)
    tightened: Item = tighten(after)["M"]
    return tightened


# ---- texts ---------------------------------------------------------------------------------------

indexes = st.integers(0, 6)
paths: st.SearchStrategy[Path] = st.one_of(
    st.builds(lambda index: ["a", index], indexes),
    st.builds(lambda index: ["b", "x", index], indexes),
    st.sampled_from([["a"], ["b"], ["c"], ["b", "x"], ["b", "y"], ["b", "z"], ["c", "x"], ["d"]]),
    st.builds(
        lambda head, tail: [head, *tail],
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.sampled_from(["x", "y", 0, 1, 3, 5]), max_size=2),
    ),
)
lists = st.lists(values, max_size=5).map(lambda members: {"L": members})
#: Items that most of the paths lead into.
documents: st.SearchStrategy[Item] = st.fixed_dictionaries(
    {},
    optional={
        "a": lists,
        "b": st.fixed_dictionaries({}, optional={"x": lists, "y": sets}).map(lambda m: {"M": m}),
        "c": sets | st.sampled_from([{"N": "1"}, {"N": "5"}]),
    },
)
addends = st.one_of(
    st.sampled_from([{"N": "1"}, {"N": "-2"}]),
    st.sampled_from([{"SS": ["a"]}, {"SS": ["a", "b"]}, {"NS": ["1"]}, {"BS": ["YQ=="]}]),
)
subsets = st.sampled_from(
    [{"SS": ["a"]}, {"SS": ["a", "b", "ab", "abc", ""]}, {"NS": ["1", "2"]}, {"BS": ["YQ=="]}]
)
atoms: st.SearchStrategy[Node] = st.one_of(
    st.tuples(st.just("value"), values), st.tuples(st.just("path"), paths)
)
sources: st.SearchStrategy[Node] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(st.just("if_not_exists"), paths, inner),
        # Of list_append itself it takes nothing.
        st.tuples(st.just("list_append"), inner, inner).filter(
            lambda node: "list_append" not in {node[1][0], node[2][0]}
        ),
        st.tuples(st.sampled_from(["+", "-"]), inner, inner),
    ),
    max_leaves=2,
)
actions_: st.SearchStrategy[list[Node]] = st.lists(
    st.one_of(
        st.tuples(st.just("SET"), paths, sources),
        st.tuples(st.just("REMOVE"), paths),
        st.tuples(st.just("ADD"), paths, addends),
        st.tuples(st.just("DELETE"), paths, subsets),
    ),
    min_size=1,
    max_size=4,
)


def path_text(path: Path) -> str:
    text = f"#{path[0]}"
    for part in path[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text


def source_text(node: Node, values_: dict[str, Wire], *, is_operand: bool = False) -> str:
    match node:
        case ("value", value):
            name = f":v{len(values_)}"
            values_[name] = value
            return name
        case ("path", path):
            return path_text(path)
        case ("if_not_exists", path, default):
            default_text = source_text(default, values_, is_operand=True)
            return f"if_not_exists({path_text(path)}, {default_text})"
        case ("list_append", left, right):
            one = source_text(left, values_, is_operand=True)
            two = source_text(right, values_, is_operand=True)
            return f"list_append({one}, {two})"
        case (operator, left, right):
            one = source_text(left, values_, is_operand=True)
            two = source_text(right, values_, is_operand=True)
            return f"({one} {operator} {two})" if is_operand else f"{one} {operator} {two}"
        case _:
            raise AssertionError(node)


def expression(actions: list[Node]) -> tuple[str, dict[str, Wire]]:
    clauses: dict[str, list[str]] = {}
    values_: dict[str, Wire] = {}
    for action in actions:
        text = path_text(action[1])
        if action[0] == "SET":
            text += f" = {source_text(action[2], values_)}"
        elif len(action) == 3:
            text += f" {source_text(('value', action[2]), values_)}"
        clauses.setdefault(action[0], []).append(text)
    return " ".join(f"{word} {', '.join(texts)}" for word, texts in clauses.items()), values_


#: What may be wrong with a text before any item is seen.
STATIC_FAULTS = ("document paths overlap", "document paths conflict", "Incorrect operand type")


def canonical(wire: Item) -> Item:
    return write_item(read_item(wire))


@settings(max_examples=400)
@given(actions_, documents | items)
def test_updates_do_what_the_guide_says(actions: list[Node], wire: Item) -> None:
    text, values_ = expression(actions)
    names = {f"#{name}": name for name in "abcd" if f"#{name}" in text}
    try:
        update = compile_update(text, Placeholders(names, values_ or None))
    except DynamoError as error:
        if any(fault in str(error.message) for fault in STATIC_FAULTS):
            return
        raise
    item = read_item(wire)
    before = copy.deepcopy(item)
    try:
        expected = canonical(model(actions, wire))
    except RefusedError:
        with pytest.raises(DynamoError):
            update.apply(item)
    else:
        assert write_item(update.apply(item)) == expected, (text, values_, wire)
    assert item == before
