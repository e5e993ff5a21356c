"""ORDER BY: sorting in slices and within a memory limit, and keeping only the first rows.

Rows are sorted in runs of a few thousand while they come, and the runs merged while they are read,
so no single step holds the loop for long. A sort is stable: rows that are equal keep their order.
"""

import heapq
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from tsql.bound import SortKey
from tsql.executor.expressions import Evaluate, compile_sort_key
from tsql.executor.rows import RowCount
from tsql.executor.run import ROWS_PER_SLICE, Batches, Memory, Row, Run, Source

_RUN_ROWS = 1024
_KEY_BYTES = 80

#: (sort key, arrival, row): the arrival keeps the sort stable, and rows from being compared.
Keyed = tuple[Any, int, Row]


def sort_rows(source: Source, keys: Sequence[SortKey]) -> Source:
    """Orders all rows."""
    key_of = compile_sort_key(keys)
    return lambda run: _Sorted(run, source(run), key_of, None)


def first_rows(source: Source, keys: Sequence[SortKey], counts: RowCount) -> Source:
    """Orders rows and keeps those that LIMIT and OFFSET will look at."""
    key_of = compile_sort_key(keys)

    def start(run: Run) -> Batches:
        limit, offset = counts.values(run)
        return _Sorted(run, source(run), key_of, None if limit is None else limit + offset)

    return start


class _Sorted:
    __slots__ = ("_keep", "_key_of", "_output", "_run", "_source")

    def __init__(self, run: Run, source: Batches, key_of: Evaluate, keep: int | None) -> None:
        self._run = run
        self._source = source
        self._key_of = key_of
        self._keep = keep
        self._output: Iterator[Row] | None = None

    async def next(self) -> list[Row] | None:
        if self._output is None:
            self._output = await self._sorted()
        await self._run.breathe()
        rows = []
        for row in self._output:
            rows.append(row)
            if len(rows) == ROWS_PER_SLICE:
                break
        return rows or None

    async def _sorted(self) -> Iterator[Row]:
        runs: list[list[Keyed]] = []
        memory = self._run.memory("sort")
        current: list[Keyed] = []
        arrival = 0
        while (batch := await self._source.next()) is not None:
            for start in range(0, len(batch), ROWS_PER_SLICE):
                arrival = self._take(
                    batch[start : start + ROWS_PER_SLICE], current, arrival, memory
                )
                await self._run.breathe()
            if len(current) >= _RUN_ROWS + (self._keep or 0):
                current = self._closed(current, runs, memory)
                await self._run.breathe()
        current.sort()
        if not runs:
            return map(itemgetter(2), current[: self._keep])
        runs.append(current)
        return map(itemgetter(2), heapq.merge(*runs))

    def _take(self, rows: list[Row], current: list[Keyed], arrival: int, memory: Memory) -> int:
        key_of, env = self._key_of, self._run.env
        for row in rows:
            memory.add_row(row)
            current.append((key_of(row, env), arrival, row))
            arrival += 1
        memory.add(_KEY_BYTES * len(rows))
        return arrival

    def _closed(self, current: list[Keyed], runs: list[list[Keyed]], memory: Memory) -> list[Keyed]:
        """Returns what the next rows are added to: the best so far, or an empty run."""
        current.sort()
        if self._keep is None:
            runs.append(current)
            return []
        memory.reset()
        for _, _, row in current[: self._keep]:
            memory.add_row(row)
        return current[: self._keep]
