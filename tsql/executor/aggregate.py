"""GROUP BY and aggregates: one hash table of groups, within a memory limit.

Each aggregate call is compiled into a *step* that feeds a row to its accumulator; DISTINCT, FILTER
and ORDER BY are wrapped around it.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from storage.errors import not_supported
from tsql.bound import AggregateCall, Expression
from tsql.env import Env
from tsql.executor.calls import site_types
from tsql.executor.distinct import KeyOf, group_key
from tsql.executor.equality import image_of
from tsql.executor.expressions import (
    Evaluate,
    compile_expression,
    compile_predicate,
    compile_sort_key,
)
from tsql.executor.records import record_fields
from tsql.executor.run import ROWS_PER_SLICE, Batches, Memory, Row, Run, Source
from tsql.functions.registry import Accumulator, CallSite, SortOrder, aggregate_of

GROUP_BYTES = 300
#: Rows after which the accumulators' own sizes are looked at.
SIZE_CHECK_ROWS = 4096

Step = Callable[[Any, Row, Env], None]


class CompiledCall:
    """One aggregate call, compiled.

    Attributes:
        start: Makes the state of a group.
        step: Feeds a row to a state.
    """

    def __init__(self, call: AggregateCall) -> None:
        implementation = aggregate_of(call.proc)
        if implementation is None:
            raise not_supported(f"aggregate function {call.proc.name}")
        self._factory = implementation.build(_call_site(call))
        self._takes_env = implementation.env
        self._direct = [compile_expression(argument) for argument in call.direct_arguments]
        arguments = [compile_expression(argument) for argument in call.arguments]
        self._is_buffered = call.distinct or bool(call.order_by)
        step = _step(arguments, strict=implementation.strict)
        if self._is_buffered:
            step = _buffering_step(call, arguments, strict=implementation.strict)
        if call.filter is not None:
            step = _filtered_step(step, compile_predicate(call.filter))
        self.step = step

    def start(self, row: Row, env: Env) -> Any:
        return self.start_with([evaluate(row, env) for evaluate in self._direct], env)

    def start_with(self, values: Sequence[Any], env: Env) -> Any:
        """Makes the state of a group from the values of the direct arguments."""
        accumulator = self._factory(env, *values) if self._takes_env else self._factory(*values)
        return _Buffered(accumulator) if self._is_buffered else accumulator


def _call_site(call: AggregateCall) -> CallSite:
    arguments = (*call.direct_arguments, *call.arguments)
    return CallSite(
        call.proc,
        site_types(
            call.proc, call.argument_types or tuple(argument.type for argument in arguments)
        ),
        call.type,
        tuple(argument.typmod for argument in arguments),
        fields=tuple(map(record_fields, arguments)),
        sort=tuple(SortOrder(key.descending, key.nulls_first) for key in call.order_by),
    )


def _step(arguments: Sequence[Evaluate], *, strict: bool) -> Step:
    match arguments:
        case []:
            return lambda state, _row, _env: state.add()
        case [only]:
            if strict:

                def strict_step(state: Accumulator, row: Row, env: Env) -> None:
                    value = only(row, env)
                    if value is not None:
                        state.add(value)

                return strict_step
            return lambda state, row, env: state.add(only(row, env))
        case _:

            def step(state: Accumulator, row: Row, env: Env) -> None:
                values = [argument(row, env) for argument in arguments]
                if not (strict and None in values):
                    state.add(*values)

            return step


def _filtered_step(step: Step, predicate: Callable[[Row, Env], bool | None]) -> Step:
    def filtered(state: Any, row: Row, env: Env) -> None:
        if predicate(row, env):
            step(state, row, env)

    return filtered


class _Buffered:
    """An accumulator behind DISTINCT or ORDER BY: values wait here until the result is asked for."""

    __slots__ = ("_accumulator", "_bytes", "rows", "seen")

    def __init__(self, accumulator: Accumulator) -> None:
        self._accumulator = accumulator
        self._bytes = 0
        self.seen: set[Hashable] = set()
        self.rows: list[tuple[Any, int, Sequence[Any]]] = []

    def put(self, key: Any, values: Sequence[Any]) -> None:
        self.rows.append((key, len(self.rows), values))
        self._bytes += 100 + 60 * len(values)

    def result(self) -> Any:
        self.rows.sort()
        for _, _, values in self.rows:
            self._accumulator.add(*values)
        self.rows = []
        return self._accumulator.result()

    def size(self) -> int:
        return self._bytes


def _buffering_step(call: AggregateCall, arguments: Sequence[Evaluate], *, strict: bool) -> Step:
    types = [argument.type for argument in call.arguments]
    images = [image_of(type_) for type_ in types] if call.distinct else []
    distinct_key = group_key(arguments, images) if call.distinct else None
    order = compile_sort_key(call.order_by) if call.order_by else None

    def step(state: _Buffered, row: Row, env: Env) -> None:
        values = [argument(row, env) for argument in arguments]
        if strict and None in values:
            return
        if distinct_key is not None:
            key = distinct_key(row, env)
            if key in state.seen:
                return
            state.seen.add(key)
        state.put(order(row, env) if order is not None else 0, values)

    return step


def aggregate_rows(
    source: Source, keys: Sequence[Expression], calls: Sequence[AggregateCall]
) -> Source:
    """Gives one row a group: its keys' values, then the aggregates'."""
    compiled = [CompiledCall(call) for call in calls]
    evaluates = [compile_expression(key) for key in keys]
    key_of = group_key(evaluates, [image_of(key.type) for key in keys]) if keys else None
    return lambda run: _Aggregated(run, source(run), evaluates, key_of, compiled)


class Group:
    """The keys' values of one group, and the states of its aggregates."""

    __slots__ = ("keys", "states")

    def __init__(self, keys: Sequence[Any], states: list[Any]) -> None:
        self.keys = keys
        self.states = states

    def row(self) -> Row:
        return [*self.keys, *[state.result() for state in self.states]]

    def size(self) -> int:
        return sum(state.size() for state in self.states)


