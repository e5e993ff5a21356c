"""Secondary indexes: which entry a row has in one, and the way from an entry to the row.

    key     INDEX_ENTRIES · storage id · index values [· primary key]
    value   form (1 byte) · size of the primary key (2 bytes) [· primary key] [· projection]

An entry of a unique index has the index values alone as its key, so that the store's own
uniqueness of keys, and a lock on that key, make the index unique; the primary key is in the value
(form 2). All other entries end with the primary key, which keeps them apart (form 1): those of
plain indexes, those with a NULL among their values, for NULLs are never equal, and those of
deferrable uniqueness (storage/constraints/unique.py). *Primary key* is the item's key without the
keyspace and storage id of its table.

The projection is a msgpack map like an item's body: the columns of INCLUDE, or all. A *sparse*
index, made through DynamoDB, has no entry for a row with a NULL among its values; its projections
are whole bodies, with the attributes that it carries.

Expressions and predicates are SQL: the upper layer compiles them and passes `IndexFunctions`.
"""

import struct
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

import msgspec

from storage.items import Row, body_decoder, row_encoder
from storage.keycode import KeyCode, Part
from storage.keyparts import is_lossless
from storage.keyspace import INDEX_ENTRIES, PREFIX_SIZE, storage_prefix
from storage.kv.store import Entry
from storage.records import dataclass
from storage.schema import ColumnPolicy, ElementState, Index, KeyPart, KeyScheme, Projection, Table
from storage.types import Kind

_HEAD: Final = struct.Struct(">BH")
_KEY_AT_END: Final = 1
_KEY_IN_VALUE: Final = 2


@dataclass(frozen=True, slots=True)
class IndexFunctions:
    """The compiled SQL of one index.

    Attributes:
        parts: Per key part the function of a row that gives its value; None for a column.
        predicate: Of a partial index: only rows for which it is True have an entry.
    """

    parts: tuple[Callable[[Row], Any] | None, ...]
    predicate: Callable[[Row], Any] | None = None


NO_FUNCTIONS: Final = IndexFunctions(())


def table_key_code(table: Table) -> KeyCode:
    """Returns the keys of a table's items, without their prefix: primary keys."""
    return key_code_at(table, b"")


def key_code_at(table: Table, prefix: bytes) -> KeyCode:
    """Returns the keys of a table's items under a prefix."""
    if table.hidden_key:
        return KeyCode(prefix, (Part(Kind.INT8),), name=table.name)
    columns = [table.column_by_id(column_id) for column_id in table.key_column_ids]
    hashed = table.partition_column_count if table.scheme is KeyScheme.HASH else 0
    parts = [Part(column.kind, column.element_kind) for column in columns]
    return KeyCode(prefix, parts, hashed, name=table.primary_key_constraint or table.name)


def _part(part: KeyPart) -> Part:
    return Part(part.kind, part.element_kind, part.descending, True, part.nulls_first)


class IndexAccess:
    """One index of one version of a table, compiled.

    Attributes:
        code: Its keys; `code.bounds()` gives the range of a condition on its parts.
        covered: Positions of the table's columns that an entry alone can answer.
        depends_on: Positions of the columns that its entries are made of; None: any.
        is_contested: Whether an entry of a row may be another's: a unique index that is being built
            over rows among which there may be duplicates.
    """

    def __init__(self, table: Table, index: Index, functions: IndexFunctions) -> None:
        self.table = table
        self.index = index
        prefix = storage_prefix(INDEX_ENTRIES, index.storage_id)
        self.code = KeyCode(prefix, [_part(part) for part in index.parts], name=index.name)
        self._primary = table_key_code(table)
        self._predicate = functions.predicate
        self.values = _values_of(table, index, functions)
        self._encode = self.code.encode
        self._is_sparse = index.sparse
        self._projected = _projected_columns(table, index)
        self._project = _projector(table, index, self._projected)
        self.covered = frozenset(self._sources())
        self.depends_on = self._dependencies(functions)
        self.is_contested = index.unique and index.state is not ElementState.PUBLIC

    def entry(self, row: Row, primary_key: bytes) -> Entry | None:
        """Returns the row's entry, or None if a partial index leaves it out."""
        if self._predicate is not None and self._predicate(row) is not True:
            return None
        values = self.values(row)
        if self._is_sparse and None in values:
            return None
        key = self._encode(values)
        head = _HEAD.pack(_KEY_AT_END, len(primary_key))
        if self.index.is_exclusive and not (self.index.nulls_distinct and None in values):
            head = _HEAD.pack(_KEY_IN_VALUE, len(primary_key)) + primary_key
        else:
            key += primary_key
        return key, (head if self._project is None else head + self._project(row))

    @staticmethod
    def is_exclusive(entry: Entry) -> bool:
        """Returns whether no other row may have an entry with this key."""
        return entry[1][0] == _KEY_IN_VALUE

    def primary_key(self, entry: Entry) -> bytes:
        """Returns the primary key of an entry's row."""
        key, value = entry
        form, size = _HEAD.unpack_from(value)
        if form == _KEY_AT_END:
            return key[-size:]
        return value[_HEAD.size : _HEAD.size + size]

    def carried_row(self) -> Callable[[Entry], Row]:
        """Returns what makes a row of an entry of a sparse index, as far as it carries the row."""
        decode = body_decoder(self.table)
        return lambda entry: decode(entry[1][_HEAD.size :])

    def decoder(self, positions: Collection[int]) -> Callable[[Entry], Row]:
        """Returns what makes a row of an entry, with these columns filled; all must be covered."""
        sources = self._sources()
        width = len(self.table.columns)
        from_index = [(p, n) for p in positions for s, n in (sources[p],) if s == "index"]
        from_key = [(p, n) for p in positions for s, n in (sources[p],) if s == "primary"]
        projected = [(p, n) for p in positions for s, n in (sources[p],) if s == "projection"]
        read_projection = body_decoder(_narrow(self.table, self._projected))
        code, primary = self.code, self._primary

        def decode(entry: Entry) -> Row:
            row: list[Any] = [None] * width
            if from_index:
                values = code.decode(entry[0])
                for position, n in from_index:
                    row[position] = values[n]
            if from_key:
                values = primary.decode(self.primary_key(entry))
                for position, n in from_key:
                    row[position] = values[n]
            if projected:
                form, size = _HEAD.unpack_from(entry[1])
                body = entry[1][_HEAD.size + (size if form == _KEY_IN_VALUE else 0) :]
                found = read_projection(body)
                for position, n in projected:
                    row[position] = found[n]
            return row

        return decode

    def _sources(self) -> dict[int, tuple[str, int]]:
        """Returns from where each covered column comes, cheapest source first."""
        table = self.table
        sources: dict[int, tuple[str, int]] = {}
        for n, part in enumerate(self.index.parts):
            if part.column_id is not None and is_lossless(part.kind, part.element_kind):
                sources.setdefault(table.position(part.column_id), ("index", n))
        for n, column_id in enumerate(table.key_column_ids):
            column = table.column_by_id(column_id)
            if is_lossless(column.kind, column.element_kind):
                sources.setdefault(table.position(column_id), ("primary", n))
        for n, position in enumerate(self._projected):
            sources.setdefault(position, ("projection", n))
        return sources

    def _dependencies(self, functions: IndexFunctions) -> frozenset[int] | None:
        if functions.predicate is not None or any(functions.parts):
            return None
        if self.index.projection is Projection.ALL or self._is_sparse:
            return None
        parts = [part.column_id for part in self.index.parts if part.column_id is not None]
        return frozenset([self.table.position(column_id) for column_id in parts]) | frozenset(
            self._projected
        )


