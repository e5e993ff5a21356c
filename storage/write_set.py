"""The write set: what a transaction wants to write, in memory, private until the commit.

One dict from key to what shall become of it. Savepoints need no copies: once there is one, each
write notes what it replaced, and rolling back undoes these notes from the end. Range reads need
the keys in order; the order is made when first asked for and kept up from then on.
"""

from typing import Final

from sortedcontainers import SortedList

from storage.changes import change_key, encode_change
from storage.items import HEADER, ITEM_FORMAT, with_header
from storage.keyspace import prefix_range
from storage.kv.engine import KeyRange
from storage.records import dataclass

#: A value; or the body of an item, in a tuple, to be stamped at commit; or None: the key goes.
Pending = bytes | tuple[bytes] | None

#: Stamp that a transaction sees in its own items.
OWN_STAMP: Final = 0
#: Rough cost of an entry beside its bytes.
ENTRY_BYTES: Final = 120


def visible(pending: "Pending | _Absent") -> bytes | None:
    """Returns how a transaction reads its own write."""
    if isinstance(pending, _Absent):
        return None
    return with_header(OWN_STAMP, pending[0]) if isinstance(pending, tuple) else pending


class _Absent:
    """What a key was that the write set didn't have."""


ABSENT: Final = _Absent()
Previous = Pending | _Absent


@dataclass(frozen=True, slots=True)
class Mark:
    """Sizes of the write set's parts when a savepoint was set."""

    undo_count: int
    change_count: int
    range_count: int

    def after(self, undo_count: int, change_count: int) -> "Mark":
        """Returns the mark with what has been spilled before it counted too."""
        return Mark(
            self.undo_count + undo_count, self.change_count + change_count, self.range_count
        )


class WriteSet:
    """Pending writes by key.

    Attributes:
        writes: What shall become of each key.
        changes: Values for the change log, in order.
        ranges: Ranges that go at commit, before the writes.
        dropped: Those of them in which own writes go, too.
        is_watched: Whether what is replaced is noted without savepoints, too.
        bytes: Rough size in memory.
    """

    __slots__ = (
        "_is_undo_kept",
        "_order",
        "bytes",
        "changes",
        "dropped",
        "is_watched",
        "ranges",
        "undo",
        "writes",
    )

    def __init__(self) -> None:
        self.writes: dict[bytes, Pending] = {}
        self.changes: list[bytes] = []
        self.ranges: list[KeyRange] = []
        self.dropped: set[KeyRange] = set()
        self.undo: list[tuple[bytes, Previous]] = []
        self.bytes = 0
        self._order: SortedList[bytes] | None = None
        self._is_undo_kept = False
        self.is_watched = False

    def is_empty(self) -> bool:
        """Returns whether there is nothing to commit."""
        return not (self.writes or self.ranges or self.changes)

    def entry_count(self) -> int:
        """Returns how many entries there are in memory, of all sorts."""
        return len(self.writes) + len(self.changes) + len(self.undo)

    def set(self, key: bytes, pending: Pending, replaced: Previous = ABSENT) -> None:
        """Notes a write; `replaced` is what lies below the write set, if anything does."""
        writes = self.writes
        if self._is_undo_kept:
            self.undo.append((key, writes.get(key, replaced)))
            self.bytes += ENTRY_BYTES
        if self._order is not None and key not in writes:
            self._order.add(key)
        writes[key] = pending
        self.bytes += ENTRY_BYTES + len(key) + (0 if pending is None else _size(pending))

    def log_change(
        self, storage_id: int, operation: int, key: bytes, new: bytes | None, old: bytes | None
    ) -> None:
        """Notes a record for the change log."""
        value = encode_change(storage_id, operation, key, new, old)
        self.changes.append(value)
        self.bytes += ENTRY_BYTES + len(value)

    def mark(self) -> Mark:
        """Returns a mark to roll back to; from now on, what is replaced is noted."""
        self._is_undo_kept = True
        return Mark(len(self.undo), len(self.changes), len(self.ranges))

    def was_removed(self, key: bytes, since: int) -> bool:
        """Returns whether the key was removed and written again behind so many notes."""
        undo = self.undo
        for position in range(len(undo) - 1, since - 1, -1):
            noted, previous = undo[position]
            if noted == key:
                if previous is None:
                    return True
                if isinstance(previous, _Absent):
                    return False
        return False

    def forget_undo(self) -> None:
        """There is nothing to roll back to any more."""
        self.bytes -= ENTRY_BYTES * len(self.undo)
        self.undo.clear()
        self._is_undo_kept = False

    @property
    def is_undo_kept(self) -> bool:
        """Whether there is a savepoint."""
        return self._is_undo_kept

    def restore(self, key: bytes, previous: Previous) -> None:
        """Puts a key back to what it was."""
        if isinstance(previous, _Absent):
            self.writes.pop(key, None)
            if self._order is not None:
                self._order.discard(key)
            return
        if self._order is not None and key not in self.writes:
            self._order.add(key)
        self.writes[key] = previous

    def copied(self) -> "WriteSet":
        """Returns a set with the same pending writes, for reading."""
        copy = WriteSet()
        copy.writes = dict(self.writes)
        return copy

    def forget(self) -> None:
        """Empties the set: its contents have gone elsewhere."""
        self.writes.clear()
        self.changes.clear()
        self.undo.clear()
        self._order = None
        self.bytes = 0

    def in_range(self, start: bytes, end: bytes, *, reverse: bool) -> list[tuple[bytes, Pending]]:
        """Returns the writes with start <= key < end, in order, as they are now."""
        writes = self.writes
        if not writes:
            return []
        if self._order is None:
            self._order = SortedList(writes)
        keys = self._order.irange(start, end, inclusive=(True, False), reverse=reverse)
        return [(key, writes[key]) for key in keys]

    def dropped_prefixes(self) -> frozenset[bytes]:
        """Returns the prefixes of the storages that are dropped (a savepoint may bring one back)."""
        return frozenset([span[0] for span in self.ranges if span in self.dropped])

    def forget_dropped(self) -> None:
        """Forgets the writes in storages that are dropped, before a commit."""
        for prefix in self.dropped_prefixes():
            for key, _ in self.in_range(*prefix_range(prefix), reverse=False):
                self.writes.pop(key)
        self._order = None

    def stamped(self, timestamp: int) -> dict[bytes, bytes | None]:
        """Returns what the commit writes, change log included."""
        header = HEADER.pack(ITEM_FORMAT, timestamp)
        result: dict[bytes, bytes | None] = {
            key: header + pending[0] if isinstance(pending, tuple) else pending
            for key, pending in self.writes.items()
        }
        for ordinal, value in enumerate(self.changes):
            result[change_key(timestamp, ordinal)] = value
        return result

    def only_deletes(self) -> bool:
        """Returns whether nothing is put."""
        return all(pending is None for pending in self.writes.values())


def _size(pending: bytes | tuple[bytes]) -> int:
    return len(pending[0] if isinstance(pending, tuple) else pending)
