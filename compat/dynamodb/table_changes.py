"""CreateTable, UpdateTable and DeleteTable as changes of the catalog.

A table made here has its key attributes as declared columns, keys in the hash scheme and the dynamic
policy. An index's attributes stay undeclared: items that have another type there, or none, have no
entry. So an index may come later without a rewrite of any item.

An index that is added to a table is built online (compat/dynamodb/index_builds.py).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from compat.dynamodb.definitions import IndexDefinition, TableDefinition
from compat.dynamodb.errors import DynamoError, from_database, resource_in_use
from compat.dynamodb.tables import DynamoTables, TableHandle, unusable, unusable_because
from storage.catalog import PUBLIC
from storage.catalog_store import CatalogTransaction
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.objects import Address
from storage.schema import (
    Column,
    ColumnPolicy,
    Index,
    KeyPart,
    KeyScheme,
    Projection,
    Table,
)
from storage.sequence import Sequences
from storage.tables import Tables
from storage.types import Kind
from tsql.ddl.context import Ddl
from tsql.ddl.names import free_name
from tsql.ddl.remove import remove_all
from tsql.env import Env
from tsql.identifiers import quoted
from tsql.types import oids

T = TypeVar("T")

#: How long a change of a table waits for those who write to it.
LOCK_TIMEOUT_MS: Final = 30_000
_COLUMN_TYPES: Final = {
    "S": (Kind.TEXT, oids.TEXT),
    "N": (Kind.DECIMAL, oids.NUMERIC),
    "B": (Kind.BYTES, oids.BYTEA),
}
_PROJECTIONS: Final = {
    "ALL": Projection.ALL,
    "KEYS_ONLY": Projection.KEYS_ONLY,
    "INCLUDE": Projection.INCLUDE,
}
_encode: Final = msgspec.json.Encoder().encode

_IN_USE: Final = "Attempt to change a resource which is still in use"

#: Returns the new definition for the one that the table has when it is locked.
Redefine = Callable[[TableHandle], TableDefinition]


@dataclass(frozen=True, slots=True)
class Changed:
    """A table before and after a change, and the indexes that are to be built for it."""

    before: TableHandle
    after: TableHandle
    added: tuple[Index, ...]


class TableChanges:
    """Changes tables, one transaction each."""

    def __init__(
        self, store: OpenStore, tables: Tables, sequences: Sequences, found: DynamoTables
    ) -> None:
        self._store = store
        self._tables = tables
        self._sequences = sequences
        self._found = found
        self._catalogs = found.catalogs

    async def create(self, definition: TableDefinition, role: str) -> TableHandle:
        """Makes a table. Raises ResourceInUseException."""

        async def work(changes: CatalogTransaction, _txn: Transaction) -> Table:
            return await changes.create_table(await self._table(definition, role, changes))

        try:
            table = await self._run(work)
        except DatabaseError as error:
            if error.sqlstate == "42P07":
                raise resource_in_use(f"Table already exists: {definition.name}") from error
            raise from_database(error) from error
        return self._found.handle(table)

    async def update(self, table_id: int, redefine: Redefine) -> "Changed":
        """Changes a table; its new indexes are still to be built."""

        async def work(changes: CatalogTransaction, _txn: Transaction) -> Changed:
            old = await changes.lock_table(table_id)
            if old is None:
                raise DynamoError("ResourceNotFoundException", "Requested resource not found")
            before = self._found.handle(old)
            definition = redefine(before)
            indexes = await self._indexes(old, definition, changes)
            known = {index.id for index in old.indexes}
            kept = tuple(index for index in indexes if index.id in known)
            added = tuple(index for index in indexes if index.id not in known)
            settings = _table_settings(definition)
            new = msgspec.structs.replace(old, indexes=kept, dynamodb_settings=settings)
            after = self._found.handle(await changes.replace_table(new))
            return Changed(before, after, added)

        return await self._run(work)

    async def delete(self, handle: TableHandle) -> None:
        """Drops a table; what depends on it in SQL keeps it (ResourceInUseException)."""

        async def work(changes: CatalogTransaction, txn: Transaction) -> None:
            parts = self._tables, self._sequences
            ddl = Ddl(txn, self._catalogs, changes, Env(), _no_notice, *parts)
            await remove_all([Address("relation", handle.table.id)], ddl, cascades=False)

        try:
            await self._run(work)
        except DatabaseError as error:
            if error.sqlstate == "2BP01":
                raise resource_in_use(f"{error.message}: {error.detail}") from error
            raise from_database(error) from error

    async def _run(self, work: Callable[[CatalogTransaction, Transaction], Awaitable[T]]) -> T:
        txn = self._store.begin()
        txn.lock_timeout_ms = LOCK_TIMEOUT_MS
        try:
            result = await work(self._catalogs.transaction(txn), txn)
            await txn.commit()
        except DatabaseError as error:
            if error.sqlstate == "55P03":
                raise resource_in_use(_IN_USE) from error
            raise
        finally:
            await txn.rollback()
            self._catalogs.end(txn)
        return result

    # ---- what a definition is in the catalog -----------------------------------------------------

    async def _table(
        self, definition: TableDefinition, role: str, changes: CatalogTransaction
    ) -> Table:
        columns = tuple(
            _column(number, name, definition.key.types[name])
            for number, name in enumerate(definition.key.names, 1)
        )
        name = definition.name

        def is_taken(candidate: str) -> bool:
            return candidate == name or changes.catalog.relation(PUBLIC, candidate) is not None

        table = Table(
            id=await self._catalogs.new_relation_id(),
            schema=PUBLIC,
            name=name,
            storage_id=await self._catalogs.new_storage_id(),
            columns=columns,
            key_column_ids=tuple(column.id for column in columns),
            primary_key_constraint=free_name(name, None, "pkey", is_taken),
            primary_key_index_id=await self._catalogs.new_relation_id(),
            scheme=KeyScheme.HASH,
            policy=ColumnPolicy.DYNAMIC,
            next_column_id=len(columns) + 1,
            owner=role,
            dynamodb_settings=_table_settings(definition),
        )
        indexes = await self._indexes(table, definition, changes)
        return msgspec.structs.replace(table, indexes=indexes)

    async def _indexes(
        self, table: Table, definition: TableDefinition, changes: CatalogTransaction
    ) -> tuple[Index, ...]:
        """Returns the table's indexes under a definition: kept, changed, new; SQL's stay."""
        wanted = {index.name: index for index in (*definition.globals, *definition.locals)}
        indexes: list[Index] = []
        for index in table.indexes:
            if index.dynamodb_settings is None:
                indexes.append(index)
                wanted.pop(index.name, None)
                continue
            old = msgspec.json.decode(index.dynamodb_settings, type=IndexDefinition)
            new = wanted.pop(old.name, None)
            if new is not None:
                indexes.append(msgspec.structs.replace(index, dynamodb_settings=_encode(new)))
        taken = {table.name, table.primary_key_constraint, *(index.name for index in indexes)}

        def is_taken(candidate: str) -> bool:
            return candidate in taken or changes.catalog.relation(PUBLIC, candidate) is not None

        for new in wanted.values():
            name = free_name(table.name, new.name, "idx", is_taken)
            taken.add(name)
            indexes.append(
                _index(
                    table,
                    new,
                    name,
                    await self._catalogs.new_relation_id(),
                    await self._catalogs.new_storage_id(),
                )
            )
        return tuple(indexes)


def check_usable(table: Table) -> None:
    """Raises ValidationException for a table that can't be used here."""
    reason = None if table.dynamodb_settings is not None else unusable_because(table)
    if reason is not None:
        raise unusable(table, reason)


