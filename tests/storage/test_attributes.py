"""Attribute values and SQL's values of them."""

from decimal import Decimal
from typing import Any

import pytest

from storage.attributes import from_attribute, to_attribute
from storage.packing import kind_of
from storage.types import Array, BinarySet, Interval, Kind, NumberSet, StringSet, Typed

FORMS = [
    (None, Kind.TEXT, None),
    (True, Kind.BOOL, True),
    (5, Kind.INT4, 5),
    ("x", Kind.VARCHAR, "x"),
    ({"a": 1}, Kind.JSONB, {"a": 1}),
    (5, Kind.DATE, Typed(Kind.DATE, 5)),
    (bytes(16), Kind.UUID, Typed(Kind.UUID, bytes(16))),
    (Interval(1, 2, 3), Kind.INTERVAL, Typed(Kind.INTERVAL, Interval(1, 2, 3))),
    (Array.of(["a", "b"]), Kind.STRING_SET, StringSet({"b", "a"})),
    (Array.of([Decimal(1)]), Kind.NUMBER_SET, NumberSet({Decimal(1)})),
    (Array.of([b"a"]), Kind.BINARY_SET, BinarySet({b"a"})),
]


@pytest.mark.parametrize(("value", "kind", "attribute"), FORMS)
def test_values_become_attributes_and_come_back(value: Any, kind: Kind, attribute: Any) -> None:
    assert to_attribute(value, kind) == attribute
    assert from_attribute(attribute) == value


@pytest.mark.parametrize(("value", "kind", "attribute"), FORMS[5:])
def test_an_attribute_keeps_its_kind(value: Any, kind: Kind, attribute: Any) -> None:
    assert kind_of(to_attribute(value, kind)) is kind
