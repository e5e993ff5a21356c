"""An open database in memory, for tests of the layers above the store."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from storage.catalog_store import CatalogStore
from storage.embedded import OpenStore, StoreComponents, StoreSettings, open_memory_store
from storage.index import IndexFunctions
from storage.items import Row
from storage.kv.memory_store import MemoryEngine
from storage.kv.store import Entry, Transaction
from storage.schema import Table
from storage.table import TableAccess
from storage.tables import Tables


@dataclass
class Database:
    engine: MemoryEngine
    store: OpenStore
    catalogs: CatalogStore
    tables: Tables
    functions: dict[int, IndexFunctions]

    @classmethod
    async def open(
        cls,
        engine: MemoryEngine | None = None,
        components: StoreComponents | None = None,
        settings: StoreSettings | None = None,
    ) -> "Database":
        engine = engine or MemoryEngine()
        store = await open_memory_store(engine, settings, components)
        catalogs = await CatalogStore.open(store, store.coordinator)
        functions: dict[int, IndexFunctions] = {}

        def compiled(_table: Table) -> Mapping[int, IndexFunctions]:
            return functions

        tables = Tables(catalogs, store.coordinator, compiled)
        return cls(engine, store, catalogs, tables, functions)

    async def run(self, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        """Runs work in a transaction of its own."""
        txn = self.store.begin()
        try:
            result = await work(txn)
            await txn.commit()
        finally:
            await txn.rollback()
            self.catalogs.end(txn)
        return result

    async def create(self, table: Table) -> TableAccess:
        """Creates a table, under fresh ids, and returns its access."""
        table = msgspec.structs.replace(
            table,
            id=await self.catalogs.new_relation_id(),
            storage_id=await self.catalogs.new_storage_id(),
            indexes=tuple(
                [
                    msgspec.structs.replace(index, storage_id=await self.catalogs.new_storage_id())
                    for index in table.indexes
                ]
            ),
        )
        created = await self.run(lambda txn: self.catalogs.transaction(txn).create_table(table))
        return self.tables.access(created)

    async def insert(self, access: TableAccess, *rows: Row) -> list[bytes]:
        """Inserts rows in one transaction and returns their keys."""

        async def work(txn: Transaction) -> list[bytes]:
            return [await access.insert(txn, row) for row in rows]

        found: list[bytes] = await self.run(work)
        return found

    async def entries(self, start: bytes, end: bytes) -> list[Entry]:
        """Returns what a new transaction sees in a range."""
        txn = self.store.begin()
        found = [entry async for entries in txn.scan(start, end) for entry in entries]
        await txn.rollback()
        return found

    async def rows(self, access: TableAccess) -> list[list[Any]]:
        """Returns all rows of a table in the order of their keys."""
        return [list(access.decode(item)) for _, item in await self.entries(*access.range)]

    async def index_rows(self, access: TableAccess, number: int = 0) -> list[list[Any]]:
        """Returns the rows that an index leads to, in its order."""
        index = access.indexes[number]
        found = []
        for entry in await self.entries(*index.code.bounds()):
            item = self.store.get_now(access.prefix + index.primary_key(entry))
            assert item is not None, "an entry without a row"
            found.append(list(access.decode(item)))
        return found

    async def check_indexes(self, access: TableAccess) -> None:
        """Asserts that every index has exactly the entries that the rows call for."""
        items = await self.entries(*access.range)
        for index in access.indexes:
            expected = [index.entry(access.decode(item), key[5:]) for key, item in items]
            wanted = sorted(entry for entry in expected if entry is not None)
            assert await self.entries(*index.code.bounds()) == wanted
