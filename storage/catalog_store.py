"""The catalog, kept in the store itself, and DDL.

A `Catalog` is an immutable value. `CatalogStore.current` is the newest committed one. A
transaction that runs DDL gets a `CatalogTransaction`: it writes catalog records through the
transaction and shows a private catalog, which nobody else sees. When the commit is durable its
changes are installed on the catalog that is current then; a rollback just forgets them.

    META 'f'                    format version of the data
    META 'w' 'x' 'r' table id   nothing is stored there: storage/table_locks.py
    META 'c' token              a ClientRequestToken: compat/dynamodb/idempotency.py
    META …                      the catalog's records: storage/catalog_keys.py

Each database has a `CatalogStore` of its own, over the one store. What all databases share (roles …)
is in the catalog of each: who changes it installs it in all of them.

Records are msgpack of the structs in storage/schema.py and storage/objects.py. A transaction that
relies on an object (a view on a table, a column of a type, anything in a schema) holds it by
`hold_table`, `hold_object` or `hold_schema`, so that it isn't dropped meanwhile. Versions never
repeat while the server lives, not even after a rollback: a plan may be cached by (id, version).
"""

import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final

import msgspec

from storage.catalog import (
    FIRST_DATABASE_ID,
    PUBLIC,
    AnyObject,
    Catalog,
    Changes,
    Name,
    Schema,
    relations_of,
)
from storage.catalog_keys import CatalogKeys
from storage.errors import DatabaseError, FatalError
from storage.keyspace import INDEX_ENTRIES, ITEMS, META, prefix_range, storage_prefix
from storage.kv.store import Coordinator, Newest, Store, Transaction
from storage.lock_modes import LockMode, TableLockMode
from storage.newer_indexes import NewerIndexes
from storage.objects import OBJECT_CLASSES, RELATIONS, TYPES, CatalogObject, ObjectName, View
from storage.schema import ElementState, Index, Sequence, Table
from storage.table_locks import lock_table
from storage.types import Kind

#: Of the data directory's contents. A server refuses what is newer.
FORMAT_VERSION: Final = 1
#: What a database begins with.
FIRST_SCHEMA: Final = Schema(id=2200, name=PUBLIC, owner="pg_database_owner")
#: As in PostgreSQL, ids below belong to the system catalogs.
FIRST_RELATION_ID: Final = 16384

_FORMAT_KEY: Final = META + b"f"
_BARRIER_KEY: Final = META + b"b"
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack_table: Final = msgspec.msgpack.Decoder(Table).decode
_unpack_sequence: Final = msgspec.msgpack.Decoder(Sequence).decode


def _storages_of(table: Table) -> set[tuple[bytes, int]]:
    return {(ITEMS, table.storage_id)} | {(INDEX_ENTRIES, i.storage_id) for i in table.indexes}


