"""Coordination within one server: locks, id ranges, notifications."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from storage.keyspace import STORE
from storage.kv.store import LockWait, Newest
from storage.lock_modes import AnyLockMode
from storage.locks import LockTable

_IDS: Final = STORE + b"i"
#: Reservations double from the first size to the last, so that few ids are lost by a restart.
_RESERVED_COUNT_FIRST: Final = 8
_RESERVED_COUNT_MAX: Final = 4096

Deliver = Callable[[str, str, int], None]
#: Runs a point operation on these keys and returns its result when it is durable.
Point = Callable[[list[bytes], Callable[[Newest], int]], Awaitable[int]]


class _Range:
    """Ids reserved under one name, not given out yet."""

    __slots__ = ("end", "next", "reserved_count")

    def __init__(self) -> None:
        self.next = self.end = 0
        self.reserved_count = _RESERVED_COUNT_FIRST


class LocalCoordinator:
    """See `storage.kv.store.Coordinator`."""

    def __init__(self, locks: LockTable, point: Point) -> None:
        self.locks = locks
        self._point = point
        self._ranges: dict[str, _Range] = {}
        self._listeners: dict[str, list[Deliver]] = {}

    async def acquire(
        self, owner: Any, key: bytes, mode: AnyLockMode, wait: LockWait = LockWait.WAIT
    ) -> bool:
        return await self.locks.acquire(owner, key, mode, wait)

    def release(self, owner: Any) -> None:
        self.locks.release(owner)

    async def next_ids(self, name: str, count: int) -> int:
        ids = self._ranges.setdefault(name, _Range())
        if ids.end - ids.next < count:
            reserved = max(count, ids.reserved_count)
            ids.reserved_count = min(ids.reserved_count * 2, _RESERVED_COUNT_MAX)
            first = await self._reserve(name, reserved)
            # Others may have come here meanwhile; each keeps to what it has reserved itself.
            if ids.end - ids.next < reserved - count:
                ids.next, ids.end = first + count, first + reserved
            return first
        first = ids.next
        ids.next += count
        return first

    async def _reserve(self, name: str, count: int) -> int:
        key = _IDS + name.encode()

        def reserve(state: Newest) -> int:
            stored = state.get(key)
            first = 1 if stored is None else int.from_bytes(stored, "big")
            state.put(key, (first + count).to_bytes(8, "big"))
            return first

        return await self._point([key], reserve)

    def notify(self, channel: str, payload: str, sender: int) -> None:
        for deliver in list(self._listeners.get(channel, ())):
            deliver(channel, payload, sender)

    def listen(self, channel: str, deliver: Deliver) -> Callable[[], None]:
        listeners = self._listeners.setdefault(channel, [])
        listeners.append(deliver)

        def unlisten() -> None:
            if deliver in listeners:
                listeners.remove(deliver)
            if not listeners and self._listeners.get(channel) is listeners:
                del self._listeners[channel]

        return unlisten
