"""Parts of queries in DuckDB's SQL: derived tables, and the tables that a statement reads."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from storage.columns.messages import (
    Alternative,
    Bound,
    ColumnSpec,
    Condition,
    Extent,
    NumberPlace,
    PathSpec,
    Reading,
    TableSpec,
    Top,
)
from tsql.analytics.emitted import (
    DIGITS_MAX,
    WORKING_SCALE,
    Emitted,
    UntranslatableError,
    called,
    type_name,
)
from tsql.analytics.expressions import Surroundings
from tsql.bound import BoundSelect, ColumnRef, TableRelation
from tsql.types import oids
from tsql.types.kinds import base_of
from tsql.types.numeric import precision_and_scale

ExtentOf = Callable[[NumberPlace], Extent | None]

_COLUMN_KINDS: Final = {
    oids.BOOL: "bool",
    oids.INT2: "int16",
    oids.INT4: "int32",
    oids.INT8: "int64",
    oids.FLOAT4: "float32",
    oids.FLOAT8: "float64",
    oids.TEXT: "text",
    oids.VARCHAR: "text",
    oids.BPCHAR: "text",
    oids.NAME: "text",
    oids.BYTEA: "bytea",
    oids.UUID: "uuid",
    oids.DATE: "date",
    oids.TIME: "time",
    oids.TIMESTAMP: "timestamp",
    oids.TIMESTAMPTZ: "timestamptz",
    oids.INTERVAL: "interval",
    oids.JSONB: "jsonb",
}


#: DuckDB's names of types whose conditions are decided by value, by kind.
_DECIDED_KINDS: Final = {
    "text": type_name(oids.TEXT),
    "int16": type_name(oids.INT2),
    "int32": type_name(oids.INT4),
    "int64": type_name(oids.INT8),
}
_DECIDED_TYPES: Final = frozenset(_DECIDED_KINDS.values())


def column_kind(oid: int) -> str:
    """Returns how a column of a type is held."""
    kind = _COLUMN_KINDS.get(oid)
    if kind is None:
        raise UntranslatableError(f"columns of {called(oid)}")
    return kind


@dataclass(frozen=True, slots=True)
class Derived:
    """A query: its text, and its columns as they are called in it."""

    sql: str
    columns: tuple[Emitted, ...]

    def under(self, alias: str) -> tuple[Emitted, ...]:
        """Returns the columns as the query around it sees them."""
        return renamed(self.columns, alias)


def renamed(columns: Sequence[Emitted], alias: str) -> tuple[Emitted, ...]:
    names = (f"{alias}.c{number}" for number in itertools.count())
    return tuple([one.over(list(itertools.islice(names, len(one.pieces())))) for one in columns])


def select_list(columns: Sequence[Emitted]) -> str:
    pieces = [piece for column in columns for piece in column.pieces()]
    return ", ".join(f"{piece} AS c{number}" for number, piece in enumerate(pieces)) or "1 AS c0"


def single(column: Emitted) -> Emitted:
    """Returns a column that is one piece; refuses any other."""
    if len(column.pieces()) > 1:
        raise UntranslatableError("numerics of no fixed scale here")
    return column


#: Letters of a path's columns, in the SQL of alternatives.
_BRACED: Final = re.compile(r"\{([a-z])\}")


@dataclass(slots=True)
class PathInUse:
    """A path into a table's documents, with what is made of it."""

    name: str
    extent: Extent | None
    readings: list[Reading] = field(default_factory=list)


@dataclass(slots=True)
class TableInUse:
    """A table that the statement reads, once per mention, with the columns read so far.

    Attributes:
        texts: SQL of the columns of documents, by name.
        paths: By their column, and the keys.
        bounds: What its columns, and what is at the paths, have to be for a row to count.
        conditions: Columns that say for which rows something is true of their texts.
        top: If only the first rows of an order are needed.
        alias: What the statement calls it, if it has conditions.
    """

    relation: TableRelation
    name: str
    specs: dict[int, ColumnSpec] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    paths: dict[tuple[ColumnSpec, tuple[str, ...]], PathInUse] = field(default_factory=dict)
    bounds: list[Bound] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    top: Top | None = None
    alias: str = ""

    def documents(self, alias: str, spec: ColumnSpec, extent_of: ExtentOf) -> "DocumentsInUse":
        """Returns a column of documents; whether it is read itself turns out at the end."""
        self.texts[spec.name] = f"{alias}.{spec.name}"
        return DocumentsInUse(self, alias, spec, extent_of)

    def spec(self, sql: str) -> TableSpec:
        """Returns what the table is made of; columns and paths that a statement doesn't read are left out."""
        columns, paths = self.column_specs(sql), self.path_specs(sql)
        names = {column.name for column in columns} | {path.name for path in paths}
        bounds = tuple(one for one in self.bounds if one.name in names)
        conditions = tuple(self.conditions)
        storage_id = self.relation.table.storage_id
        top = self.top if self.top is not None and self.top.name in names else None
        return TableSpec(
            self.name, storage_id, columns, paths, bounds, conditions, top, self._is_counted(sql)
        )

    def decided(self, alias: str, name: str, pieces: tuple[str, ...]) -> str | None:
        """Returns the SQL of a condition that reads one column; None unless that is of texts or integers."""
        type_ = self._type_of(name)
        if type_ not in _DECIDED_TYPES:
            return None
        self.alias = alias
        for condition in self.conditions:
            if (condition.column, condition.pieces) == (name, pieces):
                return f"{alias}.{condition.name}"
        condition = Condition(f"k{len(self.conditions)}", name, pieces, type_)
        self.conditions.append(condition)
        return f"{alias}.{condition.name}"

    def _type_of(self, name: str) -> str:
        for spec in self.specs.values():
            if spec.name == name:
                return _DECIDED_KINDS.get(spec.kind, "")
        for path in self.paths.values():
            for reading in path.readings:
                if reading.name == name:
                    return reading.type
        return ""

    def _is_counted(self, sql: str) -> bool:
        """Returns whether a statement reads nothing but conditions."""
        read = set(re.findall(rf"\b{self.alias}\.(\w+)", sql)) if self.conditions else {""}
        return read <= {condition.name for condition in self.conditions}

    def column_specs(self, sql: str) -> tuple[ColumnSpec, ...]:
        """Returns the columns that a statement reads."""
        return tuple(
            spec
            for spec in self.specs.values()
            if spec.name not in self.texts or self.texts[spec.name] in sql
        )

    def path_specs(self, sql: str) -> tuple[PathSpec, ...]:
        """Returns the paths that a statement reads."""
        specs = []
        for (document, path), one in self.paths.items():
            alias = self.texts[document.name].partition(".")[0]
            read = {condition.column for condition in self.conditions}
            readings = [
                each for each in one.readings if f"{alias}.{each.name}" in sql or each.name in read
            ]
            if readings:
                specs.append(PathSpec(one.name, document, path, tuple(readings), one.extent))
        return tuple(specs)


