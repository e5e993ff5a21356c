"""The `Store` protocol: an ordered, transactional key-value store.

Keys and values are bytes; order is byte order. Everything is asynchronous, because a distributed
store is; the embedded store finishes most calls without ever suspending, and adds a synchronous
capability (`EmbeddedStore`) for point operations.

Durability: when `commit()` (or a point operation) returns, the writes survive any crash. Nothing
that a crash could take back is ever returned to a caller: readers see synced commits only, and
whatever a point operation or a re-check read beyond that is handed out only after the batch it
read is synced.

Isolation is READ COMMITTED or stronger: a transaction reads at a *snapshot* of synced commits,
overlaid with its own writes; `refresh()` takes the newest snapshot for the next statement. Row
locks are exclusive or shared, keyed by the encoded key, held until commit or rollback (until after
the sync).
"""

import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from storage.keyspace import INDEX_ENTRIES
from storage.lock_modes import AnyLockMode, LockMode
from storage.records import dataclass

Entry = tuple[bytes, bytes]
T = TypeVar("T")

_INDEX_ENTRIES: Final = INDEX_ENTRIES[0]


class Isolation(enum.Enum):
    """SQL's isolation levels (READ UNCOMMITTED is READ COMMITTED, as in PostgreSQL)."""

    READ_COMMITTED = "read committed"
    REPEATABLE_READ = "repeatable read"
    SERIALIZABLE = "serializable"


class LockWait(enum.Enum):
    """What to do about a lock that another holds."""

    WAIT = "wait"
    NOWAIT = "nowait"  # raises 55P03
    SKIP = "skip"  # lock() returns False


@dataclass(slots=True)
class Counts:
    """What operations read and wrote.

    The ground for EXPLAIN ANALYZE, metering and ConsumedCapacity.
    """

    items_read: int = 0
    bytes_read: int = 0
    items_written: int = 0
    bytes_written: int = 0
    index_entries_read: int = 0
    index_entries_written: int = 0

    def count_read(self, key: bytes, value: bytes | None) -> None:
        """Counts a value that was read by its key."""
        if value is None:
            return
        if key[0] == _INDEX_ENTRIES:
            self.index_entries_read += 1
        else:
            self.items_read += 1
        self.bytes_read += len(key) + len(value)

    def count_scanned(self, entries: Sequence[Entry]) -> None:
        """Counts entries that were read in order; they are of one kind."""
        if entries[0][0][0] == _INDEX_ENTRIES:
            self.index_entries_read += len(entries)
        else:
            self.items_read += len(entries)
        self.bytes_read += sum(len(key) + len(value) for key, value in entries)

    def count_write(self, key: bytes, value_bytes: int) -> None:
        """Counts a key that was written or removed."""
        if key[0] == _INDEX_ENTRIES:
            self.index_entries_written += 1
        else:
            self.items_written += 1
        self.bytes_written += len(key) + value_bytes


