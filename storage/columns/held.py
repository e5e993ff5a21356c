"""Held columns: stored values in the Arrow type of their column's kind, and back.

What a kind can't hold exactly (a date beyond Arrow's, a numeric of more than 38 digits, NaN) makes
the column of that part of the table *stored*: msgpack, value by value. Nothing is lost or rounded,
and queries that need the column run on the key path.
"""

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.decode import Field
from storage.columns.documents import json_text, plain_json_text
from storage.columns.layout import DIGITS_MAX, NATURAL, STORED, HeldKind
from storage.packing import pack, tree_to_stored, unpack
from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
)

#: From PostgreSQL's epoch to Arrow's.
_EPOCH_DAYS: Final = 10_957
_EPOCH_MICROSECONDS: Final = _EPOCH_DAYS * 86_400_000_000
#: DuckDB's infinities, which it reads from Arrow as they are.
_DAY_MAX: Final = 2**31 - 1
_MICROSECOND_MAX: Final = 2**63 - 1
_INTERVAL_PARTS: Final = np.dtype([("months", "<i4"), ("days", "<i4"), ("nanoseconds", "<i8")])
_NANOSECONDS_MAX: Final = 2**63 - 1


#: Digits after the point that numerics without a declared scale are held with.
_SCALES: Final = (6, 12, 18, 24, 30, DIGITS_MAX)
_NATURAL: Final = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
    bytes: pa.binary(),
}


class DoesNotFitError(Exception):
    """The kind can't hold a value exactly."""


@dataclass(frozen=True, slots=True)
class Held:
    """A column as it is held.

    Attributes:
        kind: As asked for, or "stored". The scale of `numeric_scaled` is the largest that occurs.
        values: Of the kind's Arrow type.
        scales: Display scales, for `numeric_scaled`.
    """

    kind: HeldKind
    values: "pa.Array"
    scales: "pa.Array | None" = None


def hold(wanted: HeldKind, field: Field) -> Held:
    """Returns a field's values as a column of that kind, or else as a stored one."""
    convert = _HOLD.get(wanted.kind)
    if convert is not None:
        try:
            return convert(wanted, field)
        except (DoesNotFitError, pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, TypeError):
            # The binding's errors for what a type can't hold; the values are kept as they are.
            pass
    return hold_stored(field)


def hold_natural(field: Field) -> Held:
    """Returns a field's values in the type that they have by nature, if they have one in common."""
    values = field.values
    if isinstance(values, list):
        types = {type(value) for value in values} - {type(None)}
        if not types:
            return Held(HeldKind(NATURAL), pa.nulls(len(values)))
        if types == {Decimal}:
            texts = [None if value is None else str(value) for value in values]
            return hold(HeldKind("numeric_scaled"), Field(texts))
        natural = _NATURAL.get(types.pop()) if len(types) == 1 else None
        if natural is None:
            return hold_stored(field)
        try:
            values = pa.array(values, natural)
        except (pa.ArrowInvalid, OverflowError):
            return hold_stored(field)
    return Held(HeldKind(NATURAL), values)


def reheld(wanted: HeldKind, held: Held) -> Held:
    """Returns values that are held without knowing their kind in that kind, if they fit."""
    values = held.values
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if held.kind.kind == NATURAL:
        return hold(wanted, Field(values))
    stored = [None if packed is None else unpack(packed) for packed in values.to_pylist()]
    return hold(wanted, Field(stored))


def hold_stored(field: Field) -> Held:
    """Returns a field's values as they are stored."""
    packed = [None if value is None else pack(tree_to_stored(value)) for value in field.as_list()]
    return Held(HeldKind(STORED), pa.array(packed, pa.binary()))


def _typed(field: Field, kind: "pa.DataType") -> "pa.Array":
    """Returns the values as an Arrow array of the type that such values have by nature."""
    values = field.values
    if isinstance(values, list):
        return pa.array(values, kind)
    if values.type == kind:
        return values
    if pa.types.is_null(values.type):
        return pa.nulls(len(values), kind)
    raise DoesNotFitError


def _simple(natural: "pa.DataType", held: "pa.DataType") -> Callable[[HeldKind, Field], Held]:
    def convert(wanted: HeldKind, field: Field) -> Held:
        return Held(wanted, _typed(field, natural).cast(held))

    return convert


def _float32(wanted: HeldKind, field: Field) -> Held:
    # A float4 is single precision already: nothing is rounded here.
    return Held(wanted, _typed(field, pa.float64()).cast(pa.float32(), safe=False))


def _numeric(wanted: HeldKind, field: Field) -> Held:
    text, scales = _digits(field)
    if (pc.max(scales).as_py() or 0) > wanted.scale:
        raise DoesNotFitError
    return Held(wanted, _decimals(text, wanted.scale))


def _numeric_scaled(_wanted: HeldKind, field: Field) -> Held:
    text, scales = _digits(field)
    largest = pc.max(scales).as_py() or 0
    if largest > DIGITS_MAX:
        raise DoesNotFitError
    for scale in (_step(largest), largest):
        with contextlib.suppress(DoesNotFitError):
            values = _decimals(text, scale)
            return Held(HeldKind("numeric_scaled", scale), values, scales.cast(pa.int8()))
    raise DoesNotFitError


