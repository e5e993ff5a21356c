"""The lock table: who may write a key, who waits for it, and who waits in a circle.

Keys are the encoded keys of rows and unique index entries, keys that stand for tables
(storage/table_locks.py), and those of advisory locks. Modes: storage/lock_modes.py.

A request waits while another owner holds a conflicting mode. On tables and advisory locks it also
waits behind an earlier waiter that it conflicts with; on rows it doesn't, as in PostgreSQL, where a
sharer joins other sharers though a writer waits. Waiters of a key are served in order of arrival,
but who strengthens a lock goes before those whom the lock that it holds keeps waiting. A waiter
looks for a deadlock once, after `deadlock_timeout_ms`. The request that closes a circle is the last
of it to begin waiting, so its look finds the circle at the latest; who finds it, gives up.

A transaction that has spilled its write set keeps the locks of those rows there (`SpilledLocks`); a
lock comes back into the table when somebody asks for its key.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from storage.deadlocks import deadlock, find_circle, node_of
from storage.errors import DatabaseError
from storage.kv.store import LockWait
from storage.lock_modes import (
    ACCESS_SHARE_BIT,
    CONFLICTS,
    INCLUDED_IN,
    TABLE_MODES,
    AnyLockMode,
    LockMode,
    modes_of,
    strongest_row_mode,
)
from storage.lock_owners import LockEntry, LockOwner, SpilledLocks

DEADLOCK_TIMEOUT_MS: Final = 1000
#: A lock costs about 400 bytes. Large write sets take theirs out of the table when they spill.
LOCKS_PER_OWNER_MAX: Final = 200_000


class Watch:
    """Tells whether anybody but its owner has come for one of some keys, other than to read.

    Attributes:
        is_disturbed: Somebody has; it stays so.
    """

    __slots__ = ("is_disturbed", "keys", "owner")

    def __init__(self, owner: LockOwner, keys: tuple[bytes, ...]) -> None:
        self.owner = owner
        self.keys = keys
        self.is_disturbed = False


def new_in_claim(watch: Watch, has_written: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """Returns what tells that a key in a claimed range may be written at once."""
    highest = b""

    def is_new(key: bytes) -> bool:
        nonlocal highest
        if watch.is_disturbed:
            return False
        if key > highest:
            highest = key
            return True
        return not has_written(key)

    return is_new


class _Waiter:
    """Who waits for what.

    Attributes:
        outlasts: The one owner whose end it waits for, without asking for the lock; or None.
    """

    __slots__ = ("future", "key", "mode", "outlasts", "owner")

    def __init__(
        self,
        owner: LockOwner,
        key: bytes,
        mode: AnyLockMode,
        future: asyncio.Future[None],
        outlasts: LockOwner | None = None,
    ) -> None:
        self.owner = owner
        self.outlasts = outlasts
        self.key = key
        self.mode = mode
        self.future = future

    @property
    def is_over(self) -> bool:
        return self.future.done()


class _Lock:
    """A key's holders, with the mask of what each holds, and who waits."""

    __slots__ = ("holders", "queue")

    def __init__(self) -> None:
        self.holders: dict[LockOwner, int] = {}
        self.queue: deque[_Waiter] | None = None


class _Holdings:
    """What one owner holds, in the order of acquiring.

    Attributes:
        log: Key and the mask held before (0: not held).
        kept: Keys whose entries have left the log; they stay locked until the end.
        base: How many entries have left the log, so that marks stay valid.
    """

    __slots__ = ("base", "kept", "log")

    def __init__(self) -> None:
        self.log: list[tuple[bytes, int]] = []
        self.kept: set[bytes] = set()
        self.base = 0


