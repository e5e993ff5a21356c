"""Transaction control of one session: blocks, implicit transactions, savepoints, failure.

    IDLE ── a statement ──> (its own transaction) ──> IDLE
    IDLE ── several statements in one string ──> IMPLICIT ── end of the string ──> IDLE
    IDLE ── an extended query ──> STARTED ── Sync ──> IDLE
    IDLE, IMPLICIT, STARTED ── BEGIN ──> BLOCK ── COMMIT, ROLLBACK ──> IDLE
    BLOCK ── an error ──> FAILED ── ROLLBACK (or COMMIT) ──> IDLE
    FAILED ── ROLLBACK TO ──> BLOCK

The store's transaction begins with the first statement that needs one. Settings, and the private
catalog of DDL, follow it: each savepoint keeps a mark of all three.
"""

import enum
from collections.abc import Awaitable, Callable
from dataclasses import field
from typing import Any, Final, Protocol

from storage.catalog import Changes
from storage.catalog_store import CatalogStore
from storage.constraints.queue import ConstraintQueues, QueueMark
from storage.errors import DatabaseError
from storage.kv.store import Isolation, Transaction
from storage.records import dataclass
from tsql.api import TransactionStatus
from tsql.settings import Layer, Settings


class Phase(enum.Enum):
    """Where a session stands."""

    IDLE = "idle"
    IMPLICIT = "implicit"
    STARTED = "started"
    BLOCK = "block"
    FAILED = "failed"


_STATUS: Final = {
    Phase.IDLE: TransactionStatus.IDLE,
    Phase.IMPLICIT: TransactionStatus.IDLE,
    Phase.STARTED: TransactionStatus.IDLE,
    Phase.BLOCK: TransactionStatus.IN_TRANSACTION,
    Phase.FAILED: TransactionStatus.FAILED,
}
_READ_ONLY: Final = "transaction_read_only"
_ISOLATIONS: Final = {
    "read uncommitted": Isolation.READ_COMMITTED,
    "read committed": Isolation.READ_COMMITTED,
    "repeatable read": Isolation.REPEATABLE_READ,
    "serializable": Isolation.SERIALIZABLE,
}


class Begins(Protocol):
    """What begins transactions."""

    def begin(self, isolation: Isolation = Isolation.READ_COMMITTED) -> Transaction: ...


@dataclass(frozen=True, slots=True)
class _Savepoint:
    name: str
    store: int
    catalog: Changes
    constraints: QueueMark | None
    settings: tuple[Layer, Layer]


def failed_transaction() -> DatabaseError:
    """Returns the error of every statement in a failed transaction."""
    return DatabaseError(
        "25P02",
        "current transaction is aborted, commands ignored until end of transaction block",
    )


