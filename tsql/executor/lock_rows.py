"""FOR UPDATE and its kin: each row is locked, and read again where it has changed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from storage.table import TableAccess
from storage.tables import Tables
from tsql.bound import Expression, RowLocking, TableRelation
from tsql.executor.access import Decode, Predicate, row_maker
from tsql.executor.expressions import compile_predicate
from tsql.executor.run import Batches, Row, Run, Source


@dataclass(frozen=True, slots=True)
class _Locking:
    """What locking the rows of one table takes, compiled."""

    access: TableAccess
    decode: Decode
    predicate: Predicate | None
    locking: RowLocking


def lock_rows(
    source: Source,
    relation: TableRelation,
    locking: RowLocking,
    condition: Expression | None,
    tables: Tables,
) -> Callable[[Run, int | None], Batches]:
    """Locks rows that end with key and item; those that LIMIT won't want stay unlocked."""
    access = tables.access(relation.table)
    predicate = None if condition is None else compile_predicate(condition)
    compiled = _Locking(access, row_maker(relation, access, None), predicate, locking)
    return lambda run, wanted: _LockedRows(run, source(run), compiled, wanted)


@dataclass(slots=True)
class _LockedRows:
    run: Run
    source: Batches
    compiled: _Locking
    wanted: int | None
    pending: list[Row] = field(default_factory=list)
    has_started: bool = False

    async def next(self) -> list[Row] | None:
        if not self.has_started:
            self.has_started = True
            await self.compiled.access.lock_for_write(self.run.txn)
        locked: list[Row] = []
        while self.wanted != 0:
            if not self.pending:
                if locked:
                    break
                batch = await self.source.next()
                if batch is None:
                    break
                self.pending = batch[::-1]
            row = await self._locked(self.pending.pop())
            if row is None:
                continue
            locked.append(row)
            if self.wanted is not None:
                self.wanted -= 1
        # The rows may tell of commits that aren't synced yet.
        await self.run.txn.settled()
        return locked or None

    async def _locked(self, row: Row) -> Row | None:
        compiled, txn = self.compiled, self.run.txn
        key, item = row[-2], row[-1]
        if not await txn.lock(key, compiled.locking.mode, compiled.locking.wait):
            return None
        newest = await txn.get_newest(key)
        if newest is None:
            return None
        if newest == item:
            return row
        changed = compiled.decode(newest)
        if compiled.predicate is not None and not compiled.predicate(changed, self.run.env):
            return None
        return (*changed, key, newest)
