"""FOR UPDATE and its kin: each row's items are locked, and read again where they have changed."""

from collections.abc import Callable, Sequence
from dataclasses import field

from storage.errors import DatabaseError
from storage.kv.store import LockWait, Transaction
from storage.lock_modes import LockMode
from storage.records import dataclass
from storage.table import TableAccess
from storage.tables import Tables
from tsql.bound import Expression
from tsql.executor.access import Decode, Predicate, row_maker
from tsql.executor.expressions import compile_predicate
from tsql.executor.run import Batches, Row, Run, Source
from tsql.planner.plan import LockedRelation
from tsql.planner.row_layout import width_of


@dataclass(frozen=True, slots=True)
class _Locked:
    """What locking the rows of one relation takes; its row is at `start` to `key`."""

    access: TableAccess
    decode: Decode
    start: int
    key: int
    mode: LockMode
    wait: LockWait


def lock_rows(
    source: Source,
    relations: Sequence[LockedRelation],
    condition: Expression | None,
    tables: Tables,
) -> Callable[[Run, int | None], Batches]:
    """Locks rows that hold keys and items; those that LIMIT won't want stay unlocked."""
    predicate = None if condition is None else compile_predicate(condition)
    locked = [_compiled(relation, tables) for relation in relations]
    return lambda run, wanted: _LockedRows(run, source(run), locked, predicate, wanted)


def _compiled(locked: LockedRelation, tables: Tables) -> _Locked:
    access = tables.access(locked.relation.table)
    end = locked.offset + width_of(locked.relation)
    return _Locked(
        access,
        row_maker(locked.relation, access, None),
        locked.offset,
        end,
        locked.locking.mode,
        locked.locking.wait,
    )


@dataclass(slots=True)
class _LockedRows:
    run: Run
    source: Batches
    relations: Sequence[_Locked]
    predicate: Predicate | None
    wanted: int | None
    pending: list[Row] = field(default_factory=list)

    async def next(self) -> list[Row] | None:
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
        """Returns the row as it is under its locks, or None if it is gone or to be skipped."""
        txn = self.run.txn
        newest: list[object] | None = None
        for relation in self.relations:
            key, item = row[relation.key], row[relation.key + 1]
            if not await _lock(txn, key, relation):
                return None
            found = await txn.get_newest(key)
            if found is None:
                return None
            if found != item:
                newest = list(row) if newest is None else newest
                values = [*relation.decode(found), key, found]
                newest[relation.start : relation.key + 2] = values
        if newest is None:
            return row
        if self.predicate is not None and not self.predicate(newest, self.run.env):
            return None
        return newest


async def _lock(txn: Transaction, key: bytes, relation: _Locked) -> bool:
    """Locks a row; False if it is to be skipped. Raises 55P03 and what the store raises."""
    wait = LockWait.WAIT if relation.wait is LockWait.WAIT else LockWait.SKIP
    try:
        is_locked = await txn.lock(key, relation.mode, wait)
    except DatabaseError as error:
        if error.sqlstate != "40001":
            raise
        # PostgreSQL says so of a row that is gone, too.
        message = "could not serialize access due to concurrent update"
        raise DatabaseError("40001", message) from None
    if not is_locked and relation.wait is LockWait.NOWAIT:
        name = relation.access.table.name
        raise DatabaseError("55P03", f'could not obtain lock on row in relation "{name}"')
    return is_locked
