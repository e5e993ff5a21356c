"""Sizes of items and capacity units.

Sources: "DynamoDB item sizes and formats", "DynamoDB read and write operations", "Provisioned
throughput considerations for Global Secondary Indexes"; the sizes of numbers were measured against
the service, where an item is accepted at 409,600 bytes and refused at one more.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compat.dynamodb.attribute_values import read_item, read_value
from compat.dynamodb.capacity import Consumed, index_write_units, read_units, write_units
from compat.dynamodb.expressions import Placeholders, compile_update
from compat.dynamodb.item_size import ITEM_SIZE_BYTES_MAX, item_size, value_size
from tests.compat.dynamodb.wire_values import Wire


@pytest.mark.parametrize(
    ("wire", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "abc"}, 3),
        ({"S": "é\U0001f600"}, 6),
        ({"B": "YWI="}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 3 + 2 + 2 + 1),
        ({"M": {"name": {"S": "ab"}}}, 3 + 1 + 4 + 2),
        ({"SS": ["a", "bcd"]}, 4),
        ({"BS": ["YQ==", "YWI="]}, 3),
        ({"NS": ["1", "100"]}, 4),
        ({"N": "0"}, 1),
        ({"N": "1"}, 2),
        ({"N": "42"}, 2),
        ({"N": "-42"}, 3),
        ({"N": "123"}, 3),
        ({"N": "123456"}, 4),
        ({"N": "3.14159"}, 5),
        ({"N": "1E125"}, 2),
        ({"N": "1E-130"}, 2),
        ({"N": "0042.1200"}, 3),
    ],
)
def test_values(wire: Wire, size: int) -> None:
    assert value_size(read_value(wire)) == size


def test_items_count_their_names() -> None:
    assert item_size(read_item({"pk": {"S": "abc"}, "é": {"N": "5"}})) == 2 + 3 + 2 + 2


@pytest.mark.parametrize(
    ("text", "charge"),
    [
        ("SET b = :pad", 0),
        ("SET b = :pad, c = :one", 19 + 1 + 2),
        ("SET b = :pad, #long = :one", 19 + 10 + 2),
        ("SET b = :pad, c = #long", 19 + 1 + 1 + 14 + 10),
        ("SET b = :pad, c = m.a[10]", 19 + 1 + 1 + 15 + 15 + 16),
        ("SET b = :pad, m.a[0] = :one", 19 + 1 + 5 + 5 + 2),
        ("SET b = :pad, n = n + :one", 19 + 1 + 34 + 16 + 2),
        ("SET b = :pad, n = n - :one", 19 + 1 + 37 + 16 + 2),
        ("SET b = :pad, l = list_append(l, :list)", 19 + 1 + 37 + 16 + 6),
        ("SET b = :pad, c = if_not_exists(c, :list)", 19 + 1 + 39 + 16 + 6),
        ("SET b = :pad, c = :one, d = :one", 2 * (19 + 1 + 2)),
        ("SET b = :pad ADD #long :one", 19 + 10 + 2),
        ("SET b = :pad ADD t :set", 19 + 1 + 500),
        ("SET b = :pad REMOVE #long", 1 + 10),
        ("SET b = :pad REMOVE m.#long", 1 + 1 + 4 + 10),
        ("SET b = :pad REMOVE l[10]", 1 + 1 + 4 + 2),
        ("SET b = :pad DELETE t :set", 1 + 1),
    ],
)
def test_what_an_update_is_charged(text: str, charge: int) -> None:
    def is_too_much(pad_bytes: int) -> bool:
        values = {
            ":pad": {"S": "p" * pad_bytes},
            ":one": {"N": "1"},
            ":list": {"L": [{"S": "ab"}]},
            ":set": {"SS": ["s" * 500]},
        }
        placeholders = Placeholders({"#long": "abcdefghij"}, values)
        return compile_update(text, placeholders).is_charged_too_much(pad_bytes + 1000)

    room = ITEM_SIZE_BYTES_MAX - (3 + 19 + 1) - charge
    assert not is_too_much(room)
    assert is_too_much(room + 1)


@pytest.mark.parametrize(
    ("size", "strong", "eventual", "transactional"),
    [(0, 1, 0.5, 2), (1, 1, 0.5, 2), (4096, 1, 0.5, 2), (4097, 2, 1, 4), (409_600, 100, 50, 200)],
)
def test_reads(size: int, strong: float, eventual: float, transactional: float) -> None:
    assert read_units(size, consistent=True) == strong
    assert read_units(size, consistent=False) == eventual
    assert read_units(size, consistent=True, transactional=True) == transactional


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [(0, 0, 1), (0, 1024, 1), (0, 1025, 2), (5000, 10, 5), (10, 5000, 5), (0, 409_600, 400)],
)
def test_writes(before: int, after: int, units: float) -> None:
    assert write_units(before, after) == units
    assert write_units(before, after, transactional=True) == 2 * units


@pytest.mark.parametrize(
    ("before", "after", "same_key", "is_identical", "units"),
    [
        (None, None, True, False, 0),
        (None, 1025, True, False, 2),
        (2049, None, True, False, 3),
        (5000, 5000, True, True, 0),
        (1000, 3000, True, False, 3),
        (3000, 1000, True, False, 3),
        (3000, 1000, False, False, 4),
    ],
)
def test_writes_of_an_index(
    before: int | None, after: int | None, same_key: bool, is_identical: bool, units: float
) -> None:
    got = index_write_units(before, after, same_key=same_key, is_identical=is_identical)
    assert got == units


def test_what_an_answer_shows() -> None:
    consumed = Consumed("t")
    consumed.table = 2.0
    consumed.add_global("g", 1.0)
    consumed.add_global("g", 0.5)
    consumed.add_local("l", 3.0)
    consumed.add_local("unchanged", 0.0)
    assert consumed.render(None) is None
    assert consumed.render("NONE") is None
    assert consumed.render("TOTAL") == {"TableName": "t", "CapacityUnits": 6.5}
    assert consumed.render("INDEXES") == {
        "TableName": "t",
        "CapacityUnits": 6.5,
        "Table": {"CapacityUnits": 2.0},
        "GlobalSecondaryIndexes": {"g": {"CapacityUnits": 1.5}},
        "LocalSecondaryIndexes": {"l": {"CapacityUnits": 3.0}},
    }


@pytest.mark.parametrize(("kind", "member"), [("read", "Read"), ("write", "Write")])
def test_transactions_name_the_kind_of_units(kind: Any, member: str) -> None:
    consumed = Consumed("t", kind)
    consumed.table = 4.0
    units = {"CapacityUnits": 4.0, f"{member}CapacityUnits": 4.0}
    assert consumed.render("TOTAL") == {"TableName": "t", **units}
    assert consumed.render("INDEXES") == {"TableName": "t", **units, "Table": units}


@given(st.integers(0, 409_600), st.integers(0, 409_600))
def test_units_never_undercut_the_bytes(before: int, after: int) -> None:
    for units, step in ((write_units(before, after), 1024), (write_units(after, before), 1024)):
        assert (units - 1) * step < max(before, after, 1) <= units * step
    strong = read_units(before, consistent=True)
    assert (strong - 1) * 4096 < max(before, 1) <= strong * 4096
    assert read_units(before, consistent=False) * 2 == strong
