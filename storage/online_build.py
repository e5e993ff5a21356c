"""Indexes that are built, and dropped, while their table is written to.

An index goes through states, each of them a version of the table that all writers come to use:

| state       | writers                                    | readers |
|-------------|--------------------------------------------|---------|
| delete-only | remove entries of rows that go             | don't   |
| write-only  | also add entries of rows that come         | don't   |
| backfilling | likewise, and the rows from before         | don't   |
|             | get theirs, slice by slice                 |         |
| public      | keep it                                    | use it  |

Before each next state, the transactions that may still write by an older one are waited for. So two
states that follow each other are all that ever meet, and these two go together: whoever adds an
entry can rely on everybody else to remove it. No writer waits for the build.

A slice of the backfill is a point operation: it reads the newest items and writes their entries,
and how far it has come, in one batch. What comes later deletes or replaces what it wrote. An entry
of a unique index is written when nobody holds its key; that another row has it ends the build.

The build's record (META 'i' index id) lies there from the first state until the index is public or
has failed. A server that dies leaves it, and the next one goes on from it (`resume`). After a
failure the index stays in the first state, *invalid*: nobody reads it, until REINDEX or DROP INDEX
end that.

The caller's transaction holds the table against other DDL (`CatalogTransaction.lock_definition`).
"""

import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import msgspec

from storage.catalog_store import CatalogStore, CatalogTransaction
from storage.duplicates import duplicated_key
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.index import IndexAccess
from storage.keyspace import PREFIX_SIZE, prefix_range
from storage.kv.store import Newest, Retry, Transaction
from storage.lock_modes import TableLockMode
from storage.point import Evaluated
from storage.records import dataclass
from storage.schema import ElementState, Index, Table
from storage.table import TableAccess
from storage.table_locks import table_key
from storage.tables import Tables
from storage.transaction import EmbeddedTransaction

#: Rows of one point operation: it holds the loop for about a millisecond.
_ROWS_AT_ONCE: Final = 64
#: Operations that wait for their sync while the next ones run.
_UNSYNCED_MAX: Final = 2


class BuildRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a build has come.

    Attributes:
        position: Key of the last item, without its prefix, that has its entry.
        row_count: Items that have been looked at.
        replaces: Id of the index that the new one is to take the place of (REINDEX), or 0.
        is_done: It has, and only the old one's storage is left to be dropped.
    """

    table_id: int
    index_id: int
    position: bytes = b""
    row_count: int = 0
    replaces: int = 0
    is_done: bool = False


_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(BuildRecord).decode


@dataclass(slots=True)
class BuildProgress:
    """What pg_stat_progress_create_index shows of a build."""

    process_id: int
    table_id: int
    index_id: int
    command: str
    phase: str = "initializing"
    lockers_total: int = 0
    lockers_done: int = 0
    row_count: int = 0


class OnlineBuilds:
    """Builds and drops indexes online.

    Attributes:
        running: The builds under way, by the index's id.
    """

    def __init__(self, store: OpenStore, catalogs: CatalogStore, tables: Tables) -> None:
        self.running: dict[int, BuildProgress] = {}
        self._store = store
        self._catalogs = catalogs
        self._tables = tables

    # -- what statements do ----------------------------------------------------------------------

    async def create(
        self,
        guard: EmbeddedTransaction,
        table_id: int,
        index: Index,
        command: str,
        replaces: int = 0,
    ) -> None:
        """Adds an index and builds it. Raises 42P07, 23505 and what its expressions raise."""
        index = msgspec.structs.replace(index, state=ElementState.DELETE_ONLY)
        record = BuildRecord(table_id, index.id, replaces=replaces)

        async def add(changes: CatalogTransaction, txn: Transaction, table: Table) -> None:
            changed = msgspec.structs.replace(table, indexes=(*table.indexes, index))
            await changes.replace_table(changed)
            txn.put(self._catalogs.keys.build(index.id), _pack(record))

        await self._change(guard, table_id, add)
        await self._build(guard, record, command)

    async def drop(self, guard: EmbeddedTransaction, table_id: int, index_id: int) -> None:
        """Drops an index without making anybody wait."""
        for state in (ElementState.WRITE_ONLY, ElementState.DELETE_ONLY):
            await self._set_state(guard, table_id, index_id, state)
            await self._outlast_writers(guard, table_id)

        async def remove(changes: CatalogTransaction, txn: Transaction, table: Table) -> None:
            rest = tuple(index for index in table.indexes if index.id != index_id)
            await changes.replace_table(msgspec.structs.replace(table, indexes=rest))
            txn.delete(self._catalogs.keys.build(index_id))

        await self._change(guard, table_id, remove)

    async def resume(
        self, process_id: int = 0
    ) -> AsyncIterator[tuple[Index, DatabaseError | None]]:
        """Goes on with what a server that died has left; yields each index, and why it failed."""
        records = self._store.scan_now(*prefix_range(self._catalogs.keys.builds), 1000)
        for key, value in records:
            record = _unpack(value)
            guard = self._store.begin()
            guard.process_id = process_id
            try:
                changes = self._catalogs.transaction(guard)
                table = await changes.lock_definition(record.table_id)
                index = _index_of(table, record.index_id)
                if index is None or self._store.get_now(key) != value:
                    continue  # other DDL has come first
                failure: DatabaseError | None = None
                try:
                    if record.is_done:
                        await self.drop(guard, record.table_id, record.index_id)
                    else:
                        await self._build(guard, record, "CREATE INDEX CONCURRENTLY")
                except DatabaseError as error:
                    failure = error
                yield index, failure
            finally:
                await guard.rollback()
                self._catalogs.end(guard)

    # -- building --------------------------------------------------------------------------------

    async def _build(self, guard: EmbeddedTransaction, record: BuildRecord, command: str) -> None:
        index_id, table_id = record.index_id, record.table_id
        progress = BuildProgress(guard.process_id, table_id, index_id, command)
        self.running[index_id] = progress
        try:
            progress.phase = "waiting for writers before build"
            for state in (ElementState.WRITE_ONLY, ElementState.BACKFILLING):
                await self._outlast_writers(guard, table_id, progress)
                await self._set_state(guard, table_id, index_id, state)
            await self._outlast_writers(guard, table_id, progress)
            progress.phase = "building index"
            await self._backfill(guard, record, progress)
            await self._publish(guard, record)
        except Exception:
            # A server that stops cancels it, and goes on when it is there again.
            await self._fail(guard, record)
            raise
        finally:
            del self.running[index_id]
        if record.replaces:
            await self.drop(guard, table_id, index_id)

    async def _backfill(
        self, guard: EmbeddedTransaction, record: BuildRecord, progress: BuildProgress
    ) -> None:
        table = self._catalogs.current.table_by_id(record.table_id)
        assert table is not None
        access = self._tables.access(table)
        # What was evaluated before the last change of state must be in the snapshots to come.
        await self._catalogs.settle_writes(guard)
        progress_key = self._catalogs.keys.build(record.index_id)
        slice_of = _Slice(access, record, progress_key)
        position, end = access.range[0] + record.position, access.range[1]
        if record.position:
            position += b"\0"
        pending: deque[Evaluated[None]] = deque()
        progress.row_count = record.row_count
        while entries := self._store.scan_now(position, end, _ROWS_AT_ONCE):
            keys = [key for key, _ in entries]
            position = keys[-1] + b"\0"
            progress.row_count += len(keys)
            evaluated = await self._store.point_evaluated(
                *slice_of.operation(keys, progress.row_count)
            )
            pending.append(evaluated)
            if len(pending) > _UNSYNCED_MAX:
                await pending.popleft().told()
            if self._store.slices.due():
                await self._store.slices.pause()
            guard.refresh()
        while pending:
            await pending.popleft().told()

    async def _publish(self, guard: EmbeddedTransaction, record: BuildRecord) -> None:
        async def publish(changes: CatalogTransaction, txn: Transaction, table: Table) -> None:
            await changes.replace_table(_published(table, record))
            key = self._catalogs.keys.build(record.index_id)
            if record.replaces:
                txn.put(key, _pack(msgspec.structs.replace(record, is_done=True)))
            else:
                txn.delete(key)

        await self._change(guard, record.table_id, publish)

    async def _fail(self, guard: EmbeddedTransaction, record: BuildRecord) -> None:
        """Ends a build that has failed: the index stays, and nothing is added to it any more."""

        async def fail(changes: CatalogTransaction, txn: Transaction, table: Table) -> None:
            await changes.replace_table(
                _with_state(table, record.index_id, ElementState.DELETE_ONLY)
            )
            txn.delete(self._catalogs.keys.build(record.index_id))

        with contextlib.suppress(DatabaseError):  # what has failed is more worth telling
            await self._change(guard, record.table_id, fail)

    # -- states ----------------------------------------------------------------------------------

    async def _set_state(
        self, guard: EmbeddedTransaction, table_id: int, index_id: int, state: ElementState
    ) -> None:
        async def change(changes: CatalogTransaction, _txn: Transaction, table: Table) -> None:
            await changes.replace_table(_with_state(table, index_id, state))

        await self._change(guard, table_id, change)

    async def _change(
        self,
        guard: EmbeddedTransaction,
        table_id: int,
        change: Callable[[CatalogTransaction, Transaction, Table], Awaitable[None]],
    ) -> None:
        """Changes the table's definition in a transaction of its own."""
        txn = self._store.begin()
        txn.process_id = guard.process_id
        try:
            changes = self._catalogs.transaction(txn)
            table = await changes.lock_record(table_id)
            if table is None:
                raise DatabaseError("42P01", "the table of the index does not exist any more")
            await change(changes, txn, table)
            await txn.commit()
        finally:
            await txn.rollback()
            self._catalogs.end(txn)

    async def _outlast_writers(
        self, guard: EmbeddedTransaction, table_id: int, progress: BuildProgress | None = None
    ) -> None:
        """Waits for the transactions that may write by an older version of the table."""

        def count(done: int, total: int) -> None:
            if progress is not None:
                progress.lockers_done, progress.lockers_total = done, total

        key = table_key(table_id)
        await self._store.locks.outlast(guard, key, TableLockMode.SHARE, count)


