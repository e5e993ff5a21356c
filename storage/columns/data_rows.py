"""Batches as PostgreSQL's DataRow messages, made column by column.

A message is `D`, its length, the number of columns, then each column's length (-1 for NULL) and
value. Lengths and values of fixed size that follow each other are one numpy record; Arrow then joins
the pieces of each row, and the joined column's data buffer is what goes over the wire.

    piece 1: D · length · 3 · 4 · int4 · 8 · int8 · length of the text   (a record of 27 bytes)
    piece 2: the text
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.result_text import TEXT_OF, NotColumnwise, numeric_text

#: Days and microseconds from 1970 to 2000.
EPOCH_DAYS: Final = 10_957
EPOCH_MICROSECONDS: Final = 946_684_800_000_000
_HEAD_BYTES: Final = 7
_NUMERIC_NEGATIVE: Final = 0x4000
_BASE: Final = 10_000

#: Kinds with a fixed size in binary form, and how numpy writes it.
_FIXED: Final = {
    "bool": ">u1",
    "int16": ">i2",
    "int32": ">i4",
    "int64": ">i8",
    "float32": ">f4",
    "float64": ">f8",
    "date": ">i4",
    "time": ">i8",
    "timestamp": ">i8",
    "timestamptz": ">i8",
}


class Pieces:
    """The pieces of the rows of one batch, in the order of the wire."""

    def __init__(self, row_count: int, column_count: int) -> None:
        self._row_count = row_count
        self._fields: list[tuple[str, str, Any]] = [
            ("D", "u1", ord("D")),
            ("size", ">i4", 0),
            ("count", ">i2", column_count),
        ]
        self._sizes: Any = np.full(row_count, 6 + 4 * column_count, np.int32)
        self._records: list[Any] = []
        self._arrays: list[pa.Array] = []

    def add_fixed(self, values: Any, layout: str) -> None:
        """Adds a column without NULLs whose values have one size."""
        size = np.dtype(layout).itemsize
        self._fields.append((f"n{len(self._fields)}", ">i4", size))
        self._fields.append((f"v{len(self._fields)}", layout, values))
        self._sizes += size

    def add(self, array: pa.Array) -> None:
        """Adds a column of texts or bytes."""
        sizes, wire_sizes = _sizes_of(array)
        self._fields.append((f"n{len(self._fields)}", ">i4", wire_sizes))
        self._end_record()
        self._arrays.append(array.fill_null(b"") if array.null_count else array)
        self._sizes += sizes

    def joined(self) -> bytes:
        """Returns the messages."""
        self._end_record()
        self._records[0]["size"] = self._sizes
        rows = pc.binary_join_element_wise(*map(self._array, self._arrays), b"")
        data: bytes = rows.buffers()[2].to_pybytes()
        return data

    def _end_record(self) -> None:
        if not self._fields:
            return
        record = np.empty(self._row_count, [(name, layout) for name, layout, _ in self._fields])
        for name, _, values in self._fields:
            record[name] = values
        self._fields = []
        self._records.append(record)
        self._arrays.append(len(self._records) - 1)

    def _array(self, piece: Any) -> pa.Array:
        if not isinstance(piece, int):
            return piece
        record = self._records[piece]
        return _fixed_binary(record, record.dtype.itemsize)


def _fixed_binary(values: Any, size: int) -> pa.Array:
    buffers = [None, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(size), len(values), buffers).cast(
        pa.binary()
    )


def _sizes_of(array: pa.Array) -> tuple[Any, Any]:
    """Returns the sizes of the values, and as the wire says them."""
    offsets = np.frombuffer(array.buffers()[1], np.int32)
    sizes = np.diff(offsets[array.offset : array.offset + len(array) + 1])
    if not array.null_count:
        return sizes, sizes
    is_valid = array.is_valid().to_numpy(zero_copy_only=False)
    return np.where(is_valid, sizes, 0), np.where(is_valid, sizes, -1)


def data_rows(columns: Sequence[pa.Array], kinds: Sequence[str], formats: Sequence[int]) -> bytes:
    """Returns the messages of a batch. Raises NotColumnwise."""
    pieces = Pieces(len(columns[0]), len(columns))
    for column, kind, code in zip(columns, kinds, formats, strict=True):
        is_dictionary = pa.types.is_dictionary(column.type)
        array = column.dictionary_decode() if is_dictionary else column
        if code:
            _add_binary(pieces, array, kind)
        else:
            text_of = TEXT_OF.get(kind)
            if text_of is None:
                raise NotColumnwise
            pieces.add(text_of(array).cast(pa.binary()))
    return pieces.joined()


def _add_binary(pieces: Pieces, array: pa.Array, kind: str) -> None:
    layout = _FIXED.get(kind)
    if layout is None:
        pieces.add(_variable(array, kind))
        return
    if not array.null_count:
        pieces.add_fixed(_fixed_values(array, kind), layout)
        return
    values = np.asarray(_fixed_values(array.fill_null(_zero(array.type)), kind), layout)
    shown = _fixed_binary(values, values.dtype.itemsize)
    pieces.add(pc.if_else(array.is_valid(), shown, pa.scalar(None, pa.binary())))


def _zero(arrow_type: pa.DataType) -> pa.Scalar:
    if pa.types.is_boolean(arrow_type):
        return pa.scalar(False)
    if pa.types.is_integer(arrow_type) or pa.types.is_floating(arrow_type):
        return pa.scalar(0, arrow_type)
    return pa.scalar(0, pa.int64() if arrow_type.bit_width == 64 else pa.int32()).cast(arrow_type)


def _fixed_values(array: pa.Array, kind: str) -> Any:
    match kind:
        case "bool":
            return array.cast(pa.uint8()).to_numpy()
        case "date":
            return days_of(array)
        case "timestamp" | "timestamptz":
            return microseconds_of(array)
        case "time":
            return array.view(pa.int64()).to_numpy()
        case _:
            return array.to_numpy()


def days_of(array: pa.Array) -> Any:
    """Returns dates as PostgreSQL counts them, with its infinities; no NULLs in it."""
    days = array.view(pa.int32()).to_numpy().astype(np.int64)
    shown = days - EPOCH_DAYS
    shown = np.where(days == 2**31 - 1, 2**31 - 1, shown)
    return np.where(days == -(2**31 - 1), -(2**31), shown)


def microseconds_of(array: pa.Array) -> Any:
    """Returns timestamps as PostgreSQL counts them, with its infinities; no NULLs in it."""
    moments = array.view(pa.int64()).to_numpy()
    is_last, is_first = moments == 2**63 - 1, moments == -(2**63 - 1)
    shown = moments - EPOCH_MICROSECONDS
    return np.where(is_last, 2**63 - 1, np.where(is_first, -(2**63), shown))


def _variable(array: pa.Array, kind: str) -> pa.Array:
    match kind:
        case "text" | "bytea":
            return array.cast(pa.binary())
        case "jsonb":
            return pc.binary_join_element_wise(b"\x01", array.cast(pa.binary()), b"")
        case "numeric":
            return _numeric_binary(array)
        case _:
            raise NotColumnwise


def _numeric_binary(array: pa.Array) -> pa.Array:
    """Returns PostgreSQL's binary numeric: digits in base 10,000 without zeros at either end."""
    scale = array.type.scale
    groups_after = -(-scale // 4)
    raw = np.frombuffer(array.buffers()[1], "<i8").reshape(-1, 2)
    raw = raw[array.offset : array.offset + len(array)]
    number = np.where(array.is_valid().to_numpy(zero_copy_only=False), raw[:, 0], 0)
    limit = 2**62 // _BASE
    if len(number) and (np.any(raw[:, 1] != raw[:, 0] >> 63) or np.abs(number).max() >= limit):
        return _long_numeric_binary(array)
    aligned = np.abs(number) * 10 ** (groups_after * 4 - scale)
    powers = np.array([_BASE**power for power in range(4, -1, -1)], np.int64)
    digits = aligned[:, None] // powers % _BASE
    return _packed(digits, 4 - groups_after, scale, number < 0, array)


def _packed(digits: Any, weight: int, scale: int, is_negative: Any, array: pa.Array) -> pa.Array:
    """Packs digits, most significant first, that begin at a weight."""
    count, width = digits.shape
    is_digit = digits != 0
    first = np.argmax(is_digit, axis=1)
    last = width - 1 - np.argmax(is_digit[:, ::-1], axis=1)
    is_zero = ~is_digit.any(axis=1)
    lengths = np.where(is_zero, 0, last - first + 1)
    matrix = np.empty((count, 4 + width), ">i2")
    matrix[:, 0] = lengths
    matrix[:, 1] = np.where(is_zero, 0, weight - first)
    matrix[:, 2] = np.where(is_negative, _NUMERIC_NEGATIVE, 0)
    matrix[:, 3] = scale
    matrix[:, 4:] = digits
    positions = np.arange(width)
    kept = (positions >= first[:, None]) & (positions <= last[:, None]) & ~is_zero[:, None]
    mask = np.concatenate([np.ones((count, 4), bool), kept], axis=1)
    offsets = np.zeros(count + 1, np.int32)
    np.cumsum((lengths + 4) * 2, out=offsets[1:])
    packed = pa.Array.from_buffers(
        pa.binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(matrix[mask].tobytes())]
    )
    if array.null_count:
        return pc.if_else(array.is_valid(), packed, pa.scalar(None, pa.binary()))
    return packed


def _long_numeric_binary(array: pa.Array) -> pa.Array:
    """Packs decimals of up to 38 digits, from their text."""
    scale, width = array.type.scale, 22
    groups_after = -(-scale // 4)
    digits = np.zeros((len(array), width), np.int64)
    texts = numeric_text(array).to_pylist()
    for row, text in enumerate(texts):
        if text is None:
            continue
        whole, _, fraction = text.lstrip("-").partition(".")
        padded = (whole + fraction.ljust(groups_after * 4, "0")).rjust(width * 4, "0")
        digits[row] = [int(padded[at : at + 4]) for at in range(0, width * 4, 4)]
    is_negative = np.array([text is not None and text[0] == "-" for text in texts], bool)
    return _packed(digits, width - 1 - groups_after, scale, is_negative, array)
