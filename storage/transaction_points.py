"""Point operations inside a transaction: nothing waits, or nothing happens.

    txn.points.get_now(key)                        what a statement of the transaction sees
    txn.points.point_now(keys, operation)          None: somebody is in the way of one of the keys
    txn.points.commit(), txn.points.rollback()

The same operations run here as in autocommit (storage/point.py), on the newest state overlaid with
the transaction's own writes. What autocommit only has to find free is locked here, and stays so; what
the operation writes goes to the write set. Whatever takes waiting, or more than a look at a few keys,
raises `NeedsTransaction`, or answers None: then the transaction's coroutines do it from the beginning.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from storage.commit import Committer, Group
from storage.kv.store import Counts, Entry, NeedsTransaction, Newest, Retry
from storage.lock_modes import AnyLockMode, LockMode, TableLockMode
from storage.locks import LockTable
from storage.point import Evaluated
from storage.table import StaleTable
from storage.table_locks import written_table
from storage.write_set import Pending, visible

T = TypeVar("T")


#: A range is read at once where so few own writes may have to be put into their places.
OWN_WRITES_MAX: Final = 200


class _Free:
    """The lock table as a statement sees it whose transaction has locked its tables."""

    is_idle = True

    def is_free(self, _key: bytes) -> bool:
        return True


class _OwnState:
    """What one operation sees, and its writes until it has come to its end."""

    __slots__ = ("_changes", "_txn", "writes")

    def __init__(self, txn: Any) -> None:
        self._txn = txn
        self._changes: list[tuple[Any, ...]] = []
        self.writes: dict[bytes, Pending] = {}

    @property
    def counts(self) -> Counts:
        counts: Counts = self._txn.counts
        return counts

    def get(self, key: bytes) -> bytes | None:
        if key in self.writes:
            return visible(self.writes[key])
        value: bytes | None = self._txn.newest(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        self.writes[key] = value

    def put_item(self, key: bytes, body: bytes) -> None:
        self.writes[key] = (body,)

    def delete(self, key: bytes) -> None:
        self.writes[key] = None

    def log_change(self, *change: Any) -> None:
        self._changes.append(change)

    def apply(self) -> None:
        """Moves the writes to the transaction's."""
        txn = self._txn
        for key, pending in self.writes.items():
            if isinstance(pending, tuple):
                txn.put_item(key, pending[0])
            elif pending is None:
                txn.delete(key)
            else:
                txn.put(key, pending)
        for change in self._changes:
            txn.log_change(*change)


class TransactionPoints:
    """The synchronous capability of a store (`EmbeddedStore`), as one transaction has it.

    Args:
        txn: An `EmbeddedTransaction` whose statements each see the newest snapshot; a statement of
            which has just begun.

    Attributes:
        get_now: Gives the value in the statement's snapshot, or of an own write.
        locks: What stands in the way of reads: nothing, for the tables are locked before.
    """

    __slots__ = ("_committer", "_locks", "_txn", "get_now", "locks")

    def __init__(self, txn: Any, committer: Committer, locks: LockTable) -> None:
        self._txn = txn
        self._committer = committer
        self._locks = locks
        self.get_now: Callable[[bytes], bytes | None] = txn.seen
        self.locks = _FREE

    def lock(self, key: bytes, mode: AnyLockMode) -> bool:
        """Locks a table's key until the end of the transaction, if that takes no waiting."""
        return self._locks.try_acquire(self._txn, key, mode)

    def scan_now(
        self, start: bytes, end: bytes, limit: int, *, reverse: bool = False
    ) -> list[Entry]:
        """Returns at most `limit` entries likewise, in order. Raises NeedsTransaction."""
        own = self._txn.own_in_range(start, end, reverse=reverse)
        snapshot = self._committer.newest
        if own is None:
            return snapshot.scan(start, end, limit, reverse=reverse)
        own = list(own)
        if len(own) > OWN_WRITES_MAX:
            raise NeedsTransaction
        # An own deletion takes an entry away: as many more are read.
        entries = dict(snapshot.scan(start, end, limit + len(own), reverse=reverse))
        for key, pending in own:
            value = visible(pending)
            if value is None:
                entries.pop(key, None)
            else:
                entries[key] = value
        return sorted(entries.items(), reverse=reverse)[:limit]

    def point_now(
        self,
        keys: Sequence[bytes],
        operation: Callable[[Newest], T],
        *,
        mode: LockMode = LockMode.UPDATE,
        shared: Sequence[bytes] = (),
    ) -> Evaluated[T] | None:
        """Locks the keys and runs the operation; None, and nothing is locked, if one isn't free.

        An operation that writes nothing leaves nothing locked. Raises Retry.
        """
        txn, locks = self._txn, self._locks
        mark = locks.mark(txn)
        if not (self._lock_all(keys, mode) and self._lock_all(shared, LockMode.KEY_SHARE)):
            locks.release_to(txn, mark)
            return None
        state = _OwnState(txn)
        try:
            result = operation(state)
        except Retry:
            locks.release_to(txn, mark)
            if mode is LockMode.UPDATE:
                raise
            return None  # It has turned out to change keys: a weaker lock isn't enough.
        except (NeedsTransaction, StaleTable) as signal:
            locks.release_to(txn, mark)
            return Evaluated(None, signal, None)
        except Exception as error:  # noqa: BLE001 - it is the answer
            return Evaluated(None, error, txn.unsettled)
        if state.writes:
            state.apply()
        else:
            locks.release_to(txn, mark)
        return Evaluated(result, None, txn.unsettled)

    def _lock_all(self, keys: Sequence[bytes], mode: LockMode) -> bool:
        """Locks keys as far as nobody is in the way; of a point write's key, the table itself."""
        txn, try_acquire = self._txn, self._locks.try_acquire
        for key in keys:
            table = written_table(key)
            if table is None:
                if not try_acquire(txn, key, mode):
                    return False
            elif not try_acquire(txn, table, TableLockMode.ROW_EXCLUSIVE):
                return False
        return True

    @property
    def unsettled(self) -> Group | None:
        """What must be durable before an answer tells of what the transaction has looked at."""
        group: Group | None = self._txn.unsettled
        return group

    def commit(self) -> Group | None:
        """Begins the commit; None: it has ended. Raises NeedsTransaction, and what a commit raises."""
        group: Group | None = self._txn.commit_now()
        return group

    def rollback(self) -> None:
        """Ends the transaction."""
        self._txn.rollback_now()


_FREE = _Free()
