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
            # Says to the task that the future is awaited. The coroutine's own await has said so, but
            # where several wait for one future outside of tasks, the first task takes the mark back.
            awaited._asyncio_future_blocking = True  # noqa: SLF001 - asyncio offers no other way
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
