"""Range reads of a transaction: slices of a snapshot, with own writes in their places.

These are classes and not generators: one that is left before its end (a LIMIT was reached) costs
nothing to clean up.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Final

from storage.kv.store import Counts, Entry
from storage.slices import Slices
from storage.snapshots import Snapshot
from storage.write_set import Pending, visible

Own = tuple[bytes, Pending]

_SLICE_COUNT_FIRST: Final = 64
_SLICE_COUNT_MAX: Final = 128


class SnapshotScan:
    """Yields slices of a snapshot's entries; between two of them everybody else may run.

    Args:
        limit: Entries to yield at most; None for all.
    """

    __slots__ = (
        "_counts",
        "_end",
        "_left",
        "_reverse",
        "_size",
        "_slices",
        "_snapshot",
        "_start",
        "_was_last",
    )

    def __init__(
        self,
        snapshot: Snapshot,
        start: bytes,
        end: bytes,
        *,
        limit: int | None,
        reverse: bool,
        counts: Counts,
        slices: Slices,
    ) -> None:
        self._snapshot = snapshot
        self._start = start
        self._end = end
        self._left = limit
        self._reverse = reverse
        self._counts = counts
        self._slices = slices
        self._size = _SLICE_COUNT_FIRST
        self._was_last = limit == 0

    def __aiter__(self) -> AsyncIterator[list[Entry]]:
        return self

    async def __anext__(self) -> list[Entry]:
        if self._was_last:
            raise StopAsyncIteration
        if self._slices.due():
            await self._slices.pause()
        wanted = self._size if self._left is None else min(self._size, self._left)
        entries = self._snapshot.scan(self._start, self._end, wanted, reverse=self._reverse)
        if not entries:
            raise StopAsyncIteration
        self._counts.count_scanned(entries)
        self._size = min(self._size * 2, _SLICE_COUNT_MAX)
        if self._left is not None:
            self._left -= len(entries)
        self._was_last = len(entries) < wanted or self._left == 0
        if self._reverse:
            self._end = entries[-1][0]
        else:
            self._start = entries[-1][0] + b"\0"
        return entries


class Overlay:
    """Yields the slices of `base` with own writes in their places.

    Both run in the same direction. An own write stands for the entry under its key; an own deletion
    removes it.
    """

    __slots__ = ("_base", "_left", "_next_own", "_own", "_reverse")

    def __init__(
        self, base: SnapshotScan, own: Iterator[Own], *, limit: int | None, reverse: bool
    ) -> None:
        self._base: SnapshotScan | None = base
        self._own = own
        self._next_own = next(own, None)
        self._left = limit
        self._reverse = reverse

    def __aiter__(self) -> AsyncIterator[list[Entry]]:
        return self

    async def __anext__(self) -> list[Entry]:
        while self._left != 0:
            result = await self._next_slice()
            if self._left is not None:
                del result[self._left :]
                self._left -= len(result)
            if result:
                return result
            if self._base is None and self._next_own is None:
                break
        raise StopAsyncIteration

    async def _next_slice(self) -> list[Entry]:
        """Returns the next slice, perhaps empty; without `_base` only own writes are left."""
        if self._base is not None:
            try:
                return self._merged(await anext(self._base))
            except StopAsyncIteration:
                self._base = None
        result: list[Entry] = []
        while self._next_own is not None and len(result) < _SLICE_COUNT_MAX:
            self._take_own(result)
        return result

    def _merged(self, entries: list[Entry]) -> list[Entry]:
        result: list[Entry] = []
        for entry in entries:
            key = entry[0]
            while self._next_own is not None and (
                self._next_own[0] > key if self._reverse else self._next_own[0] < key
            ):
                self._take_own(result)
            if self._next_own is not None and self._next_own[0] == key:
                self._take_own(result)
            else:
                result.append(entry)
        return result

    def _take_own(self, result: list[Entry]) -> None:
        assert self._next_own is not None
        key, pending = self._next_own
        value = visible(pending)
        if value is not None:
            result.append((key, value))
        self._next_own = next(self._own, None)
