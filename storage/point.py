"""Point operations: a few items by key, evaluated at once against the newest state.

An operation sees everything committed before it, synced or not, so a condition needs no retry; its
own writes join the next group as one. It never waits inside, so nothing comes between its reads and
its writes.
"""

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from storage.changes import change_key, encode_change
from storage.commit import Committer, Group
from storage.items import with_header
from storage.kv.store import Counts, Newest, Retry

T = TypeVar("T")


class NewestState:
    """What one point operation sees and has written so far."""

    __slots__ = ("_change_count", "_committer", "_timestamp", "counts", "has_puts", "writes")

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._timestamp = 0
        self._change_count = 0
        self.counts = Counts()
        self.writes: dict[bytes, bytes | None] = {}
        self.has_puts = False

    def get(self, key: bytes) -> bytes | None:
        value = self.writes[key] if key in self.writes else self._committer.get_newest(key)
        self.counts.count_read(key, value)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        self.writes[key] = value
        self.has_puts = True
        self.counts.count_write(key, len(value))

    def put_item(self, key: bytes, body: bytes) -> None:
        self.put(key, with_header(self.timestamp(), body))

    def delete(self, key: bytes) -> None:
        self.writes[key] = None
        self.counts.count_write(key, 0)

    def log_change(
        self, storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
    ) -> None:
        record = change_key(self.timestamp(), self._change_count)
        self.writes[record] = encode_change(storage_id, operation, key, new, old)
        self._change_count += 1

    def timestamp(self) -> int:
        """Returns the operation's commit timestamp."""
        if self._timestamp == 0:
            self._timestamp = self._committer.timestamps.next()
        return self._timestamp


class Evaluated(Generic[T]):
    """An operation that has run, and what must be durable before anybody hears of it."""

    __slots__ = ("_error", "_group", "_result")

    def __init__(self, result: T | None, error: BaseException | None, group: Group | None) -> None:
        self._result = result
        self._error = error
        self._group = group

    async def told(self) -> T:
        """Returns the result, or raises what the operation raised, when that is durable."""
        if self._group is not None:
            await self._group.settled()
        if self._error is not None:
            raise self._error
        return cast(T, self._result)


def evaluate(committer: Committer, operation: Callable[[Newest], T]) -> Evaluated[T]:
    """Runs an operation. Raises `Retry`; every other exception is kept until it may be told."""
    state = NewestState(committer)
    try:
        committer.check_writable(only_deletes=True)
        result = operation(state)
        if not state.writes:
            return Evaluated(result, None, committer.unsettled())
        committer.check_writable(only_deletes=not state.has_puts)
    except Retry:
        raise
    except Exception as error:  # noqa: BLE001 - raised again by told()
        return Evaluated(None, error, committer.unsettled())
    return Evaluated(result, None, committer.join(state.writes, state.timestamp()))
