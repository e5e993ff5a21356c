"""Running a coroutine without a task until it really waits.

A task costs about 7 µs, a bare step 0.2 µs, and most statements never wait. So a coroutine is stepped
directly; only when it gives something to wait for is the rest of it moved into a task. Until then
there is no current task: what needs one (asyncio.timeout, TaskGroup) must be preceded by a wait, of
which `asyncio.sleep(0)` is the shortest.
"""

import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


def _mark(awaited: Any, *, is_awaited: bool) -> None:
    """Sets the mark by which a future knows that somebody waits for it (PEP 3156's protocol).

    A future raises if it is awaited while it has the mark, and a task takes the mark back at once.
    So must whoever steps by hand, since several sessions wait for one sync.
    """
    awaited._asyncio_future_blocking = is_awaited  # noqa: SLF001 - asyncio offers no other way


def set_aside(awaited: Any) -> None:
    """Takes note that a coroutine waits for a future, outside of a task so far."""
    if awaited is not None:
        _mark(awaited, is_awaited=False)


@types.coroutine
def resumed(
    coroutine: Coroutine[Any, Any, T],
    awaited: Any,
    *,
    suspends: Callable[[], None],
    resumes: Callable[[], None],
) -> Generator[Any, Any, T]:
    """Continues, inside a task, a started coroutine that waits for `awaited`.

    `suspends` is called before each wait, `resumes` after it.
    """
    while True:
        suspends()
        if awaited is not None:
            _mark(awaited, is_awaited=True)
        value, error = None, None
        try:
            value = yield awaited
        except BaseException as caught:  # noqa: BLE001 - handed on to the coroutine
            error = caught
        resumes()
        try:
            awaited = coroutine.send(value) if error is None else coroutine.throw(error)
        except StopIteration as stop:
            result: T = stop.value
            return result
