"""Who holds locks, who keeps some outside the lock table, and what is told of each lock."""

from typing import NamedTuple, Protocol

from storage.deadlocks import Party
from storage.lock_modes import AnyLockMode, LockMode


class LockOwner(Party, Protocol):
    """Who holds locks: a transaction, a session (advisory locks), a parked point operation.

    Attributes:
        process_id: The session's, shown in the detail of a deadlock. Owners with the same one wait
            as one, and not for each other; 0 if there is none.
        lock_timeout_ms: How long a wait may last; 0 for ever.
        deadlock_timeout_ms: When a waiter looks for a deadlock; 0 for the table's default.
    """

    lock_timeout_ms: int
    deadlock_timeout_ms: int

    def has_written(self, key: bytes) -> bool:
        """Returns whether it has changed the row under a key (and not only locked it)."""


class SpilledLocks(Protocol):
    """Locks that one owner keeps outside the table."""

    owner: LockOwner

    def mode_of(self, key: bytes) -> LockMode | None:
        """Returns the mode in which the owner holds the key, or None."""


class LockEntry(NamedTuple):
    """A lock held or awaited, as pg_locks shows it."""

    key: bytes
    mode: AnyLockMode
    process_id: int
    owner_id: int
    is_granted: bool
