"""Sort keys order values as the type's own < function does, in both directions, NULLs where they belong."""

import functools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.types import Array, Interval, TimeTz
from tsql.binder.operators import ordering_proc
from tsql.bound import ColumnRef, SortKey
from tsql.env import Env
from tsql.executor.calls import pair_function
from tsql.executor.expressions import compile_sort_key
from tsql.functions import load  # noqa: F401 - for the comparison functions
from tsql.types import oids

INT8 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
VALUES: dict[int, st.SearchStrategy[Any]] = {
    oids.BOOL: st.booleans(),
    oids.INT8: INT8,
    oids.FLOAT8: st.floats(),
    oids.NUMERIC: st.decimals(allow_nan=True, allow_infinity=True).filter(lambda d: not d.is_snan()),
    oids.TEXT: TEXT,
    oids.BPCHAR: TEXT.map(lambda text: text.ljust(6)),
    oids.BYTEA: st.binary(max_size=4),
    oids.UUID: st.binary(min_size=16, max_size=16),
    oids.TIMESTAMPTZ: INT8,
    oids.INTERVAL: st.builds(
        Interval, st.integers(-20, 20), st.integers(-40, 40), st.integers(-(10**11), 10**11)
    ),
    oids.TIMETZ: st.builds(
        TimeTz, st.integers(0, 86_400_000_000), st.integers(-15, 15).map(lambda hours: hours * 3600)
    ),
    oids.INT4_ARRAY: st.lists(st.integers(-2, 2), max_size=3).map(Array.of),
}  # fmt: skip


def key_of(type_: int, *, descending: bool, nulls_first: bool) -> Any:
    less = ordering_proc(type_, is_less=True, node=None)
    column = ColumnRef(0, 0, "x", type_)
    return compile_sort_key([SortKey(column, descending, nulls_first, less)])


@pytest.mark.parametrize("type_", VALUES)
@pytest.mark.parametrize("descending", [False, True])
def test_order_is_the_less_functions(type_: int, descending: bool) -> None:
    less = pair_function(ordering_proc(type_, is_less=True, node=None), (type_, type_))
    key = key_of(type_, descending=descending, nulls_first=False)

    def compare(a: Any, b: Any) -> int:
        order = -1 if less(a, b) else 1 if less(b, a) else 0
        return -order if descending else order

    @given(st.lists(VALUES[type_], max_size=8))
    def check(values: list[Any]) -> None:
        by_key = sorted(values, key=lambda value: key((value,), Env()))
        by_function = sorted(values, key=functools.cmp_to_key(compare))
        assert all(compare(a, b) == 0 for a, b in zip(by_key, by_function, strict=True))

    check()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("nulls_first", [False, True])
def test_nulls_stand_where_they_are_told(descending: bool, nulls_first: bool) -> None:
    key = key_of(oids.INT8, descending=descending, nulls_first=nulls_first)
    ordered = sorted([3, None, 1, None, 2], key=lambda value: key((value,), Env()))
    numbers = [3, 2, 1] if descending else [1, 2, 3]
    assert ordered == ([None, None, *numbers] if nulls_first else [*numbers, None, None])


def test_several_keys_go_from_the_left() -> None:
    less_int = ordering_proc(oids.INT4, is_less=True, node=None)
    less_text = ordering_proc(oids.TEXT, is_less=True, node=None)
    key = compile_sort_key(
        [
            SortKey(ColumnRef(0, 0, "a", oids.INT4), False, False, less_int),
            SortKey(ColumnRef(0, 1, "b", oids.TEXT), True, True, less_text),
        ]
    )
    rows = [(2, "x"), (1, "a"), (1, None), (1, "b"), (1, "ab"), (None, "z")]
    assert sorted(rows, key=lambda row: key(row, Env())) == [
        (1, None), (1, "b"), (1, "ab"), (1, "a"), (2, "x"), (None, "z"),
    ]  # fmt: skip


def test_numeric_infinity_and_nan() -> None:
    key = key_of(oids.NUMERIC, descending=True, nulls_first=True)
    values = [Decimal("NaN"), Decimal("Infinity"), Decimal(1), Decimal("-Infinity")]
    mixed = [values[2], values[0], values[3], values[1]]
    assert sorted(mixed, key=lambda value: key((value,), Env()))[1:] == values[1:]