@dataclass(slots=True)
class TransactionControl:
    """The transaction of one session.

    Attributes:
        before_commit: Does what is left to the commit, in the transaction.
        on_end: Called at each end of a transaction, with whether it has committed.
        on_failure: Called with what a commit fails with, and its transaction, before that is undone.
        has_run: Whether a statement has looked at data: then the isolation level stands.
    """

    store: Begins
    catalogs: CatalogStore
    constraints: ConstraintQueues
    settings: Settings
    process_id: int
    on_end: Callable[[bool], None]
    before_commit: Callable[[], Awaitable[None]] | None = None
    on_failure: Callable[[BaseException, Any], None] = lambda _error, _txn: None
    phase: Phase = Phase.IDLE
    txn: Any = None
    has_run: bool = False
    _settings_mark: tuple[Layer, Layer] | None = None
    _limits_generation: int = -1
    _savepoints: list[_Savepoint] = field(default_factory=list)

    @property
    def status(self) -> TransactionStatus:
        """What ReadyForQuery says."""
        return _STATUS[self.phase]

    @property
    def is_open(self) -> bool:
        """Whether statements run in a transaction that goes on after them."""
        return self.phase is not Phase.IDLE

    # -- statements ------------------------------------------------------------------------------

    def statement_transaction(self) -> Transaction:
        """Returns the store's transaction for a statement, at the snapshot that it reads."""
        txn = self.open_transaction()
        self.has_run = True
        txn.refresh()
        return txn

    def open_transaction(self) -> Transaction:
        """Returns the store's transaction for what reads nothing: locks, savepoints."""
        self.mark_settings()
        txn: Any = self.txn
        if txn is None:
            isolation = _ISOLATIONS[self.settings.value("transaction_isolation")]
            txn = self.txn = self.store.begin(isolation)
            txn.process_id = self.process_id
            self._limits_generation = -1
        if self._limits_generation != self.settings.generation:
            self._limits_generation = self.settings.generation
            txn.lock_timeout_ms = self.settings.milliseconds("lock_timeout")
            txn.deadlock_timeout_ms = self.settings.milliseconds("deadlock_timeout")
        found: Transaction = txn
        return found

    def mark_settings(self) -> None:
        """Settings may change from here on: a rollback will undo it."""
        if self._settings_mark is None:
            self._settings_mark = self.settings.mark()

    def check_writable(self, what: str) -> None:
        """Raises 25006 in a read-only transaction."""
        if self.settings.is_on(_READ_ONLY):
            raise DatabaseError("25006", f"cannot execute {what} in a read-only transaction")

    @property
    def is_block(self) -> bool:
        """Whether only COMMIT or ROLLBACK ends the transaction."""
        return self.phase is Phase.BLOCK or self.phase is Phase.FAILED

    @property
    def is_single(self) -> bool:
        """Whether a statement is, for all that is known, alone in its transaction."""
        return self.phase is Phase.IDLE or self.phase is Phase.STARTED

    def begin_implicit(self) -> None:
        """The statements of one string share what follows."""
        self.mark_settings()
        if self.phase is Phase.IDLE:
            self.phase = Phase.IMPLICIT

    def begin_started(self) -> None:
        """What comes up to the next Sync shares what follows."""
        self.mark_settings()
        if self.phase is Phase.IDLE:
            self.phase = Phase.STARTED

    # -- blocks ----------------------------------------------------------------------------------

    def begin_block(self) -> bool:
        """BEGIN; returns False if a block is open already."""
        if self.phase is Phase.BLOCK:
            return False
        self.mark_settings()
        self.phase = Phase.BLOCK
        return True

    async def fail(self) -> None:
        """A statement of the block has failed: undoes all since the last savepoint, if there is one.

        Locks go at once, so that others needn't wait for the client's ROLLBACK.
        """
        if self.phase is not Phase.BLOCK:
            return
        self.phase = Phase.FAILED
        if self.txn is None:
            return
        if self._savepoints:
            await self._undo_to(self._savepoints[-1])
            return
        txn, self.txn = self.txn, None
        await txn.rollback()
        self.catalogs.end(txn)

    def fail_now(self) -> None:
        """Likewise, where there is no savepoint: then nothing takes time."""
        if self.phase is not Phase.BLOCK:
            return
        self.phase = Phase.FAILED
        if self.txn is not None and not self._savepoints:
            txn, self.txn = self.txn, None
            txn.rollback_now()
            self.catalogs.end(txn)

    async def commit(self) -> None:
        """Ends the transaction; of a failed one, rolls back. Raises what the store's commit does."""
        if self.phase is Phase.FAILED:
            await self.rollback()
            return
        if self.txn is not None and self.before_commit is not None:
            try:
                await self.before_commit()
            except BaseException:
                await self.rollback()
                raise
        txn, self.txn = self.txn, None
        try:
            if txn is not None:
                await txn.commit()
        except BaseException as error:
            self.on_failure(error, txn)
            await self._undo(txn)
            raise
        self._committed(txn)

    def commit_now(self, ended: Callable[[DatabaseError | None], None]) -> bool:
        """Ends a block, if that takes no more than joining the line of commits.

        Returns whether that is to be waited for: `ended(failure)` is then called at the outcome.
        Raises NeedsTransaction, or what the store's commit does; then nothing has happened.
        """
        txn: Any = self.txn
        group = None if txn is None else txn.commit_now()
        self.txn = None
        if group is None:
            self._committed(txn)
            return False

        def settled(failure: DatabaseError | None) -> None:
            if failure is None:
                self._committed(txn)
            else:
                self._undo_now(txn)
            ended(failure)

        group.when_settled(settled)
        return True

    def _committed(self, txn: Any) -> None:
        if txn is not None:
            self.catalogs.end(txn)
        self.settings.commit()
        self._ended(committed=True)

    def end_point(self) -> None:
        """Ends a statement that has run without a transaction: SET LOCAL's values go."""
        if self._settings_mark is not None:
            self._settings_mark = None
            self.settings.commit()

    async def rollback(self) -> None:
        """Undoes the transaction."""
        txn, self.txn = self.txn, None
        await self._undo(txn)

    def rollback_now(self) -> None:
        """Likewise, on an embedded store, where that takes no time."""
        txn, self.txn = self.txn, None
        self._undo_now(txn)

    async def _undo(self, txn: Any) -> None:
        if txn is not None:
            await txn.rollback()
        self._undone(txn)

    def _undo_now(self, txn: Any) -> None:
        if txn is not None:
            txn.rollback_now()
        self._undone(txn)

    def _undone(self, txn: Any) -> None:
        if txn is not None:
            self.catalogs.end(txn)
        if self._settings_mark is not None:
            self.settings.rollback_to(self._settings_mark)
        self._ended(committed=False)

    def _ended(self, *, committed: bool) -> None:
        self.phase = Phase.IDLE
        self.has_run = False
        self._settings_mark = None
        self._savepoints.clear()
        self.on_end(committed)

    # -- savepoints ------------------------------------------------------------------------------

    def savepoint(self, name: str) -> None:
        """SAVEPOINT. Raises 25P01 outside of a block."""
        self.require_block("SAVEPOINT")
        txn = self.open_transaction()
        catalog = self.catalogs.transaction(txn).mark()
        queue = self.constraints.known(txn)
        constraints = None if queue is None else queue.mark()
        mark = _Savepoint(name, txn.savepoint(), catalog, constraints, self.settings.mark())
        self._savepoints.append(mark)

    def release(self, name: str) -> None:
        """RELEASE: forgets the savepoint and all after it. Raises 25P01, 3B001."""
        self.require_block("RELEASE SAVEPOINT")
        index = self._index_of(name)
        mark = self._savepoints[index]
        self.txn.release_savepoint(mark.store)
        del self._savepoints[index:]
        # What SET TRANSACTION said inside of a subtransaction ends with it.
        before = self.settings.value_at(_READ_ONLY, mark.settings)
        if self.settings.value(_READ_ONLY) != before:
            self.settings.set(_READ_ONLY, before, local=True)

    @property
    def is_nested(self) -> bool:
        """Whether there is a savepoint."""
        return bool(self._savepoints)

    async def rollback_to(self, name: str) -> None:
        """ROLLBACK TO: undoes all since the savepoint, which stays. Raises 25P01, 3B001."""
        self.require_block("ROLLBACK TO SAVEPOINT")
        index = self._index_of(name)
        mark = self._savepoints[index]
        del self._savepoints[index + 1 :]
        await self._undo_to(mark)
        self.phase = Phase.BLOCK

    async def _undo_to(self, mark: _Savepoint) -> None:
        await self.txn.rollback_to(mark.store)
        self.catalogs.transaction(self.txn).restore(mark.catalog)
        queue = self.constraints.known(self.txn)
        if queue is not None:
            queue.restore(mark.constraints)
        self.settings.rollback_to(mark.settings)

    @property
    def savepoint_count(self) -> int:
        """How many savepoints there are."""
        return len(self._savepoints)

    def require_block(self, command: str) -> None:
        """Raises 25P01 outside of a transaction block."""
        if not self.is_block:
            raise DatabaseError("25P01", f"{command} can only be used in transaction blocks")

    def _index_of(self, name: str) -> int:
        for index in range(len(self._savepoints) - 1, -1, -1):
            if self._savepoints[index].name == name:
                return index
        raise DatabaseError("3B001", f'savepoint "{name}" does not exist')
