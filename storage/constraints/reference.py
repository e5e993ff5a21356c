"""A foreign key between two versions of its tables, compiled: from rows to keys, and back.

A referencing row's *key* is the key that the referenced row's item has (for a primary key) or its
entry in the unique index: the referencing values, converted to the referenced columns' types and
encoded as that index encodes them. So "is it there?" is one get, across integer widths too.

The way back, from a referenced row's values to the rows that refer to them, is a range of the
primary key or of an index that begins with referencing columns, in any order; without one, the
whole table is read.
"""

import struct
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

from storage.constraints import faults
from storage.errors import DatabaseError
from storage.index import IndexAccess
from storage.items import Row
from storage.keycode import KeyCode
from storage.keyspace import prefix_end
from storage.kv.store import Newest, Transaction
from storage.lock_modes import LockMode
from storage.records import dataclass
from storage.schema import Column, ElementState, ForeignKey, Table
from storage.table import TableAccess

Convert = Callable[[Any], Any]
#: Gives what converts a value of one column into one of another; None: it is the same value.
ConvertColumn = Callable[[Column, Column], Convert | None]

#: Keys of rows that refer to nothing that could be there.
_OUT_OF_RANGE: Final = b""
MIXED_NULLS: Final = b"\0"
_CONCURRENT_UPDATE: Final = "could not serialize access due to concurrent update"


def same_value(_column: Column, _other: Column) -> Convert | None:
    """Converts nothing: for tables whose keys have the same types on both sides."""
    return None


@dataclass(frozen=True, slots=True)
class _Path:
    """A way to the referencing rows: their primary key (index None) or an index.

    Attributes:
        order: Which referenced value each of the first parts holds.
    """

    index: IndexAccess | None
    code: KeyCode
    order: tuple[int, ...]


