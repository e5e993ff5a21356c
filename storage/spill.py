"""A spill: the part of a write set that has outgrown memory.

It lies in the scratch engine (storage/scratch.py), below what the write set still has in memory:

    transaction (8) · "w" · key              lock mode (1) · kind (1) · bytes transaction (8) · "c"
    · ordinal (8)      a record for the change log transaction (8) · "u" · number (8)       what a
    write replaced: key length (4) · key · kind · bytes transaction (8) · "k" · number (8)
    what a lock was before: mask (2) · key

The row locks of what is in it leave the lock table: while the entry is there, `mode_of` answers for
its lock. A row that is locked and not written gets an entry of its own kind.
"""

import contextlib
import itertools
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from storage.kv.engine import Change, Engine, EngineError, EngineSnapshot, Fault, KeyRange
from storage.lock_modes import LockMode, strongest_row_mode
from storage.lock_owners import LockOwner
from storage.scratch import ScratchSpace
from storage.slices import REST_SECONDS, Slices
from storage.write_set import ABSENT, Pending, Previous, WriteSet

Own = tuple[bytes, Pending]

_WRITES: Final = b"w"
_CHANGES: Final = b"c"
_UNDO: Final = b"u"
_LOCK_LOG: Final = b"k"
_MASK: Final = struct.Struct(">H")
_VALUE: Final = b"v"
_ITEM: Final = b"i"
_DELETED: Final = b"d"
_ABSENT: Final = b"-"
_LOCKED: Final = b"l"
_NUMBER: Final = struct.Struct(">Q")
_KEY_LENGTH: Final = struct.Struct(">I")
#: What a write set keeps in memory at most: entries and, roughly, bytes.
MEMORY_ROWS_MAX: Final = 2_000
MEMORY_BYTES_MAX: Final = 2 << 20

_BATCH_COUNT: Final = 200
_READ_COUNT: Final = 256
_LAST: Final = b"\xff" * 8


def _encoded(previous: Previous) -> bytes:
    if previous is None:
        return _DELETED
    if isinstance(previous, bytes):
        return _VALUE + previous
    return _ITEM + previous[0] if isinstance(previous, tuple) else _ABSENT


def _decoded(kind: bytes, payload: bytes) -> Previous:
    if kind == _VALUE:
        return payload
    if kind == _ITEM:
        return (payload,)
    return None if kind == _DELETED else ABSENT


