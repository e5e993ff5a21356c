"""What the operator sees: the log, and the event loop's pauses."""

import asyncio
import logging
import sys
import time
from collections import deque
from typing import Final

LOG: Final = logging.getLogger("terrascale")
TICK_SECONDS: Final = 0.001
SAMPLES_MAX: Final = 200_000


def configure_logging(level: str) -> None:
    """Sends the log to standard error, one line an event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    for package in ("terrascale", "wire", "compat", "tsql", "storage"):
        logger = logging.getLogger(package)
        logger.handlers[:] = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False


class LoopMonitor:
    """Measures how late a 1-ms timer fires: how long others had to wait for the event loop.

    Costs about 1% of a core while it runs, so it runs only where asked for.
    """

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=SAMPLES_MAX)
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def start(self) -> None:
        """Begins measuring, forgetting what was measured before."""
        self.stop()
        self._late.clear()
        self._arm()

    def stop(self) -> None:
        """Stops measuring; the figures stay."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def figures(self) -> tuple[int, float, float, float]:
        """Returns the number of samples, and p99, p99.9 and the maximum lateness in milliseconds."""
        late = sorted(self._late)
        if not late:
            return 0, 0.0, 0.0, 0.0
        p99, p999 = (late[min(int(len(late) * share), len(late) - 1)] for share in (0.99, 0.999))
        return len(late), p99 * 1000, p999 * 1000, late[-1] * 1000

    def _arm(self) -> None:
        # The loop's own clock may have no more than milliseconds.
        self._due = time.perf_counter() + TICK_SECONDS
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._fired)

    def _fired(self) -> None:
        self._late.append(max(time.perf_counter() - self._due, 0.0))
        self._arm()
