"""Correlated subqueries: run when an expression asks, by the values of the outer row.

What a subquery has answered is remembered for outer rows with the same values. EXISTS and IN whose
rows no key leads to are answered by a hash table of all of them, made at the first call; those
with a key turn to it after many calls. What gives a value, and has no key, turns to a table of the
values at the second call (tsql/executor/hashed_values.py).
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Sequence
from dataclasses import field
from typing import Any, Final, TypeVar

from storage.errors import DatabaseError
from storage.records import dataclass
from storage.types import Array
from tsql.env import Env
from tsql.executor.equality import image_of
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.hashed_values import (
    NOTHING,
    UNKNOWN,
    ValueHashing,
    ValueTable,
    key_of,
    too_many_rows,
)
from tsql.executor.run import Batches, Row, Run, Source
from tsql.functions.aggregate import CollectedArrays
from tsql.planner.statement_plan import CorrelatedSubquery, HashedSubquery, HashedValues
from tsql.types import oids

T = TypeVar("T")

#: Answers that are remembered.
ANSWERS_MAX: Final = 2000
#: Calls by key before a hash table is made instead.
KEYED_CALLS_MAX: Final = 64
#: Types whose equal values can't be told apart: only by these may an answer be remembered.
_REMEMBERED: Final = frozenset(
    {
        oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.TEXT, oids.VARCHAR, oids.NAME,
        oids.BYTEA, oids.UUID, oids.DATE, oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ,
    }
)  # fmt: skip


def _wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    from tsql.executor.bridge import wait_for  # noqa: PLC0415 - loaded when first needed

    return wait_for(coroutine)


async def value_of(batches: Batches, kind: str, run: Run) -> Any:
    """Returns what a subquery of a kind without comparison gives. Raises 21000."""
    if kind == "exists":
        return await batches.next() is not None
    if kind == "arrays":
        collected = CollectedArrays()
        async for row in _each(batches, run):
            collected.add(row[0])
        array: Array | None = collected.result()
        return Array.of([]) if array is None else array
    if kind == "array":
        values = []
        async for row in _each(batches, run):
            values.append(row[0])  # noqa: PERF401 - it may wait between them
        return Array.of(values)
    return _of_row(await only_row(batches), kind)


def _of_row(row: Row | None, kind: str) -> Any:
    if kind == "record":
        return row
    return None if row is None else row[0]


async def _each(batches: Batches, run: Run) -> AsyncIterator[Row]:
    """Yields rows that will be kept."""
    memory = run.memory("subquery")
    while (batch := await batches.next()) is not None:
        for row in batch:
            memory.add_row(row)
            yield row
        await run.breathe()


async def only_row(batches: Batches) -> Row | None:
    """Returns the only row, or None if there is none. Raises 21000."""
    rows: list[Row] = []
    while len(rows) < 2 and (batch := await batches.next()) is not None:
        rows += batch
    if len(rows) > 1:
        raise too_many_rows()
    return rows[0] if rows else None


class CompiledSubquery:
    """A correlated subquery, compiled; `running` makes the function that expressions call."""

    def __init__(self, item: CorrelatedSubquery, source: Source, hashed: Source | None) -> None:
        self.source = source
        self.kind = item.kind
        self.slots = item.slots
        self.is_keyed = item.is_keyed
        self.can_remember = not item.is_volatile and all(t in _REMEMBERED for t in item.types)
        self.compare = None if item.comparison is None else compile_expression(item.comparison)
        self.hashed: _Hashing | None = None
        self.values: ValueHashing | None = None
        match item.hashed:
            case HashedSubquery() as form if hashed is not None:
                self.hashed = _Hashing(form, hashed, self.compare, len(item.slots), item.types)
            case HashedValues() as values if hashed is not None and not item.is_keyed:
                self.values = ValueHashing(values, hashed)
            case _:
                pass

    def running(self, run: Run) -> Callable[[tuple[Any, ...]], Any]:
        """Returns the subquery as a function of its arguments, for one execution."""
        return _Running(self, run)


class _Running:
    __slots__ = (
        "_answers", "_calls", "_compiled", "_nothing", "_run", "_table", "_use_table", "_values",
    )  # fmt: skip

    def __init__(self, compiled: CompiledSubquery, run: Run) -> None:
        self._compiled = compiled
        self._run = run
        self._answers: dict[tuple[Any, ...], Any] = {}
        self._calls = 0
        self._table: _Table | None = None
        self._use_table = compiled.hashed is not None
        self._values: ValueTable | None = None
        self._nothing: Any = UNKNOWN

    def __call__(self, arguments: tuple[Any, ...]) -> Any:
        compiled = self._compiled
        if not compiled.can_remember:
            return self._answer(arguments)
        try:
            return self._answers[arguments]
        except KeyError:
            answer = self._answer(arguments)
        if len(self._answers) >= ANSWERS_MAX:
            self._answers.clear()
        self._answers[arguments] = answer
        return answer

    def _answer(self, arguments: tuple[Any, ...]) -> Any:
        compiled = self._compiled
        self._calls += 1
        hashed = compiled.hashed
        if hashed is not None and self._use_table:
            if self._table is None and (not compiled.is_keyed or self._calls > KEYED_CALLS_MAX):
                self._table = self._built(hashed)
            if self._table is not None:
                return self._table.answer(arguments, self._run.env)
        values = compiled.values
        if values is not None and self._calls > 1:
            if self._values is None:
                self._values = _wait_for(values.build(self._run))
            row = self._values.row(arguments, self._run.env)
            if row is NOTHING:
                return self._of_nothing(arguments)
            if row is not UNKNOWN:
                return _of_row(row, compiled.kind)
        return self._asked(arguments)

    def _of_nothing(self, arguments: tuple[Any, ...]) -> Any:
        """Returns what an aggregate gives over no rows: asked for once."""
        if self._nothing is UNKNOWN:
            self._nothing = self._asked(arguments)
        return self._nothing

    def _asked(self, arguments: tuple[Any, ...]) -> Any:
        compiled = self._compiled
        count = len(compiled.slots)
        self._run.env.slots.update(zip(compiled.slots, arguments, strict=False))
        if compiled.compare is None:
            return _wait_for(value_of(compiled.source(self._run), compiled.kind, self._run))
        return _wait_for(self._compared(arguments[count:], compiled.compare))

    def _built(self, hashed: "_Hashing") -> "_Table | None":
        """Returns the hash table, or None where it would need too much memory."""
        try:
            return _wait_for(hashed.build(self._run))
        except DatabaseError as error:
            if error.sqlstate != "53200" or not self._compiled.is_keyed:
                raise
        self._use_table = False
        return None

    async def _compared(self, test: Row, compare: Evaluate) -> bool | None:
        """Compares with the subquery's rows: ANY, ALL, or the only row."""
        run, kind = self._run, self._compiled.kind
        batches = self._compiled.source(run)
        if kind == "row":
            row = await only_row(batches)
            return None if row is None else _compared(compare, (*test, *row), run.env)
        decisive = kind == "any"
        result: bool | None = not decisive
        while (batch := await batches.next()) is not None:
            for row in batch:
                one = _compared(compare, (*test, *row), run.env)
                if one is decisive:
                    return decisive
                if one is None:
                    result = None
            await run.breathe()
        return result


