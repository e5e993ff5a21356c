"""Gives memory back to the system once a peak has passed.

What a huge statement has used is free again when it ends, but the C library keeps it: free blocks
between others stay in the process until `malloc_trim` hands their pages back. Looking costs 20 µs
every two seconds; trimming happens in a thread, and only when the process has grown and stopped
growing.
"""

import asyncio
import ctypes
import gc
import resource
from pathlib import Path
from typing import Final

LOOK_SECONDS: Final = 2.0
#: Growth since the last trim that is worth another one.
WORTH_BYTES: Final = 2 << 20
_STATM: Final = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Returns the process's resident set size; 0 where the system doesn't tell."""
    try:
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


class Trimmer:
    """Looks at the process's size from time to time; `start` and `stop` it with the server."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        self._settled = self._last = resident_bytes()
        self._timer: asyncio.TimerHandle | None = None
        self._trimming: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Begins looking. Does nothing where the C library can't trim."""
        if self._trim is not None:
            self._timer = self._loop.call_later(LOOK_SECONDS, self._look)

    def stop(self) -> None:
        """Stops looking."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now = resident_bytes()
        if now - self._settled > WORTH_BYTES and now <= self._last:
            gc.collect()
            self._trimming = self._loop.run_in_executor(None, self._give_back)
        else:
            self._settled = min(self._settled, now)
        self._last = now
        self._timer = self._loop.call_later(LOOK_SECONDS, self._look)

    def _give_back(self) -> None:
        assert self._trim is not None
        self._trim(ctypes.c_size_t(0))
        self._settled = resident_bytes()
