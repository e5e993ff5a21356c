"""Following: tables that are also kept as columns, and what is noted of changes to them.

    META 'k' storage id (4)                          the table's manifest (storage/columns/manifest.py)
    FOLLOWED storage id (4) · commit timestamp (8)   msgpack of the keys that a group of commits has
                                                     changed, without the table's prefix; nil for a
                                                     large transaction

A table is followed from the moment in which its columns begin to be built. Each group that changes
it carries a note of the keys in its batch, and is told to the follower after its sync: what isn't
synced never leaves the store. After a restart, the items under the keys noted since the manifest
are read again. A table that isn't followed costs nothing.

The writes of a large transaction are in files; while they are made, those of followed tables are
also written to one file for the follower.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import msgspec

from storage.keyspace import (
    FOLLOWED,
    ITEMS,
    META,
    PREFIX_SIZE,
    prefix_end,
    storage_id_of,
    storage_prefix,
)
from storage.kv.engine import Change, Entry, KeyRange

_MANIFESTS: Final = META + b"k"
_STORAGE_ID: Final = struct.Struct(">I")
_NOTE: Final = struct.Struct(">cIQ")
#: Tables that can be followed.
TABLES_MAX: Final = 100_000
#: Keys noted of a table since its manifest: beyond that its columns are given up.
NOTED_KEYS_MAX: Final = 1_000_000
_LENGTH: Final = struct.Struct("<I")

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack_keys: Final = msgspec.msgpack.Decoder(list[bytes] | None).decode
_unpack_change: Final = msgspec.msgpack.Decoder(tuple[bytes, bytes | None]).decode


class Followed(Protocol):
    """A group of commits, as the follower sees it.

    Attributes:
        changes: What its batch does to each key.
        timestamp: The highest commit timestamp in it.
        ranges: Ranges that it empties.
        spans: Ranges in which it writes, where it is a large transaction.
        followed: What it does to followed tables: keys and new values; or a file of them.
    """

    changes: dict[bytes, bytes | None]
    timestamp: int
    ranges: Sequence[KeyRange]
    spans: Sequence[KeyRange]
    followed: "Sequence[Change] | FollowedFile | None"


class Follower(Protocol):
    """Whoever keeps the columns."""

    def told(self, timestamp: int, changes: "Sequence[Change] | Path") -> None:
        """Hears what a group has changed, in order, after its sync."""

    def lost(self, storage_id: int) -> None:
        """Hears that it can't be told what has become of a table, or that the table has gone."""

    def missed(self) -> None:
        """Hears that commits have become durable of which it hasn't been told: notes tell of them."""


class Following:
    """Which tables are followed.

    Attributes:
        prefixes: Of their items.
        follower: Who is told; None: the notes alone are kept.
        noted_counts: Of each table, keys noted since `forgotten`, or since the start.
    """

    __slots__ = ("follower", "noted_counts", "prefixes")

    def __init__(self) -> None:
        self.prefixes: set[bytes] = set()
        self.follower: Follower | None = None
        self.noted_counts: dict[int, int] = {}

    def begin(self, storage_id: int) -> None:
        """Follows a table from the next group on."""
        self.prefixes.add(_prefix(storage_id))

    def forgotten(self, storage_id: int) -> None:
        """Hears that a manifest has made older notes of a table needless."""
        self.noted_counts.pop(storage_id, None)

    def is_followed(self, storage_id: int) -> bool:
        """Returns whether the table is followed."""
        return _prefix(storage_id) in self.prefixes

    def notes(self, group: Followed) -> tuple[list[Change], list[Change]]:
        """Returns the changes of a group to followed tables, and what its batch notes of them."""
        prefixes = self.prefixes
        followed = [
            change for change in group.changes.items() if change[0][:PREFIX_SIZE] in prefixes
        ]
        notes: list[Change] = []
        if followed:
            keys: dict[int, list[bytes]] = {}
            for key, _ in followed:
                keys.setdefault(storage_id_of(key), []).append(key[PREFIX_SIZE:])
            notes = [(note_key(each, group.timestamp), _pack(of)) for each, of in keys.items()]
        if group.ranges:
            notes += self._removed_manifests(group)
        return followed, notes

    def _removed_manifests(self, group: Followed) -> list[Change]:
        """Returns the removal of manifests, of tables that go or have gone meanwhile."""
        gone = {storage_id_of(each) for each in self._emptied(group.ranges)}
        gone |= {
            storage_id
            for storage_id, value in _manifests_in(group)
            if value is not None and not self.is_followed(storage_id)
        }
        return [(manifest_key(each), None) for each in gone]

    def large_notes(self, timestamp: int, spans: Sequence[KeyRange]) -> list[tuple[bytes, bytes]]:
        """Returns what a large transaction that writes in these ranges notes, in order."""
        nil = _pack(None)
        return [
            (note_key(storage_id_of(each), timestamp), nil) for each in sorted(self._within(spans))
        ]

    def tell(self, group: Followed) -> None:
        """Tells the follower of a group that is synced.

        A table whose manifest it removes is followed no more: not before, for changes that nobody
        has noted would be missed where a crash left the manifest.
        """
        for prefix in self._emptied(group.ranges):
            self._lose(prefix)
        if group.ranges:
            for storage_id, value in _manifests_in(group):
                if value is None:
                    self.prefixes.discard(_prefix(storage_id))
                    self.noted_counts.pop(storage_id, None)
        followed = group.followed
        covered = followed.prefixes if isinstance(followed, FollowedFile) else ()
        for prefix in self._within(group.spans):
            if prefix not in covered:
                # It was written before the table was followed: no file has what it does there.
                self._lose(prefix)
        if self.follower is None or not followed:
            return
        if not isinstance(followed, FollowedFile):
            for key, _ in followed:
                storage_id = storage_id_of(key)
                self.noted_counts[storage_id] = self.noted_counts.get(storage_id, 0) + 1
            self.follower.told(group.timestamp, followed)
        elif followed.path is not None:
            self.follower.told(group.timestamp, followed.path)

    def _emptied(self, ranges: Sequence[KeyRange]) -> list[bytes]:
        return [
            prefix
            for start, end in ranges
            for prefix in self.prefixes
            if start < prefix_end(prefix) and prefix < end
        ]

    def _within(self, spans: Sequence[KeyRange]) -> list[bytes]:
        return [start for start, _ in spans if start in self.prefixes]

    def _lose(self, prefix: bytes) -> None:
        self.prefixes.discard(prefix)
        self.noted_counts.pop(storage_id_of(prefix), None)
        if self.follower is not None:
            self.follower.lost(storage_id_of(prefix))


