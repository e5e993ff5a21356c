"""Bugs planted in the store, each a component of its own: the checker must notice every one."""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

from storage.embedded import StoreComponents
from storage.kv.store import Isolation, LockWait
from storage.lock_modes import AnyLockMode, LockMode
from storage.lock_owners import LockOwner
from storage.locks import LockTable
from storage.serializable import ReadSet
from storage.transaction import EmbeddedTransaction

Swap = Callable[[StoreComponents], StoreComponents]


def _transaction(kind: type[EmbeddedTransaction]) -> Swap:
    return lambda components: dataclasses.replace(components, make_transaction=kind)


def _reads(kind: type[ReadSet]) -> Swap:
    return lambda components: dataclasses.replace(components, make_reads=kind)


def _locks(kind: type[LockTable]) -> Swap:
    return lambda components: dataclasses.replace(components, make_locks=kind)


class _NoValidation(ReadSet):
    def validate(self) -> None:
        return

    async def prevalidate(self, _slices: Any) -> None:
        return


class _ForgetsRanges(ReadSet):
    def note_range(self, start: bytes, end: bytes) -> None:
        return


class _ForgetsEmptiness(ReadSet):
    def note_rest(self, start: bytes, end: bytes) -> None:
        return


class _ForgetsKeys(ReadSet):
    def note_key(self, key: bytes) -> None:
        return


class _ValidatesOnlyTheLast(ReadSet):
    async def prevalidate(self, slices: Any) -> None:
        self._position = self._recent.from_position(self._position)[0]


class _DropsLocks(LockTable):
    """Says yes to every third request for a row without noting it."""

    count = 0

    def try_acquire(self, owner: LockOwner, key: bytes, mode: AnyLockMode) -> bool:
        self.count += 1
        return self.count % 3 == 0 or super().try_acquire(owner, key, mode)


class _SharesUpdates(LockTable):
    """Lets two update one row at a time."""

    def try_acquire(self, owner: LockOwner, key: bytes, mode: AnyLockMode) -> bool:
        if mode is LockMode.NO_KEY_UPDATE:
            mode = LockMode.KEY_SHARE
        return super().try_acquire(owner, key, mode)


class _StaleSnapshot(EmbeddedTransaction):
    """Begins at the snapshot of whoever began before it."""

    last: Any = None

    def refresh(self) -> None:
        super().refresh()
        kind = type(self)
        self._snapshot, kind.last = kind.last or self._snapshot, self._snapshot


class _MovesItsSnapshot(EmbeddedTransaction):
    """Takes a new snapshot for each statement at every level."""

    def refresh(self) -> None:
        self._is_snapshot_fixed = False
        super().refresh()


class _KeepsUndone(EmbeddedTransaction):
    """Loses the undo of a savepoint's last write."""

    async def rollback_to(self, savepoint: int) -> None:
        if self._writes.undo:
            self._writes.undo.pop()
        await super().rollback_to(savepoint)


class _NoUniqueCheck(EmbeddedTransaction):
    async def lock_new(self, key: bytes) -> bool:
        await super().lock_new(key)
        return True


class _NoWriteConflict(EmbeddedTransaction):
    """REPEATABLE READ without the look whether a row has changed since the snapshot."""

    async def check_unchanged(self, key: bytes, mode: AnyLockMode = LockMode.UPDATE) -> None:
        return


class _ReleasesEarly(EmbeddedTransaction):
    """Lets go of its locks when its commit is in line, before the sync."""

    async def commit(self) -> int:
        asyncio.get_running_loop().call_soon(self._locks.release, self)
        return await super().commit()


class _CommitsRollbacks(EmbeddedTransaction):
    """Commits what was to be rolled back, now and then."""

    async def rollback(self) -> None:
        if self.id % 5 == 0 and self._savepoints == []:
            await self._commit_anyway()
        await super().rollback()

    async def _commit_anyway(self) -> None:
        if self._state.value == "active" and self._isolation is Isolation.READ_COMMITTED:
            await super().commit()


class _WaitsForNobody(EmbeddedTransaction):
    """Takes a lock that another holds, instead of waiting for it, in one mode."""

    async def lock(
        self, key: bytes, mode: AnyLockMode = LockMode.UPDATE, wait: LockWait = LockWait.WAIT
    ) -> bool:
        if mode is LockMode.UPDATE and key[0] != 0x10:
            return True
        return await super().lock(key, mode, wait)


RC, RR, SER = Isolation.READ_COMMITTED, Isolation.REPEATABLE_READ, Isolation.SERIALIZABLE

#: By name: at which level the bug shows, and how it is planted.
BUGS: dict[str, tuple[Isolation, Swap]] = {
    "validation is skipped": (SER, _reads(_NoValidation)),
    "ranges aren't validated": (SER, _reads(_ForgetsRanges)),
    "the emptiness of ranges isn't validated": (SER, _reads(_ForgetsEmptiness)),
    "keys aren't validated": (SER, _reads(_ForgetsKeys)),
    "only the newest commits are validated": (SER, _reads(_ValidatesOnlyTheLast)),
    "locks are dropped": (RC, _locks(_DropsLocks)),
    "two update one row": (RC, _locks(_SharesUpdates)),
    "a snapshot is stale": (RC, _transaction(_StaleSnapshot)),
    "a snapshot moves": (RR, _transaction(_MovesItsSnapshot)),
    "a savepoint's undo is lost": (RC, _transaction(_KeepsUndone)),
    "keys aren't looked for before they are made": (RC, _transaction(_NoUniqueCheck)),
    "changes since the snapshot are overwritten": (RR, _transaction(_NoWriteConflict)),
    "locks go before the sync": (RC, _transaction(_ReleasesEarly)),
    "a rollback commits": (RC, _transaction(_CommitsRollbacks)),
    "an advisory lock isn't waited for": (RC, _transaction(_WaitsForNobody)),
}
