"""Index entries: their form is frozen, and lead back to their rows."""

from decimal import Decimal
from typing import Any

import pytest

from storage.duplicates import KeyRendering, describe_key
from storage.index import NO_FUNCTIONS, IndexAccess, IndexFunctions, table_key_code
from storage.schema import KeyPart, Projection, Table
from storage.types import Kind
from tests.storage.tables import table, with_index

BASE = table(("id", Kind.INT4), ("name", Kind.TEXT), ("n", Kind.DECIMAL), key="id")
ROW = (1, "a", Decimal("1.50"))
PREFIX = "1100000064"


def access(base: Table, functions: IndexFunctions = NO_FUNCTIONS) -> IndexAccess:
    return IndexAccess(base, base.indexes[0], functions)


def primary_key(base: Table, row: Any) -> bytes:
    return table_key_code(base).encode(row)


@pytest.mark.parametrize(
    ("more", "row", "key", "value"),
    [
        # A plain entry ends with the primary key; the value says how long that is.
        ({}, ROW, "01610080000001", "010004"),
        ({}, (1, None, None), "0280000001", "010004"),
        # A unique one has it in the value.
        ({"unique": True}, ROW, "016100", "02000480000001"),
        # NULLs are not equal: such an entry is like a plain one.
        ({"unique": True}, (1, None, None), "0280000001", "010004"),
        ({"unique": True, "nulls_distinct": False}, (1, None, None), "02", "02000480000001"),
        # A projection is a map like an item's body.
        (
            {"projection": Projection.INCLUDE, "included_column_ids": (3,)},
            ROW,
            "01610080000001",
            "0100048103a4312e3530",
        ),
        (
            {"unique": True, "projection": Projection.ALL},
            ROW,
            "016100",
            "02000480000001830101" + "02a161" + "03a4312e3530",
        ),
    ],
)
def test_entries_never_change(more: dict[str, Any], row: Any, key: str, value: str) -> None:
    base = with_index(BASE, "i", "name", **more)
    index = access(base)
    entry = index.entry(row, primary_key(base, row))
    assert entry is not None
    assert (entry[0].hex(), entry[1].hex()) == (PREFIX + key, value)
    assert index.primary_key(entry) == primary_key(base, row)
    assert index.is_exclusive(entry) == value.startswith("02")
    found = index.decoder(index.covered)(entry)
    assert all(repr(found[position]) == repr(row[position]) for position in index.covered)


def test_a_key_column_that_keeps_its_display_form_only_in_the_item_is_not_covered() -> None:
    assert access(with_index(BASE, "i", "n")).covered == {0}
    assert access(with_index(BASE, "i", "name")).covered == {0, 1}


def test_what_an_entry_depends_on() -> None:
    include = {"projection": Projection.INCLUDE, "included_column_ids": (3,)}
    assert access(with_index(BASE, "i", "name")).depends_on == frozenset({1})
    assert access(with_index(BASE, "i", "name", **include)).depends_on == frozenset({1, 2})
    assert access(with_index(BASE, "i", "name", projection=Projection.ALL)).depends_on is None
    partial = IndexFunctions((None,), lambda _row: True)
    assert access(with_index(BASE, "i", "name"), partial).depends_on is None


def test_an_expression_needs_its_function() -> None:
    part = KeyPart(expression_sql="lower(name)", kind=Kind.TEXT)
    base = with_index(BASE, "i", "", parts=(part,))
    with pytest.raises(ValueError, match="compiled function"):
        access(base)
    index = access(base, IndexFunctions((lambda row: row[1].lower(),)))
    assert index.values((1, "A", None)) == ["a"]


def test_descending_parts_and_nulls_first() -> None:
    part = KeyPart(column_id=2, kind=Kind.TEXT, descending=True, nulls_first=True)
    index = access(with_index(BASE, "i", "", parts=(part,)))
    rows: list[Any] = [(1, None, None), (2, "b", None), (3, "a", None)]
    entries = [index.entry(row, primary_key(BASE, row)) for row in rows]
    assert entries == sorted(entry for entry in entries if entry is not None)


def test_conflicts_are_shown_by_the_upper_layers_rules() -> None:
    rendering = KeyRendering(lambda value, oid, typmod: f"{value}/{oid}/{typmod}", '"{}"'.format)
    base = with_index(BASE, "i", "name n")
    assert describe_key(base, None, (1,), rendering) == '("id")=(1/0/-1)'
    assert describe_key(base, base.indexes[0], ("a", None), rendering) == (
        '("name", "n")=(a/0/-1, null)'
    )