def _prefix(storage_id: int) -> bytes:
    return storage_prefix(ITEMS, storage_id)


def manifest_key(storage_id: int) -> bytes:
    """Returns the key of a table's manifest."""
    return _MANIFESTS + _STORAGE_ID.pack(storage_id)


def _manifests_in(group: Followed) -> list[tuple[int, bytes | None]]:
    """Returns the manifests that a group writes or removes, by storage id.

    Whoever does so removes a range of notes, too: such groups alone are looked through.
    """
    size = len(_MANIFESTS)
    return [
        (int.from_bytes(key[size:], "big"), value)
        for key, value in group.changes.items()
        if key[:size] == _MANIFESTS
    ]


def manifest_range() -> KeyRange:
    """Returns the range of all manifests."""
    return _MANIFESTS, _MANIFESTS + b"\xff" * 5


def followed_storages(scan: Callable[..., list[Entry]]) -> list[int]:
    """Returns the storage ids that have a manifest; `scan` is a snapshot's."""
    found = scan(*manifest_range(), TABLES_MAX)
    return [int.from_bytes(key[len(_MANIFESTS) :], "big") for key, _ in found]


def note_key(storage_id: int, timestamp: int) -> bytes:
    """Returns the key of the note that a group of commits makes of a table."""
    return _NOTE.pack(FOLLOWED, storage_id, timestamp)


def note_range(storage_id: int, after: int, through: int) -> KeyRange:
    """Returns the range of a table's notes with after < timestamp <= through."""
    return note_key(storage_id, after + 1), note_key(storage_id, through + 1)


def decode_note(value: bytes) -> list[bytes] | None:
    """Returns the keys of a note; None: of a large transaction."""
    keys: list[bytes] | None = _unpack_keys(value)
    return keys


class FollowedFile:
    """What a large transaction writes to followed tables, for the follower.

    Attributes:
        prefixes: Of the tables that were followed when their writes came: these are whole in it.
    """

    def __init__(self, path: Path, following: Following) -> None:
        self._path = path
        self._following = following
        self.prefixes: set[bytes] = set()
        self._file: BinaryIO | None = None

    @property
    def path(self) -> Path | None:
        """The file, if there is anything in it."""
        return None if self._file is None else self._path

    def wants(self, prefix: bytes) -> bool:
        """Returns whether writes under this prefix, the first of which comes now, belong in it."""
        if prefix not in self._following.prefixes:
            return False
        self.prefixes.add(prefix)
        return True

    def add(self, key: bytes, value: bytes | None) -> None:
        """Notes a write."""
        if self._file is None:
            self._file = self._path.open("xb")
        change = _pack((key, value))
        self._file.write(_LENGTH.pack(len(change)) + change)

    def close(self) -> None:
        """Has the file complete."""
        if self._file is not None:
            self._file.close()


def read_followed_file(file: BinaryIO) -> Iterable[tuple[bytes, bytes | None]]:
    """Yields the writes in a `FollowedFile`."""
    while head := file.read(_LENGTH.size):
        yield _unpack_change(file.read(_LENGTH.unpack(head)[0]))
