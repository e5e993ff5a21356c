"""SERIALIZABLE: what a transaction has read is still so when it commits.

A transaction reads one snapshot and notes what it reads, keys and ranges, whether anything was
there or not. When it commits, all that others have written since its snapshot is compared with
these notes, up to the newest state, in the same turn of the loop in which its own writes join the
line. So it might as well have run in that moment, all at once: its place in the order of commits is
its place in an equivalent serial order. A transaction that writes nothing has its place at its
snapshot, and never fails. Point operations read and write in one step; they need no notes.

What others write is noted in `RecentWrites`, while there is any such transaction at all: the keys of
each commit, from the oldest snapshot that one of them reads. Both kinds of notes are bounded: beyond
a limit, keys give way to the whole table or index (5 bytes of prefix) that they belong to. That may
fail a transaction that was all right, and never lets one pass that wasn't.
"""

from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final, Protocol

from storage.errors import DatabaseError
from storage.keyspace import ITEMS, PREFIX_SIZE, prefix_range
from storage.kv.engine import KeyRange
from storage.kv.store import Entry

#: Keys that one transaction notes before it notes whole tables and indexes.
READ_KEYS_MAX: Final = 20_000
#: Keys of others' writes, of all commits together, that are kept one by one: some 20 MB.
WRITTEN_KEYS_MAX: Final = 200_000
#: Forgotten commits that may lie before the others.
_GONE_MAX: Final = 1_000
#: Written keys compared between two looks at the clock.
COMPARED_COUNT: Final = 500


def serialization_failure() -> DatabaseError:
    """Returns the error of a transaction whose reads don't hold any more."""
    return DatabaseError(
        "40001",
        "could not serialize access due to read/write dependencies among transactions",
        detail="Reason code: Canceled on identification as a pivot, during commit attempt.",
        hint="The transaction might succeed if retried.",
    )


class Pauses(Protocol):
    """Lets others run; storage/slices.py."""

    def due(self) -> bool: ...
    async def pause(self) -> None: ...


class _Written:
    """What one commit (or a group of them) has written: keys, and ranges."""

    __slots__ = ("keys", "ranges", "timestamp")

    def __init__(self, timestamp: int, keys: Sequence[bytes], ranges: Sequence[KeyRange]) -> None:
        self.timestamp = timestamp
        self.keys = keys
        self.ranges = ranges


