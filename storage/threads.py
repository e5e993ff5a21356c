"""Blocking work beside the loop, for what isn't in anybody's way."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

HAND_OVER_EVERY_SECONDS: Final = 0.002


async def in_thread(action: Callable[[], None]) -> None:
    """Runs an action that blocks in a thread and returns when it has ended.

    While it waits it hands over the interpreter lock now and then: on a busy loop a thread that
    comes back from the disk could starve otherwise.
    """
    running = asyncio.get_running_loop().run_in_executor(None, action)
    try:
        while not running.done():
            await asyncio.sleep(HAND_OVER_EVERY_SECONDS)
            time.sleep(0)  # noqa: ASYNC251 - it gives up the interpreter lock, and no time
    finally:
        if not running.done():
            running.add_done_callback(_ignore_outcome)
    running.result()


def _ignore_outcome(future: asyncio.Future[None]) -> None:
    if not future.cancelled():
        future.exception()
