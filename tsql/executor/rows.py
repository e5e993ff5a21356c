"""Operators that pass rows on: filter, project, limit, and the leaves that make rows themselves."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from storage.errors import DatabaseError
from tsql import bound
from tsql.bound import Expression, FunctionRelation
from tsql.env import Env
from tsql.executor.distinct import KeyOf, group_key
from tsql.executor.equality import image_of
from tsql.executor.expressions import Evaluate, compile_expression, compile_predicate
from tsql.executor.keys import fixed
from tsql.executor.projections import Projection, projection
from tsql.executor.run import ROWS_PER_SLICE, Batches, ReadyBatches, Row, Run, Source
from tsql.executor.waits import computed_rows

# ---- passing on --------------------------------------------------------------------------------


def filter_rows(source: Source, condition: Expression) -> Source:
    """Lets rows through for which the condition is true."""
    predicate = compile_predicate(condition)
    return lambda run: _Filtered(run, source(run), predicate)


class _UpToErrors:
    """What gives the rows before one that fails, as PostgreSQL does, and then the error."""

    __slots__ = ("_error",)

    def __init__(self) -> None:
        self._error: Exception | None = None

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _taken(self, rows: list[Row], made: Iterable[Row]) -> list[Row]:
        """Appends what is made; an error may have some of it come before."""
        try:
            rows.extend(made)
        except Exception as error:
            if not rows:
                raise
            self._error = error
        return rows


class _Filtered(_UpToErrors):
    __slots__ = ("_predicate", "_run", "_source")

    def __init__(
        self, run: Run, source: Batches, predicate: Callable[[Row, Any], bool | None]
    ) -> None:
        super().__init__()
        self._run = run
        self._source = source
        self._predicate = predicate

    async def next(self) -> list[Row] | None:
        self._check()
        predicate, env = self._predicate, self._run.env
        while (batch := await self._source.next()) is not None:
            passes = map(predicate, batch, itertools.repeat(env))
            rows = self._taken([], itertools.compress(batch, passes))
            if rows:
                return rows
            await self._run.breathe()
        return None


def gate_rows(start: Callable[[Run, int | None], Batches], condition: Expression) -> Any:
    """Starts the source only if the condition, which reads no row, is true."""
    predicate = compile_predicate(condition)

    def gated(run: Run, wanted: int | None) -> Batches:
        return start(run, wanted) if predicate((), run.env) else ReadyBatches([])

    return gated


def project_rows(source: Source, project: Projection, *, may_wait: bool = False) -> Source:
    """Computes the targets of each row; some functions may have to wait (tsql/executor/waits.py)."""
    return lambda run: _Projected(run, source(run), project, may_wait=may_wait)


class _Projected(_UpToErrors):
    __slots__ = ("_left", "_may_wait", "_project", "_run", "_source")

    def __init__(self, run: Run, source: Batches, project: Projection, *, may_wait: bool) -> None:
        super().__init__()
        self._may_wait = may_wait
        self._run = run
        self._source = source
        self._project = project
        self._left: Iterator[Row] = iter(())

    async def next(self) -> list[Row] | None:
        self._check()
        # A cursor's volatile functions are called when their row is fetched.
        batch: list[Row] | None = list(itertools.islice(self._left, 1))
        if not batch:
            batch = await self._source.next()
            if batch is None:
                return None
            if self._may_wait and self._run.is_stepped:
                self._left = itertools.islice(batch, 1, None)
                batch = batch[:1]
        project, run = self._project, self._run
        env = run.env
        rows: list[Row] = []
        for start in range(0, len(batch), ROWS_PER_SLICE):
            part = batch[start : start + ROWS_PER_SLICE]
            if self._may_wait:
                rows += await computed_rows(part, lambda row: project(row, env))
            else:
                self._taken(rows, map(project, part, itertools.repeat(env)))
                if self._error is not None:
                    break
            if len(batch) > ROWS_PER_SLICE:
                await run.breathe()
        return rows


class RowCount:
    """LIMIT and OFFSET, compiled; NULL stands for none."""

    def __init__(self, limit: Expression | None, offset: Expression | None) -> None:
        self._limit = None if limit is None else fixed(limit)
        self._offset = None if offset is None else fixed(offset)

    def values(self, run: Run) -> tuple[int | None, int]:
        """Returns (limit, offset). Raises 2201W, 2201X."""
        limit = self._limit(run.env) if self._limit is not None else None
        offset = self._offset(run.env) if self._offset is not None else None
        if offset is not None and offset < 0:
            raise DatabaseError("2201X", "OFFSET must not be negative")
        if limit is not None and limit < 0:
            raise DatabaseError("2201W", "LIMIT must not be negative")
        return limit, offset or 0


def limit_rows(
    start: Callable[[Run, int | None], Batches],
    counts: RowCount,
    ties: Sequence[Expression] = (),
) -> Source:
    """Passes over the offset's rows and lets the limit's through.

    `start` takes the number of rows that will be wanted. With `ties`, rows that follow the last one
    and have the same values of these come, too.
    """
    if ties:
        key_of = group_key(
            [compile_expression(tie) for tie in ties], [image_of(tie.type) for tie in ties]
        )
        return lambda run: _WithTies(run, start(run, None), counts.values(run), key_of)

    def source(run: Run) -> Batches:
        limit, offset = counts.values(run)
        if limit == 0:
            return ReadyBatches([])
        wanted = None if limit is None else limit + offset
        return _Limited(start(run, wanted), limit, offset)

    return source


class _Limited:
    __slots__ = ("_left", "_skip", "_source")

    def __init__(self, source: Batches, limit: int | None, offset: int) -> None:
        self._source = source
        self._left = limit
        self._skip = offset

    async def next(self) -> list[Row] | None:
        while self._left != 0:
            batch = await self._source.next()
            if batch is None:
                return None
            if self._skip:
                passed = min(self._skip, len(batch))
                self._skip -= passed
                batch = batch[passed:]
                if not batch:
                    continue
            if self._left is not None:
                batch = batch[: self._left]
                self._left -= len(batch)
            return batch
        return None


class _WithTies:
    def __init__(
        self, run: Run, source: Batches, counts: tuple[int | None, int], key_of: KeyOf
    ) -> None:
        self._run = run
        self._source = source
        self._left, self._skip = counts
        self._key_of = key_of
        self._last: Any = None

    async def next(self) -> list[Row] | None:
        while (batch := await self._source.next()) is not None:
            passed = min(self._skip, len(batch))
            self._skip -= passed
            rows = batch[passed:]
            if self._left is None:
                if rows:
                    return rows
                continue
            wanted, rest = rows[: self._left], rows[self._left :]
            self._left -= len(wanted)
            env = self._run.env
            if wanted:
                self._last = (self._key_of(wanted[-1], env),)
            for row in rest:
                if self._last is None or (self._key_of(row, env),) != self._last:
                    self._source = ReadyBatches([])
                    break
                wanted.append(row)
            if wanted:
                return wanted
            if self._left == 0 and self._last is None:
                return None
        return None


# ---- making rows -------------------------------------------------------------------------------


def one_row(_run: Run) -> Batches:
    """Gives one row without columns."""
    return ReadyBatches([()])


def values_rows(rows: Sequence[Sequence[Expression]]) -> Source:
    """Gives the rows of VALUES."""
    compiled = [projection(row) for row in rows]
    makers = [(lambda _row, _env: ()) if maker is None else maker for maker in compiled]
    return lambda run: _Values(run, makers)


class _Values:
    __slots__ = ("_at", "_makers", "_run")

    def __init__(self, run: Run, makers: list[Projection]) -> None:
        self._run = run
        self._makers = makers
        self._at = 0

    async def next(self) -> list[Row] | None:
        makers = self._makers[self._at : self._at + ROWS_PER_SLICE]
        self._at += ROWS_PER_SLICE
        env = self._run.env
        await self._run.breathe()
        return await computed_rows(makers, lambda make: make((), env)) or None


class _Made(_UpToErrors):
    """Rows of an iterator, some at a time."""

    __slots__ = ("_rows", "_run")

    def __init__(self, run: Run, rows: Iterator[Row]) -> None:
        super().__init__()
        self._run = run
        self._rows = rows

    async def next(self) -> list[Row] | None:
        self._check()
        await self._run.breathe()
        return self._taken([], itertools.islice(self._rows, ROWS_PER_SLICE)) or None


class _MadeInTime(_Made):
    """Likewise, of what may have to wait for something first."""

    __slots__ = ("_make",)

    def __init__(self, run: Run, make: Callable[[Env], Iterable[Row]]) -> None:
        super().__init__(run, iter(()))
        self._make: Callable[[Env], Iterable[Row]] | None = make

    async def next(self) -> list[Row] | None:
        if self._make is not None:
            (rows,) = await computed_rows([self._make], lambda make: make(self._run.env))
            self._rows, self._make = iter(rows), None
        return await super().next()


def catalog_rows(rows: Callable[[Env], Iterable[Row]]) -> Source:
    """Gives the rows of a catalog relation, made once per execution."""
    return lambda run: _MadeInTime(run, rows)


def function_rows(relation: FunctionRelation) -> Source:
    """Gives the values of functions side by side; the shorter ones end in NULLs."""
    calls = [_call_rows(call) for call in relation.calls]
    widths = _widths(relation)
    numbered = relation.with_ordinality

    def rows(run: Run) -> Iterator[Row]:
        env = run.env
        started = [iter(call((), env)) for call in calls]
        if len(started) == 1 and not numbered:
            yield from started[0]
            return
        empties = [(None,) * width for width in widths]
        for number in itertools.count(1):
            parts = [next(rows, None) for rows in started]
            if all(part is None for part in parts):
                return
            row: list[Any] = []
            for part, empty in zip(parts, empties, strict=True):
                row += empty if part is None else part
            if numbered:
                row.append(number)
            yield row

    return lambda run: _Made(run, rows(run))


def _widths(relation: FunctionRelation) -> list[int]:
    if len(relation.calls) == 1:
        return [len(relation.fields) - relation.with_ordinality]
    return [_call_width(call) for call in relation.calls]


def _call_width(call: bound.FunctionCall) -> int:
    if call.columns is not None:
        return len(call.columns)
    modes = call.proc.argument_modes
    return 1 if modes is None else max(1, sum(mode in "obt" for mode in modes))


def _call_rows(call: bound.FunctionCall) -> Callable[[Row, Any], Iterator[Row]]:
    """Returns what gives a function's rows as tuples, one value or several."""
    evaluate = compile_expression(call)
    is_set = call.proc.returns_set
    width = _call_width(call)
    is_wide = width > 1 or call.columns is not None
    empty = (None,) * width

    def rows(row: Row, env: Any) -> Iterator[Row]:
        result = evaluate(row, env)
        if not is_set:
            if is_wide:
                yield empty if result is None else result
            else:
                yield (result,)
            return
        for value in result if result is not None else ():
            if is_wide:
                yield empty if value is None else value
            else:
                yield (value,)

    return rows


