"""Transactions of the embedded store: a snapshot, a private write set, row locks, one commit.

Reads see the snapshot overlaid with own writes. A row is locked before it is written; once the
lock is there, `get_newest` tells what became of the row in the meantime. The commit stamps the
write set with its timestamp and joins the committer's line; locks go when the commit is durable. A
write set that grows too large for memory moves to a spill (storage/spill.py), and one too large
for a batch is committed by files (storage/large.py).
"""

import enum
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, cast

from storage.commit import Committer, Group
from storage.commit_errors import write_error
from storage.errors import DatabaseError
from storage.frozen import FrozenReads, OwnReads, own_as_of_now
from storage.keyspace import ITEMS, prefix_range
from storage.kv.engine import EngineError, KeyRange
from storage.kv.store import Counts, Entry, Isolation, LockWait, NeedsTransaction, Transaction
from storage.large import LargeCommit, late_ranges, pending_ranges_key
from storage.lock_modes import AnyLockMode, LockMode
from storage.locks import LockTable, new_in_claim
from storage.overlay import Overlay, SnapshotScan
from storage.records import dataclass
from storage.removed_keys import RemovedKeys
from storage.scratch import ScratchSpace
from storage.serializable import NotedScan, ReadSet, RecentWrites, serialization_failure
from storage.slices import Slices
from storage.snapshots import Snapshot
from storage.spill import (
    MEMORY_BYTES_MAX,
    MEMORY_ROWS_MAX,
    Own,
    PendingLocks,
    Spill,
    merged,
)
from storage.transaction_points import TransactionPoints
from storage.write_set import ABSENT, Mark, Pending, Previous, WriteSet, visible

#: One batch of this size holds the loop for about four milliseconds.
BATCH_ROWS_MAX: Final = 2_000
BATCH_BYTES_MAX: Final = 2 << 20
#: Locks without writes (SELECT … FOR UPDATE) leave the lock table beyond this number.
LOCKS_IN_TABLE_MAX: Final = 20_000
TRANSACTION_BYTES_MAX: Final = 64 << 30


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
    scratch: ScratchSpace
    spill_numbers: "itertools.count[int]"
    make_reads: Callable[[RecentWrites], ReadSet]


