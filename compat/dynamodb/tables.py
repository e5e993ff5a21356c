"""The tables of schema `public` as DynamoDB sees them: a handle per version of a table.

A table made here is known by its definition (compat/dynamodb/definitions.py), which the catalog keeps with
it. One made in SQL gets a definition that follows from its columns: it can be used here if its
primary key is a partition key of one column and at most one sort key column, of kinds that are S, N
or B here. Its plain indexes are global secondary indexes under their names.

Reading, writing and measuring a table all begin with its handle, so that each is made once per
version and the hot path only looks it up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import msgspec

from compat.dynamodb.attribute_values import write_item
from compat.dynamodb.definitions import IndexDefinition, KeySchema, TableDefinition
from compat.dynamodb.documents import Documents
from compat.dynamodb.errors import DynamoError, resource_not_found, validation
from compat.dynamodb.plain_ranges import PlainRanges
from compat.dynamodb.stored_items import plain_table
from compat.dynamodb.wire_items import LongWay, wire_reader
from storage.catalog import PUBLIC
from storage.catalog_store import CatalogStore
from storage.index import IndexAccess
from storage.schema import Column, ElementState, Index, Table
from storage.table import TableAccess
from storage.tables import Tables
from storage.types import Kind
from tsql.binder.defaults import checks_of, default_of
from tsql.binder.tree import walk
from tsql.bound import FunctionCall
from tsql.env import Env
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.new_rows import RowChecks
from tsql.functions.registry import NEXT_VALUES
from tsql.types import oids
from tsql.types.kinds import is_of_domain

_KEY_TYPES: Final[dict[Kind, str]] = {
    **dict.fromkeys((Kind.TEXT, Kind.VARCHAR, Kind.NAME, Kind.UUID), "S"),
    **dict.fromkeys((Kind.DATE, Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ), "S"),
    **dict.fromkeys((Kind.INT2, Kind.INT4, Kind.INT8, Kind.DECIMAL), "N"),
    Kind.BYTES: "B",
}
#: HASH attributes, and RANGE attributes, of a global index.
INDEX_PARTS_MAX: Final = 4
#: Handles kept; beyond it the ones made first go.
_HANDLE_COUNT_MAX: Final = 1000

_numbers: Final = count(1)
_decode_table: Final = msgspec.json.Decoder(TableDefinition).decode
_decode_index: Final = msgspec.json.Decoder(IndexDefinition).decode
_NOT_FOUND: Final = "Requested resource not found"


def _may_be_key(column: Column) -> bool:
    return column.kind in _KEY_TYPES and column.sql_type not in {oids.BIT, oids.VARBIT, oids.MONEY}


@dataclass(frozen=True, slots=True)
class IndexHandle:
    """An index as DynamoDB sees it.

    Attributes:
        is_carried: Its entries carry what it projects: it was made here. Of one made in SQL the
            items are fetched.
    """

    definition: IndexDefinition
    index: Index
    access: IndexAccess
    is_carried: bool

    @property
    def is_active(self) -> bool:
        """Whether it can be read."""
        return self.index.state is ElementState.PUBLIC


class TableHandle:
    """One version of a table as DynamoDB sees it.

    Attributes:
        name: The table's.
        number: No other handle has it.
        key: Its key.
        indexes: By their names here; those being built, too.
        checks: NOT NULL and CHECK, or None where there is nothing to test.
        defaults: For columns that must not be NULL, what a new row has there: (position, default).
        is_bare: Whether a put needn't know what was there.
        now: Returns seconds since 1970.
        made_here: Whether CreateTable made it.
        plain: The short way for plain keys and, if the table `is_open`, plain items; None if there is none.
        ranges: The short way for plain key conditions, where there is that for keys.
        is_open: Whether nothing but the item itself is to be looked at or written with a put.
        wire_item: Makes an item's wire form of its stored value. Raises LongWay; `show` doesn't.
    """

    __slots__ = (
        "access",
        "checks",
        "defaults",
        "definition",
        "documents",
        "indexes",
        "is_bare",
        "is_open",
        "key",
        "made_here",
        "name",
        "now",
        "number",
        "plain",
        "ranges",
        "table",
        "wire_item",
    )

    def __init__(
        self,
        table: Table,
        access: TableAccess,
        definition: TableDefinition,
        now: Callable[[], float],
    ) -> None:
        self.table = table
        self.number = next(_numbers)
        self.now = now
        self.access = access
        self.name = table.name
        self.definition = definition
        self.key = _table_key(table)
        self.documents = Documents(table)
        self.wire_item = wire_reader(table) or self._wire_item
        self.made_here = table.dynamodb_settings is not None
        self.indexes: Mapping[str, IndexHandle] = {
            handle.definition.name: handle for handle in _index_handles(table, access)
        }
        self.is_bare = access.is_bare
        keys = table.key_column_ids
        is_free = not table.checks and not any(
            (column.not_null and column.id not in keys)
            or column.generated_sql is not None
            or is_of_domain(column.sql_type)
            for column in table.columns
        )
        self.checks = (
            None if is_free else RowChecks(table, checks_of(table, Env()), are_values_raw=True)
        )
        self.defaults = () if is_free else tuple(_defaults(table))
        self.plain = plain_table(table, access.code)
        self.ranges = (
            None if self.plain is None else PlainRanges(self.key, access.code, self.plain.key_reads)
        )
        self.is_open = self.is_bare and is_free and self.plain is not None

    def _wire_item(self, _stored: bytes) -> dict[str, Any]:
        raise LongWay

    def show(self, stored: bytes) -> dict[str, Any]:
        """Returns an item as the wire shows it, whole."""
        try:
            return self.wire_item(stored)
        except LongWay:
            return write_item(self.documents.item(self.access.decode(stored)))


def _defaults(table: Table) -> Iterator[tuple[int, Evaluate]]:
    """Yields the defaults that can be found without a session: not those of sequences."""
    env = Env()
    for position, column in enumerate(table.columns):
        is_wanted = column.not_null and column.id not in table.key_column_ids
        if column.default_sql is None or not is_wanted or column.generated_sql is not None:
            continue
        default = default_of(column, env)
        if not any(
            isinstance(p, FunctionCall) and p.proc.src in NEXT_VALUES for p in walk(default)
        ):
            yield position, compile_expression(default)


def unusable_because(table: Table) -> str | None:
    """Returns why a table can't be used through DynamoDB, or None."""
    if table.hidden_key:
        return "it has no primary key"
    count = len(table.key_column_ids)
    if table.partition_column_count != 1 or count > 2:
        return (
            "its primary key isn't one partition key column with at most one sort key column"
            f" ({table.partition_column_count} and {count - table.partition_column_count})"
        )
    for column_id in table.key_column_ids:
        column = table.column_by_id(column_id)
        if not _may_be_key(column):
            return f"key column {column.name} has a type that is none of S, N and B"
    return None