def _step(scale: int) -> int:
    """Returns one of a few scales for all, so that most rows are alike."""
    return next(step for step in _SCALES if step >= scale)


def common_scale(scale: int, before: int) -> int:
    """Returns the scale that numerics of that largest one, and so many digits before the point, are held with."""
    step = _step(scale)
    return step if before + step <= DIGITS_MAX else scale


def _digits(field: Field) -> tuple["pa.Array", "pa.Array"]:
    """Returns numerics' texts without exponents, and their display scales."""
    text = _typed(field, pa.string())
    if pc.any(pc.match_substring(text, "E")).as_py():
        # Decimal's text of very small numbers, and of negative scales.
        plain = [None if t is None else f"{Decimal(t):f}" for t in text.to_pylist()]
        text = pa.array(plain, pa.string())
    point = pc.find_substring(text, ".")
    behind = pc.subtract(pc.subtract(pc.binary_length(text), point), 1)
    return text, pc.if_else(pc.equal(point, -1), 0, behind)


def _decimals(text: "pa.Array", scale: int) -> "pa.Array":
    """Returns numbers of at most that scale. Arrow doesn't notice digits beyond its 38."""
    point = pc.find_substring(text, ".")
    before = pc.if_else(pc.equal(point, -1), pc.binary_length(text), point)
    before = pc.subtract(before, pc.starts_with(text, "-").cast(pa.int32()))
    if (pc.max(before).as_py() or 0) > DIGITS_MAX - scale and _has_more_digits(text, scale):
        raise DoesNotFitError
    return text.cast(pa.decimal128(DIGITS_MAX, scale))


def _has_more_digits(text: "pa.Array", scale: int) -> bool:
    limit = 10 ** (DIGITS_MAX - scale)
    numbers = [Decimal(each) for each in text.to_pylist() if each is not None]
    return any(not number.is_finite() or abs(int(number)) >= limit for number in numbers)


def _date(wanted: HeldKind, field: Field) -> Held:
    days = _typed(field, pa.int64())
    shifted = pc.add(days, _EPOCH_DAYS)
    shifted = pc.if_else(pc.equal(days, DATE_INFINITY), _DAY_MAX, shifted)
    shifted = pc.if_else(pc.equal(days, DATE_MINUS_INFINITY), -_DAY_MAX, shifted)
    return Held(wanted, shifted.cast(pa.int32()).view(pa.date32()))


def _timestamp(wanted: HeldKind, field: Field) -> Held:
    stored = _typed(field, pa.int64())
    is_infinite = pc.is_in(
        stored, pa.array([TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY], pa.int64())
    )
    shifted = pc.add_checked(pc.if_else(is_infinite, 0, stored), _EPOCH_MICROSECONDS)
    infinite = pc.if_else(pc.greater(stored, 0), _MICROSECOND_MAX, -_MICROSECOND_MAX)
    microseconds = pc.if_else(is_infinite, infinite, shifted)
    zone = "UTC" if wanted.kind == "timestamptz" else None
    return Held(wanted, microseconds.view(pa.timestamp("us", zone)))


def _time(wanted: HeldKind, field: Field) -> Held:
    return Held(wanted, _typed(field, pa.int64()).view(pa.time64("us")))


def _interval(wanted: HeldKind, field: Field) -> Held:
    values = field.as_list()
    parts = np.zeros(len(values), _INTERVAL_PARTS)
    for position, value in enumerate(values):
        if value is not None:
            months, days, microseconds = value
            if abs(microseconds) * 1000 > _NANOSECONDS_MAX:
                raise DoesNotFitError
            parts[position] = (months, days, microseconds * 1000)
    validity = np.fromiter((value is not None for value in values), np.bool_, len(values))
    buffers = [pa.py_buffer(np.packbits(validity, bitorder="little")), pa.py_buffer(parts)]
    kind = pa.month_day_nano_interval()
    return Held(wanted, pa.Array.from_buffers(kind, len(values), buffers))


def _uuid(wanted: HeldKind, field: Field) -> Held:
    return Held(wanted, _typed(field, pa.binary()).cast(pa.binary(16)))


def _jsonb(wanted: HeldKind, field: Field) -> Held:
    are_json = field.are_json or itertools.repeat(False)
    texts = [
        None if tree is None else plain_json_text(tree) if is_json else json_text(tree)
        for tree, is_json in zip(field.as_list(), are_json, strict=False)
    ]
    return Held(wanted, pa.array(texts, pa.string()))


_HOLD: Final[dict[str, Callable[[HeldKind, Field], Held]]] = {
    "bool": _simple(pa.bool_(), pa.bool_()),
    "int16": _simple(pa.int64(), pa.int16()),
    "int32": _simple(pa.int64(), pa.int32()),
    "int64": _simple(pa.int64(), pa.int64()),
    "float32": _float32,
    "float64": _simple(pa.float64(), pa.float64()),
    "numeric": _numeric,
    "numeric_scaled": _numeric_scaled,
    "text": _simple(pa.string(), pa.string()),
    "bytea": _simple(pa.binary(), pa.binary()),
    "uuid": _uuid,
    "date": _date,
    "time": _time,
    "timestamp": _timestamp,
    "timestamptz": _timestamp,
    "interval": _interval,
    "jsonb": _jsonb,
}
