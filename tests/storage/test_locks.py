"""Who gets a lock, who waits, and who waits in a circle."""

import asyncio
import itertools
from itertools import count

import pytest

from storage.deadlocks import advisory_key
from storage.errors import DatabaseError
from storage.kv.store import LockWait
from storage.lock_modes import AnyLockMode, LockMode, TableLockMode, conflicts
from storage.lock_owners import LockOwner
from storage.locks import LockTable

A, B = b"\x10a", b"\x10b"
MODES = list(LockMode)
_ids = count(1)


class Owner:
    def __init__(self, process_id: int = 0, lock_timeout_ms: int = 0) -> None:
        self.id = next(_ids)
        self.process_id = process_id
        self.lock_timeout_ms = lock_timeout_ms
        self.deadlock_timeout_ms = 0
        self.written: set[bytes] = set()

    def has_written(self, key: bytes) -> bool:
        return key in self.written


@pytest.fixture
async def locks() -> LockTable:
    return LockTable(asyncio.get_running_loop(), deadlock_timeout_ms=1)


async def turns(number: int = 3) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def after_the_look() -> None:
    """Returns when all who wait now have looked for a deadlock (timers run in order)."""
    looked = asyncio.Event()
    asyncio.get_running_loop().call_later(0.003, looked.set)
    await looked.wait()


def waiting(
    locks: LockTable, owner: Owner, key: bytes, mode: AnyLockMode = LockMode.UPDATE
) -> asyncio.Future[bool]:
    return asyncio.ensure_future(locks.acquire(owner, key, mode))


async def test_the_modes_conflict_as_in_postgresql() -> None:
    pairs = {
        (one.name, other.name) for one in MODES for other in MODES if not conflicts(one, other)
    }
    assert pairs == {
        ("KEY_SHARE", "KEY_SHARE"),
        ("KEY_SHARE", "SHARE"),
        ("KEY_SHARE", "NO_KEY_UPDATE"),
        ("SHARE", "KEY_SHARE"),
        ("SHARE", "SHARE"),
        ("NO_KEY_UPDATE", "KEY_SHARE"),
    }


#: The manual's table 13.2: which modes go together with each.
COMPATIBLE = {
    "ACCESS_SHARE": 7,
    "ROW_SHARE": 6,
    "ROW_EXCLUSIVE": 4,
    "SHARE_UPDATE_EXCLUSIVE": 3,
    "SHARE": 3,
    "SHARE_ROW_EXCLUSIVE": 2,
    "EXCLUSIVE": 1,
    "ACCESS_EXCLUSIVE": 0,
}


@pytest.mark.parametrize("mode", TableLockMode)
async def test_a_table_mode_goes_together_with_so_many(mode: TableLockMode) -> None:
    together = [other for other in TableLockMode if not conflicts(mode, other)]
    assert len(together) == COMPATIBLE[mode.name]
    assert all(not conflicts(other, mode) for other in together)


async def test_modes_that_do_not_include_each_other_are_held_both(locks: LockTable) -> None:
    owner, other = Owner(process_id=8), Owner()
    await locks.acquire(owner, A, TableLockMode.SHARE)
    mark = locks.mark(owner)
    await locks.acquire(owner, A, TableLockMode.SHARE_UPDATE_EXCLUSIVE)
    assert not locks.try_acquire(other, A, TableLockMode.SHARE)
    assert [(entry.mode.name, entry.process_id) for entry in locks.entries()] == [
        ("SHARE_UPDATE_EXCLUSIVE", 8),
        ("SHARE", 8),
    ]
    locks.release_to(owner, mark)
    assert locks.try_acquire(other, A, TableLockMode.SHARE)


async def test_who_waits_is_listed_and_for_whom(locks: LockTable) -> None:
    holder, other = Owner(process_id=1), Owner(process_id=2)
    await locks.acquire(holder, A)
    waiter = waiting(locks, other, A, LockMode.SHARE)
    await turns()
    assert [(entry.process_id, entry.is_granted) for entry in locks.entries()] == [
        (1, True),
        (2, False),
    ]
    assert locks.blocking(2) == [1]
    locks.release(holder)
    assert locks.blocking(2) == []
    assert await waiter


async def test_a_waiter_looks_for_deadlocks_at_its_own_time(locks: LockTable) -> None:
    patient, hasty = Owner(process_id=1), Owner(process_id=2)
    patient.deadlock_timeout_ms = 60_000
    await locks.acquire(patient, A)
    await locks.acquire(hasty, B)
    hasty_waits = waiting(locks, hasty, A)
    await after_the_look()
    patient_waits = waiting(locks, patient, B)
    await after_the_look()
    assert not patient_waits.done()
    hasty_waits.cancel()
    locks.release(hasty)
    assert await patient_waits