class EmbeddedTransaction(RemovedKeys):
    """A transaction; see `storage.kv.store.Transaction`.

    Attributes:
        process_id: Of the session, for the detail of a deadlock.
        lock_timeout_ms: How long a wait for a lock may last; 0 for ever.
        deadlock_timeout_ms: When a wait looks for a deadlock; 0 for the store's default.
    """

    def __init__(self, services: Services, transaction_id: int, isolation: Isolation) -> None:
        self.counts = Counts()
        self.process_id = 0
        self.lock_timeout_ms = 0
        self.deadlock_timeout_ms = 0
        self._services = services
        self._id = transaction_id
        self._isolation = isolation
        self._committer = services.committer
        self._locks = services.locks
        self._slices = services.slices
        self._snapshot: Snapshot = services.committer.newest
        self._writes = WriteSet()
        self._savepoints: list[_Savepoint] = []
        self._before_commit: list[Callable[[], Awaitable[None]]] = []
        self._actions: list[Callable[[int], None]] = []
        self._seen: Group | None = None
        self._state = _State.ACTIVE
        self._timestamp = 0
        self._spill: Spill | None = None
        self._pending_locks: PendingLocks | None = None
        self._large: LargeCommit | None = None
        self._late_ranges: tuple[bytes, list[KeyRange]] | None = None
        self._is_snapshot_fixed = False
        self._reads: ReadSet | None = None
        if isolation is Isolation.SERIALIZABLE:
            self._reads = services.make_reads(services.committer.recent)
            self._note_snapshot(self._reads)

    @property
    def id(self) -> int:
        return self._id

    @property
    def read_timestamp(self) -> int:
        return self._snapshot.timestamp

    @property
    def keeps_snapshot(self) -> bool:
        return self._isolation is not Isolation.READ_COMMITTED

    @property
    def is_spilled(self) -> bool:
        return self._spill is not None

    def refresh(self) -> None:
        if self._is_snapshot_fixed:
            return
        self._snapshot = self._committer.newest
        if self._isolation is not Isolation.READ_COMMITTED:
            self._is_snapshot_fixed = True
            if self._reads is not None:
                self._note_snapshot(self._reads)

    @property
    def points(self) -> TransactionPoints | None:
        """What the transaction can do without waiting; None if it isn't of the simple kind."""
        if self.keeps_snapshot or self._spill is not None or self._is_crowded():
            return None
        return TransactionPoints(self, self._committer, self._locks)

    def _note_snapshot(self, reads: ReadSet) -> None:
        reads.begin(self._snapshot.timestamp, self._committer.unsettled_writes())

    # Reading

    def frozen(self, *, is_strict: bool = True) -> Transaction:
        live = OwnReads(self._own, self.own_in_range)
        own = own_as_of_now(self._writes, self._spill, live, is_strict=is_strict)
        reads: Any = FrozenReads(self, self._snapshot, own, self._reads, self._slices)
        return cast(Transaction, reads)

    async def get(self, key: bytes) -> bytes | None:
        value = self.seen(key)
        self.counts.count_read(key, value)
        return value

    def seen(self, key: bytes) -> bytes | None:
        """Returns the value at the snapshot overlaid with own writes, without counting it."""
        own = self._own(key)
        if own is not ABSENT:
            return visible(own)
        if self._reads is not None:
            self._reads.note_key(key)
        return self._snapshot.get(key)

    def _own(self, key: bytes) -> Previous:
        """Returns what this transaction has written under a key, or ABSENT."""
        writes = self._writes.writes
        if key in writes:
            return writes[key]
        return ABSENT if self._spill is None else self._spill.get(key)

    def own_in_range(self, start: bytes, end: bytes, *, reverse: bool) -> Iterator[Own] | None:
        """Returns own writes in order, as they are now; None if there are none."""
        in_memory = self._writes.in_range(start, end, reverse=reverse)
        if self._spill is None:
            return iter(in_memory) if in_memory else None
        spilled = self._spill.writes(self._spill.snapshot(), start, end, reverse=reverse)
        return merged(iter(in_memory), spilled, reverse=reverse)

    async def multi_get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        values: list[bytes | None] = []
        for position, key in enumerate(keys):
            value = self.seen(key)
            self.counts.count_read(key, value)
            values.append(value)
            if position % 64 == 63 and self._slices.due():
                await self._slices.pause()
        return values

    def scan(
        self, start: bytes, end: bytes, *, reverse: bool = False, limit: int | None = None
    ) -> AsyncIterator[list[Entry]]:
        own = self.own_in_range(start, end, reverse=reverse)
        base = SnapshotScan(
            self._snapshot,
            start,
            end,
            # Own deletions hide entries, so with own writes the limit applies to what is left.
            limit=limit if own is None else None,
            reverse=reverse,
            counts=self.counts,
            slices=self._slices,
        )
        scan = base if own is None else Overlay(base, own, limit=limit, reverse=reverse)
        if self._reads is None:
            return scan
        return NotedScan(scan, (start, end), self._reads, reverse=reverse, limit=limit)

    def scan_newest(
        self, start: bytes, end: bytes, *, limit: int | None = None
    ) -> AsyncIterator[list[Entry]]:
        own = self.own_in_range(start, end, reverse=False)
        base = SnapshotScan(
            self._committer.newest,
            start,
            end,
            limit=limit if own is None else None,
            reverse=False,
            counts=self.counts,
            slices=self._slices,
        )
        return base if own is None else Overlay(base, own, limit=limit, reverse=False)

    # Locking

    async def lock(
        self, key: bytes, mode: AnyLockMode = LockMode.UPDATE, wait: LockWait = LockWait.WAIT
    ) -> bool:
        self._check_active()
        if not self._locks.try_acquire(self, key, mode) and not await self._locks.acquire(
            self, key, mode, wait
        ):
            return False
        # The catalog's records and tables' locks are of no snapshot.
        if self._isolation is not Isolation.READ_COMMITTED and key >= ITEMS:
            await self.check_unchanged(key, mode)
        return True

    async def lock_new(self, key: bytes) -> bool:
        self._check_active()
        locks = self._locks
        was_read = self._reads is not None and self._reads.has_read(key)
        if self.newest(key) is None or locks.is_being_written(key, self):
            if locks.try_acquire(self, key, LockMode.UPDATE):
                return True
            mark = locks.mark(self)
            await locks.acquire(self, key, LockMode.UPDATE)
            if self.newest(key) is None:
                return True
            locks.release_to(self, mark)
        if was_read and self._committer.get_newest(key) != self._snapshot.get(key):
            await self.settled()
            raise serialization_failure()
        return False

    def has_written(self, key: bytes) -> bool:
        return self._own(key) is not ABSENT

    async def check_unchanged(self, key: bytes, mode: AnyLockMode = LockMode.UPDATE) -> None:
        if self._isolation is Isolation.READ_COMMITTED or self._own(key) is not ABSENT:
            return
        newest = self._committer.get_newest(key)
        if mode is LockMode.KEY_SHARE and newest is not None:
            return
        if newest != self._snapshot.get(key):
            # The other commit may still be taken back by a crash: first it must be durable.
            self._seen = self._committer.unsettled()
            await self.settled()
            what = "delete" if newest is None else "update"
            raise DatabaseError("40001", f"could not serialize access due to concurrent {what}")

    async def get_newest(self, key: bytes) -> bytes | None:
        return self.newest(key)

    def newest(self, key: bytes) -> bytes | None:
        """Does what `get_newest` does."""
        own = self._own(key)
        if own is not ABSENT:
            return visible(own)
        value = self._committer.get_newest(key)
        if self._committer.is_unsettled(key):
            self._seen = self._committer.unsettled()
        if self._reads is not None:
            self._reads.note_key(key)
            self._reads.has_seen_newer |= value != self._snapshot.get(key)
        self.counts.count_read(key, value)
        return value

    async def others_settled(self) -> None:
        group = self._committer.unsettled()
        if group is not None:
            await group.settled()

    @property
    def reads_one_snapshot(self) -> bool:
        return self._isolation is not Isolation.READ_COMMITTED

    async def settled(self) -> None:
        if self._seen is not None:
            await self._seen.settled()
            self._seen = None

    @property
    def unsettled(self) -> Group | None:
        """What `settled` would wait for, or None."""
        return None if self._seen is None or self._seen.is_settled else self._seen

    async def claim(
        self, keys: Sequence[bytes], ranges: Sequence[KeyRange]
    ) -> list[Callable[[bytes], bool]] | None:
        self._check_active()
        if self._writes.is_undo_kept or any(self._has_own_in(*each) for each in ranges):
            return None
        watch = self._locks.watch(self, keys)
        # Who came before the watch has committed, and its group may not be durable yet.
        if not watch.is_disturbed:
            await self.others_settled()
        newest = self._committer.newest
        if watch.is_disturbed or any(newest.scan(*each, 1) for each in ranges):
            return None
        if self._pending_locks is None:
            self._pending_locks = PendingLocks(self, self._writes)
            self._locks.answer_for(self._pending_locks)
        return [new_in_claim(watch, self.has_written) for _ in ranges]

    def reads_as_committed(self, start: bytes, end: bytes) -> bool:
        return self._reads is None and not self._has_own_in(start, end)

    def _has_own_in(self, start: bytes, end: bytes) -> bool:
        own = self.own_in_range(start, end, reverse=False)
        return own is not None and next(own, None) is not None

    # Writing

    def put(self, key: bytes, value: bytes) -> None:
        self.counts.count_write(key, len(value))
        self._set(key, value)

    def put_item(self, key: bytes, body: bytes) -> None:
        self.counts.count_write(key, len(body))
        self._set(key, (body,))

    def delete(self, key: bytes) -> None:
        self.counts.count_write(key, 0)
        self._set(key, None)

    def _set(self, key: bytes, pending: Pending) -> None:
        writes = self._writes
        if self._spill is None or not writes.is_undo_kept or key in writes.writes:
            writes.set(key, pending)
        else:
            writes.set(key, pending, self._spill.get(key))

    def delete_range(self, start: bytes, end: bytes) -> None:
        self._writes.ranges.append((start, end))

    def drop_storage(self, prefix: bytes) -> None:
        self._writes.ranges.append(prefix_range(prefix))
        self._writes.dropped.add(prefix_range(prefix))

    def log_change(
        self, storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
    ) -> None:
        self._writes.log_change(storage_id, operation, key, new, old)

    def _is_crowded(self) -> bool:
        """Returns whether there is too much of it to stay in memory."""
        writes = self._writes
        return (
            writes.entry_count() >= MEMORY_ROWS_MAX
            or writes.bytes >= MEMORY_BYTES_MAX
            or self._locks.count_held(self) >= LOCKS_IN_TABLE_MAX
        )

    async def pressure(self) -> None:
        if self._is_crowded():
            await self._spill_out()
        elif self._slices.due():
            await self._slices.pause()

    async def _spill_out(self) -> None:
        self._check_active()
        self._committer.disk.check(self._writes.bytes)
        try:
            if self._spill is None:
                self._spill = Spill(self, self._services.scratch, self._slices)
            if self._savepoints:
                await self._spill.keep_lock_log(*self._locks.log_of(self))
            locked = await self._spill.take(self._writes, self._locks.begin_spill(self._spill))
        except EngineError as error:
            raise write_error(error) from error
        for position in range(0, len(locked), 250):
            self._locks.spill(self._spill, locked[position : position + 250])
            if self._slices.due():
                await self._slices.pause()
        if self._spill.bytes > TRANSACTION_BYTES_MAX:
            raise DatabaseError("54000", "transaction is too large")

    # Savepoints

    def savepoint(self) -> int:
        mark = self._writes.mark()
        if self._spill is not None:
            mark = mark.after(self._spill.undo_count, self._spill.change_count)
        self._savepoints.append(_Savepoint(mark, self._locks.mark(self), len(self._actions)))
        return len(self._savepoints) - 1

    def release_savepoint(self, savepoint: int) -> None:
        del self._savepoints[savepoint:]
        if not self._savepoints and self._spill is None and not self._writes.is_watched:
            self._writes.forget_undo()

    async def rollback_to(self, savepoint: int) -> None:
        mark = self._savepoints[savepoint]
        del self._savepoints[savepoint + 1 :]
        del self._actions[mark.action_count :]
        undo_count, change_count = mark.writes.undo_count, mark.writes.change_count
        if self._spill is not None:
            undo_count -= self._spill.undo_count
            change_count -= self._spill.change_count
        undo = self._writes.undo
        while len(undo) > max(undo_count, 0):
            self._writes.restore(*undo.pop())
            if len(undo) % 64 == 0 and self._slices.due():
                await self._slices.pause()
        del self._writes.changes[max(change_count, 0) :]
        del self._writes.ranges[mark.writes.range_count :]
        if self._spill is not None and (undo_count < 0 or change_count < 0):
            await self._spill.undo_to(
                mark.writes.undo_count, mark.writes.change_count, self._writes
            )
        self._locks.release_to(self, mark.locks)
        if self._spill is not None:
            await self._spill.unlock_to(mark.locks, self._weaken)
            self._locks.rebase(self, mark.locks)

    def _weaken(self, key: bytes, mask: int) -> None:
        self._locks.weaken(self, key, mask)

    # Ending

    def before_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        self._before_commit.append(action)

    def on_commit(self, action: Callable[[int], None]) -> None:
        self._actions.append(action)

    async def commit(self) -> int:
        self._check_active()
        for action in self._before_commit:
            await action()
        writes = self._writes
        if writes.dropped:
            writes.forget_dropped()
        if self._spill is None and writes.is_empty():
            if self._reads is not None and self._reads.has_seen_newer:
                await self._validate(self._reads)
            await self.settled()
            self._timestamp = self._snapshot.timestamp
            self.durable()
            self.ended()
            return self._timestamp
        if self._spill is not None or self._is_large():
            return await self._commit_large()
        if self._reads is not None:
            await self._validate(self._reads)
        await self._join().settled()
        return self._timestamp

    def _is_large(self) -> bool:
        writes = self._writes
        return writes.entry_count() > BATCH_ROWS_MAX or writes.bytes > BATCH_BYTES_MAX

    def _join(self) -> Group:
        """Stamps the write set and joins the committer's line."""
        writes = self._writes
        self._committer.check_writable(only_deletes=writes.only_deletes())
        self._timestamp = self._committer.timestamps.next()
        self._state = _State.COMMITTING
        return self._committer.join(
            writes.stamped(self._timestamp), self._timestamp, member=self, ranges=writes.ranges
        )

    def commit_now(self) -> Group | None:
        """Commits, if that takes nothing but joining the line; returns who tells of the outcome.

        None: it has ended, for there was nothing to commit. Raises NeedsTransaction.
        """
        self._check_active()
        writes = self._writes
        if (
            self._before_commit
            or self._spill is not None
            or self._reads is not None
            or writes.dropped
            or self._is_large()
        ):
            raise NeedsTransaction
        if not writes.is_empty():
            return self._join()
        if self.unsettled is not None:
            raise NeedsTransaction
        self._timestamp = self._snapshot.timestamp
        self.durable()
        self.ended()
        return None

    async def _validate(self, reads: ReadSet) -> None:
        """Raises 40001 if what was read has changed; nothing is awaited after the last look."""
        try:
            await reads.prevalidate(self._slices)
            self._check_active()
            reads.validate()
        except DatabaseError:
            # It tells of another commit: first that must be durable.
            self._seen = self._committer.unsettled()
            await self.settled()
            raise

    async def _commit_large(self) -> int:
        committer = self._committer
        committer.check_writable()
        if self._writes.entry_count() >= MEMORY_ROWS_MAX:
            await self._spill_out()
        number = next(self._services.spill_numbers)
        try:
            ranges = await late_ranges(self, self._writes, committer.newest)
            committer.disk.check(self._bytes())
            large = self._large = LargeCommit(
                committer.engine,
                self._services.scratch.new_path("commit"),
                number,
                self._slices,
                committer.following,
            )
            await large.write_set(self._writes, self._spill)
        except EngineError as error:
            raise write_error(error) from error
        if self._reads is not None:
            await self._validate(self._reads)
        self._check_active()
        committer.check_writable()
        if ranges:
            self._late_ranges = (pending_ranges_key(number), ranges)
        self._state = _State.COMMITTING
        group = committer.join_ingest(
            self,
            lambda record: large.ingest(committer.engine, record, ranges),
            [*large.spans, *ranges],
            large.followed,
        )
        self._timestamp = group.timestamp
        await group.settled()
        return self._timestamp

    def _bytes(self) -> int:
        return self._writes.bytes + (0 if self._spill is None else self._spill.bytes)

    async def rollback(self) -> None:
        self.rollback_now()

    def rollback_now(self) -> None:
        """Does what `rollback` does."""
        if self._state is _State.ACTIVE:
            self.ended()

    def durable(self) -> None:
        """Runs the actions that wait for the commit; called by the committer."""
        if self._late_ranges is not None:
            note, ranges = self._late_ranges
            self._committer.join({note: None}, self._committer.timestamps.next(), ranges=ranges)
        for action in self._actions:
            action(self._timestamp)

    def ended(self) -> None:
        """Releases everything; called by the committer when the outcome is settled."""
        self._state = _State.ENDED
        self._writes.forget()
        self._writes.ranges = []
        self._actions.clear()
        self._locks.release(self)
        if self._reads is not None:
            self._reads.end()
        if self._spill is not None:
            self._spill.end()
        if self._large is not None:
            self._large.remove()

    def _check_active(self) -> None:
        if self._state is not _State.ACTIVE:
            raise DatabaseError("25P01", "there is no transaction in progress")