def _compared(compare: Evaluate, row: Row, env: Env) -> bool | None:
    result: bool | None = compare(row, env)
    return result


# ---- hash tables ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Bucket:
    """The compared columns of the rows with one correlation key; NULLs stand apart."""

    keys: set[Hashable] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    nulls: list[Row] = field(default_factory=list)


class _Hashing:
    """What making and asking the table takes, compiled."""

    def __init__(
        self,
        item: HashedSubquery,
        source: Source,
        compare: Evaluate | None,
        slot_count: int,
        argument_types: Sequence[int],
    ) -> None:
        self.source = source
        self.compare = compare
        self.slot_count = slot_count
        self.outer = [compile_expression(expression) for expression in item.outer]
        self.images = [image_of(type_) for type_ in item.types]
        self.outer_images = [image_of(expression.type) for expression in item.outer]
        self.test_images = [image_of(type_) for type_ in argument_types[slot_count:]]
        self.split = len(item.outer)
        self.compared = item.compared

    async def build(self, run: Run) -> "_Table":
        memory = run.memory("subquery")
        buckets: dict[Hashable, _Bucket] = {}
        batches = self.source(run)
        while (batch := await batches.next()) is not None:
            for row in batch:
                key = key_of(row[: self.split], self.images)
                if key is None:
                    continue
                bucket = buckets.get(key)
                if bucket is None:
                    memory.add_row(row[: self.split])
                    bucket = buckets[key] = _Bucket()
                if self.compared:
                    self._add(bucket, row[self.split :], memory)
            await run.breathe()
        return _Table(self, buckets)

    def _add(self, bucket: _Bucket, compared: Row, memory: Any) -> None:
        key = key_of(compared, self.images[self.split :])
        if key is None:
            if len(compared) > 1 or not bucket.nulls:
                bucket.nulls.append(compared)
                memory.add_row(compared)
        elif key not in bucket.keys:
            bucket.keys.add(key)
            bucket.rows.append(compared)
            memory.add_row(compared)


@dataclass(slots=True)
class _Table:
    hashing: _Hashing
    buckets: dict[Hashable, _Bucket]

    def answer(self, arguments: tuple[Any, ...], env: Env) -> bool | None:
        """Returns what EXISTS or IN gives for the arguments of a call."""
        hashing = self.hashing
        outer = [evaluate(arguments, env) for evaluate in hashing.outer]
        key = key_of(outer, hashing.outer_images)
        bucket = None if key is None else self.buckets.get(key)
        if not hashing.compared or bucket is None:
            return bucket is not None
        test = arguments[hashing.slot_count :]
        compared = key_of(test, hashing.test_images)
        if compared is not None and compared in bucket.keys:
            return True
        # A NULL on either side may make the answer NULL: each such pair is looked at.
        rows = bucket.nulls if compared is not None else (*bucket.rows, *bucket.nulls)
        assert hashing.compare is not None
        for row in rows:
            if hashing.compare((*test, *row), env) is None:
                return None
        return False
