"""What a transaction has read is compared with what others have written, however much that is."""

import asyncio
from collections.abc import Sequence

import pytest

from storage.errors import DatabaseError
from storage.keyspace import ITEMS, storage_prefix
from storage.kv.engine import KeyRange
from storage.kv.memory_store import MemoryEngine
from storage.kv.store import Isolation
from storage.serializable import ReadSet, RecentWrites
from storage.slices import Slices
from storage.spill import MEMORY_ROWS_MAX
from storage.types import Kind
from tests.storage.database import Database
from tests.storage.tables import table

ONE, OTHER = storage_prefix(ITEMS, 1), storage_prefix(ITEMS, 2)


def key(number: int, prefix: bytes = ONE) -> bytes:
    return prefix + number.to_bytes(4, "big")


def reader(recent: RecentWrites, timestamp: int = 0, keys_max: int = 100) -> ReadSet:
    reads = ReadSet(recent, keys_max=keys_max)
    reads.begin(timestamp, ())
    return reads


def fails(reads: ReadSet) -> bool:
    try:
        reads.validate()
    except DatabaseError as error:
        return error.sqlstate == "40001"
    return False


@pytest.mark.parametrize(
    ("keys", "ranges", "is_conflict"),
    [
        ([key(5)], [], True),
        ([key(6)], [], False),
        ([key(20)], [], True),
        ([key(30)], [], False),
        ([], [(key(29), key(31))], True),
        ([], [(key(30), key(31))], False),
        ([], [(key(5), key(6))], True),
    ],
)
def test_keys_and_ranges_meet(
    keys: Sequence[bytes], ranges: Sequence[KeyRange], is_conflict: bool
) -> None:
    recent = RecentWrites()
    reads = reader(recent)
    reads.note_key(key(5))
    reads.note_range(key(20), key(30))
    recent.note(1, keys, ranges)
    assert fails(reads) is is_conflict


def test_only_what_comes_after_the_snapshot_counts() -> None:
    recent = RecentWrites()
    early = reader(recent)
    recent.note(1, [key(1)])
    late = reader(recent, timestamp=1)
    for reads in (early, late):
        reads.note_key(key(1))
    assert fails(early)
    assert not fails(late)
    early.end()
    recent.note(2, [key(1)])
    assert fails(late)
    late.end()
    assert not recent.is_wanted


def test_what_is_in_line_already_counts() -> None:
    recent = RecentWrites()
    reads = ReadSet(recent)
    reads.begin(5, [(7, [key(1)], ())])
    reads.note_key(key(1))
    assert fails(reads)


def test_condensed_writes_count_for_their_table() -> None:
    recent = RecentWrites(keys_max=10)
    one, other = reader(recent), reader(recent)
    one.note_key(key(999))
    other.note_range(key(0, OTHER), key(5, OTHER))
    for number in range(100):
        recent.note(number + 1, [key(number)])
    assert fails(one)
    assert not fails(other)


def test_condensed_reads_count_for_their_table() -> None:
    recent = RecentWrites()
    reads = reader(recent, keys_max=10)
    for number in range(50):
        reads.note_key(key(number))
    recent.note(1, [key(7, OTHER)])
    assert not fails(reads)
    recent.note(2, [key(999)])
    assert fails(reads)


def test_long_lists_are_forgotten_from_the_front() -> None:
    recent = RecentWrites(keys_max=1_500)
    oldest = reader(recent)
    readers: list[ReadSet] = []
    for timestamp in range(1, 10_000):
        recent.note(timestamp, [key(timestamp)])
        if timestamp % 100 == 0:
            readers.append(reader(recent, timestamp))
            readers[-1].note_key(key(timestamp + 50))
            readers[-1].note_key(key(1, OTHER))
        if len(readers) > 3:
            assert fails(readers.pop(0))
            readers[0].note_key(key(0))
    oldest.end()
    newest = reader(recent, 9_999)
    newest.note_range(key(0), key(20_000))
    assert not fails(newest)


async def test_most_is_compared_before_the_last_look() -> None:
    recent = RecentWrites()
    reads = reader(recent)
    reads.note_key(key(1))
    recent.note(1, map(key, range(2, 5_000)))
    await reads.prevalidate(Slices(asyncio.get_running_loop()))
    recent.note(2, [key(1)])
    assert fails(reads)


@pytest.mark.parametrize("is_large", [False, True])
async def test_a_large_commit_is_noticed_and_notices(is_large: bool) -> None:
    database = await Database.open(MemoryEngine())
    access = await database.create(table(("id", Kind.INT4), ("v", Kind.INT4), key="id"))
    count = MEMORY_ROWS_MAX * 2 if is_large else 10
    transactions = [database.store.begin(Isolation.SERIALIZABLE) for _ in range(2)]
    for number, txn in enumerate(transactions):
        async for _ in txn.scan(*access.range):
            pytest.fail("the table is empty")
        await access.lock_for_write(txn)
        rows = ((row, 0) for row in range(number * count, (number + 1) * count))
        await access.insert_many(txn, rows)
    await transactions[0].commit()
    with pytest.raises(DatabaseError) as failure:
        await transactions[1].commit()
    assert failure.value.sqlstate == "40001"
    await transactions[1].rollback()
    await database.store.close()
