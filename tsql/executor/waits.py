"""Functions that can't go on: they raise `MustWaitError`, and whoever can wait does, and asks again.

nextval() takes from a block of reserved values; when that is empty, reserving more is a durable
write. An advisory lock may be another's. Functions are plain calls, so the waiting is done where
rows are made: there a row, or a batch of them, is simply computed again.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from storage.errors import DatabaseError
from tsql.bound import Const, Expression, FunctionCall
from tsql.env import Env
from tsql.functions.registry import NEXT_VALUES
from tsql.planner.walk import strip_relabels, walk

T = TypeVar("T")
R = TypeVar("R")


class MustWaitError(DatabaseError):
    """A function can't go on: await `ready`, then call it again."""

    def __init__(self, ready: Callable[[], Awaitable[Any]]) -> None:
        super().__init__("0A000", "waiting inside this statement is not supported")
        self.ready = ready


async def computed_rows(items: Iterable[T], compute: Callable[[T], R]) -> list[R]:
    """Returns what `compute` makes of each item, after as many waits as it asks for.

    Only the item at which it asked is computed again, so that sequences lose no values.
    """
    results: list[R] = []
    for item in items:
        while True:
            try:
                results.append(compute(item))
                break
            except MustWaitError as wait:
                await wait.ready()
    return results


def sequences_of(expressions: Iterable[Expression]) -> list[int]:
    """Returns the OIDs of the sequences that the expressions take values of, as often as they do."""
    found: list[int] = []
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, FunctionCall) and node.proc.src in NEXT_VALUES:
                argument = strip_relabels(node.arguments[0])
                if isinstance(argument, Const) and isinstance(argument.value, int):
                    found.append(argument.value)
    return found


async def reserve(sequences: Iterable[int], count: int, env: Env) -> None:
    """Has `count` values of each sequence ready, so that rows are computed without waiting."""
    await env.session.reserve({oid: number * count for oid, number in Counter(sequences).items()})
