"""Decoding items: many msgpack maps at once become columns of stored values.

Items of one shape (the same fields in the same order, scalars in each) are decoded field by field,
over all of them in lockstep with numpy: some millions a second. Others take the way of one item
after another, ten times slower.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storage.packing import Extension, unpack

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Stands for a field that an item doesn't have.
ABSENT: Final = object()

_unpack_raw: Final = msgspec.msgpack.Decoder(dict[int | str, msgspec.Raw]).decode
#: Finds what may be a float, or an extension for one of SQL's own scalars.
_NOT_JSON: Final = re.compile(
    rb"\xcb|[\xd4-\xd8]\x07|\xc7.\x07|\xc8..\x07|\xc9....\x07", re.DOTALL
).search
assert int(Extension.TYPED) == 7

_INT, _NIL, _BOOL, _FLOAT, _TEXT, _BINARY, _OTHER = range(7)


def _tables() -> tuple[Bytes, Places, npt.NDArray[np.uint64], Mask]:
    """Returns by the first byte of a value: class, bytes before the payload, shift, signedness.

    The shift takes the bits of an int (or of a length) out of the 8 bytes that follow the tag.
    """
    classes = np.full(256, _OTHER, np.uint8)
    sizes = np.ones(256, np.int64)
    shifts = np.zeros(256, np.uint64)
    signed = np.zeros(256, np.bool_)
    classes[:0x80] = classes[0xE0:] = _INT
    classes[0xC0] = _NIL
    classes[0xC2] = classes[0xC3] = _BOOL
    classes[0xCB] = _FLOAT
    sizes[0xCB] = 9
    classes[0xA0:0xC0] = _TEXT
    for number in range(4):
        width = 1 << number
        for tag in (0xCC + number, 0xD0 + number):
            classes[tag], sizes[tag], shifts[tag] = _INT, 1 + width, 64 - 8 * width
        signed[0xD0 + number] = True
    for number in range(3):
        width = 1 << number
        for tag, kind in ((0xD9 + number, _TEXT), (0xC4 + number, _BINARY)):
            classes[tag], sizes[tag], shifts[tag] = kind, 1 + width, 64 - 8 * width
    return classes, sizes, shifts, signed


_CLASSES, _SIZES, _SHIFTS, _SIGNED = _tables()


@dataclass(slots=True)
class Field:
    """A field of many items.

    Attributes:
        values: Stored values: an Arrow array of them, or a list of what msgpack yields. Null where
            the field is null or absent.
        are_json: Which values that are documents surely have nothing in them that Python's encoder
            of JSON would write in a way of its own; None: nobody knows.
        present: Which items have the field; None if all have.
    """

    values: "pa.Array | list[Any]"
    present: Mask | None = None
    are_json: list[bool] | None = None

    def as_list(self) -> list[Any]:
        """Returns the values as Python's."""
        return self.values if isinstance(self.values, list) else self.values.to_pylist()


def decode(bodies: Sequence[bytes]) -> dict[int | str, Field]:
    """Returns the fields of items' bodies by column id or attribute name."""
    if not bodies:
        return {}
    fields = _Lockstep(bodies).fields()
    return _one_by_one(bodies) if fields is None else fields


def _one_by_one(bodies: Sequence[bytes]) -> dict[int | str, Field]:
    items = [unpack(body) for body in bodies]
    names: dict[int | str, None] = {}
    for item in items:
        names.update(dict.fromkeys(item))
    fields: dict[int | str, Field] = {}
    for name in names:
        values = [item.get(name, ABSENT) for item in items]
        present = None
        if ABSENT in values:
            present = np.fromiter((value is not ABSENT for value in values), np.bool_, len(values))
            values = [None if value is ABSENT else value for value in values]
        fields[name] = Field(values, present)
    return fields


