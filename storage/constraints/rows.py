"""What the writes of one table version mean for constraints between rows.

A `TableAccess` tells its `ForeignAndDeferred` of every row that comes, changes or goes. What can be
settled at once, is: a referenced row that is found stays locked, so no event is needed for it.
"""

from dataclasses import field
from typing import Final, Protocol

from storage.catalog import Catalog
from storage.constraints.events import ReferencedRow, ReferringRow
from storage.constraints.queue import ConstraintQueue, ConstraintQueues
from storage.constraints.reference import MIXED_NULLS, ConvertColumn, Reference
from storage.constraints.rules import RowRules
from storage.constraints.unique import NewEntry, values_key_of
from storage.index import IndexAccess
from storage.items import Row
from storage.kv.store import LockWait, NeedsTransaction, Newest, Transaction
from storage.lock_modes import LockMode
from storage.records import dataclass
from storage.schema import ForeignKey, Table
from storage.table import StaleTable, TableAccess

_REFERENCE_COUNT_MAX: Final = 2000


class OtherTables(Protocol):
    """Where the tables at the other ends of foreign keys are found."""

    def access(self, table: Table) -> TableAccess: ...

    def catalog_of(self, txn: Transaction | None) -> Catalog:
        """Returns the catalog that a transaction sees; of None, the committed one."""

    def rules(self, table: Table) -> RowRules: ...


@dataclass(slots=True)
class References:
    """The compiled foreign keys of an open database, made when first used."""

    tables: OtherTables
    convert: ConvertColumn
    _made: dict[tuple[int, int, int], Reference] = field(default_factory=dict)

    def get(self, key: ForeignKey, child: Table, parent: Table) -> Reference:
        """Returns a foreign key between these versions."""
        found = self._made.get((key.id, child.version, parent.version))
        if found is None:
            if len(self._made) >= _REFERENCE_COUNT_MAX:
                del self._made[next(iter(self._made))]
            access = self.tables.access
            found = Reference(key, access(child), access(parent), self.convert)
            self._made[key.id, child.version, parent.version] = found
        return found


