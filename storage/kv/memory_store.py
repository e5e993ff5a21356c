"""An engine in memory, for tests: no files, and a power cut at will.

Each key has its history, so that snapshots are exact. `crashed()` returns the engine as a power cut
would leave it: all that was synced, and of what was written after that as many batches as the
caller says.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sortedcontainers import SortedDict

from storage.kv.engine import (
    Change,
    EngineError,
    EngineFigures,
    EngineSnapshot,
    Entry,
    Fault,
    KeyRange,
    SortedFile,
    TableFile,
)

#: What one batch did, in order.
_Batch = list[Change]

_RELEASED: Final = -2


class _History:
    """The values of one key, and the sequence number of the batch that wrote each."""

    __slots__ = ("sequences", "values")

    def __init__(self) -> None:
        self.sequences: list[int] = []
        self.values: list[bytes | None] = []

    def write(self, sequence: int, value: bytes | None) -> None:
        if self.sequences and self.sequences[-1] == sequence:
            self.values[-1] = value
        else:
            self.sequences.append(sequence)
            self.values.append(value)

    def at(self, sequence: int) -> bytes | None:
        position = bisect_right(self.sequences, sequence) - 1
        return self.values[position] if position >= 0 else None


class MemorySnapshot:
    """The map as of a sequence number."""

    def __init__(self, histories: "SortedDict[bytes, _History]", sequence: int) -> None:
        self._histories = histories
        self._sequence = sequence

    def get(self, key: bytes) -> bytes | None:
        self._check()
        history: _History | None = self._histories.get(key)
        return None if history is None else history.at(self._sequence)

    def scan(self, start: bytes, end: bytes, limit: int, *, reverse: bool = False) -> list[Entry]:
        self._check()
        entries: list[Entry] = []
        for key in self._histories.irange(start, end, inclusive=(True, False), reverse=reverse):
            if len(entries) >= limit:
                break
            value = self._histories[key].at(self._sequence)
            if value is not None:
                entries.append((key, value))
        return entries

    def release(self) -> None:
        self._sequence = _RELEASED

    def _check(self) -> None:
        if self._sequence == _RELEASED:
            raise EngineError(Fault.BUSY, "the snapshot has been released")


class MemorySortedFile:
    """A sorted file that is a list."""

    def __init__(self, path: Path, files: dict[Path, _Batch]) -> None:
        self.path = path
        self._files = files
        self._changes: _Batch = []
        self._size = 0

    def put(self, key: bytes, value: bytes) -> None:
        self._add(key, value)

    def delete(self, key: bytes) -> None:
        self._add(key, None)

    def _add(self, key: bytes, value: bytes | None) -> None:
        if self._changes and self._changes[-1][0] >= key:
            raise EngineError(Fault.IO, "Invalid argument: keys must be added in order")
        self._changes.append((key, value))
        self._size += len(key) + len(value or b"")

    def size(self) -> int:
        return self._size

    def sync_early(self) -> None:
        return

    def stay_cached(self) -> None:
        return

    def finish(self) -> None:
        self._files[self.path] = self._changes


class MemoryEngine:
    """An ordered map in memory.

    Args:
        batches: What it holds at first, all of it synced.
    """

    def __init__(self, batches: Iterable[_Batch] = ()) -> None:
        self._histories: SortedDict[bytes, _History] = SortedDict()
        self._batches: list[_Batch] = []
        self._files: dict[Path, _Batch] = {}
        for batch in batches:
            self._apply(batch)
        self._synced_count = len(self._batches)

    def get(self, key: bytes) -> bytes | None:
        history: _History | None = self._histories.get(key)
        return None if history is None else history.values[-1]

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        batch: _Batch = [first]
        for start, end in ranges:
            batch.extend(
                (key, None) for key in self._histories.irange(start, end, inclusive=(True, False))
            )
        batch.extend(changes)
        self._apply(batch)

    def _apply(self, batch: _Batch) -> None:
        sequence = len(self._batches)
        self._batches.append(batch)
        for key, value in batch:
            history = self._histories.get(key)
            if history is None:
                history = self._histories[key] = _History()
            history.write(sequence, value)

    def sync(self) -> None:
        self._synced_count = len(self._batches)

    def is_stalled(self) -> bool:
        return False

    def stop_background(self) -> None:
        return

    def background_errors(self) -> int:
        return 0

    def snapshot(self) -> EngineSnapshot:
        return MemorySnapshot(self._histories, len(self._batches) - 1)

    def sorted_file(self, path: Path) -> SortedFile:
        return MemorySortedFile(path, self._files)

    def ingest(self, paths: Sequence[Path]) -> None:
        batch: _Batch = []
        for path in paths:
            batch.extend(self._files.pop(path))
        self._apply(batch)
        self._synced_count = len(self._batches)

    def flush(self) -> None:
        return

    def compact(self, start: bytes, end: bytes) -> None:
        return

    def checkpoint(self, path: Path) -> None:
        raise EngineError(Fault.IO, f"a store in memory has no checkpoints ({path})")

    def figures(self) -> EngineFigures:
        return EngineFigures(0, 0, 0, 0, 0)

    def table_files(self) -> list[TableFile]:
        return []

    def close(self) -> None:
        return

    # For tests

    @property
    def unsynced_count(self) -> int:
        """How many batches have been written and not synced."""
        return len(self._batches) - self._synced_count

    def crashed(self, kept_count: int = 0) -> "MemoryEngine":
        """Returns what a power cut leaves.

        Synced batches, and the first `kept_count` after them.
        """
        return MemoryEngine(self._batches[: self._synced_count + kept_count])
