"""Work notices that it has held the loop for long."""

import asyncio
import time

import pytest

from storage.slices import REST_SECONDS, SLICE_SECONDS, WORK_SECONDS, Slices


def spin(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def test_work_is_due_for_a_pause_after_a_slice_of_one_turn() -> None:
    slices = Slices(asyncio.get_running_loop())
    assert not slices.due()
    spin(SLICE_SECONDS)
    assert slices.due()
    assert slices.due()
    await slices.pause()
    assert not slices.due()


async def test_a_turn_of_the_loop_begins_a_new_slice() -> None:
    slices = Slices(asyncio.get_running_loop())
    slices.due()
    spin(SLICE_SECONDS)
    await asyncio.sleep(0)
    assert not slices.due()


async def test_a_pause_lets_others_run() -> None:
    ran: list[int] = []
    asyncio.get_running_loop().call_soon(ran.append, 1)
    await Slices(asyncio.get_running_loop()).pause()
    assert ran == [1]


async def test_what_others_ask_in_a_pause_is_heard_and_answered_in_it() -> None:
    loop = asyncio.get_running_loop()
    slices = Slices(loop)
    slices.due()
    ran: list[str] = []

    def hear() -> None:
        ran.append("heard")
        loop.call_soon(ran.append, "answered")

    loop.call_soon(hear)
    await slices.pause()
    assert ran == ["heard", "answered"]


async def test_work_rests_after_a_few_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a loop that waits gives the interpreter lock to threads."""
    slept: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        slept.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr("storage.slices.asyncio.sleep", noted)
    slices = Slices(asyncio.get_running_loop())
    for _ in range(3):
        slept.clear()
        began = time.monotonic()
        while REST_SECONDS not in slept:
            if slices.due():
                await slices.pause()
        assert time.monotonic() - began >= WORK_SECONDS
