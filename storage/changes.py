"""The change log: what each commit did, in the order of commits.

    key     CHANGES keyspace · commit timestamp (8) · ordinal (4)
    value   msgpack [storage id, operation, key, new image, old image]

Records are written in the same batch as the change itself, for tables that somebody follows. A
large transaction is written before its commit timestamp is known: its records stand under its
spill number (with the top bit set, so behind all others), and one reference stands at the
timestamp:

    key     CHANGES keyspace · commit timestamp (8) · 0 (4)
    value   msgpack [spill number]

Readers follow references, so they see one log in commit order. Trimming removes ranges.
"""

import struct
from collections.abc import AsyncIterator
from typing import Final, NamedTuple, Protocol

import msgspec

from storage.items import SPILL_BIT
from storage.keyspace import CHANGES
from storage.kv.engine import Entry, KeyRange

_KEY: Final = struct.Struct(">cQI")

_encoder: Final = msgspec.msgpack.Encoder()


class Change(NamedTuple):
    """One record.

    Attributes:
        timestamp: Of the commit.
        ordinal: Place within the commit.
        operation: What happened, as the table layer numbers it.
        new: The image after, or None.
        old: The image before where it is kept, or None.
    """

    timestamp: int
    ordinal: int
    storage_id: int
    operation: int
    key: bytes
    new: bytes | None
    old: bytes | None


def change_key(stamp: int, ordinal: int) -> bytes:
    """Returns the key of a record; the stamp is a commit timestamp or marked spill number."""
    return _KEY.pack(CHANGES, stamp, ordinal)


def encode_change(
    storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
) -> bytes:
    """Returns the value of a record."""
    return _encoder.encode((storage_id, operation, key, new, old))


def encode_reference(spill_number: int) -> bytes:
    """Returns the value that stands for all records of a spilled transaction."""
    return _encoder.encode((spill_number,))


def range_of_stamp(stamp: int) -> KeyRange:
    """Returns the range of one commit's records."""
    return change_key(stamp, 0), _KEY.pack(CHANGES, stamp + 1, 0)


def range_before(timestamp: int) -> KeyRange:
    """Returns the range of all records of commits before `timestamp` (references included)."""
    return change_key(0, 0), change_key(timestamp, 0)


class _Reader(Protocol):
    def scan(self, start: bytes, end: bytes) -> AsyncIterator[list[Entry]]: ...


async def read_changes(reader: _Reader, after: int, through: int) -> AsyncIterator[list[Change]]:
    """Yields the changes of commits with after < timestamp <= through, in order, in slices.

    `reader` is a transaction whose snapshot isn't older than `through`.
    """
    start, end = change_key(after + 1, 0), change_key(through + 1, 0)
    async for entries in reader.scan(start, end):
        direct: list[Change] = []
        for key, value in entries:
            _, timestamp, ordinal = _KEY.unpack(key)
            fields = msgspec.msgpack.decode(value)
            if len(fields) > 1:
                direct.append(Change(timestamp, ordinal, *fields))
                continue
            if direct:
                yield direct
                direct = []
            async for referred in reader.scan(*range_of_stamp(SPILL_BIT | fields[0])):
                yield [
                    Change(timestamp, _KEY.unpack(key)[2], *msgspec.msgpack.decode(value))
                    for key, value in referred
                ]
        if direct:
            yield direct