async def test_a_row_that_is_only_locked_is_not_being_written(locks: LockTable) -> None:
    holder, asking = Owner(), Owner()
    await locks.acquire(holder, A)
    assert not locks.is_being_written(A, asking)
    holder.written.add(A)
    assert locks.is_being_written(A, asking)
    assert not locks.is_being_written(A, holder)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [*itertools.product(MODES, MODES), *itertools.product(TableLockMode, TableLockMode)],
)
async def test_a_lock_is_granted_unless_it_conflicts(
    locks: LockTable, held: AnyLockMode, wanted: AnyLockMode
) -> None:
    assert await locks.acquire(Owner(), A, held)
    granted = await locks.acquire(Owner(), A, wanted, LockWait.SKIP)
    assert granted is not conflicts(held, wanted)


async def test_nowait_raises(locks: LockTable) -> None:
    await locks.acquire(Owner(), A)
    with pytest.raises(DatabaseError) as refused:
        await locks.acquire(Owner(), A, LockMode.KEY_SHARE, LockWait.NOWAIT)
    assert refused.value.sqlstate == "55P03"


async def test_waiters_are_served_in_order(locks: LockTable) -> None:
    holder, first, second, third = Owner(), Owner(), Owner(), Owner()
    await locks.acquire(holder, A)
    order: list[int] = []
    for number, owner in enumerate((first, second, third)):
        waiting(locks, owner, A).add_done_callback(lambda _, number=number: order.append(number))  # type: ignore[misc]  # bound at once
        await turns()
    for owner in (holder, first, second, third):
        locks.release(owner)
        await turns()
    assert order == [0, 1, 2]
    assert locks.is_free(A)


async def test_a_row_is_shared_though_a_writer_waits(locks: LockTable) -> None:
    first, writer, second = Owner(), Owner(), Owner()
    await locks.acquire(first, A, LockMode.SHARE)
    writing = waiting(locks, writer, A)
    await turns()
    assert locks.try_acquire(second, A, LockMode.SHARE)
    locks.release(first)
    await turns()
    assert not writing.done()
    locks.release(second)
    assert await writing


async def test_a_table_is_not_shared_while_a_stronger_mode_waits(locks: LockTable) -> None:
    first, writer, second = Owner(), Owner(), Owner()
    await locks.acquire(first, A, TableLockMode.SHARE)
    writing = waiting(locks, writer, A, TableLockMode.EXCLUSIVE)
    await turns()
    assert locks.try_acquire(first, A, TableLockMode.ROW_SHARE)
    assert not locks.try_acquire(second, A, TableLockMode.SHARE)
    sharing = waiting(locks, second, A, TableLockMode.SHARE)
    locks.release(first)
    assert await writing
    assert not sharing.done()
    locks.release(writer)
    assert await sharing


async def test_sharers_are_served_together(locks: LockTable) -> None:
    holder = Owner()
    await locks.acquire(holder, A)
    sharing = [waiting(locks, Owner(), A, LockMode.SHARE) for _ in range(3)]
    await turns()
    locks.release(holder)
    assert await asyncio.gather(*sharing) == [True] * 3


async def test_strengthening_goes_before_those_who_hold_nothing(locks: LockTable) -> None:
    one, other, third = Owner(), Owner(), Owner()
    await locks.acquire(one, A, LockMode.SHARE)
    await locks.acquire(other, A, LockMode.SHARE)
    behind = waiting(locks, third, A)
    await turns()
    upgrade = waiting(locks, one, A, LockMode.UPDATE)
    await turns()
    locks.release(other)
    assert await upgrade
    assert not behind.done()
    locks.release(one)
    assert await behind


async def test_a_lock_held_stronger_is_enough(locks: LockTable) -> None:
    owner = Owner()
    await locks.acquire(owner, A, LockMode.UPDATE)
    assert await locks.acquire(owner, A, LockMode.SHARE, LockWait.NOWAIT)
    assert not locks.try_acquire(Owner(), A, LockMode.KEY_SHARE)


async def test_a_cancelled_waiter_leaves_cleanly(locks: LockTable) -> None:
    holder, cancelled, behind = Owner(), Owner(), Owner()
    await locks.acquire(holder, A, TableLockMode.SHARE)
    first = waiting(locks, cancelled, A, TableLockMode.EXCLUSIVE)
    await turns()
    second = waiting(locks, behind, A, TableLockMode.SHARE)
    await turns()
    assert not second.done()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second  # nothing is in its way any more
    locks.release(holder)
    locks.release(behind)
    assert locks.is_free(A)


