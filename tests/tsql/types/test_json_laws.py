"""Laws of json and jsonb text: reading what was written, PostgreSQL's order of keys, exact numbers."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.types import JSON_NULL, NumberSet, StringSet
from tsql.functions.jsonb_access import (
    jsonb_array_element,
    jsonb_array_elements,
    jsonb_array_length,
    jsonb_contains,
    jsonb_exists,
    jsonb_typeof,
)
from tsql.functions.jsonb_compare import jsonb_eq, jsonb_hash
from tsql.types.json import check_json, jsonb_text, key_order, parse_jsonb

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(characters, max_size=8)
numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=5)
scalars = st.none() | st.booleans() | numbers | texts
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def written(value: Any) -> str:
    """Returns JSON text, numbers with all their digits."""
    match value:
        case dict():
            members = (f"{json.dumps(key)}:{written(item)}" for key, item in value.items())
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(map(written, value)) + "]"
        case Decimal():
            return format(value, "f")
        case _:
            return json.dumps(value)


def keys_in_order(node: Any) -> bool:
    if isinstance(node, dict):
        keys = list(node)
        return keys == sorted(keys, key=key_order) and all(map(keys_in_order, node.values()))
    return all(map(keys_in_order, node)) if isinstance(node, list) else True


@given(documents)
def test_text_reads_back_as_the_same_document(value: Any) -> None:
    tree = parse_jsonb(written(value))
    assert (None if tree is JSON_NULL else tree) == value
    assert parse_jsonb(jsonb_text(tree)) == tree
    assert jsonb_text(parse_jsonb(jsonb_text(tree))) == jsonb_text(tree)


@given(documents)
def test_keys_stand_in_postgresql_s_order(value: Any) -> None:
    assert keys_in_order(parse_jsonb(written(value)))


def complaint(read: Callable[[str], Any], text: str) -> tuple[str | None, str | None]:
    try:
        read(text)
    except DatabaseError as error:
        return error.detail, error.context
    return None, None


@given(documents, st.integers(0, 200))
def test_json_accepts_what_jsonb_accepts(value: Any, cut: int) -> None:
    text = written(value)[:cut]
    assert complaint(check_json, text) == complaint(parse_jsonb, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.50", Decimal("1.50")),
        ("1e5", 100_000),
        ("1.5e1", 15),
        ("1.50e1", Decimal("15.0")),
        ("-0.0", Decimal("0.0")),
        ("-0", 0),
        ("0.00000001", Decimal("0.00000001")),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_numbers_keep_their_scale(text: str, value: int | Decimal) -> None:
    tree = parse_jsonb(text)
    assert (type(tree), str(tree)) == (type(value), str(value))
    assert jsonb_text(parse_jsonb(jsonb_text(tree))) == jsonb_text(tree)


def test_integers_of_any_length_print_back() -> None:
    text = "7" * 100_000
    assert jsonb_text(parse_jsonb(text)) == text
    assert jsonb_text(parse_jsonb(f"[{text}]")) == f"[{text}]"


def test_dynamodb_s_sets_read_as_arrays() -> None:
    tags = StringSet(["b", "a"])
    assert list(jsonb_array_elements(tags)) == ["a", "b"]
    assert jsonb_array_length(tags) == 2
    assert jsonb_array_element(tags, 0) == "a"
    assert jsonb_typeof(tags) == "array"
    assert jsonb_exists(tags, "b")
    assert jsonb_contains({"t": tags}, {"t": ["a"]})
    assert jsonb_eq({"t": tags}, {"t": ["a", "b"]})
    assert jsonb_hash({"t": tags}) == jsonb_hash({"t": ["a", "b"]})


def test_dynamodb_s_kinds_show_as_arrays_and_text() -> None:
    tree = {"n": NumberSet([Decimal(2), Decimal("1.5")]), "s": StringSet(["b", "a"]), "x": b"ab"}
    assert jsonb_text(tree) == '{"n": [1.5, 2], "s": ["a", "b"], "x": "YWI="}'