def _values_of(
    table: Table, index: Index, functions: IndexFunctions
) -> Callable[[Row], Sequence[Any]]:
    if any(functions.parts):
        getters = [
            function if function is not None else itemgetter(table.position(_column_id(part)))
            for function, part in zip(functions.parts, index.parts, strict=True)
        ]
        return lambda row: [get(row) for get in getters]
    if any(part.attribute is not None for part in index.parts):
        getters = [_attribute_getter(table, part) for part in index.parts]
        return lambda row: [get(row) for get in getters]
    positions = [table.position(_column_id(part)) for part in index.parts]
    if len(positions) == 1:
        (position,) = positions
        return lambda row: (row[position],)
    return itemgetter(*positions)


#: Of an attribute in a key: longer ones are left out of the index. DynamoDB's own limit.
ATTRIBUTE_BYTES_MAX: Final = 2048
_TYPES_BY_KIND: Final[dict[Kind, tuple[type, ...]]] = {
    Kind.TEXT: (str,),
    Kind.DECIMAL: (Decimal, int),
    Kind.BYTES: (bytes,),
}


def _attribute_getter(table: Table, part: KeyPart) -> Callable[[Row], Any]:
    """Returns what gives a part's value; an attribute that was declared since is a column."""
    name = part.attribute
    if name is None:
        return itemgetter(table.position(_column_id(part)))
    types = _TYPES_BY_KIND[part.kind]
    column = table.column(name)
    position = -1 if column is None else table.position(column.id)

    def get(row: Row) -> Any:
        value = row[-1].get(name) if position < 0 else row[position]
        return value if type(value) in types and not _is_too_long(value) else None

    return get


def _is_too_long(value: Any) -> bool:
    if isinstance(value, str) and not value.isascii():
        value = value.encode()
    return isinstance(value, str | bytes) and len(value) > ATTRIBUTE_BYTES_MAX


def _column_id(part: KeyPart) -> int:
    if part.column_id is None:
        raise ValueError("an index on an expression needs its compiled function")
    return part.column_id


def _projected_columns(table: Table, index: Index) -> tuple[int, ...]:
    if index.projection is Projection.ALL:
        return tuple(range(len(table.columns)))
    return tuple(table.position(column_id) for column_id in index.included_column_ids)


def _narrow(table: Table, positions: Sequence[int]) -> Table:
    columns = tuple(table.columns[position] for position in positions)
    return msgspec.structs.replace(table, columns=columns, policy=ColumnPolicy.STRICT)


def _projector(
    table: Table, index: Index, positions: Sequence[int]
) -> Callable[[Row], bytes] | None:
    if index.projection is Projection.ALL:
        return row_encoder(table)
    if index.sparse:
        return _sparse_projector(table, index)
    if not positions:
        return None
    encode = row_encoder(_narrow(table, positions))
    return lambda row: encode([row[position] for position in positions])


def _sparse_projector(table: Table, index: Index) -> Callable[[Row], bytes]:
    encode = row_encoder(table)
    if table.policy is not ColumnPolicy.DYNAMIC:
        return encode
    own = [part.attribute for part in index.parts if part.attribute is not None]
    names = tuple(dict.fromkeys([*own, *index.included_attributes]))

    def project(row: Row) -> bytes:
        attributes = row[-1]
        carried = {name: attributes[name] for name in names if name in attributes}
        return encode([*row[:-1], carried])

    return project


def item_key(table_prefix: bytes, primary_key: bytes) -> bytes:
    """Returns the key of the item that a primary key names."""
    return table_prefix + primary_key


def primary_key_of(key: bytes) -> bytes:
    """Returns the primary key in an item's key."""
    return key[PREFIX_SIZE:]
