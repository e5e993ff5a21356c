"""The line of commits: groups, what is told when, and what happens when the disk fails."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from storage import commit
from storage.commit import GROUP_ROWS_MAX
from storage.embedded import OpenStore, StoreComponents, open_memory_store
from storage.errors import DatabaseError
from storage.kv.engine import EngineError, Fault
from storage.kv.memory_store import MemoryEngine
from storage.kv.store import LockWait
from tests.storage.engines import ManualSyncer, ScriptedEngine
from tests.storage.kv.contract import key, putting, write

FULL = EngineError(Fault.NO_SPACE, "IO error: No space left on device")
BROKEN = EngineError(Fault.IO, "IO error: Input/output error")
BUSY = EngineError(Fault.BUSY, "Incomplete: Write stall")


@dataclass
class Bench:
    """A store whose syncs and faults a test directs."""

    store: OpenStore
    engine: ScriptedEngine
    syncer: ManualSyncer
    deaths: list[str] = field(default_factory=list)

    async def begin_point(self, name: str, value: bytes = b"v") -> "asyncio.Future[None]":
        """Starts a point operation and returns when its batch is written."""
        operation = asyncio.ensure_future(self.store.point([key(name)], putting(name, value)))
        await turns()
        return operation

    async def batches(self, count: int) -> None:
        """Returns when so many batches are written."""
        written = asyncio.Event()
        self.engine.on_write = written.set
        while len(self.engine.batch_sizes) < count:
            await written.wait()
            written.clear()


async def turns(number: int = 5) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    engine, syncer = ScriptedEngine(MemoryEngine()), ManualSyncer()
    deaths: list[str] = []
    components = StoreComponents(make_syncer=lambda _: syncer, die=deaths.append)
    store = await open_memory_store(engine, components=components)
    yield Bench(store, engine, syncer, deaths)
    syncer.is_automatic = True
    if syncer.is_running:
        syncer.finish()
    await store.close()


async def test_nothing_is_seen_or_told_before_the_sync(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    writing = await bench.begin_point("a")
    assert bench.syncer.is_running
    assert bench.engine.get(key("a")) == b"v"
    assert bench.store.get_now(key("a")) is None
    assert await bench.store.begin().get(key("a")) is None
    assert not writing.done()
    bench.syncer.finish()
    assert bench.store.get_now(key("a")) == b"v"
    await writing


async def test_what_was_read_unsynced_is_told_after_the_sync(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    writing = await bench.begin_point("a")

    def refuse(state: Any) -> None:
        raise DatabaseError("23505", f"duplicate of {state.get(key('a')).decode()}")

    reading = asyncio.ensure_future(bench.store.point([], lambda state: state.get(key("a"))))
    refused = asyncio.ensure_future(bench.store.point([], refuse))
    transaction = bench.store.begin()
    newest = await transaction.get_newest(key("a"))
    settling = asyncio.ensure_future(transaction.settled())
    empty_commit = asyncio.ensure_future(transaction.commit())
    await turns()
    assert newest == b"v"
    assert not any(task.done() for task in (writing, reading, refused, settling, empty_commit))
    bench.syncer.finish()
    assert await reading == b"v"
    await settling
    await empty_commit
    with pytest.raises(DatabaseError, match="duplicate of v"):
        await refused
    await writing


async def test_what_arrives_during_a_sync_is_one_group(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    operations = [await bench.begin_point("first")]
    operations += [await bench.begin_point(f"{number}") for number in range(10)]
    assert bench.engine.batch_sizes == [1]
    bench.syncer.finish()
    await bench.batches(2)
    assert bench.engine.batch_sizes == [1, 10]
    await operations[0]
    assert not operations[1].done()
    bench.syncer.finish()
    await asyncio.gather(*operations)


async def test_who_is_cancelled_leaves_the_others_of_the_group_alone(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    operations = [
        asyncio.ensure_future(bench.store.point([key(name)], putting(name, b"v"))) for name in "abc"
    ]
    await turns()
    operations[1].cancel()
    await turns()
    assert not operations[0].done()
    bench.syncer.finish()
    await asyncio.gather(operations[0], operations[2])
    assert operations[1].cancelled()
    assert bench.store.get_now(key("b")) == b"v"


async def test_who_came_during_a_sync_waits_for_those_that_it_answers(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    answered = [
        asyncio.ensure_future(bench.store.point([key(name)], putting(name, b"v"))) for name in "abc"
    ]
    await bench.batches(1)
    others = [
        asyncio.ensure_future(bench.store.point([key(name)], putting(name, b"v"))) for name in "de"
    ]
    await turns()
    bench.syncer.finish()
    await asyncio.gather(*answered)
    again = [
        asyncio.ensure_future(bench.store.point([key(name)], putting(name, b"w"))) for name in "abc"
    ]
    await bench.batches(2)
    assert bench.engine.batch_sizes == [3, 5]
    bench.syncer.finish()
    await asyncio.gather(*others, *again)


async def test_nobody_waits_long_for_those_that_do_not_come(bench: Bench) -> None:
    names = [f"{number}" for number in range(50)]
    await asyncio.gather(*[bench.store.point([key(n)], putting(n, b"")) for n in names])
    await bench.store.point([key("alone")], putting("alone", b""))
    assert bench.engine.batch_sizes == [50, 1]


async def test_listeners_hear_of_a_group_one_after_the_other(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    heard: list[Any] = []
    faults: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    for name in "abc":
        evaluated = bench.store.point_now([key(name)], putting(name, b"v"))
        assert evaluated is not None
        assert evaluated.group is not None
        evaluated.group.when_settled(lambda failure, name=name: heard.append((name, failure)))  # type: ignore[misc]  # bound at once
        evaluated.group.when_settled(lambda _: 1 / 0)  # type: ignore[arg-type]  # it never returns
    await bench.batches(1)
    assert heard == []
    bench.syncer.finish()
    assert heard == [("a", None), ("b", None), ("c", None)]
    assert [type(fault["exception"]) for fault in faults] == [ZeroDivisionError] * 3


async def test_listeners_hear_why_a_group_is_not_durable(bench: Bench) -> None:
    heard: asyncio.Future[DatabaseError | None] = asyncio.get_running_loop().create_future()
    bench.engine.write_errors.append(BROKEN)
    evaluated = bench.store.point_now([key("a")], putting("a", b"v"))
    assert evaluated is not None
    assert evaluated.group is not None
    evaluated.group.when_settled(heard.set_result)
    failure = await heard
    assert failure is not None
    assert failure.sqlstate == "40003"


async def test_groups_have_a_limit(bench: Bench) -> None:
    names = [f"{number}" for number in range(GROUP_ROWS_MAX + 50)]
    await asyncio.gather(*[bench.store.point([key(n)], putting(n, b"")) for n in names])
    assert bench.engine.batch_sizes == [GROUP_ROWS_MAX, 50]


async def test_a_long_line_lets_others_run_between_its_groups(bench: Bench) -> None:
    """Syncs in the loop itself must not follow each other in one turn of it."""
    turn = 0
    turns_of_batches: list[int] = []
    bench.engine.on_write = lambda: turns_of_batches.append(turn)
    names = [f"{number}" for number in range(GROUP_ROWS_MAX * 5)]
    writing = [asyncio.ensure_future(bench.store.point([key(n)], putting(n, b""))) for n in names]
    while not all(task.done() for task in writing):
        turn += 1
        await asyncio.sleep(0)
    assert len(set(turns_of_batches)) == len(turns_of_batches) == 5


async def test_a_transaction_is_never_cut(bench: Bench) -> None:
    transaction = bench.store.begin()
    for number in range(GROUP_ROWS_MAX + 7):
        transaction.put(key(f"{number}"), b"")
    point = bench.store.point([key("p")], putting("p", b""))
    await asyncio.gather(point, transaction.commit())
    assert bench.engine.batch_sizes == [1, GROUP_ROWS_MAX + 7]


async def test_locks_go_after_the_sync(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    transaction = bench.store.begin()
    await transaction.lock(key("a"))
    transaction.put(key("a"), b"1")
    committing = asyncio.ensure_future(transaction.commit())
    await turns()
    other = bench.store.begin()
    assert not await other.lock(key("a"), wait=LockWait.SKIP)
    bench.syncer.finish()
    assert await other.lock(key("a"), wait=LockWait.SKIP)
    await committing


async def test_a_failed_sync_ends_the_process_and_shows_nothing(bench: Bench) -> None:
    bench.syncer.is_automatic = False
    in_flight = await bench.begin_point("a")
    waiting = await bench.begin_point("b")
    transaction = bench.store.begin()
    assert await transaction.get_newest(key("a")) == b"v"
    bench.engine.sync_error = BROKEN
    bench.syncer.finish()
    assert bench.deaths == ["could not sync: IO error: Input/output error"]
    with pytest.raises(DatabaseError) as unknown:
        await in_flight
    assert unknown.value.sqlstate == "40003"
    with pytest.raises(DatabaseError) as refused:
        await waiting
    assert refused.value.sqlstate == "58030"
    with pytest.raises(DatabaseError):
        await transaction.settled()
    for name in "ab":
        assert bench.store.get_now(key(name)) is None
        with pytest.raises(DatabaseError):
            await bench.store.point([], lambda state, name=name: state.get(key(name)))  # type: ignore[misc]  # bound at once
    with pytest.raises(DatabaseError):
        await bench.store.begin().get_newest(key("a"))


async def test_a_failed_write_of_another_kind_ends_the_process_too(bench: Bench) -> None:
    bench.engine.write_errors = [BROKEN]
    with pytest.raises(DatabaseError) as unknown:
        await write(bench.store, a="1")
    assert unknown.value.sqlstate == "40003"
    assert bench.deaths == ["could not write: IO error: Input/output error"]
    assert bench.store.locks.is_free(key("a"))


async def test_a_directory_that_is_gone_ends_the_process(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    monkeypatch.setattr(bench.store.committer.disk, "look", look)
    with pytest.raises(DatabaseError) as refused:
        await write(bench.store, a="1")
    assert refused.value.sqlstate == "58030"
    assert bench.deaths == [
        "could not write: the data directory can't be looked at: No such file or directory"
    ]
    assert bench.store.get_now(key("a")) is None


async def test_a_busy_engine_is_tried_again(bench: Bench) -> None:
    bench.engine.write_errors = [BUSY, BUSY]
    bench.engine.stalls_left = 2
    await write(bench.store, a="1")
    assert bench.store.get_now(key("a")) == b"1"
    assert bench.deaths == []


async def test_a_stall_in_which_background_work_fails_refuses_writes(bench: Bench) -> None:
    bench.engine.stalls_left = 1_000_000
    writing = asyncio.ensure_future(write(bench.store, a="1"))
    await turns()
    bench.engine.background_error_count = 1
    with pytest.raises(DatabaseError) as refused:
        await writing
    assert refused.value.sqlstate == "53100"
    bench.engine.stalls_left = 0
    await write(bench.store, a="2")
    assert bench.store.get_now(key("a")) == b"2"
    assert bench.deaths == []


async def test_an_engine_that_is_busy_without_a_stall_refuses_writes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "RECOVERY_SECONDS", 0.01)
    bench.engine.write_errors = [BUSY] * 10_000
    with pytest.raises(DatabaseError) as refused:
        await write(bench.store, a="1")
    assert refused.value.sqlstate == "53100"
    bench.engine.write_errors = []
    await write(bench.store, a="2")
    assert bench.store.get_now(key("a")) == b"2"


async def test_a_failing_action_does_not_stop_the_line(bench: Bench) -> None:
    problems: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
    transaction = bench.store.begin()
    transaction.on_commit(lambda _: 1 / 0)  # type: ignore[arg-type]  # it never returns
    transaction.put(key("a"), b"1")
    await transaction.commit()
    assert isinstance(problems[0]["exception"], ZeroDivisionError)
    await write(bench.store, b="2")


async def test_a_full_disk_refuses_puts_and_lets_deletes_go_on(bench: Bench) -> None:
    await write(bench.store, a="1", b="2", c="3")
    bench.store.committer.disk = NearlyFull()
    for attempt in (
        bench.store.point([key("x")], putting("x", b"")),
        write(bench.store, x="1"),
    ):
        with pytest.raises(DatabaseError) as refused:
            await attempt
        assert refused.value.sqlstate == "53100"
    assert bench.store.locks.is_free(key("x")) is False  # the transaction is still to be ended
    await bench.store.point([key("a")], lambda state: state.delete(key("a")))
    transaction = bench.store.begin()
    transaction.delete(key("b"))
    await transaction.commit()
    assert [k for k, _ in bench.store.scan_now(b"\x10", b"\x11", 9)] == [key("c")]


class NearlyFull:
    """A disk below its floor."""

    is_low = True
    floor_bytes = 1

    def look(self) -> None:
        return

    def free_bytes(self) -> int:
        return 0

    def check(self, more_bytes: int = 0) -> None:
        raise DatabaseError("53100", "no room")

    def drop_ballast(self) -> None:
        return
