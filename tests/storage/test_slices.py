"""Work notices that it has held the loop for long."""

import asyncio
import time

from storage.slices import SLICE_SECONDS, Slices


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
