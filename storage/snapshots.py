"""Snapshots: the store as of a commit timestamp, synced commits only.

The committer makes one after each sync, and every reader that begins takes the newest. Old ones
live as long as a transaction holds them. What they pin (memory of flushed memtables, table files
that compaction has replaced) is bounded: when it grows too much the oldest ends, and its readers
get 72000.
"""

import weakref
from typing import Final

from storage.errors import DatabaseError
from storage.kv.engine import EngineError, EngineSnapshot, Entry, Fault

#: Memory that old snapshots may pin before the oldest ends.
PINNED_BYTES_MAX: Final = 96 << 20
#: Age at which a snapshot ends even if it pins little.
AGE_MAX_MS: Final = 60 * 60 * 1000


class Snapshot:
    """What readers at one commit timestamp see.

    Attributes:
        timestamp: The newest commit in it.
        made_ms: When it was made, by the store's clock.
        has_ended: Whether reads raise 72000.
    """

    __slots__ = ("__weakref__", "_engine_snapshot", "has_ended", "made_ms", "timestamp")

    def __init__(self, engine_snapshot: EngineSnapshot, timestamp: int, made_ms: int) -> None:
        self._engine_snapshot = engine_snapshot
        self.timestamp = timestamp
        self.made_ms = made_ms
        self.has_ended = False

    def get(self, key: bytes) -> bytes | None:
        """Returns the value, or None."""
        try:
            return self._engine_snapshot.get(key)
        except EngineError as error:
            raise read_error(error) from error

    def scan(self, start: bytes, end: bytes, limit: int, *, reverse: bool = False) -> list[Entry]:
        """Returns at most `limit` entries with start <= key < end, in order."""
        try:
            return self._engine_snapshot.scan(start, end, limit, reverse=reverse)
        except EngineError as error:
            raise read_error(error) from error

    def end(self) -> None:
        """Lets go of what it pins; later reads raise 72000."""
        self._engine_snapshot.release()
        self.has_ended = True


def read_error(error: EngineError) -> DatabaseError:
    """Returns what a failed read means to a client."""
    match error.fault:
        case Fault.BUSY:
            return DatabaseError("72000", "snapshot too old")
        case Fault.CORRUPTION:
            return DatabaseError(
                "XX001",
                "stored data is damaged",
                detail=error.message,
                hint="Stop the server and run `terrascale check` on the data directory.",
            )
        case _:
            return DatabaseError("58030", "could not read from the store", detail=error.message)


class SnapshotRegister:
    """All snapshots that live."""

    def __init__(self) -> None:
        self._snapshots: weakref.WeakSet[Snapshot] = weakref.WeakSet()

    def add(self, snapshot: Snapshot) -> None:
        """Notes a new snapshot."""
        self._snapshots.add(snapshot)

    def oldest(self) -> Snapshot:
        """Returns the oldest that lives."""
        return min(self._snapshots, key=_age_order)

    def end_costly(self, newest: Snapshot, now_ms: int, pinned_bytes: int) -> None:
        """Ends the oldest one if they pin too much together, and all that are too old."""
        for snapshot in sorted(self._snapshots, key=_age_order):
            if snapshot is newest or snapshot.has_ended:
                continue
            if pinned_bytes > PINNED_BYTES_MAX:
                pinned_bytes = 0  # what this one frees shows at the next look
            elif now_ms - snapshot.made_ms < AGE_MAX_MS:
                continue
            snapshot.end()

    def count(self) -> int:
        """Returns how many live."""
        return len(self._snapshots)


def _age_order(snapshot: Snapshot) -> int:
    return snapshot.timestamp