class Reference:
    """One foreign key.

    Attributes:
        child: The referencing table.
        parent: The referenced table.
        is_circular: Whether a row may refer to one of its own table.
    """

    def __init__(
        self, key: ForeignKey, child: TableAccess, parent: TableAccess, convert: ConvertColumn
    ) -> None:
        self.key = key
        self.child = child
        self.parent = parent
        self.is_circular = child.table.id == parent.table.id
        index_id = key.referenced_index_id
        self._index = None if index_id is None else parent.index_access(index_id)
        code = parent.code if self._index is None else self._index.code
        self._encode = code.encode
        pairs = _pairs(key, parent.table, self._index)
        self.child_positions = tuple(child.table.position(c) for c, _ in pairs)
        self.parent_positions = tuple(parent.table.position(p) for _, p in pairs)
        columns = [(child.table.column_by_id(c), parent.table.column_by_id(p)) for c, p in pairs]
        self._to_parent = [convert(c, p) for c, p in columns]
        self._to_child = [convert(p, c) for c, p in columns]
        self._is_converted = any(self._to_parent)
        self._path = _path(child, pairs, self._to_parent)

    # ---- keys ------------------------------------------------------------------------------------

    def child_key(self, row: Row) -> bytes | None:
        """Returns the key that a referencing row refers to; None if it refers to nothing."""
        values = [row[position] for position in self.child_positions]
        if None in values:
            if self.key.match_full and any(value is not None for value in values):
                return MIXED_NULLS
            return None
        if self._is_converted:
            values = [
                value if convert is None else convert(value)
                for convert, value in zip(self._to_parent, values, strict=True)
            ]
        try:
            return self._encode(values)
        except (struct.error, OverflowError):
            return _OUT_OF_RANGE

    def parent_key(self, row: Row) -> bytes | None:
        """Returns the key by which a row is referred to; None if it can't be."""
        values = self.parent_values(row)
        return None if None in values else self._encode(values)

    def parent_values(self, row: Row) -> tuple[Any, ...]:
        """Returns a row's referenced values, in the order of their index."""
        return tuple([row[position] for position in self.parent_positions])

    def point_key(self, row: Row) -> bytes | None:
        """Returns the key of the item that a new row refers to, if the row's values tell it."""
        key = self.child_key(row)
        return key if key and key != MIXED_NULLS and self._index is None else None

    # ---- the referenced row ----------------------------------------------------------------------

    async def find(self, txn: Transaction, key: bytes, *, locks: bool = True) -> bool:
        """Returns whether the referenced row is there; if it `locks`, it then stays as it is."""
        if key in {_OUT_OF_RANGE, MIXED_NULLS}:
            return False
        while True:
            # What another transaction has written and not committed is not there; no waiting.
            reads_snapshot = locks and txn.reads_one_snapshot
            seen = await (txn.get(key) if reads_snapshot else txn.get_newest(key))
            if seen is None or not locks:
                return seen is not None
            item_key = self._item_key(key, seen)
            try:
                await txn.lock(item_key, LockMode.KEY_SHARE)
                again = await txn.get_newest(key)
                if again is not None and self._item_key(key, again) == item_key:
                    return True
                if txn.reads_one_snapshot:
                    await _fail_to_serialize(txn)
            except DatabaseError as error:
                if error.sqlstate == "40001":
                    error.message = _CONCURRENT_UPDATE
                error.context = error.context or faults.lookup_text(self.key, self.parent.table)
                raise

    async def is_there(self, txn: Transaction, values: Sequence[Any]) -> bool:
        """Returns whether a referenced row has these values."""
        return await self.find(txn, self._encode(values))

    def is_found_point(self, newest: Newest, row: Row) -> bool:
        """Returns whether a point operation sees what a new row refers to."""
        key = self.child_key(row)
        if key is None:
            return True
        return key not in {_OUT_OF_RANGE, MIXED_NULLS} and newest.get(key) is not None

    def _item_key(self, key: bytes, value: bytes) -> bytes:
        if self._index is None:
            return key
        return self.parent.prefix + self._index.primary_key((key, value))

    # ---- the referencing rows --------------------------------------------------------------------

    @property
    def has_path(self) -> bool:
        """Whether the referencing rows are found without reading all of the table."""
        return self._path is not None

    async def rows_to(
        self, txn: Transaction, values: Sequence[Any]
    ) -> AsyncIterator[tuple[bytes, Row]]:
        """Yields key and row of what refers to a row with these values, in the newest state."""
        wanted = self._encode(values)
        path = self._path
        child = self.child
        start, end = child.range
        if path is not None:
            try:
                start = path.code.encode_prefix([values[n] for n in path.order])
            except (struct.error, OverflowError):
                return
            end = prefix_end(start)
        async for entries in txn.scan_newest(start, end):
            for key, value in entries:
                item_key, item = key, value
                if path is not None and path.index is not None:
                    item_key = child.prefix + path.index.primary_key((key, value))
                    found = await txn.get_newest(item_key)
                    if found is None:
                        continue
                    item = found
                row = child.decode(item)
                if self.child_key(row) == wanted:
                    yield item_key, row
            await txn.pressure()

    async def locked(
        self, txn: Transaction, key: bytes, values: Sequence[Any], mode: LockMode
    ) -> Row | None:
        """Locks a referencing row; returns it as it is then, if it still refers to the values."""
        await txn.lock(key, mode)
        row = await self.child.get_newest(txn, key)
        if row is None or self.child_key(row) != self._encode(values):
            return None
        return row

    def with_values(self, row: Row, values: Sequence[Any]) -> list[Any]:
        """Returns a referencing row that refers to other values."""
        changed = list(row)
        for position, convert, value in zip(
            self.child_positions, self._to_child, values, strict=True
        ):
            changed[position] = value if convert is None or value is None else convert(value)
        return changed

    # ---- errors ----------------------------------------------------------------------------------

    def missing(self, row: Row) -> DatabaseError:
        """Returns the error of a row that refers to nothing that is there."""
        table, key = self.child.table, self.key
        if self.child_key(row) == MIXED_NULLS:
            return faults.mixed_nulls(key, table)
        values = [row[table.position(column_id)] for column_id in key.column_ids]
        shown = faults.key_text(table, key.column_ids, values, self.child.rendering)
        return faults.missing_key(key, table, self.parent.table, shown)

    def still_referenced(self, values: Sequence[Any]) -> DatabaseError:
        """Returns the error of a referenced row that goes."""
        table, key = self.parent.table, self.key
        by_position = dict(zip(self.parent_positions, values, strict=True))
        ordered = [by_position[table.position(c)] for c in key.referenced_column_ids]
        shown = faults.key_text(table, key.referenced_column_ids, ordered, self.parent.rendering)
        return faults.still_referenced(key, self.child.table, table, shown)


async def _fail_to_serialize(txn: Transaction) -> None:
    await txn.settled()
    raise DatabaseError("40001", _CONCURRENT_UPDATE)


def _pairs(key: ForeignKey, parent: Table, index: IndexAccess | None) -> list[tuple[int, int]]:
    """Returns (referencing, referenced) column ids in the order of the referenced index."""
    child_of = dict(zip(key.referenced_column_ids, key.column_ids, strict=True))
    if index is None:
        return [(child_of[column_id], column_id) for column_id in parent.key_column_ids]
    ids = [part.column_id for part in index.index.parts]
    return [(child_of[column_id], column_id) for column_id in ids if column_id is not None]


def _path(
    child: TableAccess, pairs: Sequence[tuple[int, int]], converted: Sequence[Convert | None]
) -> _Path | None:
    """Returns the way to the referencing rows that says most about them."""
    order = {column_id: n for n, (column_id, _) in enumerate(pairs) if converted[n] is None}
    table = child.table
    best: _Path | None = None
    candidates: list[tuple[IndexAccess | None, KeyCode, Sequence[int | None]]] = []
    if not table.hidden_key:
        candidates.append((None, child.code, table.key_column_ids))
    candidates += [
        (access, access.code, [part.column_id for part in access.index.parts])
        for access in child.indexes
        if access.index.state is ElementState.PUBLIC and access.index.predicate_sql is None
    ]
    for index, code, column_ids in candidates:
        known: list[int] = []
        for column_id in column_ids:
            if column_id is None or column_id not in order:
                break
            known.append(order[column_id])
        if len(known) > (len(best.order) if best else 0) and len(known) >= code.hash_part_count:
            best = _Path(index, code, tuple(known))
    return best