class Spill:
    """What one transaction has spilled.

    Attributes:
        owner: Whose locks it keeps.
        bytes: Of all that was ever written to it.
        change_count: Records for the change log in it.
        undo_count: Notes of what was replaced in it.
    """

    def __init__(self, owner: LockOwner, scratch: ScratchSpace, slices: Slices) -> None:
        self.owner = owner
        self.bytes = 0
        self.change_count = 0
        self.undo_count = 0
        self._scratch = scratch
        self._slices = slices
        self._engine: Engine = scratch.enter()
        self._prefix = _NUMBER.pack(owner.id)
        self._writes_prefix = self._prefix + _WRITES
        self._is_open = True

    # Filling

    async def take(
        self, write_set: WriteSet, locks: Iterable[tuple[bytes, LockMode]]
    ) -> list[bytes]:
        """Moves everything in a write set here, and notes the locks; returns their keys.

        The write set is then empty.
        """
        modes: dict[bytes, LockMode] = {}
        for number, (key, mode) in enumerate(locks):
            modes[key] = mode
            if number % _BATCH_COUNT == 0 and self._slices.due():
                await self._slices.pause()
        keys = list(modes)
        await self._write_all(self._writes_of(write_set, modes))
        await self._write_all(self._locks_of(modes))
        await self._write_all(self._notes_of(write_set))
        self.change_count += len(write_set.changes)
        self.undo_count += len(write_set.undo)
        write_set.forget()
        return keys

    def _writes_of(self, write_set: WriteSet, modes: dict[bytes, LockMode]) -> Iterator[Change]:
        prefix = self._writes_prefix
        for key, pending in write_set.writes.items():
            mode = modes.pop(key, LockMode.UPDATE)
            yield prefix + key, bytes((mode,)) + _encoded(pending)

    def _locks_of(self, modes: dict[bytes, LockMode]) -> Iterator[Change]:
        prefix = self._writes_prefix
        for key, mode in modes.items():
            entry = self._engine.get(prefix + key) or bytes((mode,)) + _LOCKED
            yield prefix + key, bytes((max(mode, entry[0]),)) + entry[1:]

    def _notes_of(self, write_set: WriteSet) -> Iterator[Change]:
        for ordinal, value in enumerate(write_set.changes, self.change_count):
            yield self._prefix + _CHANGES + _NUMBER.pack(ordinal), value
        for number, (key, previous) in enumerate(write_set.undo, self.undo_count):
            note = _KEY_LENGTH.pack(len(key)) + key + _encoded(previous)
            yield self._prefix + _UNDO + _NUMBER.pack(number), note

    async def _write_all(self, changes: Iterator[Change]) -> None:
        while batch := list(itertools.islice(changes, _BATCH_COUNT)):
            await self._write(batch)

    async def _write(self, batch: list[Change]) -> None:
        while True:
            try:
                self._engine.write((self._prefix, b""), (), batch)
                break
            except EngineError as error:
                if error.fault is not Fault.BUSY:
                    raise
                # On a full disk it would be busy for ever: its background work waits for room.
                self._scratch.check_room()
                await self._slices.sleep(REST_SECONDS)
        self.bytes += sum(len(key) + len(value or b"") for key, value in batch)
        if self._slices.due():
            await self._slices.pause()

    # Reading

    def get(self, key: bytes) -> Previous:
        """Returns the pending write of a key, or ABSENT."""
        entry = self._engine.get(self._writes_prefix + key)
        return ABSENT if entry is None else _decoded(entry[1:2], entry[2:])

    def mode_of(self, key: bytes) -> LockMode | None:
        entry = self._engine.get(self._writes_prefix + key)
        return None if entry is None or not entry[0] else LockMode(entry[0])

    def snapshot(self) -> EngineSnapshot:
        """Returns the spill as it is now, for `writes` and `changes`."""
        return self._engine.snapshot()

    def writes(
        self, snapshot: EngineSnapshot, start: bytes, end: bytes | None, *, reverse: bool = False
    ) -> Iterator[Own]:
        """Yields pending writes with start <= key < end in order."""
        prefix = self._writes_prefix
        first = prefix + start
        last = self._prefix + b"x" if end is None else prefix + end
        skipped = len(prefix)
        for key, entry in _entries(snapshot, (first, last), reverse=reverse):
            pending = _decoded(entry[1:2], entry[2:])
            # An entry that is only a lock is absent as a write.
            if pending is None or isinstance(pending, (bytes, tuple)):
                yield key[skipped:], pending

    def changes(self, snapshot: EngineSnapshot) -> Iterator[bytes]:
        """Yields the records for the change log."""
        prefix = self._prefix + _CHANGES
        for _, value in _entries(snapshot, (prefix, prefix + _LAST)):
            yield value

    # Undoing

    async def keep_lock_log(self, first: int, log: list[tuple[bytes, int]]) -> None:
        """Keeps what locks were before they were acquired, from this mark on."""
        prefix = self._prefix + _LOCK_LOG

        def notes() -> Iterator[Change]:
            for number, (key, mask) in enumerate(log, first):
                before = mask
                if not before and (mode := self.mode_of(key)) is not None:
                    before = 1 << mode  # the lock table had given it away to this spill
                yield prefix + _NUMBER.pack(number), _MASK.pack(before) + key

        await self._write_all(notes())

    async def unlock_to(self, mark: int, weaken: Callable[[bytes, int], None]) -> None:
        """Makes locks what they were at a mark; `weaken` hears of each, for the lock table."""
        prefix = self._prefix + _LOCK_LOG
        span = (prefix + _NUMBER.pack(mark), prefix + _LAST)
        for _, note in _entries(self._engine.snapshot(), span, reverse=True):
            (mask,) = _MASK.unpack_from(note)
            key = note[_MASK.size :]
            entry = self._engine.get(self._writes_prefix + key)
            if entry is not None:
                mode = strongest_row_mode(mask) if mask else 0
                await self._write([(self._writes_prefix + key, bytes((mode,)) + entry[1:])])
            weaken(key, mask)
        self._engine.write((self._prefix, b""), [span], ())

    async def undo_to(self, mark_undo: int, mark_changes: int, write_set: WriteSet) -> None:
        """Restores, in the write set in memory, what was replaced since the mark."""
        prefix = self._prefix + _UNDO
        span = (prefix + _NUMBER.pack(mark_undo), prefix + _LAST)
        only_locked = bytes((LockMode.UPDATE,)) + _LOCKED
        batch: list[Change] = []
        for _, note in _entries(self._engine.snapshot(), span, reverse=True):
            (length,) = _KEY_LENGTH.unpack_from(note)
            kind_at = _KEY_LENGTH.size + length
            key = note[_KEY_LENGTH.size : kind_at]
            previous = _decoded(note[kind_at : kind_at + 1], note[kind_at + 1 :])
            write_set.restore(key, previous)
            if previous is ABSENT:
                # Its lock may be older than the mark: it stays until the transaction ends.
                batch.append((self._writes_prefix + key, only_locked))
            if len(batch) >= _BATCH_COUNT:
                await self._write(batch)
                batch = []
            if len(write_set.writes) >= MEMORY_ROWS_MAX:
                await self.take(write_set, ())
        if batch:
            await self._write(batch)
        changes_prefix = self._prefix + _CHANGES
        ranges = [span, (changes_prefix + _NUMBER.pack(mark_changes), changes_prefix + _LAST)]
        self._engine.write((self._prefix, b""), ranges, ())
        self.undo_count = min(self.undo_count, mark_undo)
        self.change_count = min(self.change_count, mark_changes)

    def end(self) -> None:
        """Lets go of the space; harmless when repeated."""
        if self._is_open:
            self._is_open = False
            # Where the scratch engine takes no writes, what is left goes with its files.
            with contextlib.suppress(EngineError):
                span = (self._prefix, self._prefix + b"\xff")
                self._engine.write((self._prefix, None), [span], ())
            self._scratch.leave()


