"""Joins: nested loops that read by keys, hash joins, and every row with every row.

All give the outer rows in their order, each with its inner rows behind it. What is kept of the
inner side counts as the statement's memory; long work is done in slices.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from tsql.bound import Expression
from tsql.env import Env
from tsql.executor.access import MULTI_GET_COUNT, CompiledAccess, Decode, Predicate
from tsql.executor.equality import Image, image_of
from tsql.executor.expressions import Evaluate, compile_expression, compile_predicate
from tsql.executor.keys import whole_key
from tsql.executor.run import ROWS_PER_SLICE, Batches, ReadyBatches, Row, Run, Source
from tsql.planner import plan

#: Rows of the first answer of a nested loop; each next one is twice as long, up to a slice: a
#: LIMIT may want no more.
_FIRST_ROWS: Final = 8
#: Outer rows of a hash join up to which these are kept in memory instead of the inner ones.
SMALL_OUTER_ROWS_MAX: Final = 1000
_REFERENCE_BYTES: Final = 8


# ---- nested loops --------------------------------------------------------------------------------


class _OuterRows:
    """The outer rows, one at a time."""

    __slots__ = ("_at", "_batch", "_source")

    def __init__(self, source: Batches) -> None:
        self._source = source
        self._batch: list[Row] = []
        self._at = 0

    async def next(self) -> Row | None:
        if self._at == len(self._batch):
            batch = await self._source.next()
            if batch is None:
                return None
            self._batch, self._at = batch, 0
        self._at += 1
        return self._batch[self._at - 1]


def nested_loop(node: plan.NestedLoop, outer: Source, inner: Source) -> Source:
    """Runs the inner side for each outer row."""
    tell = slot_setter(node.slots, node.values)
    nulls = (None,) * node.inner_width if node.kind == "left" else None
    return lambda run: _NestedLoop(run, outer(run), inner, tell, nulls)


def slot_setter(slots: Sequence[int], values: Sequence[Expression]) -> Callable[[Row, Env], None]:
    """Returns what puts values of a row into slots."""
    evaluates = [compile_expression(value) for value in values]
    if len(evaluates) == 1:
        (slot,), (only,) = slots, evaluates

        def tell_one(row: Row, env: Env) -> None:
            env.slots[slot] = only(row, env)

        return tell_one
    pairs = list(zip(slots, evaluates, strict=True))

    def tell(row: Row, env: Env) -> None:
        told = [(slot, evaluate(row, env)) for slot, evaluate in pairs]
        env.slots.update(told)

    return tell


class _NestedLoop:
    __slots__ = (
        "_inner",
        "_is_matched",
        "_nulls",
        "_outer",
        "_row",
        "_run",
        "_start",
        "_tell",
        "_wanted",
    )

    def __init__(
        self,
        run: Run,
        outer: Batches,
        start: Source,
        tell: Callable[[Row, Env], None],
        nulls: Row | None,
    ) -> None:
        self._run = run
        self._outer = _OuterRows(outer)
        self._start = start
        self._tell = tell
        self._nulls = nulls
        self._inner: Batches | None = None
        self._row: Row = ()
        self._is_matched = False
        self._wanted = _FIRST_ROWS

    async def next(self) -> list[Row] | None:
        run, env = self._run, self._run.env
        rows: list[Row] = []
        while len(rows) < self._wanted:
            if self._inner is None:
                row = await self._outer.next()
                if row is None:
                    return rows or None
                self._row, self._is_matched = row, False
                self._tell(row, env)
                self._inner = self._start(run)
            found = await self._inner.next()
            if found is not None:
                first = self._row
                self._is_matched = True
                rows += [(*first, *second) for second in found]
                continue
            self._inner = None
            if self._nulls is not None and not self._is_matched:
                rows.append((*self._row, *self._nulls))
            await run.breathe()
        self._wanted = min(self._wanted * 2, ROWS_PER_SLICE)
        return rows


def key_loop(node: plan.NestedLoop, outer: Source, inner: CompiledAccess) -> Source:
    """Runs a nested loop whose inner side is one item by its whole key: many keys at a time."""
    assert isinstance(inner.path, plan.Get)
    tell = slot_setter(node.slots, node.values)
    make_key = whole_key(inner.access.code, inner.path.key)
    nulls = (None,) * node.inner_width if node.kind == "left" else None
    compiled = _KeyReader(tell, make_key, inner.decode, inner.predicate, nulls)
    with_item = inner.path.with_item
    return lambda run: _KeyLoop(run, outer(run), compiled, with_item=with_item)


class _KeyReader:
    __slots__ = ("decode", "make_key", "nulls", "predicate", "tell")

    def __init__(
        self,
        tell: Callable[[Row, Env], None],
        make_key: Callable[[Env], bytes | None],
        decode: Decode,
        predicate: Predicate | None,
        nulls: Row | None,
    ) -> None:
        self.tell = tell
        self.make_key = make_key
        self.decode = decode
        self.predicate = predicate
        self.nulls = nulls


class _KeyLoop:
    __slots__ = ("_batch", "_compiled", "_outer", "_run", "_with_item")

    def __init__(self, run: Run, outer: Batches, compiled: _KeyReader, *, with_item: bool) -> None:
        self._run = run
        self._outer = outer
        self._compiled = compiled
        self._with_item = with_item
        self._batch: list[Row] = []

    async def next(self) -> list[Row] | None:
        while True:
            if not self._batch:
                batch = await self._outer.next()
                if batch is None:
                    return None
                self._batch = batch
            part, self._batch = self._batch[:MULTI_GET_COUNT], self._batch[MULTI_GET_COUNT:]
            rows = await self._joined(part)
            if rows:
                return rows
            await self._run.breathe()

    async def _joined(self, batch: list[Row]) -> list[Row]:
        run, compiled = self._run, self._compiled
        env, tell, make_key = run.env, compiled.tell, compiled.make_key
        keys = []
        for row in batch:
            tell(row, env)
            keys.append(make_key(env))
        found = await self._found(keys)
        predicate, nulls = compiled.predicate, compiled.nulls
        rows: list[Row] = []
        for row, key in zip(batch, keys, strict=True):
            inner = None if key is None else found.get(key)
            if inner is not None and predicate is not None:
                tell(row, env)
                if not predicate(inner, env):
                    inner = None
            if inner is not None:
                rows.append((*row, *inner))
            elif nulls is not None:
                rows.append((*row, *nulls))
        return rows

    async def _found(self, keys: Sequence[bytes | None]) -> dict[bytes, Row]:
        wanted = list(dict.fromkeys([key for key in keys if key is not None]))
        items = await self._run.txn.multi_get(wanted)
        decode, with_item = self._compiled.decode, self._with_item
        return {
            key: (*decode(item), key, item) if with_item else decode(item)
            for key, item in zip(wanted, items, strict=True)
            if item is not None
        }


# ---- hash joins ----------------------------------------------------------------------------------

JoinKey = Callable[[Row, Env], Hashable]


def hash_join(node: plan.HashJoin, outer: Source, inner: Source) -> Source:
    """Finds inner rows by equal keys."""
    outer_key, inner_key = join_key(node.outer_keys), join_key(node.inner_keys)
    test = None if node.condition is None else compile_predicate(node.condition)
    keys = outer_key, inner_key
    if node.kind == "full":
        return lambda run: _HashJoin(run, outer(run), inner(run), keys, test, node)
    return lambda run: _ChosenJoin(run, (outer(run), inner(run)), keys, test, node)


def join_key(expressions: Sequence[Expression]) -> JoinKey:
    """Returns what makes the hashable of a row's keys; None where one of them is NULL."""
    evaluates = [compile_expression(expression) for expression in expressions]
    images = [image_of(expression.type) for expression in expressions]
    if len(evaluates) == 1:
        (only,), image = evaluates, images[0]
        if image is None:
            return only
        return _imaged(only, image)

    def several(row: Row, env: Env) -> Hashable:
        values = []
        for evaluate, image in zip(evaluates, images, strict=True):
            value = evaluate(row, env)
            if value is None:
                return None
            values.append(value if image is None else image(value))
        return tuple(values)

    return several


