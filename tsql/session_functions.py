"""What SQL functions may ask of their session: tsql.functions.session_hooks.SessionHooks.

Functions run to their end without waiting. Where one has to wait, for an advisory lock, it raises
`MustWaitError`; the statement waits and runs again, and then finds the lock taken for it. pg_sleep only
says how long the statement is to wait before its answer.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from storage.deadlocks import advisory_key
from storage.errors import DatabaseError, FatalError
from storage.lock_modes import TableLockMode
from storage.schema import Sequence, Table
from tsql.access.privileges import Secured, denied, privileges_of
from tsql.access.roles import SIGNAL_BACKEND, has_privileges_of, is_superuser
from tsql.executor.waits import MustWaitError
from tsql.session_catalog import SessionCatalog
from tsql.session_privileges import SessionPrivileges
from tsql.temporary import is_temporary

#: What stays of a statement's text when it has ended, as PostgreSQL's track_activity_query_size has it.
ACTIVITY_CHARACTERS_MAX: Final = 1023

AdvisoryKey = tuple[int, int, int]


class _Owner:
    """Holds the session's advisory locks."""

    def __init__(self, process_id: int) -> None:
        self.id = -process_id - 1
        self.process_id = process_id
        self.lock_timeout_ms = 0
        self.deadlock_timeout_ms = 0

    def has_written(self, _key: bytes) -> bool:
        return False