class CatalogStore:
    """The catalog of an open store.

    Attributes:
        current: The newest committed catalog.
        keys: Of its records.
        others: The catalogs of all open databases, this one among them: the same list for each.
        on_install: Called with the changes after each commit that changes the catalog.
        on_write: Called with each table and object that DDL writes, before anything is committed.
        on_end: Called with the id of each that was written, when its transaction is over; what has
            been committed is installed after that.
    """

    def __init__(
        self, store: Store, coordinator: Coordinator, catalog: Catalog, keys: CatalogKeys
    ) -> None:
        self.current = catalog
        self.keys = keys
        self.others: list[CatalogStore] = [self]
        self.on_install: list[Callable[[Changes], None]] = []
        self.on_write: list[Callable[[Table | CatalogObject], None]] = []
        self.on_end: list[Callable[[int], None]] = []
        self._newer_indexes = NewerIndexes()
        self._store = store
        self._coordinator = coordinator
        last_version = max(
            (
                getattr(found, "version", 0)
                for found in itertools.chain(
                    catalog.tables,
                    catalog.sequences,
                    *[catalog.objects(kind) for kind in OBJECT_CLASSES],
                )
            ),
            default=0,
        )
        self._table_versions = itertools.count(last_version + 1)
        self._transactions: dict[int, CatalogTransaction] = {}

    @classmethod
    async def open(
        cls, store: Store, coordinator: Coordinator, database_id: int = FIRST_DATABASE_ID
    ) -> "CatalogStore":
        """Loads a database's catalog; of an empty store, makes it."""
        keys = CatalogKeys(database_id)
        txn = store.begin()
        try:
            await _check_format(txn, keys)
            tables = [_unpack_table(record) async for record in _records(txn, keys.tables)]
            sequences = [_unpack_sequence(record) async for record in _records(txn, keys.sequences)]
            schemas = [
                msgspec.msgpack.decode(record, type=Schema)
                async for record in _records(txn, keys.schemas)
            ]
            objects = [
                msgspec.msgpack.decode(record, type=kind)
                for kind in OBJECT_CLASSES
                async for record in _records(txn, keys.objects(kind))
            ]
            await txn.commit()
        finally:
            await txn.rollback()
        catalog = Catalog.of(tables, sequences, schemas, objects, database_id)
        return cls(store, coordinator, catalog, keys)

    def join(self, first: "CatalogStore") -> None:
        """Makes it one of the open databases' catalogs."""
        self.others = first.others
        self.others.append(self)

    def leave(self) -> None:
        """Ends its being one of them: its database is gone."""
        self.others.remove(self)

    def transaction(self, txn: Transaction) -> "CatalogTransaction":
        """Returns the transaction's own view of the catalog, made when first asked for."""
        found = self._transactions.get(txn.id)
        if found is None:
            found = self._transactions[txn.id] = CatalogTransaction(self, txn)
        return found

    def seen_by(self, txn: Transaction | None) -> Catalog:
        """Returns the catalog that a transaction's statements see."""
        found = self._transactions.get(txn.id) if txn is not None else None
        catalog = self.current if found is None else found.catalog
        newer = self._newer_indexes
        if txn is None or newer.newest <= txn.read_timestamp or not txn.keeps_snapshot:
            return catalog
        return newer.hidden_from(catalog, txn.read_timestamp, self.next_table_version)

    def end(self, txn: Transaction) -> None:
        """Forgets the transaction's private catalog: call it after commit or rollback."""
        found = self._transactions.pop(txn.id, None)
        for relation_id in () if found is None else found.written:
            for notify in self.on_end:
                notify(relation_id)

    def install(self, changes: Changes, timestamp: int) -> None:
        """Makes changes current that were committed at that timestamp."""
        self._newer_indexes.note(self.current, changes, timestamp)
        self.current = self.current.changed(changes)
        for notify in self.on_install:
            notify(changes)
        shared = {key: new for key, new in changes.objects.items() if key[0].is_shared}
        if shared:
            for other in list(self.others):
                if other is not self:
                    other.current = other.current.changed(Changes({}, {}, {}, shared))

    def next_table_version(self) -> int:
        """Returns a version that no table has had."""
        return next(self._table_versions)

    async def new_relation_id(self) -> int:
        """Returns an id (PostgreSQL's OID) for a table, an index or a sequence."""
        return FIRST_RELATION_ID + await self._coordinator.next_ids("relation ids", 1)

    async def new_storage_id(self) -> int:
        """Returns the id of a fresh range of keys."""
        return 1 + await self._coordinator.next_ids("storage ids", 1)

    async def emptied(self, table: Table) -> Table:
        """Returns the table with fresh storage ids, for `replace_table`: TRUNCATE."""
        indexes = []
        for index in table.indexes:
            storage_id = await self.new_storage_id()
            indexes.append(msgspec.structs.replace(index, storage_id=storage_id))
        storage_id = await self.new_storage_id()
        return msgspec.structs.replace(table, storage_id=storage_id, indexes=tuple(indexes))

    async def settle_writes(self, txn: Transaction) -> None:
        """Moves `txn` to a snapshot with every write made before it locked the table for DDL.

        A point operation may have been evaluated, and not be synced yet: a durable write of our
        own lies behind it in the log.
        """

        def write_barrier(newest: Newest) -> None:
            newest.put(_BARRIER_KEY, b"")

        await self._store.point((_BARRIER_KEY,), write_barrier)
        txn.refresh()


