"""The catalog: private inside a transaction, there after a crash, no name taken twice."""

import asyncio

import msgspec
import pytest

from storage.catalog import Catalog, IndexRef, Schema
from storage.catalog_store import FORMAT_VERSION, CatalogStore
from storage.errors import DatabaseError, FatalError
from storage.keyspace import META
from storage.kv.memory_store import MemoryEngine
from storage.kv.store import Newest, Transaction
from storage.schema import Check, Sequence, Table
from storage.types import Kind
from tests.storage.database import Database
from tests.storage.tables import table, with_index

PLAIN = with_index(table(("id", Kind.INT4), ("name", Kind.TEXT), key="id"), "t_name_idx", "name")


async def fresh(db: Database, described: Table, name: str = "t") -> Table:
    return msgspec.structs.replace(
        described,
        id=await db.catalogs.new_relation_id(),
        storage_id=await db.catalogs.new_storage_id(),
        name=name,
    )


async def reopen(db: Database) -> Database:
    return await Database.open(db.engine.crashed())


def test_a_catalog_finds_what_it_holds() -> None:
    sequence = Sequence(id=5, schema="public", name="s", sql_type=20)
    catalog = Catalog.of([PLAIN], [sequence], [Schema(id=1, name="public")])
    assert catalog.table("public", "t") is PLAIN
    assert catalog.table_by_id(PLAIN.id) is PLAIN
    assert catalog.table("other", "t") is None
    assert catalog.relation("public", "t_name_idx") == IndexRef(PLAIN, PLAIN.indexes[0])
    assert catalog.relation("public", "t_pkey") == IndexRef(PLAIN, None)
    assert catalog.sequence("public", "s") is sequence
    assert catalog.sequence_by_id(5) is sequence
    assert catalog.table("public", "s") is None
    assert catalog.sequence("public", "t") is None
    assert list(catalog.tables) == [PLAIN]
    assert [schema.name for schema in catalog.schemas] == ["public"]
    assert catalog.schema("nowhere") is None


async def test_ddl_is_private_until_its_commit(db: Database) -> None:
    described = await fresh(db, PLAIN)
    txn = db.store.begin()
    created = await db.catalogs.transaction(txn).create_table(described)
    assert db.catalogs.seen_by(txn).table("public", "t") is created
    assert db.catalogs.current.table("public", "t") is None
    assert db.catalogs.seen_by(None).table("public", "t") is None
    await txn.commit()
    assert db.catalogs.current.table("public", "t") is created
    other = await reopen(db)
    assert other.catalogs.current.table("public", "t") == created
    await other.store.close()


async def test_ddl_goes_with_the_rollback(db: Database) -> None:
    described = await fresh(db, PLAIN)
    txn = db.store.begin()
    await db.catalogs.transaction(txn).create_table(described)
    await txn.rollback()
    db.catalogs.end(txn)
    assert db.catalogs.seen_by(txn) is db.catalogs.current
    assert db.catalogs.current.table("public", "t") is None
    await db.create(PLAIN)


async def test_ddl_goes_with_the_rollback_to_a_savepoint(db: Database) -> None:
    txn = db.store.begin()
    ddl = db.catalogs.transaction(txn)
    kept = await ddl.create_table(await fresh(db, table(("a", Kind.INT4)), "kept"))
    savepoint, mark = txn.savepoint(), ddl.mark()
    await ddl.create_table(await fresh(db, table(("a", Kind.INT4)), "gone"))
    await ddl.lock_table(kept.id)
    await ddl.drop_table(kept.id)
    assert [t.name for t in ddl.catalog.tables] == ["gone"]
    await txn.rollback_to(savepoint)
    ddl.restore(mark)
    assert [t.name for t in ddl.catalog.tables] == ["kept"]
    await txn.commit()
    assert [t.name for t in db.catalogs.current.tables] == ["kept"]
    other = await reopen(db)
    assert [t.name for t in other.catalogs.current.tables] == ["kept"]
    await other.store.close()


