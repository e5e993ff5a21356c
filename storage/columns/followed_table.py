"""What the server knows of one table's columns, and how far they have come."""

import asyncio
import enum
from dataclasses import dataclass, field

from storage.columns.layout import Layout


class Phase(enum.Enum):
    """How far a table's columns have come."""

    BUILDING = "building"
    CATCHING_UP = "catching up"
    READY = "ready"
    FAILED = "failed"


class NotReadyError(Exception):
    """The columns can't be read now, or not as of that commit timestamp; the text says why."""


@dataclass(slots=True)
class FollowedTable:
    """A table whose columns are kept.

    Attributes:
        row_count: Rows that its build has come to; then, roughly, those that it has.
        problem: Why it has failed.
        rebuild_count: How often it has been built anew for something that went wrong.
        entered: When it entered its phase: the loop's time, in seconds.
        attempt: The build, or the catching up, that counts; what comes of an older one is too late.
        complete_to: The keeper has been told of everything up to this commit, where it catches up.
    """

    storage_id: int
    layout: Layout
    phase: Phase
    row_count: int = 0
    problem: str = ""
    rebuild_count: int = 0
    entered: float = 0.0
    attempt: int = 0
    complete_to: int = 0
    waiters: list["asyncio.Future[None]"] = field(default_factory=list)

    def enter(self, phase: Phase, now: float) -> None:
        """Enters a phase; wakes those who wait for it to be ready, or to have failed."""
        self.phase = phase
        self.entered = now
        if phase in {Phase.READY, Phase.FAILED}:
            waiters, self.waiters = self.waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
