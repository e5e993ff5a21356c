"""Access paths, running: where rows come from.

A path gives *items* (key and bytes) in batches; rows are made of them by decoding the columns that
the statement reads and applying the residual filter. Writers ask for the items themselves.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Protocol

from storage.kv.store import Entry
from storage.schema import ColumnPolicy
from storage.table import TableAccess
from storage.tables import Tables
from tsql.bound import TableRelation
from tsql.env import Env
from tsql.executor.attributes import attribute_readers, read_attributes
from tsql.executor.expressions import compile_predicate
from tsql.executor.keys import Range, ranges, whole_key, whole_keys
from tsql.executor.run import Batches, Row, Run, Source
from tsql.planner import plan
from tsql.planner.plan import AccessPath

#: Items that one multi-get names.
MULTI_GET_COUNT = 256

Decode = Callable[[bytes], Row]
Predicate = Callable[[Row, Env], bool | None]


class Items(Protocol):
    """A running access path."""

    async def next(self) -> list[Entry] | None:
        """Returns the next items, or None at the end."""


ItemSource = Callable[[Run, int | None], Items]


class CompiledAccess:
    """An access path of one table version, compiled.

    Attributes:
        access: The table's operations.
        decode: Makes a row as expressions see it: columns, then the attributes that are named.
        items: Starts reading; the number is how many rows will be wanted at most, if known.
        predicate: The residual filter.
    """

    def __init__(self, path: AccessPath, tables: Tables) -> None:
        self.path = path
        self.access = tables.access(path.relation.table)
        self.decode = row_maker(path.relation, self.access, path.columns)
        self.predicate = None if path.filter is None else compile_predicate(path.filter)
        self.items = _item_source(path, self.access)

    def rows(self) -> Callable[[Run, int | None], Batches]:
        """Returns what starts giving rows."""
        path = self.path
        with_items = path.with_item
        if isinstance(path, plan.IndexRange) and path.covering and not with_items:
            return _covering_source(path, self.access, self.predicate)
        predicate, decode, items = self.predicate, self.decode, self.items
        if with_items:
            return lambda run, limit: _RowsWithItems(run, items(run, limit), decode, predicate)
        if predicate is None:
            return lambda run, limit: _Rows(items(run, limit), decode)
        return lambda run, _limit: _FilteredRows(run, items(run, None), decode, predicate)


def row_maker(
    relation: TableRelation, access: TableAccess, columns: frozenset[int] | None
) -> Decode:
    """Returns what decodes an item into a row as the statement's expressions see it."""
    table = relation.table
    width = len(table.columns)
    if table.policy is not ColumnPolicy.DYNAMIC:
        return access.decode if columns is None else access.decoder(columns)
    readers = attribute_readers(relation)
    if columns is None:
        decode = access.decode
    else:
        stored = {position for position in columns if position < width}
        if len(stored) < len(columns):
            stored.add(width)
        decode = access.decoder(stored)

    def with_attributes(item: bytes) -> Row:
        row = decode(item)
        return [*row[:-1], *read_attributes(row[-1], readers)]

    return with_attributes


# ---- rows of items -----------------------------------------------------------------------------


class _Rows:
    __slots__ = ("_decode", "_items")

    def __init__(self, items: Items, decode: Decode) -> None:
        self._items = items
        self._decode = decode

    async def next(self) -> list[Row] | None:
        entries = await self._items.next()
        if entries is None:
            return None
        decode = self._decode
        return [decode(item) for _, item in entries]


class _FilteredRows:
    __slots__ = ("_decode", "_items", "_predicate", "_run")

    def __init__(self, run: Run, items: Items, decode: Decode, predicate: Predicate) -> None:
        self._run = run
        self._items = items
        self._decode = decode
        self._predicate = predicate

    async def next(self) -> list[Row] | None:
        decode, predicate, env = self._decode, self._predicate, self._run.env
        while (entries := await self._items.next()) is not None:
            rows = [row for _, item in entries if predicate(row := decode(item), env)]
            if rows:
                return rows
            await self._run.breathe()
        return None


class _RowsWithItems:
    __slots__ = ("_decode", "_items", "_predicate", "_run")

    def __init__(self, run: Run, items: Items, decode: Decode, predicate: Predicate | None) -> None:
        self._run = run
        self._items = items
        self._decode = decode
        self._predicate = predicate

    async def next(self) -> list[Row] | None:
        decode, predicate, env = self._decode, self._predicate, self._run.env
        while (entries := await self._items.next()) is not None:
            rows: list[Row] = []
            for key, item in entries:
                row = decode(item)
                if predicate is None or predicate(row, env):
                    rows.append((*row, key, item))
            if rows:
                return rows
            await self._run.breathe()
        return None


# ---- items by access path ----------------------------------------------------------------------


