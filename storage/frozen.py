"""A transaction's reads as of one moment, while it goes on writing.

The parts of one SQL statement (`WITH a AS (INSERT …), b AS (UPDATE …) SELECT …`) all see the state
from before it: the snapshot, overlaid with what the transaction had written by then. So does a cursor or a
portal that is read while other statements of its transaction, each with a newer snapshot, come and go.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, NamedTuple

from storage.errors import not_supported
from storage.kv.store import Counts, Entry
from storage.overlay import Overlay, SnapshotScan
from storage.serializable import NotedScan, ReadSet
from storage.slices import Slices
from storage.snapshots import Snapshot
from storage.write_set import ABSENT, Previous, WriteSet, visible


class OwnReads(NamedTuple):
    """How a transaction's own writes are read: under a key (or ABSENT), and in a range, in order."""

    previous: Callable[[bytes], Previous]
    in_range: Callable[..., Iterable[Any] | None]


def own_as_of_now(writes: WriteSet, spill: Any, live: OwnReads, *, is_strict: bool) -> OwnReads:
    """Returns the own writes as they are now.

    Those of a large transaction are spilled, and not copied: unless `is_strict` they are read as they
    will be. Raises 0A000.
    """
    if spill is None:
        copy = writes.copied()
        return OwnReads(lambda key: copy.writes.get(key, ABSENT), copy.in_range)
    if is_strict:
        raise not_supported("a data-modifying WITH query in a transaction this large")
    return live


class FrozenReads:
    """Reads at a moment; everything else is the transaction's.

    Attributes:
        counts: The transaction's.
    """

    def __init__(
        self,
        txn: Any,
        snapshot: Snapshot,
        own: OwnReads,
        reads: ReadSet | None,
        slices: Slices,
    ) -> None:
        self.counts: Counts = txn.counts
        self._txn = txn
        self._snapshot = snapshot
        self._own = own
        self._reads = reads
        self._slices = slices

    def __getattr__(self, name: str) -> Any:
        return getattr(self._txn, name)

    @property
    def read_timestamp(self) -> int:
        return self._snapshot.timestamp

    def _get(self, key: bytes) -> bytes | None:
        own = self._own.previous(key)
        if own is not ABSENT:
            return visible(own)
        if self._reads is not None:
            self._reads.note_key(key)
        return self._snapshot.get(key)

    async def get(self, key: bytes) -> bytes | None:
        value = self._get(key)
        self.counts.count_read(key, value)
        return value

    async def multi_get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        values: list[bytes | None] = []
        for position, key in enumerate(keys):
            value = self._get(key)
            self.counts.count_read(key, value)
            values.append(value)
            if position % 64 == 63 and self._slices.due():
                await self._slices.pause()
        return values

    def scan(
        self, start: bytes, end: bytes, *, reverse: bool = False, limit: int | None = None
    ) -> AsyncIterator[list[Entry]]:
        own = self._own.in_range(start, end, reverse=reverse)
        base = SnapshotScan(
            self._snapshot,
            start,
            end,
            limit=None if own else limit,
            reverse=reverse,
            counts=self.counts,
            slices=self._slices,
        )
        scan = Overlay(base, iter(own), limit=limit, reverse=reverse) if own else base
        if self._reads is None:
            return scan
        return NotedScan(scan, (start, end), self._reads, reverse=reverse, limit=limit)