async def test_a_taken_name_is_refused(db: Database) -> None:
    await db.create(PLAIN)
    for name in ("t", "t_name_idx", "t_pkey"):
        txn = db.store.begin()
        described = await fresh(db, table(("a", Kind.INT4)), name)
        with pytest.raises(DatabaseError) as caught:
            await db.catalogs.transaction(txn).create_table(described)
        assert caught.value.sqlstate == "42P07"
        assert caught.value.message == f'relation "{name}" already exists'
        await txn.rollback()


async def test_the_second_to_take_a_name_waits_for_the_first(db: Database) -> None:
    for name, commits in (("one", True), ("two", False)):
        first, second = db.store.begin(), db.store.begin()
        described = table(("a", Kind.INT4))
        await db.catalogs.transaction(first).create_table(await fresh(db, described, name))
        other = await fresh(db, described, name)
        waiting = asyncio.ensure_future(db.catalogs.transaction(second).create_table(other))
        await asyncio.sleep(0)
        assert not waiting.done()
        if commits:
            await first.commit()
            with pytest.raises(DatabaseError, match="already exists"):
                await waiting
            await second.rollback()
        else:
            await first.rollback()
            await waiting
            await second.commit()
    assert {t.name for t in db.catalogs.current.tables} == {"one", "two"}


async def test_two_transactions_install_both_their_changes(db: Database) -> None:
    first, second = db.store.begin(), db.store.begin()
    described = table(("a", Kind.INT4))
    await db.catalogs.transaction(first).create_table(await fresh(db, described, "one"))
    await db.catalogs.transaction(second).create_table(await fresh(db, described, "two"))
    await second.commit()
    assert {t.name for t in db.catalogs.seen_by(first).tables} == {"one", "two"}
    await first.commit()
    assert {t.name for t in db.catalogs.current.tables} == {"one", "two"}


async def test_renaming_frees_the_old_name_and_takes_the_new(db: Database) -> None:
    access = await db.create(PLAIN)

    async def rename(txn: Transaction) -> None:
        ddl = db.catalogs.transaction(txn)
        found = await ddl.lock_table(access.table.id)
        assert found is not None
        await ddl.replace_table(msgspec.structs.replace(found, name="u"))

    await db.run(rename)
    assert db.catalogs.current.table("public", "t") is None
    assert db.catalogs.current.relation("public", "t_pkey") is not None
    described = msgspec.structs.replace(table(("a", Kind.INT4)), primary_key_constraint=None)
    await db.run(
        lambda txn: create_named(db, txn, described, "t"),
    )
    assert {t.name for t in db.catalogs.current.tables} == {"t", "u"}


async def create_named(db: Database, txn: Transaction, described: Table, name: str) -> Table:
    return await db.catalogs.transaction(txn).create_table(await fresh(db, described, name))


async def test_a_dropped_table_takes_rows_entries_and_names_along(db: Database) -> None:
    access = await db.create(PLAIN)
    await db.insert(access, (1, "a"), (2, "b"))

    async def drop(txn: Transaction) -> None:
        ddl = db.catalogs.transaction(txn)
        await ddl.lock_table(access.table.id)
        await ddl.drop_table(access.table.id)

    await db.run(drop)
    assert db.catalogs.current.table_by_id(access.table.id) is None
    assert access.is_stale
    assert await db.entries(*access.range) == []
    assert await db.entries(*access.indexes[0].code.bounds()) == []
    await db.create(PLAIN)


async def test_truncation_is_a_fresh_storage_id(db: Database) -> None:
    access = await db.create(PLAIN)
    await db.insert(access, (1, "a"), (2, "b"))
    txn = db.store.begin()
    ddl = db.catalogs.transaction(txn)
    await ddl.lock_table(access.table.id)
    emptied = await ddl.replace_table(await db.catalogs.emptied(access.table))
    after = db.tables.access(emptied)
    await after.insert(txn, (1, "new"))
    assert len(await db.rows(access)) == 2
    await txn.commit()
    assert await db.rows(after) == [[1, "new"]]
    assert await db.index_rows(after) == [[1, "new"]]
    assert await db.entries(*access.range) == []