class DynamoTables:
    """Finds handles.

    Attributes:
        catalogs: The catalog.
    """

    def __init__(self, catalogs: CatalogStore, tables: Tables, now: Callable[[], float]) -> None:
        self.catalogs = catalogs
        self._now = now
        self._tables = tables
        self._handles: dict[int, TableHandle] = {}

    def find(self, name: str) -> TableHandle | None:
        """Returns the table of that name (or ARN), or None. Raises for one that can't be used."""
        if name.startswith("arn:"):
            name = name.rpartition(":table/")[2]
        table = self.catalogs.current.table(PUBLIC, name)
        if table is None:
            return None
        handle = self._handles.get(table.id)
        if handle is None or handle.table is not table:
            handle = self._handles[table.id] = self.handle(table)
            if len(self._handles) > _HANDLE_COUNT_MAX:
                del self._handles[next(iter(self._handles))]
        return handle

    def known(self, name: str) -> TableHandle | None:
        """Returns the handle of a table by its plain name if it has been made, or None."""
        table = self.catalogs.current.table(PUBLIC, name)
        handle = None if table is None else self._handles.get(table.id)
        return handle if handle is not None and handle.table is table else None

    def plain(self, name: Any) -> TableHandle:
        """Returns the handle of a table that has short ways. Raises LongWay if there is none yet."""
        if type(name) is not str:
            raise LongWay
        handle = self.known(name)
        if handle is None or handle.plain is None:
            raise LongWay
        return handle

    def get(self, name: str, not_found: str = _NOT_FOUND) -> TableHandle:
        """Returns the table of that name. Raises ResourceNotFoundException."""
        handle = self.find(name)
        if handle is None:
            raise resource_not_found(not_found)
        return handle

    def handle(self, table: Table) -> TableHandle:
        """Returns a handle of this version. Raises ValidationException."""
        if table.dynamodb_settings is not None:
            definition = _decode_table(table.dynamodb_settings)
        else:
            reason = unusable_because(table)
            if reason is not None:
                raise unusable(table, reason)
            definition = _definition_of(table)
        return TableHandle(table, self._tables.access(table), definition, self._now)

    def names(self) -> Iterator[tuple[str, str | None]]:
        """Yields the names of all tables in order, each with the reason why it can't be used."""
        tables = [table for table in self.catalogs.current.tables if table.schema == PUBLIC]
        for table in sorted(tables, key=lambda table: table.name.encode()):
            made_here = table.dynamodb_settings is not None
            yield table.name, None if made_here else unusable_because(table)


