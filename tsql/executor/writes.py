"""INSERT, UPDATE and DELETE in a transaction.

Each takes the table's write lock, then goes row by row: lock the item, look at the newest state,
test the constraints, write item and index entries. A statement that fails leaves nothing: its
transaction fails with it.

UPDATE and DELETE find candidates at the statement's snapshot. Where a candidate has changed since,
READ COMMITTED tests the whole condition again on the newest row (PostgreSQL manual, 13.2.1).
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.kv.store import Entry
from storage.lock_modes import LockMode
from storage.records import dataclass
from storage.tables import Tables
from tsql.answer import WriteResult
from tsql.bound import Expression, OnConflict, TableRelation, Target
from tsql.env import Env
from tsql.executor.access import CompiledAccess
from tsql.executor.arbiters import Arbiters, arbiters_of
from tsql.executor.attributes import assigned_types, inserted_types
from tsql.executor.expressions import compile_predicate
from tsql.executor.new_rows import RowChecks, RowForms, new_row_maker, row_changer
from tsql.executor.projections import projection
from tsql.executor.run import Row, Run, Source
from tsql.executor.waits import MustWaitError, computed_rows, reserve, sequences_of
from tsql.planner import plan
from tsql.planner.walk import is_volatile

_PRESSURE_EVERY_ROWS = 256

Write = Callable[[Run], Awaitable[WriteResult]]


# ---- INSERT ------------------------------------------------------------------------------------


def compile_insert(node: plan.Insert, source: Source, tables: Tables) -> Write:
    """Returns the running form of an INSERT."""
    access = tables.access(node.relation.table)
    forms = RowForms(node.relation, inserted_types(node))
    make = new_row_maker(node.relation, node.positions, node.defaults)
    checks = RowChecks(node.relation.table, node.checks, given_by_insert(node))
    width = _seen_width(node.relation)
    returning = ReturningRows(node.returning, width)
    conflict = None
    if node.on_conflict is not None:
        changed = RowForms(node.relation, assigned_types(node.on_conflict.update))
        conflict = _Conflicts(node.on_conflict, access, (forms, changed), checks)

    may_wait = any(map(is_volatile, node.defaults))
    sequences = sequences_of(node.defaults)

    async def insert(run: Run) -> WriteResult:
        env = run.env
        arbiters = None if conflict is None else conflict.arbiters(env)
        await access.lock_for_write(run.txn)
        result = returning.start(run)
        batches = source(run)
        while (batch := await batches.next()) is not None:
            made: Iterable[list[Any]] = (make(values, env) for values in batch)
            if may_wait:
                await reserve(sequences, len(batch), env)
                made = await computed_rows(batch, lambda values: make(values, env))
            checked = _checked(made, checks, env)
            if conflict is not None:
                for row in checked:
                    await conflict.insert(run, row, arbiters, result)
                await run.txn.pressure()
                continue
            await access.insert_many(run.txn, _counted(checked, forms, result))
            await run.breathe()
        return result.done()

    return insert


def given_by_insert(node: plan.Insert) -> list[int]:
    """Returns the positions of the columns that an INSERT gives values for."""
    changed = () if node.on_conflict is None else node.on_conflict.update
    return [*node.positions, *(item.position for item in changed)]


def _checked(rows: Iterable[list[Any]], checks: RowChecks, env: Env) -> Iterator[list[Any]]:
    for row in rows:
        checks.test(row, env)
        yield row


def _counted(rows: Iterable[list[Any]], forms: RowForms, result: "RunningResult") -> Iterator[Row]:
    """Yields stored rows; a row counts as inserted when the next one is asked for."""
    for row in rows:
        yield forms.stored(row)
        result.add(row)


class _Conflicts:
    """ON CONFLICT of one INSERT."""

    def __init__(
        self,
        conflict: OnConflict,
        access: Any,
        forms: tuple[RowForms, RowForms],
        checks: RowChecks,
    ) -> None:
        self._access = access
        self._new_forms, self._forms = forms
        self._checks = checks
        self._conflict = conflict
        self._does_nothing = conflict.do_nothing
        self._change = row_changer(conflict.update)
        self._where = None if conflict.where is None else compile_predicate(conflict.where)

    def arbiters(self, env: Env) -> Arbiters | None:
        """Returns the indexes to ask, None for all. Raises 42P10."""
        return arbiters_of(self._conflict, env)

    async def insert(
        self, run: Run, row: list[Any], arbiters: Arbiters | None, result: "RunningResult"
    ) -> None:
        access, txn = self._access, run.txn
        stored = self._new_forms.stored(row)
        while True:
            conflict = await access.find_conflict(txn, stored, arbiters)
            if conflict is None:
                result.touched.add(await access.insert(txn, stored))
                result.add(row)
                return
            if self._does_nothing:
                await txn.check_unchanged(conflict.item_key)
                return
            await txn.lock(conflict.item_key, LockMode.NO_KEY_UPDATE)
            old = await access.get_newest(txn, conflict.item_key)
            if old is not None:
                break
        if conflict.item_key in result.touched:
            raise DatabaseError(
                "21000",
                "ON CONFLICT DO UPDATE command cannot affect row a second time",
                hint="Ensure that no rows proposed for insertion within the same command"
                " have duplicate constrained values.",
            )
        await self._update(run, conflict.item_key, old, row, result)

    async def _update(
        self, run: Run, key: bytes, old: Row, excluded: Row, result: "RunningResult"
    ) -> None:
        env = run.env
        seen = self._forms.seen(old)
        inputs = [*seen, *excluded]
        if self._where is not None and not self._where(inputs, env):
            return
        new = self._change(seen, inputs, env)
        self._checks.test(new, env)
        attributes = old[-1] if self._forms.is_dynamic else None
        stored = self._forms.stored(new, attributes)
        result.touched.add(await self._access.update(run.txn, key, old, stored))
        result.add(new)


# ---- results -----------------------------------------------------------------------------------


class ReturningRows:
    """The RETURNING clause, compiled."""

    def __init__(self, targets: Sequence[Target], width: int) -> None:
        self.is_wanted = bool(targets)
        self.project = projection([target.expression for target in targets], width)

    def start(self, run: Run) -> "RunningResult":
        """Returns the counter of one run."""
        return RunningResult(self, run)


class RunningResult:
    """Counts rows written and keeps what RETURNING says of them.

    Attributes:
        touched: Keys of rows written, where a row may not be written twice.
    """

    __slots__ = ("_count", "_memory", "_returning", "_rows", "_run", "touched")

    def __init__(self, returning: ReturningRows, run: Run) -> None:
        self._returning = returning
        self._run = run
        self._count = 0
        self._rows: list[Row] = []
        self._memory = run.memory("RETURNING clause")
        self.touched: set[bytes] = set()

    def add(self, row: Row) -> None:
        self._count += 1
        if self._returning.is_wanted:
            project = self._returning.project
            result = row if project is None else project(row, self._run.env)
            self._memory.add_row(result)
            self._rows.append(result)

    def done(self) -> WriteResult:
        return WriteResult(self._count, self._rows)


# ---- UPDATE and DELETE -------------------------------------------------------------------------


class _Candidates:
    """The rows of one access path that a write may touch, locked and tested one by one."""

    def __init__(
        self,
        path: plan.AccessPath,
        condition: Any,
        tables: Tables,
        assigned: Mapping[int, int] | None = None,
        mode: LockMode = LockMode.UPDATE,
    ) -> None:
        self.mode = mode
        self.compiled = CompiledAccess(path, tables)
        self.access = self.compiled.access
        self.forms = RowForms(path.relation, assigned)
        self._condition = None if condition is None else compile_predicate(condition)

    async def locked(self, run: Run, entry: Entry) -> Row | None:
        """Returns the newest stored row of a candidate, if it still meets the condition."""
        key, item = entry
        env, forms = run.env, self.forms
        stored = self.access.decode(item)
        predicate = self.compiled.predicate
        if predicate is not None and not predicate(forms.seen(stored), env):
            return None
        txn = run.txn
        await txn.lock(key, self.mode)
        newest = await txn.get_newest(key)
        if newest == item:
            return stored
        if newest is None:
            return None
        stored = self.access.decode(newest)
        if self._condition is not None and not self._condition(forms.seen(stored), env):
            return None
        return stored


def compile_update(node: plan.Update, joined: Source | None, tables: Tables) -> Write:
    """Returns the running form of an UPDATE."""
    relation = node.relation or _path_of(node).relation
    access, assigned = tables.access(relation.table), assigned_types(node.assignments)
    forms = RowForms(relation, assigned)
    # A unique key that changes makes the lock stronger.
    mode = LockMode.NO_KEY_UPDATE
    change = row_changer(node.assignments)
    given = [item.position for item in node.assignments]
    checks = RowChecks(relation.table, node.checks, given)
    may_repeat = node.relation is None and _may_repeat(_path_of(node))

    async def update(run: Run, key: bytes, old: Row, inputs: Row, result: RunningResult) -> None:
        env = run.env
        new = change(forms.seen(old), inputs, env)
        checks.test(new, env)
        attributes = old[-1] if forms.is_dynamic else None
        new_key = await access.update(run.txn, key, old, forms.stored(new, attributes))
        if may_repeat or joined is not None:
            result.touched.add(new_key)
        if node.current_of and new_key != key:
            env.session.move_current_row(node.current_of, access.table, new_key, run.txn.watch())
        result.add(new if joined is None else with_row(inputs, node.offset, new))

    if joined is not None:
        rows = _JoinedTarget(relation, node.offset, access, node.condition, mode)
        return rows.write(joined, ReturningRows(node.returning, -1), update)
    candidates = _Candidates(_path_of(node), node.condition, tables, assigned, mode)
    returning = ReturningRows(node.returning, _seen_width(relation))
    return _row_by_row(candidates, returning, update, node)


def compile_delete(node: plan.Delete, joined: Source | None, tables: Tables) -> Write:
    """Returns the running form of a DELETE."""
    relation = node.relation or _path_of(node).relation
    access = tables.access(relation.table)

    async def delete(run: Run, key: bytes, old: Row, inputs: Row, result: RunningResult) -> None:
        await access.delete(run.txn, key, old)
        if joined is not None:
            result.touched.add(key)
        result.add(inputs)

    if joined is not None:
        rows = _JoinedTarget(relation, node.offset, access, node.condition, LockMode.UPDATE)
        return rows.write(joined, ReturningRows(node.returning, -1), delete)
    candidates = _Candidates(_path_of(node), node.condition, tables)
    returning = ReturningRows(node.returning, _seen_width(relation))
    return _row_by_row(candidates, returning, delete, node)


def _path_of(node: plan.Update | plan.Delete) -> plan.AccessPath:
    assert isinstance(node.source, plan.Access)
    path: Any = node.source
    return path  # type: ignore[no-any-return]


def _may_repeat(path: plan.AccessPath) -> bool:
    """Returns whether a row that the statement has moved might be found again.

    Several ranges are read one after the other: it may have moved from one into the next.
    """
    return not isinstance(path, plan.Get | plan.IndexGet | plan.Scan) and any(
        isinstance(match, plan.OneOf) for match in path.key
    )


def _seen_width(relation: TableRelation) -> int:
    return len(relation.table.columns) + len(relation.attributes)


#: Writes one row: (run, key, stored row, row of the expressions, result).
RowAction = Callable[[Run, bytes, Row, Row, RunningResult], Awaitable[None]]


async def _done(
    act: RowAction, run: Run, key: bytes, old: Row, inputs: Row, result: RunningResult
) -> None:
    """Does one row; a function that has to wait does so before anything is written."""
    while True:
        try:
            return await act(run, key, old, inputs, result)
        except MustWaitError as wait:
            await wait.ready()


@dataclass(slots=True)
class _CurrentRow:
    """WHERE CURRENT OF: the row that a cursor is on, as it is now; none if it is gone."""

    run: Run
    access: Any
    cursor: str
    is_done: bool = False

    async def next(self) -> list[Entry] | None:
        if self.is_done:
            return None
        self.is_done = True
        txn = self.run.txn
        for key, mark in self.run.env.session.current_row(self.cursor, self.access.table):
            item = await txn.get_newest(key)
            if item is None:
                continue
            is_another = txn.was_removed(key, mark)
            if is_another is None:
                raise not_supported(
                    "WHERE CURRENT OF a row that so large a transaction has written"
                )
            if not is_another:
                return [(key, item)]
        return None


def _row_by_row(
    candidates: _Candidates,
    returning: ReturningRows,
    act: RowAction,
    node: plan.Update | plan.Delete,
) -> Write:
    access, cursor = candidates.access, node.current_of
    opens = None if node.gate is None else compile_predicate(node.gate)

    async def write(run: Run) -> WriteResult:
        await access.lock_for_write(run.txn)
        result = returning.start(run)
        if opens is not None and not opens((), run.env):
            return result.done()
        items = _CurrentRow(run, access, cursor) if cursor else candidates.compiled.items(run, None)
        count = 0
        while (entries := await items.next()) is not None:
            for entry in entries:
                if entry[0] in result.touched:
                    continue
                old = await candidates.locked(run, entry)
                if old is not None:
                    seen = candidates.forms.seen(old)
                    await _done(act, run, entry[0], old, seen, result)
                count += 1
                if not count % _PRESSURE_EVERY_ROWS:
                    await run.txn.pressure()
                elif run.slices.due():
                    await run.slices.pause()
        return result.done()

    return write


# ---- UPDATE … FROM, DELETE … USING ---------------------------------------------------------------


def with_row(joined: Row, offset: int, row: Row) -> Row:
    """Returns a joined row with another row in the place of the target's."""
    return [*joined[:offset], *row, *joined[offset + len(row) :]]


