"""Committing a write set that is too large for one batch: sorted files and one atomic ingest.

1. The pending writes, in order, become sorted files, in slices of loop time. Their commit timestamp
   isn't known yet, so items are stamped with a *spill number*, and records of the change log stand
   under it.
2. The transaction joins the committer's line, and has its commit timestamp.
3. When its turn comes, one more file is made: the batch's number, and the *commit record* that maps
   the spill number to the timestamp. All files go in by one ingest, which is durable when it
   returns.

A crash before the end of step 3 leaves nothing: the files lie in the scratch directory. Ranges to
remove can't be in sorted files: they go in with the ingest as a note, and are removed afterwards;
an opening does what a crash left undone.

    STORE · "s" · spill number (8)     commit timestamp (8)
    STORE · "g" · spill number (8)     msgpack [[start, end], …]
"""

import itertools
import shutil
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

import msgspec

from storage.changes import change_key, encode_reference
from storage.following import FollowedFile, Following
from storage.items import SPILL_BIT, with_header
from storage.keyspace import PREFIX_SIZE, STORE, prefix_range
from storage.kv.batches import BATCH_KEY, BatchRecord, encode_record
from storage.kv.engine import Engine, Entry, KeyRange, SortedFile
from storage.slices import Slices
from storage.snapshots import Snapshot
from storage.spill import Own, Spill, merged
from storage.threads import in_thread
from storage.write_set import WriteSet

_COMMIT_RECORDS: Final = STORE + b"s"
_PENDING_RANGES: Final = STORE + b"g"
_NUMBER: Final = struct.Struct(">Q")
_AFTER_ALL: Final = b"\xff" * 16
FILE_BYTES_MAX: Final = 32 << 20
#: So much of a file is synced at a time, beside the loop, while it grows.
EARLY_SYNC_BYTES: Final = 4 << 20


def pending_ranges_key(spill_number: int) -> bytes:
    """Returns the key of the note of ranges that a spilled transaction still has to remove."""
    return _PENDING_RANGES + _NUMBER.pack(spill_number)


_decode_ranges: Final = msgspec.msgpack.Decoder(list[tuple[bytes, bytes]]).decode


def commit_record_key(spill_number: int) -> bytes:
    """Returns the key under which a spilled transaction's commit timestamp stands."""
    return _COMMIT_RECORDS + _NUMBER.pack(spill_number)


def decode_commit_record(value: bytes) -> int:
    """Returns the commit timestamp."""
    (timestamp,) = _NUMBER.unpack(value)
    return int(timestamp)


def last_spill_number(scan: Callable[..., list[Entry]]) -> int:
    """Returns the highest spill number that was committed; `scan` is a snapshot's."""
    entries = scan(_COMMIT_RECORDS, _COMMIT_RECORDS + b"\xff" * 9, 1, reverse=True)
    return _NUMBER.unpack(entries[0][0][len(_COMMIT_RECORDS) :])[0] if entries else 0


def pending_ranges(scan: Callable[..., list[Entry]]) -> list[tuple[bytes, list[KeyRange]]]:
    """Returns the notes of ranges still to be removed: their keys, and the ranges."""
    entries = scan(_PENDING_RANGES, _PENDING_RANGES + b"\xff" * 9, 1000)
    return [(key, _decode_ranges(value)) for key, value in entries]


class Writer(Protocol):
    """A transaction, as far as its ranges need it."""

    def has_written(self, key: bytes) -> bool: ...

    def own_in_range(self, start: bytes, end: bytes, *, reverse: bool) -> Iterator[Own] | None: ...

    def delete(self, key: bytes) -> None: ...

    async def pressure(self) -> None: ...


async def late_ranges(txn: Writer, writes: WriteSet, newest: Snapshot) -> list[KeyRange]:
    """Returns the ranges that can go after the ingest: those without own writes in them.

    In the others, what is there is deleted key by key.
    """
    late: list[KeyRange] = []
    dropped = writes.dropped_prefixes()
    for start, end in writes.ranges:
        if start >= end:
            continue
        if start in dropped:
            late.append((start, end))
            continue
        own = txn.own_in_range(start, end, reverse=False)
        if own is None or next(own, None) is None:
            late.append((start, end))
            continue
        position = start
        while entries := newest.scan(position, end, 500):
            for key, _ in entries:
                if not txn.has_written(key):
                    txn.delete(key)
            position = entries[-1][0] + b"\0"
            await txn.pressure()
    return late


