"""What every store promises about transactions that outgrow one batch, or memory."""

import asyncio

import pytest

from storage.change_trim import trim_changes
from storage.changes import Change, change_key, read_changes
from storage.embedded import OpenStore
from storage.items import body_of, is_spilled, stamp_of
from storage.kv.store import LockWait
from storage.lock_modes import LockMode
from storage.spill import MEMORY_ROWS_MAX
from storage.transaction import BATCH_ROWS_MAX, EmbeddedTransaction
from tests.storage.kv.contract import ALL, collected, key, names, write

#: Spills twice, and leaves some in memory.
MANY = 2 * MEMORY_ROWS_MAX + 500


def row(number: int) -> bytes:
    return key(f"{number:06}")


async def put_many(transaction: EmbeddedTransaction, count: int, body: bytes = b"body") -> None:
    for number in range(count):
        await transaction.lock(row(number))
        transaction.put_item(row(number), body)
        if number % 100 == 0:
            await transaction.pressure()


class LargeContract:
    """The shared tests."""

    @pytest.mark.parametrize("count", [BATCH_ROWS_MAX + 1, MANY])
    async def test_a_large_transaction_is_seen_whole_or_not_at_all(
        self, store: OpenStore, count: int
    ) -> None:
        await write(store, **{"000001": "old", "000002x": "kept"})
        transaction, before = store.begin(), store.begin()
        await put_many(transaction, count)
        transaction.delete(row(7))
        assert await names(before) == ["000001", "000002x"]
        own = await names(transaction)
        assert len(own) == count
        assert own[:5] == ["000000", "000001", "000002", "000002x", "000003"]
        assert await names(transaction, reverse=True) == own[::-1]
        timestamp = await transaction.commit()
        after = store.begin()
        assert await names(after) == own
        assert await names(before) == ["000001", "000002x"]
        value = await after.get(row(count - 1))
        assert value is not None
        assert body_of(value) == b"body"
        assert is_spilled(stamp_of(value))
        assert store.timestamp_of(stamp_of(value)) == timestamp == after.read_timestamp
        assert await write(store, a="1") > timestamp

    async def test_what_was_spilled_is_read_and_written_over(self, store: OpenStore) -> None:
        transaction = store.begin()
        await put_many(transaction, MANY)
        transaction.put_item(row(3), b"again")
        transaction.delete(row(4))
        assert await transaction.get(row(4)) is None
        values = await transaction.multi_get([row(3), row(5)])
        assert [body_of(value) for value in values if value] == [b"again", b"body"]
        await put_many(transaction, MANY, b"once more")
        await transaction.commit()
        bodies = {body_of(value) for _, value in await collected(store.begin().scan(*ALL))}
        assert bodies == {b"once more"}

    async def test_rollback_of_a_spill_leaves_nothing(self, store: OpenStore) -> None:
        transaction = store.begin()
        await put_many(transaction, MANY)
        await transaction.rollback()
        assert await names(store.begin()) == []
        assert await store.begin().lock(row(1), wait=LockWait.NOWAIT)

    async def test_savepoints_reach_back_over_a_spill(self, store: OpenStore) -> None:
        transaction = store.begin()
        await put_many(transaction, 300, b"first")
        transaction.log_change(1, 1, row(0), b"kept", None)
        mark = transaction.savepoint()
        await put_many(transaction, MANY, b"second")
        for number in range(MANY):
            transaction.log_change(1, 1, row(number), b"undone", None)
        await transaction.pressure()
        transaction.put_item(row(5), b"third")
        await transaction.rollback_to(mark)
        assert len(await names(transaction)) == 300
        transaction.put(key("last"), b"")
        inner = transaction.savepoint()
        transaction.delete(row(0))
        await transaction.rollback_to(inner)
        await transaction.commit()
        entries = await collected(store.begin().scan(*ALL))
        assert {body_of(value) for k, value in entries if k != key("last")} == {b"first"}
        assert [change.new for change in await all_changes(store)] == [b"kept"]

    async def test_savepoints_release_locks_over_a_spill(self, store: OpenStore) -> None:
        transaction, other = store.begin(), store.begin()
        await transaction.lock(key("before"), LockMode.SHARE)
        await put_many(transaction, 300)
        mark = transaction.savepoint()
        await transaction.lock(key("before"), LockMode.UPDATE)
        await transaction.lock(key("after"))
        await put_many(transaction, MANY)
        await transaction.lock(row(200))
        await put_many(transaction, MANY)
        assert not await other.lock(key("after"), LockMode.KEY_SHARE, LockWait.SKIP)
        waiting = asyncio.ensure_future(store.begin().lock(row(MANY - 1)))
        await asyncio.sleep(0)
        await transaction.rollback_to(mark)
        assert await waiting
        assert await other.lock(key("after"), wait=LockWait.SKIP)
        assert await other.lock(row(MANY - 2), wait=LockWait.SKIP)
        assert await other.lock(key("before"), LockMode.SHARE, LockWait.SKIP)
        assert not await other.lock(key("before"), LockMode.UPDATE, LockWait.SKIP)
        assert not await other.lock(row(200), LockMode.KEY_SHARE, LockWait.SKIP)
        await transaction.lock(row(MANY - 3))
        assert not await other.lock(row(MANY - 3), LockMode.KEY_SHARE, LockWait.SKIP)
        await transaction.commit()
        assert await other.lock(row(200), wait=LockWait.SKIP)

    async def test_locks_strengthened_after_a_spill_are_weakened_again(
        self, store: OpenStore
    ) -> None:
        transaction, other = store.begin(), store.begin()
        await transaction.lock(key("shared"), LockMode.SHARE)
        await put_many(transaction, MANY)
        mark = transaction.savepoint()
        await transaction.lock(key("shared"), LockMode.UPDATE)
        await put_many(transaction, MANY)
        assert not await other.lock(key("shared"), LockMode.SHARE, LockWait.SKIP)
        await transaction.rollback_to(mark)
        assert await other.lock(key("shared"), LockMode.SHARE, LockWait.SKIP)
        assert not await other.lock(key("shared"), LockMode.UPDATE, LockWait.SKIP)
        await transaction.rollback()

    async def test_released_savepoints_leave_nothing_to_pay_for(self, store: OpenStore) -> None:
        transaction = store.begin()
        outer = transaction.savepoint()
        transaction.put(key("a"), b"1")
        inner = transaction.savepoint()
        transaction.put(key("a"), b"2")
        transaction.release_savepoint(inner)
        transaction.put(key("b"), b"3")
        await transaction.rollback_to(outer)
        assert await names(transaction) == []
        transaction.release_savepoint(outer)
        for number in range(3 * MEMORY_ROWS_MAX):
            mark = transaction.savepoint()
            assert mark == 0
            transaction.put(key("a"), b"%d" % number)
            transaction.release_savepoint(mark)
            await transaction.pressure()
        assert store.locks.is_idle  # nothing has been spilled
        await transaction.commit()
        assert await names(store.begin()) == ["a"]

    async def test_locks_of_spilled_rows_hold(self, store: OpenStore) -> None:
        transaction = store.begin()
        locked_only = key("locked only")
        await transaction.lock(locked_only, LockMode.SHARE)
        await put_many(transaction, MANY)
        assert store.locks.count_held(transaction) < MEMORY_ROWS_MAX
        other = store.begin()
        assert not await other.lock(row(1), LockMode.KEY_SHARE, LockWait.SKIP)
        assert not await other.lock(locked_only, LockMode.UPDATE, LockWait.SKIP)
        assert await other.lock(locked_only, LockMode.SHARE, LockWait.SKIP)
        await other.rollback()
        waiting = asyncio.ensure_future(store.begin().lock(row(2)))
        point = asyncio.ensure_future(store.point([row(3)], lambda state: state.get(row(3))))
        await asyncio.sleep(0)
        assert not waiting.done()
        await transaction.commit()
        assert await waiting
        seen = await point
        assert seen is not None
        assert body_of(seen) == b"body"

    async def test_ranges_go_with_a_large_commit(self, store: OpenStore) -> None:
        await write(store, old1="1", old2="2", own="1", p="1")
        transaction = store.begin()
        await put_many(transaction, MANY)
        transaction.put(key("own"), b"2")
        transaction.delete_range(key("old"), key("old9"))
        transaction.delete_range(key("own"), key("q"))
        await transaction.commit()
        await store.committer.drain()
        assert (await names(store.begin()))[MANY:] == ["own"]

    async def test_changes_of_small_and_large_commits_make_one_log(self, store: OpenStore) -> None:
        async def small(name: str) -> int:
            transaction = store.begin()
            transaction.put(key(name), b"")
            transaction.log_change(9, 1, key(name), b"new", b"old")
            transaction.log_change(9, 2, key(name), None, None)
            return await transaction.commit()

        first = await small("a")
        transaction = store.begin()
        for number in range(MANY):
            transaction.put_item(row(number), b"x")
            transaction.log_change(8, 1, row(number), b"x", None)
            if number % 100 == 0:
                await transaction.pressure()
        large = await transaction.commit()
        last = await small("b")
        changes = await all_changes(store)
        assert changes[:2] == [
            Change(first, 0, 9, 1, key("a"), b"new", b"old"),
            Change(first, 1, 9, 2, key("a"), None, None),
        ]
        assert [c.timestamp for c in changes[2:-2]] == [large] * MANY
        assert [c.ordinal for c in changes[2:-2]] == list(range(MANY))
        assert [c.timestamp for c in changes[-2:]] == [last, last]
        assert (await all_changes(store, after=large))[0].key == key("b")

    async def test_trimming_removes_old_changes_of_small_and_large_commits(
        self, store: OpenStore
    ) -> None:
        async def commit(name: str, count: int) -> int:
            transaction = store.begin()
            for number in range(count):
                transaction.put(key(f"{name}{number}"), b"")
                transaction.log_change(1, 1, key(f"{name}{number}"), b"", None)
            return await transaction.commit()

        for name, count in (("a", 1), ("b", BATCH_ROWS_MAX + 1), ("c", 2)):
            await commit(name, count)
        kept = await commit("d", BATCH_ROWS_MAX + 1)
        await commit("e", 1)
        trimming = store.begin()
        await trim_changes(trimming, kept)
        await trimming.commit()
        left = await all_changes(store)
        assert {change.key[1:2] for change in left} == {b"d", b"e"}
        assert len(left) == BATCH_ROWS_MAX + 2
        stored = store.scan_now(b"\x20", b"\x21", 1000)
        assert len(stored) <= 1000
        assert stored[0][0] == change_key(kept, 0)
        again = store.begin()
        await trim_changes(again, kept)
        await again.commit()
        assert len(await all_changes(store)) == len(left)

    async def test_others_commit_while_a_large_commit_runs(self, store: OpenStore) -> None:
        transaction = store.begin()
        await put_many(transaction, MANY)
        committing = asyncio.ensure_future(transaction.commit())
        count = 0
        while not committing.done():
            count += 1
            await write(store, other=str(count))
        assert count > 3
        assert store.get_now(key("other")) == str(count).encode()
        assert len(await names(store.begin())) == MANY + 1

    async def test_what_was_removed_and_written_again_is_known(self, store: OpenStore) -> None:
        await write(store, a="old", b="old", c="old")
        transaction = store.begin()
        transaction.delete(key("c"))
        transaction.put(key("c"), b"1")
        mark = transaction.watch()
        inner = transaction.savepoint()
        transaction.put(key("a"), b"1")
        transaction.delete(key("b"))
        transaction.put(key("b"), b"1")
        transaction.put(key("b"), b"2")
        transaction.put(key("c"), b"2")
        found = [transaction.was_removed(key(name), mark) for name in "abcd"]
        assert found == [False, True, False, False]
        assert transaction.was_removed(key("b"), transaction.watch()) is False
        await transaction.rollback_to(inner)
        assert transaction.was_removed(key("b"), mark) is False
        transaction.delete(key("a"))
        transaction.release_savepoint(inner)
        transaction.put(key("a"), b"2")
        assert transaction.was_removed(key("a"), mark) is True
        await transaction.commit()

    async def test_what_was_removed_is_not_known_any_more_behind_a_spill(
        self, store: OpenStore
    ) -> None:
        await write(store, a="old")
        transaction = store.begin()
        mark = transaction.watch()
        await put_many(transaction, MANY)
        await transaction.pressure()
        later = transaction.watch()
        transaction.put_item(row(3), b"again")
        transaction.delete(row(4))
        transaction.put_item(row(4), b"again")
        assert transaction.was_removed(key("a"), mark) is False
        assert transaction.was_removed(row(4), mark) is None
        assert transaction.was_removed(row(3), later) is False
        assert transaction.was_removed(row(4), later) is True
        await transaction.commit()


async def all_changes(store: OpenStore, after: int = 0) -> list[Change]:
    reader = store.begin()
    slices = read_changes(reader, after, reader.read_timestamp)
    return [change async for changes in slices for change in changes]
