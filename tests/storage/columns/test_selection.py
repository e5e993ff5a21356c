"""What is picked before DuckDB scans: rows that count are never left out."""

import datetime
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.columns.conditions import Evaluator, Values, decide
from storage.columns.duck_session import DuckSession
from storage.columns.messages import Bound, Condition, Top
from storage.columns.selection import Topmost, blocks_of, few_within
from storage.types import Kind
from tests.storage.columns.followed import Followed, spec_of, values

DUCK = DuckSession(
    Path(tempfile.mkdtemp()), memory_bytes=200 << 20, temporary_bytes=1 << 30, threads=1
)
TYPES = st.sampled_from(
    [pa.int8(), pa.int16(), pa.int64(), pa.date32(), pa.timestamp("us"), pa.decimal64(9, 2)]
)
ENDS = st.one_of(st.none(), st.integers(-300, 300), st.decimals(-300, 300, places=3))


def held(numbers: list[int | None], kind: pa.DataType) -> pa.Array:
    integers = pa.array(numbers, f"int{kind.bit_width}")
    if not pa.types.is_decimal(kind):
        return integers.view(kind)
    return pa.Array.from_buffers(kind, len(numbers), integers.buffers())


def number_of(value: int, kind: pa.DataType) -> int | Decimal:
    return Decimal(value).scaleb(-kind.scale) if pa.types.is_decimal(kind) else value


@given(
    st.lists(st.one_of(st.none(), st.integers(-128, 127)), max_size=20),
    TYPES, ENDS, ENDS, st.lists(ENDS.filter(lambda end: end is not None), max_size=3),
)  # fmt: skip
def test_no_row_within_bounds_is_left_out(
    numbers: list[int | None], kind: pa.DataType, low: Any, high: Any, some: list[Any]
) -> None:
    if some:
        low, high = min(some), max(some)
    # Rows beyond all bounds: those within are few.
    array = held([*numbers, *[127, -128] * 1000], kind)
    for bound in (Bound("", low, high, tuple(some)), Bound("", low, high)):
        flags = few_within(array, bound)
        for place, number in enumerate(numbers):
            value = None if number is None else number_of(number, kind)
            is_within = value is not None and (
                value in some
                if bound.values
                else (low is None or value >= low) and (high is None or value <= high)
            )
            assert flags is None or flags[place] or not is_within


@given(
    st.lists(st.lists(st.tuples(st.integers(-128, 127), st.booleans()), max_size=40), max_size=4),
    TYPES, st.integers(1, 9), st.booleans(), st.sampled_from([1, 1, 50]),
)  # fmt: skip
def test_no_row_of_the_first_ones_is_left_out(
    parts: list[list[tuple[int, bool]]],
    kind: pa.DataType,
    count: int,
    is_descending: bool,
    repeats: int,
) -> None:
    topmost = Topmost(count, is_descending=is_descending)
    every = [number for part in parts for number, lives in part * repeats if lives]
    living = sorted(every, reverse=is_descending)
    last = living[:count][-1] if living else 0
    for some in parts:
        # Some are longer than a block.
        part = some * repeats
        blocks = blocks_of(held([number for number, _ in part], kind))
        lives = np.array([lives for _, lives in part], np.bool_)
        flags = None if blocks is None else topmost.flags(blocks, None if lives.all() else lives)
        for place, (number, is_alive) in enumerate(part):
            is_among = is_alive and (number >= last if is_descending else number <= last)
            assert flags is None or flags[place] or not is_among


CONDITIONS = (
    "r = 'x'",
    "r <> 'x'",
    "r IN ('x', 'y''')",
    "coalesce(r, 'x') = 'x'",
    "r IS NULL",
    "length(r) > 1",
)
WORDS = st.lists(st.sampled_from([None, "x", "y'", "", "zz", *map(str, range(12))]), max_size=60)


