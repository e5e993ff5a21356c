"""Query and Scan: one page of items, in key order, from a table or an index.

A page ends after `Limit` items, or once the items read come to a megabyte; a filter doesn't make it
longer. Where it has ended the answer gives the last item's key, and the next request begins behind
it. Items are read in slices, so that a page of small items doesn't hold the loop.

Parallel scans split a table by its partition hash. A table made in SQL keeps its keys in the order of
their values: there each segment reads the whole and takes the partitions whose hash is its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from compat.dynamodb.attribute_values import Item
from compat.dynamodb.definitions import KeySchema
from compat.dynamodb.errors import validation
from compat.dynamodb.item_size import BOUND_FACTOR, item_size
from compat.dynamodb.tables import IndexHandle, TableHandle
from storage.embedded import OpenStore
from storage.keycode import Bound, KeyCode
from storage.keyspace import PREFIX_SIZE
from storage.kv.store import Entry
from storage.schema import KeyScheme

#: Bytes of items that a page reads.
PAGE_BYTES_MAX: Final = 1 << 20
_SLICE_ENTRIES_MAX: Final = 100
#: Items are read a few at first, because they may be large.
SLICE_ENTRIES_FIRST: Final = 26
_HASH_COUNT: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Segment:
    """One of the parts of a parallel scan."""

    number: int
    total: int


@dataclass(slots=True)
class Page:
    """What was read.

    Attributes:
        items: Those that passed the filter; `shown` instead where nobody has to look at them.
        shown: In wire form.
        evaluated: Items read, whether or not the filter let them pass.
        size: Their bytes, as the index or the table shows them.
        base_sizes: Of the items fetched from the table beside a local index.
        last: The item at which the page has ended, or None at the end of all.
    """

    items: list[Item] = field(default_factory=list)
    shown: list[dict[str, Any]] | None = None
    evaluated: int = 0
    size: int = 0
    base_sizes: list[int] = field(default_factory=list)
    last: Item | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What is read: a table, or one of its indexes."""

    handle: TableHandle
    index: IndexHandle | None

    @property
    def key(self) -> KeySchema:
        """The key by which it is ordered."""
        return self.handle.key if self.index is None else self.index.definition.key

    @property
    def code(self) -> KeyCode:
        """The encoding of its keys."""
        return self.handle.access.code if self.index is None else self.index.access.code

    def all(self) -> tuple[bytes, bytes]:
        """Returns the range of all entries; of an index made in SQL, of those with a key."""
        if self.index is None:
            return self.handle.access.range
        return self.code.bounds(not_null=True)

    def start_names(self) -> tuple[str, ...]:
        """Returns the attributes of a key at which a page begins or ends."""
        own = self.handle.key.names
        if self.index is None:
            return own
        return tuple(dict.fromkeys((*self.index.definition.key.names, *own)))

    def position_of(self, key: Item) -> bytes:
        """Returns where in the order an item with these key attributes is."""
        values = self.handle.documents.key_values(key)
        if self.index is None:
            return self.code.encode(values)
        columns = self.handle.documents
        parts = [columns.part_value(name, key[name]) for name in self.key.names]
        if self.index.index.unique:
            return self.code.encode(parts)
        primary = self.handle.access.code.encode(values)[PREFIX_SIZE:]
        return self.code.encode(parts) + primary


