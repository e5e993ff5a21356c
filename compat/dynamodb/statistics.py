"""ItemCount and TableSizeBytes: counted, in slices, when somebody asks.

AWS brings the figures up to date every six hours. Here a small table is counted each time when
something may have been written since; a large one at most as often as counting it takes a hundredth of
the time, and until then the last figures are shown.
"""

from dataclasses import dataclass
from time import monotonic
from typing import Final

from compat.dynamodb.item_size import item_size
from compat.dynamodb.tables import IndexHandle, TableHandle
from storage.embedded import OpenStore

_SLICE_ITEMS: Final = 50
#: Counting shall take at most this part of the time, unless it is this quick.
_SHARE: Final = 0.01
_QUICK_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Figures:
    """What a table or an index holds."""

    item_count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Counted:
    figures: Figures
    timestamp: int
    until: float


class Statistics:
    """The figures of all tables and indexes, by storage id."""

    def __init__(self, store: OpenStore) -> None:
        self._store = store
        self._counted: dict[tuple[int, bool], _Counted] = {}

    async def of_table(self, handle: TableHandle) -> Figures:
        """Returns a table's figures."""
        key = (handle.table.storage_id, False)
        return await self._figures(key, handle, None)

    async def of_index(self, handle: TableHandle, index: IndexHandle) -> Figures:
        """Returns an index's figures."""
        return await self._figures((index.index.storage_id, True), handle, index)

    def forget(self, handle: TableHandle) -> None:
        """Forgets a table that is gone."""
        self._counted.pop((handle.table.storage_id, False), None)
        for index in handle.indexes.values():
            self._counted.pop((index.index.storage_id, True), None)

    async def _figures(
        self, key: tuple[int, bool], handle: TableHandle, index: IndexHandle | None
    ) -> Figures:
        timestamp = self._store.committer.newest.timestamp
        known = self._counted.get(key)
        if known is not None and (known.timestamp == timestamp or monotonic() < known.until):
            return known.figures
        began = monotonic()
        figures = await self._count(handle, index)
        took = monotonic() - began
        rest = 0.0 if took < _QUICK_SECONDS else took / _SHARE
        self._counted[key] = _Counted(figures, timestamp, monotonic() + rest)
        return figures

    async def _count(self, handle: TableHandle, index: IndexHandle | None) -> Figures:
        access, documents, slices = handle.access, handle.documents, self._store.slices
        carried = None if index is None or not index.is_carried else index.access.carried_row()
        start, end = access.range if index is None else index.access.code.bounds()
        count = size = 0
        while True:
            entries = self._store.scan_now(start, end, _SLICE_ITEMS)
            for key, value in entries:
                count += 1
                if index is None:
                    size += item_size(documents.item(access.decode(value)))
                elif carried is not None:
                    size += item_size(documents.item(carried((key, value))))
                else:
                    size += len(key) + len(value)
            if len(entries) < _SLICE_ITEMS:
                return Figures(count, size)
            start = entries[-1][0] + b"\0"
            if slices.due():
                await slices.pause()
