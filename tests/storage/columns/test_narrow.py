"""Narrow numbers are the same numbers, and as large as is said of them."""

from decimal import Context, Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from storage.columns.extents import WIDE, covers, joined
from storage.columns.messages import Extent
from storage.columns.narrow import (
    decimal_type,
    extent_of,
    is_uniform,
    narrowed,
    retyped,
    with_narrow_indices,
    with_narrow_integers,
)

EXACT = Context(prec=60)
#: Of up to 20 digits before the point and 18 after.
NUMBERS = st.builds(
    lambda digits, scale: Decimal(digits).scaleb(-scale, EXACT),
    st.integers(1 - 10**20, 10**20 - 1) | st.integers(-1000, 1000),
    st.integers(0, 18),
)
COLUMNS = st.lists(st.none() | NUMBERS, min_size=1, max_size=8)


def scale_of(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent


def wide(values: list[Decimal | None]) -> tuple[pa.Array, pa.Array]:
    shown = [None if value is None else scale_of(value) for value in values]
    return pa.array(values, pa.decimal128(38, 18)), pa.array(shown, pa.int8())


def extent(values: list[Decimal | None]) -> Extent | None:
    array, shown = wide(values)
    narrow = narrowed(array, shown)
    return extent_of(narrow, None if is_uniform(narrow, shown) else shown)


@given(values=COLUMNS, dropped=st.integers(0, 3))
def test_narrow_numbers_are_the_same(values: list[Decimal | None], dropped: int) -> None:
    array, shown = wide(values)
    narrow = narrowed(array, shown)
    assert narrow.to_pylist() == values
    cut = narrow.slice(min(dropped, len(values)))
    assert retyped(cut, pa.decimal128(38, 18)).to_pylist() == values[dropped:]
    found = extent(values)
    if found is None:
        assert set(values) == {None}
        return
    there = [value for value in values if value is not None]
    assert found.scale == max(map(scale_of, there))
    assert found.is_uniform == ({scale_of(value) for value in there} == {found.scale})
    for digits in {found.digits, min(found.digits + 3, 38)}:
        again = retyped(narrow, decimal_type(digits, found.scale))
        assert again.to_pylist() == values
        assert again.type.precision == digits


@given(one=COLUMNS, other=COLUMNS)
def test_extents_of_parts_cover_them(
    one: list[Decimal | None], other: list[Decimal | None]
) -> None:
    both = joined([extent(one), extent(other)])
    whole = extent(one + other)
    assert (both is None) == (whole is None)
    if both is None or whole is None:
        return
    assert covers(both, whole)
    assert covers(both, extent(one))
    assert covers(WIDE, whole)
    assert both.is_uniform == whole.is_uniform


@given(values=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_narrow_integers_are_the_same(values: list[int | None]) -> None:
    narrow = with_narrow_integers(pa.array(values, pa.int64()))
    assert narrow.to_pylist() == values
    found = extent_of(narrow, None)
    assert found is None or all(
        abs(value) < 10**found.digits for value in values if value is not None
    )


@given(count=st.integers(1, 300))
def test_dictionaries_have_indices_of_their_size(count: int) -> None:
    texts = [str(number) for number in range(count)]
    array = with_narrow_indices(pa.array(texts).dictionary_encode())
    assert array.to_pylist() == texts
    assert array.type.index_type == (pa.int8() if count <= 128 else pa.int16())
