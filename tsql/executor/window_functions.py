"""PostgreSQL's window functions (manual, section 9.22), by pg_proc.prosrc.

Each yields its value for the rows of a partition, in order. The ranking functions look at peers,
lag() and lead() at the partition, first_value() and its kin at the frame.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.executor.expressions import Evaluate
from tsql.executor.run import Row
from tsql.executor.window_frames import Frame, Partition


class Arguments:
    """The arguments of a call, evaluated over any row of the partition."""

    def __init__(self, evaluates: Sequence[Evaluate], rows: Sequence[Row], env: Env) -> None:
        self._evaluates = evaluates
        self._rows = rows
        self._env = env

    def at(self, argument: int, row: int) -> Any:
        """Returns an argument's value over a row."""
        return self._evaluates[argument](self._rows[row], self._env)

    def __len__(self) -> int:
        return len(self._evaluates)


FrameOf = Callable[[int], Frame]
Compute = Callable[[Partition, Arguments, FrameOf], Iterator[Any]]


def _row_number(partition: Partition, _arguments: Arguments, _frame: FrameOf) -> Iterator[int]:
    yield from range(1, len(partition.rows) + 1)


def _rank(partition: Partition, _arguments: Arguments, _frame: FrameOf) -> Iterator[int]:
    for at in range(len(partition.rows)):
        yield partition.peers.start(at) + 1


def _dense_rank(partition: Partition, _arguments: Arguments, _frame: FrameOf) -> Iterator[int]:
    for group in partition.peers.group_of:
        yield group + 1


def _percent_rank(partition: Partition, _arguments: Arguments, _frame: FrameOf) -> Iterator[float]:
    count = len(partition.rows)
    for at in range(count):
        yield partition.peers.start(at) / (count - 1) if count > 1 else 0.0


def _cume_dist(partition: Partition, _arguments: Arguments, _frame: FrameOf) -> Iterator[float]:
    count = len(partition.rows)
    for at in range(count):
        yield partition.peers.end(at) / count


def _ntile(partition: Partition, arguments: Arguments, _frame: FrameOf) -> Iterator[int | None]:
    """Yields the bucket of each row; their number is that of the partition's first row."""
    count = len(partition.rows)
    buckets = arguments.at(0, 0)
    if buckets is None:
        yield from itertools.repeat(None, count)
        return
    if buckets <= 0:
        raise DatabaseError("22014", "argument of ntile must be greater than zero")
    size, larger = divmod(count, buckets)
    for at in range(count):
        if at < larger * (size + 1):
            yield at // (size + 1) + 1
        else:
            yield (at - larger) // size + 1


def _shifted(direction: int) -> Compute:
    def compute(partition: Partition, arguments: Arguments, _frame: FrameOf) -> Iterator[Any]:
        count = len(partition.rows)
        for at in range(count):
            offset = arguments.at(1, at) if len(arguments) > 1 else 1
            if offset is None:
                yield None
                continue
            target = at + direction * offset
            if 0 <= target < count:
                yield arguments.at(0, target)
            else:
                yield arguments.at(2, at) if len(arguments) > 2 else None

    return compute


def _first_value(partition: Partition, arguments: Arguments, frame: FrameOf) -> Iterator[Any]:
    for at in range(len(partition.rows)):
        first = next(frame(at).positions(), None)
        yield None if first is None else arguments.at(0, first)


def _last_value(partition: Partition, arguments: Arguments, frame: FrameOf) -> Iterator[Any]:
    for at in range(len(partition.rows)):
        last = frame(at).last()
        yield None if last is None else arguments.at(0, last)


def _nth_value(partition: Partition, arguments: Arguments, frame: FrameOf) -> Iterator[Any]:
    for at in range(len(partition.rows)):
        number = arguments.at(1, at)
        if number is None:
            yield None
            continue
        if number <= 0:
            raise DatabaseError("22016", "argument of nth_value must be greater than zero")
        found = next(itertools.islice(frame(at).positions(), number - 1, None), None)
        yield None if found is None else arguments.at(0, found)


WINDOW_FUNCTIONS: Final[dict[str, Compute]] = {
    "window_row_number": _row_number,
    "window_rank": _rank,
    "window_dense_rank": _dense_rank,
    "window_percent_rank": _percent_rank,
    "window_cume_dist": _cume_dist,
    "window_ntile": _ntile,
    "window_lag": _shifted(-1),
    "window_lag_with_offset": _shifted(-1),
    "window_lag_with_offset_and_default": _shifted(-1),
    "window_lead": _shifted(1),
    "window_lead_with_offset": _shifted(1),
    "window_lead_with_offset_and_default": _shifted(1),
    "window_first_value": _first_value,
    "window_last_value": _last_value,
    "window_nth_value": _nth_value,
}