def _item_source(path: AccessPath, access: TableAccess) -> ItemSource:
    match path:
        case plan.Get():
            make_key = whole_key(access.code, path.key)
            return lambda run, _limit: _OneItem(run, make_key(run.env))
        case plan.MultiGet():
            make_keys = whole_keys(access.code, path.key, reverse=path.reverse)
            return lambda run, _limit: _ManyItems(run, make_keys(run.env))
        case plan.KeyRange():
            make = ranges(access.code, path.key, path.span, reverse=path.reverse)
            reverse = path.reverse
            return lambda run, limit: _Ranges(run, make(run.env), reverse, limit)
        case plan.IndexGet() | plan.IndexRange():
            return _index_item_source(path, access)
        case plan.Scan():
            everything = [access.range]
            reverse = path.reverse
            return lambda run, limit: _Ranges(run, everything, reverse, limit)


def _index_item_source(path: plan.IndexGet | plan.IndexRange, access: TableAccess) -> ItemSource:
    index = access.index_access(path.index.id)
    reverse = isinstance(path, plan.IndexRange) and path.reverse
    span = path.span if isinstance(path, plan.IndexRange) else None
    make = ranges(index.code, path.key, span, reverse=reverse)

    def source(run: Run, limit: int | None) -> Items:
        entries = _Ranges(run, make(run.env), reverse, limit)

        async def look_up(found: Sequence[Entry]) -> list[Entry]:
            return await access.items_of(run.txn, index, found)

        return _LookedUp(entries, look_up)

    return source


class _OneItem:
    __slots__ = ("_key", "_run")

    def __init__(self, run: Run, key: bytes | None) -> None:
        self._run = run
        self._key = key

    async def next(self) -> list[Entry] | None:
        key, self._key = self._key, None
        if key is None:
            return None
        item = await self._run.txn.get(key)
        return None if item is None else [(key, item)]


class _ManyItems:
    __slots__ = ("_at", "_keys", "_run")

    def __init__(self, run: Run, keys: list[bytes]) -> None:
        self._run = run
        self._keys = keys
        self._at = 0

    async def next(self) -> list[Entry] | None:
        while self._at < len(self._keys):
            keys = self._keys[self._at : self._at + MULTI_GET_COUNT]
            self._at += MULTI_GET_COUNT
            items = await self._run.txn.multi_get(keys)
            found = [(k, item) for k, item in zip(keys, items, strict=True) if item is not None]
            if found:
                return found
        return None


class _Ranges:
    """The entries of several ranges, one range after the other."""

    __slots__ = ("_at", "_left", "_ranges", "_reverse", "_run", "_scan")

    def __init__(
        self,
        run: Run,
        ranges_: list[Range],
        reverse: bool,
        limit: int | None,
    ) -> None:
        self._run = run
        self._ranges = ranges_
        self._at = 0
        self._reverse = reverse
        self._left = limit
        self._scan: Any = None

    async def next(self) -> list[Entry] | None:
        while self._left != 0:
            if self._scan is None:
                if self._at == len(self._ranges):
                    return None
                start, end = self._ranges[self._at]
                self._at += 1
                self._scan = self._run.txn.scan(start, end, reverse=self._reverse, limit=self._left)
            entries: list[Entry] | None = await anext(self._scan, None)
            if entries is None:
                self._scan = None
                continue
            if self._left is not None:
                self._left -= len(entries)
            if self._run.reads_end is not None:
                self._run.check_reads()
            return entries
        return None


class _LookedUp:
    __slots__ = ("_entries", "_look_up")

    def __init__(self, entries: Items, look_up: Callable[[Sequence[Entry]], Any]) -> None:
        self._entries = entries
        self._look_up = look_up

    async def next(self) -> list[Entry] | None:
        while (entries := await self._entries.next()) is not None:
            items: list[Entry] = await self._look_up(entries)
            if items:
                return items
        return None


# ---- covering index ranges ---------------------------------------------------------------------


def _covering_source(
    path: plan.IndexRange, access: TableAccess, predicate: Predicate | None
) -> Callable[[Run, int | None], Batches]:
    index = access.index_access(path.index.id)
    assert path.columns is not None
    decode = index.decoder(path.columns)
    make = ranges(index.code, path.key, path.span, reverse=path.reverse)
    reverse = path.reverse

    def source(run: Run, limit: int | None) -> Batches:
        entries = _Ranges(run, make(run.env), reverse, limit if predicate is None else None)
        return _CoveringRows(run, entries, decode, predicate)

    return source


class _CoveringRows:
    __slots__ = ("_decode", "_entries", "_predicate", "_run")

    def __init__(
        self,
        run: Run,
        entries: Items,
        decode: Callable[[Entry], Row],
        predicate: Predicate | None,
    ) -> None:
        self._run = run
        self._entries = entries
        self._decode = decode
        self._predicate = predicate

    async def next(self) -> list[Row] | None:
        decode, predicate, env = self._decode, self._predicate, self._run.env
        while (entries := await self._entries.next()) is not None:
            rows = [decode(entry) for entry in entries]
            if predicate is not None:
                rows = [row for row in rows if predicate(row, env)]
            if rows:
                return rows
            await self._run.breathe()
        return None


def column_picker(positions: Sequence[int]) -> Callable[[Row], Row]:
    """Returns what takes these values of a row, as a tuple."""
    if len(positions) == 1:
        (position,) = positions
        return lambda row: (row[position],)
    return itemgetter(*positions)


def as_source(start: Callable[[Run, int | None], Batches]) -> Source:
    """Returns a source that wants all rows."""
    return lambda run: start(run, None)