def _imaged(evaluate: Evaluate, image: Image) -> JoinKey:
    def imaged(row: Row, env: Env) -> Hashable:
        value = evaluate(row, env)
        return None if value is None else image(value)

    return imaged


class _ChosenJoin:
    """Keeps the outer side in memory if it is small, and otherwise the inner one."""

    def __init__(
        self,
        run: Run,
        sides: tuple[Batches, Batches],
        keys: tuple[JoinKey, JoinKey],
        test: Predicate | None,
        node: plan.HashJoin,
    ) -> None:
        self._run = run
        self._sides = sides
        self._keys = keys
        self._test = test
        self._node = node
        self._chosen: Batches | None = None

    async def next(self) -> list[Row] | None:
        if self._chosen is None:
            self._chosen = await self._choose()
        return await self._chosen.next()

    async def _choose(self) -> Batches:
        outer, inner = self._sides
        rows: list[Row] = []
        while len(rows) <= SMALL_OUTER_ROWS_MAX:
            batch = await outer.next()
            if batch is None:
                if not rows:
                    return ReadyBatches([])
                return _SmallOuterJoin(self._run, rows, inner, self._keys, self._test, self._node)
            rows += batch
        both = _Chained(rows, outer)
        return _HashJoin(self._run, both, inner, self._keys, self._test, self._node)


