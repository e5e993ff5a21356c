"""The first bytes of every stored key: which part of the store, and which table or index.

    keyspace (1) · …                                       meta, store, stats: a tag of their own
    keyspace (1) · storage id (4) · [hash (2)] · key tuple                items and index entries

A *storage id* names one generation of the keys of one table or index: TRUNCATE and rewrites take a
new one, so that the old keys go as a range when nobody reads them any more. The numbers are part of
the data format and never change.
"""

import struct
from typing import Final

#: The store's own records: batch numbers, commit records of spilled transactions, id ranges.
STORE: Final = b"\x00"
#: The catalog and sequences (storage/catalog.py, storage/sequence.py).
META: Final = b"\x01"
#: Items: the rows of tables (storage/items.py).
ITEMS: Final = b"\x10"
#: Index entries (storage/index.py).
INDEX_ENTRIES: Final = b"\x11"
#: The change log (storage/changes.py).
CHANGES: Final = b"\x20"
#: Notes of changes to tables that are also kept as columns (storage/following.py).
FOLLOWED: Final = b"\x21"
#: Statistics and metering.
STATS: Final = b"\x30"

#: Length of the prefix of items and index entries: keyspace and storage id.
PREFIX_SIZE: Final = 5
STORAGE_ID_MAX: Final = 2**32 - 1

_STORAGE_ID: Final = struct.Struct(">I")


def storage_prefix(keyspace: bytes, storage_id: int) -> bytes:
    """Returns the prefix that all keys of one storage id share."""
    return keyspace + _STORAGE_ID.pack(storage_id)


def storage_id_of(key: bytes) -> int:
    """Returns the storage id in the key of an item or an index entry."""
    return int.from_bytes(key[1:PREFIX_SIZE], "big")


def prefix_end(prefix: bytes) -> bytes:
    """Returns the least key above all keys that begin with `prefix` (which isn't all 0xFF)."""
    stripped = prefix.rstrip(b"\xff")
    return stripped[:-1] + bytes((stripped[-1] + 1,))


def prefix_range(prefix: bytes) -> tuple[bytes, bytes]:
    """Returns (start, end) of the keys that begin with `prefix`."""
    return prefix, prefix_end(prefix)
