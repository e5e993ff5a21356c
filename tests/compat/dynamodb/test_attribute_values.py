"""Attribute values: JSON in, JSON out; what is no value, in AWS's words.

Sources: API_AttributeValue, "Supported data types and naming rules", "Constraints" (attributes).
"""

import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from compat.dynamodb.attribute_values import (
    Value,
    is_too_deep,
    read_item,
    read_value,
    type_of,
    write_item,
    write_value,
)
from storage.types import JSON_NULL, BinarySet, NumberSet, StringSet
from tests.compat.dynamodb.faults import refusal_of
from tests.compat.dynamodb.wire_values import Wire, items


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        ({"S": "text"}, "text"),
        ({"S": ""}, ""),
        ({"N": "1.50"}, Decimal("1.5")),
        ({"B": "YWI="}, b"ab"),
        ({"B": ""}, b""),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"SS": ["b", "a", ""]}, StringSet(["a", "b", ""])),
        ({"NS": ["2", "1.0"]}, NumberSet([Decimal(1), Decimal(2)])),
        ({"BS": ["Yg==", "YQ=="]}, BinarySet([b"a", b"b"])),
        ({"L": []}, []),
        ({"L": [{"S": "x"}, {"L": [{"NULL": True}]}]}, ["x", [None]]),
        ({"M": {}}, {}),
        ({"M": {"b": {"S": "x"}, "a": {"M": {}}}}, {"a": {}, "b": "x"}),
    ],
)
def test_values(wire: Wire, value: Value) -> None:
    read = read_value(wire)
    assert read == value
    assert type(read) is type(value)
    assert type_of(value) == next(iter(wire))
    assert read_value(write_value(value)) == value


@given(items)
def test_what_is_written_reads_back(wire: dict[str, Wire]) -> None:
    item = read_item(wire)
    written = write_item(item)
    assert read_item(written) == item
    assert write_item(read_item(written)) == written


def test_maps_come_in_the_order_of_stored_trees() -> None:
    wire = {"M": {"ccc": {"N": "1"}, "é": {"N": "2"}, "b": {"N": "3"}, "aa": {"N": "4"}}}
    assert list(read_value(wire)) == ["b", "aa", "é", "ccc"]


def test_values_that_sql_wrote() -> None:
    assert write_item({"i": 7, "f": 1.5, "n": Decimal("2.00"), "j": JSON_NULL}) == {
        "i": {"N": "7"},
        "f": {"N": "1.5"},
        "n": {"N": "2"},
        "j": {"NULL": True},
    }


EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
AMBIGUOUS = (
    "Supplied AttributeValue has more than one datatypes set,"
    " must contain exactly one of the supported datatypes"
)
INVALID = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        ({}, EMPTY),
        ({"S": None}, EMPTY),
        ({"X": "unknown"}, EMPTY),
        ({"M": {"a": {}}}, EMPTY),
        ({"S": "a", "N": "1"}, AMBIGUOUS),
        ({"L": [{"S": "a", "N": "1"}]}, AMBIGUOUS),
        ({"N": "x"}, "The parameter cannot be converted to a numeric value: x"),
        ({"NS": ["1", ""]}, "The parameter cannot be converted to a numeric value"),
        ({"SS": []}, f"{INVALID}An string set  may not be empty"),
        ({"NS": []}, f"{INVALID}An number set  may not be empty"),
        ({"BS": []}, f"{INVALID}Binary sets should not be empty"),
        ({"M": {"a": {"L": [{"SS": []}]}}}, f"{INVALID}An string set  may not be empty"),
        ({"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        (
            {"BS": ["Yg==", "Yg=="]},
            f"{INVALID}Input collection [Yg==, Yg==]of type BS contains duplicates.",
        ),
    ],
)
def test_what_is_no_value(wire: dict[str, Any], message: str) -> None:
    assert refusal_of(lambda: read_value(wire)) == message


def nested(levels: int) -> Wire:
    value: Wire = {"S": "leaf"}
    for level in range(levels):
        value = {"M": {"n": value}} if level % 2 else {"L": [value]}
    return value


def test_an_attribute_has_at_most_32_levels() -> None:
    # The attribute itself is the first.
    assert not is_too_deep(read_value(nested(31)))
    assert refusal_of(lambda: read_value(nested(32))) == (
        "Nesting Levels have exceeded supported limits:"
        " Attributes in the item have nested levels beyond supported limit"
    )


def test_depth_of_values_from_elsewhere() -> None:
    value: Value = "leaf"
    for _ in range(31):
        value = [value]
    assert not is_too_deep(value)
    assert is_too_deep({"n": value})


def test_large_binaries() -> None:
    content = bytes(range(256)) * 1000
    assert read_value({"B": base64.b64encode(content).decode()}) == content
