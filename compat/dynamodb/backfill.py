"""Filling an index that was added to a table with items, while everybody reads and writes.

From the commit that added the index on, every write keeps it. The backfill goes through the items
once, in key order: a few at a time, in a point operation that reads each item's newest state and
puts its entry. Whether an item was written before, in between or after, its entry is that of its
newest state. After a crash the next start begins again: what is there is only put once more.
"""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from compat.dynamodb.table_changes import TableChanges
from compat.dynamodb.tables import DynamoTables
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.index import IndexAccess
from storage.items import Row
from storage.keyspace import PREFIX_SIZE
from storage.kv.store import Newest
from storage.schema import ElementState, Table
from storage.table import StaleTable, TableAccess
from storage.tables import Tables

_log = logging.getLogger(__name__)

#: Items per point operation: at their usual size about half a millisecond of the loop.
_BATCH_ITEMS: Final = 25
_BATCH_BYTES: Final = 256 << 10
#: Seconds before another attempt, where something unforeseen came between.
_RETRY_SECONDS: Final = 1.0

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class Backfills:
    """Runs the backfills of a server, each index one at a time.

    Args:
        spawn: Runs a coroutine beside everything else, until the server stops.
    """

    def __init__(
        self,
        store: OpenStore,
        tables: Tables,
        found: DynamoTables,
        changes: TableChanges,
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._tables = tables
        self._catalogs = found.catalogs
        self._changes = changes
        self._spawn = spawn
        self._running: set[int] = set()

    def resume_all(self) -> None:
        """Goes on with what a former life has left unfinished."""
        for table in self._catalogs.current.tables:
            self.start(table)

    def start(self, table: Table) -> None:
        """Fills the indexes of a table that wait for it."""
        for index in table.indexes:
            is_waiting = index.sparse and index.state is ElementState.BACKFILLING
            if is_waiting and index.id not in self._running:
                self._running.add(index.id)
                self._spawn(self._fill(table.id, index.id))

    async def _fill(self, table_id: int, index_id: int) -> None:
        try:
            while not await self._try_to_fill(table_id, index_id):
                await self._store.slices.sleep(_RETRY_SECONDS)
        finally:
            self._running.discard(index_id)

    async def _try_to_fill(self, table_id: int, index_id: int) -> bool:
        try:
            start: bytes | None = b""
            while start is not None:
                access = self._access(table_id, index_id)
                if access is None:
                    return True
                start = await self._fill_some(access, index_id, max(start, access.range[0]))
                await self._store.slices.pause()
            await self._changes.end_backfill(table_id, index_id)
        except DatabaseError as error:
            _log.warning("index_backfill_interrupted index=%d reason=%s", index_id, error.message)
            return False
        return True

    def _access(self, table_id: int, index_id: int) -> TableAccess | None:
        table = self._catalogs.current.table_by_id(table_id)
        if table is None or all(index.id != index_id for index in table.indexes):
            return None
        return self._tables.access(table)

    async def _fill_some(self, access: TableAccess, index_id: int, start: bytes) -> bytes | None:
        """Fills in from a key on; returns where to go on, None at the end."""
        entries = self._store.scan_now(start, access.range[1], _BATCH_ITEMS)
        if not entries:
            return None
        keys, size = [], 0
        for key, value in entries:
            keys.append(key)
            size += len(value)
            if size > _BATCH_BYTES:
                break
        index = access.index_access(index_id)

        def put_entries(newest: Newest) -> None:
            if access.is_stale:
                raise StaleTable
            for key in keys:
                item = newest.get(key)
                if item is not None:
                    _put_entry(newest, index, access.decode(item), key[PREFIX_SIZE:])

        try:
            await self._store.point([*keys, access.exclusive_key], put_entries)
        except StaleTable:
            return start
        return keys[-1] + b"\0"


def _put_entry(newest: Newest, index: IndexAccess, row: Row, primary_key: bytes) -> None:
    try:
        entry = index.entry(row, primary_key)
    except DatabaseError:
        # A key that is too long for an index: AWS leaves such items out, too.
        return
    if entry is not None:
        newest.put(*entry)