class _Aggregated:
    def __init__(
        self,
        run: Run,
        source: Batches,
        evaluates: Sequence[Evaluate],
        key_of: KeyOf | None,
        calls: Sequence[CompiledCall],
    ) -> None:
        self._run = run
        self._source = source
        self._evaluates = evaluates
        self._key_of = key_of
        self._calls = calls
        self._memory = run.memory("GROUP BY" if key_of else "aggregate")
        self._groups: dict[Hashable, Group] = {}
        self._output: list[Group] | None = None

    async def next(self) -> list[Row] | None:
        if self._output is None:
            await self._consume()
            self._output = list(self._groups.values())
            self._output.reverse()
            self._groups.clear()
        await self._run.breathe()
        rows: list[Row] = []
        while self._output and len(rows) < ROWS_PER_SLICE:
            rows.append(self._output.pop().row())
        return rows or None

    async def _consume(self) -> None:
        feed = self._feed_all if self._key_of is None else self._feed_groups
        if self._key_of is None:
            self._groups[()] = self._new_group((), ())
        unchecked = 0
        while (batch := await self._source.next()) is not None:
            for start in range(0, len(batch), ROWS_PER_SLICE):
                feed(batch[start : start + ROWS_PER_SLICE])
                await self._run.breathe()
            unchecked += len(batch)
            if unchecked >= SIZE_CHECK_ROWS:
                unchecked = 0
                self._check_size()

    def _feed_all(self, rows: list[Row]) -> None:
        env = self._run.env
        (group,) = self._groups.values()
        for call, state in zip(self._calls, group.states, strict=True):
            step = call.step
            for row in rows:
                step(state, row, env)

    def _feed_groups(self, rows: list[Row]) -> None:
        key_of, groups, env = self._key_of, self._groups, self._run.env
        assert key_of is not None
        steps = [call.step for call in self._calls]
        for row in rows:
            key = key_of(row, env)
            group = groups.get(key)
            if group is None:
                keys = [evaluate(row, env) for evaluate in self._evaluates]
                group = self._new_group(keys, row)
                groups[key] = group
                self._memory.add_row(group.keys)
                self._memory.add(GROUP_BYTES)
            for step, state in zip(steps, group.states, strict=True):
                step(state, row, env)

    def _new_group(self, keys: Sequence[Any], row: Row) -> Group:
        env = self._run.env
        return Group(keys, [call.start(row, env) for call in self._calls])

    def _check_size(self) -> None:
        memory = Memory("aggregate", self._run.memory_bytes_max)
        for group in self._groups.values():
            memory.add(group.size())
