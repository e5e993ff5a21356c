"""Objects of other classes: kept, found, renamed, private and held like tables."""

import asyncio
from typing import Any

import msgspec
import pytest

from storage.catalog import FIRST_DATABASE_ID
from storage.catalog_keys import CatalogKeys
from storage.errors import DatabaseError
from storage.keyspace import META
from storage.kv.store import Transaction
from storage.objects import (
    OBJECT_CLASSES,
    Address,
    Attribute,
    CatalogObject,
    Comment,
    CompositeType,
    DatabaseRecord,
    DomainCheck,
    DomainType,
    EnumLabel,
    EnumType,
    Extension,
    Grant,
    Membership,
    Privileges,
    Role,
    View,
    ViewColumn,
)
from storage.types import Kind
from tests.storage.database import Database
from tests.storage.tables import table

VIEW = View(
    id=16400,
    schema="public",
    name="v",
    columns=(ViewColumn("a", 23), ViewColumn("b", 1043, 14)),
    sql="SELECT 1",
    relies_on=(Address("relation", 16390, 2),),
)
MOOD = EnumType(
    id=16500,
    array_id=16501,
    schema="public",
    name="mood",
    labels=(EnumLabel(16502, "sad", b"\x40"), EnumLabel(16503, "ok", b"\x80")),
)
DOMAIN = DomainType(
    id=16800,
    array_id=16801,
    schema="public",
    name="positive",
    base=23,
    not_null=True,
    default_sql="1",
    checks=(DomainCheck("positive_check", "value > 0", validated=False),),
)
PAIR = CompositeType(
    id=16900,
    array_id=16901,
    relation_id=16902,
    schema="public",
    name="pair",
    attributes=(Attribute(1, "a", 23), Attribute(2, "b", 1043, 14)),
    next_number=3,
)
COMMENT = Comment(class_id=1259, object_id=16390, sub_id=1, text="what it is")
ROLE = Role(id=16600, name="ann", login=True, connection_limit=3, settings={"work_mem": "4096"})
MEMBERSHIP = Membership(role="staff", member="ann", grantor="terrascale", admin=True)
PRIVILEGES = Privileges(
    kind="relation", object_id=16390, grants=(Grant("ann", "terrascale", "ra", "r"),)
)
DATABASE = DatabaseRecord(
    id=16700, name="shop", owner="ann", connection_limit=3, is_template=True, settings={"a": "b"}
)
EXTENSION = Extension(id=16800, name="pgcrypto", schema="public", release="1.3", owner="ann")
EVERY_CLASS: list[tuple[CatalogObject, dict[str, Any]]] = [
    (
        VIEW,
        {
            "id": 16400,
            "schema": "public",
            "name": "v",
            "columns": [
                {"name": "a", "sql_type": 23},
                {"name": "b", "sql_type": 1043, "typmod": 14},
            ],
            "sql": "SELECT 1",
            "relies_on": [{"kind": "relation", "id": 16390, "sub_id": 2}],
        },
    ),
    (
        MOOD,
        {
            "id": 16500,
            "array_id": 16501,
            "schema": "public",
            "name": "mood",
            "labels": [
                {"id": 16502, "name": "sad", "code": b"\x40"},
                {"id": 16503, "name": "ok", "code": b"\x80"},
            ],
        },
    ),
    (COMMENT, {"class_id": 1259, "object_id": 16390, "sub_id": 1, "text": "what it is"}),
    (
        ROLE,
        {
            "id": 16600,
            "name": "ann",
            "login": True,
            "connection_limit": 3,
            "settings": {"work_mem": "4096"},
        },
    ),
    (
        MEMBERSHIP,
        {"role": "staff", "member": "ann", "grantor": "terrascale", "admin": True},
    ),
    (
        PRIVILEGES,
        {
            "kind": "relation",
            "object_id": 16390,
            "grants": [
                {"grantee": "ann", "grantor": "terrascale", "privileges": "ra", "grantable": "r"}
            ],
        },
    ),
    (
        DATABASE,
        {
            "id": 16700,
            "name": "shop",
            "owner": "ann",
            "connection_limit": 3,
            "is_template": True,
            "settings": {"a": "b"},
        },
    ),
    (
        EXTENSION,
        {
            "id": 16800,
            "name": "pgcrypto",
            "schema": "public",
            "release": "1.3",
            "owner": "ann",
        },
    ),
    (
        PAIR,
        {
            "id": 16900,
            "array_id": 16901,
            "relation_id": 16902,
            "schema": "public",
            "name": "pair",
            "attributes": [
                {"number": 1, "name": "a", "sql_type": 23},
                {"number": 2, "name": "b", "sql_type": 1043, "typmod": 14},
            ],
            "next_number": 3,
        },
    ),
    (
        DOMAIN,
        {
            "id": 16800,
            "array_id": 16801,
            "schema": "public",
            "name": "positive",
            "base": 23,
            "not_null": True,
            "default_sql": "1",
            "checks": [
                {"name": "positive_check", "check_sql": "value > 0", "validated": False},
            ],
        },
    ),
]


