"""Transactions of the embedded store: a snapshot, a private write set, row locks, one commit.

Reads see the snapshot overlaid with own writes. A row is locked before it is written; once the
lock is there, `get_newest` tells what became of the row in the meantime. The commit stamps the
write set with its timestamp and joins the committer's line; locks go when the commit is durable. A
write set that grows too large for one batch, or for memory, moves to a spill (storage/spill.py).
"""

import enum
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from storage.commit import Committer, Group
from storage.errors import DatabaseError
from storage.kv.store import Counts, Entry, Isolation, LockMode, LockWait
from storage.locks import LockTable
from storage.overlay import Overlay, SnapshotScan
from storage.slices import Slices
from storage.snapshots import Snapshot
from storage.write_set import Mark, WriteSet, visible


class _State(enum.Enum):
    ACTIVE = "active"
    COMMITTING = "committing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class _Savepoint:
    writes: Mark
    locks: int
    action_count: int


@dataclass(frozen=True, slots=True)
class Services:
    """What every transaction of a store works with."""

    committer: Committer
    locks: LockTable
    slices: Slices


class EmbeddedTransaction:
    """A transaction; see `storage.kv.store.Transaction`.

    Attributes:
        process_id: Of the session, for the detail of a deadlock.
        lock_timeout_ms: How long a wait for a lock may last; 0 for ever.
    """

    def __init__(self, services: Services, transaction_id: int, isolation: Isolation) -> None:
        self.counts = Counts()
        self.process_id = 0
        self.lock_timeout_ms = 0
        self._id = transaction_id
        self._isolation = isolation
        self._committer = services.committer
        self._locks = services.locks
        self._slices = services.slices
        self._snapshot: Snapshot = services.committer.newest
        self._writes = WriteSet()
        self._savepoints: list[_Savepoint] = []
        self._actions: list[Callable[[int], None]] = []
        self._seen: Group | None = None
        self._state = _State.ACTIVE
        self._timestamp = 0

    @property
    def id(self) -> int:
        return self._id

    @property
    def read_timestamp(self) -> int:
        return self._snapshot.timestamp

    def refresh(self) -> None:
        if self._isolation is Isolation.READ_COMMITTED:
            self._snapshot = self._committer.newest

    # Reading

    async def get(self, key: bytes) -> bytes | None:
        value = self._get(key)
        self.counts.count_read(key, value)
        return value

    def _get(self, key: bytes) -> bytes | None:
        writes = self._writes.writes
        if key in writes:
            return visible(writes[key])
        return self._snapshot.get(key)

    async def multi_get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        values: list[bytes | None] = []
        for position, key in enumerate(keys):
            value = self._get(key)
            self.counts.count_read(key, value)
            values.append(value)
            if position % 64 == 63 and self._slices.due():
                await self._slices.pause()
        return values

    def scan(
        self, start: bytes, end: bytes, *, reverse: bool = False, limit: int | None = None
    ) -> AsyncIterator[list[Entry]]:
        own = self._writes.in_range(start, end, reverse=reverse)
        base = SnapshotScan(
            self._snapshot,
            start,
            end,
            # Own deletions hide entries, so with own writes the limit applies to what is left.
            limit=None if own else limit,
            reverse=reverse,
            counts=self.counts,
            slices=self._slices,
        )
        return Overlay(base, iter(own), limit=limit, reverse=reverse) if own else base

    # Locking

    async def lock(
        self, key: bytes, mode: LockMode = LockMode.UPDATE, wait: LockWait = LockWait.WAIT
    ) -> bool:
        self._check_active()
        if not self._locks.try_acquire(self, key, mode) and not await self._locks.acquire(
            self, key, mode, wait
        ):
            return False
        if self._isolation is not Isolation.READ_COMMITTED:
            self._check_unchanged(key)
        return True

    def _check_unchanged(self, key: bytes) -> None:
        """Raises 40001 if the row has changed since the snapshot (REPEATABLE READ)."""
        if key in self._writes.writes:
            return
        newest = self._committer.get_newest(key)
        if newest != self._snapshot.get(key):
            what = "delete" if newest is None else "update"
            raise DatabaseError("40001", f"could not serialize access due to concurrent {what}")

    async def get_newest(self, key: bytes) -> bytes | None:
        writes = self._writes.writes
        if key in writes:
            return visible(writes[key])
        value = self._committer.get_newest(key)
        self._seen = self._committer.unsettled()
        self.counts.count_read(key, value)
        return value

    async def settled(self) -> None:
        if self._seen is not None:
            await self._seen.settled()
            self._seen = None

    # Writing

    def put(self, key: bytes, value: bytes) -> None:
        self.counts.count_write(key, len(value))
        self._writes.set(key, value)

    def put_item(self, key: bytes, body: bytes) -> None:
        self.counts.count_write(key, len(body))
        self._writes.set(key, (body,))

    def delete(self, key: bytes) -> None:
        self.counts.count_write(key, 0)
        self._writes.set(key, None)

    def delete_range(self, start: bytes, end: bytes) -> None:
        self._writes.ranges.append((start, end))

    def log_change(
        self, storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
    ) -> None:
        self._writes.log_change(storage_id, operation, key, new, old)

    async def pressure(self) -> None:
        if self._slices.due():
            await self._slices.pause()

    # Savepoints

    def savepoint(self) -> int:
        self._savepoints.append(
            _Savepoint(self._writes.mark(), self._locks.mark(self), len(self._actions))
        )
        return len(self._savepoints) - 1

    async def rollback_to(self, savepoint: int) -> None:
        mark = self._savepoints[savepoint]
        del self._savepoints[savepoint + 1 :]
        del self._actions[mark.action_count :]
        undo = self._writes.undo
        while len(undo) > mark.writes.undo_count:
            self._writes.restore(*undo.pop())
            if len(undo) % 64 == 0 and self._slices.due():
                await self._slices.pause()
        del self._writes.changes[mark.writes.change_count :]
        del self._writes.ranges[mark.writes.range_count :]
        self._locks.release_to(self, mark.locks)

    # Ending

    def on_commit(self, action: Callable[[int], None]) -> None:
        self._actions.append(action)

    async def commit(self) -> int:
        self._check_active()
        if self._writes.is_empty():
            await self.settled()
            self._timestamp = self._snapshot.timestamp
            self.durable()
            self.ended()
            return self._timestamp
        self._committer.check_writable(only_deletes=self._writes.only_deletes())
        self._timestamp = self._committer.timestamps.next()
        self._state = _State.COMMITTING
        group = self._committer.join(
            self._writes.stamped(self._timestamp),
            self._timestamp,
            member=self,
            ranges=self._writes.ranges,
        )
        self._writes.forget()
        await group.settled()
        return self._timestamp

    async def rollback(self) -> None:
        if self._state is _State.ACTIVE:
            self.ended()

    def durable(self) -> None:
        """Runs the actions that wait for the commit; called by the committer."""
        for action in self._actions:
            action(self._timestamp)

    def ended(self) -> None:
        """Releases everything; called by the committer when the outcome is settled."""
        self._state = _State.ENDED
        self._writes.forget()
        self._actions.clear()
        self._locks.release(self)

    def _check_active(self) -> None:
        if self._state is not _State.ACTIVE:
            raise DatabaseError("25P01", "there is no transaction in progress")
