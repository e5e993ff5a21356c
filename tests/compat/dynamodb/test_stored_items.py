"""The short way from the wire to the store stores what the long way stores, or leaves it to that."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compat.dynamodb.attribute_values import read_item, write_item
from compat.dynamodb.documents import Documents
from compat.dynamodb.stored_items import PlainTable, plain_table
from compat.dynamodb.wire_items import LongWay
from compat.dynamodb.wire_types import check_attribute_value
from storage.index import key_code_at
from storage.items import row_encoder
from storage.packing import kind_of
from storage.schema import ColumnPolicy, Table
from storage.types import Kind
from tests.compat.dynamodb.test_wire_items import table_of, values

PREFIX = b"\x05\x00\x00\x00\x01"
_text = st.text(max_size=4)
_keys: dict[Kind, st.SearchStrategy[dict[str, Any]]] = {
    Kind.TEXT: st.builds(lambda text: {"S": text}, _text),
    Kind.DECIMAL: st.builds(
        lambda text: {"N": text},
        st.sampled_from(["0", "1", "-1", "10", "007", "1.50", "1E3", "-2e-7", "9" * 38, "12345"])
        | st.integers(-(10**40), 10**40).map(str),
    ),
    Kind.BYTES: st.sampled_from([{"B": "AAAA"}, {"B": "AA=="}, {"B": "AB=="}, {"B": ""}]),
}


def known(table: Table, attributes: dict[str, Any]) -> Table:
    """Returns the table with all of these in its registry."""
    return msgspec.structs.replace(
        table,
        attributes=tuple(
            (name, (kind_of(value),)) for name, value in attributes.items() if value is not None
        ),
    )


def short(table: Table) -> PlainTable:
    found = plain_table(table, key_code_at(table, PREFIX))
    assert found is not None
    return found


def long(table: Table, wire: dict[str, Any]) -> tuple[bytes, bytes]:
    for value in wire.values():
        check_attribute_value(value)
    documents, item = Documents(table), read_item(wire)
    key = key_code_at(table, PREFIX).encode(documents.key_values(item))
    return key, row_encoder(table)(documents.row(item))


@given(
    st.dictionaries(st.text(max_size=3).map("a{}".format), values, max_size=6),
    st.sampled_from(list(_keys)),
    st.data(),
)
def test_both_ways_agree(attributes: dict[str, Any], kind: Kind, data: st.DataObject) -> None:
    table = known(table_of(kind), attributes)
    sort = data.draw(_keys[kind])
    wire = {**write_item(attributes), "pk": {"S": "p"}, "sk": sort}
    plain = short(table)
    try:
        key, body = plain.item(wire)
    except LongWay:
        return
    assert (key, body) == long(table, wire)
    assert plain.key({"sk": sort, "pk": {"S": "p"}}) == key


def test_an_ordinary_item_takes_the_short_way() -> None:
    wire = {
        "pk": {"S": "p"},
        "sk": {"N": "7"},
        "text": {"S": "t"},
        "number": {"N": "-1.5"},
        "flag": {"BOOL": True},
        "bytes": {"B": "AAAA"},
        "none": {"NULL": True},
        "texts": {"SS": ["b", "a"]},
        "numbers": {"NS": ["10", "9"]},
        "list": {"L": [{"N": "1"}, {"M": {"bb": {"N": "0.5"}, "a": {"NULL": True}}}]},
    }
    attributes = {
        name: value for name, value in read_item(wire).items() if name not in {"pk", "sk"}
    }
    table = known(table_of(Kind.DECIMAL), {**attributes, "none": "text"})
    assert short(table).item(wire) == long(table, wire)


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        None,
        "x",
        {"S": None},
        {"S": 1},
        {"S": "x", "N": "1"},
        {"X": "x"},
        {"N": 1},
        {"N": ""},
        {"N": "1x"},
        {"N": "1E999"},
        {"N": "9" * 39},
        {"B": "A"},
        {"B": "AB=="},
        {"BOOL": "true"},
        {"NULL": "true"},
        {"SS": []},
        {"SS": ["a", "a"]},
        {"SS": ["a", None]},
        {"NS": ["1", "1.0"]},
        {"BS": ["AAAA", "AAAA"]},
        {"L": {}},
        {"L": [None]},
        {"L": [{"S": "x", "N": "1"}]},
        {"M": []},
        {"M": {"a": {}}},
        _deep(32),
    ],
)
def test_what_is_not_plainly_right_takes_the_long_way(value: Any) -> None:
    kinds = tuple(Kind)
    table = msgspec.structs.replace(table_of(Kind.DECIMAL), attributes=(("a", kinds),))
    plain = short(table)
    key = {"pk": {"S": "p"}, "sk": {"N": "1"}}
    plain.item({**key, "a": {"S": "right"}})
    with pytest.raises(LongWay):
        plain.item({**key, "a": value})


@pytest.mark.parametrize(
    "wire",
    [
        {"pk": {"S": ""}, "sk": {"N": "1"}},
        {"pk": {"S": "x" * 257}, "sk": {"N": "1"}},
        {"pk": {"N": "1"}, "sk": {"N": "1"}},
        {"pk": {"S": "x", "N": "1"}, "sk": {"N": "1"}},
        {"pk": {"S": "x"}, "sk": {"N": "x"}},
        {"pk": {"S": "x"}},
        {},
        [],
    ],
)
def test_keys_that_are_not_plainly_right(wire: Any) -> None:
    plain = short(table_of(Kind.DECIMAL))
    with pytest.raises(LongWay):
        plain.key(wire)
    with pytest.raises(LongWay):
        plain.item(wire)


def test_an_attribute_of_a_new_name_or_kind_is_for_the_registry() -> None:
    table = known(table_of(Kind.DECIMAL), {"a": "text"})
    key = {"pk": {"S": "p"}, "sk": {"N": "1"}}
    for attributes in ({"a": {"N": "1"}}, {"b": {"S": "x"}}, {"b": {"NULL": True}}):
        with pytest.raises(LongWay):
            short(table).item({**key, **attributes})
    with pytest.raises(LongWay):
        short(table).key({**key, "a": {"S": "text"}})


def test_tables_with_columns_beside_the_key_have_no_short_way() -> None:
    table = table_of(Kind.DECIMAL)
    strict = msgspec.structs.replace(table, policy=ColumnPolicy.STRICT)
    wide = msgspec.structs.replace(table, key_column_ids=(1,))
    for each in (strict, wide):
        assert plain_table(each, key_code_at(each, PREFIX)) is None