async def reopen(db: Database) -> Database:
    return await Database.open(db.engine.crashed())


def test_the_record_of_an_object_never_changes() -> None:
    assert {type(found) for found, _ in EVERY_CLASS} == set(OBJECT_CLASSES)
    for found, stored in EVERY_CLASS:
        record = msgspec.msgpack.encode(found)
        assert msgspec.msgpack.decode(record) == stored
        assert msgspec.msgpack.decode(record, type=type(found)) == found


def test_the_keys_of_records_never_change() -> None:
    keys = CatalogKeys(FIRST_DATABASE_ID)
    assert keys.object(View, VIEW.key()) == META + b"ov\x91\xcd\x40\x10"
    assert keys.object(EnumType, MOOD.key()) == META + b"oe\x91\xcd\x40\x74"
    assert keys.object(Comment, COMMENT.key()) == META + b"oc\x93\xcd\x04\xeb\xcd\x40\x06\x01"
    elsewhere = CatalogKeys(0x4123)
    assert elsewhere.object(View, VIEW.key()) == META + b"d\0\0\x41\x23ov\x91\xcd\x40\x10"
    assert elsewhere.objects(Role) == keys.objects(Role) == META + b"or"
    assert len({kind.tag for kind in OBJECT_CLASSES}) == len(OBJECT_CLASSES)


@pytest.mark.parametrize(
    "new", [found for found, _ in EVERY_CLASS], ids=lambda found: type(found).__name__
)
async def test_an_object_is_private_until_its_commit_and_there_after_a_crash(
    db: Database, new: CatalogObject
) -> None:
    txn = db.store.begin()
    created = await db.catalogs.transaction(txn).create_object(new)
    assert db.catalogs.seen_by(txn).object(type(new), *new.key()) is created
    assert db.catalogs.current.object(type(new), *new.key()) is None
    await txn.commit()
    assert db.catalogs.current.object(type(new), *new.key()) is created
    other = await reopen(db)
    assert other.catalogs.current.objects(type(new)) == [created]

    async def drop(txn: Transaction) -> None:
        changes = other.catalogs.transaction(txn)
        assert await changes.lock_object(type(new), *new.key()) == created
        await changes.drop_object(type(new), *new.key())

    await other.run(drop)
    assert other.catalogs.current.objects(type(new)) == []
    last = await reopen(other)
    assert last.catalogs.current.objects(type(new)) == []
    await last.store.close()
    await other.store.close()


