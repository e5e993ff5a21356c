"""Operations on the rows of one table: the one place where SQL and DynamoDB meet.

A `TableAccess` is made once per table version. It turns rows into items and index entries and
keeps the two together: whatever writes an item writes, in the same batch, the entries that changed.
Every operation comes twice, over one core:

    await access.insert(txn, row)                  in a transaction: waits for locks, then looks
    access.insert_point(newest, key, row, held)    in a point operation: the store has kept it
                                                   back until the keys in `held` were free

`held` is the list of keys that the point operation has named. Where the old row shows that more are
needed, they are added to the list, and `Retry` makes the store run the operation again with it.

Uniqueness is judged against the newest state, under locks on the item's key and on the keys of
unique index entries, so that a second inserter waits for the first one's outcome.

A transaction holds the table's lock before its first write to the table (`lock_for_write`); a point
operation names `exclusive_key` among its keys. So DDL finds no writer in the middle, and a writer that planned
before the DDL gets `StaleTable`: plan again.

Foreign keys and deferrable uniqueness are storage/constraints/'s: a transaction tests what they
need at `end_statement()` of its queue (`Tables.constraints`), or else at its commit.

The layout of a row is storage/items.py's. NOT NULL, CHECK and types are the caller's business.
"""

import enum
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from storage.attributes import AttributeRegistry
from storage.catalog_store import CatalogStore
from storage.duplicates import Conflict, DuplicateKeyError, KeyRendering, deferrable_arbiter
from storage.entry_changes import EntryChange, is_of, is_same_key, own_change
from storage.hidden_keys import HiddenKeys
from storage.index import NO_FUNCTIONS, IndexAccess, IndexFunctions, key_code_at
from storage.items import Row, row_decoder, row_encoder
from storage.keyspace import ITEMS, PREFIX_SIZE, prefix_range, storage_prefix
from storage.kv.store import Entry, NeedsTransaction, Newest, Retry, Transaction
from storage.lock_modes import TableLockMode
from storage.row_constraints import RowConstraints
from storage.schema import ColumnPolicy, ElementState, Index, Table
from storage.table_locks import exclusive_key, readers_key, table_key
from storage.table_version import TableVersion

#: insert_many lets the store spill, and the loop turn, after this many rows: half a millisecond.
_PRESSURE_EVERY_ROWS: Final = 32


class Operation(enum.IntEnum):
    """What a record of the change log tells of. Part of the data format."""

    INSERT = 1
    UPDATE = 2
    DELETE = 3


class StaleTable(Exception):  # noqa: N818 - a signal of control flow, not a fault
    """The table has changed since the statement was planned: plan again."""


class Writer(Protocol):
    """What transactions and point operations have in common."""

    def put(self, key: bytes, value: bytes) -> None: ...

    def put_item(self, key: bytes, body: bytes) -> None: ...

    def delete(self, key: bytes) -> None: ...

    def log_change(
        self, storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
    ) -> None: ...


class Claim(NamedTuple):
    """What a transaction's claim to an empty table says of new keys; see `Transaction.claim`.

    Attributes:
        is_new_entry: By the id of each unique index.
    """

    is_new_item: Callable[[bytes], bool]
    is_new_entry: Mapping[int, Callable[[bytes], bool]]


