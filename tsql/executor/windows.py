"""Window functions: partition by partition, over rows that come sorted by the window.

Below this operator there is a Sort by partition and order. A partition is collected, within the
statement's memory; its rows go out with the functions' values behind them.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from tsql import bound
from tsql.bound import WindowCall
from tsql.executor.aggregate import CompiledCall
from tsql.executor.distinct import group_key
from tsql.executor.equality import image_of
from tsql.executor.expressions import compile_expression
from tsql.executor.run import ROWS_PER_SLICE, Batches, Row, Run, Source
from tsql.executor.window_frames import Frame, Frames, Partition, Peers
from tsql.executor.window_functions import WINDOW_FUNCTIONS, Arguments


def window_rows(source: Source, calls: Sequence[WindowCall]) -> Source:
    """Appends the calls' values; all calls have the same partitions and order."""
    compiled = _Compiled(calls)
    return lambda run: _Windows(run, source(run), compiled)


class _Compiled:
    def __init__(self, calls: Sequence[WindowCall]) -> None:
        window = calls[0].window
        keys = [key.expression for key in window.partition_by]
        order = [key.expression for key in window.order_by]
        self.partition_key = _key_of(keys)
        self.peer_key = _key_of(order)
        self.functions = [_compiled(call) for call in calls]


def _key_of(expressions: Sequence[bound.Expression]) -> Any:
    if not expressions:
        return lambda _row, _env: None
    images = [image_of(expression.type) for expression in expressions]
    return group_key([compile_expression(expression) for expression in expressions], images)


class _Windows:
    def __init__(self, run: Run, source: Batches, compiled: _Compiled) -> None:
        self._run = run
        self._compiled = compiled
        self._partitions = _Partitions(run, source, compiled.partition_key)
        self._rows: list[Row] = []
        self._at = 0

    async def next(self) -> list[Row] | None:
        if self._at == len(self._rows):
            rows = await self._partitions.next()
            if rows is None:
                return None
            self._rows, self._at = await self._computed(rows), 0
        part = self._rows[self._at : self._at + ROWS_PER_SLICE]
        self._at += len(part)
        await self._run.breathe()
        return part

    async def _computed(self, rows: list[Row]) -> list[Row]:
        run = self._run
        peer_key = self._compiled.peer_key
        peers = Peers.of([peer_key(row, run.env) for row in rows])
        partition = Partition(rows, peers)
        columns: list[list[Any]] = []
        for function in self._compiled.functions:
            values: list[Any] = []
            async for value in function.values(partition, run):
                values.append(value)
                if not len(values) % ROWS_PER_SLICE:
                    await run.breathe()
            columns.append(values)
        return [
            (*row, *values) for row, values in zip(rows, zip(*columns, strict=True), strict=True)
        ]


class _Partitions:
    """Rows in sorted order, a partition at a time."""

    def __init__(self, run: Run, source: Batches, key_of: Any) -> None:
        self._run = run
        self._source: Batches | None = source
        self._key_of = key_of
        self._memory = run.memory("window function")
        self._batch: list[Row] = []
        self._at = 0

    async def next(self) -> list[Row] | None:
        rows: list[Row] = []
        self._memory.reset()
        key: Any = None
        while True:
            while self._at < len(self._batch):
                row = self._batch[self._at]
                other = self._key_of(row, self._run.env)
                if rows and other != key:
                    return rows
                key = other
                self._memory.add_row(row)
                rows.append(row)
                self._at += 1
            batch = None if self._source is None else await self._source.next()
            await self._run.breathe()
            if batch is None:
                self._source = None
                return rows or None
            self._batch, self._at = batch, 0


# ---- functions -----------------------------------------------------------------------------------


def _compiled(call: WindowCall) -> "_Aggregate | _Function":
    return _Aggregate(call) if call.proc.kind == "a" else _Function(call)


class _Function:
    """row_number() and its like."""

    def __init__(self, call: WindowCall) -> None:
        self._compute = WINDOW_FUNCTIONS[call.proc.src]
        self._frames = Frames(call.window)
        self._arguments = [compile_expression(argument) for argument in call.arguments]

    async def values(self, partition: Partition, run: Run) -> AsyncIterator[Any]:
        frame_of = self._frames.of(partition, run)
        arguments = Arguments(self._arguments, partition.rows, run.env)
        for value in self._compute(partition, arguments, frame_of):
            yield value


class _Aggregate:
    """An aggregate over each row's frame."""

    def __init__(self, call: WindowCall) -> None:
        self._call = CompiledCall(_aggregate_call(call))
        self._frames = Frames(call.window)

    async def values(self, partition: Partition, run: Run) -> AsyncIterator[Any]:
        frame_of = self._frames.of(partition, run)
        call, env, rows = self._call, run.env, partition.rows
        before: Frame | None = None
        state: Any = None
        value: Any = None
        done = 0
        for at in range(len(rows)):
            frame = frame_of(at)
            if frame != before:
                if state is None or not self._frames.is_running:
                    state, done = call.start((), env), 0
                positions = range(done, frame.end) if self._frames.is_running else frame.positions()
                for count, position in enumerate(positions, 1):
                    call.step(state, rows[position], env)
                    if not count % ROWS_PER_SLICE:
                        await run.breathe()
                done = max(done, frame.end)
                value, before = state.result(), frame
            yield value


def _aggregate_call(call: WindowCall) -> bound.AggregateCall:
    return bound.AggregateCall(
        call.proc,
        call.arguments,
        call.type,
        call.typmod,
        call.argument_types,
        filter=call.filter,
    )