class _Chained:
    """Rows that are there already, then the rest of where they came from."""

    __slots__ = ("_rest", "_rows")

    def __init__(self, rows: list[Row], rest: Batches) -> None:
        self._rows: list[Row] | None = rows
        self._rest = rest

    async def next(self) -> list[Row] | None:
        if self._rows is not None:
            rows, self._rows = self._rows, None
            return rows
        return await self._rest.next()


class _SmallOuterJoin:
    """A hash table of the few outer rows: the inner side passes by, however long it is."""

    def __init__(
        self,
        run: Run,
        rows: list[Row],
        inner: Batches,
        keys: tuple[JoinKey, JoinKey],
        test: Predicate | None,
        node: plan.HashJoin,
    ) -> None:
        self._run = run
        self._rows = rows
        self._inner = inner
        self._inner_key = keys[1]
        self._test = test
        self._nulls = (None,) * node.inner_width if node.kind == "left" else None
        self._table: dict[Hashable, list[int]] = {}
        for at, row in enumerate(rows):
            key = keys[0](row, run.env)
            if key is not None:
                self._table.setdefault(key, []).append(at)
        self._found: list[list[Row]] | None = None
        self._at = 0
        self._done = 0

    async def next(self) -> list[Row] | None:
        if self._found is None:
            self._found = await self._all_found()
        rows: list[Row] = []
        while self._at < len(self._rows) and len(rows) < ROWS_PER_SLICE:
            outer, found = self._rows[self._at], self._found[self._at]
            part = found[self._done : self._done + ROWS_PER_SLICE]
            rows += [(*outer, *inner) for inner in part]
            self._done += len(part)
            if self._done == len(found):
                if not found and self._nulls is not None:
                    rows.append((*outer, *self._nulls))
                self._at, self._done = self._at + 1, 0
        await self._run.breathe()
        return rows or None

    async def _all_found(self) -> list[list[Row]]:
        """Returns the inner rows of each outer row."""
        found: list[list[Row]] = [[] for _ in self._rows]
        table, key_of, test, env = self._table, self._inner_key, self._test, self._run.env
        memory = self._run.memory("join")
        while table and (batch := await self._inner.next()) is not None:
            for inner in batch:
                outers = table.get(key_of(inner, env))
                if outers is None:
                    continue
                memory.add_row(inner)
                for at in outers:
                    if test is None or test((*self._rows[at], *inner), env):
                        memory.add(_REFERENCE_BYTES)
                        found[at].append(inner)
            await self._run.breathe()
        return found


