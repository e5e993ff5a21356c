"""Order, equality, images and hashes of all types agree with each other."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from storage.errors import DatabaseError
from tests.tsql.functions.calls import call, oid_of, read, shown
from tsql.functions.ordering import comparison_of, equality_of, image_of

#: Values in order; those in one tuple are equal.
ORDERED: dict[str, list[tuple[str, ...]]] = {
    "bool": [("f",), ("t",)],
    "int4": [("-5",), ("0",), ("7",)],
    "float8": [("-Infinity",), ("-1",), ("-0", "0"), ("1e300",), ("Infinity",), ("NaN",)],
    "numeric": [("-Infinity",), ("-1.50", "-1.5"), ("0", "0.00"), ("1e20",), ("Infinity",), ("NaN",)],
    "text": [("",), ("A",), ("a",), ("ab",), ("é",), ("😀",)],
    "bpchar": [("",), ("a", "a  "), ("b",)],
    "interval": [("-1 day",), ("29 days 23:59:59",), ("1 mon", "30 days", "720:00"), ("1 year",)],
    "timetz": [("09:00+02",), ("09:00+00",), ("10:00+00",)],
    "timestamp": [("-infinity",), ("2001-01-01",), ("infinity",)],
    "jsonb": [("[]",), ("null",), ('"a"',), ("1", "1.0"), ("true",), ("[1]",), ('{"a": 1}',)],
    "_int4": [("{}",), ("{1,2}",), ("{{1,2}}",), ("[2:3]={3,4}",), ("{3,4,0}",), ("{NULL}",)],
    "_numeric": [("{1.0}", "{1}"), ("{1,1}",), ("{NaN}",)],
}  # fmt: skip


def pairs(type_name: str) -> list[tuple[int, Any]]:
    return [
        (place, read(type_name, text))
        for place, texts in enumerate(ORDERED[type_name])
        for text in texts
    ]


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


@pytest.mark.parametrize("type_name", ORDERED)
def test_comparison_and_equality(type_name: str) -> None:
    compare, equal = comparison_of(oid_of(type_name)), equality_of(oid_of(type_name))
    for (place_a, a), (place_b, b) in itertools.product(pairs(type_name), repeat=2):
        assert sign(compare(a, b)) == sign(place_a - place_b), (a, b)
        assert equal(a, b) == (place_a == place_b), (a, b)


@pytest.mark.parametrize("type_name", ORDERED)
def test_equal_values_and_only_those_have_one_image(type_name: str) -> None:
    image = image_of(oid_of(type_name))
    if image is None:
        assert type_name in {"_int4", "_numeric"}
        return
    for (place_a, a), (place_b, b) in itertools.product(pairs(type_name), repeat=2):
        assert (image(a) == image(b)) == (place_a == place_b)
        if place_a == place_b:
            assert hash(image(a)) == hash(image(b))


@pytest.mark.parametrize("type_name", [name for name in ORDERED if name[0] != "_"])
def test_equal_values_hash_alike(type_name: str) -> None:
    for texts in ORDERED[type_name]:
        arrays = [shown(f"_{type_name}", array_of(type_name, text)) for text in texts]
        hashes = {
            call("hash_array(anyarray)", text, types=[f"_{type_name}"], result="int4")
            for text in arrays
        }
        assert len(hashes) == 1


def array_of(type_name: str, text: str) -> Any:
    appended: Callable[..., Any] = functools.partial(
        call, "array_append(anycompatiblearray,anycompatible)"
    )
    told = appended("{}", text, types=[f"_{type_name}", type_name], result=f"_{type_name}")
    return read(f"_{type_name}", told)


def test_json_has_no_order() -> None:
    with pytest.raises(DatabaseError) as caught:
        comparison_of(oid_of("json"))
    assert caught.value.message == "could not identify a comparison function for type json"
    with pytest.raises(DatabaseError) as caught:
        equality_of(oid_of("json"))
    assert caught.value.sqlstate == "42883"
    assert caught.value.message == "could not identify an equality operator for type json"
