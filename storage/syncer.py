"""Waiting for the disk beside the event loop.

A sync blocks, so a thread does it. But a thread that comes back from the disk needs the
interpreter lock, and on a busy loop it can starve: the loop lets go of the lock for too short a
time, and commits of two seconds were seen. Hence two cures, chosen by how fast syncs are (the
lower quartile of the last ones, because waiting for the lock makes the others look slow):

- very fast disks (under 0.4 ms): the loop syncs by itself at once, since handing over and taking
  back would take about as long, and the whole machine's other core as well;
- fast disks (under 1 ms): if the thread isn't back in 1.5 ms, the loop syncs by itself, which takes
  no longer than a sync does;
- slower disks: the loop hands the lock over, every half millisecond at most, until the thread is
  back.
"""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from storage.kv.engine import EngineError
from storage.records import dataclass

RESCUE_AFTER_SECONDS: Final = 0.0015
HAND_OVER_EVERY_SECONDS: Final = 0.0005
FAST_SYNC_SECONDS: Final = 0.001
INLINE_SYNC_SECONDS: Final = 0.0004
_SAMPLES: Final = 31
_SORT_EVERY: Final = 8

Done = Callable[[EngineError | None], None]


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    work: Callable[[], None]
    done: Done
    is_long: bool


class Syncer(Protocol):
    """Runs one sync at a time and reports its end on the loop."""

    def start(self, work: Callable[[], None], done: Done, *, is_long: bool = False) -> None:
        """Begins a sync; `done(error)` is called on the loop when it has ended.

        Other blocking work may go the same way as `is_long`: the loop never does that by itself.
        """

    def close(self) -> None:
        """Ends after the sync that is running."""


class SyncThread:
    """A thread that syncs, and the loop's help if it starves.

    Args:
        loop: The loop that must not wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._job_number = 0
        self._running: _Job | None = None
        self._seconds: deque[float] = deque(maxlen=_SAMPLES)
        self._typical_seconds = 0.0
        self._sample_count = 0
        self._thread = threading.Thread(target=self._work, name="sync", daemon=True)
        self._thread.start()

    def start(self, work: Callable[[], None], done: Done, *, is_long: bool = False) -> None:
        self._job_number += 1
        if not is_long and self._is_worth_no_thread():
            began = time.perf_counter()
            error = _attempt(work)
            self._note(time.perf_counter() - began)
            done(error)
            return
        job = self._running = _Job(self._job_number, work, done, is_long)
        self._jobs.put(job)
        self._loop.call_later(RESCUE_AFTER_SECONDS, self._rescue, job)

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join()

    def typical_seconds(self) -> float:
        """Returns how long a sync takes when nothing is in its way."""
        return self._typical_seconds

    def _note(self, seconds: float) -> None:
        """Takes note of how long a sync took; sorts the last ones now and then only."""
        self._seconds.append(seconds)
        self._sample_count += 1
        if self._sample_count <= _SAMPLES or self._sample_count % _SORT_EVERY == 0:
            self._typical_seconds = sorted(self._seconds)[len(self._seconds) // 4]

    def _is_worth_no_thread(self) -> bool:
        """Whether syncs are so quick that handing one over would take longer than waiting for it."""
        return len(self._seconds) == _SAMPLES and self.typical_seconds() < INLINE_SYNC_SECONDS

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            began = time.perf_counter()
            error = _attempt(job.work)
            seconds = time.perf_counter() - began
            try:
                self._loop.call_soon_threadsafe(self._finish, job, seconds, error)
            except RuntimeError:
                return  # the loop has been closed: nobody waits any more

    def _finish(self, job: _Job, seconds: float, error: EngineError | None) -> None:
        if not job.is_long:
            self._note(seconds)
        if self._running is not job:
            return
        self._running = None
        job.done(error)

    def _rescue(self, job: _Job) -> None:
        if self._running is not job:
            return
        if not job.is_long and self.typical_seconds() < FAST_SYNC_SECONDS:
            began = time.perf_counter()
            error = _attempt(job.work)
            self._finish(job, time.perf_counter() - began, error)
            return
        time.sleep(0)  # gives the thread the interpreter lock
        self._loop.call_later(HAND_OVER_EVERY_SECONDS, self._rescue, job)


def _attempt(sync: Callable[[], None]) -> EngineError | None:
    try:
        sync()
    except EngineError as error:
        return error
    return None