def _index_of(table: Table | None, index_id: int) -> Index | None:
    indexes = () if table is None else table.indexes
    return next((index for index in indexes if index.id == index_id), None)


def _with_state(table: Table, index_id: int, state: ElementState) -> Table:
    indexes = tuple(
        msgspec.structs.replace(index, state=state) if index.id == index_id else index
        for index in table.indexes
    )
    return msgspec.structs.replace(table, indexes=indexes)


def _published(table: Table, record: BuildRecord) -> Table:
    """Returns the table with its new index in use; one that it replaces gets its storage."""
    new = _index_of(table, record.index_id)
    assert new is not None
    changed = {new.id: msgspec.structs.replace(new, state=ElementState.PUBLIC)}
    old = _index_of(table, record.replaces)
    if old is not None:
        # They change places: what is dropped afterwards is the old storage.
        public = ElementState.PUBLIC
        changed[old.id] = msgspec.structs.replace(old, storage_id=new.storage_id, state=public)
        left = msgspec.structs.replace(new, storage_id=old.storage_id)
        changed[new.id] = msgspec.structs.replace(left, state=ElementState.WRITE_ONLY)
    indexes = tuple(changed.get(index.id, index) for index in table.indexes)
    return msgspec.structs.replace(table, indexes=indexes)


class _Slice:
    """Makes the point operations of a backfill."""

    def __init__(self, access: TableAccess, record: BuildRecord, progress_key: bytes) -> None:
        self._access = access
        self._progress_key = progress_key
        self._index: IndexAccess = access.index_access(record.index_id)
        self._record = record

    def operation(
        self, keys: Sequence[bytes], row_count: int
    ) -> tuple[list[bytes], Callable[[Newest], None]]:
        """Returns the keys that a point operation names at first, and the operation."""
        held = [self._progress_key]
        record = msgspec.structs.replace(
            self._record, position=keys[-1][PREFIX_SIZE:], row_count=row_count
        )

        def fill(newest: Newest) -> None:
            self._fill(newest, keys, held)
            newest.put(self._progress_key, _pack(record))

        return held, fill

    def _fill(self, newest: Newest, keys: Sequence[bytes], held: list[bytes]) -> None:
        access, index = self._access, self._index
        entries = []
        for key in keys:
            item = newest.get(key)
            if item is None:
                continue
            row = access.decode(item)
            entry = index.entry(row, key[PREFIX_SIZE:])
            if entry is not None:
                entries.append((key, row, entry))
        if index.index.unique:
            known = set(held)
            exclusive = [entry[0] for _, _, entry in entries if index.is_exclusive(entry)]
            missing = [key for key in dict.fromkeys(exclusive) if key not in known]
            if missing:
                held += missing
                raise Retry(held)
        for key, row, entry in entries:
            if index.is_exclusive(entry):
                found = newest.get(entry[0])
                if found is not None and index.primary_key((entry[0], found)) != key[PREFIX_SIZE:]:
                    raise duplicated_key(
                        access.table, index.index, index.values(row), access.rendering
                    )
            newest.put(*entry)
