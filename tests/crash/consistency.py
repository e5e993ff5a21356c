"""Looks below SQL: are items, index entries, stamps and the catalog of a dead server's directory in agreement?

SQL can't see an index entry that has lost its row, rows of a table that is gone, or a commit record that is missing.
`disagreements` looks at a linked copy, so that the directory itself is recovered by the server and by nobody before it.
"""

import os
import pathlib
import shutil

from storage.catalog_store import CatalogStore
from storage.disk import DiskSettings
from storage.embedded import OpenStore, StoreSettings, open_store
from storage.items import HEADER_SIZE, ITEM_FORMAT, stamp_of
from storage.keyspace import (
    INDEX_ENTRIES,
    ITEMS,
    PREFIX_SIZE,
    prefix_range,
    storage_id_of,
    storage_prefix,
)
from storage.kv.store import Entry
from storage.schema import ElementState
from storage.table import TableAccess
from tsql.database import Database

NO_FLOOR = StoreSettings(disk=DiskSettings(floor_bytes=0, ballast_bytes=0))


def linked_copy(source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """Copies a data directory whose server is dead; table files, which nobody changes, are linked."""

    def link_or_copy(one: str, other: str) -> None:
        if one.endswith(".sst"):
            os.link(one, other)
        else:
            shutil.copy2(one, other)

    shutil.copytree(source, target, copy_function=link_or_copy)
    return target


async def disagreements(directory: pathlib.Path) -> list[str]:
    """Returns what doesn't fit together; empty if all does."""
    copy = linked_copy(directory, directory.with_name(directory.name + "-look"))
    try:
        store = await open_store(copy, NO_FLOOR)
        try:
            database = await Database.open(store)
            await store.committer.drain()
            return await _disagreements(store, database)
        finally:
            await store.close()
    finally:
        shutil.rmtree(copy)


async def _disagreements(store: OpenStore, database: Database) -> list[str]:
    found: list[str] = []
    catalogs = database.shared.catalogs
    for table in catalogs.current.tables:
        access = database.shared.tables.access(table)
        found += await of_table(store, access)
    found += await strays(store, catalogs)
    return found


async def _entries(store: OpenStore, prefix: bytes) -> list[Entry]:
    reader = store.begin()
    return [entry async for entries in reader.scan(*prefix_range(prefix)) for entry in entries]


async def of_table(store: OpenStore, access: TableAccess) -> list[str]:
    """Returns what doesn't fit together of a table; its indexes may be unfinished."""
    name = access.table.name
    items = await _entries(store, access.prefix)
    found = []
    for key, value in items:
        if value[0] != ITEM_FORMAT or len(value) <= HEADER_SIZE:
            found.append(f"{name}: {key.hex()} is not an item")
        store.timestamp_of(stamp_of(value))  # raises if its commit record is missing
    for index in access.indexes:
        expected: dict[bytes, set[bytes]] = {}
        for key, value in items:
            entry = index.entry(access.decode(value), key[PREFIX_SIZE:])
            if entry is not None:
                expected.setdefault(entry[0], set()).add(entry[1])
        is_public = index.index.state is ElementState.PUBLIC
        prefix = storage_prefix(INDEX_ENTRIES, index.index.storage_id)
        actual = dict(await _entries(store, prefix))
        for key in expected.keys() | actual.keys():
            if key not in actual and not is_public:
                continue
            values = expected.get(key, set())
            if actual.get(key) not in values or (is_public and len(values) > 1):
                what = (
                    "lacks"
                    if key not in actual
                    else "has too much"
                    if key not in expected
                    else "differs at"
                )
                found.append(f"{name}: index {index.index.name} {what} {key.hex()}")
    return found


async def strays(store: OpenStore, catalogs: CatalogStore) -> list[str]:
    """Finds keys whose table or index is gone: drops remove ranges, whole and for good."""
    tables = list(catalogs.current.tables)
    known = {
        ITEMS: {table.storage_id for table in tables},
        INDEX_ENTRIES: {index.storage_id for table in tables for index in table.indexes},
    }
    found = []
    for keyspace, storage_ids in known.items():
        strays = {storage_id_of(key) for key, _ in await _entries(store, keyspace)} - storage_ids
        found += [f"keys of storage id {stray}, which nothing uses" for stray in sorted(strays)]
    return found