class RecentWrites:
    """The commits since the oldest snapshot of a transaction that is to be validated.

    Attributes:
        is_wanted: Whether there is such a transaction.
    """

    def __init__(self, *, keys_max: int = WRITTEN_KEYS_MAX) -> None:
        self.is_wanted = False
        self._keys_max = keys_max
        self._readers: dict[object, int] = {}
        #: Those before `_gone` have been forgotten; `_first` is the position of the first in the list.
        self._commits: list[_Written] = []
        self._gone = 0
        self._first = 0
        self._key_count = 0
        #: By prefix: the newest commit that wrote there and is no longer kept key by key.
        self._condensed: dict[bytes, int] = {}

    def begin(
        self,
        reader: object,
        timestamp: int,
        unsettled: Iterable[tuple[int, Iterable[bytes], Sequence[KeyRange]]],
    ) -> int:
        """Begins to keep what is written after the snapshot of this timestamp; returns a position.

        `unsettled` are the commits that are in line already and not in the snapshot.
        """
        if not self.is_wanted:
            self.is_wanted = True
            for each in unsettled:
                self.note(*each)
        self._readers[reader] = timestamp
        position = self._first + len(self._commits)
        for commit in reversed(self._commits):
            if commit.timestamp <= timestamp:
                break
            position -= 1
        return max(position, self._first + self._gone)

    def end(self, reader: object) -> None:
        """Says that a reader has ended."""
        if self._readers.pop(reader, None) is None:
            return
        if not self._readers:
            self.is_wanted = False
            self._first += len(self._commits)
            self._gone = 0
            self._commits.clear()
            self._condensed.clear()
            self._key_count = 0
            return
        oldest = min(self._readers.values())
        while self._has_first() and self._commits[self._gone].timestamp <= oldest:
            self._forget_first()

    def note(self, timestamp: int, keys: Iterable[bytes], ranges: Sequence[KeyRange] = ()) -> None:
        """Notes a commit."""
        commit = _Written(timestamp, tuple(keys), tuple(ranges))
        self._commits.append(commit)
        self._key_count += len(commit.keys) + len(commit.ranges)
        while self._key_count > self._keys_max:
            self._condense(self._commits[self._gone])
            self._forget_first()

    def _has_first(self) -> bool:
        return self._gone < len(self._commits)

    def _forget_first(self) -> None:
        commit = self._commits[self._gone]
        self._key_count -= len(commit.keys) + len(commit.ranges)
        self._gone += 1
        if self._gone > _GONE_MAX and self._gone * 2 > len(self._commits):
            del self._commits[: self._gone]
            self._first += self._gone
            self._gone = 0

    def _condense(self, commit: _Written) -> None:
        for key in commit.keys:
            self._condensed[key[:PREFIX_SIZE]] = commit.timestamp
        for start, _ in commit.ranges:
            self._condensed[start[:PREFIX_SIZE]] = commit.timestamp

    def from_position(self, position: int) -> tuple[int, Sequence[_Written]]:
        """Returns the commits kept from a position on, and the position behind them."""
        start = max(position - self._first, self._gone)
        return self._first + len(self._commits), self._commits[start:]

    def condensed_since(self, timestamp: int) -> list[bytes]:
        """Returns the prefixes under which something was written after a snapshot, if condensed."""
        return [prefix for prefix, written in self._condensed.items() if written > timestamp]


