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
from storage.keyspace import CHANGES
from storage.kv.store import Counts, Newest, Retry

T = TypeVar("T")

_CHANGES: int = CHANGES[0]


class NewestState:
    """What one point operation sees and has written so far."""

    __slots__ = ("_change_count", "_committer", "_read", "_timestamp", "has_puts", "writes")

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._timestamp = 0
        self._change_count = 0
        self._read: list[tuple[bytes, bytes | None]] = []
        self.writes: dict[bytes, bytes | None] = {}
        self.has_puts = False

    @property
    def counts(self) -> Counts:
        """What it has read and written; counted when somebody asks."""
        counts = Counts()
        for key, value in self._read:
            counts.count_read(key, value)
        for key, value in self.writes.items():
            if key[0] != _CHANGES:
                counts.count_write(key, 0 if value is None else len(value))
        return counts

    def get(self, key: bytes) -> bytes | None:
        writes = self.writes
        value = writes[key] if key in writes else self._committer.get_newest(key)
        self._read.append((key, value))
        return value

    def put(self, key: bytes, value: bytes) -> None:
        self.writes[key] = value
        self.has_puts = True

    def put_item(self, key: bytes, body: bytes) -> None:
        self.writes[key] = with_header(self._timestamp or self.timestamp(), body)
        self.has_puts = True

    def delete(self, key: bytes) -> None:
        self.writes[key] = None

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
    """An operation that has run.

    Attributes:
        group: What must be durable before anybody hears of it; None if all is.
        error: What the operation raised, or None.
    """

    __slots__ = ("_result", "error", "group")

    def __init__(self, result: T | None, error: Exception | None, group: Group | None) -> None:
        self._result = result
        self.error = error
        self.group = group

    @property
    def result(self) -> T:
        """What the operation returned; to be told when the group has settled."""
        return cast(T, self._result)

    async def told(self) -> T:
        """Returns the result, or raises what the operation raised, when that is durable."""
        if self.group is not None:
            await self.group.settled()
        if self.error is not None:
            raise self.error
        return self.result


def evaluate(committer: Committer, operation: Callable[[Newest], T]) -> Evaluated[T]:
    """Runs an operation. Raises `Retry`; every other exception is kept until it may be told."""
    state = NewestState(committer)
    try:
        result = operation(state)
        committer.check_writable(only_deletes=not state.has_puts)
    except Retry:
        raise
    except Exception as error:  # noqa: BLE001 - raised again by told()
        return Evaluated(None, error, committer.unsettled())
    if not state.writes:
        return Evaluated(result, None, committer.unsettled())
    return Evaluated(result, None, committer.join(state.writes, state.timestamp()))
