"""`terrascale` with a part of its store exchanged: a bug on purpose, or a kill at a named point.

    python -m tests.crash.planted BUG serve …
    python -m tests.crash.planted POINT VISITS serve …
    python -m tests.crash.planted small serve …          flushes, compactions and new logs come often

The shipped command has no switch for any of this.
"""

import dataclasses
import functools
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from storage.embedded import StoreComponents
from storage.keyspace import INDEX_ENTRIES, META
from storage.kv.engine import Change, Engine, EngineSnapshot, Entry, KeyRange, SortedFile
from storage.kv.rocksdb_store import RocksEngine, RocksSettings
from terrascale import cli, server
from tests.crash.planted_bugs import (
    AcknowledgesBeforeTheSync,
    DropsAnIndexEntry,
    KillsAt,
    LosesASpilledFile,
    ShowsUnsyncedState,
    SkipsTheLock,
)
from tests.storage.engines import EngineWrapper

#: A disk so slow that readers have time to look between a write and its sync.
SYNC_SECONDS = 0.03


class SyncsSlowly(EngineWrapper):
    def sync(self) -> None:
        time.sleep(SYNC_SECONDS)
        super().sync()


ENGINE_BUGS: dict[str, Callable[[Engine], Engine]] = {
    "acknowledges-before-the-sync": AcknowledgesBeforeTheSync,
    "shows-unsynced-state": lambda engine: ShowsUnsyncedState(SyncsSlowly(engine)),
    "drops-an-index-entry": DropsAnIndexEntry,
    "loses-a-spilled-file": LosesASpilledFile,
    "syncs-slowly": SyncsSlowly,  # no bug: the control of the one before
    "small": lambda engine: engine,
}
LOCK_BUG = "skips-the-lock"
_TABLES = META + b"t"


class _CountedSnapshot:
    """Tells of reads that are long enough to be a scan's."""

    def __init__(self, inner: EngineSnapshot, visit: Callable[[str], None]) -> None:
        self._inner = inner
        self._visit = visit

    def get(self, key: bytes) -> bytes | None:
        return self._inner.get(key)

    def scan(self, start: bytes, end: bytes, limit: int, *, reverse: bool = False) -> list[Entry]:
        entries = self._inner.scan(start, end, limit, reverse=reverse)
        if len(entries) >= 128:
            self._visit("in a long scan")
        return entries

    def release(self) -> None:
        self._inner.release()


class _CountedFile:
    """Tells of entries that go into a sorted file."""

    def __init__(self, inner: SortedFile, visit: Callable[[str], None]) -> None:
        self._inner = inner
        self._visit = visit
        self.path = inner.path

    def put(self, key: bytes, value: bytes) -> None:
        self._visit("in a sorted file")
        if key[:1] == INDEX_ENTRIES:
            self._visit("in a sorted file of index entries")
        self._inner.put(key, value)

    def delete(self, key: bytes) -> None:
        self._inner.delete(key)

    def size(self) -> int:
        return self._inner.size()

    def sync_early(self) -> None:
        self._inner.sync_early()

    def stay_cached(self) -> None:
        self._inner.stay_cached()

    def finish(self) -> None:
        self._inner.finish()


class KillsServerAt(KillsAt):
    """Knows more points, of what SQL does."""

    POINTS = (
        *KillsAt.POINTS,
        "after the flush",
        "before a write of the catalog",
        "between a write of the catalog and its sync",
        "in a long scan",
        "in a sorted file",
        "in a sorted file of index entries",
    )

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        batch = list(changes)
        is_catalog = any(key.startswith(_TABLES) for key, _ in batch)
        if is_catalog:
            self._visit("before a write of the catalog")
        super().write(first, ranges, batch)
        if is_catalog:
            self._visit("between a write of the catalog and its sync")

    def flush(self) -> None:
        super().flush()
        self._visit("after the flush")

    def snapshot(self) -> EngineSnapshot:
        return _CountedSnapshot(super().snapshot(), self._visit)

    def sorted_file(self, path: Path) -> SortedFile:
        return _CountedFile(super().sorted_file(path), self._visit)


def components(wrap: Callable[[Engine], Engine]) -> StoreComponents:
    """Returns the server's components with a wrapped engine of small files."""

    def open_engine(path: Path, settings: RocksSettings) -> Engine:
        small = dataclasses.replace(
            settings, write_buffer_bytes=1 << 20, log_bytes_max=4 << 20, file_bytes=1 << 20
        )
        return wrap(RocksEngine(path, small))

    return dataclasses.replace(server.COMPONENTS, open_engine=open_engine)


def chosen(arguments: list[str]) -> StoreComponents:
    """Takes what is planted from the arguments and returns the components with it."""
    name = arguments.pop(0)
    if name == LOCK_BUG:
        return dataclasses.replace(components(ENGINE_BUGS["small"]), make_locks=SkipsTheLock)
    if name in ENGINE_BUGS:
        return components(ENGINE_BUGS[name])
    point, visits = name.replace("-", " "), int(arguments.pop(0))
    if point not in KillsServerAt.POINTS:
        raise SystemExit(f"no such point: {point}")
    return components(lambda engine: KillsServerAt(engine, point, visits))


if __name__ == "__main__":
    planted = chosen(arguments := sys.argv[1:])
    sys.argv[1:] = arguments
    setattr(server, "run", functools.partial(server.run, components=planted))  # noqa: B010
    cli.main()