class SessionFunctions(SessionCatalog):
    """The hooks of one session.

    Attributes:
        pause_seconds: How long the statement is to wait before its answer.
        awaited_ends: Sessions that must have ended before it, and how many milliseconds at most.
    """

    def __init__(self, state: Any) -> None:
        super().__init__(state)
        self._column_figures: Any = None
        self._shared = state.database
        self._locks = state.database.store.locks
        self._owner = _Owner(state.options.process_id)
        #: How often each lock is held, by key and whether it is shared.
        self._holds: dict[tuple[AdvisoryKey, bool], int] = {}
        self._granted: set[tuple[AdvisoryKey, bool, bool]] = set()
        self._transaction_number: tuple[Any, int] | None = None
        self._set_values: set[tuple[int, int, bool]] = set()
        self._sequence_states: dict[int, tuple[int, bool]] = {}
        self._last_sequence = 0
        self.pause_seconds = 0.0
        self.awaited_ends: dict[int, int] = {}
        self.query = ""
        self.privileges = SessionPrivileges(state)

    @property
    def backend_pid(self) -> int:
        return int(self._state.options.process_id)

    @property
    def client(self) -> tuple[str, int] | None:
        ends: tuple[str, int] | None = self._state.options.client
        return ends

    @property
    def server(self) -> tuple[str, int] | None:
        ends: tuple[str, int] | None = self._state.options.server
        return ends

    @property
    def session_user(self) -> str:
        return str(self._state.session_user)

    @property
    def server_started_at(self) -> int:
        return int(self._shared.started_at)

    @property
    def settings_loaded_at(self) -> int:
        return int(self._shared.started_at)

    def begin_statement(self, query: str) -> None:
        """Forgets what the last statement has waited for."""
        self.query = query
        if self._set_values:
            self._set_values.clear()
        if self._sequence_states:
            self._sequence_states.clear()

    def end_statement(self) -> None:
        """Keeps of the statement's text what pg_stat_activity shows of an idle session's last one."""
        if len(self.query) > ACTIVITY_CHARACTERS_MAX:
            self.query = self.query[:ACTIVITY_CHARACTERS_MAX]

    # -- advisory locks --------------------------------------------------------------------------

    def _lock_key(self, key: AdvisoryKey) -> bytes:
        return advisory_key(self._shared.database_id, *key)

    def advisory_lock(
        self, key: AdvisoryKey, *, shared: bool, wait: bool, transaction: bool
    ) -> bool:
        """Takes a lock; see the hooks. Raises MustWaitError."""
        owner = self._transaction() if transaction else self._owner
        mode = _mode(shared=shared)
        request = (key, shared, transaction)
        if request in self._granted:
            self._granted.discard(request)
        elif not self._locks.try_acquire(owner, self._lock_key(key), mode):
            if not wait:
                return False
            raise MustWaitError(lambda: self._acquire(owner, request, mode))
        if not transaction:
            self._holds[key, shared] = self._holds.get((key, shared), 0) + 1
            self._locks.keep(owner)
        return True

    def _transaction(self) -> Any:
        return self._state.control.open_transaction()

    async def _acquire(
        self, owner: Any, request: tuple[AdvisoryKey, bool, bool], mode: TableLockMode
    ) -> None:
        settings = self._state.settings
        self._owner.lock_timeout_ms = settings.milliseconds("lock_timeout")
        self._owner.deadlock_timeout_ms = settings.milliseconds("deadlock_timeout")
        await self._locks.acquire(owner, self._lock_key(request[0]), mode)
        self._granted.add(request)

    def advisory_unlock(self, key: AdvisoryKey, *, shared: bool) -> bool:
        count = self._holds.get((key, shared), 0)
        if not count:
            return False
        if count > 1:
            self._holds[key, shared] = count - 1
            return True
        del self._holds[key, shared]
        self._locks.release_mode(self._owner, self._lock_key(key), _mode(shared=shared))
        return True

    def advisory_unlock_all(self) -> None:
        self._holds.clear()
        self._granted.clear()
        self._locks.release(self._owner)

    def blocking_pids(self, pid: int) -> list[int]:
        """Returns which sessions a session waits for."""
        pids: list[int] = self._locks.blocking(pid)
        return pids

    # -- sequences -------------------------------------------------------------------------------

    def _sequence(self, oid: int, letters: str) -> Sequence:
        """Returns a sequence on which the user has one of these privileges, if any. Raises 42501."""
        catalog = self._state.catalog
        found = catalog.sequence_by_id(oid)
        if found is not None:
            secured = Secured.of(found)
            have = privileges_of(catalog, self._state.current_user, secured)
            if letters and not any(letter in have for letter in letters):
                raise denied(secured)
            return cast(Sequence, found)
        name = self.relation_name(oid)
        if name is not None:
            raise DatabaseError("42809", f'"{name}" is not a sequence')
        raise DatabaseError("42P01", f"could not open relation with OID {oid}")

    def nextval(self, oid: int) -> int:
        """Returns the next value. Raises MustWaitError where values have to be reserved first."""
        return self._next(self._sequence(oid, "Uw"))

    def identity_value(self, oid: int) -> int:
        """Likewise of an identity column's sequence, which takes no privilege but the table's."""
        return self._next(self._sequence(oid, ""))

    def _next(self, sequence: Sequence) -> int:
        if not is_temporary(sequence.schema):
            self._state.control.check_writable("nextval()")
        value = self._shared.sequences.take(sequence)
        if value is None:
            raise MustWaitError(lambda: self._shared.sequences.reserve(sequence))
        self._state.last_values[sequence.id] = value
        self._last_sequence = sequence.id
        return int(value)

    def has_cursor_over(self, table_id: int) -> bool:
        """Returns whether a cursor of the running transaction reads a table."""
        cursors = self._state.cursors.values()
        return any(cursor.is_new and table_id in cursor.table_ids for cursor in cursors)

    def has_reserved(self, counts: Mapping[int, int]) -> bool:
        """Returns whether nextval() can give so many values of each sequence without waiting."""
        for oid, count in counts.items():
            sequence = self._state.catalog.sequence_by_id(oid)
            if sequence is None or not self._shared.sequences.has(sequence, count):
                return False
        return True

    async def reserve(self, counts: Mapping[int, int]) -> None:
        """Sees to it that nextval() can give so many values of each sequence without waiting."""
        for oid, count in counts.items():
            sequence = self._state.catalog.sequence_by_id(oid)
            if sequence is not None:
                await self._shared.sequences.reserve(sequence, count)

    def currval(self, oid: int) -> int:
        sequence = self._sequence(oid, "Ur")
        value = self._state.last_values.get(oid)
        if value is None:
            raise DatabaseError(
                "55000",
                f'currval of sequence "{sequence.name}" is not yet defined in this session',
            )
        return int(value)

    def lastval(self) -> int:
        oid = self._last_sequence
        value = self._state.last_values.get(oid)
        if value is None or self._state.catalog.sequence_by_id(oid) is None:
            raise DatabaseError("55000", "lastval is not yet defined in this session")
        self._sequence(oid, "Ur")
        return int(value)

    def setval(self, oid: int, value: int, is_called: bool) -> int:
        """Sets the value; the first call waits until that is durable."""
        sequence = self._sequence(oid, "w")
        if not is_temporary(sequence.schema):
            self._state.control.check_writable("setval()")
        request = (oid, value, is_called)
        if request in self._set_values:
            if is_called:
                self._state.last_values[oid] = value
            return value

        async def set_value() -> None:
            await self._shared.sequences.set_value(sequence, value, is_called=is_called)
            self._set_values.add(request)

        raise MustWaitError(set_value)

    def sequence_state(self, oid: int) -> tuple[int, bool]:
        """Returns a sequence's last_value and is_called; a statement's first call waits for them."""
        return self._sequence_state(self._sequence(oid, "r"))

    def sequence_last_value(self, oid: int) -> int | None:
        """Returns the last value given out, None if there is none; takes no privilege."""
        value, is_called = self._sequence_state(self._sequence(oid, ""))
        return value if is_called else None

    def _sequence_state(self, sequence: Sequence) -> tuple[int, bool]:
        state = self._sequence_states.get(sequence.id)
        if state is not None:
            return state

        async def read() -> None:
            current = await self._shared.sequences.current(sequence)
            self._sequence_states[sequence.id] = current

        raise MustWaitError(read)

    # -- identity, notifications, other sessions -------------------------------------------------

    def transaction_id(self, *, assign: bool) -> int | None:
        """Returns a number for the transaction, the same until its end."""
        control = self._state.control
        if assign:
            txn = self._transaction()
            self._transaction_number = txn, txn.id
            return int(txn.id)
        known = self._transaction_number
        if known is not None and known[0] is control.txn and control.txn is not None:
            return known[1]
        return None

    def listening_channels(self) -> Iterable[str]:
        channels: Iterable[str] = self._state.listening_channels()
        return channels

    def notify(self, channel: str, payload: str) -> None:
        self._state.notify(channel, payload)

    def pause(self, seconds: float) -> None:
        self.pause_seconds += seconds

    def wait_for_end(self, pid: int, milliseconds: int) -> None:
        self.awaited_ends[pid] = max(milliseconds, self.awaited_ends.get(pid, 0))

    def signal_backend(self, pid: int, *, terminate: bool) -> bool:
        """Cancels what another session runs, or ends it."""
        other = self._shared.sessions.get(pid)
        if other is None:
            return False
        self._check_may_signal(other.options.user, terminate=terminate)
        error: DatabaseError
        if terminate:
            error = ending = FatalError(
                "57P01", "terminating connection due to administrator command"
            )
        else:
            error, ending = DatabaseError("57014", "canceling statement due to user request"), None
        if other is self._state:
            raise error
        other.interrupts.interrupt(error)
        if ending is not None:
            other.events.ending = ending
            other.options.wake()
        return True

    def _check_may_signal(self, role: str, *, terminate: bool) -> None:
        """Raises 42501."""
        catalog, user = self._state.catalog, self._state.current_user
        if is_superuser(catalog, user):
            return
        if is_superuser(catalog, role):
            what = "terminate superuser process" if terminate else "cancel superuser query"
            raise DatabaseError("42501", f"must be a superuser to {what}")
        if not (
            has_privileges_of(catalog, user, role)
            or has_privileges_of(catalog, user, SIGNAL_BACKEND.name)
        ):
            what = "process is being terminated" if terminate else "query is being canceled"
            raise DatabaseError(
                "42501",
                f"must be a member of the role whose {what} or member of pg_signal_backend",
            )

    # -- WHERE CURRENT OF --------------------------------------------------------------------------

    def current_row(self, cursor: str, table: Table) -> list[tuple[bytes, int]]:
        """Returns the keys that the row a cursor is on may have now, each with its mark. Raises 34000, 24000, 0A000."""
        found = self._state.cursors.get(cursor)
        if found is None:
            raise DatabaseError("34000", f'cursor "{cursor}" does not exist')
        keys: list[tuple[bytes, int]] = found.current_row(table)
        return keys

    def move_current_row(self, cursor: str, table: Table, new_key: bytes, mark: int) -> None:
        """Notes that the row a cursor is on has another key now."""
        self._state.cursors[cursor].move_current_row(table, new_key, mark)

    def close(self) -> None:
        """Lets go of what the session holds."""
        self.advisory_unlock_all()

    # -- columns -----------------------------------------------------------------------------------

    def column_figures(self) -> Any:
        """Returns what there is of the tables' columns. Raises MustWaitError until it is known."""
        figures, self._column_figures = self._column_figures, None
        if figures is None:
            raise MustWaitError(self._ask_for_figures)
        return figures

    async def _ask_for_figures(self) -> None:
        columns = self._shared.columns
        self._column_figures = [] if columns is None else await columns.figures()


def _mode(*, shared: bool) -> TableLockMode:
    return TableLockMode.SHARE if shared else TableLockMode.EXCLUSIVE
