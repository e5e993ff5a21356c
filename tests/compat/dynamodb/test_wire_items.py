"""The short way from the store to the wire shows what the long way shows."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compat.dynamodb.attribute_values import write_item
from compat.dynamodb.documents import Documents
from compat.dynamodb.item_size import BOUND_FACTOR, item_size
from compat.dynamodb.wire_items import LongWay, wire_reader
from storage.items import row_decoder, row_encoder, with_header
from storage.schema import Column, ColumnPolicy, KeyScheme, Table
from storage.types import BinarySet, Kind, NumberSet, StringSet, Typed
from tsql.types import oids


def table_of(key: Kind) -> Table:
    types = {Kind.TEXT: oids.TEXT, Kind.DECIMAL: oids.NUMERIC, Kind.BYTES: oids.BYTEA}
    columns = (
        Column(id=1, name="pk", kind=Kind.TEXT, sql_type=oids.TEXT, not_null=True),
        Column(id=2, name="sk", kind=key, sql_type=types[key], not_null=True),
    )
    return Table(
        id=1,
        schema="public",
        name="t",
        storage_id=1,
        columns=columns,
        key_column_ids=(1, 2),
        scheme=KeyScheme.HASH,
        policy=ColumnPolicy.DYNAMIC,
    )


text = st.text(max_size=8)
numbers = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6
).map(lambda n: Decimal(f"{n.normalize():f}")) | st.integers(-(10**37), 10**37).map(Decimal)
scalars = text | numbers | st.binary(max_size=8) | st.booleans() | st.none()
sets = (
    st.frozensets(text, min_size=1, max_size=4).map(StringSet)
    | st.frozensets(numbers, min_size=1, max_size=4).map(NumberSet)
    | st.frozensets(st.binary(max_size=4), min_size=1, max_size=4).map(BinarySet)
)
values = st.recursive(
    scalars | sets,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(text, children, max_size=4),
    max_leaves=12,
)
items = st.dictionaries(text.map("a{}".format), values, max_size=8)


@given(items, st.sampled_from([Kind.TEXT, Kind.DECIMAL, Kind.BYTES]), st.data())
def test_both_ways_agree(attributes: dict[str, Any], kind: Kind, data: st.DataObject) -> None:
    table = table_of(kind)
    documents = Documents(table)
    own = {Kind.TEXT: text, Kind.DECIMAL: numbers, Kind.BYTES: st.binary(max_size=8)}
    item = {"pk": "p", "sk": data.draw(own[kind]), **attributes}
    stored = with_header(1, row_encoder(table)(documents.row(item)))
    long = documents.item(row_decoder(table)(stored))
    assert write_item(long) == write_item(item)
    read = wire_reader(table)
    assert read is not None
    try:
        short = read(stored)
    except LongWay:
        return
    assert short == write_item(long)
    # What a page is measured by, until it might be full.
    assert item_size(long) <= len(stored) * BOUND_FACTOR + len("pksk")


@pytest.mark.parametrize(
    "value", [Decimal("1.50"), Decimal("1E+3"), Decimal("NaN"), 1.5, Typed(Kind.DATE, 5)]
)
def test_what_sql_has_written_may_go_the_long_way(value: Any) -> None:
    table = table_of(Kind.TEXT)
    stored = with_header(1, row_encoder(table)(["p", "s", {"a": value}]))
    read = wire_reader(table)
    assert read is not None
    with pytest.raises(LongWay):
        read(stored)