async def test_lock_timeout(locks: LockTable) -> None:
    await locks.acquire(Owner(), A)
    with pytest.raises(DatabaseError) as timed_out:
        await locks.acquire(Owner(lock_timeout_ms=1), A)
    assert timed_out.value.sqlstate == "55P03"
    assert timed_out.value.message == "canceling statement due to lock timeout"


async def test_release_to_a_mark(locks: LockTable) -> None:
    owner = Owner()
    await locks.acquire(owner, A, LockMode.SHARE)
    mark = locks.mark(owner)
    await locks.acquire(owner, A, LockMode.UPDATE)
    await locks.acquire(owner, B)
    locks.release_to(owner, mark)
    assert locks.is_free(B)
    assert locks.try_acquire(Owner(), A, LockMode.SHARE)
    locks.release_to(owner, 0)
    locks.release(owner)


async def test_one_key_can_be_released(locks: LockTable) -> None:
    owner = Owner()
    await locks.acquire(owner, A)
    await locks.acquire(owner, B)
    locks.keep(owner)
    waiter = waiting(locks, Owner(), A)
    await turns()
    locks.release_mode(owner, A, LockMode.UPDATE)
    locks.release_mode(owner, A, LockMode.UPDATE)
    assert await waiter
    assert not locks.is_free(B)


async def test_too_many_locks(locks: LockTable) -> None:
    few = LockTable(asyncio.get_running_loop(), locks_per_owner_max=3)
    owner = Owner()
    for number in range(3):
        await few.acquire(owner, b"%d" % number)
    with pytest.raises(DatabaseError) as refused:
        await few.acquire(owner, b"one more")
    assert refused.value.sqlstate == "53200"


async def test_a_deadlock_is_found_by_who_closes_the_circle(locks: LockTable) -> None:
    one, other = Owner(process_id=71), Owner(process_id=72)
    await locks.acquire(one, A)
    await locks.acquire(other, B)
    first = waiting(locks, one, B)
    await after_the_look()
    with pytest.raises(DatabaseError) as deadlock:
        await locks.acquire(other, A)
    assert deadlock.value.sqlstate == "40P01"
    assert deadlock.value.message == "deadlock detected"
    assert deadlock.value.detail == (
        f"Process 72 waits for ShareLock on transaction {one.id}; blocked by process 71.\n"
        f"Process 71 waits for ShareLock on transaction {other.id}; blocked by process 72."
    )
    assert deadlock.value.hint == "See server log for query details."
    locks.release(other)
    assert await first


async def test_a_deadlock_of_three_with_a_bystander(locks: LockTable) -> None:
    owners = [Owner(process_id=number) for number in (1, 2, 3)]
    keys = [b"x", b"y", b"z"]
    for owner, key in zip(owners, keys, strict=True):
        await locks.acquire(owner, key)
    bystander = waiting(locks, Owner(process_id=4), b"y")
    first = waiting(locks, owners[0], b"y")
    second = waiting(locks, owners[1], b"z")
    await after_the_look()
    with pytest.raises(DatabaseError) as deadlock:
        await locks.acquire(owners[2], b"x")
    assert deadlock.value.detail is not None
    assert deadlock.value.detail.count("\n") >= 2
    locks.release(owners[2])
    assert await second
    locks.release(owners[1])
    assert await bystander
    first.cancel()


async def test_two_upgrades_deadlock(locks: LockTable) -> None:
    one, other = Owner(), Owner()
    await locks.acquire(one, A, LockMode.SHARE)
    await locks.acquire(other, A, LockMode.SHARE)
    first = waiting(locks, one, A)
    await after_the_look()
    with pytest.raises(DatabaseError, match="deadlock detected"):
        await locks.acquire(other, A)
    locks.release(other)
    assert await first


async def test_waiting_long_is_no_deadlock(locks: LockTable) -> None:
    holder = Owner()
    await locks.acquire(holder, A)
    waiter = waiting(locks, Owner(), A)
    await after_the_look()
    assert not waiter.done()
    locks.release(holder)
    assert await waiter


