"""Syncs end, whoever does them."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable

import pytest

from storage.kv.engine import EngineError, Fault
from storage.syncer import SyncThread


@pytest.fixture
async def syncer() -> AsyncIterator[SyncThread]:
    made = SyncThread(asyncio.get_running_loop())
    yield made
    made.close()


async def ended(
    syncer: SyncThread, work: Callable[[], None], *, is_long: bool = False
) -> EngineError | None:
    outcome: asyncio.Future[EngineError | None] = asyncio.get_running_loop().create_future()
    syncer.start(work, outcome.set_result, is_long=is_long)
    return await outcome


async def test_a_sync_runs_in_a_thread_and_its_end_is_told_on_the_loop(
    syncer: SyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the loop would come to the thread's help.
    monkeypatch.setattr("storage.syncer.RESCUE_AFTER_SECONDS", 60)
    threads: list[int] = []
    assert await ended(syncer, lambda: threads.append(threading.get_ident())) is None
    assert threads[0] != threading.get_ident()


async def test_an_error_is_told(syncer: SyncThread) -> None:
    error = EngineError(Fault.IO, "Input/output error")

    def fail() -> None:
        raise error

    assert await ended(syncer, fail) is error


async def test_a_thread_that_does_not_come_back_is_rescued_by_the_loop(syncer: SyncThread) -> None:
    released = threading.Event()
    callers: list[int] = []

    def sync() -> None:
        callers.append(threading.get_ident())
        if callers[-1] != threading.get_ident() or len(callers) == 1:
            released.wait()

    assert await ended(syncer, sync) is None
    assert callers[-1] == threading.get_ident()
    released.set()
    # What the thread says too late is about a sync that has ended.
    assert await ended(syncer, lambda: None) is None


async def test_long_work_is_never_done_by_the_loop(syncer: SyncThread) -> None:
    released = threading.Event()
    callers: list[int] = []

    def flush() -> None:
        callers.append(threading.get_ident())
        released.wait()

    asyncio.get_running_loop().call_later(0.02, released.set)
    assert await ended(syncer, flush, is_long=True) is None
    assert callers == [callers[0]]
    assert callers[0] != threading.get_ident()


async def test_what_is_typical_is_not_what_waiting_for_the_interpreter_makes_of_it(
    syncer: SyncThread,
) -> None:
    for seconds in (0.0, 0.0, 0.0, 0.02, 0.02):
        await ended(syncer, lambda seconds=seconds: time.sleep(seconds))  # type: ignore[misc]  # bound at once
    assert syncer.typical_seconds() < 0.01
