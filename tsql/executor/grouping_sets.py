"""GROUPING SETS, ROLLUP and CUBE: the groups of every set, in one pass over the rows."""

from collections.abc import Hashable, Sequence
from typing import Any

from tsql.bound import ColumnRef, Expression
from tsql.executor.aggregate import GROUP_BYTES, SIZE_CHECK_ROWS, CompiledCall, Group
from tsql.executor.equality import image_of
from tsql.executor.expressions import compile_expression
from tsql.executor.run import ROWS_PER_SLICE, Batches, Memory, Row, Run, Source
from tsql.planner import plan
from tsql.planner.walk import replaced


def grouping_set_rows(source: Source, node: plan.Aggregate) -> Source:
    """Gives one row for each group of each set: keys, aggregates, GROUPING() values."""
    compiled = _Compiled(node)
    return lambda run: _GroupingSets(run, source(run), compiled)


class _Compiled:
    def __init__(self, node: plan.Aggregate) -> None:
        self.calls = [CompiledCall(call) for call in node.aggregates]
        self.keys = [compile_expression(key) for key in node.keys]
        self.direct = [
            [compile_expression(_over_keys(part, node.keys)) for part in call.direct_arguments]
            for call in node.aggregates
        ]
        self.images = [image_of(key.type) for key in node.keys]
        self.sets = [frozenset(one) for one in node.sets or ()]
        self.orders = [sorted(one) for one in self.sets]
        self.groupings = [
            [_bits(grouping, one) for grouping in node.groupings] for one in self.sets
        ]


def _over_keys(expression: Expression, keys: Sequence[Expression]) -> Expression:
    """Returns a direct argument over the keys' values: a key that isn't in the set is NULL there."""

    def key(node: Expression) -> Expression | None:
        if node not in keys:
            return None
        return ColumnRef(0, keys.index(node), "?column?", node.type)

    return replaced(expression, key)


def _bits(positions: Sequence[int], keys: frozenset[int]) -> int:
    """Returns GROUPING() in a set: a bit for each argument that is no key of it."""
    bits = 0
    for position in positions:
        bits = bits * 2 + (position not in keys)
    return bits


class _GroupingSets:
    def __init__(self, run: Run, source: Batches, compiled: _Compiled) -> None:
        self._run = run
        self._source = source
        self._compiled = compiled
        self._memory = run.memory("GROUP BY")
        self._groups: list[dict[Hashable, Group]] = [{} for _ in compiled.sets]
        self._output: list[tuple[int, Group]] | None = None

    async def next(self) -> list[Row] | None:
        if self._output is None:
            await self._consume()
            self._output = [
                (at, group) for at, groups in enumerate(self._groups) for group in groups.values()
            ]
            self._output.reverse()
        await self._run.breathe()
        rows: list[Row] = []
        while self._output and len(rows) < ROWS_PER_SLICE:
            at, group = self._output.pop()
            rows.append([*group.row(), *self._compiled.groupings[at]])
        return rows or None

    async def _consume(self) -> None:
        for one, groups in zip(self._compiled.sets, self._groups, strict=True):
            if not one:
                groups[()] = self._new_group([None] * len(self._compiled.keys))
        unchecked = 0
        while (batch := await self._source.next()) is not None:
            for start in range(0, len(batch), ROWS_PER_SLICE):
                self._feed(batch[start : start + ROWS_PER_SLICE])
                await self._run.breathe()
            unchecked += len(batch)
            if unchecked >= SIZE_CHECK_ROWS:
                unchecked = 0
                self._check_size()

    def _feed(self, rows: list[Row]) -> None:
        compiled, env = self._compiled, self._run.env
        steps = [call.step for call in compiled.calls]
        for row in rows:
            values = [key(row, env) for key in compiled.keys]
            images = [
                value if image is None or value is None else image(value)
                for value, image in zip(values, compiled.images, strict=True)
            ]
            for order, one, groups in zip(
                compiled.orders, compiled.sets, self._groups, strict=True
            ):
                key = tuple([images[at] for at in order])
                group = groups.get(key)
                if group is None:
                    shown = [value if at in one else None for at, value in enumerate(values)]
                    group = groups[key] = self._new_group(shown)
                    self._memory.add_row(shown)
                    self._memory.add(GROUP_BYTES)
                for step, state in zip(steps, group.states, strict=True):
                    step(state, row, env)

    def _new_group(self, keys: Sequence[Any]) -> Group:
        env, compiled = self._run.env, self._compiled
        states = [
            call.start_with([evaluate(keys, env) for evaluate in direct], env)
            for call, direct in zip(compiled.calls, compiled.direct, strict=True)
        ]
        return Group(keys, states)

    def _check_size(self) -> None:
        memory = Memory("aggregate", self._run.memory_bytes_max)
        for groups in self._groups:
            for group in groups.values():
                memory.add(group.size())
