"""Time, as a component: wall-clock milliseconds, and the commit timestamps made from them.

A commit timestamp has 64 bits: 48 of milliseconds since 1970 and 16 of a counter within the
millisecond. Timestamps grow strictly, also when the wall clock is set back and over a restart (each
write batch records the highest one; the store hands it over when it opens). They are not dense.
The top bit stays free until the year 6429: it marks spill numbers (storage/spill.py).
"""

import time
from typing import Final, Protocol

COUNTER_BITS: Final = 16


class Clock(Protocol):
    """Tells the time of day."""

    def now_ms(self) -> int:
        """Returns milliseconds since 1970-01-01 UTC."""


class SystemClock:
    """The clock of the machine."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that tests set."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self.time_ms = now_ms

    def now_ms(self) -> int:
        return self.time_ms


class TimestampSource:
    """Gives out commit timestamps, each higher than all before.

    Args:
        clock: The wall clock.
        floor: The highest timestamp of earlier lives of the store.
    """

    __slots__ = ("_clock", "last")

    def __init__(self, clock: Clock, floor: int = 0) -> None:
        self._clock = clock
        self.last = floor

    def next(self) -> int:
        """Returns the next commit timestamp."""
        by_clock = self._clock.now_ms() << COUNTER_BITS
        # A full counter runs over into the next millisecond, which the clock then catches up with.
        self.last = by_clock if by_clock > self.last else self.last + 1
        return self.last


def milliseconds_of(timestamp: int) -> int:
    """Returns the milliseconds since 1970 in a commit timestamp."""
    return timestamp >> COUNTER_BITS