@settings(max_examples=20)
@given(st.lists(WORDS, min_size=1, max_size=3), st.booleans())
def test_conditions_are_decided_for_dictionaries_as_for_rows(
    parts: list[list[str | None]], is_encoded: bool
) -> None:
    arrays = [pa.array(words, pa.string()) for words in parts]
    texts = [Values(one.dictionary_encode() if is_encoded else one, len(one)) for one in arrays]
    texts.append(Values(None, 3))
    arrays.append(pa.nulls(3, pa.string()))
    evaluator = Evaluator(DUCK.true_for, "UTC")
    for sql in CONDITIONS:
        key = decide(Condition("k0", "c0", tuple(sql.split("r"))), texts, evaluator)
        assert key is not None
        for array, each in zip(arrays, texts, strict=True):
            expected = DUCK.true_for(sql, array)
            assert expected is not None
            assert each.flags(key).tolist() == expected.tolist()


@settings(max_examples=20)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(-128, 127)), max_size=60), min_size=1, max_size=3
    ),
    st.sampled_from([pa.int8(), pa.int32(), pa.int64()]),
)
def test_conditions_are_decided_for_small_integers_as_for_rows(
    parts: list[list[int | None]], held_as: pa.DataType
) -> None:
    arrays = [pa.array(numbers, held_as) for numbers in parts]
    some = [Values(one, len(one)) for one in arrays]
    for sql in ("r > 60", "r IN (1, 5)", "r IS NULL", "r % 3 = 0", "r BETWEEN -9 AND 9 OR r = 12"):
        condition = Condition("k0", "c0", tuple(sql.split("r")), "INTEGER")
        key = decide(condition, some, Evaluator(DUCK.true_for, "UTC"))
        for array, each in zip(arrays, some, strict=True):
            expected = DUCK.true_for(sql, array.cast(pa.int32()))
            assert expected is not None
            assert each.flags(key).tolist() == expected.tolist()


def test_integers_beyond_the_type_arent_decided() -> None:
    values = Values(pa.array([2**40, 2**40 + 1]), 2)
    condition = Condition("k0", "c0", ("", " > 0"), "INTEGER")
    assert decide(condition, [values], Evaluator(DUCK.true_for, "UTC")) is None


def test_a_condition_that_fails_isnt_decided() -> None:
    texts = Values(pa.array(["1", "x"]), 2)
    condition = Condition("k0", "c0", ("CAST(", " AS INTEGER) = 1"))
    assert decide(condition, [texts], Evaluator(DUCK.true_for, "UTC")) is None


async def test_columns_added_later_have_bounds(tmp_path: Path) -> None:
    """The keeper doesn't know their types: they are held as they are stored, and not as bounds are."""
    followed = await Followed.open(tmp_path)
    try:
        await followed.put([(number, "x", Decimal(number), None) for number in range(100)])
        await followed.build()
        wider = followed.wider(("born", Kind.DATE))
        await wider.put([(number, "x", Decimal(number), None, number) for number in range(100)])
        await followed.client.flush()
        timestamp = followed.store.committer.newest.timestamp
        spec = msgspec.structs.replace(spec_of(wider.table), bounds=(Bound("c4", 97, None),))
        found = pc.greater_equal(
            (await wider.columns(timestamp, spec))["c4"], pa.scalar(datetime.date(2000, 4, 7))
        )
        assert pc.sum(found).as_py() == 3
        first = msgspec.structs.replace(spec_of(wider.table), top=Top("c4", 2, True))
        assert {98, 99} <= {one[4] for one in values(await wider.columns(timestamp, first))}
    finally:
        await followed.close()


async def test_few_rows_are_picked(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    try:
        rows = [
            (number, f"t{number}", Decimal(number % 50), float(number)) for number in range(1000)
        ]
        await followed.put(rows)
        await followed.build()
        await followed.delete(rows[500:520])
        snapshot = followed.store.committer.newest
        plain = spec_of(followed.table)
        bounded = msgspec.structs.replace(plain, bounds=(Bound("c2", "7", "7"),))
        first = msgspec.structs.replace(plain, top=Top("c0", 10, False))
        for spec, expected in ((bounded, rows[7::50]), (first, rows[:10])):
            found = values(await followed.columns(snapshot.timestamp, spec))
            assert sorted(found) == [row for row in expected if row not in rows[500:520]]
    finally:
        await followed.close()
