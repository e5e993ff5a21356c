"""The `Engine` protocol: what a store needs from the ordered map under it.

An engine is one ordered map of bytes with atomic batches. A batch is *written* first (then `get`
sees it, and so does every snapshot made afterwards) and *synced* later; only then does it survive
a crash. The committer (storage/commit.py) turns this into a store whose readers see synced commits
only.

Everything but `sync`, `flush`, `compact` and `close` is called on the event loop and is quick;
those four block and are meant for a thread.
"""

import enum
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from storage.records import dataclass

Entry = tuple[bytes, bytes]
#: What a batch does to a key: the new value, or None to remove it.
Change = tuple[bytes, bytes | None]
KeyRange = tuple[bytes, bytes]


class Fault(enum.Enum):
    """Kinds of engine faults, by what to do about them."""

    BUSY = "busy"  # nothing happened; try again soon
    NO_SPACE = "no space"  # the disk is full; reopen when there is room
    CORRUPTION = "corruption"  # stored bytes are damaged; run the check
    IO = "io"  # the device or the file system failed
    LOCKED = "locked"  # another process has the store open


class EngineError(Exception):
    """A fault in the engine, with its kind."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """Sizes in bytes.

    Attributes:
        pinned_bytes: Memory that only old snapshots still need.
    """

    memtable_bytes: int
    pinned_bytes: int
    cache_bytes: int
    table_bytes: int
    log_bytes: int


class TableFile(NamedTuple):
    """What the engine knows of one of its files.

    Attributes:
        size_bytes: On disk.
        entries: Puts less removals.
    """

    size_bytes: int
    entries: int
    first_key: bytes
    last_key: bytes


class EngineSnapshot(Protocol):
    """The map as of one moment. Reads after `release` raise EngineError (BUSY)."""

    def get(self, key: bytes) -> bytes | None:
        """Returns the value at the moment, or None."""

    def scan(self, start: bytes, end: bytes, limit: int, *, reverse: bool = False) -> list[Entry]:
        """Returns at most `limit` entries with start <= key < end, in order.

        Damage raises, never ends early.
        """

    def release(self) -> None:
        """Lets go of what the snapshot holds; harmless when repeated."""


class SortedFile(Protocol):
    """A file of entries in ascending key order, to be ingested."""

    path: Path

    def put(self, key: bytes, value: bytes) -> None: ...

    def delete(self, key: bytes) -> None:
        """Records that the key goes."""

    def size(self) -> int:
        """Returns the bytes written so far, about."""

    def sync_early(self) -> None:
        """Syncs what is written so far, for a thread: it leaves little to do for `finish`."""

    def finish(self) -> None:
        """Completes and syncs the file; nothing may follow."""

    def stay_cached(self) -> None:
        """Has the file in the kernel's cache, for a thread: who has written rows will read them."""


class Engine(Protocol):
    """An open engine."""

    def get(self, key: bytes) -> bytes | None:
        """Returns the newest value, unsynced ones included."""

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        """Writes one atomic batch in this order, unsynced. BUSY means that nothing was written."""

    def sync(self) -> None:
        """Returns when everything written is durable.

        Safe to call from any thread, at the same time too.
        """

    def is_stalled(self) -> bool:
        """Returns whether a write would have to wait for background work."""

    def stop_background(self) -> None:
        """Ends background work for good: the engine has failed, and only serves reads."""

    def background_errors(self) -> int:
        """Returns how often background work has failed since the opening."""

    def snapshot(self) -> EngineSnapshot:
        """Returns the map as it is now, unsynced writes included."""

    def sorted_file(self, path: Path) -> SortedFile:
        """Starts a file that `ingest` will take."""

    def ingest(self, paths: Sequence[Path]) -> None:
        """Moves files in, all or none, durably.

        Quick if nothing written is waiting to be flushed.
        """

    def flush(self) -> None:
        """Moves what is in memory to table files."""

    def compact(self, start: bytes, end: bytes) -> None:
        """Rewrites a range, so that removed keys stop costing time."""

    def checkpoint(self, path: Path) -> None:
        """Makes a copy, by hard links, that can be opened by itself; flush first to be quick."""

    def figures(self) -> EngineFigures:
        """Returns figures for metrics."""

    def table_files(self) -> list[TableFile]:
        """Returns the table files; what is in memory only is in none of them."""

    def close(self) -> None:
        """Releases all snapshots and closes; a second call does nothing."""