async def test_an_object_goes_with_the_rollback_to_a_savepoint(db: Database) -> None:
    txn = db.store.begin()
    changes = db.catalogs.transaction(txn)
    await changes.create_object(MOOD)
    savepoint, mark = txn.savepoint(), changes.mark()
    await changes.create_object(VIEW)
    await changes.lock_object(EnumType, MOOD.id)
    await changes.drop_object(EnumType, MOOD.id)
    assert changes.catalog.objects(EnumType) == []
    await txn.rollback_to(savepoint)
    changes.restore(mark)
    assert changes.catalog.objects(View) == []
    assert changes.catalog.relation("public", "v") is None
    assert changes.catalog.named(EnumType, "public", "mood") is not None
    await txn.commit()
    assert db.catalogs.current.named(EnumType, "public", "mood") is not None


async def test_a_view_shares_its_names_with_tables(db: Database) -> None:
    async def create(txn: Transaction) -> None:
        await db.catalogs.transaction(txn).create_object(VIEW)

    await db.run(create)
    assert db.catalogs.current.relation("public", "v") == db.catalogs.current.objects(View)[0]
    with pytest.raises(DatabaseError) as caught:
        await db.create(table(("a", Kind.INT4), name="v"))
    assert caught.value.sqlstate == "42P07"
    await db.create(table(("a", Kind.INT4), name="t"))
    refusal = DatabaseError("42P07", 'relation "t" already exists')

    async def second(txn: Transaction) -> None:
        other = msgspec.structs.replace(VIEW, id=16401, name="t")
        await db.catalogs.transaction(txn).create_object(other, taken=refusal)

    with pytest.raises(DatabaseError) as caught:
        await db.run(second)
    assert caught.value is refusal


async def test_renaming_an_object_frees_its_name(db: Database) -> None:
    async def create(txn: Transaction) -> None:
        await db.catalogs.transaction(txn).create_object(MOOD)

    await db.run(create)

    async def rename(txn: Transaction) -> None:
        changes = db.catalogs.transaction(txn)
        found = await changes.lock_object(EnumType, MOOD.id)
        assert found is not None
        await changes.replace_object(msgspec.structs.replace(found, name="humour"))

    version = db.catalogs.current.version_of(MOOD.id)
    await db.run(rename)
    assert db.catalogs.current.named(EnumType, "public", "mood") is None
    assert db.catalogs.current.named(EnumType, "public", "humour") is not None
    assert db.catalogs.current.version_of(MOOD.id) != version

    async def another(txn: Transaction) -> None:
        await db.catalogs.transaction(txn).create_object(msgspec.structs.replace(MOOD, id=16600))

    await db.run(another)
    with pytest.raises(DatabaseError, match="already exists"):
        await db.run(another)


async def test_what_is_held_is_not_dropped(db: Database) -> None:
    async def create(txn: Transaction) -> None:
        changes = db.catalogs.transaction(txn)
        await changes.create_object(MOOD)
        await changes.create_schema("app", "me")

    await db.run(create)
    holder, dropper = db.store.begin(), db.store.begin()
    assert await db.catalogs.transaction(holder).hold_object(EnumType, MOOD.id) is not None
    assert await db.catalogs.transaction(holder).hold_schema("app") is not None
    waiting = asyncio.ensure_future(db.catalogs.transaction(dropper).lock_object(EnumType, MOOD.id))
    await asyncio.sleep(0)
    assert not waiting.done()
    await holder.commit()
    assert await waiting is not None
    await dropper.rollback()


async def test_nothing_is_made_in_a_schema_that_is_being_dropped(db: Database) -> None:
    async def create(txn: Transaction) -> None:
        await db.catalogs.transaction(txn).create_schema("app", "me")

    await db.run(create)
    dropper, maker = db.store.begin(), db.store.begin()
    changes = db.catalogs.transaction(dropper)
    await changes.lock_schema("app")
    await changes.drop_schema("app")
    new = msgspec.structs.replace(VIEW, schema="app")
    waiting = asyncio.ensure_future(db.catalogs.transaction(maker).create_object(new))
    await asyncio.sleep(0)
    assert not waiting.done()
    await dropper.commit()
    with pytest.raises(DatabaseError) as caught:
        await waiting
    assert caught.value.sqlstate == "3F000"
    await maker.rollback()