class _Lockstep:
    """Walks through all items at the same time: `_at` is where each of them is."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        count = self._count = len(bodies)
        self._bodies = bodies
        self._raw: list[dict[int | str, msgspec.Raw]] | None = None
        # Reads of 8 bytes may reach beyond the last item.
        joined = b"".join(bodies)
        self._buffer: Bytes = np.frombuffer(joined + bytes(16), np.uint8)
        self._eights = np.ndarray((len(joined) + 8,), ">u8", self._buffer.data, strides=(1,))
        lengths = np.fromiter(map(len, bodies), np.int64, count)
        self._at: Places = np.zeros(count, np.int64)
        np.cumsum(lengths[:-1], out=self._at[1:])

    def fields(self) -> dict[int | str, Field] | None:
        """Returns the fields, or None if the items' shapes differ."""
        tags = self._buffer[self._at]
        tag = int(tags[0])
        if tag & 0xF0 == 0x80:
            count, size = tag & 0x0F, 1
        elif tag == 0xDE:
            start = int(self._at[0])
            count, size = int.from_bytes(self._buffer[start + 1 : start + 3].tobytes(), "big"), 3
        else:
            return None
        if not self._have_same(size):
            return None
        fields: dict[int | str, Field] = {}
        for _ in range(count):
            name = self._name()
            if name is None:
                return None
            values = self._values()
            fields[name] = self._nested(name) if values is None else Field(values)
        return fields

    def _nested(self, name: int | str) -> Field:
        """Returns values that are maps, arrays and the like, or of several sorts: one by one."""
        if self._raw is None:
            self._raw = [_unpack_raw(body) for body in self._bodies]
        raw = [item[name] for item in self._raw]
        self._at += np.fromiter(map(len, map(bytes, raw)), np.int64, self._count)
        are_json = [_NOT_JSON(bytes(each)) is None for each in raw]
        return Field([unpack(each) for each in raw], are_json=are_json)

    def _have_same(self, size: int) -> bool:
        """Returns whether the next bytes are the same in all items, and steps over them."""
        for offset in range(size):
            column = self._buffer[self._at + offset]
            if not (column == column[0]).all():
                return False
        self._at += size
        return True

    def _name(self) -> int | str | None:
        start = int(self._at[0])
        head = self._buffer[start : start + 260].tobytes()
        tag = head[0]
        if tag < 0x80:
            name: int | str = tag
            size = 1
        elif tag in {0xCC, 0xCD, 0xCE}:
            size = 1 + (1 << (tag - 0xCC))
            name = int.from_bytes(head[1:size], "big")
        elif tag & 0xE0 == 0xA0:
            size = 1 + (tag & 0x1F)
            name = head[1:size].decode()
        elif tag == 0xD9:
            size = 2 + head[1]
            name = head[2:size].decode()
        else:
            return None
        return name if self._have_same(size) else None

    def _values(self) -> "pa.Array | None":
        tags = self._buffer[self._at]
        classes = _CLASSES[tags]
        counts = np.bincount(classes, minlength=7)
        kinds = [kind for kind in range(7) if counts[kind] and kind != _NIL]
        nulls = classes == _NIL if counts[_NIL] else None
        if not kinds:
            self._at += 1
            return pa.nulls(self._count)
        if len(kinds) > 1 or kinds[0] == _OTHER:
            return None
        kind = kinds[0]
        if kind in {_TEXT, _BINARY}:
            return self._strings(tags, nulls, pa.string() if kind == _TEXT else pa.binary())
        if kind == _INT:
            values = self._ints(tags)
        elif kind == _FLOAT:
            values = self._eights[self._at + 1].astype(np.uint64).view(np.float64)
        else:
            values = tags == 0xC3
        self._at += _SIZES[tags]
        return pa.array(values, mask=nulls)

    def _ints(self, tags: Bytes) -> npt.NDArray[np.int64]:
        if int(tags.max()) < 0x80:
            return tags.astype(np.int64)
        payload = self._eights[self._at + 1].astype(np.uint64)
        shifts = _SHIFTS[tags]
        unsigned = (payload >> shifts).view(np.int64)
        signed = payload.view(np.int64) >> shifts.view(np.int64)
        values = np.where(_SIGNED[tags], signed, unsigned)
        return np.where(shifts == 0, _without_payload(tags, values), values)

    def _strings(self, tags: Bytes, nulls: Mask | None, kind: "pa.DataType") -> "pa.Array":
        payload = self._eights[self._at + 1].astype(np.uint64)
        shifts = _SHIFTS[tags]
        lengths = np.where(
            shifts == 0, (tags & 0x1F).astype(np.int64), (payload >> shifts).view(np.int64)
        )
        if nulls is not None:
            lengths[nulls] = 0
        starts = self._at + _SIZES[tags]
        self._at = starts + lengths
        offsets = np.zeros(self._count + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        # The n-th byte of all strings comes from this place.
        places = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
        validity = None
        if nulls is not None:
            validity = pa.py_buffer(np.packbits(~nulls, bitorder="little"))
        buffers = [
            validity,
            pa.py_buffer(offsets.astype(np.int32)),
            pa.py_buffer(self._buffer[places]),
        ]
        return pa.Array.from_buffers(kind, self._count, buffers)


def _without_payload(tags: Bytes, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Returns the ints that their tags are; those of 8 bytes have a shift of 0, too."""
    is_wide = (tags == 0xCF) | (tags == 0xD3)
    return np.where(is_wide, values, tags.view(np.int8).astype(np.int64))
