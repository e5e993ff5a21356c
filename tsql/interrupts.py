"""Interrupts: making a statement fail while it waits or works.

A cancel request, or a time-out, comes while the statement's coroutine is suspended: it waits for a
lock, or has paused to let others run. `guarded` stands between the coroutine and the event loop,
and throws the error into it there, instead of waiting for what it waited for. A commit isn't
guarded: once it has begun, its outcome is waited for.
"""

import types
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

from storage.errors import DatabaseError

T = TypeVar("T")


class Interrupts:
    """The interrupts of one session.

    Attributes:
        error: What the statement is to fail with, or None.
    """

    __slots__ = ("_waiter", "error")

    def __init__(self) -> None:
        self.error: DatabaseError | None = None
        self._waiter: Any = None

    def interrupt(self, error: DatabaseError) -> None:
        """Makes what runs under `guarded`, or will run next in this statement, fail."""
        self.error = error
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    @property
    def is_guarding(self) -> bool:
        """Whether a statement runs under `guarded`, and waits."""
        return self._waiter is not None

    def clear(self) -> None:
        """Forgets an interrupt that came too late for its statement."""
        self.error = None

    def check(self) -> None:
        """Raises the error of an interrupt that has come."""
        if self.error is not None:
            error, self.error = self.error, None
            raise error

    @types.coroutine
    def guarded(self, coroutine: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Runs a coroutine; an interrupt raises its error where the coroutine waits."""
        try:
            awaited = coroutine.send(None)
            while True:
                try:
                    yield from self._wait(awaited)
                    error = self._taken()
                except BaseException as thrown:  # noqa: BLE001 - handed on to the coroutine
                    error = thrown
                awaited = coroutine.send(None) if error is None else coroutine.throw(error)
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            coroutine.close()

    def _taken(self) -> BaseException | None:
        error, self.error = self.error, None
        return error

    def _wait(self, awaited: Any) -> Generator[Any, Any, None]:
        """Waits for a future of somebody else's, or for an interrupt, whichever comes first."""
        if self.error is not None:
            return
        if awaited is None:
            yield
            return
        # The future expects to be waited for by a task; our own future stands for it.
        awaited._asyncio_future_blocking = False  # noqa: SLF001 - the protocol of awaiting futures
        waiter = self._waiter = awaited.get_loop().create_future()

        def wake(_future: Any) -> None:
            if not waiter.done():
                waiter.set_result(None)

        awaited.add_done_callback(wake)
        try:
            yield from waiter
        finally:
            self._waiter = None
            awaited.remove_done_callback(wake)
