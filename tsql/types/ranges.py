"""Ranges and multiranges: their types, their values, and text and binary forms.

A value is two cuts (storage/types.py), so bounds are read into cuts here and shown from them. Of integers
and dates every range has one form, [a,b): the constructors and the input functions bring it about
(`canonical`); functions of ranges that have it yield ranges that have it.
"""

import struct
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

from storage.errors import DatabaseError
from storage.types import DATE_INFINITY, DATE_MINUS_INFINITY, EMPTY_RANGE, Cut, Range
from tsql.env import Env
from tsql.types import oids
from tsql.types.binary.registry import (
    Context,
    TrailingDataError,
    binary_io,
    insufficient,
    receive_of,
    send_of,
)
from tsql.types.civil import DATE_END
from tsql.types.integers import INT4_MAX, INT8_MAX, out_of_range
from tsql.types.io import input_of, output_of, text_io
from tsql.types.range_text import MultirangeReader, RangeReader, quoted_bound
from tsql.types.range_types import RANGES, RangeType

FIRST: Final[Cut] = (-1,)
LAST: Final[Cut] = (2,)


class Bound(NamedTuple):
    """One end of a range: its value and whether it belongs to the range; a value of None is no bound."""

    value: Any
    inclusive: bool


def before(value: Any) -> Cut:
    """Returns the cut right before a value."""
    return (1, 0, 0) if isinstance(value, Decimal) and value.is_nan() else (0, value, 0)


def behind(value: Any) -> Cut:
    """Returns the cut right behind a value."""
    return (*before(value)[:2], 1)


def bound_value(cut: Cut) -> Any:
    """Returns the value at a cut of a range that isn't empty; None where there is no bound."""
    if len(cut) == 1:
        return None
    return Decimal("NaN") if cut[0] else cut[1]


def between(start: Cut, end: Cut) -> Range:
    """Returns the range from one cut to another, empty if there is nothing between them."""
    return Range(start, end) if start < end else EMPTY_RANGE


def joined(one: Range, other: Range) -> Range:
    """Returns the range over two that overlap or touch; of equal bounds the other's is shown."""
    return Range(min(other.start, one.start), max(other.end, one.end))


def united(parts: Iterable[Range]) -> tuple[Range, ...]:
    """Returns the multirange that covers what the ranges cover."""
    found: list[Range] = []
    for part in sorted(part for part in parts if part.start):
        if found and part.start <= found[-1].end:
            found[-1] = joined(found[-1], part)
        else:
            found.append(part)
    return tuple(found)


# ---- one form of what is counted -------------------------------------------------------------------


def _next_integer(name: str, highest: int, value: int) -> int:
    if value >= highest:
        raise out_of_range(name)
    return value + 1


def _next_date(value: int) -> int:
    if value in {DATE_INFINITY, DATE_MINUS_INFINITY}:
        return value
    if value + 1 >= DATE_END:
        raise DatabaseError("22008", "date out of range")
    return value + 1


_NEXT: Final[dict[int, Callable[[int], int]]] = {
    oids.INT4: partial(_next_integer, "integer", INT4_MAX),
    oids.INT8: partial(_next_integer, "bigint", INT8_MAX),
    oids.DATE: _next_date,
}


def _moved(cut: Cut, following: Callable[[int], int]) -> Cut:
    """Returns the cut before the next value instead of the one behind a value."""
    if len(cut) == 1 or not cut[2]:
        return cut
    value = following(cut[1])
    return cut if value == cut[1] else (0, value, 0)


def make_range(kind: RangeType, lower: Bound, upper: Bound) -> Range:
    """Returns the range with these bounds. Raises 22000, 22003, 22008."""
    start, end = FIRST, LAST
    if lower.value is not None:
        start = before(lower.value) if lower.inclusive else behind(lower.value)
    if upper.value is not None:
        end = behind(upper.value) if upper.inclusive else before(upper.value)
    if start[:2] > end[:2]:
        message = "range lower bound must be less than or equal to range upper bound"
        raise DatabaseError("22000", message)
    found = between(start, end)
    following = _NEXT.get(kind.subtype)
    if following is None or not found.start:
        return found
    return between(_moved(start, following), _moved(end, following))


# ---- text ------------------------------------------------------------------------------------------


def _range_in(kind: RangeType, text: str, _typmod: int, env: Env) -> Range:
    reader = RangeReader(text)
    if reader.is_empty:
        return EMPTY_RANGE
    parse = input_of(kind.subtype)
    lower, upper = (
        None if each is None else parse(each, -1, env) for each in (reader.lower, reader.upper)
    )
    return make_range(
        kind, Bound(lower, reader.lower_inclusive), Bound(upper, reader.upper_inclusive)
    )


