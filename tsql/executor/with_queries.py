"""WITH queries that run once: what they give is kept for all who read it.

A query starts when it is first read, and goes no further than it is read: a recursive one without
an end is fine under a LIMIT. Statements that change data run to their end before the query that
they belong to begins.
"""

from collections.abc import Callable, Hashable
from typing import Any

from tsql.executor.distinct import group_key
from tsql.executor.equality import image_of
from tsql.executor.run import Batches, Memory, ReadyBatches, Row, Run, Source
from tsql.executor.set_operations import new_rows
from tsql.planner.plan import KeptQuery


class Kept:
    """The rows of one WITH query so far, and what gives more of them."""

    __slots__ = ("_batches", "_memory", "rows")

    def __init__(self, batches: Batches, memory: Memory) -> None:
        self._batches: Batches | None = batches
        self._memory = memory
        self.rows: list[Row] = []

    async def more(self) -> bool:
        """Reads on; returns False at the end."""
        if self._batches is None:
            return False
        batch = await self._batches.next()
        if batch is None:
            self._batches = None
            return False
        for row in batch:
            self._memory.add_row(row)
        self.rows += batch
        return True

    async def all(self) -> None:
        """Reads to the end."""
        while await self.more():
            pass


class KeptQueries:
    """The WITH queries of one plan, compiled."""

    def __init__(self) -> None:
        self._sources: dict[int, Source] = {}

    def add(self, query: KeptQuery, first: Source, recursion: Source | None) -> None:
        """Makes a query known."""
        source = first if recursion is None else _recursive(query, first, recursion)
        self._sources[query.number] = source

    def reader(self, number: int) -> Source:
        """Returns what reads a query's rows from the first on."""
        return lambda run: _Reader(run, self.of(number, run))

    def of(self, number: int, run: Run) -> Kept:
        """Returns a query's rows in one execution."""
        kept = run.kept.get(number)
        if kept is None:
            batches = self._sources[number](run)
            kept = run.kept[number] = Kept(batches, run.memory("WITH query"))
        assert isinstance(kept, Kept)
        return kept


class _Reader:
    __slots__ = ("_at", "_kept", "_run")

    def __init__(self, run: Run, kept: Kept) -> None:
        self._run = run
        self._kept = kept
        self._at = 0

    async def next(self) -> list[Row] | None:
        kept = self._kept
        while self._at == len(kept.rows):
            if not await kept.more():
                return None
        rows = kept.rows[self._at : self._at + 512]
        self._at += len(rows)
        await self._run.breathe()
        return rows


def with_queries(
    source: Source, numbers: tuple[int, ...], writes: tuple[int, ...], queries: KeptQueries
) -> Source:
    """Starts a level's queries anew, then its source; those that write run first."""

    def start(run: Run) -> Batches:
        for number in numbers:
            run.kept.pop(number, None)
        return _AfterWrites(run, source, [queries.of(number, run) for number in writes])

    return start


class _AfterWrites:
    __slots__ = ("_batches", "_run", "_source", "_writes")

    def __init__(self, run: Run, source: Source, writes: list[Kept]) -> None:
        self._run = run
        self._source = source
        self._writes = writes
        self._batches: Batches | None = None

    async def next(self) -> list[Row] | None:
        if self._batches is None:
            for kept in self._writes:
                await kept.all()
            self._batches = self._source(self._run)
        return await self._batches.next()


# ---- recursion -----------------------------------------------------------------------------------


def working_rows(number: int) -> Source:
    """Gives the rows of a recursive query's last round."""
    return lambda run: ReadyBatches(list(run.working.get(number, ())))


def _recursive(query: KeptQuery, first: Source, recursion: Source) -> Source:
    key_of = None
    if not query.keeps_duplicates:
        key_of = group_key(None, [image_of(type_) for type_ in query.types])
    return lambda run: _Rounds(run, query.number, first(run), recursion, key_of)


class _Rounds:
    """The first rows, then round after round made of the last one's, until one gives none."""

    def __init__(
        self,
        run: Run,
        number: int,
        first: Batches,
        recursion: Source,
        key_of: Callable[[Row, Any], Hashable] | None,
    ) -> None:
        self._run = run
        self._number = number
        self._current = first
        self._recursion = recursion
        self._key_of = key_of
        self._seen: set[Hashable] = set()
        self._memory = run.memory("recursive query")
        self._round: list[Row] = []

    async def next(self) -> list[Row] | None:
        while True:
            batch = await self._current.next()
            await self._run.breathe()
            if batch is None:
                if not self._round:
                    return None
                self._run.working[self._number] = self._round
                self._round = []
                self._current = self._recursion(self._run)
                continue
            if self._key_of is not None:
                batch = new_rows(batch, self._key_of, self._seen, self._memory, self._run)
                if not batch:
                    continue
            self._round += batch
            return batch
