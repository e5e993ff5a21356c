"""A claim to an empty table: no locks, no look-ups, and still nobody notices a difference."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.duplicates import DuplicateKeyError
from storage.kv.store import Isolation, Newest, Transaction
from storage.spill import MEMORY_ROWS_MAX
from storage.table import Claim, TableAccess
from storage.types import Kind
from tests.storage.database import Database
from tests.storage.tables import table, whole_detail, with_index

PLAIN = table(("id", Kind.INT4), ("name", Kind.TEXT), key="id")
UNIQUE = with_index(PLAIN, "t_name_key", "name", unique=True, constraint="t_name_key")
MANY = MEMORY_ROWS_MAX + 500


async def claimed(db: Database, access: TableAccess) -> tuple[Transaction, Claim]:
    txn = db.store.begin()
    await access.lock_for_write(txn)
    claim = await access.claim_empty(txn)
    assert claim is not None
    return txn, claim


async def is_claimed(txn: Transaction, access: TableAccess) -> bool:
    await access.lock_for_write(txn)
    return await access.claim_empty(txn) is not None


def numbered(*numbers: int) -> list[tuple[int, str]]:
    return [(number, f"n{number}") for number in numbers]


async def insert_point(db: Database, access: TableAccess, row: Any) -> None:
    key = access.new_key_now(row)
    assert key is not None
    held = access.insert_keys(key, row)

    def operation(newest: Newest) -> None:
        access.insert_point(newest, key, row, held)

    await db.store.point(held, operation)


async def insert(db: Database, access: TableAccess, *rows: Any) -> None:
    """Inserts as SQL does: a writer locks the table first."""

    async def work(txn: Transaction) -> None:
        await access.lock_for_write(txn)
        for row in rows:
            await access.insert(txn, row)

    await db.run(work)


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_rows_appear_with_the_commit_and_not_before(db: Database) -> None:
    access = await db.create(UNIQUE)
    txn, claim = await claimed(db, access)
    assert await access.insert_many(txn, numbered(3, 1, 2), claim) == 3
    assert await db.rows(access) == []
    assert [row async for rows in txn.scan(*access.range) for row in rows] != []
    await txn.commit()
    assert await db.rows(access) == [[1, "n1"], [2, "n2"], [3, "n3"]]
    await db.check_indexes(access)


async def test_a_rollback_leaves_nothing_and_frees_the_keys(db: Database) -> None:
    access = await db.create(UNIQUE)
    txn, claim = await claimed(db, access)
    await access.insert_many(txn, numbered(*range(MANY)), claim)
    await txn.rollback()
    assert await db.rows(access) == []
    await insert(db, access, *numbered(1, 2))
    await insert_point(db, access, (3, "n3"))
    assert len(await db.rows(access)) == 3


@pytest.mark.parametrize("count", [3, MANY])
@pytest.mark.parametrize("again", [0, -1])
async def test_a_key_that_comes_twice_is_refused(db: Database, count: int, again: int) -> None:
    access = await db.create(PLAIN)
    txn, claim = await claimed(db, access)
    rows = numbered(*range(count))
    with pytest.raises(DuplicateKeyError) as caught:
        await access.insert_many(txn, [*rows, rows[again]], claim)
    await txn.rollback()
    assert whole_detail(caught.value) == f"Key (id)=({rows[again][0]}) already exists."


@pytest.mark.parametrize("count", [3, MANY])
async def test_a_unique_value_that_comes_twice_is_refused(db: Database, count: int) -> None:
    access = await db.create(UNIQUE)
    txn, claim = await claimed(db, access)
    with pytest.raises(DuplicateKeyError) as caught:
        await access.insert_many(txn, [*numbered(*range(count)), (count, "n0")], claim)
    await txn.rollback()
    assert whole_detail(caught.value) == "Key (name)=(n0) already exists."


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abcdefgh")), max_size=12))
async def test_it_stops_at_the_row_at_which_the_ordinary_way_stops(
    rows: list[tuple[int, str]],
) -> None:
    db = await Database.open()
    access = await db.create(UNIQUE)

    async def outcome(*, by_claim: bool) -> tuple[int, str | None]:
        drawn = 0

        def drawing() -> Any:
            nonlocal drawn
            for row in rows:
                drawn += 1
                yield row

        txn, claim = await claimed(db, access)
        try:
            await access.insert_many(txn, drawing(), claim if by_claim else None)
        except DuplicateKeyError as error:
            return drawn, whole_detail(error)
        finally:
            await txn.rollback()
        return drawn, None

    assert await outcome(by_claim=True) == await outcome(by_claim=False)
    await db.store.close()


@pytest.mark.parametrize("count", [3, MANY])
async def test_others_wait_for_the_keys_and_are_then_refused(db: Database, count: int) -> None:
    access = await db.create(UNIQUE)
    txn, claim = await claimed(db, access)
    await access.insert_many(txn, numbered(*range(count)), claim)
    waiters = [
        asyncio.ensure_future(insert(db, access, (1, "other"))),
        asyncio.ensure_future(insert(db, access, (-1, "n2"))),
        asyncio.ensure_future(insert_point(db, access, (2, "another"))),
    ]
    await insert(db, access, (-5, "free"))
    await turns()
    assert not any(waiter.done() for waiter in waiters)
    await txn.commit()
    for outcome in await asyncio.gather(*waiters, return_exceptions=True):
        assert isinstance(outcome, DuplicateKeyError)
    assert len(await db.rows(access)) == count + 1
    await db.check_indexes(access)


@pytest.mark.parametrize("count", [0, 3, MANY])
@pytest.mark.parametrize("by_point", [False, True])
async def test_what_others_write_meanwhile_is_seen(
    db: Database, count: int, by_point: bool
) -> None:
    access = await db.create(PLAIN)
    txn, claim = await claimed(db, access)
    await access.insert_many(txn, numbered(*range(count)), claim)
    taken = (count + 10, "taken")
    if by_point:
        await insert_point(db, access, taken)
    else:
        await insert(db, access, taken)
    await access.insert_many(txn, numbered(count), claim)
    with pytest.raises(DuplicateKeyError) as caught:
        await access.insert_many(txn, [taken], claim)
    assert whole_detail(caught.value) == f"Key (id)=({count + 10}) already exists."
    await txn.rollback()
    assert await db.rows(access) == [list(taken)]


async def test_who_writes_the_same_key_meanwhile_is_waited_for(db: Database) -> None:
    access = await db.create(PLAIN)
    txn, claim = await claimed(db, access)
    other = db.store.begin()
    await access.lock_for_write(other)
    await access.insert(other, (1, "other"))
    waiter = asyncio.ensure_future(access.insert_many(txn, numbered(0, 1), claim))
    await turns()
    assert not waiter.done()
    await other.rollback()
    assert await waiter == 2
    await txn.commit()
    assert await db.rows(access) == [[0, "n0"], [1, "n1"]]


async def test_there_is_no_claim_to_a_table_that_others_write_to(db: Database) -> None:
    access = await db.create(PLAIN)
    other = db.store.begin()
    await access.lock_for_write(other)
    txn = db.store.begin()
    assert not await is_claimed(txn, access)
    await other.rollback()
    assert await is_claimed(txn, access)
    third = db.store.begin()
    assert not await is_claimed(third, access)
    await txn.rollback()
    await third.rollback()


async def test_there_is_no_claim_to_a_table_with_rows(db: Database) -> None:
    access = await db.create(PLAIN)
    (key,) = await db.insert(access, (1, "a"))
    txn = db.store.begin()
    assert not await is_claimed(txn, access)
    await access.delete(txn, key, (1, "a"))
    assert not await is_claimed(txn, access)
    await txn.commit()
    txn = db.store.begin(Isolation.REPEATABLE_READ)
    assert await is_claimed(txn, access)
    await txn.rollback()


async def test_a_point_operation_that_is_not_durable_yet_counts(db: Database) -> None:
    access = await db.create(PLAIN)
    txn = db.store.begin()
    await access.lock_for_write(txn)
    point = asyncio.ensure_future(insert_point(db, access, (1, "a")))
    await asyncio.sleep(0)
    assert db.store.committer.unsettled() is not None
    assert await access.claim_empty(txn) is None
    await point
    await txn.rollback()


async def test_a_writer_that_comes_while_the_claim_is_made_counts(db: Database) -> None:
    access = await db.create(PLAIN)
    other = await db.create(
        table(
            ("id", Kind.INT4),
            ("name", Kind.TEXT),
            key="id",
            name="u",
            primary_key_constraint="u_pkey",
        )
    )
    txn = db.store.begin()
    await access.lock_for_write(txn)
    points = [asyncio.ensure_future(insert_point(db, other, (1, "a")))]
    await asyncio.sleep(0)
    claiming = asyncio.ensure_future(access.claim_empty(txn))
    points.append(asyncio.ensure_future(insert_point(db, access, (1, "a"))))
    assert await claiming is None
    await asyncio.gather(*points)
    await txn.rollback()


async def test_there_is_no_claim_after_a_savepoint_or_own_rows(db: Database) -> None:
    access = await db.create(PLAIN)
    txn = db.store.begin()
    await access.lock_for_write(txn)
    await access.insert(txn, (1, "a"))
    assert await access.claim_empty(txn) is None
    await txn.rollback()
    txn = db.store.begin()
    await access.lock_for_write(txn)
    txn.savepoint()
    assert await access.claim_empty(txn) is None
    await txn.rollback()


@pytest.mark.parametrize("count", [3, MANY])
async def test_a_savepoint_afterwards_takes_back_what_came_after_it(
    db: Database, count: int
) -> None:
    access = await db.create(UNIQUE)
    txn, claim = await claimed(db, access)
    await access.insert_many(txn, numbered(*range(count)), claim)
    mark = txn.savepoint()
    key = access.key_of((0,))
    await txn.lock(key)
    await access.delete(txn, key, (0, "n0"))
    await access.insert(txn, (count, f"n{count}"))
    await txn.rollback_to(mark)
    await txn.commit()
    assert len(await db.rows(access)) == count
    await db.check_indexes(access)
