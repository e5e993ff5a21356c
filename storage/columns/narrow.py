"""Numbers in as few bytes as they need, and how many digits that takes.

A decimal is narrow if its type says how many digits the largest value has. Up to 18 take 8 bytes,
and DuckDB computes with integers of 64 bits. (Up to 9 could take 4; but then segments would differ
where their numbers have 9 digits or 10, and one that differs is copied by who reads it.) Parts that
stay (segments, shredded documents) are narrow; those of the delta are as they came, and read likewise.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.layout import DIGITS_MAX
from storage.columns.messages import Extent

_DIGITS_OF_64: Final = 18
_INDICES: Final = (pa.int8(), pa.int16(), pa.int32())
#: Digits of integers.
_INTEGERS: Final = {pa.int8(): 3, pa.int16(): 5, pa.int32(): 10, pa.int64(): 19}


def decimal_type(digits: int, scale: int) -> "pa.DataType":
    """Returns the narrowest type of so many digits, so many of them after the point."""
    return (pa.decimal64 if digits <= _DIGITS_OF_64 else pa.decimal128)(digits, scale)


def narrowed(values: "pa.Array", shown: "pa.Array | None") -> "pa.Array":
    """Returns wide decimals (of 128 bits) as narrow ones; `shown` are their display scales."""
    scale = values.type.scale if shown is None else (pc.max(shown).as_py() or 0)
    if scale < values.type.scale:
        values = values.cast(pa.decimal128(DIGITS_MAX, scale))
    ends = pc.min_max(values).as_py().values()
    digits = [len(end.as_tuple().digits) for end in ends if end is not None]
    return retyped(values, decimal_type(max(*digits, scale, 1), scale))


def is_uniform(values: "pa.Array", shown: "pa.Array | None") -> bool:
    """Returns whether all values show as many digits as their type has after the point."""
    return shown is None or bool(pc.all(pc.equal(shown, values.type.scale), min_count=0).as_py())


def retyped(values: "pa.Array", wanted: "pa.DataType") -> "pa.Array":
    """Returns decimals in a type that surely holds them: as many digits before and after the point."""
    held = values.type
    if held == wanted:
        return values
    if held.scale == wanted.scale and held.byte_width == wanted.byte_width:
        return pa.Array.from_buffers(
            wanted, len(values), values.buffers(), values.null_count, values.offset
        )
    shift = wanted.scale - held.scale
    if held.byte_width == 16 or held.precision + shift > _DIGITS_OF_64:
        return _cast(values, wanted)
    # Arrow widens a value at a time, and takes thirty times as long.
    count = len(values)
    if not count:
        return pa.array([], wanted)
    numbers = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + count]
    numbers = numbers * 10**shift
    return pa.Array.from_buffers(
        wanted, count, [_validity(values), pa.py_buffer(_words(numbers, wanted.byte_width))]
    )


def _cast(values: "pa.Array", wanted: "pa.DataType") -> "pa.Array":
    if values.type.scale != wanted.scale:
        values = values.cast(pa.decimal128(DIGITS_MAX, wanted.scale))
    return values.cast(wanted)


def _validity(values: "pa.Array") -> "pa.Buffer | None":
    if not values.null_count:
        return None
    return pa.py_buffer(
        np.packbits(values.is_valid().to_numpy(zero_copy_only=False), bitorder="little")
    )


def _words(numbers: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.generic]:
    if width != 16:
        return numbers
    words = np.empty((len(numbers), 2), np.int64)
    words[:, 0] = numbers
    words[:, 1] = numbers >> 63
    return words


def with_narrow_indices(array: "pa.DictionaryArray") -> "pa.DictionaryArray":
    """Returns a dictionary's array with indices of as few bytes as its size needs."""
    kind = next(one for one in _INDICES if len(array.dictionary) <= 1 << one.bit_width - 1)
    return pa.DictionaryArray.from_arrays(array.indices.cast(kind), array.dictionary)


def with_narrow_integers(array: "pa.Array") -> "pa.Array":
    """Returns integers in as few bytes as they need."""
    ends = pc.min_max(array).as_py()
    low, high = ends["min"] or 0, ends["max"] or 0
    for kind in _INTEGERS:
        if -(1 << kind.bit_width - 1) <= low and high < 1 << kind.bit_width - 1:
            return array.cast(kind)
    return array


def constant_scales(values: "pa.Array") -> "pa.Array":
    """Returns the display scales of decimals that all show what their type has after the point."""
    scale = pa.scalar(values.type.scale, pa.int8())
    return pc.if_else(values.is_valid(), scale, pa.scalar(None, pa.int8()))


def extent_of(values: "pa.Array", shown: "pa.Array | None") -> Extent | None:
    """Returns how large narrow numbers are; None if all are null. `shown` are scales that differ."""
    if values.null_count == len(values):
        return None
    if pa.types.is_integer(values.type):
        return Extent(_INTEGERS[values.type], 0, True)
    return Extent(values.type.precision, values.type.scale, shown is None)