def unusable(table: Table, reason: str) -> DynamoError:
    """Returns the error for a table that can't be used here."""
    return validation(f"Table {table.name} can't be used through DynamoDB: {reason}")


# ---- tables made in SQL ------------------------------------------------------------------------


def _definition_of(table: Table) -> TableDefinition:
    key = _table_key(table)
    types = dict(key.types)
    for index in table.indexes:
        if is_usable(table, index):
            types.update(_index_key(table, index).types)
    return TableDefinition(
        name=table.name, key=key, attributes=tuple(types.items()), billing_mode="PAY_PER_REQUEST"
    )


def _table_key(table: Table) -> KeySchema:
    columns = [table.column_by_id(column_id) for column_id in table.key_column_ids]
    names = [column.name for column in columns]
    types = {column.name: _KEY_TYPES[column.kind] for column in columns}
    return KeySchema((names[0],), tuple(names[1:]), types)


def is_usable(table: Table, index: Index) -> bool:
    """Returns whether an index made in SQL serves here: plain columns, ascending, all rows."""
    if index.predicate_sql is not None or len(index.parts) > 1 + INDEX_PARTS_MAX:
        return False
    return all(
        part.column_id is not None
        and not part.descending
        and _may_be_key(table.column_by_id(part.column_id))
        for part in index.parts
    )


def _index_columns(table: Table, index: Index) -> list[Column]:
    return [table.column_by_id(part.column_id or 0) for part in index.parts]


def _index_key(table: Table, index: Index) -> KeySchema:
    columns = _index_columns(table, index)
    names = [column.name for column in columns]
    types = {column.name: _KEY_TYPES[column.kind] for column in columns}
    return KeySchema((names[0],), tuple(names[1:]), types)


def _index_handles(table: Table, access: TableAccess) -> Iterator[IndexHandle]:
    for index in table.indexes:
        index_access = access.index_access(index.id)
        if index.dynamodb_settings is not None:
            definition = _decode_index(index.dynamodb_settings)
            yield IndexHandle(definition, index, index_access, is_carried=True)
        elif is_usable(table, index):
            definition = IndexDefinition(
                name=index.name, key=_index_key(table, index), projection="ALL"
            )
            yield IndexHandle(definition, index, index_access, is_carried=False)