# ---- set-returning functions in the target list ------------------------------------------------


def project_sets(source: Source, functions: Sequence[bound.FunctionCall]) -> Source:
    """Appends the functions' values to each row, a row for each of the longest function's."""
    evaluates = [compile_expression(function) for function in functions]
    return lambda run: _ProjectedSets(run, source(run), evaluates)


class _ProjectedSets(_UpToErrors):
    __slots__ = ("_evaluates", "_rows", "_run", "_source")

    def __init__(self, run: Run, source: Batches, evaluates: Sequence[Evaluate]) -> None:
        super().__init__()
        self._run = run
        self._source = source
        self._evaluates = evaluates
        self._rows: Iterator[Row] = iter(())

    async def next(self) -> list[Row] | None:
        self._check()
        while True:
            rows = self._taken([], itertools.islice(self._rows, ROWS_PER_SLICE))
            if rows:
                await self._run.breathe()
                return rows
            batch = await self._source.next()
            if batch is None:
                return None
            self._rows = self._expanded(batch)

    def _expanded(self, batch: list[Row]) -> Iterator[Row]:
        env = self._run.env
        for row in batch:
            results = [evaluate(row, env) for evaluate in self._evaluates]
            sets = [() if result is None else result for result in results]
            for values in itertools.zip_longest(*sets):
                yield (*row, *values)