async def test_a_session_and_its_transaction_wait_as_one(locks: LockTable) -> None:
    session, transaction = Owner(process_id=5), Owner(process_id=5)
    other = Owner(process_id=6)
    key = advisory_key(1, 2, 3, 1)
    await locks.acquire(session, key, TableLockMode.EXCLUSIVE)
    assert locks.try_acquire(transaction, key, TableLockMode.SHARE)
    await locks.acquire(other, A)
    behind = waiting(locks, other, key, TableLockMode.EXCLUSIVE)
    await after_the_look()
    with pytest.raises(DatabaseError) as deadlock:
        await locks.acquire(transaction, A)
    assert deadlock.value.detail is not None
    assert "Process 6 waits for ExclusiveLock on advisory lock [1,2,3,1]" in deadlock.value.detail
    locks.release(session)
    locks.release(transaction)
    assert await behind


class Kept:
    """Locks outside the table."""

    def __init__(self, owner: LockOwner, modes: dict[bytes, LockMode]) -> None:
        self.owner = owner
        self.modes = modes

    def mode_of(self, key: bytes) -> LockMode | None:
        return self.modes.get(key)


async def test_spilled_locks_come_back_when_somebody_asks(locks: LockTable) -> None:
    owner, other = Owner(), Owner()
    await locks.acquire(owner, A, LockMode.NO_KEY_UPDATE)
    await locks.acquire(owner, B, LockMode.SHARE)
    kept = Kept(owner, {A: LockMode.NO_KEY_UPDATE, B: LockMode.SHARE})
    assert sorted(locks.begin_spill(kept)) == [(A, LockMode.NO_KEY_UPDATE), (B, LockMode.SHARE)]
    locks.spill(kept, [A, B])
    assert locks.count_held(owner) == 0
    assert not locks.is_free(A)
    assert locks.try_acquire(other, A, LockMode.KEY_SHARE)
    assert not locks.try_acquire(other, A, LockMode.SHARE)
    assert locks.try_acquire(owner, B, LockMode.UPDATE)
    waiter = waiting(locks, other, B)
    await turns()
    locks.release(owner)
    assert await waiter


async def test_locks_that_are_awaited_or_shared_stay_in_the_table(locks: LockTable) -> None:
    owner, other = Owner(), Owner()
    await locks.acquire(owner, A)
    waiter = waiting(locks, Owner(), A)
    await locks.acquire(owner, B, LockMode.SHARE)
    await locks.acquire(other, B, LockMode.SHARE)
    await turns()
    kept = Kept(owner, {})
    locks.begin_spill(kept)
    locks.spill(kept, [A, B])
    assert locks.count_held(owner) == 2
    locks.release(owner)
    assert await waiter


async def test_a_watch_tells_that_somebody_else_came(locks: LockTable) -> None:
    owner, other = Owner(), Owner()
    await locks.acquire(owner, A, LockMode.KEY_SHARE)
    watch = locks.watch(owner, [A, B])
    await locks.acquire(owner, B, LockMode.UPDATE)
    before = watch.is_disturbed
    assert locks.try_acquire(other, A, LockMode.KEY_SHARE)
    locks.release(other)
    assert (before, watch.is_disturbed) == (False, True)
    again = locks.watch(owner, [A, B])
    before = again.is_disturbed
    assert not locks.is_free(B)
    assert (before, again.is_disturbed) == (False, True)


async def test_a_watch_is_disturbed_from_the_start_by_who_is_there(locks: LockTable) -> None:
    owner, other = Owner(), Owner()
    await locks.acquire(other, A, LockMode.KEY_SHARE)
    await locks.acquire(owner, A, LockMode.KEY_SHARE)
    assert locks.watch(owner, [B, A]).is_disturbed
    locks.release(other)
    assert not locks.watch(owner, [B, A]).is_disturbed
    waiter = waiting(locks, other, A)
    await turns()
    assert locks.watch(owner, [B, A]).is_disturbed
    locks.release(owner)
    assert await waiter


async def test_a_watch_ends_with_its_owner(locks: LockTable) -> None:
    owner, other = Owner(), Owner()
    watch = locks.watch(owner, [A])
    assert locks.watch(other, [A]).is_disturbed
    locks.release(owner)
    assert locks.is_free(A)
    assert not watch.is_disturbed
    assert not locks.watch(other, [A]).is_disturbed


async def test_locks_that_never_were_in_the_table_are_waited_for(locks: LockTable) -> None:
    owner, other = Owner(), Owner()
    locks.answer_for(Kept(owner, {A: LockMode.UPDATE}))
    assert not locks.is_free(A)
    assert locks.is_free(B)
    waiter = waiting(locks, other, A)
    await turns()
    assert not waiter.done()
    locks.release(owner)
    assert await waiter
