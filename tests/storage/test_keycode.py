"""Keys: byte order is PostgreSQL's order, tuples concatenate, ranges hold what they should."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.keycode import KEY_SIZE_BYTES_MAX, Bound, KeyCode, Part, part_encoder
from storage.keyparts import has_order, is_lossless, value_decoder, value_encoder
from storage.types import JSON_NULL, Array, BinarySet, Interval, Kind, NumberSet, StringSet, TimeTz
from tests.storage.kind_values import TEXTS, VALUES, element_kind_of, order_of

KINDS = sorted(VALUES)
PREFIX = b"\x10\x00\x00\x00\x07"


def sign(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_order_of_bytes_is_order_of_values(kind: Kind, data: st.DataObject) -> None:
    a, b = data.draw(VALUES[kind]), data.draw(VALUES[kind])
    expected = sign(order_of(kind, a), order_of(kind, b))
    element_kind = element_kind_of(kind)
    encode = value_encoder(kind, element_kind)
    assert sign(encode(a), encode(b)) == expected
    descending = part_encoder(Part(kind, element_kind, descending=True))
    assert sign(descending(a), descending(b)) == -expected


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_encoding_begins_with_another(kind: Kind, data: st.DataObject) -> None:
    a, b = data.draw(VALUES[kind]), data.draw(VALUES[kind])
    encode = value_encoder(kind, element_kind_of(kind))
    if encode(a) != encode(b):
        assert not encode(a).startswith(encode(b))


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k is not Kind.JSONB], ids=lambda kind: kind.name
)
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_decoding_gives_back_the_value_or_its_equal(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    element_kind = element_kind_of(kind)
    encoded = value_encoder(kind, element_kind)(value)
    decoded, end = value_decoder(kind, element_kind)(b"..." + encoded + b"rest", 3)
    assert end == 3 + len(encoded)
    assert order_of(kind, decoded) == order_of(kind, value)
    if is_lossless(kind, element_kind):
        assert decoded == value


@pytest.mark.parametrize("nulls_first", [False, True])
@pytest.mark.parametrize("descending", [False, True])
@given(a=st.none() | TEXTS, b=st.none() | TEXTS)
@settings(max_examples=60)
def test_nulls_sort_where_asked(
    descending: bool, nulls_first: bool, a: str | None, b: str | None
) -> None:
    part = Part(Kind.TEXT, None, descending, nullable=True, nulls_first=nulls_first)
    encode = part_encoder(part)

    def order(value: str | None) -> tuple[int, bytes]:
        if value is None:
            return (0 if nulls_first else 2), b""
        return 1, value.encode()

    expected = sign(order(a), order(b))
    if descending and a is not None and b is not None:
        expected = -expected
    assert sign(encode(a), encode(b)) == expected


def test_order_recorded_from_postgresql() -> None:
    """`SELECT v FROM … ORDER BY v::jsonb`, equal ones together."""
    ascending: list[Any] = [
        [],
        JSON_NULL,
        "",
        "a",
        "aa",
        "b",
        -1,
        0,
        Decimal("1.5"),
        10,
        False,
        True,
        [None],
        ["a"],
        [1],
        [False],
        [[]],
        [{}],
        [None, None],
        {},
        {"a": None},
        {"a": 1},
        {"aa": None},
        {"b": None},
        {"a": None, "b": None},
    ]
    encode = value_encoder(Kind.JSONB)
    encoded = [encode(value) for value in ascending]
    assert encoded == sorted(encoded)
    assert len(set(encoded)) == len(encoded)


# ---- the format ----------------------------------------------------------------------------------

GOLDEN = [
    (Kind.BOOL, True, "01"),
    (Kind.INT2, -2, "7ffe"),
    (Kind.INT4, 1, "80000001"),
    (Kind.INT8, -1, "7fffffffffffffff"),
    (Kind.OID, 4294967295, "ffffffff"),
    (Kind.FLOAT4, 1.5, "bfc00000"),
    (Kind.FLOAT8, -1.5, "4007ffffffffffff"),
    (Kind.FLOAT8, -0.0, "8000000000000000"),
    (Kind.FLOAT8, float("nan"), "fff8000000000000"),
    (Kind.DECIMAL, Decimal("0.00"), "80"),
    (Kind.DECIMAL, Decimal("12.30"), "a22340"),
    (Kind.DECIMAL, Decimal("-12.30"), "5ddcbf"),
    (Kind.DECIMAL, Decimal("1E40"), "bf8000002920"),
    (Kind.DECIMAL, Decimal("1E-40"), "817fffffd920"),
    (Kind.DECIMAL, Decimal("NaN"), "f1"),
    (Kind.DECIMAL, Decimal("Infinity"), "f0"),
    (Kind.DECIMAL, Decimal("-Infinity"), "0f"),
    (Kind.TEXT, "né", "6ec3a900"),
    (Kind.TEXT, "\x00\x01", "0101010200"),
    (Kind.VARCHAR, "a", "6100"),
    (Kind.NAME, "a", "6100"),
    (Kind.SINGLE_CHAR, "a", "6100"),
    (Kind.CHAR, "a   ", "6100"),
    (Kind.BYTES, b"\x00\xff", "0101ff00"),
    (Kind.UUID, bytes(range(16)), "000102030405060708090a0b0c0d0e0f"),
    (Kind.DATE, 0, "80000000"),
    (Kind.TIME, 1, "8000000000000001"),
    (Kind.TIMETZ, TimeTz(7_200_000_000, -3600), "80000000d693a4007ffff1f0"),
    (Kind.TIMESTAMP, -1, "7fffffffffffffff"),
    (Kind.TIMESTAMPTZ, 1, "8000000000000001"),
    (Kind.INTERVAL, Interval(1, 0, 0), "80000000025b7f3d4000"),
    (Kind.ARRAY, Array.of([1, None]), "018000000102000100000002" + "80000001"),
    (Kind.JSONB, JSON_NULL, "02"),
    (Kind.JSONB, [], "01"),
    (Kind.JSONB, {"a": [1, True, False, "x", None]}, "11000000016100100000000504a12006050378" + "0002"),
    (Kind.STRING_SET, StringSet({"b", "a"}), "130000000261006200"),
    (Kind.NUMBER_SET, NumberSet({Decimal(1)}), "1400000001a120"),
    (Kind.BINARY_SET, BinarySet({b"a"}), "15000000016100"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "expected"), GOLDEN)
def test_encodings_never_change(kind: Kind, value: Any, expected: str) -> None:
    assert value_encoder(kind, element_kind_of(kind))(value).hex() == expected


def test_every_kind_but_json_has_an_order() -> None:
    assert {kind for kind in Kind if has_order(kind)} == set(Kind) - {Kind.JSON}
    assert not has_order(Kind.ARRAY, Kind.JSON)


@pytest.mark.parametrize(
    ("parts", "hash_count", "values", "expected"),
    [
        ((Part(Kind.INT4),), 0, (1,), "80000001"),
        ((Part(Kind.INT4), Part(Kind.TEXT)), 0, (1, "a"), "800000016100"),
        ((Part(Kind.INT4), Part(Kind.TEXT)), 1, (1, "a"), "bb1a800000016100"),
        ((Part(Kind.INT4, nullable=True),), 0, (None,), "02"),
        ((Part(Kind.INT4, nullable=True, nulls_first=True),), 0, (None,), "00"),
        ((Part(Kind.INT4, descending=True, nullable=True),), 0, (1,), "017ffffffe"),
    ],
)
def test_keys_never_change(
    parts: tuple[Part, ...], hash_count: int, values: tuple[Any, ...], expected: str
) -> None:
    code = KeyCode(PREFIX, parts, hash_count)
    assert code.encode(values).hex() == PREFIX.hex() + expected


# ---- tuples and ranges ---------------------------------------------------------------------------

SHAPES = [
    (Kind.INT4,),
    (Kind.TEXT,),
    (Kind.INT4, Kind.INT8),
    (Kind.INT4, Kind.TEXT),
    (Kind.INT8, Kind.INT4, Kind.INT2),
    (Kind.TEXT, Kind.TEXT, Kind.INT4),
    (Kind.TEXT, Kind.DECIMAL, Kind.UUID, Kind.INT8),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(k.name for k in shape))
@given(data=st.data())
@settings(max_examples=60)
def test_tuples_sort_part_by_part(shape: tuple[Kind, ...], data: st.DataObject) -> None:
    tuples = st.tuples(*(VALUES[kind] for kind in shape))
    a, b = data.draw(tuples), data.draw(tuples)

    def order(values: tuple[Any, ...]) -> list[Any]:
        return [order_of(kind, value) for kind, value in zip(shape, values, strict=True)]

    code = KeyCode(PREFIX, [Part(kind) for kind in shape])
    assert sign(code.encode(a), code.encode(b)) == sign(order(a), order(b))
    assert code.encode(a) == code.encode_prefix(a)
    assert [order_of(k, v) for k, v in zip(shape, code.decode(code.encode(a)), strict=True)] == (
        order(a)
    )


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(k.name for k in shape))
@given(data=st.data())
@settings(max_examples=20)
def test_encoder_takes_parts_from_anywhere_in_a_row(
    shape: tuple[Kind, ...], data: st.DataObject
) -> None:
    values = data.draw(st.tuples(*(VALUES[kind] for kind in shape)))
    code = KeyCode(PREFIX, [Part(kind) for kind in shape])
    row = ["something else", *reversed(values), None]
    positions = tuple(range(len(values), 0, -1))
    assert code.encoder(positions)(row) == code.encode(values)
    assert code.encoder(tuple(range(len(values))))((*values, "more")) == code.encode(values)


@given(data=st.data(), descending=st.booleans(), nulls_first=st.booleans())
@settings(max_examples=200)
def test_bounds_hold_exactly_the_keys_of_the_condition(
    data: st.DataObject, descending: bool, nulls_first: bool
) -> None:
    few = st.integers(-2, 2)
    parts = (Part(Kind.INT4), Part(Kind.INT4, None, descending, True, nulls_first), Part(Kind.TEXT))
    code = KeyCode(PREFIX, parts)
    rows = data.draw(st.lists(st.tuples(few, st.none() | few, st.sampled_from(["", "x"]))))
    first = data.draw(few)
    lower = data.draw(st.none() | st.builds(Bound, few, st.booleans()))
    upper = data.draw(st.none() | st.builds(Bound, few, st.booleans()))
    not_null = data.draw(st.booleans())

    def holds(row: tuple[int, int | None, str]) -> bool:
        a, b, _ = row
        if a != first:
            return False
        if b is None:
            return lower is None and upper is None and not not_null
        above = lower is None or b > lower.value or (lower.inclusive and b == lower.value)
        below = upper is None or b < upper.value or (upper.inclusive and b == upper.value)
        return above and below

    start, end = code.bounds((first,), lower, upper, not_null=not_null)
    assert [start <= code.encode(row) < end for row in rows] == [holds(row) for row in rows]


@given(rows=st.lists(st.tuples(st.none() | st.integers(0, 2), st.integers(0, 2))))
def test_bounds_of_equal_values_include_is_null(rows: list[tuple[int | None, int]]) -> None:
    code = KeyCode(PREFIX, (Part(Kind.INT4, nullable=True), Part(Kind.INT4)))
    start, end = code.bounds((None,))
    assert [start <= code.encode(row) < end for row in rows] == [row[0] is None for row in rows]


@given(rows=st.lists(TEXTS), beginning=TEXTS, descending=st.booleans())
def test_bounds_of_text_are_those_of_a_beginning(
    rows: list[str], beginning: str, descending: bool
) -> None:
    code = KeyCode(PREFIX, (Part(Kind.INT4), Part(Kind.TEXT, descending=descending)))
    start, end = code.bounds_of_text((1,), beginning)
    found = [start <= code.encode((1, row)) < end for row in rows]
    assert found == [row.startswith(beginning) for row in rows]


def test_hash_scheme_keeps_a_partition_together_and_in_order() -> None:
    code = KeyCode(PREFIX, (Part(Kind.TEXT), Part(Kind.INT4)), hash_part_count=1)
    keys = {(p, n): code.encode((p, n)) for p in ("a", "b", "c") for n in range(5)}
    start, end = code.bounds(("b",), lower=Bound(2, inclusive=True))
    inside = [
        values for values, key in sorted(keys.items(), key=lambda e: e[1]) if start <= key < end
    ]
    assert inside == [("b", 2), ("b", 3), ("b", 4)]
    assert code.decode(keys["c", 3]) == ("c", 3)
    assert code.bounds() == (PREFIX, PREFIX[:-1] + b"\x08")
    assert code.partition(("b", 2), 1) == b"b\x00"


def test_hash_scheme_needs_the_whole_partition_key_for_a_range() -> None:
    code = KeyCode(PREFIX, (Part(Kind.TEXT), Part(Kind.TEXT)), hash_part_count=2)
    with pytest.raises(ValueError, match="all its partition parts"):
        code.encode_prefix(("a",))


@pytest.mark.parametrize("parts", [(Kind.TEXT,), (Kind.INT4, Kind.TEXT), (Kind.TEXT,) * 4])
def test_a_key_that_is_too_long_is_refused(parts: tuple[Kind, ...]) -> None:
    code = KeyCode(PREFIX, [Part(kind) for kind in parts], name="t_pkey")
    values = [1 if kind is Kind.INT4 else "" for kind in parts]
    overhead = len(code.encode(values)) - len(PREFIX)
    values[-1] = "x" * (KEY_SIZE_BYTES_MAX - overhead)
    assert len(code.encode(values)) == KEY_SIZE_BYTES_MAX + len(PREFIX)
    values[-1] = "x" * (KEY_SIZE_BYTES_MAX - overhead + 1)
    with pytest.raises(DatabaseError) as caught:
        code.encode(values)
    assert caught.value.sqlstate == "54000"
    assert caught.value.message == ('index row size 8193 exceeds maximum 8192 for index "t_pkey"')


def test_a_tree_that_is_too_deep_is_an_error_and_not_a_crash() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(DatabaseError, match="stack depth limit exceeded") as caught:
        value_encoder(Kind.JSONB)(deep)
    assert caught.value.sqlstate == "54001"
    while deep:  # taken apart by hand: freeing it would recurse
        deep = deep[0]
