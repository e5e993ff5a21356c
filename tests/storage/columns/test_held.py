"""What is held of any value is what is stored, for every kind; nothing is rounded or lost."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.columns.compare import _same_item
from storage.columns.documents import json_text
from storage.columns.layout import STORED, HeldKind, layout_of
from storage.columns.part import concat, is_alike, kind_of, make_batch, with_dictionaries
from storage.columns.stored import stored_rows
from storage.items import row_encoder
from storage.packing import unpack
from storage.schema import ColumnPolicy
from storage.types import Kind, StringSet, Typed
from tests.storage.kind_values import VALUES
from tests.storage.tables import column, table

KINDS = [kind for kind in VALUES if kind is not Kind.ARRAY]


def compare(kind: Kind, values: list[Any]) -> None:
    described = table(("id", Kind.INT8), column(2, "v", kind), key="id")
    encode = row_encoder(described)
    bodies = [encode((number, value)) for number, value in enumerate(values)]
    keys = [b"%d" % number for number in range(len(values))]
    half = len(values) // 2
    layout = layout_of(described)
    batches = [
        make_batch(keys[part], bodies[part], layout, None)
        for part in (slice(0, half), slice(half, None), slice(0, None))
        if keys[part]
    ]
    if all(is_alike(batches[0], batch) for batch in batches):
        batches.append(with_dictionaries(concat(batches[:-1])))
    for batch in batches:
        at = [int(key) for key in batch.column("key").to_pylist()]
        held = kind_of(batch.schema.field("c2"))
        assert held is not None
        for number, found in zip(at, stored_rows(batch), strict=True):
            item = unpack(bodies[number])
            if held.kind == "jsonb" and item[2] is not None:
                item[2] = json_text(item[2])
            assert _same_item(item, found), (held, item, found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(kind: Kind) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.none() | VALUES[kind], min_size=1, max_size=30))
    def run(values: list[Any]) -> None:
        compare(kind, values)

    run()


def test_many_rows_of_one_shape() -> None:
    compare(Kind.TEXT, [None if n % 7 == 0 else "x" * (n % 300) + "é" for n in range(5000)])
    compare(Kind.INT8, [(-1) ** n * 2 ** (n % 63) for n in range(1, 5000)])


def test_what_does_not_fit_is_held_as_stored() -> None:
    described = table(("id", Kind.INT8), column(2, "v", Kind.DATE), key="id")
    body = row_encoder(described)((1, 2**31 - 5))
    batch = make_batch([b"1"], [body], layout_of(described), None)
    assert kind_of(batch.schema.field("c2")).kind == STORED  # type: ignore[union-attr]
    assert stored_rows(batch) == [{1: 1, 2: 2**31 - 5}]


def test_documents_of_one_shape() -> None:
    trees = [{"a": n, "b": [None, True, 'é\n"\x01'], "c": {"d": n % 3}} for n in range(300)]
    compare(Kind.JSONB, trees)
    compare(Kind.JSONB, [{**tree, "e": Decimal("1.50")} for tree in trees])
    compare(Kind.JSONB, [{**tree, "e": 1.5} for tree in trees])
    compare(Kind.JSONB, [{**tree, "e": Typed(Kind.DATE, 5)} for tree in trees])
    compare(Kind.JSONB, [{**tree, "e": StringSet(["x"])} for tree in trees])


def test_undeclared_attributes() -> None:
    described = table(("id", Kind.INT8), key="id", policy=ColumnPolicy.DYNAMIC)
    encode = row_encoder(described)
    rows = [
        (n, {"number": n, "word": f"w{n}", "exact": Decimal(n).scaleb(-1), "any": [n, "x"][n % 2]})
        for n in range(100)
    ]
    bodies = [encode(row) for row in rows] + [encode((100, {"number": None}))]
    keys = [b"%d" % n for n in range(101)]
    for batch in (
        make_batch(keys, bodies, layout_of(described), None),
        make_batch(keys[:100], bodies[:100], layout_of(described), None),
    ):
        found = stored_rows(batch)
        assert all(_same_item(unpack(body), row) for body, row in zip(bodies, found, strict=False))
        kinds = {field.name: kind_of(field) for field in batch.schema}
        assert kinds["anumber"] == HeldKind("natural")
        assert kinds["aexact"] == HeldKind("numeric_scaled", 6)
        assert kinds["aany"] == HeldKind(STORED)
