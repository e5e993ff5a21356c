"""Slices: how long work shares the event loop with everybody else.

Nothing may hold the loop for more than a few milliseconds. Code that can run long asks `due()` now
and then (every fifty rows, say), and awaits `pause()` when it says yes:

    if slices.due():
        await slices.pause()

One `Slices` serves a whole loop: it measures from the first question in a turn of the loop, so work
of several statements in one turn count together.

A pause is one of two things. Mostly it is two turns of the loop: in the first others are heard, in
the second their answers are sent (wire/outbox.py). That costs next to nothing, so slices are short.
But a loop that always has something ready lets go of the interpreter lock too briefly for the thread
that syncs the log to take it (commits of seconds were seen). So after a few slices it is a *rest*, a
timer of one millisecond.
"""

import asyncio
import time
from typing import Final

SLICE_SECONDS: Final = 0.0003
#: Work of so long, with whatever else the loop did meanwhile, comes before a rest.
WORK_SECONDS: Final = 0.002
REST_SECONDS: Final = 0.001


class Slices:
    """Measures how long this turn of the loop has been running.

    Args:
        loop: The loop that the work shares.
    """

    __slots__ = ("_deadline", "_is_measuring", "_loop", "_rest_at")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._deadline = 0.0
        self._is_measuring = False
        self._rest_at = 0.0

    def due(self) -> bool:
        """Returns whether the work has run long enough; cheap (a fifth of a microsecond)."""
        if self._is_measuring:
            return time.monotonic() >= self._deadline
        self._is_measuring = True
        now = time.monotonic()
        self._deadline = now + SLICE_SECONDS
        if self._rest_at == 0.0:
            self._rest_at = now + WORK_SECONDS
        self._loop.call_soon(self._turned)
        return False

    async def pause(self) -> None:
        """Lets everything else run."""
        if time.monotonic() < self._rest_at:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        else:
            self._rest_at = 0.0
            await asyncio.sleep(REST_SECONDS)

    async def sleep(self, seconds: float) -> None:
        """Lets everything else run for that long."""
        await asyncio.sleep(seconds)

    def _turned(self) -> None:
        self._is_measuring = False