async def test_every_version_of_a_table_differs_even_after_a_rollback(db: Database) -> None:
    access = await db.create(PLAIN)
    versions = [access.table.version]
    for commits in (False, True):
        txn = db.store.begin()
        ddl = db.catalogs.transaction(txn)
        found = await ddl.lock_table(access.table.id)
        assert found is not None
        changed = await ddl.replace_table(msgspec.structs.replace(found, owner="x"))
        versions.append(changed.version)
        await (txn.commit() if commits else txn.rollback())
        db.catalogs.end(txn)
    other = await reopen(db)
    versions.append(other.catalogs.next_table_version())
    assert versions == sorted(set(versions))
    await other.store.close()


async def test_sequences_and_schemas_are_kept(db: Database) -> None:
    txn = db.store.begin()
    ddl = db.catalogs.transaction(txn)
    sequence = await ddl.create_sequence(
        Sequence(id=await db.catalogs.new_relation_id(), schema="public", name="s", sql_type=20)
    )
    await ddl.create_schema("app", "me")
    with pytest.raises(DatabaseError) as caught:
        await ddl.create_schema("app", "me")
    assert caught.value.sqlstate == "42P06"
    await txn.commit()
    other = await reopen(db)
    assert other.catalogs.current.sequence("public", "s") == sequence
    assert [schema.name for schema in other.catalogs.current.schemas] == ["app", "public"]

    async def change(txn: Transaction) -> None:
        ddl = other.catalogs.transaction(txn)
        await ddl.replace_sequence(msgspec.structs.replace(sequence, name="r"))
        await ddl.drop_schema("app")

    await other.run(change)
    assert other.catalogs.current.sequence("public", "s") is None
    assert other.catalogs.current.schema("app") is None

    async def drop(txn: Transaction) -> None:
        await other.catalogs.transaction(txn).drop_sequence(sequence.id)

    await other.run(drop)
    assert list(other.catalogs.current.sequences) == []
    await other.store.close()


async def test_ids_are_never_given_twice(db: Database) -> None:
    before = [await db.catalogs.new_relation_id() for _ in range(3)]
    assert min(before) > 16384
    other = await reopen(db)
    assert await other.catalogs.new_relation_id() > max(before)
    await other.store.close()


async def test_a_newer_format_is_refused_in_a_sentence() -> None:
    db = await Database.open(MemoryEngine())

    def write(newest: Newest) -> None:
        newest.put(META + b"f", msgspec.msgpack.encode(FORMAT_VERSION + 1))

    await db.store.point([META + b"f"], write)
    with pytest.raises(FatalError, match="start a newer version of TerraScale"):
        await CatalogStore.open(db.store, db.store.coordinator)
    await db.store.close()


def test_the_record_of_a_table_never_changes() -> None:
    described = msgspec.structs.replace(
        PLAIN,
        checks=(Check(name="t_check", check_sql="id > 0"),),
        attributes=(("a", (Kind.TEXT,)),),
    )
    record = msgspec.msgpack.encode(described)
    assert msgspec.msgpack.decode(record) == {
        "id": 20000,
        "schema": "public",
        "name": "t",
        "storage_id": 7,
        "columns": [
            {"id": 1, "name": "id", "kind": 3, "sql_type": 0},
            {"id": 2, "name": "name", "kind": 9, "sql_type": 0},
        ],
        "key_column_ids": [1],
        "primary_key_constraint": "t_pkey",
        "indexes": [
            {
                "id": 21000,
                "name": "t_name_idx",
                "storage_id": 100,
                "parts": [{"column_id": 2, "kind": 9}],
            }
        ],
        "checks": [{"name": "t_check", "check_sql": "id > 0"}],
        "next_column_id": 3,
        "attributes": [["a", [9]]],
    }
    assert msgspec.msgpack.decode(record, type=Table) == described
