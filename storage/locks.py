"""The lock table: who may write a key, who waits for it, and who waits in a circle.

Four modes, as PostgreSQL's row locks (manual, table 13.3; x marks a conflict):

|               | KEY_SHARE | SHARE | NO_KEY_UPDATE | UPDATE |
|---------------|-----------|-------|---------------|--------|
| KEY_SHARE     |           |       |               | x      |
| SHARE         |           |       | x             | x      |
| NO_KEY_UPDATE |           | x     | x             | x      |
| UPDATE        | x         | x     | x             | x      |

Waiters of a key are served in order of arrival: a request also waits behind an earlier waiter that
it conflicts with, so that a stream of sharers can't starve a writer. Who strengthens a lock that it
holds goes before the others. A waiter looks for a deadlock once, after `deadlock_timeout_ms`. The
request that closes a circle is the last of it to begin waiting, so its look finds the circle at the
latest; who finds it, gives up.

A transaction that has spilled its write set keeps the locks of those rows there (`SpilledLocks`); a
lock comes back into the table when somebody asks for its key.

Keys are the encoded keys of rows and unique index entries; advisory locks have keys of their own.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from storage.errors import DatabaseError
from storage.kv.store import LockMode, LockWait

DEADLOCK_TIMEOUT_MS: Final = 1000
#: A lock costs about 400 bytes. Large write sets take theirs out of the table when they spill.
LOCKS_PER_OWNER_MAX: Final = 200_000

_ADVISORY_KEYSPACE: Final = b"\xfe"
_ADVISORY: Final = struct.Struct(">IIIB")

_CONFLICTS: Final[dict[LockMode, frozenset[LockMode]]] = {
    LockMode.KEY_SHARE: frozenset({LockMode.UPDATE}),
    LockMode.SHARE: frozenset({LockMode.NO_KEY_UPDATE, LockMode.UPDATE}),
    LockMode.NO_KEY_UPDATE: frozenset({LockMode.SHARE, LockMode.NO_KEY_UPDATE, LockMode.UPDATE}),
    LockMode.UPDATE: frozenset(LockMode),
}


def conflicts(one: LockMode, other: LockMode) -> bool:
    """Returns whether two owners can't hold these modes on one key at the same time."""
    return other in _CONFLICTS[one]


def advisory_key(database: int, class_id: int, object_id: int, sub_id: int) -> bytes:
    """Returns the lock key of an advisory lock, by the four numbers that pg_locks shows."""
    return _ADVISORY_KEYSPACE + _ADVISORY.pack(database, class_id, object_id, sub_id)


class LockOwner(Protocol):
    """Who holds locks: a transaction, a session (advisory locks), a parked point operation.

    Attributes:
        process_id: The session's, shown in the detail of a deadlock. Owners with the same one wait
            as one; 0 if there is none.
        lock_timeout_ms: How long a wait may last; 0 for ever.
    """

    process_id: int
    lock_timeout_ms: int

    @property
    def id(self) -> int:
        """A number that no other owner has."""


class SpilledLocks(Protocol):
    """Locks that one owner keeps outside the table."""

    owner: LockOwner

    def mode_of(self, key: bytes) -> LockMode | None:
        """Returns the mode in which the owner holds the key, or None."""


class Watch:
    """Tells whether anybody but its owner has come for one of some keys.

    Attributes:
        is_disturbed: Somebody has; it stays so.
    """

    __slots__ = ("is_disturbed", "keys", "owner")

    def __init__(self, owner: LockOwner, keys: tuple[bytes, ...]) -> None:
        self.owner = owner
        self.keys = keys
        self.is_disturbed = False


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
        mode: LockMode,
        future: asyncio.Future[None],
        outlasts: LockOwner | None = None,
    ) -> None:
        self.owner = owner
        self.outlasts = outlasts
        self.key = key
        self.mode = mode
        self.future = future


class _Lock:
    __slots__ = ("holders", "queue")

    def __init__(self) -> None:
        self.holders: dict[LockOwner, LockMode] = {}
        self.queue: deque[_Waiter] | None = None