@dataclass(frozen=True, slots=True)
class DocumentsInUse:
    """A table's column of documents, which is read only where its paths don't do."""

    table: TableInUse
    alias: str
    spec: ColumnSpec
    extent_of: ExtentOf

    @property
    def document(self) -> str:
        """SQL of the document, inside of the table."""
        return self.spec.name

    def extent(self, path: tuple[str, ...]) -> Extent | None:
        """Returns how large the numbers at a path are assumed to be; None: as large as any."""
        table = self.table.relation.table
        found = self.extent_of((table.storage_id, self.spec.column, self.spec.path, path))
        return found if _is_usable(found) else None

    def use(self, path: tuple[str, ...]) -> PathInUse:
        """Returns a path into the documents."""
        paths = self.table.paths
        found = paths.get((self.spec, path))
        if found is None:
            found = paths[self.spec, path] = PathInUse(f"p{len(paths)}", self.extent(path))
        return found

    def read(self, path: tuple[str, ...], type_: str, alternatives: tuple[Alternative, ...]) -> str:
        """Returns the SQL of a column that is made of what is at a path."""
        found = self.use(path)
        named = tuple(
            msgspec.structs.replace(one, sql=_BRACED.sub(rf"{found.name}_\1", one.sql))
            for one in alternatives
        )
        for reading in found.readings:
            if reading.type == type_ and reading.alternatives == named:
                return f"{self.alias}.{reading.name}"
        name = f"{found.name}r{len(found.readings)}"
        found.readings.append(Reading(name, type_, named))
        return f"{self.alias}.{name}"

    def limit(self, path: tuple[str, ...], bound: Bound) -> None:
        """Notes what has to be at a path for a row to count; the bound has no name yet."""
        named = msgspec.structs.replace(bound, name=self.use(path).name)
        self.table.bounds.append(named)

    def need_top(self, path: tuple[str, ...], top: Top) -> None:
        """Notes that only the first rows by what is at a path are needed; it has no name yet."""
        self.table.top = msgspec.structs.replace(top, name=self.use(path).name)


def column_spec(relation: TableRelation, node: ColumnRef, extent_of: ExtentOf) -> ColumnSpec:
    columns, storage_id = relation.table.columns, relation.table.storage_id
    name = f"c{node.position}"
    if node.position >= len(columns):
        path = (relation.attributes[node.position - len(columns)],)
        found = extent_of((storage_id, None, path, None))
        kind, scale, digits = _held(node.type, -1, found)
        return ColumnSpec(name, None, path, kind, None, scale, digits)
    column = columns[node.position]
    found = extent_of((storage_id, column.id, (), None))
    kind, scale, digits = _held(*base_of(column.sql_type, column.typmod), found)
    return ColumnSpec(name, column.id, (), kind, column.missing, scale, digits)


def _held(oid: int, typmod: int, found: Extent | None) -> tuple[str, int, int]:
    """Returns how a column is read: kind, scale, digits."""
    if oid != oids.NUMERIC:
        return column_kind(oid), 0, DIGITS_MAX
    if typmod == -1:
        if found is None or not _is_usable(found):
            return "numeric_scaled", WORKING_SCALE, DIGITS_MAX
        return "numeric" if found.is_uniform else "numeric_scaled", found.scale, found.digits
    precision, scale = precision_and_scale(typmod)
    if not 0 <= scale <= precision <= DIGITS_MAX:
        raise UntranslatableError("numerics of this precision")
    digits = precision if found is None else min(precision, found.digits)
    return "numeric", scale, digits


def _is_usable(found: Extent | None) -> bool:
    """Returns whether numbers can be read as narrow as they are."""
    return found is not None and found.scale <= WORKING_SCALE and found.digits <= DIGITS_MAX


class Queries(Protocol):
    """The statement around a query level."""

    surroundings: Surroundings

    def alias(self) -> str:
        """Returns a name that nothing else has."""

    def query(self, select: BoundSelect) -> Derived:
        """Returns a query inside of this one."""

    def kept(self, number: int) -> tuple[str, tuple[Emitted, ...]]:
        """Returns a WITH query's name and columns."""

    def use(self, relation: TableRelation) -> TableInUse:
        """Returns a table of this mention."""