class Reader:
    """Reads pages from a source."""

    def __init__(self, store: OpenStore, source: Source, *, fetches_items: bool = False) -> None:
        self._store = store
        self._source = source
        self._fetches = fetches_items
        self._item_of = self._reading()

    def _reading(self) -> Callable[[Entry], tuple[Item, Item] | None]:
        """Returns what makes of an entry the item shown and the item as the index carries it."""
        handle, index = self._source.handle, self._source.index
        decode, item_of = handle.access.decode, handle.documents.item
        if index is None:

            def from_table(entry: Entry) -> tuple[Item, Item]:
                item = item_of(decode(entry[1]))
                return item, item

            return from_table
        get_now, prefix, access = self._store.get_now, handle.access.prefix, index.access
        if index.is_carried and not self._fetches:
            carried = access.carried_row()
            names = {*handle.key.names, *index.definition.key.names, *index.definition.non_key}
            shows_all = index.definition.projection == "ALL"

            def from_entry(entry: Entry) -> tuple[Item, Item]:
                item = item_of(carried(entry))
                if not shows_all:
                    item = {name: value for name, value in item.items() if name in names}
                return item, item

            return from_entry
        key_names = index.definition.key.names
        carried_row = access.carried_row() if index.is_carried else None

        def fetched(entry: Entry) -> tuple[Item, Item] | None:
            value = get_now(prefix + access.primary_key(entry))
            if value is None:
                return None
            item = item_of(decode(value))
            if any(name not in item for name in key_names):
                return None
            return item, item if carried_row is None else item_of(carried_row(entry))

        return fetched

    async def page(
        self,
        bounds: tuple[bytes, bytes],
        *,
        reverse: bool,
        limit: int | None,
        passes: Callable[[Item], bool] | None,
        segment: Segment | None = None,
    ) -> Page:
        """Reads a page of what lies within the bounds, which begin behind the page before."""
        page, slices = Page(), self._store.slices
        start, end = bounds
        belongs = None if segment is None else _belongs(self._source, segment)
        wanted = SLICE_ENTRIES_FIRST
        while start < end:
            if limit is not None and belongs is None:
                wanted = min(wanted, limit - page.evaluated)
            entries = self._store.scan_now(start, end, wanted, reverse=reverse)
            for entry in entries:
                if belongs is not None and not belongs(entry[0]):
                    continue
                if self._take(page, entry, passes, limit):
                    return page
            if len(entries) < wanted:
                return page
            if reverse:
                end = entries[-1][0]
            else:
                start = entries[-1][0] + b"\0"
            wanted = _SLICE_ENTRIES_MAX
            if slices.due():
                await slices.pause()
        return page

    async def shown_page(
        self, bounds: tuple[bytes, bytes], *, reverse: bool, limit: int | None
    ) -> Page:
        """Reads a page of a table that is shown as it is."""
        handle, slices = self._source.handle, self._store.slices
        show, gauge = handle.show, _Gauge(handle)
        shown: list[dict[str, Any]] = []
        start, end = bounds
        wanted = SLICE_ENTRIES_FIRST
        while start < end:
            if limit is not None:
                wanted = min(wanted, limit - len(shown))
            entries = self._store.scan_now(start, end, wanted, reverse=reverse)
            taken = gauge.take(entries)
            shown += [show(stored) for _, stored in taken]
            if gauge.is_full or len(shown) == limit:
                last = handle.documents.item(handle.access.decode(taken[-1][1]))
                return Page(shown=shown, evaluated=len(shown), last=last)
            if len(entries) < wanted:
                break
            if reverse:
                end = entries[-1][0]
            else:
                start = entries[-1][0] + b"\0"
            wanted = _SLICE_ENTRIES_MAX
            if slices.due():
                await slices.pause()
        return Page(shown=shown, evaluated=len(shown))

    def _take(
        self,
        page: Page,
        entry: Entry,
        passes: Callable[[Item], bool] | None,
        limit: int | None,
    ) -> bool:
        """Takes an entry into the page; returns whether the page ends with it."""
        found = self._item_of(entry)
        if found is None:
            return False
        item, carried = found
        page.evaluated += 1
        size = item_size(carried)
        page.size += size
        if carried is not item:
            page.base_sizes.append(item_size(item))
        if passes is None or passes(item):
            page.items.append(item)
        if page.evaluated == limit or page.size >= PAGE_BYTES_MAX:
            page.last = item
            return True
        return False


def _bytes_bound(handle: TableHandle, entries: Sequence[Entry]) -> int:
    """Returns what items of a table come to at most."""
    names = sum([len(name.encode()) for name in handle.key.names])
    return sum([len(stored) for _, stored in entries]) * BOUND_FACTOR + len(entries) * names


