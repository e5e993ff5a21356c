"""Sequences: no value twice, whatever happens."""

import asyncio

import msgspec
import pytest

from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.schema import Sequence
from storage.sequence import Sequences, State
from tests.storage.database import Database


async def create(db: Database, **more: int | bool) -> tuple[Sequences, Sequence]:
    described = Sequence(
        id=await db.catalogs.new_relation_id(),
        schema="public",
        name="s",
        sql_type=20,
        **more,  # type: ignore[arg-type]  # the fields that the tests give are numbers and booleans
    )
    await db.run(lambda txn: db.catalogs.transaction(txn).create_sequence(described))
    found = db.catalogs.current.sequence("public", "s")
    assert found is not None
    return Sequences(db.store, db.catalogs), found


async def test_values_follow_one_another(db: Database) -> None:
    sequences, s = await create(db, start=5, increment=3)
    assert await sequences.current(s) == State(5, is_called=False)
    assert [await sequences.next_value(s) for _ in range(100)] == list(range(5, 305, 3))
    assert await sequences.current(s) == State(302, is_called=True)


async def test_no_value_comes_twice_after_a_crash(db: Database) -> None:
    sequences, s = await create(db)
    before = [await sequences.next_value(s) for _ in range(10)]
    other = await Database.open(db.engine.crashed())
    again = Sequences(other.store, other.catalogs)
    assert await again.next_value(s) > max(before)
    await other.store.close()


async def test_many_at_once_get_different_values_and_none_is_lost(db: Database) -> None:
    sequences, s = await create(db)
    found = await asyncio.gather(*[sequences.next_value(s) for _ in range(200)])
    assert sorted(found) == list(range(1, 201))


async def test_the_end_is_an_error_unless_it_cycles(db: Database) -> None:
    sequences, s = await create(db, maximum=2)
    assert [await sequences.next_value(s) for _ in range(2)] == [1, 2]
    with pytest.raises(DatabaseError) as caught:
        await sequences.next_value(s)
    assert caught.value.sqlstate == "2200H"
    assert caught.value.message == 'nextval: reached maximum value of sequence "s" (2)'


async def test_a_descending_sequence_ends_at_its_minimum(db: Database) -> None:
    sequences, s = await create(db, start=-1, increment=-1, minimum=-2, maximum=-1)
    assert [await sequences.next_value(s) for _ in range(2)] == [-1, -2]
    with pytest.raises(DatabaseError) as caught:
        await sequences.next_value(s)
    assert caught.value.message == 'nextval: reached minimum value of sequence "s" (-2)'


async def test_a_cycling_sequence_begins_again(db: Database) -> None:
    sequences, s = await create(db, start=2, maximum=3, cycle=True)
    assert [await sequences.next_value(s) for _ in range(6)] == [2, 3, 1, 2, 3, 1]


async def test_setting_the_value(db: Database) -> None:
    sequences, s = await create(db, maximum=100)
    await sequences.next_value(s)
    await sequences.set_value(s, 10)
    assert await sequences.current(s) == State(10, is_called=True)
    assert await sequences.next_value(s) == 11
    await sequences.set_value(s, 10, is_called=False)
    assert await sequences.current(s) == State(10, is_called=False)
    assert await sequences.next_value(s) == 10
    with pytest.raises(DatabaseError) as caught:
        await sequences.set_value(s, 101)
    assert caught.value.sqlstate == "22003"
    assert caught.value.message == ('setval: value 101 is out of bounds for sequence "s" (1..100)')


async def test_a_sequence_can_be_used_where_it_is_created(db: Database) -> None:
    described = Sequence(id=30000, schema="public", name="s", sql_type=20)
    sequences = Sequences(db.store, db.catalogs)
    txn = db.store.begin()
    created = await db.catalogs.transaction(txn).create_sequence(described)
    assert await sequences.next_value(created) == 1
    await txn.commit()
    assert await sequences.next_value(created) > 1


async def test_a_dropped_sequence_leaves_nothing(db: Database) -> None:
    sequences, s = await create(db)
    await sequences.next_value(s)

    async def drop(txn: Transaction) -> None:
        await db.catalogs.transaction(txn).drop_sequence(s.id)
        sequences.forget(txn, s)

    await db.run(drop)
    assert await sequences.current(s) == State(1, is_called=False)


async def alter(db: Database, sequences: Sequences, s: Sequence, txn: Transaction) -> Sequence:
    """What ALTER SEQUENCE … RESTART 500 does."""
    await sequences.freeze(txn, s)
    sequences.forget(txn, s)
    value_id = await db.catalogs.new_relation_id()
    changed = msgspec.structs.replace(s, value_id=value_id, begins_at=500)
    return await db.catalogs.transaction(txn).replace_sequence(changed)


async def test_others_wait_for_the_end_of_an_alter(db: Database) -> None:
    sequences, s = await create(db)
    assert await sequences.next_value(s) == 1
    txn = db.store.begin()
    changed = await alter(db, sequences, s, txn)
    assert await sequences.next_value(changed) == 500
    assert sequences.take(s) is None
    waiting = asyncio.ensure_future(sequences.reserve(s))
    await asyncio.sleep(0)
    assert not waiting.done()
    await txn.commit()
    assert await waiting is False
    assert db.catalogs.current.sequence("public", "s") is changed
    assert await sequences.next_value(changed) == 501
    other = await Database.open(db.engine.crashed())
    again = Sequences(other.store, other.catalogs)
    assert await again.next_value(changed) > 501
    await other.store.close()


async def test_an_alter_that_is_rolled_back_loses_no_value(db: Database) -> None:
    sequences, s = await create(db)
    assert await sequences.next_value(s) == 1
    txn = db.store.begin()
    changed = await alter(db, sequences, s, txn)
    assert await sequences.next_value(changed) == 500
    waiting = asyncio.ensure_future(sequences.next_value(s))
    await txn.rollback()
    db.catalogs.end(txn)
    assert await waiting == 2
    assert await sequences.next_value(s) == 3