class ForeignAndDeferred:
    """The foreign keys of a table, those to it, and its deferrable uniqueness."""

    def __init__(
        self, access: TableAccess, references: References, queues: ConstraintQueues
    ) -> None:
        table = access.table
        self._access = access
        self._table = table
        self._keys = table.foreign_keys
        self._references = references
        self._tables = references.tables
        self._queues = queues
        self._deferrable = tuple(
            index
            for index in access.indexes
            if index.index.unique and index.index.timing.deferrable
        )
        self._point: tuple[Reference, ...] = ()

    # ---- in transactions -------------------------------------------------------------------------

    async def inserted(self, txn: Transaction, key: bytes, row: Row) -> None:
        """A row has been added."""
        queue = self._queues.of(txn)
        for index in self._deferrable:
            await self._add_entry(txn, queue, index, row)
        for foreign_key in self._keys:
            reference = await self._reference(txn, foreign_key)
            await self._refers(txn, queue, reference, key, row)
        await queue.relieve()

    async def updated(
        self, txn: Transaction, key: bytes, old: Row, new_key: bytes, new: Row
    ) -> None:
        """A row has been changed, under another key perhaps."""
        queue = self._queues.of(txn)
        for index in self._deferrable:
            if new_key != key or index.values(old) != index.values(new):
                await self._leave(txn, index, old)
                await self._add_entry(txn, queue, index, new)
        if self._changes_what_is_referenced(old, new):
            for reference in await self._references_to(txn):
                self._changed(queue, reference, old, new)
        for foreign_key in self._keys:
            reference = await self._reference(txn, foreign_key)
            has_moved = new_key != key and queue.is_deferred(foreign_key.id, foreign_key.timing)
            if has_moved or reference.child_key(old) != reference.child_key(new):
                await self._refers(txn, queue, reference, new_key, new)
        await queue.relieve()

    async def deleted(self, txn: Transaction, old: Row) -> None:
        """A row has been removed."""
        queue = self._queues.of(txn)
        for index in self._deferrable:
            await self._leave(txn, index, old)
        for reference in await self._references_to(txn):
            self._changed(queue, reference, old, None)
        await queue.relieve()

    async def _refers(
        self, txn: Transaction, queue: ConstraintQueue, reference: Reference, key: bytes, row: Row
    ) -> None:
        wanted = reference.child_key(row)
        if wanted is None:
            return
        foreign_key = reference.key
        is_deferred = queue.is_deferred(foreign_key.id, foreign_key.timing)
        if is_deferred or wanted == MIXED_NULLS or not await reference.find(txn, wanted):
            queue.add(ReferringRow(reference, key, wanted), foreign_key.timing)

    def _changed(
        self, queue: ConstraintQueue, reference: Reference, old: Row, new: Row | None
    ) -> None:
        old_key = reference.parent_key(old)
        if old_key is None or (new is not None and reference.parent_key(new) == old_key):
            return
        rules = self._tables.rules(reference.child.table)
        values = reference.parent_values
        event = ReferencedRow(
            reference, values(old), None if new is None else values(new), queue, rules
        )
        queue.add(event, event.timing)

    async def _add_entry(
        self, txn: Transaction, queue: ConstraintQueue, index: IndexAccess, row: Row
    ) -> None:
        values_key = values_key_of(index, row)
        if values_key is None:
            return
        event = NewEntry(self._access, index, row, values_key)
        if not await event.is_alone(txn, LockWait.SKIP):
            queue.add(event, index.index.timing)

    @staticmethod
    async def _leave(txn: Transaction, index: IndexAccess, row: Row) -> None:
        """Lets others who come to the row's key wait for the outcome."""
        values_key = values_key_of(index, row)
        if values_key is not None:
            await txn.lock(values_key, LockMode.UPDATE, LockWait.SKIP)

    # ---- the tables at the other ends ------------------------------------------------------------

    async def _reference(self, txn: Transaction, key: ForeignKey) -> Reference:
        """Returns a foreign key of the table; DDL stays off the referenced one from now on."""
        while True:
            parent = self._tables.catalog_of(txn).table_by_id(key.referenced_table_id)
            if parent is None:
                raise StaleTable
            reference = self._references.get(key, self._table, parent)
            if await _is_locked(txn, reference.parent):
                return reference

    async def _references_to(self, txn: Transaction) -> list[Reference]:
        """Returns the foreign keys to the table; DDL stays off the referencing ones from now on."""
        found: list[Reference] = []
        for table_id in self._table.referenced_by:
            while True:
                child = self._tables.catalog_of(txn).table_by_id(table_id)
                if child is None or await _is_locked(txn, self._tables.access(child)):
                    break
            if child is None:
                continue  # It has gone, and nothing refers to the table from there.
            found += [
                self._references.get(key, child, self._table)
                for key in child.foreign_keys
                if key.referenced_table_id == self._table.id
            ]
        return found

    # ---- in point operations ---------------------------------------------------------------------

    def keys_of(self, row: Row) -> list[bytes]:
        """Returns the keys that a point operation must name because of what a new row refers to."""
        keys: list[bytes] = []
        for reference in self._point_references():
            key = reference.point_key(row)
            if key is not None:
                keys += [key, reference.parent.exclusive_key]
        return keys

    def insert_point(self, newest: Newest, row: Row) -> None:
        """Tests a row that has just been put. Raises 23503, NeedsTransaction."""
        if not self.may_insert_point:
            raise NeedsTransaction
        for reference in self._point_references():
            if reference.is_found_point(newest, row):
                continue
            if reference.key.timing.initially_deferred:
                raise NeedsTransaction  # The commit is to fail, and not the statement.
            raise reference.missing(row)

    @property
    def may_insert_point(self) -> bool:
        """Whether all that a new row relies on is named by its own values."""
        return not self._deferrable and all(key.referenced_index_id is None for key in self._keys)

    def update_point(self, old: Row, new: Row) -> None:
        """Raises NeedsTransaction if a change is anything to other rows."""
        if self._deferrable:
            raise NeedsTransaction
        for reference in self._point_references():
            if reference.child_key(old) != reference.child_key(new):
                raise NeedsTransaction
        if self._changes_what_is_referenced(old, new):
            raise NeedsTransaction

    def _changes_what_is_referenced(self, old: Row, new: Row) -> bool:
        """Returns whether others may refer to the row by what is changed; if not, they stay unlocked."""
        return bool(self._table.referenced_by) and any(
            old[position] is not new[position] for position in self._referenced_positions()
        )

    def delete_point(self) -> None:
        """Raises NeedsTransaction if others may refer to the table's rows."""
        if self._table.referenced_by:
            raise NeedsTransaction

    def _point_references(self) -> tuple[Reference, ...]:
        if len(self._point) == len(self._keys) and not any(r.parent.is_stale for r in self._point):
            return self._point
        catalog = self._tables.catalog_of(None)
        parents = [catalog.table_by_id(key.referenced_table_id) for key in self._keys]
        self._point = tuple(
            self._references.get(key, self._table, parent)
            for key, parent in zip(self._keys, parents, strict=True)
            if parent is not None
        )
        if len(self._point) < len(self._keys):
            raise StaleTable
        return self._point

    def _referenced_positions(self) -> frozenset[int]:
        """Returns the columns by which others may refer to a row: those of all unique indexes."""
        found = set(self._access.key_positions)
        for index in self._access.indexes:
            if index.index.unique:
                found.update(
                    self._table.position(part.column_id)
                    for part in index.index.parts
                    if part.column_id is not None
                )
        return frozenset(found)


async def _is_locked(txn: Transaction, access: TableAccess) -> bool:
    """Locks a table against DDL; returns False if the version is no longer the current one."""
    try:
        await access.lock_for_write(txn)
    except StaleTable:
        return False
    return True
