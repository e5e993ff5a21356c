"""From expressions, which are plain calls, to what has to be awaited, and back.

A correlated subquery is asked for in the middle of an expression: in a CASE, behind an OR, as the
argument of a function. It reads from the store, and may have to let others run; the expression
can't await. So a statement with such subqueries runs in a greenlet: where the subquery would wait,
the whole greenlet does, and goes on from there.

    rows = await bridged(batches.next())       in the loop: runs the coroutine in a greenlet
    value = wait_for(subquery.value(row))      in an expression: runs a coroutine to its end

A subquery that finds everything at hand never switches.
"""

import contextvars
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

import greenlet

T = TypeVar("T")


class _Yielded:
    """Hands what a coroutine has yielded on to whoever drives this one."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield self._value)


class _Done(Generic[T]):
    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value


async def bridged(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine whose plain calls may use `wait_for`."""
    lane = greenlet.greenlet(lambda: _Done(wait_for(coroutine)))
    lane.gr_context = contextvars.copy_context()
    result = lane.switch()
    while not isinstance(result, _Done):
        try:
            sent = await _Yielded(result)
        except BaseException as error:  # noqa: BLE001 - a cancellation belongs to the coroutine
            result = lane.throw(error)
        else:
            result = lane.switch(sent)
    return result.value  # type: ignore[no-any-return]


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end; inside of `bridged` only."""
    step, value = coroutine.send, None
    while True:
        try:
            yielded = step(value)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        parent = greenlet.getcurrent().parent
        assert parent is not None
        try:
            step, value = coroutine.send, parent.switch(yielded)
        except BaseException as error:  # noqa: BLE001 - likewise
            step, value = coroutine.throw, error