def _range_out(kind: RangeType, value: Range, env: Env) -> str:
    if not value.start:
        return "empty"
    render = output_of(kind.subtype)
    lower, upper = (
        "" if len(cut) == 1 else quoted_bound(render(bound_value(cut), env)) for cut in value
    )
    opening = "[" if lower_is_inclusive(value) else "("
    return f"{opening}{lower},{upper}{']' if upper_is_inclusive(value) else ')'}"


def lower_is_inclusive(value: Range) -> bool:
    """Returns whether the lower bound's value belongs to the range."""
    return len(value.start) > 1 and not value.start[2]


def upper_is_inclusive(value: Range) -> bool:
    """Returns whether the upper bound's value belongs to the range."""
    return len(value.end) > 1 and bool(value.end[2])


def _multirange_in(kind: RangeType, text: str, typmod: int, env: Env) -> tuple[Range, ...]:
    return united([_range_in(kind, part, typmod, env) for part in MultirangeReader(text).parts()])


def _multirange_out(kind: RangeType, value: tuple[Range, ...], env: Env) -> str:
    return "{" + ",".join([_range_out(kind, part, env) for part in value]) + "}"


# ---- binary ----------------------------------------------------------------------------------------

_EMPTY, _LOWER_INCLUSIVE, _UPPER_INCLUSIVE, _LOWER_OPEN, _UPPER_OPEN = 1, 2, 4, 8, 16
_LENGTH: Final = struct.Struct("!i")


def range_flags(value: Range) -> int:
    """Returns the byte that tells what bounds a range has."""
    if not value.start:
        return _EMPTY
    flags = _LOWER_OPEN if value.start == FIRST else 0
    flags |= _UPPER_OPEN if value.end == LAST else 0
    flags |= _LOWER_INCLUSIVE if lower_is_inclusive(value) else 0
    return flags | (_UPPER_INCLUSIVE if upper_is_inclusive(value) else 0)


def _range_send(kind: RangeType, value: Range, context: Context) -> bytes:
    send = send_of(kind.subtype)
    parts = [bytes((range_flags(value),))]
    for cut in value:
        if len(cut) > 1:
            raw = send(bound_value(cut), context)
            parts.append(_LENGTH.pack(len(raw)) + raw)
    return b"".join(parts)


class _Pieces:
    """Takes pieces, each behind its length, off a value's bytes."""

    def __init__(self, raw: bytes, start: int) -> None:
        self._raw = raw
        self._at = start

    def take(self) -> bytes:
        """Returns the next piece. Raises 08P01."""
        begin = self._at + _LENGTH.size
        if len(self._raw) < begin:
            raise insufficient()
        (length,) = _LENGTH.unpack_from(self._raw, self._at)
        if length < 0 or len(self._raw) < begin + length:
            raise insufficient()
        self._at = begin + length
        return self._raw[begin : self._at]

    def finish(self) -> None:
        """Raises 22P03 if anything is left."""
        if self._at != len(self._raw):
            raise TrailingDataError


def _range_receive(kind: RangeType, raw: bytes, context: Context) -> Range:
    if not raw:
        raise insufficient()
    flags = raw[0]
    pieces = _Pieces(raw, 1)
    receive = receive_of(kind.subtype)
    lower = upper = None
    if not flags & (_EMPTY | _LOWER_OPEN):
        lower = receive(pieces.take(), context)
    if not flags & (_EMPTY | _UPPER_OPEN):
        upper = receive(pieces.take(), context)
    pieces.finish()
    if flags & _EMPTY:
        return EMPTY_RANGE
    return make_range(
        kind,
        Bound(lower, bool(flags & _LOWER_INCLUSIVE)),
        Bound(upper, bool(flags & _UPPER_INCLUSIVE)),
    )


def _multirange_send(kind: RangeType, value: tuple[Range, ...], context: Context) -> bytes:
    parts = [_range_send(kind, part, context) for part in value]
    return _LENGTH.pack(len(parts)) + b"".join(_LENGTH.pack(len(raw)) + raw for raw in parts)


def _multirange_receive(kind: RangeType, raw: bytes, context: Context) -> tuple[Range, ...]:
    if len(raw) < _LENGTH.size:
        raise insufficient()
    (count,) = _LENGTH.unpack_from(raw)
    pieces = _Pieces(raw, _LENGTH.size)
    parts = [_range_receive(kind, pieces.take(), context) for _ in range(max(count, 0))]
    pieces.finish()
    return united(parts)


def register_range(kind: RangeType) -> None:
    """Registers the forms of a range type and of its multirange type."""
    text_io(kind.oid, partial(_range_in, kind), partial(_range_out, kind))
    text_io(kind.multirange, partial(_multirange_in, kind), partial(_multirange_out, kind))
    binary_io(kind.oid, partial(_range_send, kind), partial(_range_receive, kind))
    binary_io(kind.multirange, partial(_multirange_send, kind), partial(_multirange_receive, kind))


for _kind in RANGES.values():
    register_range(_kind)
