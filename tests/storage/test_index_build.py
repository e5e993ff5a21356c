"""Building an index: over the rows that are there, and no others."""

import asyncio

import msgspec
import pytest

from storage.errors import DatabaseError
from storage.index_build import build_index
from storage.kv.store import Newest, Transaction
from storage.schema import Table
from storage.table import TableAccess
from storage.types import Kind
from tests.storage.database import Database
from tests.storage.tables import table, whole_detail, with_index

PEOPLE = table(("id", Kind.INT4), ("name", Kind.TEXT), ("age", Kind.INT4), key="id")


async def create_index(
    db: Database, txn: Transaction, base: Table, columns: str, *, unique: bool = False
) -> TableAccess:
    ddl = db.catalogs.transaction(txn)
    found = await ddl.lock_table(base.id)
    assert found is not None
    storage_id = await db.catalogs.new_storage_id()
    described = with_index(found, "i", columns, unique=unique, storage_id=storage_id)
    access = db.tables.access(await ddl.replace_table(described))
    await build_index(txn, db.catalogs, access, access.table.indexes[-1].id)
    return access


async def test_an_index_gets_the_rows_that_are_there(db: Database) -> None:
    access = await db.create(PEOPLE)
    await db.insert(access, *[(n, f"n{n % 50:02}", n) for n in range(1000)])
    indexed: TableAccess = await db.run(lambda txn: create_index(db, txn, access.table, "name age"))
    await db.check_indexes(indexed)
    await db.insert(indexed, (5000, "new", 1))
    await db.check_indexes(indexed)


async def test_the_builders_own_rows_are_among_them(db: Database) -> None:
    access = await db.create(PEOPLE)
    txn = db.store.begin()
    await access.insert(txn, (1, "a", 1))
    indexed = await create_index(db, txn, access.table, "name")
    await indexed.insert(txn, (2, "b", 2))
    await txn.commit()
    await db.check_indexes(indexed)
    assert len(await db.index_rows(indexed)) == 2


async def test_a_unique_index_over_duplicates_is_refused_as_in_postgresql(db: Database) -> None:
    access = await db.create(PEOPLE)
    await db.insert(access, (1, "a", 1), (2, None, 1), (3, None, 1), (4, "a", 2))
    txn = db.store.begin()
    with pytest.raises(DatabaseError) as caught:
        await create_index(db, txn, access.table, "name", unique=True)
    await txn.rollback()
    db.catalogs.end(txn)
    error = caught.value
    assert error.sqlstate == "23505"
    assert error.message == 'could not create unique index "i"'
    assert whole_detail(error) == "Key (name)=(a) is duplicated."
    assert (error.schema, error.table, error.constraint) == ("public", "t", "i")
    assert db.catalogs.current.table_by_id(access.table.id) == access.table


async def test_a_write_that_was_evaluated_but_not_synced_is_not_missed(db: Database) -> None:
    access = await db.create(PEOPLE)
    row = (1, "a", 1)
    key = access.key_of(row)
    held = access.insert_keys(key, row)

    def insert(newest: Newest) -> None:
        access.insert_point(newest, key, row, held)

    txn = db.store.begin()
    writing = asyncio.ensure_future(db.store.point(held, insert))
    await asyncio.sleep(0)
    indexed = await create_index(db, txn, access.table, "name")
    await txn.commit()
    await writing
    await db.check_indexes(indexed)
    assert await db.index_rows(indexed) == [[1, "a", 1]]


async def test_a_dropped_index_takes_its_entries_along(db: Database) -> None:
    access = await db.create(with_index(PEOPLE, "i", "name"))
    await db.insert(access, (1, "a", 1))

    async def drop(txn: Transaction) -> None:
        ddl = db.catalogs.transaction(txn)
        found = await ddl.lock_table(access.table.id)
        assert found is not None
        await ddl.replace_table(msgspec.structs.replace(found, indexes=()))

    await db.run(drop)
    assert await db.entries(*access.indexes[0].code.bounds()) == []
    assert len(await db.rows(access)) == 1