class _HashJoin:
    def __init__(
        self,
        run: Run,
        outer: Batches,
        inner: Batches,
        keys: tuple[JoinKey, JoinKey],
        test: Predicate | None,
        node: plan.HashJoin,
    ) -> None:
        self._run = run
        self._outer = _OuterRows(outer)
        self._inner = inner
        self._outer_key, self._inner_key = keys
        self._test = test
        self._kind = node.kind
        self._outer_nulls = (None,) * node.outer_width
        self._inner_nulls = (None,) * node.inner_width
        self._table: dict[Hashable, list[Row]] | None = None
        self._keyless: list[Row] = []
        self._matched: set[int] = set()
        self._pending: list[Row] = []
        self._row: Row = ()
        self._is_matched = True
        self._is_over = False
        self._rest: list[Row] = []

    async def next(self) -> list[Row] | None:
        if self._table is None:
            self._table = await self._build()
        rows: list[Row] = []
        while len(rows) < ROWS_PER_SLICE:
            if self._is_over:
                part, self._rest = self._rest[:ROWS_PER_SLICE], self._rest[ROWS_PER_SLICE:]
                rows += [(*self._outer_nulls, *row) for row in part]
                break
            if self._pending:
                self._match(rows)
                continue
            self._close(rows)
            row = await self._outer.next()
            if row is None:
                self._is_over = True
                if self._kind == "full":
                    self._rest = self._unmatched()
                continue
            key = self._outer_key(row, self._run.env)
            self._row, self._is_matched = row, False
            self._pending = [] if key is None else self._table.get(key, [])
        await self._run.breathe()
        return rows or None

    async def _build(self) -> dict[Hashable, list[Row]]:
        table: dict[Hashable, list[Row]] = {}
        memory = self._run.memory("join")
        key_of, env = self._inner_key, self._run.env
        while (batch := await self._inner.next()) is not None:
            for row in batch:
                key = key_of(row, env)
                if key is not None:
                    table.setdefault(key, []).append(row)
                elif self._kind == "full":
                    self._keyless.append(row)
                else:
                    continue
                memory.add_row(row)
            await self._run.breathe()
        return table

    def _match(self, rows: list[Row]) -> None:
        """Adds the joined rows of the current outer row, or as many as a slice may do."""
        part, self._pending = self._pending[:ROWS_PER_SLICE], self._pending[ROWS_PER_SLICE:]
        first, test, env = self._row, self._test, self._run.env
        is_full = self._kind == "full"
        for second in part:
            joined = (*first, *second)
            if test is not None and not test(joined, env):
                continue
            self._is_matched = True
            if is_full:
                self._matched.add(id(second))
            rows.append(joined)

    def _close(self, rows: list[Row]) -> None:
        if not self._is_matched and self._kind != "inner":
            rows.append((*self._row, *self._inner_nulls))
        self._is_matched = True

    def _unmatched(self) -> list[Row]:
        assert self._table is not None
        rows = [row for bucket in self._table.values() for row in bucket]
        return [row for row in (*rows, *self._keyless) if id(row) not in self._matched]


# ---- every row with every row --------------------------------------------------------------------


def loop_join(node: plan.LoopJoin, outer: Source, inner: Source) -> Source:
    """Tests each outer row with each inner one."""
    test = None if node.condition is None else compile_predicate(node.condition)
    return lambda run: _LoopJoin(run, outer(run), inner(run), test, node)


class _LoopJoin:
    def __init__(
        self,
        run: Run,
        outer: Batches,
        inner: Batches,
        test: Predicate | None,
        node: plan.LoopJoin,
    ) -> None:
        self._run = run
        self._outer = _OuterRows(outer)
        self._inner = inner
        self._test = test
        self._kind = node.kind
        self._outer_nulls = (None,) * node.outer_width
        self._inner_nulls = (None,) * node.inner_width
        self._memory = run.memory("join")
        self._rows: list[Row] = []
        self._has_all = False
        self._row: Row | None = None
        self._at = 0
        self._is_matched = False
        self._matched: set[int] = set()
        self._rest: list[Row] | None = None

    async def next(self) -> list[Row] | None:
        rows: list[Row] = []
        while not rows:
            if self._rest is not None:
                part, self._rest = self._rest[:ROWS_PER_SLICE], self._rest[ROWS_PER_SLICE:]
                return [(*self._outer_nulls, *row) for row in part] or None
            if self._row is None:
                self._row = await self._outer.next()
                if self._row is None:
                    await self._end()
                    continue
                self._at, self._is_matched = 0, False
            if self._at == len(self._rows) and not self._has_all:
                await self._more()
            self._test_some(rows)
            await self._run.breathe()
        return rows

    async def _more(self) -> None:
        batch = await self._inner.next()
        if batch is None:
            self._has_all = True
            return
        for row in batch:
            self._memory.add_row(row)
        self._rows += batch

    def _test_some(self, rows: list[Row]) -> None:
        first = self._row
        assert first is not None
        end = min(self._at + ROWS_PER_SLICE, len(self._rows))
        part = self._rows[self._at : end]
        test, env = self._test, self._run.env
        joined = [(*first, *second) for second in part]
        if test is not None and self._kind != "full":
            joined = [row for row in joined if test(row, env)]
        elif self._kind == "full":
            kept = []
            for at, row in enumerate(joined, self._at):
                if test is None or test(row, env):
                    kept.append(row)
                    self._matched.add(at)
            joined = kept
        rows += joined
        self._is_matched = self._is_matched or bool(joined)
        self._at = end
        if self._at == len(self._rows) and self._has_all:
            if not self._is_matched and self._kind != "inner":
                rows.append((*first, *self._inner_nulls))
            self._row = None

    async def _end(self) -> None:
        while self._kind == "full" and not self._has_all:
            await self._more()
        is_full = self._kind == "full"
        rest = [r for at, r in enumerate(self._rows) if at not in self._matched] if is_full else []
        self._rest = rest