def _table_settings(definition: TableDefinition) -> bytes:
    """Returns what the catalog keeps with the table; the indexes' definitions are with them."""
    return _encode(msgspec.structs.replace(definition, globals=(), locals=()))


def _column(number: int, name: str, letter: str) -> Column:
    kind, sql_type = _COLUMN_TYPES[letter]
    return Column(id=number, name=name, kind=kind, sql_type=sql_type, not_null=True)


def _index(
    table: Table, definition: IndexDefinition, name: str, index_id: int, storage_id: int
) -> Index:
    return Index(
        id=index_id,
        name=name,
        storage_id=storage_id,
        parts=tuple(_part(table, n, definition.key.types[n]) for n in definition.key.names),
        projection=_PROJECTIONS[definition.projection],
        included_attributes=definition.non_key,
        sparse=True,
        partition_part_count=len(definition.key.hash),
        dynamodb_settings=_encode(definition),
    )


def _part(table: Table, name: str, letter: str) -> KeyPart:
    kind, sql_type = _COLUMN_TYPES[letter]
    column = table.column(name)
    if column is not None and column.kind is kind:
        return KeyPart(column_id=column.id, kind=kind, sql_type=sql_type)
    return KeyPart(attribute=name, expression_sql=quoted(name), kind=kind, sql_type=sql_type)


def _no_notice(severity: str, sqlstate: str, message: str, *, detail: str | None = None) -> None:
    """Says nothing: DynamoDB has no notices."""