class LargeCommit:
    """The files of one commit.

    Args:
        engine: Into which they will go.
        directory: Of its own, on the engine's file system; removed at the end.
        number: The spill number.
    """

    def __init__(
        self,
        engine: Engine,
        directory: Path,
        number: int,
        slices: Slices,
        following: Following,
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._stamp = SPILL_BIT | number
        self._number = number
        self._slices = slices
        self._paths: list[Path] = []
        #: The ranges of the tables and indexes that it writes to.
        self.spans: list[KeyRange] = []
        self._has_changes = False
        directory.mkdir(parents=True)
        self._following = following
        #: For the follower.
        self.followed = FollowedFile(directory / "followed", following)

    async def write(self, writes: Iterator[Own]) -> None:
        """Makes files of pending writes, which come in order: one or more for each keyspace."""
        stamp = self._stamp

        def stored() -> Iterator[tuple[bytes, bytes | None]]:
            prefix = b""
            is_followed = False
            for key, pending in writes:
                if key[:PREFIX_SIZE] != prefix:
                    prefix = key[:PREFIX_SIZE]
                    self.spans.append(prefix_range(prefix))
                    is_followed = self.followed.wants(prefix)
                value = with_header(stamp, pending[0]) if isinstance(pending, tuple) else pending
                if is_followed:
                    self.followed.add(key, value)
                yield key, value
            self.followed.close()

        await self._write_files(stored())

    async def write_set(self, writes: WriteSet, spill: Spill | None) -> None:
        """Makes files of a write set, and of what of it has been spilled."""
        in_memory = iter(writes.in_range(b"", _AFTER_ALL, reverse=False))
        changes = iter(writes.changes)
        if spill is None:
            await self.write(in_memory)
            await self.write_changes(changes)
        else:
            snapshot = spill.snapshot()
            spilled = spill.writes(snapshot, b"", None)
            dropped = writes.dropped_prefixes()
            if dropped:
                spilled = (own for own in spilled if own[0][:PREFIX_SIZE] not in dropped)
            await self.write(merged(in_memory, spilled, reverse=False))
            await self.write_changes(itertools.chain(spill.changes(snapshot), changes))
        await self.flush()

    async def write_changes(self, values: Iterable[bytes]) -> None:
        """Makes files of records for the change log."""
        before = len(self._paths)
        stamp = self._stamp
        await self._write_files(
            (change_key(stamp, ordinal), value) for ordinal, value in enumerate(values)
        )
        self._has_changes = len(self._paths) > before

    async def _write_files(self, entries: Iterator[tuple[bytes, bytes | None]]) -> None:
        file: SortedFile | None = None
        keyspace = -1
        early_sync_at = 0
        for position, (key, value) in enumerate(entries):
            if file is None or key[0] != keyspace or file.size() >= FILE_BYTES_MAX:
                if file is not None:
                    await self._finish(file)
                file, keyspace, early_sync_at = self._new_file(), key[0], EARLY_SYNC_BYTES
            if value is None:
                file.delete(key)
            else:
                file.put(key, value)
            if position % 32 == 0 and self._slices.due():
                await self._slices.pause()
            if file.size() >= early_sync_at:
                early_sync_at += EARLY_SYNC_BYTES
                await in_thread(file.sync_early)
        if file is not None:
            await self._finish(file)

    async def _finish(self, file: SortedFile) -> None:
        await in_thread(file.sync_early)
        file.finish()
        await in_thread(file.stay_cached)

    def _new_file(self) -> SortedFile:
        file = self._engine.sorted_file(self._directory / f"{len(self._paths)}.sst")
        self._paths.append(file.path)
        return file

    async def flush(self) -> None:
        """Empties the engine's memory beside the loop, so that the ingest has nothing to wait for."""
        await in_thread(self._engine.flush)

    def ingest(self, engine: Engine, record: BatchRecord, ranges: list[KeyRange]) -> None:
        """Adds the records that make it a commit, and moves everything in.

        The engine may be another than at first: it may have been opened anew in the meantime.
        """
        own = self._new_file()
        own.put(BATCH_KEY, encode_record(record))
        if ranges:
            note = msgspec.msgpack.encode(ranges)
            own.put(pending_ranges_key(self._number), note)
        own.put(commit_record_key(self._number), _NUMBER.pack(record.timestamp))
        own.finish()
        notes = self._following.large_notes(record.timestamp, self.spans)
        if notes:
            noted = self._new_file()
            for key, value in notes:
                noted.put(key, value)
            noted.finish()
        if self._has_changes:
            reference = self._new_file()
            reference.put(change_key(record.timestamp, 0), encode_reference(self._number))
            reference.finish()
        engine.ingest(self._paths)

    def remove(self) -> None:
        """Removes what is left in the directory."""
        shutil.rmtree(self._directory, ignore_errors=True)
