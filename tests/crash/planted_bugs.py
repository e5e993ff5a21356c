"""Bugs on purpose, as components: what the suites must catch. None of this is ever shipped."""

import os
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path

from storage.keyspace import INDEX_ENTRIES
from storage.kv.engine import Change, Engine, EngineSnapshot, Entry, KeyRange
from storage.lock_modes import AnyLockMode
from storage.lock_owners import LockOwner
from storage.locks import LockTable
from tests.storage.engines import EngineWrapper


class AcknowledgesBeforeTheSync(EngineWrapper):
    """Says that all is synced when nothing is."""

    def sync(self) -> None:
        return


class _Live:
    """A snapshot that follows what is written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: bytes) -> bytes | None:
        return self._engine.get(key)

    def scan(self, start: bytes, end: bytes, limit: int, *, reverse: bool = False) -> list[Entry]:
        return self._engine.snapshot().scan(start, end, limit, reverse=reverse)

    def release(self) -> None:
        return


class ShowsUnsyncedState(EngineWrapper):
    """Lets readers see what is written and not synced."""

    def snapshot(self) -> EngineSnapshot:
        return _Live(self.inner)


class DropsAnIndexEntry(EngineWrapper):
    """Loses every hundredth index entry on its way into a batch."""

    def __init__(self, inner: Engine) -> None:
        super().__init__(inner)
        self._count = 0

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        super().write(
            first,
            ranges,
            [change for change in changes if not self._is_lost(change)],
        )

    def _is_lost(self, change: Change) -> bool:
        self._count += change[0][:1] == INDEX_ENTRIES and change[1] is not None
        return change[0][:1] == INDEX_ENTRIES and self._count % 100 == 99


class LosesASpilledFile(EngineWrapper):
    """Leaves the first file of an ingest out."""

    def ingest(self, paths: Sequence[Path]) -> None:
        super().ingest(paths[1:])


class SkipsTheLock(LockTable):
    """Grants every row lock at once."""

    def try_acquire(self, owner: LockOwner, key: bytes, mode: AnyLockMode) -> bool:
        return True


class KillsAt(EngineWrapper):
    """Kills its own process at a named point, the n-th time that it comes there."""

    POINTS: tuple[str, ...] = (
        "before the write",
        "between write and sync",
        "after the sync",
        "before the ingest",
        "after the ingest",
        "before the flush",
    )

    def __init__(self, inner: Engine, point: str, visits: int) -> None:
        super().__init__(inner)
        self._point = point
        self._visits_left = visits

    def _visit(self, point: str) -> None:
        if point == self._point:
            self._visits_left -= 1
            if self._visits_left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        self._visit("before the write")
        super().write(first, ranges, changes)
        self._visit("between write and sync")

    def sync(self) -> None:
        super().sync()
        self._visit("after the sync")

    def ingest(self, paths: Sequence[Path]) -> None:
        self._visit("before the ingest")
        super().ingest(paths)
        self._visit("after the ingest")

    def flush(self) -> None:
        self._visit("before the flush")
        super().flush()