class LockTable:
    """All locks of one server.

    Args:
        loop: The loop on which the waiters wait.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        deadlock_timeout_ms: int = DEADLOCK_TIMEOUT_MS,
        locks_per_owner_max: int = LOCKS_PER_OWNER_MAX,
    ) -> None:
        self._loop = loop
        self.deadlock_timeout_ms = deadlock_timeout_ms
        self._locks_per_owner_max = locks_per_owner_max
        self._locks: dict[bytes, _Lock] = {}
        self._holdings: dict[LockOwner, _Holdings] = {}
        self._waiting: dict[int, _Waiter] = {}
        self._spilled: list[SpilledLocks] = []
        self._watches: dict[bytes, Watch] = {}
        self._ending: dict[LockOwner, list[asyncio.Future[None]]] = {}

    # Taking

    @property
    def is_idle(self) -> bool:
        """Whether every key is free, and nobody has to be told of those who ask."""
        return not (self._locks or self._watches or self._spilled)

    def is_free(self, key: bytes) -> bool:
        """Returns whether nobody holds or awaits the key."""
        if self._watches:
            self._disturb(None, key)
        return key not in self._locks and (not self._spilled or not self._fetch_spilled(None, key))

    def try_acquire(self, owner: LockOwner, key: bytes, mode: AnyLockMode) -> bool:
        """Locks the key if that takes no waiting; returns whether it did."""
        if self._watches and 1 << mode != ACCESS_SHARE_BIT:
            self._disturb(owner, key)
        if self._spilled:
            self._fetch_spilled(owner, key)
        lock = self._locks.get(key)
        if lock is None:
            self._check_limit(owner)
            self._locks[key] = lock = _Lock()
            lock.holders[owner] = 1 << mode
            self._record(owner, key, 0)
            return True
        held = lock.holders.get(owner, 0)
        if held & INCLUDED_IN[mode]:
            return True
        if not self._is_grantable(lock, owner, mode, held):
            return False
        self._check_limit(owner)
        self._grant(lock, owner, key, mode)
        return True

    async def acquire(
        self,
        owner: LockOwner,
        key: bytes,
        mode: AnyLockMode = LockMode.UPDATE,
        wait: LockWait = LockWait.WAIT,
    ) -> bool:
        """Locks the key, waiting for it if need be.

        Returns False only for SKIP. Raises 40P01 (deadlock), 55P03 (NOWAIT, or lock_timeout passed)
        and 53200 (too many locks). Whatever ends the wait early leaves no trace of it.
        """
        if self.try_acquire(owner, key, mode):
            return True
        if wait is LockWait.SKIP:
            return False
        if wait is LockWait.NOWAIT:
            raise DatabaseError("55P03", "could not obtain lock on row")
        self._check_limit(owner)
        await self._wait(owner, key, mode)
        return True

    async def _wait(self, owner: LockOwner, key: bytes, mode: AnyLockMode) -> None:
        lock = self._locks[key]
        waiter = _Waiter(owner, key, mode, self._loop.create_future())
        self._enqueue(lock, waiter)
        try:
            await self._waited(waiter)
        finally:
            if lock.queue is not None and waiter in lock.queue:
                lock.queue.remove(waiter)
                self._serve(key, lock)

    async def _waited(self, waiter: _Waiter) -> None:
        """Awaits a waiter's turn, looking for a deadlock once."""
        owner = waiter.owner
        node = node_of(owner)
        self._waiting[node] = waiter
        look_ms = owner.deadlock_timeout_ms or self.deadlock_timeout_ms
        timers = [self._loop.call_later(look_ms / 1000, self._break_deadlock, waiter)]
        if owner.lock_timeout_ms > 0:
            timers.append(
                self._loop.call_later(owner.lock_timeout_ms / 1000, _time_out, waiter.future)
            )
        try:
            await waiter.future
        finally:
            for timer in timers:
                timer.cancel()
            if self._waiting.get(node) is waiter:
                del self._waiting[node]

    def _enqueue(self, lock: _Lock, waiter: _Waiter) -> None:
        if lock.queue is None:
            lock.queue = deque()
        held = lock.holders.get(waiter.owner, 0)
        position = len(lock.queue)
        if held:
            for number, other in enumerate(lock.queue):
                if held & CONFLICTS[other.mode] and other.owner not in lock.holders:
                    position = number
                    break
        lock.queue.insert(position, waiter)

    async def outlast(
        self,
        owner: LockOwner,
        key: bytes,
        mode: AnyLockMode,
        count: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Waits for the end of all who hold the key now in a mode that conflicts with this one.

        Who comes later isn't waited for, and doesn't wait. `count` hears of (ended, all). Raises
        40P01, 55P03.
        """
        lock = self._locks.get(key)
        if lock is None:
            return
        node = node_of(owner)
        others = [
            holder
            for holder, mask in lock.holders.items()
            if mask & CONFLICTS[mode] and node_of(holder) != node
        ]
        for done, other in enumerate(others):
            count(done, len(others))
            if other in self._holdings:
                waiter = _Waiter(owner, key, mode, self._loop.create_future(), other)
                self._ending.setdefault(other, []).append(waiter.future)
                await self._waited(waiter)
        count(len(others), len(others))

    # Letting go

    def mark(self, owner: LockOwner) -> int:
        """Returns a mark for `release_to`."""
        holdings = self._holdings.get(owner)
        return 0 if holdings is None else holdings.base + len(holdings.log)

    def release_to(self, owner: LockOwner, mark: int) -> None:
        """Undoes what the owner has acquired since the mark."""
        holdings = self._holdings.get(owner)
        if holdings is None:
            return
        log = holdings.log
        while log and holdings.base + len(log) > mark:
            self._weaken(owner, *log.pop())

    def _weaken(self, owner: LockOwner, key: bytes, mask: int) -> None:
        lock = self._locks[key]
        if mask:
            lock.holders[owner] = mask
        else:
            del lock.holders[owner]
        self._serve(key, lock)

    def keep(self, owner: LockOwner) -> None:
        """Says that marks so far no longer release anything: each lock is released by its key."""
        holdings = self._holdings.get(owner)
        if holdings is not None:
            holdings.kept.update(key for key, _ in holdings.log)
            holdings.base += len(holdings.log)
            holdings.log.clear()

    def release_mode(self, owner: LockOwner, key: bytes, mode: AnyLockMode) -> None:
        """Releases one mode of one key that is kept (an advisory lock)."""
        holdings = self._holdings.get(owner)
        lock = self._locks.get(key)
        if holdings is None or lock is None or key not in holdings.kept:
            return
        mask = lock.holders.get(owner, 0) & ~(1 << mode)
        if not mask:
            holdings.kept.discard(key)
        self._weaken(owner, key, mask)

    def release(self, owner: LockOwner) -> None:
        """Releases all that the owner holds, and serves the waiters."""
        holdings = self._holdings.pop(owner, None)
        for future in self._ending.pop(owner, ()):
            if not future.done():
                future.set_result(None)
        if self._spilled:
            self._spilled = [spilled for spilled in self._spilled if spilled.owner is not owner]
        for key in [key for key, watch in self._watches.items() if watch.owner is owner]:
            del self._watches[key]
        if holdings is None:
            return
        locks = self._locks
        for keys in ([entry[0] for entry in holdings.log], holdings.kept):
            for key in keys:
                lock = locks.get(key)
                if lock is None or lock.holders.pop(owner, None) is None:
                    continue  # a key appears in the log once for each strengthening
                if lock.queue is None and not lock.holders:
                    del locks[key]
                else:
                    self._serve(key, lock)

    # Watching

    def watch(self, owner: LockOwner, keys: Iterable[bytes]) -> Watch:
        """Returns a watch over keys: disturbed already if another holds or awaits one of them."""
        watch = Watch(owner, tuple(keys))
        for key in watch.keys:
            if self._spilled:
                self._fetch_spilled(owner, key)
            lock = self._locks.get(key)
            other = self._watches.get(key)
            if (other is not None and other.owner is not owner) or (
                lock is not None
                and (
                    lock.queue is not None
                    or any(
                        holder is not owner and held != ACCESS_SHARE_BIT
                        for holder, held in lock.holders.items()
                    )
                )
            ):
                watch.is_disturbed = True
                return watch
        self._watches.update(dict.fromkeys(watch.keys, watch))
        return watch

    def _disturb(self, asking: LockOwner | None, key: bytes) -> None:
        watch = self._watches.get(key)
        if watch is not None and watch.owner is not asking:
            watch.is_disturbed = True
            for watched in watch.keys:
                self._watches.pop(watched, None)

    # Spilling

    def answer_for(self, spilled: SpilledLocks) -> None:
        """Says that `spilled` answers for locks of its owner that never come into the table."""
        self._spilled.insert(0, spilled)

    def log_of(self, owner: LockOwner) -> tuple[int, list[tuple[bytes, int]]]:
        """Returns what marks up to now need to release: from which on, key and mask before."""
        holdings = self._holdings.get(owner)
        return (0, []) if holdings is None else (holdings.base, list(holdings.log))

    def begin_spill(self, spilled: SpilledLocks) -> Iterator[tuple[bytes, LockMode]]:
        """Says that `spilled` will answer for row locks of its owner; yields those in the table.

        Whoever draws them may pause in between, as long as the owner does nothing else. Marks up to
        now need what `log_of` has given before: `weaken`, and at the end `rebase`.
        """
        owner = spilled.owner
        if spilled not in self._spilled:
            self._spilled.append(spilled)
        self.keep(owner)
        holdings = self._holdings.get(owner)
        return iter(()) if holdings is None else self._row_locks(owner, list(holdings.kept))

    def _row_locks(
        self, owner: LockOwner, keys: Iterable[bytes]
    ) -> Iterator[tuple[bytes, LockMode]]:
        locks = self._locks
        for key in keys:
            held = locks[key].holders[owner]
            if not held & TABLE_MODES:
                yield key, strongest_row_mode(held)

    def weaken(self, owner: LockOwner, key: bytes, mask: int) -> None:
        """Makes a kept lock what it was before, if it is in the table."""
        lock = self._locks.get(key)
        if lock is None or owner not in lock.holders:
            return
        if not mask:
            self._holdings[owner].kept.discard(key)
        self._weaken(owner, key, mask)

    def rebase(self, owner: LockOwner, mark: int) -> None:
        """Says that all acquired since the mark has been released."""
        holdings = self._holdings.get(owner)
        if holdings is not None and holdings.base > mark:
            holdings.base = mark

    def spill(self, spilled: SpilledLocks, keys: Iterable[bytes]) -> None:
        """Takes keys, which `spilled` now answers for, out of the table.

        Locks that others await stay in it, and so do locks shared with others.
        """
        owner = spilled.owner
        locks = self._locks
        kept = self._holdings[owner].kept
        for key in keys:
            lock = locks.get(key)
            if lock is not None and lock.queue is None and list(lock.holders) == [owner]:
                del locks[key]
                kept.discard(key)

    def count_held(self, owner: LockOwner) -> int:
        """Returns about how many locks the owner has in the table."""
        holdings = self._holdings.get(owner)
        return 0 if holdings is None else len(holdings.log) + len(holdings.kept)

    def _fetch_spilled(self, asking: LockOwner | None, key: bytes) -> bool:
        """Puts the key's lock, if somebody else keeps it outside, into the table."""
        found = False
        for spilled in self._spilled:
            if spilled.owner is asking:
                continue
            lock = self._locks.get(key)
            if lock is not None and spilled.owner in lock.holders:
                continue
            mode = spilled.mode_of(key)
            if mode is None:
                continue
            if lock is None:
                self._locks[key] = lock = _Lock()
            lock.holders[spilled.owner] = 1 << mode
            self._holdings.setdefault(spilled.owner, _Holdings()).kept.add(key)
            found = True
        return found

    # Granting

    def _is_grantable(self, lock: _Lock, owner: LockOwner, mode: AnyLockMode, held: int) -> bool:
        conflicting = CONFLICTS[mode]
        for holder, mask in lock.holders.items():
            if mask & conflicting and holder is not owner and not _is_same(holder, owner):
                return False
        if lock.queue is None or isinstance(mode, LockMode):
            return True
        for waiter in lock.queue:
            if held & CONFLICTS[waiter.mode]:
                return True  # it waits for us: it can't go first
            if conflicting >> waiter.mode & 1:
                return False
        return True

    def _grant(self, lock: _Lock, owner: LockOwner, key: bytes, mode: AnyLockMode) -> None:
        previous = lock.holders.get(owner, 0)
        lock.holders[owner] = previous | 1 << mode
        self._record(owner, key, previous)

    def _record(self, owner: LockOwner, key: bytes, previous: int) -> None:
        holdings = self._holdings.get(owner)
        if holdings is None:
            self._holdings[owner] = holdings = _Holdings()
        holdings.log.append((key, previous))

    def _serve(self, key: bytes, lock: _Lock) -> None:
        """Grants what can be granted now, in order, and forgets a lock that nobody needs."""
        if lock.queue is not None:
            passed = 0
            for waiter in list(lock.queue):
                conflicting = CONFLICTS[waiter.mode]
                if passed & conflicting or any(
                    mask & conflicting
                    and holder is not waiter.owner
                    and not _is_same(holder, waiter.owner)
                    for holder, mask in lock.holders.items()
                ):
                    passed |= 1 << waiter.mode
                    continue
                lock.queue.remove(waiter)
                if not waiter.future.done():
                    self._grant(lock, waiter.owner, key, waiter.mode)
                    waiter.future.set_result(None)
            if not lock.queue:
                lock.queue = None
        if lock.queue is None and not lock.holders:
            self._locks.pop(key, None)

    def _check_limit(self, owner: LockOwner) -> None:
        holdings = self._holdings.get(owner)
        if holdings is None:
            return
        if len(holdings.log) + len(holdings.kept) >= self._locks_per_owner_max:
            raise DatabaseError(
                "53200",
                "out of shared memory",
                hint="You might need to increase max_locks_per_transaction.",
            )

    # Looking

    def is_being_written(self, key: bytes, asking: LockOwner) -> bool:
        """Returns whether another owner has changed what is under the key, and hasn't ended."""
        if self._spilled:
            self._fetch_spilled(asking, key)
        lock = self._locks.get(key)
        return lock is not None and any(
            holder is not asking and holder.has_written(key) for holder in lock.holders
        )

    def blocking(self, process_id: int) -> list[int]:
        """Returns the processes that a waiting session waits for: holders, and who came before."""
        waiter = self._waiting.get(process_id)
        if waiter is None or waiter.is_over:
            return []
        return list(dict.fromkeys(node_of(owner) for owner in self._blockers(waiter)))

    def entries(self) -> Iterator[LockEntry]:
        """Yields the locks in the table: those held, and those awaited."""
        for key, lock in self._locks.items():
            for owner, mask in lock.holders.items():
                for mode in modes_of(mask):
                    yield LockEntry(key, mode, owner.process_id, owner.id, True)
            for waiter in lock.queue or ():
                owner = waiter.owner
                yield LockEntry(key, waiter.mode, owner.process_id, owner.id, False)

    # Deadlocks

    def _break_deadlock(self, waiter: _Waiter) -> None:
        if waiter.is_over:
            return
        circle = find_circle(waiter, self._blockers, self._waiting.get)
        if circle is not None:
            waiter.future.set_exception(deadlock(circle))

    def _blockers(self, waiter: _Waiter) -> list[LockOwner]:
        if waiter.outlasts is not None:
            return [waiter.outlasts]
        lock = self._locks[waiter.key]
        conflicting = CONFLICTS[waiter.mode]
        blockers = [
            holder
            for holder, mask in lock.holders.items()
            if mask & conflicting
            and holder is not waiter.owner
            and not _is_same(holder, waiter.owner)
        ]
        for other in lock.queue or ():
            if other is waiter:
                break
            if conflicting >> other.mode & 1:
                blockers.append(other.owner)
        return blockers


def _is_same(one: LockOwner, other: LockOwner) -> bool:
    """Returns whether both belong to one session, which doesn't wait for itself."""
    return one.process_id != 0 and one.process_id == other.process_id


def _time_out(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_exception(DatabaseError("55P03", "canceling statement due to lock timeout"))