class _Holdings:
    """What one owner holds, in the order of acquiring.

    Attributes:
        log: Key and the mode held before (None: not held).
        kept: Keys whose entries have left the log; they stay locked until the end.
        base: How many entries have left the log, so that marks stay valid.
    """

    __slots__ = ("base", "kept", "log")

    def __init__(self) -> None:
        self.log: list[tuple[bytes, LockMode | None]] = []
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

    def try_acquire(self, owner: LockOwner, key: bytes, mode: LockMode) -> bool:
        """Locks the key if that takes no waiting; returns whether it did."""
        if self._watches:
            self._disturb(owner, key)
        if self._spilled:
            self._fetch_spilled(owner, key)
        lock = self._locks.get(key)
        if lock is None:
            self._check_limit(owner)
            self._locks[key] = lock = _Lock()
            lock.holders[owner] = mode
            self._record(owner, key, None)
            return True
        held = lock.holders.get(owner)
        if held is not None and held >= mode:
            return True
        if not self._is_grantable(lock, owner, mode, is_upgrade=held is not None):
            return False
        self._check_limit(owner)
        self._grant(lock, owner, key, mode)
        return True

    async def acquire(
        self,
        owner: LockOwner,
        key: bytes,
        mode: LockMode = LockMode.UPDATE,
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

    async def _wait(self, owner: LockOwner, key: bytes, mode: LockMode) -> None:
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
        node = _node(owner)
        self._waiting[node] = waiter
        timers = [
            self._loop.call_later(self.deadlock_timeout_ms / 1000, self._break_deadlock, waiter)
        ]
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
        if waiter.owner not in lock.holders:
            lock.queue.append(waiter)
            return
        upgrades = 0
        for other in lock.queue:
            if other.owner not in lock.holders:
                break
            upgrades += 1
        lock.queue.insert(upgrades, waiter)

    async def outlast(
        self,
        owner: LockOwner,
        key: bytes,
        mode: LockMode,
        count: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Waits for the end of all who hold the key now in a mode that conflicts with this one.

        Who comes later isn't waited for, and doesn't wait. `count` hears of (ended, all). Raises
        40P01, 55P03.
        """
        lock = self._locks.get(key)
        if lock is None:
            return
        conflicting = _CONFLICTS[mode]
        node = _node(owner)
        others = [
            holder
            for holder, held in lock.holders.items()
            if held in conflicting and _node(holder) != node
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
            key, previous = log.pop()
            lock = self._locks[key]
            if previous is None:
                del lock.holders[owner]
            else:
                lock.holders[owner] = previous
            self._serve(key, lock)

    def release_key(self, owner: LockOwner, key: bytes) -> None:
        """Releases one key (an advisory lock; row locks last to the end of the transaction)."""
        holdings = self._holdings.get(owner)
        lock = self._locks.get(key)
        if holdings is None or lock is None or owner not in lock.holders:
            return
        holdings.log = [entry for entry in holdings.log if entry[0] != key]
        holdings.kept.discard(key)
        del lock.holders[owner]
        self._serve(key, lock)

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
                and (lock.queue is not None or any(o is not owner for o in lock.holders))
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

    def begin_spill(self, spilled: SpilledLocks) -> list[tuple[bytes, LockMode]]:
        """Says that `spilled` will answer for locks of its owner; returns what is in the table.

        Savepoint marks of that time no longer release anything: those locks last to the end.
        """
        owner = spilled.owner
        if spilled not in self._spilled:
            self._spilled.append(spilled)
        holdings = self._holdings.get(owner)
        if holdings is None:
            return []
        holdings.kept.update(key for key, _ in holdings.log)
        holdings.base += len(holdings.log)
        holdings.log.clear()
        locks = self._locks
        return [(key, locks[key].holders[owner]) for key in holdings.kept]

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
            lock.holders[spilled.owner] = mode
            self._holdings.setdefault(spilled.owner, _Holdings()).kept.add(key)
            found = True
        return found

    # Granting

    def _is_grantable(
        self, lock: _Lock, owner: LockOwner, mode: LockMode, *, is_upgrade: bool
    ) -> bool:
        conflicting = _CONFLICTS[mode]
        for holder, held in lock.holders.items():
            if holder is not owner and held in conflicting:
                return False
        if is_upgrade or lock.queue is None:
            return True
        return not any(waiter.mode in conflicting for waiter in lock.queue)

    def _grant(self, lock: _Lock, owner: LockOwner, key: bytes, mode: LockMode) -> None:
        previous = lock.holders.get(owner)
        lock.holders[owner] = mode if previous is None else max(mode, previous)
        self._record(owner, key, previous)

    def _record(self, owner: LockOwner, key: bytes, previous: LockMode | None) -> None:
        holdings = self._holdings.get(owner)
        if holdings is None:
            self._holdings[owner] = holdings = _Holdings()
        holdings.log.append((key, previous))

    def _serve(self, key: bytes, lock: _Lock) -> None:
        """Grants what can be granted now, in order, and forgets a lock that nobody needs."""
        if lock.queue is not None:
            passed: list[_Waiter] = []
            for waiter in list(lock.queue):
                conflicting = _CONFLICTS[waiter.mode]
                is_free = all(
                    holder is waiter.owner or held not in conflicting
                    for holder, held in lock.holders.items()
                )
                if is_free and not any(other.mode in conflicting for other in passed):
                    lock.queue.remove(waiter)
                    if not waiter.future.done():
                        self._grant(lock, waiter.owner, key, waiter.mode)
                        waiter.future.set_result(None)
                else:
                    passed.append(waiter)
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

    def blocking(self, process_id: int) -> list[int]:
        """Returns the processes that a waiting session waits for: holders, and who came before."""
        waiter = self._waiting.get(process_id)
        if waiter is None or waiter.future.done():
            return []
        return list(dict.fromkeys(_node(owner) for owner in self._blockers(waiter)))

    # Deadlocks

    def _break_deadlock(self, waiter: _Waiter) -> None:
        if waiter.future.done():
            return
        circle = self._find_circle(waiter)
        if circle is None:
            return
        detail = "\n".join(
            f"Process {_node(waiting.owner)} waits for {_described(waiting, blocker)}; "
            f"blocked by process {_node(blocker)}."
            for waiting, blocker in circle
        )
        waiter.future.set_exception(
            DatabaseError(
                "40P01",
                "deadlock detected",
                detail=detail,
                hint="See server log for query details.",
            )
        )

    def _find_circle(self, start: _Waiter) -> list[tuple[_Waiter, LockOwner]] | None:
        """Returns who waits for whom, from the waiter back to itself, or None."""
        target = _node(start.owner)
        seen = {target}
        path: list[tuple[_Waiter, LockOwner]] = []
        stack = [(start, iter(self._blockers(start)))]
        while stack:
            waiter, blockers = stack[-1]
            blocker = next(blockers, None)
            if blocker is None:
                stack.pop()
                if path:
                    path.pop()
                continue
            node = _node(blocker)
            if node == target:
                return [*path, (waiter, blocker)]
            behind = self._waiting.get(node)
            if node in seen or behind is None or behind.future.done():
                continue
            seen.add(node)
            path.append((waiter, blocker))
            stack.append((behind, iter(self._blockers(behind))))
        return None

    def _blockers(self, waiter: _Waiter) -> list[LockOwner]:
        if waiter.outlasts is not None:
            return [waiter.outlasts]
        lock = self._locks[waiter.key]
        conflicting = _CONFLICTS[waiter.mode]
        blockers = [
            holder
            for holder, held in lock.holders.items()
            if holder is not waiter.owner and held in conflicting
        ]
        for other in lock.queue or ():
            if other is waiter:
                break
            if other.mode in conflicting:
                blockers.append(other.owner)
        return blockers


def _node(owner: LockOwner) -> int:
    """Returns what waits as one: the session's process, or else the owner by itself."""
    return owner.process_id or owner.id


def _described(waiter: _Waiter, blocker: LockOwner) -> str:
    if waiter.key[:1] == _ADVISORY_KEYSPACE:
        mode = "ShareLock" if waiter.mode <= LockMode.SHARE else "ExclusiveLock"
        numbers = ",".join(str(number) for number in _ADVISORY.unpack(waiter.key[1:]))
        return f"{mode} on advisory lock [{numbers}]"
    return f"ShareLock on transaction {blocker.id}"


def _time_out(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_exception(DatabaseError("55P03", "canceling statement due to lock timeout"))
