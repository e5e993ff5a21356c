"""Numbered batches: how a lost commit is noticed.

Every write batch, and every ingest, begins with one record under a fixed key: the batch's number
(one more than the last), the highest number known to be synced when it was written, and the highest
commit timestamp so far. In the log the records of all batches follow each other, so a missing batch
shows as a gap; in the table files the newest record survives, which tells how far they reach by
themselves. storage/kv/verdict.py judges by both.

    key     STORE keyspace · "b"
    value   number (8) · synced through (8) · commit timestamp (8), big-endian
"""

import struct
from typing import Final, NamedTuple

from storage.keyspace import STORE

BATCH_KEY: Final = STORE + b"b"
_RECORD: Final = struct.Struct(">QQQ")
RECORD_SIZE: Final = _RECORD.size

#: How a log record of RocksDB that holds a batch of ours begins: 12 bytes of header (sequence
#: number, count), then the first operation: kind (1 = put), length and bytes of the key, length
#: of the value, all lengths in one byte.
_LOG_HEADER_SIZE: Final = 12
_FIRST_PUT: Final = bytes((1, len(BATCH_KEY))) + BATCH_KEY + bytes((RECORD_SIZE,))
_RECORD_OFFSET: Final = _LOG_HEADER_SIZE + len(_FIRST_PUT)


class BatchRecord(NamedTuple):
    """The record that begins a batch."""

    number: int
    synced_through: int
    timestamp: int


NO_BATCH: Final = BatchRecord(0, 0, 0)


def encode_record(record: BatchRecord) -> bytes:
    """Returns the value under BATCH_KEY."""
    return _RECORD.pack(*record)


def decode_record(value: bytes | None) -> BatchRecord:
    """Returns the record in a value; of an empty store, the record before all others."""
    return NO_BATCH if value is None else BatchRecord(*_RECORD.unpack(value))


def record_in_log(payload: bytes) -> BatchRecord | None:
    """Returns the record that begins a batch in the log, or None if it isn't one of ours."""
    if payload[_LOG_HEADER_SIZE:_RECORD_OFFSET] != _FIRST_PUT:
        return None
    value = payload[_RECORD_OFFSET : _RECORD_OFFSET + RECORD_SIZE]
    return BatchRecord(*_RECORD.unpack(value)) if len(value) == RECORD_SIZE else None