def is_surely_a_page(handle: TableHandle, entries: Sequence[Entry]) -> bool:
    """Returns whether items of a table have room in one page, as far as that needs no measuring."""
    return _bytes_bound(handle, entries) < PAGE_BYTES_MAX


class _Gauge:
    """Tells when a page is full, and measures items only where it might be.

    Attributes:
        is_full: Whether it is.
    """

    def __init__(self, handle: TableHandle) -> None:
        self._handle = handle
        self.is_full = False
        self._room = PAGE_BYTES_MAX
        self._bound = 0
        self._unmeasured: list[bytes] = []
        self._fixed = sum(len(name.encode()) for name in handle.key.names)

    def take(self, entries: list[Entry]) -> list[Entry]:
        """Takes items in; returns those up to the one with which the page is full."""
        bound = _bytes_bound(self._handle, entries)
        if self._bound + bound < self._room:
            self._bound += bound
            self._unmeasured += [stored for _, stored in entries]
            return entries
        for number, (_, stored) in enumerate(entries, 1):
            self.is_full = self._take_one(stored)
            if self.is_full:
                return entries[:number]
        return entries

    def _take_one(self, stored: bytes) -> bool:
        self._unmeasured.append(stored)
        self._bound += len(stored) * BOUND_FACTOR + self._fixed
        if self._bound < self._room:
            return False
        decode, item_of = self._handle.access.decode, self._handle.documents.item
        self._room -= sum([item_size(item_of(decode(each))) for each in self._unmeasured])
        self._unmeasured.clear()
        self._bound = 0
        return self._room <= 0


# ---- ranges ------------------------------------------------------------------------------------


def query_bounds(
    source: Source, equal: tuple[object, ...], operator: str | None, operands: tuple[object, ...]
) -> tuple[bytes, bytes]:
    """Returns the range of a key condition: equal values, then one comparison on the next part."""
    names = source.key.names
    values = source.handle.documents.part_value
    head = [values(name, value) for name, value in zip(names, equal, strict=False)]
    code = source.code
    if operator is None:
        is_whole = len(head) == len(names)
        return code.bounds(head, not_null=source.index is not None and not is_whole)
    name = names[len(head)]
    if operator == "begins_with":
        beginning = operands[0]
        assert isinstance(beginning, str | bytes)
        return code.bounds_of_text(head, beginning)
    converted = [values(name, value) for value in operands]
    match operator:
        case "BETWEEN":
            low, high = converted
            return code.bounds(head, Bound(low, True), Bound(high, True))
        case "<" | "<=":
            return code.bounds(head, None, Bound(converted[0], operator == "<="))
        case _:
            return code.bounds(head, Bound(converted[0], operator == ">="), None)


def behind(bounds: tuple[bytes, bytes], position: bytes, *, reverse: bool) -> tuple[bytes, bytes]:
    """Returns what is left of a range behind a position. Raises ValidationException."""
    start, end = bounds
    if not start <= position < end:
        raise validation(
            "The provided starting key is outside query boundaries based on provided conditions"
        )
    return (start, position) if reverse else (position + b"\0", end)


def segment_bounds(source: Source, segment: Segment) -> tuple[bytes, bytes] | None:
    """Returns the range of a segment, or None where it is spread over the whole."""
    is_hashed = source.index is None and source.handle.table.scheme is KeyScheme.HASH
    if not is_hashed:
        return None
    first, behind_last = (
        _HASH_COUNT * number // segment.total for number in (segment.number, segment.number + 1)
    )
    start, end = source.all()
    if first:
        start = source.code.prefix + first.to_bytes(2, "big")
    if behind_last < _HASH_COUNT:
        end = source.code.prefix + behind_last.to_bytes(2, "big")
    return start, end


def _belongs(source: Source, segment: Segment) -> Callable[[bytes], bool]:
    """Returns what tells by an entry's key whether its partition is in a segment."""
    code = source.code
    count = len(source.key.hash)
    number, total = segment.number, segment.total

    def belongs(key: bytes) -> bool:
        end = code.part_end(key, count)
        return (crc32(key[PREFIX_SIZE:end]) >> 16) * total // _HASH_COUNT == number

    return belongs
