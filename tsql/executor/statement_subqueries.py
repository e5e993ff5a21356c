"""The subqueries of one plan: those that run before it, and those that its expressions ask for."""

from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from tsql.answer import WriteResult
from tsql.executor.compiler import Compiler
from tsql.executor.run import Batches, Row, Run, Source
from tsql.executor.subqueries import CompiledSubquery, value_of
from tsql.executor.writes import Write
from tsql.planner.statement_plan import Plan

T = TypeVar("T")


class Subqueries:
    """The subqueries of a plan, compiled."""

    def __init__(self, plan: Plan, compiler: Compiler) -> None:
        self._freezes = plan.freezes
        self._first = [(compiler.source(item.node), item.kind) for item in plan.subqueries]
        self._correlated = [
            CompiledSubquery(
                item,
                compiler.source(item.node),
                None if item.hashed is None else compiler.source(item.hashed.node),
            )
            for item in plan.correlated
        ]

    async def start(self, source: Source, run: Run) -> Batches:
        """Starts a source whose expressions use the subqueries."""
        if not self._correlated:
            await self._run_first(run)
            return source(run)
        return _Bridged(self, source, run)

    async def write(self, write: Write, run: Run) -> WriteResult:
        """Runs a write likewise."""
        if not self._correlated:
            await self._run_first(run)
            return await write(run)
        return await _bridged(self._written(write, run))

    async def _written(self, write: Write, run: Run) -> WriteResult:
        await self.prepare(run)
        return await write(run)

    async def prepare(self, run: Run) -> None:
        """Makes the subqueries known to the run, and runs those that come first."""
        run.env.subqueries = [compiled.running(run) for compiled in self._correlated]
        await self._run_first(run)

    async def _run_first(self, run: Run) -> None:
        """Appends what they give to the run's parameters."""
        if self._freezes:
            run.txn = run.txn.frozen()
        for source, kind in self._first:
            value = await value_of(source(run), kind, run)
            run.env.parameters = (*run.env.parameters, value)


class _Bridged:
    """A source that runs where its expressions may wait for subqueries."""

    __slots__ = ("_batches", "_run", "_source", "_subqueries")

    def __init__(self, subqueries: Subqueries, source: Source, run: Run) -> None:
        self._subqueries = subqueries
        self._source = source
        self._run = run
        self._batches: Batches | None = None

    async def next(self) -> list[Row] | None:
        return await _bridged(self._next())

    async def _next(self) -> list[Row] | None:
        if self._batches is None:
            await self._subqueries.prepare(self._run)
            self._batches = self._source(self._run)
        return await self._batches.next()


def _bridged(coroutine: Coroutine[Any, Any, T]) -> Awaitable[T]:
    """Runs a coroutine in a greenlet; the library is loaded by the first statement that needs it."""
    from tsql.executor.bridge import bridged  # noqa: PLC0415

    return bridged(coroutine)