def put_first_records(txn: Transaction, keys: CatalogKeys) -> None:
    """Writes what a database begins with."""
    txn.put(keys.schema(FIRST_SCHEMA.name), _pack(FIRST_SCHEMA))


async def _check_format(txn: Transaction, keys: CatalogKeys) -> None:
    found = await txn.get(_FORMAT_KEY)
    if found is None:
        txn.put(_FORMAT_KEY, _pack(FORMAT_VERSION))
        put_first_records(txn, keys)
        return
    version = msgspec.msgpack.decode(found, type=int)
    if version > FORMAT_VERSION:
        raise FatalError(
            "58000",
            f"the data has format {version}, but this server knows formats up to "
            f"{FORMAT_VERSION}: start a newer version of TerraScale",
        )


async def _records(txn: Transaction, tag: bytes) -> AsyncIterator[bytes]:
    async for entries in txn.scan(*prefix_range(tag)):
        for _, record in entries:
            yield record


class CatalogTransaction:
    """DDL inside one transaction."""

    def __init__(self, catalogs: CatalogStore, txn: Transaction) -> None:
        self._catalogs = catalogs
        self._keys = catalogs.keys
        self._txn = txn
        self._changes = Changes.none()
        self._private: tuple[Catalog, Catalog] | None = None
        self._is_installed = False
        #: Ids of tables and views that were written, even if a savepoint has taken that back.
        self.written: set[int] = set()

    @property
    def catalog(self) -> Catalog:
        """The committed catalog with this transaction's changes."""
        base = self._catalogs.current
        if not any(self._changes):
            return base
        if self._private is None or self._private[0] is not base:
            self._private = base, base.changed(self._changes)
        return self._private[1]

    def mark(self) -> Changes:
        """Returns what `restore` needs: call it beside `txn.savepoint()`."""
        return self._changes.copy()

    def restore(self, mark: Changes) -> None:
        """Undoes the changes since the mark, after `txn.rollback_to()`."""
        self._changes = mark.copy()
        self._private = None

    async def lock_table(
        self, table_id: int, mode: TableLockMode = TableLockMode.ACCESS_EXCLUSIVE
    ) -> Table | None:
        """Locks a table, in a mode that keeps other DDL off; returns it as it is then."""
        await lock_table(self._txn, table_id, mode)
        return self.catalog.table_by_id(table_id)

    async def lock_definition(self, table_id: int) -> Table | None:
        """Locks a table against other DDL alone; returns it as it is then."""
        await lock_table(self._txn, table_id, TableLockMode.SHARE_UPDATE_EXCLUSIVE)
        return self.catalog.table_by_id(table_id)

    async def lock_record(self, table_id: int) -> Table | None:
        """Locks only the table's record, for a change that needn't wait for writers.

        Somebody else holds `lock_definition` meanwhile; a writer may be adding attributes.
        """
        await self._txn.lock(self._keys.table(table_id))
        return self.catalog.table_by_id(table_id)

    async def create_table(self, table: Table) -> Table:
        """Adds a table; its version is set here. Raises 42P07 if one of its names is taken."""
        await self._take_names(name for name, _ in relations_of(table))
        await self._take_type_name(table.schema, table.name)
        return await self._write_table(table)

    async def replace_table(self, table: Table) -> Table:
        """Changes a table that `lock_table` holds: definition, indexes, names or storage ids.

        Storage ids that it no longer has are emptied at commit.
        """
        old = self.catalog.table_by_id(table.id)
        assert old is not None
        old_names = {name for name, _ in relations_of(old)}
        new_names = {name for name, _ in relations_of(table)}
        await self._take_names(new_names - old_names)
        if (old.schema, old.name) != (table.schema, table.name):
            await self._take_type_name(table.schema, table.name)
        await self._free_names(old_names - new_names)
        self._empty(_storages_of(old) - _storages_of(table))
        self._forget_builds(old, table.indexes)
        return await self._write_table(table)

    async def drop_table(self, table_id: int) -> None:
        """Removes a table that `lock_table` holds, with its rows and indexes."""
        table = self.catalog.table_by_id(table_id)
        assert table is not None
        await self._free_names(name for name, _ in relations_of(table))
        self._empty(_storages_of(table))
        self._forget_builds(table, ())
        key = self._keys.table(table_id)
        await self._txn.lock(key)
        self._txn.delete(key)
        self._record(lambda changes: changes.tables.update({table_id: None}))

    async def register_attributes(
        self, table_id: int, kinds: Iterable[tuple[str, Kind]]
    ) -> Table | None:
        """Adds attributes, or new kinds of known ones, to a table's registry."""
        key = self._keys.table(table_id)
        await self._txn.lock(key)
        record = await self._txn.get_newest(key)
        if record is None:
            return None
        table = _unpack_table(record)
        registry = dict(table.attributes)
        for name, kind in kinds:
            seen = registry.get(name, ())
            if kind not in seen:
                registry[name] = (*seen, kind)
        attributes = tuple(registry.items())
        if attributes == table.attributes:
            return table
        return await self._write_table(msgspec.structs.replace(table, attributes=attributes))

    async def create_sequence(self, sequence: Sequence) -> Sequence:
        """Adds a sequence. Raises 42P07."""
        await self._take_names([(sequence.schema, sequence.name)])
        return await self._write_sequence(sequence)

    async def replace_sequence(self, sequence: Sequence) -> Sequence:
        """Changes a sequence, its name too."""
        old = self.catalog.sequence_by_id(sequence.id)
        assert old is not None
        if (old.schema, old.name) != (sequence.schema, sequence.name):
            await self._take_names([(sequence.schema, sequence.name)])
            await self._free_names([(old.schema, old.name)])
        return await self._write_sequence(sequence)

    async def drop_sequence(self, sequence_id: int) -> None:
        """Removes a sequence."""
        sequence = self.catalog.sequence_by_id(sequence_id)
        assert sequence is not None
        await self._free_names([(sequence.schema, sequence.name)])
        key = self._keys.sequence(sequence_id)
        await self._txn.lock(key)
        self._txn.delete(key)
        self._record(lambda changes: changes.sequences.update({sequence_id: None}))

    async def create_schema(self, name: str, owner: str) -> Schema:
        """Adds a schema. Raises 42P06."""
        key = self._keys.schema(name)
        await self._txn.lock(key)
        if await self._txn.get_newest(key) is not None:
            await self._txn.settled()
            raise DatabaseError("42P06", f'schema "{name}" already exists')
        schema = Schema(id=await self._catalogs.new_relation_id(), name=name, owner=owner)
        self._txn.put(key, _pack(schema))
        self._record(lambda changes: changes.schemas.update({name: schema}))
        return schema

    async def replace_schema(self, schema: Schema) -> Schema:
        """Changes a schema that `lock_schema` holds; its name stays."""
        self._txn.put(self._keys.schema(schema.name), _pack(schema))
        self._record(lambda changes: changes.schemas.update({schema.name: schema}))
        return schema

    async def add_schema_name(self, schema: Schema) -> None:
        """Adds the record of a schema that is being renamed. Raises 42P06."""
        key = self._keys.schema(schema.name)
        await self._take(key, DatabaseError("42P06", f'schema "{schema.name}" already exists'))
        self._txn.put(key, _pack(schema))
        self._record(lambda changes: changes.schemas.update({schema.name: schema}))

    async def drop_schema(self, name: str) -> None:
        """Removes a schema; that it is empty is the caller's business."""
        key = self._keys.schema(name)
        await self._txn.lock(key)
        self._txn.delete(key)
        self._record(lambda changes: changes.schemas.update({name: None}))

    # -- objects of other classes --------------------------------------------------------------

    async def create_object(
        self, new: AnyObject, *, taken: DatabaseError | None = None
    ) -> AnyObject:
        """Adds an object. Raises `taken` (else 42710) if its name is taken, or it is there already.

        A `version` that it has is set here.
        """
        key = self._keys.object(type(new), new.key())
        name = new.name_taken()
        refusal = taken or DatabaseError("42710", "object already exists")
        await self._txn.lock(key)
        if await self._txn.get_newest(key) is not None:
            await self._txn.settled()
            raise refusal
        if name is not None:
            await self._hold_schemas({name[1]})
            await self._take_name(name, refusal)
        return self._write_object(key, new)

    async def replace_object(
        self, new: AnyObject, *, taken: DatabaseError | None = None
    ) -> AnyObject:
        """Changes an object that `lock_object` holds, its name too. Raises `taken`, else 42710."""
        old = self.catalog.object(type(new), *new.key())
        assert old is not None
        before, after = old.name_taken(), new.name_taken()
        if before != after:
            if after is not None:
                refusal = taken or DatabaseError("42710", f'"{after[2]}" already exists')
                await self._hold_schemas({after[1]})
                await self._take_name(after, refusal)
            if before is not None:
                await self._free(self._keys.object_name(before))
        return self._write_object(self._keys.object(type(new), new.key()), new)

    async def drop_object(self, kind: type[CatalogObject], *key: int | str) -> None:
        """Removes an object that `lock_object` holds."""
        old = self.catalog.object(kind, *key)
        assert old is not None
        name = old.name_taken()
        if name is not None:
            await self._free(self._keys.object_name(name))
        stored = self._keys.object(kind, key)
        await self._txn.lock(stored)
        self._txn.delete(stored)
        self._record(lambda changes: changes.objects.update({(kind, key): None}))

    async def lock_object(self, kind: type[AnyObject], *key: int | str) -> AnyObject | None:
        """Locks an object against other DDL and all that hold it; returns it as it is then."""
        await self._txn.lock(self._keys.object(kind, key), LockMode.UPDATE)
        return self.catalog.object(kind, *key)

    async def hold_object(self, kind: type[AnyObject], *key: int | str) -> AnyObject | None:
        """Keeps an object from being changed or dropped until the transaction ends."""
        await self._txn.lock(self._keys.object(kind, key), LockMode.KEY_SHARE)
        return self.catalog.object(kind, *key)

    async def hold_table(self, table_id: int) -> Table | None:
        """Keeps a table from being dropped until the transaction ends, as its readers do."""
        await lock_table(self._txn, table_id, TableLockMode.ACCESS_SHARE)
        return self.catalog.table_by_id(table_id)

    async def hold_schema(self, name: str) -> Schema | None:
        """Keeps a schema from being dropped or renamed until the transaction ends."""
        await self._txn.lock(self._keys.schema(name), LockMode.KEY_SHARE)
        return self.catalog.schema(name)

    async def lock_schema(self, name: str) -> Schema | None:
        """Locks a schema against all that create something in it."""
        await self._txn.lock(self._keys.schema(name), LockMode.UPDATE)
        return self.catalog.schema(name)

    def _write_object(self, key: bytes, new: AnyObject) -> AnyObject:
        if hasattr(new, "version"):
            version = self._catalogs.next_table_version()
            new = msgspec.structs.replace(new, version=version)
        self._txn.put(key, _pack(new))
        self._record(lambda changes: changes.objects.update({(type(new), new.key()): new}))
        self._tell(new)
        return new

    # -- names ---------------------------------------------------------------------------------

    async def _take(self, key: bytes, taken: DatabaseError) -> None:
        await self._txn.lock(key)
        if await self._txn.get_newest(key) is not None:
            await self._txn.settled()
            raise taken
        self._txn.put(key, b"")

    async def _take_name(self, name: ObjectName, taken: DatabaseError) -> None:
        space, schema, own = name
        await self._take(self._keys.object_name(name), taken)
        if space == RELATIONS:
            await self._take_type_name(schema, own)
        elif space == TYPES and isinstance(self.catalog.relation(schema, own), Table | View):
            raise taken

    async def _take_type_name(self, schema: str, name: str) -> None:
        """Makes sure that no type has the name of a table or view, which its row type takes.

        Nothing is kept of it: who makes a type holds the same lock, and looks for such a relation.
        """
        await self._txn.lock(self._keys.object_name((TYPES, schema, name)))
        if self.catalog.is_named(TYPES, schema, name):
            raise DatabaseError("42710", f'type "{name}" already exists')

    async def _free(self, key: bytes) -> None:
        await self._txn.lock(key)
        self._txn.delete(key)

    async def _hold_schemas(self, names: Iterable[str]) -> None:
        for name in sorted(names):
            if name and await self.hold_schema(name) is None:
                raise DatabaseError("3F000", f'schema "{name}" does not exist')

    async def _take_names(self, names: Iterable[Name]) -> None:
        names = list(names)
        await self._hold_schemas({schema for schema, _ in names})
        for name in names:
            taken = DatabaseError("42P07", f'relation "{name[1]}" already exists')
            await self._take(self._keys.relation_name(name), taken)

    async def _free_names(self, names: Iterable[Name]) -> None:
        for name in names:
            await self._free(self._keys.relation_name(name))

    async def _write_table(self, table: Table) -> Table:
        table = msgspec.structs.replace(table, version=self._catalogs.next_table_version())
        key = self._keys.table(table.id)
        await self._txn.lock(key)
        self._txn.put(key, _pack(table))
        self._record(lambda changes: changes.tables.update({table.id: table}))
        self._tell(table)
        return table

    async def _write_sequence(self, sequence: Sequence) -> Sequence:
        version = self._catalogs.next_table_version()
        sequence = msgspec.structs.replace(sequence, version=version)
        key = self._keys.sequence(sequence.id)
        await self._txn.lock(key)
        self._txn.put(key, _pack(sequence))
        self._record(lambda changes: changes.sequences.update({sequence.id: sequence}))
        return sequence

    def _forget_builds(self, old: Table, indexes: Iterable[Index]) -> None:
        """Removes the records of builds whose index goes, or has been built otherwise."""
        going_on = {i.storage_id for i in indexes if i.state is not ElementState.PUBLIC}
        for index in old.indexes:
            if index.state is not ElementState.PUBLIC and index.storage_id not in going_on:
                self._txn.delete(self._keys.build(index.id))

    def _empty(self, storages: Iterable[tuple[bytes, int]]) -> None:
        for keyspace, storage_id in storages:
            self._txn.drop_storage(storage_prefix(keyspace, storage_id))

    def _tell(self, written: Table | CatalogObject) -> None:
        if isinstance(written, Table | View):
            self.written.add(written.id)
        for listener in self._catalogs.on_write:
            listener(written)

    def _record(self, change: Callable[[Changes], None]) -> None:
        change(self._changes)
        self._private = None
        # Registered each time: a rollback to a savepoint may drop what was registered after it.
        self._txn.on_commit(self._install)

    def _install(self, timestamp: int) -> None:
        if not self._is_installed:
            self._is_installed = True
            self._catalogs.end(self._txn)
            self._catalogs.install(self._changes, timestamp)