class PendingLocks:
    """The locks of what a write set still has in memory, where none were taken (a claim)."""

    def __init__(self, owner: LockOwner, write_set: WriteSet) -> None:
        self.owner = owner
        self._write_set = write_set

    def mode_of(self, key: bytes) -> LockMode | None:
        return LockMode.UPDATE if key in self._write_set.writes else None


def _entries(
    snapshot: EngineSnapshot, span: KeyRange, *, reverse: bool = False
) -> Iterator[tuple[bytes, bytes]]:
    start, end = span
    while True:
        entries = snapshot.scan(start, end, _READ_COUNT, reverse=reverse)
        yield from entries
        if len(entries) < _READ_COUNT:
            return
        if reverse:
            end = entries[-1][0]
        else:
            start = entries[-1][0] + b"\0"


def merged(memory: Iterator[Own], spilled: Iterator[Own], *, reverse: bool) -> Iterator[Own]:
    """Yields both in order; where both have a key, what is in memory counts."""
    one, other = next(memory, None), next(spilled, None)
    while one is not None and other is not None:
        if one[0] == other[0]:
            other = next(spilled, None)
        elif (one[0] > other[0]) if reverse else (one[0] < other[0]):
            yield one
            one = next(memory, None)
        else:
            yield other
            other = next(spilled, None)
    if one is not None:
        yield one
        yield from memory
    if other is not None:
        yield other
        yield from spilled
