"""MERGE: the joined rows, each done once what it finds is locked and looked at again.

All rows are joined before the first is written, so that the join sees none of the writes. Where the table's row has
changed since, READ COMMITTED tests the join's condition on the newest one: what doesn't match any more is not matched.
"""

from typing import Any, Final

from storage.errors import DatabaseError
from storage.lock_modes import LockMode
from storage.tables import Tables
from tsql.answer import WriteResult
from tsql.bound_merge import MergeWhen
from tsql.executor.attributes import assigned_types, types_by_position
from tsql.executor.expressions import compile_expression, compile_predicate
from tsql.executor.new_rows import RowChecks, RowForms, new_row_maker, row_changer
from tsql.executor.run import Row, Run, Source
from tsql.executor.waits import MustWaitError, reserve, sequences_of
from tsql.executor.writes import Write, with_row
from tsql.planner import plan
from tsql.planner.row_layout import width_of

_PRESSURE_EVERY_ROWS: Final = 256


class _When:
    """One WHEN clause, compiled; `make` gives the new row."""

    def __init__(self, when: MergeWhen, node: plan.Merge) -> None:
        self.action = when.action
        self.condition = None if when.condition is None else compile_predicate(when.condition)
        self.change = row_changer(when.assignments)
        self.values = [compile_expression(value) for value in when.values]
        self.make = new_row_maker(node.relation, when.positions, node.defaults)
        types = assigned_types(when.assignments)
        if when.action == "insert":
            types = types_by_position(when.positions, when.values)
        self.forms = RowForms(node.relation, types)
        self.sequences = sequences_of(when.values)

    def holds(self, row: Row, run: Run) -> bool:
        return self.condition is None or bool(self.condition(row, run.env))


def compile_merge(node: plan.Merge, source: Source, tables: Tables) -> Write:
    """Returns the running form of a MERGE."""
    merge = _Merge(node, tables)

    async def write(run: Run) -> WriteResult:
        await merge.access.lock_for_write(run.txn)
        memory = run.memory("join")
        joined: list[Row] = []
        batches = source(run)
        while (batch := await batches.next()) is not None:
            for row in batch:
                memory.add_row(row)
            joined += batch
        await reserve(merge.sequences, len(joined), run.env)
        count, touched = 0, set[bytes]()
        for number, row in enumerate(joined, 1):
            count += await merge.row(run, row, touched)
            if not number % _PRESSURE_EVERY_ROWS:
                await run.txn.pressure()
            else:
                await run.breathe()
        return WriteResult(count, [])

    return write


class _Merge:
    def __init__(self, node: plan.Merge, tables: Tables) -> None:
        self.access = tables.access(node.relation.table)
        self._forms = RowForms(node.relation)
        self._offset = node.offset
        self._key = node.offset + width_of(node.relation)
        self._again = compile_predicate(node.condition)
        self._checks = RowChecks(node.relation.table, node.checks, _given(node))
        whens = [(when.is_matched, _When(when, node)) for when in node.whens]
        self._matched = [when for is_matched, when in whens if is_matched]
        self._others = [when for is_matched, when in whens if not is_matched]
        deletes = any(when.action == "delete" for when in self._matched)
        self._mode = LockMode.UPDATE if deletes else LockMode.NO_KEY_UPDATE
        self.sequences = sequences_of(node.defaults)
        for when in self._others:
            self.sequences += when.sequences

    async def row(self, run: Run, row: Row, touched: set[bytes]) -> bool:
        """Does one joined row; returns whether something was written."""
        key = row[self._key]
        if key is None:
            return await self._insert(run, row, touched)
        when = _first(self._matched, row, run)
        if when is None or when.action == "nothing":
            return False
        await run.txn.lock(key, self._mode)
        newest = await run.txn.get_newest(key)
        if key in touched:
            return self._again_touched(run, row)
        if newest is None:
            return await self._insert(run, row, touched)
        old = self.access.decode(newest)
        if newest != row[self._key + 1]:
            row = with_row(row, self._offset, self._forms.seen(old))
            if not self._again(row, run.env):
                return await self._insert(run, row, touched)
        when = _first(self._matched, row, run)
        if when is None or when.action == "nothing":
            return False
        touched.add(key)
        if when.action == "delete":
            await self.access.delete(run.txn, key, old)
            return True
        new, stored = await self._made(lambda: self._updated(when, old, row, run))
        self._checks.test(new, run.env)
        touched.add(await self.access.update(run.txn, key, old, stored()))
        return True

    def _again_touched(self, run: Run, row: Row) -> bool:
        """Raises 21000 if a row that the statement has written is to be written again."""
        when = _first(self._matched, row, run)
        if when is None or when.action == "nothing":
            return False
        raise DatabaseError(
            "21000",
            "MERGE command cannot affect row a second time",
            hint="Ensure that not more than one source row matches any one target row.",
        )

    def _updated(self, when: _When, old: Row, row: Row, run: Run) -> tuple[list[Any], Any]:
        new = when.change(self._forms.seen(old), row, run.env)
        attributes = old[-1] if self._forms.is_dynamic else None
        return new, lambda: when.forms.stored(new, attributes)

    async def _insert(self, run: Run, row: Row, touched: set[bytes]) -> bool:
        when = _first(self._others, row, run)
        if when is None or when.action == "nothing":
            return False
        new, stored = await self._made(lambda: self._new(when, row, run))
        self._checks.test(new, run.env)
        touched.add(await self.access.insert(run.txn, stored()))
        return True

    def _new(self, when: _When, row: Row, run: Run) -> tuple[list[Any], Any]:
        new = when.make([value(row, run.env) for value in when.values], run.env)
        return new, lambda: when.forms.stored(new)

    async def _made(self, make: Any) -> tuple[list[Any], Any]:
        while True:
            try:
                made: tuple[list[Any], Any] = make()
            except MustWaitError as wait:
                await wait.ready()
            else:
                return made


def _given(node: plan.Merge) -> list[int]:
    """Returns the positions of the columns that one of the clauses gives values for."""
    changed = [item.position for when in node.whens for item in when.assignments]
    return [*changed, *(position for when in node.whens for position in when.positions)]


def _first(whens: list[_When], row: Row, run: Run) -> _When | None:
    return next((when for when in whens if when.holds(row, run)), None)