class Transaction(Protocol):
    """One transaction. Not for concurrent use; every method may raise DatabaseError."""

    counts: Counts

    @property
    def id(self) -> int:
        """A number that no other transaction of this server's life has."""

    @property
    def read_timestamp(self) -> int:
        """Commit timestamp of the snapshot that statements read."""

    @property
    def keeps_snapshot(self) -> bool:
        """Whether later statements read the same snapshot as this one."""

    @property
    def is_spilled(self) -> bool:
        """Whether it is so large that `frozen` can't copy what it has written."""

    def refresh(self) -> None:
        """Moves to the newest snapshot, for a new READ COMMITTED statement.

        In REPEATABLE READ and SERIALIZABLE only the first call does: it fixes the snapshot.
        """

    def frozen(self, *, is_strict: bool = True) -> "Transaction":
        """Returns the transaction with its reads as of now: later writes of its own aren't seen.

        A transaction so large that it is spilled can't do that; it raises 0A000 or, if not
        `is_strict`, has only its snapshot stay.
        """

    async def get(self, key: bytes) -> bytes | None:
        """Returns the value at the snapshot overlaid with own writes, or None."""

    async def multi_get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Returns the values likewise, in the order of the keys."""

    def scan(
        self, start: bytes, end: bytes, *, reverse: bool = False, limit: int | None = None
    ) -> AsyncIterator[list[Entry]]:
        """Yields slices of entries with start <= key < end, in order.

        They are those of the snapshot overlaid with own writes.

        Own writes made while the scan runs are not seen by it. Yields to the event loop between
        slices.
        """

    def scan_newest(
        self, start: bytes, end: bytes, *, limit: int | None = None
    ) -> AsyncIterator[list[Entry]]:
        """Yields entries likewise, of the newest snapshot, whatever the isolation level.

        For DDL, which must see every row, and for constraints. The caller holds a lock that keeps
        writers off, and has seen to what they have written before (`others_settled`).
        """

    def reads_as_committed(self, start: bytes, end: bytes) -> bool:
        """Returns whether others may read a range for it, as of `read_timestamp`.

        They may where it has written nothing itself and needn't remember what it has read.
        """

    async def lock(
        self, key: bytes, mode: AnyLockMode = LockMode.UPDATE, wait: LockWait = LockWait.WAIT
    ) -> bool:
        """Locks a key until the end of the transaction.

        True when held. Raises 40P01, 55P03, 57014; where all statements read one snapshot, 40001
        if a row has changed since (in mode KEY_SHARE: if it has gone).
        """

    async def lock_new(self, key: bytes) -> bool:
        """Locks a key under which something is to be made; False, and no lock, if it is taken.

        Who has changed what is there is waited for; who only locks it isn't. What was seen may not
        be synced yet, as with `get_newest`. Raises 40P01, 55P03, 57014.
        """

    async def check_unchanged(self, key: bytes) -> None:
        """Raises 40001 if the key has changed since the snapshot of REPEATABLE READ."""

    async def get_newest(self, key: bytes) -> bytes | None:
        """Returns the newest committed value overlaid with own writes.

        The caller holds the key's lock.

        The value may not be synced yet: before anything derived from it reaches a client, the
        transaction must commit or `await settled()`.
        """

    async def others_settled(self) -> None:
        """Returns when the newest snapshot has all that has been written before the call."""

    @property
    def reads_one_snapshot(self) -> bool:
        """Whether all statements read the same snapshot (REPEATABLE READ and above)."""

    async def settled(self) -> None:
        """Returns when all that `get_newest` has read is synced.

        Errors that tell of newest state await this first.
        """

    def put(self, key: bytes, value: bytes) -> None:
        """Writes; the caller holds the key's lock (or the key is of a fresh storage id)."""

    def put_item(self, key: bytes, body: bytes) -> None:
        """Writes an item.

        The value becomes format byte + stamp + body, stamped at commit (storage/items.py).
        """

    def delete(self, key: bytes) -> None:
        """Removes the key, if it is there."""

    async def claim(
        self, keys: Sequence[bytes], ranges: Sequence[tuple[bytes, bytes]]
    ) -> list[Callable[[bytes], bool]] | None:
        """Looks whether ranges are empty; if so, own writes there need no locks and no look-ups.

        Whoever writes there locks one of `keys` first, or names it in a point operation. Returns
        None if one of them is held or awaited by others, or if a range isn't empty. Otherwise,
        for each range, the function that tells that a key may be written at once: it is new, and
        nobody else has come for one of `keys` yet. Where it says no, lock and look as usual. All
        keys that are written to a range meanwhile must be asked about, in the order of writing.
        """

    def delete_range(self, start: bytes, end: bytes) -> None:
        """Removes a range at commit: whole storage ids that nothing reads any more."""

    def drop_storage(self, prefix: bytes) -> None:
        """Removes all keys of a storage id at commit, this transaction's own writes included."""

    def log_change(
        self, storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
    ) -> None:
        """Records a change for the change log, in the same batch under the commit's timestamp."""

    async def pressure(self) -> None:
        """Gives the transaction the chance to spill its write set and to yield.

        Call it every few hundred writes.
        """

    def watch(self) -> int:
        """Returns a mark for `was_removed`."""

    def was_removed(self, key: bytes, since: int) -> bool | None:
        """Returns whether own writes since a mark have removed the key and written it again.

        None if that isn't known any more.
        """

    def savepoint(self) -> int:
        """Returns a mark to roll back to."""

    async def rollback_to(self, savepoint: int) -> None:
        """Undoes writes, and releases locks taken, since the mark; the mark stays."""

    def release_savepoint(self, savepoint: int) -> None:
        """Forgets a mark and all after it; what was done since belongs to what is around it."""

    def before_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Awaits `action()` as the commit begins; it may write, and what it raises ends the commit.

        It stays, whatever is rolled back to a savepoint.
        """

    def on_commit(self, action: Callable[[int], None]) -> None:
        """Runs `action(commit_timestamp)` when the commit is durable, before anyone can see it.

        Catalog flips are such actions.
        """

    async def commit(self) -> int:
        """Makes the writes durable and visible, releases the locks, returns the commit timestamp.

        Raises 40001, 53100, 54000; 40003 if the outcome is unknown. A transaction without writes
        just ends (after `settled()`).
        """

    async def rollback(self) -> None:
        """Forgets the writes and releases the locks. Never raises; harmless after commit."""


class Newest(Protocol):
    """What a point operation sees and does: the newest state, synced or not. Synchronous."""

    @property
    def counts(self) -> Counts:
        """Returns what it has read and written so far."""

    def get(self, key: bytes) -> bytes | None:
        """Returns the newest value, unsynced commits included."""

    def put(self, key: bytes, value: bytes) -> None: ...

    def put_item(self, key: bytes, body: bytes) -> None: ...

    def delete(self, key: bytes) -> None: ...

    def log_change(
        self, storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
    ) -> None: ...


class Store(Protocol):
    """An open store."""

    def begin(self, isolation: Isolation = Isolation.READ_COMMITTED) -> Transaction:
        """Starts a transaction at the newest snapshot."""

    async def point(self, keys: Sequence[bytes], operation: Callable[[Newest], T]) -> T:
        """Runs `operation` atomically against the newest state; returns its result when durable.

        `keys` are those it may write or rely on: while another transaction holds one of them, the
        operation is parked. If it discovers more keys (a unique index value of the old row), it
        raises `Retry` with the wider list and has no effect. An exception undoes it, and is raised
        after what it read is synced.
        """

    async def close(self) -> None:
        """Drains and closes; the next open is quick."""


class EmbeddedStore(Store, Protocol):
    """The synchronous capability of a store in this process.

    Reads at the newest synced snapshot, no waiting.
    """

    def get_now(self, key: bytes) -> bytes | None:
        """Returns the value in the newest snapshot."""

    def scan_now(
        self, start: bytes, end: bytes, limit: int, *, reverse: bool = False
    ) -> list[Entry]:
        """Returns at most `limit` (<= 1000) entries of the newest snapshot."""


class Retry(Exception):  # noqa: N818 - a signal of control flow between two layers
    """A point operation needs more keys; see `Store.point`."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        super().__init__("more keys needed")
        self.keys = keys


class NeedsTransaction(Exception):  # noqa: N818 - a signal of control flow, not a fault
    """A point operation would reach further than to its row (a new attribute, a foreign key)."""


class Coordinator(Protocol):
    """What servers over one store agree on besides data: waits, ids, notifications."""

    async def acquire(
        self, owner: Any, key: bytes, mode: AnyLockMode, wait: LockWait = LockWait.WAIT
    ) -> bool:
        """Locks a key for an owner (transaction or session); deadlocks give 40P01."""

    def release(self, owner: Any) -> None:
        """Releases all that the owner holds, and wakes the waiters."""

    async def next_ids(self, name: str, count: int) -> int:
        """Returns the first of `count` ids never given before under that name, durably reserved."""

    def notify(self, channel: str, payload: str, sender: int) -> None:
        """Delivers to the listeners of a channel."""

    def listen(self, channel: str, deliver: Callable[[str, str, int], None]) -> Callable[[], None]:
        """Subscribes; the result unsubscribes."""
