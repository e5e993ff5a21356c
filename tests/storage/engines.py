"""Engines and syncers for tests: they fail, wait, or watch as a test asks."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from storage.kv.engine import (
    Change,
    Engine,
    EngineError,
    EngineFigures,
    EngineSnapshot,
    KeyRange,
    SortedFile,
    TableFile,
)
from storage.syncer import Done


class EngineWrapper:
    """Passes everything on; subclasses change what they are about."""

    def __init__(self, inner: Engine) -> None:
        self.inner = inner

    def get(self, key: bytes) -> bytes | None:
        return self.inner.get(key)

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        self.inner.write(first, ranges, changes)

    def sync(self) -> None:
        self.inner.sync()

    def is_stalled(self) -> bool:
        return self.inner.is_stalled()

    def stop_background(self) -> None:
        self.inner.stop_background()

    def background_errors(self) -> int:
        return self.inner.background_errors()

    def snapshot(self) -> EngineSnapshot:
        return self.inner.snapshot()

    def sorted_file(self, path: Path) -> SortedFile:
        return self.inner.sorted_file(path)

    def ingest(self, paths: Sequence[Path]) -> None:
        self.inner.ingest(paths)

    def flush(self) -> None:
        self.inner.flush()

    def compact(self, start: bytes, end: bytes) -> None:
        self.inner.compact(start, end)

    def checkpoint(self, path: Path) -> None:
        self.inner.checkpoint(path)

    def figures(self) -> EngineFigures:
        return self.inner.figures()

    def table_files(self) -> list[TableFile]:
        return self.inner.table_files()

    def close(self) -> None:
        self.inner.close()


class ScriptedEngine(EngineWrapper):
    """Fails and stalls when told, and counts its batches.

    Attributes:
        write_errors: Raised by the next writes, one each; None lets one through.
        sync_error: Raised by syncs while it is set.
        stalls_left: How often a stall is told.
        on_write: Called when a batch is written.
    """

    def __init__(self, inner: Engine) -> None:
        super().__init__(inner)
        self.write_errors: list[EngineError | None] = []
        self.sync_error: EngineError | None = None
        self.stalls_left = 0
        self.background_error_count = 0
        self.batch_sizes: list[int] = []
        self.on_write: Callable[[], None] = lambda: None

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        error = self.write_errors.pop(0) if self.write_errors else None
        if error is not None:
            raise error
        batch = list(changes)
        self.batch_sizes.append(len(batch))
        self.on_write()
        super().write(first, ranges, batch)

    def sync(self) -> None:
        if self.sync_error is not None:
            raise self.sync_error
        super().sync()

    def is_stalled(self) -> bool:
        self.stalls_left -= 1
        return self.stalls_left >= 0

    def background_errors(self) -> int:
        return self.background_error_count


class ManualSyncer:
    """Syncs when the test says so."""

    def __init__(self) -> None:
        self.is_automatic = True
        self._job: tuple[Callable[[], None], Done] | None = None

    def start(self, work: Callable[[], None], done: Done, *, is_long: bool = False) -> None:
        assert self._job is None, "one sync at a time"
        self._job = (work, done)
        if self.is_automatic:
            self.finish()

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def finish(self) -> None:
        assert self._job is not None, "no sync is running"
        work, done = self._job
        self._job = None
        try:
            work()
        except EngineError as error:
            done(error)
        else:
            done(None)

    def close(self) -> None:
        assert self._job is None
