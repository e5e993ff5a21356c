"""Window frames: from each row of a partition to the rows that its frame holds.

A partition is a list of rows in the window's order; rows that are equal in it are peers. A frame is
`start:end` in the partition, less what EXCLUDE takes out. Ends only move forward from row to row,
so each is found by going on from where it was.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.records import dataclass
from tsql import bound
from tsql.bound import FrameEnd, Window
from tsql.executor.calls import function_of
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.run import Row, Run
from tsql.types import oids


@dataclass(frozen=True, slots=True)
class Peers:
    """Which rows of a partition are peers: of each row its group, of each group its rows."""

    group_of: list[int]
    starts: list[int]

    @classmethod
    def of(cls, keys: Sequence[Any]) -> "Peers":
        group_of: list[int] = []
        starts: list[int] = []
        for at, key in enumerate(keys):
            if not at or key != keys[at - 1]:
                starts.append(at)
            group_of.append(len(starts) - 1)
        return cls(group_of, [*starts, len(keys)])

    def start(self, at: int) -> int:
        """Returns the first of a row's peers."""
        return self.starts[self.group_of[at]]

    def end(self, at: int) -> int:
        """Returns what is behind the last of a row's peers."""
        return self.starts[self.group_of[at] + 1]


@dataclass(frozen=True, slots=True)
class Partition:
    """The rows of a partition, in order."""

    rows: Sequence[Row]
    peers: Peers


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows start:end, without those in the two ranges that are excluded."""

    start: int
    end: int
    without: tuple[tuple[int, int], ...] = ()

    def positions(self) -> Iterator[int]:
        """Yields the rows of the frame."""
        for at in range(self.start, self.end):
            if not any(first <= at < last for first, last in self.without):
                yield at

    def last(self) -> int | None:
        """Returns the last row of the frame."""
        for at in range(self.end - 1, self.start - 1, -1):
            if not any(first <= at < last for first, last in self.without):
                return at
        return None


_Bound = Callable[[int], int]


class Frames:
    """The frames of one window, compiled."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.is_running = (
            window.start.kind == "unbounded" and window.start.is_before and not window.exclude
        )
        self._start = _Offset(window, window.start, "starting")
        self._end = _Offset(window, window.end, "ending")

    def of(self, partition: Partition, run: Run) -> Callable[[int], Frame]:
        """Returns what gives each row's frame; rows must be asked for in order."""
        start = self._bound(self._start, partition, run, is_end=False)
        end = self._bound(self._end, partition, run, is_end=True)
        exclude, peers = self._window.exclude, partition.peers

        def frame(at: int) -> Frame:
            first, last = start(at), end(at)
            match exclude:
                case "current row":
                    return Frame(first, last, ((at, at + 1),))
                case "group":
                    return Frame(first, last, ((peers.start(at), peers.end(at)),))
                case "ties":
                    return Frame(first, last, ((peers.start(at), at), (at + 1, peers.end(at))))
                case _:
                    return Frame(first, last)

        return frame

    def _bound(self, offset: "_Offset", partition: Partition, run: Run, *, is_end: bool) -> _Bound:
        count, peers = len(partition.rows), partition.peers
        mode, end = self._window.mode, offset.end
        if end.kind == "unbounded":
            edge = 0 if end.is_before else count
            return lambda _at: edge
        if end.kind == "current":
            if mode == "rows":
                return lambda at: at + is_end
            return peers.end if is_end else peers.start
        value = offset.value(run)
        if mode == "range":
            return offset.range_bound(partition, value, run, is_end=is_end)
        step: int = -value if end.is_before else value
        if mode == "rows":
            return lambda at: min(max(at + step + is_end, 0), count)
        groups = len(peers.starts) - 1

        def of_groups(at: int) -> int:
            group = peers.group_of[at] + step + is_end
            return peers.starts[min(max(group, 0), groups)]

        return of_groups


class _Offset:
    """One end of a frame; `value` is its offset, if it has one."""

    def __init__(self, window: Window, end: FrameEnd, which: str) -> None:
        self.end = end
        self._which = which
        self._evaluate = None if end.offset is None else compile_expression(end.offset)
        self._column: Evaluate | None = None
        if end.in_range is not None and end.offset is not None:
            key = window.order_by[0]
            self._column = compile_expression(key.expression)
            self._descending, self._nulls_first = key.descending, key.nulls_first
            call = bound.FunctionCall(
                end.in_range,
                (
                    key.expression,
                    key.expression,
                    end.offset,
                    bound.Const(True, oids.BOOL),
                    bound.Const(True, oids.BOOL),
                ),
                oids.BOOL,
            )
            self._in_range, self._takes_env = function_of(call)

    def value(self, run: Run) -> Any:
        """Returns the offset. Raises 22004, 22013."""
        assert self._evaluate is not None
        value = self._evaluate((), run.env)
        if value is None:
            raise DatabaseError("22004", f"frame {self._which} offset must not be null")
        if self.end.in_range is None and value < 0:
            raise DatabaseError("22013", f"frame {self._which} offset must not be negative")
        return value

    def range_bound(self, partition: Partition, offset: Any, run: Run, *, is_end: bool) -> _Bound:
        """Returns an end by value: the rows within `offset` of the current row's."""
        assert self._column is not None
        env = run.env
        values = [self._column(row, env) for row in partition.rows]
        subtract, less = self.end.is_before, is_end
        if self._descending:
            subtract, less = not subtract, not less
        in_range = self._in_range
        takes_env, nulls_first = self._takes_env, self._nulls_first

        def is_within(value: Any, base: Any) -> bool:
            arguments = (value, base, offset, subtract, less)
            return bool(in_range(env, *arguments) if takes_env else in_range(*arguments))

        def lies_before(value: Any, base: Any) -> bool:
            """Returns whether a row is before the frame's end in question."""
            if value is None or base is None:
                if value is None and base is None:
                    return is_end
                return (value is None) is nulls_first
            return is_within(value, base) is is_end

        position = 0

        def bound_of(at: int) -> int:
            nonlocal position
            while position < len(values) and lies_before(values[position], values[at]):
                position += 1
            return position

        return bound_of
