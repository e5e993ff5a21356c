"""How much a range of keys holds: a table's rows, an index's entries, and their bytes.

Nothing is counted as it is written: that would cost every write. A small range is counted when
somebody asks. For a large one the answer is at first an estimate from the table files that
overlap it, while the range is counted in the background, a step at a time; from then on the answer
is the last count, which is repeated when somebody asks again after a while.

Bytes are those of keys and values, before compression.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final, NamedTuple, Protocol

from storage.errors import DatabaseError
from storage.keyspace import INDEX_ENTRIES, ITEMS, prefix_range, storage_prefix
from storage.kv.engine import Entry, KeyRange, TableFile
from storage.schema import Index, Table
from storage.slices import Slices

#: Counting so many entries holds the loop for about a millisecond.
_STEP_ENTRIES: Final = 1000
#: A range up to this size is counted at once.
_QUICK_ENTRIES: Final = 2 * _STEP_ENTRIES
#: Ranges that are remembered.
RANGES_MAX: Final = 10_000
_STEP_PAUSE_SECONDS: Final = 0.01
#: A count stays good for this many times the time that it took, and for a second at least.
_REST_FACTOR: Final = 30
_REST_SECONDS_MIN: Final = 1.0


class RangeSize(NamedTuple):
    """What a range holds.

    Attributes:
        entries: Number of keys.
        size_bytes: Of keys and values together.
    """

    entries: int
    size_bytes: int


#: Of what holds no rows.
NOTHING: Final = RangeSize(0, 0)


def table_range(table: Table) -> KeyRange:
    """Returns the range of a table's items."""
    return prefix_range(storage_prefix(ITEMS, table.storage_id))


def index_range(index: Index) -> KeyRange:
    """Returns the range of an index's entries."""
    return prefix_range(storage_prefix(INDEX_ENTRIES, index.storage_id))


class Later(Protocol):
    """Runs something after a number of seconds: the event loop's `call_later`."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> object: ...


#: Reads at most so many entries from a start on, of the newest snapshot.
Scan = Callable[[bytes, bytes, int], Sequence[Entry]]


class _Counted(NamedTuple):
    size: RangeSize
    good_until: float


class Sizes:
    """Answers for ranges, and counts the large ones beside everything else."""

    def __init__(self, scan: Scan, files: Callable[[], Sequence[TableFile]], later: Later) -> None:
        self._scan = scan
        self._files = files
        self._later = later
        self._counted: dict[KeyRange, _Counted] = {}
        self._counting: set[KeyRange] = set()
        #: What ANALYZE found, and how often it has run.
        self.analyzed: dict[KeyRange, RangeSize] = {}
        self.analyzed_count = 0

    def of(self, keys: KeyRange) -> RangeSize:
        """Returns what the range holds, as far as is known without waiting."""
        known = self._counted.get(keys)
        if known is not None and monotonic() < known.good_until:
            return known.size
        count = _Count(self._scan, keys)
        for _ in range(_QUICK_ENTRIES // _STEP_ENTRIES):
            if count.step():
                return self._keep(count)
        if keys not in self._counting:
            self._counting.add(keys)
            self._later(_STEP_PAUSE_SECONDS, lambda: self._go_on(count))
        if known is not None:
            return known.size
        return _larger(count.so_far(), _estimated(self._files(), keys))

    async def analyze(self, keys: KeyRange, slices: Slices) -> None:
        """Counts the range now, and remembers the result as what ANALYZE found."""
        count = _Count(self._scan, keys)
        while not count.step():
            if slices.due():
                await slices.pause()
        _make_room(self.analyzed)
        self.analyzed[keys] = self._keep(count)
        self.analyzed_count += 1

    def _go_on(self, count: "_Count") -> None:
        try:
            is_over = count.step()
        except DatabaseError:
            self._counting.discard(count.keys)  # the store is being closed, or opened anew
            return
        if is_over:
            self._counting.discard(count.keys)
            self._keep(count)
        else:
            self._later(_STEP_PAUSE_SECONDS, lambda: self._go_on(count))

    def _keep(self, count: "_Count") -> RangeSize:
        size, now = count.so_far(), monotonic()
        if size.entries > _QUICK_ENTRIES:
            rest = max(_REST_SECONDS_MIN, (now - count.began) * _REST_FACTOR)
            _make_room(self._counted)
            self._counted[count.keys] = _Counted(size, now + rest)
        else:
            self._counted.pop(count.keys, None)
        return size


def _make_room(ranges: dict[KeyRange, Any]) -> None:
    """Forgets the oldest of too many ranges: tables go, and nobody says so."""
    if len(ranges) >= RANGES_MAX:
        del ranges[next(iter(ranges))]


class _Count:
    """A count under way."""

    def __init__(self, scan: Scan, keys: KeyRange) -> None:
        self.keys = keys
        self.began = monotonic()
        self._scan = scan
        self._start, self._end = keys
        self._entries = self._bytes = 0

    def step(self) -> bool:
        """Counts some more; returns whether that was all."""
        found = self._scan(self._start, self._end, _STEP_ENTRIES)
        self._entries += len(found)
        self._bytes += sum(len(key) + len(value) for key, value in found)
        if len(found) < _STEP_ENTRIES:
            return True
        self._start = found[-1][0] + b"\0"
        return False

    def so_far(self) -> RangeSize:
        return RangeSize(self._entries, self._bytes)


def _estimated(files: Sequence[TableFile], keys: KeyRange) -> RangeSize:
    """Returns what table files say: all of those inside the range, half of those that go beyond it."""
    start, end = keys
    entries = size_bytes = 0
    for file in files:
        if file.last_key < start or file.first_key >= end:
            continue
        is_inside = start <= file.first_key and file.last_key < end
        entries += file.entries if is_inside else file.entries // 2
        size_bytes += file.size_bytes if is_inside else file.size_bytes // 2
    return RangeSize(entries, size_bytes)


def _larger(one: RangeSize, other: RangeSize) -> RangeSize:
    return RangeSize(max(one.entries, other.entries), max(one.size_bytes, other.size_bytes))