class ReadSet:
    """What one transaction has read.

    Attributes:
        timestamp: Of the snapshot.
        has_seen_newer: Whether it has looked beyond the snapshot (at a key that it locked) and
            found something else: then even a transaction without writes is validated.
    """

    def __init__(self, recent: RecentWrites, *, keys_max: int = READ_KEYS_MAX) -> None:
        self.timestamp = 0
        self.has_seen_newer = False
        self._recent = recent
        self._keys_max = keys_max
        self._position = 0
        self._keys: set[bytes] = set()
        self._ranges: list[KeyRange] = []
        self._sorted: tuple[list[bytes], list[bytes]] | None = None

    def begin(
        self, timestamp: int, unsettled: Iterable[tuple[int, Iterable[bytes], Sequence[KeyRange]]]
    ) -> None:
        """Begins at a snapshot (again: nothing has been read yet)."""
        self._recent.end(self)
        self.timestamp = timestamp
        self._position = self._recent.begin(self, timestamp, unsettled)

    def end(self) -> None:
        """The transaction has ended."""
        self._recent.end(self)

    # Noting

    def note_key(self, key: bytes) -> None:
        """Notes that a key was read."""
        if key < ITEMS:  # the catalog has locks of its own
            return
        self._keys.add(key)
        if len(self._keys) > self._keys_max:
            self._note_whole_tables()

    def note_range(self, start: bytes, end: bytes) -> None:
        """Notes that all from `start` up to `end`, without it, was read."""
        if start >= end or start < ITEMS:
            return
        self._sorted = None
        if self._ranges and self._ranges[-1][1] == start:
            self._ranges[-1] = self._ranges[-1][0], end  # a scan that goes on
            return
        if self._ranges and self._ranges[-1][0] == end:
            self._ranges[-1] = start, self._ranges[-1][1]
            return
        self._ranges.append((start, end))
        if len(self._ranges) > self._keys_max:
            self._note_whole_tables()

    def note_rest(self, start: bytes, end: bytes) -> None:
        """Notes that there was nothing (any more) in a range: that is something to have read, too."""
        self.note_range(start, end)

    def _note_whole_tables(self) -> None:
        prefixes = {key[:PREFIX_SIZE] for key in self._keys}
        prefixes.update(start[:PREFIX_SIZE] for start, _ in self._ranges)
        self._keys.clear()
        self._ranges = [prefix_range(prefix) for prefix in prefixes]
        self._sorted = None

    def has_read(self, key: bytes) -> bool:
        """Returns whether the transaction has read what is, or isn't, under a key."""
        return key in self._keys or any(start <= key < end for start, end in self._ranges)

    # Validating

    async def prevalidate(self, slices: Pauses) -> None:
        """Compares with most of what was written, in slices. Raises 40001."""
        self._check_condensed()
        behind, commits = self._recent.from_position(self._position)
        for commit in commits:
            for start in range(0, len(commit.keys), COMPARED_COUNT):
                self._check_keys(commit.keys[start : start + COMPARED_COUNT])
                if slices.due():
                    await slices.pause()
            self._check_ranges(commit.ranges)
        self._position = behind

    def validate(self) -> None:
        """Compares with what has been written since the last look. Raises 40001."""
        self._check_condensed()
        self._position, commits = self._recent.from_position(self._position)
        for commit in commits:
            self._check_keys(commit.keys)
            self._check_ranges(commit.ranges)

    def _check_condensed(self) -> None:
        written = set(self._recent.condensed_since(self.timestamp))
        if written and (
            any(key[:PREFIX_SIZE] in written for key in self._keys)
            or any(start[:PREFIX_SIZE] in written for start, _ in self._ranges)
        ):
            raise serialization_failure()

    def _check_keys(self, keys: Iterable[bytes]) -> None:
        read = self._keys
        starts, ends = self._sorted_ranges()
        for key in keys:
            if key in read:
                raise serialization_failure()
            if starts:
                position = bisect_right(starts, key) - 1
                if position >= 0 and key < ends[position]:
                    raise serialization_failure()

    def _check_ranges(self, ranges: Iterable[KeyRange]) -> None:
        for start, end in ranges:
            if any(start <= key < end for key in self._keys) or any(
                start < read_end and read_start < end for read_start, read_end in self._ranges
            ):
                raise serialization_failure()

    def _sorted_ranges(self) -> tuple[list[bytes], list[bytes]]:
        """Returns the ranges in order, those that meet as one."""
        if self._sorted is None:
            starts: list[bytes] = []
            ends: list[bytes] = []
            for start, end in sorted(self._ranges):
                if ends and start <= ends[-1]:
                    ends[-1] = max(ends[-1], end)
                else:
                    starts.append(start)
                    ends.append(end)
            self._ranges = list(zip(starts, ends, strict=True))
            self._sorted = starts, ends
        return self._sorted


class NotedScan:
    """A scan that notes as much of its range as has been asked for."""

    __slots__ = ("_end", "_left", "_reads", "_reverse", "_scan", "_start")

    def __init__(
        self,
        scan: AsyncIterator[list[Entry]],
        span: KeyRange,
        reads: ReadSet,
        *,
        reverse: bool,
        limit: int | None,
    ) -> None:
        self._scan = scan
        self._start, self._end = span
        self._reads = reads
        self._reverse = reverse
        self._left = limit

    def __aiter__(self) -> AsyncIterator[list[Entry]]:
        return self

    async def __anext__(self) -> list[Entry]:
        try:
            entries = await anext(self._scan)
        except StopAsyncIteration:
            if self._left != 0:
                self._reads.note_rest(self._start, self._end)
                self._left = 0
            raise
        last = entries[-1][0]
        if self._reverse:
            self._reads.note_range(last, self._end)
            self._end = last
        else:
            self._reads.note_range(self._start, last + b"\0")
            self._start = last + b"\0"
        if self._left is not None:
            self._left -= len(entries)
        return entries