class _JoinedTarget:
    """The target's rows with what they were joined with; each is written once.

    A joined row has the target's row from `offset` on, its key and bytes behind it. All are joined
    before the first is written, so that the join sees none of the writes.
    """

    def __init__(
        self,
        relation: TableRelation,
        offset: int,
        access: Any,
        condition: Expression | None,
        mode: LockMode,
    ) -> None:
        self._mode = mode
        self._access = access
        self._forms = RowForms(relation)
        self._offset = offset
        self._key = offset + _seen_width(relation)
        self._condition = None if condition is None else compile_predicate(condition)

    def write(self, source: Source, returning: ReturningRows, act: RowAction) -> Write:
        """Returns the write."""

        async def write(run: Run) -> WriteResult:
            await self._access.lock_for_write(run.txn)
            result = returning.start(run)
            memory = run.memory("join")
            joined: list[Row] = []
            batches = source(run)
            while (batch := await batches.next()) is not None:
                for row in batch:
                    memory.add_row(row)
                joined += batch
            for count, row in enumerate(joined, 1):
                await self._write(run, row, result, act)
                if not count % _PRESSURE_EVERY_ROWS:
                    await run.txn.pressure()
                else:
                    await run.breathe()
            return result.done()

        return write

    async def _write(self, run: Run, row: Row, result: RunningResult, act: RowAction) -> None:
        txn = run.txn
        key, item = row[self._key], row[self._key + 1]
        if key in result.touched:
            return
        await txn.lock(key, self._mode)
        newest = await txn.get_newest(key)
        if newest is None:
            return
        old = self._access.decode(newest)
        inputs = row
        if newest != item:
            inputs = with_row(row, self._offset, self._forms.seen(old))
            if self._condition is not None and not self._condition(inputs, run.env):
                return
        result.touched.add(key)
        await _done(act, run, key, old, inputs, result)