class TableAccess:
    """One version of a table, compiled.

    Attributes:
        code: Keys of its items; `code.bounds()` gives the range of a condition on key columns.
        key_of: Key of a row's item. Not for tables with hidden keys.
        encode: Body of a row's item.
        decode: Row of an item; `decoder(positions)` for some of its columns.
        range: (start, end) of all items.
        lock_key, exclusive_key, readers_key: Of the table's locks (storage/table_locks.py).
        version: What it was made for.
        constraints: Of tables that have any between rows.
    """

    constraints: RowConstraints | None = None

    def __init__(
        self,
        table: Table,
        *,
        catalogs: CatalogStore,
        rendering: KeyRendering,
        functions: Mapping[int, IndexFunctions],
        hidden_keys: HiddenKeys | None,
    ) -> None:
        self.table = table
        self.version = TableVersion(table)
        self.prefix = storage_prefix(ITEMS, table.storage_id)
        self.range = prefix_range(self.prefix)
        self.code = key_code_at(table, self.prefix)
        self.key_positions = tuple(table.position(column_id) for column_id in table.key_column_ids)
        self.key_of: Callable[[Row], bytes] = self.code.encoder(self.key_positions)
        self.encode = row_encoder(table)
        self.decode = row_decoder(table)
        self.lock_key = table_key(table.id)
        self.exclusive_key = exclusive_key(table.id)
        self.readers_key = readers_key(table.id)
        self.indexes = tuple(
            IndexAccess(table, index, functions.get(index.id, NO_FUNCTIONS))
            for index in table.indexes
        )
        self._filled = tuple(
            access for access in self.indexes if access.index.state is not ElementState.DELETE_ONLY
        )
        self._hidden_keys = hidden_keys
        self.rendering = rendering
        is_dynamic = table.policy is ColumnPolicy.DYNAMIC
        self._registry = AttributeRegistry(table, catalogs) if is_dynamic else None

    @property
    def is_stale(self) -> bool:
        """Whether another version of the table has become current."""
        return self.version.is_stale

    # ---- reading ---------------------------------------------------------------------------------

    def decoder(self, positions: Collection[int]) -> Callable[[bytes], Row]:
        """Returns what makes rows with (at least) these columns filled; see `row_decoder`."""
        return row_decoder(self.table, positions)

    def index_access(self, index_id: int) -> IndexAccess:
        """Returns one of the table's indexes."""
        return next(access for access in self.indexes if access.index.id == index_id)

    async def get(self, txn: Transaction, key: bytes) -> Row | None:
        """Returns the row that the transaction sees under the key, or None."""
        value = await txn.get(key)
        return None if value is None else self.decode(value)

    async def get_newest(self, txn: Transaction, key: bytes) -> Row | None:
        """Returns the newest row under a key that the transaction has locked; see the store's."""
        value = await txn.get_newest(key)
        return None if value is None else self.decode(value)

    def get_point(self, newest: Newest, key: bytes) -> Row | None:
        """Returns the newest row under the key. Raises StaleTable."""
        if self.version.is_stale:
            raise StaleTable
        value = newest.get(key)
        return None if value is None else self.decode(value)

    async def items_of(
        self, txn: Transaction, index: IndexAccess, entries: Sequence[Entry]
    ) -> list[Entry]:
        """Returns the (key, item) of index entries that the same snapshot has shown."""
        prefix, primary_key = self.prefix, index.primary_key
        keys = [prefix + primary_key(entry) for entry in entries]
        values = await txn.multi_get(keys)
        return [(key, value) for key, value in zip(keys, values, strict=True) if value is not None]

    # ---- locks -----------------------------------------------------------------------------------

    async def lock_for_write(self, txn: Transaction) -> None:
        """Takes the table's lock in ROW EXCLUSIVE mode. Raises StaleTable."""
        await txn.lock(self.lock_key, TableLockMode.ROW_EXCLUSIVE)
        if self.version.is_stale:
            raise StaleTable

    def insert_keys(self, key: bytes, row: Row) -> list[bytes]:
        """Returns the keys that a point operation inserting this row must name.

        Beside them it names those of `constraints.keys_of`.
        """
        # Nobody else has the number of a hidden key.
        keys = [self.exclusive_key] if self.table.hidden_key else [key, self.exclusive_key]
        if self._filled:
            keys += self.unique_keys(key, row)
        return keys

    def unique_keys(self, key: bytes, row: Row) -> list[bytes]:
        """Returns the keys of the row's entries in unique indexes."""
        return self._exclusive_keys(self._all_entries(key, row))

    # ---- insert ----------------------------------------------------------------------------------

    async def insert(self, txn: Transaction, row: Row) -> bytes:
        """Adds a row and returns its key. Raises DuplicateKeyError (23505)."""
        key = await self._new_key(txn, row)
        entries = self._entries(key, row) if self._filled else ()
        for index, entry in entries:
            if index.is_exclusive(entry):
                await self._take_entry(txn, index, entry, row)
        if self._registry is not None:
            await self._registry.register(txn, row)
        self._put_new(txn, key, row, entries)
        if self.constraints is not None:
            await self.constraints.inserted(txn, key, row)
        return key

    async def claim_empty(self, txn: Transaction) -> Claim | None:
        """Returns a claim for `insert_many` if the table is empty and nobody else writes to it.

        The transaction has locked the table for writing.
        """
        if self.table.hidden_key:
            return None
        unique = [index for index in self._filled if index.index.is_exclusive]
        ranges = [self.range, *(prefix_range(index.code.prefix) for index in unique)]
        found = await txn.claim((self.lock_key, self.exclusive_key), ranges)
        if found is None:
            return None
        ids = [index.index.id for index in unique]
        return Claim(found[0], dict(zip(ids, found[1:], strict=True)))

    async def insert_many(
        self, txn: Transaction, rows: Iterable[Row], claim: Claim | None = None
    ) -> int:
        """Adds rows, one after another, and returns how many; spills where the store wants to.

        It draws each row after having added the one before: at an error, the last one drawn is the
        one at fault.
        """
        count = 0
        insert, insert_claimed, pressure = self.insert, self._insert_claimed, txn.pressure
        constraints = self.constraints
        for row in rows:
            if claim is None or not insert_claimed(txn, row, claim):
                await insert(txn, row)
            elif constraints is not None:
                await constraints.inserted(txn, self.key_of(row), row)
            count += 1
            if not count % _PRESSURE_EVERY_ROWS:
                await pressure()
        return count

    def _insert_claimed(self, txn: Transaction, row: Row, claim: Claim) -> bool:
        """Adds a row if nothing has to be awaited or looked up; returns whether it did."""
        key = self.key_of(row)
        if not claim.is_new_item(key):
            return False
        if self._registry is not None and not self._registry.knows(row):
            return False
        entries = self._entries(key, row) if self._filled else ()
        for index, entry in entries:
            if index.is_exclusive(entry) and not claim.is_new_entry[index.index.id](entry[0]):
                return False
        self._put_new(txn, key, row, entries)
        return True

    async def find_conflict(
        self, txn: Transaction, row: Row, arbiters: Iterable[Index | None] | None = None
    ) -> Conflict | None:
        """Returns the first of these unique indexes (None: the primary key) that has the row's key.

        Without `arbiters`, all are asked. If there is no conflict, their keys are locked: none can
        come up before the transaction ends.
        """
        key: bytes | None = None
        wanted = None if arbiters is None else list(arbiters)
        if not self.table.hidden_key:
            key = self.key_of(row)
            if (wanted is None or None in wanted) and not await txn.lock_new(key):
                return self._primary_conflict(key, row)
        for index in self._filled:
            if not index.index.unique or not (wanted is None or index.index in wanted):
                continue
            if index.index.timing.deferrable:
                raise deferrable_arbiter(self.table, index.index)
            entry = index.entry(row, key[PREFIX_SIZE:] if key else b"")
            if entry is not None and index.is_exclusive(entry):
                if await txn.lock_new(entry[0]):
                    continue
                found = await txn.get_newest(entry[0])
                if found is not None:
                    return self._conflict(index, (entry[0], found), row)
        return None

    def new_key_now(self, row: Row) -> bytes | None:
        """Returns the key that a new row takes; None if `refill_keys` has to be awaited first."""
        if self._hidden_keys is None:
            return self.key_of(row)
        number = self._hidden_keys.take()
        return None if number is None else self.code.encode((number,))

    def has_keys(self, count: int) -> bool:
        """Returns whether `new_key_now` has keys for so many new rows."""
        return self._hidden_keys is None or self._hidden_keys.has(count)

    async def refill_keys(self) -> None:
        """Reserves hidden keys."""
        if self._hidden_keys is not None:
            await self._hidden_keys.refill()

    def insert_point(self, newest: Newest, key: bytes, row: Row, held: list[bytes]) -> None:
        """Adds a row under `new_key_now(row)`; `held` are the keys the point operation names.

        Raises DuplicateKeyError, StaleTable, NeedsTransaction, Retry.
        """
        if self.version.is_stale:
            raise StaleTable
        if self._registry is not None and not self._registry.knows(row):
            raise NeedsTransaction
        if not self.table.hidden_key and newest.get(key) is not None:
            raise self.duplicate(self._primary_conflict(key, row))
        entries = self._entries(key, row) if self._filled else ()
        for index, entry in entries:
            if index.is_exclusive(entry):
                _require([entry[0]], held)
                found = newest.get(entry[0])
                if found is not None:
                    raise self.duplicate(self._conflict(index, (entry[0], found), row))
        if self.constraints is not None:
            _require(self.constraints.keys_of(row), held)
        self._put_new(newest, key, row, entries)
        if self.constraints is not None:
            self.constraints.insert_point(newest, row)

    @property
    def is_bare(self) -> bool:
        """Whether nothing but the item itself is written with a row: see `replace_point`."""
        return not (self.indexes or self.table.change_log or self.table.foreign_keys) and not (
            self.table.referenced_by or self.table.hidden_key
        )

    def replace_point(self, newest: Newest, key: bytes, row: Row) -> None:
        """Puts a row in the place of what may be under its key, in a bare table.

        Raises StaleTable, NeedsTransaction.
        """
        if self._registry is not None and not self._registry.knows(row):
            raise NeedsTransaction
        self.replace_body_point(newest, key, self.encode(row))

    def replace_body_point(self, newest: Newest, key: bytes, body: bytes) -> None:
        """Likewise, with an encoded row, which must bring nothing new to the registry."""
        if self.version.is_stale:
            raise StaleTable
        newest.put_item(key, body)

    async def _new_key(self, txn: Transaction, row: Row) -> bytes:
        if self._hidden_keys is not None:
            # Nobody else has the number: there is nothing to lock and nothing to find.
            return self.code.encode((await self._hidden_keys.next(),))
        key = self.key_of(row)
        await self._take_key(txn, key, row)
        return key

    async def _take_key(self, txn: Transaction, key: bytes, row: Row) -> None:
        if not await txn.lock_new(key):
            await txn.settled()
            raise self.duplicate(self._primary_conflict(key, row))

    async def _take_entry(
        self, txn: Transaction, index: IndexAccess, entry: Entry, row: Row
    ) -> None:
        if await txn.lock_new(entry[0]):
            return
        found = await txn.get_newest(entry[0]) or b""
        await txn.settled()
        raise self.duplicate(self._conflict(index, (entry[0], found), row))

    def _put_new(
        self, writer: Writer, key: bytes, row: Row, entries: Iterable[tuple[IndexAccess, Entry]]
    ) -> None:
        body = self.encode(row)
        writer.put_item(key, body)
        for _, (entry_key, entry_value) in entries:
            writer.put(entry_key, entry_value)
        if self.table.change_log:
            self._log(writer, Operation.INSERT, key, body, None)

    # ---- update ----------------------------------------------------------------------------------

    async def update(self, txn: Transaction, key: bytes, old: Row, new: Row) -> bytes:
        """Replaces the row under a key that the transaction has locked; returns the new row's key.

        A lock in mode NO_KEY_UPDATE is enough: it is made stronger if a unique key changes. `old`
        is the newest row. Raises DuplicateKeyError.
        """
        new_key = self._key_after(key, old, new)
        changes = self._entry_changes(key, old, new_key, new)
        if new_key != key or any(change.is_of_key() for change in changes):
            await txn.lock(key)
        if new_key != key:
            await self._take_key(txn, new_key, new)
        for number, change in enumerate(changes):
            index, old_entry, new_entry = change.index, change.old, change.new
            if old_entry is not None and index.is_exclusive(old_entry):
                # A second inserter of the old value waits for our outcome.
                await txn.lock(old_entry[0])
                if index.is_contested:
                    found = await txn.get_newest(old_entry[0])
                    if not is_of(index, old_entry, found, key):
                        old_entry = None
                        changes[number] = EntryChange(index, None, new_entry)
            if (
                new_entry is not None
                and index.is_exclusive(new_entry)
                and not is_same_key(old_entry, new_entry)
            ):
                await self._take_entry(txn, index, new_entry, new)
        if self._registry is not None:
            await self._registry.register(txn, new)
        self._put_changed(txn, key, old, new_key, new, changes)
        if self.constraints is not None:
            await self.constraints.updated(txn, key, old, new_key, new)
        return new_key

    def update_point(
        self, newest: Newest, key: bytes, old: Row, new: Row, held: list[bytes]
    ) -> bytes:
        """Replaces the row under a key in `held`; `old` is the newest. Raises as insert_point does."""
        if self.version.is_stale:
            raise StaleTable
        if self._registry is not None and not self._registry.knows(new):
            raise NeedsTransaction
        if self.constraints is not None:
            self.constraints.update_point(old, new)
        new_key = self._key_after(key, old, new)
        changes = self._entry_changes(key, old, new_key, new) if self.indexes else ()
        if new_key == key and not changes:
            self._put_changed(newest, key, old, key, new, ())
            return key
        needed = [new_key, *self._exclusive_keys((c.index, c.old) for c in changes)]
        _require([*needed, *self._exclusive_keys((c.index, c.new) for c in changes)], held)
        changes = [own_change(newest, key, change) for change in changes]
        if new_key != key and newest.get(new_key) is not None:
            raise self.duplicate(self._primary_conflict(new_key, new))
        for change in changes:
            index, old_entry, new_entry = change.index, change.old, change.new
            if new_entry is None or not index.is_exclusive(new_entry):
                continue
            if not is_same_key(old_entry, new_entry):
                found = newest.get(new_entry[0])
                if found is not None:
                    raise self.duplicate(self._conflict(index, (new_entry[0], found), new))
        self._put_changed(newest, key, old, new_key, new, changes)
        return new_key

    def _key_after(self, key: bytes, old: Row, new: Row) -> bytes:
        for position in self.key_positions:
            if old[position] is not new[position]:
                return self.key_of(new)
        return key

    def _entry_changes(self, key: bytes, old: Row, new_key: bytes, new: Row) -> list[EntryChange]:
        changes = []
        primary_key, new_primary_key = key[PREFIX_SIZE:], new_key[PREFIX_SIZE:]
        for index in self.indexes:
            depends_on = index.depends_on
            if (
                new_key == key
                and depends_on is not None
                and all(old[position] is new[position] for position in depends_on)
            ):
                continue
            old_entry = index.entry(old, primary_key)
            new_entry = None
            if index.index.state is not ElementState.DELETE_ONLY:
                new_entry = index.entry(new, new_primary_key)
            if old_entry != new_entry:
                changes.append(EntryChange(index, old_entry, new_entry))
        return changes

    def _put_changed(
        self,
        writer: Writer,
        key: bytes,
        old: Row,
        new_key: bytes,
        new: Row,
        changes: Iterable[EntryChange],
    ) -> None:
        body = self.encode(new)
        if new_key != key:
            writer.delete(key)
        writer.put_item(new_key, body)
        for change in changes:
            old_entry, new_entry = change.old, change.new
            if old_entry is not None and not is_same_key(old_entry, new_entry):
                writer.delete(old_entry[0])
            if new_entry is not None:
                writer.put(*new_entry)
        if self.table.change_log:
            old_body = self.encode(old) if self.table.keep_old_images else None
            if new_key == key:
                self._log(writer, Operation.UPDATE, key, body, old_body)
            else:
                self._log(writer, Operation.DELETE, key, None, old_body)
                self._log(writer, Operation.INSERT, new_key, body, None)

    # ---- delete ----------------------------------------------------------------------------------

    async def delete(self, txn: Transaction, key: bytes, old: Row) -> None:
        """Removes the row under a key that the transaction has locked; `old` is the newest row."""
        entries = self._all_entries(key, old)
        for number in range(len(entries) - 1, -1, -1):
            index, entry = entries[number]
            if not index.is_exclusive(entry):
                continue
            await txn.lock(entry[0])
            if index.is_contested:
                found = await txn.get_newest(entry[0])
                if not is_of(index, entry, found, key):
                    del entries[number]
        self._remove(txn, key, old, entries)
        if self.constraints is not None:
            await self.constraints.deleted(txn, old)

    def delete_point(self, newest: Newest, key: bytes, old: Row, held: list[bytes]) -> None:
        """Removes the row under a key in `held`. Raises StaleTable, NeedsTransaction, Retry."""
        if self.version.is_stale:
            raise StaleTable
        if self.constraints is not None:
            self.constraints.delete_point()
        entries = self._all_entries(key, old)
        _require(self._exclusive_keys(entries), held)
        entries = [
            (index, entry)
            for index, entry in entries
            if not index.is_contested or is_of(index, entry, newest.get(entry[0]), key)
        ]
        self._remove(newest, key, old, entries)

    def _remove(
        self, writer: Writer, key: bytes, old: Row, entries: Iterable[tuple[IndexAccess, Entry]]
    ) -> None:
        writer.delete(key)
        for _, (entry_key, _value) in entries:
            writer.delete(entry_key)
        if self.table.change_log:
            old_body = self.encode(old) if self.table.keep_old_images else None
            self._log(writer, Operation.DELETE, key, None, old_body)

    # ---- entries, conflicts, attributes ----------------------------------------------------------

    def _entries(self, key: bytes, row: Row) -> list[tuple[IndexAccess, Entry]]:
        primary_key = key[PREFIX_SIZE:]
        return [
            (index, entry)
            for index in self._filled
            if (entry := index.entry(row, primary_key)) is not None
        ]

    def _all_entries(self, key: bytes, row: Row) -> list[tuple[IndexAccess, Entry]]:
        primary_key = key[PREFIX_SIZE:]
        return [
            (index, entry)
            for index in self.indexes
            if (entry := index.entry(row, primary_key)) is not None
        ]

    @staticmethod
    def _exclusive_keys(entries: Iterable[tuple[IndexAccess, Entry | None]]) -> list[bytes]:
        return [
            entry[0] for index, entry in entries if entry is not None and index.is_exclusive(entry)
        ]

    def key_values(self, row: Row) -> Sequence[Any]:
        """Returns the values of the row's key columns."""
        return [row[position] for position in self.key_positions]

    def _primary_conflict(self, key: bytes, row: Row) -> Conflict:
        return Conflict(None, self.key_values(row), key)

    def _conflict(self, index: IndexAccess, found: Entry, row: Row) -> Conflict:
        return Conflict(index.index, index.values(row), self.prefix + index.primary_key(found))

    def duplicate(self, conflict: Conflict) -> DuplicateKeyError:
        """Returns the error for a conflict; in a transaction, await settled() before raising it."""
        return DuplicateKeyError(conflict, self.table, self.rendering)

    def _log(
        self, writer: Writer, operation: Operation, key: bytes, new: bytes | None, old: bytes | None
    ) -> None:
        writer.log_change(self.table.storage_id, operation, key[PREFIX_SIZE:], new, old)


def _require(needed: Iterable[bytes], held: list[bytes]) -> None:
    missing = [key for key in needed if key not in held]
    if missing:
        held += missing
        raise Retry(held)
