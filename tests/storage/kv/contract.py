"""What every store promises, as tests that each implementation runs.

A test module makes a subclass of `StoreContract` with a `store` fixture.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.items import body_of, stamp_of
from storage.kv.store import Entry, Isolation, LockWait, Newest, Retry, Transaction
from storage.lock_modes import LockMode


def key(name: str) -> bytes:
    return b"\x10" + name.encode()


ALL = (b"\x10", b"\x11")


async def collected(scan: AsyncIterator[list[Entry]]) -> list[Entry]:
    return [entry async for entries in scan for entry in entries]


async def names(transaction: Transaction, **options: object) -> list[str]:
    entries = await collected(transaction.scan(*ALL, **options))  # type: ignore[arg-type]  # reverse, limit
    return [k[1:].decode() for k, _ in entries]


async def write(store: OpenStore, **values: str) -> int:
    transaction = store.begin()
    for name, value in values.items():
        await transaction.lock(key(name))
        transaction.put(key(name), value.encode())
    return await transaction.commit()


def putting(name: str, value: bytes) -> Callable[[Newest], None]:
    return lambda state: state.put(key(name), value)


class StoreContract:
    """The shared tests."""

    async def test_a_commit_is_seen_by_transactions_that_begin_afterwards(
        self, store: OpenStore
    ) -> None:
        before = store.begin()
        timestamp = await write(store, a="1", b="2")
        after = store.begin()
        assert await before.get(key("a")) is None
        assert await after.get(key("a")) == b"1"
        assert before.read_timestamp < timestamp == after.read_timestamp

    async def test_refresh_moves_read_committed_and_leaves_repeatable_read(
        self, store: OpenStore
    ) -> None:
        moving, staying = store.begin(), store.begin(Isolation.REPEATABLE_READ)
        staying.refresh()
        await write(store, a="1")
        moving.refresh()
        staying.refresh()
        assert await moving.get(key("a")) == b"1"
        assert await staying.get(key("a")) is None

    async def test_own_writes_are_seen_by_get_and_by_scans_in_both_directions(
        self, store: OpenStore
    ) -> None:
        await write(store, b="old", d="old", f="old")
        transaction = store.begin()
        transaction.put(key("a"), b"new")
        transaction.put(key("d"), b"new")
        transaction.put(key("g"), b"new")
        transaction.delete(key("f"))
        transaction.delete(key("nothing"))
        assert await transaction.multi_get([key("d"), key("f"), key("b")]) == [b"new", None, b"old"]
        assert await names(transaction) == ["a", "b", "d", "g"]
        assert await names(transaction, reverse=True) == ["g", "d", "b", "a"]
        assert await names(transaction, limit=3) == ["a", "b", "d"]
        assert await names(transaction, reverse=True, limit=2) == ["g", "d"]
        other = store.begin()
        assert await names(other) == ["b", "d", "f"]

    async def test_a_scan_has_a_start_and_excludes_its_end(self, store: OpenStore) -> None:
        await write(store, a="1", b="2", c="3")
        transaction = store.begin()
        for reverse, expected in ((False, ["a", "b"]), (True, ["b", "a"])):
            scan = transaction.scan(key("a"), key("c"), reverse=reverse)
            assert [k[1:].decode() for k, _ in await collected(scan)] == expected
        assert await collected(transaction.scan(key("c"), key("a"))) == []
        assert await collected(transaction.scan(*ALL, limit=0)) == []

    async def test_long_scans_come_in_slices_and_complete(self, store: OpenStore) -> None:
        writer = store.begin()
        expected = [f"{number:06}" for number in range(1500)]
        for name in expected:
            writer.put(key(name), b"")
        await writer.commit()
        transaction = store.begin()
        assert await names(transaction) == expected
        assert await names(transaction, reverse=True) == expected[::-1]
        assert await names(transaction, limit=700) == expected[:700]
        transaction.delete(key(expected[0]))
        assert await names(transaction, limit=1499) == expected[1:]
        assert len([s async for s in transaction.scan(*ALL)]) > 2

    async def test_a_scan_does_not_see_writes_made_while_it_runs(self, store: OpenStore) -> None:
        await write(store, **{f"k{number:03}": "" for number in range(200)})
        transaction = store.begin()
        transaction.put(key("k500"), b"before the scan")
        seen = 0
        async for entries in transaction.scan(*ALL):
            for k, _ in entries:
                transaction.put(k + b"+", b"made by the loop")
                seen += 1
        assert seen == 201

    async def test_an_item_is_stamped_with_the_commit_timestamp(self, store: OpenStore) -> None:
        transaction = store.begin()
        transaction.put_item(key("a"), b"body")
        own = await transaction.get(key("a"))
        assert own is not None
        assert body_of(own) == b"body"
        timestamp = await transaction.commit()
        stored = store.get_now(key("a"))
        assert stored is not None
        assert (stamp_of(stored), body_of(stored)) == (timestamp, b"body")

    async def test_rollback_leaves_nothing_and_releases_locks(self, store: OpenStore) -> None:
        transaction = store.begin()
        await transaction.lock(key("a"))
        transaction.put(key("a"), b"1")
        await transaction.rollback()
        await transaction.rollback()
        assert store.get_now(key("a")) is None
        assert await store.begin().lock(key("a"), wait=LockWait.NOWAIT)

    async def test_rolling_back_to_a_savepoint_undoes_writes_changes_and_locks(
        self, store: OpenStore
    ) -> None:
        await write(store, a="old", b="old")
        transaction = store.begin()
        transaction.put(key("a"), b"1")
        await transaction.lock(key("a"), LockMode.SHARE)
        mark = transaction.savepoint()
        await transaction.lock(key("a"), LockMode.UPDATE)
        await transaction.lock(key("b"), LockMode.UPDATE)
        transaction.put(key("a"), b"2")
        transaction.delete(key("b"))
        transaction.put(key("c"), b"2")
        inner = transaction.savepoint()
        transaction.put(key("c"), b"3")
        await transaction.rollback_to(inner)
        assert await transaction.get(key("c")) == b"2"
        await transaction.rollback_to(mark)
        assert await transaction.multi_get([key(n) for n in "abc"]) == [b"1", b"old", None]
        assert await names(transaction) == ["a", "b"]
        other = store.begin()
        assert await other.lock(key("a"), LockMode.SHARE, LockWait.NOWAIT)
        assert await other.lock(key("b"), LockMode.UPDATE, LockWait.NOWAIT)
        await other.rollback()
        transaction.put(key("d"), b"4")
        await transaction.rollback_to(mark)
        await transaction.commit()
        assert store.scan_now(*ALL, 10) == [(key("a"), b"1"), (key("b"), b"old")]

    async def test_delete_range_removes_what_was_there_and_keeps_own_writes(
        self, store: OpenStore
    ) -> None:
        await write(store, a="1", b="1", c="1")
        transaction = store.begin()
        transaction.delete_range(key("a"), key("c"))
        transaction.delete_range(key("z"), key("y"))
        transaction.put(key("b"), b"2")
        await transaction.commit()
        assert store.scan_now(*ALL, 10) == [(key("b"), b"2"), (key("c"), b"1")]

    async def test_a_waiter_gets_the_lock_after_the_commit_and_reads_the_newest(
        self, store: OpenStore
    ) -> None:
        first, second = store.begin(), store.begin()
        await first.lock(key("a"))
        first.put(key("a"), b"1")
        waiting = asyncio.ensure_future(second.lock(key("a")))
        await asyncio.sleep(0)
        assert not waiting.done()
        await first.commit()
        assert await waiting
        assert await second.get(key("a")) is None
        assert await second.get_newest(key("a")) == b"1"
        await second.settled()
        await second.rollback()

    async def test_repeatable_read_refuses_rows_changed_since_its_snapshot(
        self, store: OpenStore
    ) -> None:
        await write(store, a="1", b="1", c="1")
        transaction = store.begin(Isolation.REPEATABLE_READ)
        await write(store, a="2")
        await store.point([key("b")], lambda state: state.delete(key("b")))
        with pytest.raises(DatabaseError) as updated:
            await transaction.lock(key("a"))
        assert updated.value.sqlstate == "40001"
        assert updated.value.message == "could not serialize access due to concurrent update"
        with pytest.raises(DatabaseError, match="due to concurrent delete"):
            await transaction.lock(key("b"))
        assert await transaction.lock(key("c"))
        await transaction.rollback()

    async def test_point_operations_see_each_other_and_return_their_results(
        self, store: OpenStore
    ) -> None:
        def increment(state: Newest) -> int:
            stored = state.get(key("n"))
            value = 1 + (int(stored) if stored else 0)
            state.put(key("n"), str(value).encode())
            return value

        results = await asyncio.gather(*[store.point([key("n")], increment) for _ in range(50)])
        assert sorted(results) == list(range(1, 51))
        assert store.get_now(key("n")) == b"50"

    async def test_an_exception_undoes_a_point_operation(self, store: OpenStore) -> None:
        def fail(state: Newest) -> None:
            state.put(key("a"), b"1")
            raise DatabaseError("23505", "duplicate")

        with pytest.raises(DatabaseError, match="duplicate"):
            await store.point([key("a")], fail)
        assert store.get_now(key("a")) is None

    async def test_a_point_operation_may_ask_for_more_keys(self, store: OpenStore) -> None:
        asked: list[int] = []

        def operation(state: Newest) -> str:
            asked.append(len(asked))
            if len(asked) == 1:
                state.put(key("a"), b"no effect")
                raise Retry([key("a"), key("b")])
            return "done"

        assert await store.point([key("a")], operation) == "done"
        assert store.get_now(key("a")) is None

    async def test_a_point_operation_is_parked_while_its_key_is_locked(
        self, store: OpenStore
    ) -> None:
        transaction = store.begin()
        await transaction.lock(key("a"))
        transaction.put(key("a"), b"1")
        parked = asyncio.ensure_future(
            store.point([key("b"), key("a")], lambda state: state.get(key("a")))
        )
        await store.point([key("b")], putting("b", b"not parked"))
        assert not parked.done()
        await transaction.commit()
        assert await parked == b"1"

    async def test_parked_point_operations_with_the_same_keys_get_on(
        self, store: OpenStore
    ) -> None:
        transaction = store.begin()
        for name in "abc":
            await transaction.lock(key(name))
        orders = ("ab", "ba", "bca", "cb", "ac", "ca", "ab", "ba")
        parked = [
            asyncio.ensure_future(
                store.point([key(name) for name in order], putting(order, b"done"))
            )
            for order in orders
        ]
        await asyncio.sleep(0)
        await transaction.rollback()
        for _ in range(1000):  # turns of the loop; they need far fewer
            await asyncio.sleep(0)
        assert store.locks.is_idle
        await asyncio.gather(*parked)

    async def test_a_parked_point_operation_can_be_cancelled(self, store: OpenStore) -> None:
        transaction = store.begin()
        await transaction.lock(key("a"))
        parked = asyncio.ensure_future(store.point([key("a")], putting("a", b"never")))
        await asyncio.sleep(0)
        parked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await parked
        await transaction.rollback()
        assert store.locks.is_free(key("a"))
        assert store.get_now(key("a")) is None

    async def test_a_commit_whose_waiter_is_cancelled_completes(self, store: OpenStore) -> None:
        transaction = store.begin()
        await transaction.lock(key("a"))
        transaction.put(key("a"), b"1")
        committing = asyncio.ensure_future(transaction.commit())
        await asyncio.sleep(0)
        committing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await committing
        await transaction.rollback()
        await write(store, b="2")
        assert store.get_now(key("a")) == b"1"
        assert store.locks.is_free(key("a"))

    async def test_actions_run_at_commit_before_anyone_sees_it(self, store: OpenStore) -> None:
        ran: list[tuple[int, bytes | None]] = []
        transaction = store.begin()
        transaction.on_commit(lambda timestamp: ran.append((timestamp, store.get_now(key("a")))))
        mark = transaction.savepoint()
        transaction.on_commit(lambda _: ran.append((0, b"undone")))
        await transaction.rollback_to(mark)
        transaction.put(key("a"), b"1")
        timestamp = await transaction.commit()
        assert ran == [(timestamp, None)]

    async def test_an_action_of_a_transaction_rolled_back_never_runs(
        self, store: OpenStore
    ) -> None:
        ran: list[int] = []
        transaction = store.begin()
        transaction.on_commit(ran.append)
        await transaction.rollback()
        assert ran == []

    async def test_timestamps_grow_in_the_order_of_commits(self, store: OpenStore) -> None:
        timestamps = [await write(store, a=str(number)) for number in range(5)]
        assert timestamps == sorted(set(timestamps))

    async def test_operations_count_what_they_read_and_write(self, store: OpenStore) -> None:
        await write(store, a="123", b="456")
        transaction = store.begin()
        await transaction.get(key("a"))
        await collected(transaction.scan(*ALL))
        transaction.put_item(key("c"), b"body")
        transaction.put(b"\x11entry", b"")
        transaction.delete(key("a"))
        counts = transaction.counts
        assert (counts.items_read, counts.bytes_read) == (3, 15)
        assert (counts.items_written, counts.index_entries_written) == (2, 1)
        await transaction.rollback()

    async def test_ids_are_never_given_twice(self, store: OpenStore) -> None:
        async def take(count: int) -> range:
            first = await store.coordinator.next_ids("table", count)
            return range(first, first + count)

        ranges = await asyncio.gather(*[take(1 + number % 5) for number in range(40)])
        taken = [number for ids in ranges for number in ids]
        assert len(taken) == len(set(taken))
        assert await store.coordinator.next_ids("other", 1) == 1

    async def test_notifications_reach_the_listeners_of_their_channel(
        self, store: OpenStore
    ) -> None:
        heard: list[tuple[str, str, int]] = []
        unlisten = store.coordinator.listen("c", lambda *message: heard.append(message))
        store.coordinator.notify("c", "hello", 7)
        store.coordinator.notify("d", "unheard", 7)
        unlisten()
        unlisten()
        store.coordinator.notify("c", "too late", 7)
        assert heard == [("c", "hello", 7)]

    async def test_a_transaction_that_has_ended_refuses_to_go_on(self, store: OpenStore) -> None:
        transaction = store.begin()
        transaction.put(key("a"), b"1")
        await transaction.commit()
        with pytest.raises(DatabaseError) as refused:
            await transaction.commit()
        assert refused.value.sqlstate == "25P01"
