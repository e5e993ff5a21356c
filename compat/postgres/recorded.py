"""What PostgreSQL 15's own catalogs look like: their columns, and the rows of built-in objects.

Both are recorded facts in data/, written by tools/generate_system_catalogs.py. Shapes are loaded when the
first system relation is read, rows when their relation is.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from typing import Any, Final

import msgspec

from storage.records import dataclass
from storage.types import Array
from tsql.access.roles import FIRST_ROLE
from tsql.bound import Field
from tsql.catalog import pg
from tsql.identifiers import quoted
from tsql.types import oids
from tsql.types.vectors import vector

Row = tuple[Any, ...]

PG_CATALOG: Final = "pg_catalog"
_SUBSCRIPTION_ID: Final = 6100
INFORMATION_SCHEMA: Final = "information_schema"

#: The domains of information_schema; the protocol shows their base types.
_DOMAINS: Final = {
    "sql_identifier": (oids.NAME, -1),
    "character_data": (oids.VARCHAR, -1),
    "cardinal_number": (oids.INT4, -1),
    "yes_or_no": (oids.VARCHAR, 3 + 4),
    "time_stamp": (oids.TIMESTAMPTZ, 2),
}
_NUMBERS: Final = frozenset(
    {oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT4, oids.FLOAT8, oids.XID, oids.CID}
    | {oids.REGPROC, oids.REGCLASS, oids.REGTYPE}
)
_TEXTS: Final = frozenset({oids.NAME, oids.TEXT, oids.CHAR, oids.PG_NODE_TREE, oids.VARCHAR})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a system relation."""

    name: str
    type: int
    typmod: int
    not_null: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A system relation: what it is called and which columns it has."""

    schema: str
    name: str
    oid: int
    kind: str
    columns: tuple[Column, ...]
    fields: tuple[Field, ...]

    def row(self, values: Mapping[str, Any]) -> Row:
        """Returns a row of these values; what isn't named is NULL, or nothing where NULL can't be."""
        unknown = values.keys() - {column.name for column in self.columns}
        assert not unknown, f"{self.name} has no {unknown}"
        return tuple(
            values[column.name] if column.name in values else _nothing(column)
            for column in self.columns
        )


def _nothing(column: Column) -> Any:
    if not column.not_null:
        return None
    if column.type == oids.BOOL:
        return False
    if column.type in _NUMBERS:
        return 0
    if column.type in {oids.INT2VECTOR, oids.OIDVECTOR}:
        return vector(())
    return "" if column.type in _TEXTS else None


def read(name: str) -> Any:
    """Returns the rows of a file of data/."""
    data = resources.files("compat.postgres").joinpath("data", name).read_bytes()
    return msgspec.json.decode(b"[" + data.rstrip().replace(b"\n", b",") + b"]")


@functools.cache
def _domains() -> dict[int, tuple[int, int]]:
    return {row[0]: _DOMAINS[row[1]] for row in read("rows/pg_type.jsonl") if row[1] in _DOMAINS}


def _column(raw: list[Any]) -> Column:
    name, type_, typmod, not_null = raw
    base = _domains().get(type_)
    if base is not None:
        return Column(name, *base, not_null)
    return Column(name, type_, typmod, not_null)


@functools.cache
def shapes() -> dict[tuple[str, str], Shape]:
    """Returns all system relations by schema and name."""
    result = {}
    for schema, name, oid, kind, raw_columns in read("relations.jsonl"):
        columns = tuple(map(_column, raw_columns))
        fields = tuple(
            Field(column.name, column.type, column.typmod, oid, number)
            for number, column in enumerate(columns, 1)
        )
        result[schema, name] = Shape(schema, name, oid, kind, columns, fields)
    return result


@functools.cache
def names_by_oid() -> dict[int, tuple[str, str]]:
    """Returns schema and name of the system relations (and their indexes) by OID."""
    names = {row[0]: (PG_CATALOG, row[1]) for row in read("rows/pg_class.jsonl")}
    return names | {shape.oid: key for key, shape in shapes().items()}


@functools.cache
def index_ids() -> dict[str, int]:
    """Returns the OIDs of everything in pg_catalog's own pg_class rows by name: indexes, TOAST apart."""
    return {row[1]: row[0] for row in read("rows/pg_class.jsonl") if row[2] == 11}


def _access_list(owner: str) -> Callable[[Any], Any]:
    """Returns what puts the first role's name into recorded access control lists."""
    return lambda value: (
        None if value is None else Array.of([item.replace("$owner", owner) for item in value])
    )


def _converter(column: Column, owner: str) -> Callable[[Any], Any] | None:
    if column.type == oids.ACLITEM_ARRAY:
        return _access_list(owner)
    if column.type in {oids.INT2VECTOR, oids.OIDVECTOR}:
        return lambda value: None if value is None else vector(value)
    if column.type in {oids.INT4, oids.INT2}:
        # information_schema's own were recorded as text.
        return lambda value: None if value is None else int(value)
    row = pg.types().get(column.type)
    if row is not None and row.category == "A":
        return lambda value: None if value is None else Array.of(value)
    return None


def has_rows(name: str) -> bool:
    """Returns whether rows of that catalog are recorded."""
    return resources.files("compat.postgres").joinpath("data", f"rows/{name}.jsonl").is_file()


def rows(shape: Shape, owner: str = FIRST_ROLE.name) -> Iterator[Row]:
    """Yields the recorded rows of a relation: PostgreSQL's own objects, which `owner` has."""
    conversions = [
        (at, convert)
        for at, column in enumerate(shape.columns)
        if (convert := _converter(column, owner)) is not None
    ]
    for raw in read(f"rows/{shape.name}.jsonl"):
        for at, convert in conversions:
            raw[at] = convert(raw[at])
        yield tuple(raw)


@functools.cache
def function_roles() -> dict[int, tuple[str, ...]]:
    """Returns who may call the functions that not everybody may, beside superusers."""
    return _not_public("pg_proc", "proacl", "X")


@functools.cache
def relation_readers() -> dict[int, tuple[str, ...]]:
    """Returns who may read the relations that not everybody may, beside superusers."""
    found = _not_public("pg_class", "relacl", "r")
    with_lists = _relations_with_access_lists()
    # Without a list only its owner may.
    found |= {shape.oid: () for shape in shapes().values() if shape.oid not in with_lists}
    # Everybody may read some of its columns, and there are no rows.
    return {oid: roles for oid, roles in found.items() if oid != _SUBSCRIPTION_ID}


@functools.cache
def _relations_with_access_lists() -> frozenset[int]:
    at = [found.name for found in shapes()[PG_CATALOG, "pg_class"].columns].index("relacl")
    return frozenset(row[0] for row in read("rows/pg_class.jsonl") if row[at] is not None)


def _not_public(catalog: str, column: str, letter: str) -> dict[int, tuple[str, ...]]:
    """Returns the roles with a privilege on objects on which PUBLIC hasn't it, by OID."""
    at = [found.name for found in shapes()[PG_CATALOG, catalog].columns].index(column)
    result = {}
    for row in read(f"rows/{catalog}.jsonl"):
        grants = [item.partition("/")[0].partition("=") for item in row[at] or ()]
        roles = tuple(role for role, _, letters in grants if letter in letters)
        if row[at] is not None and "" not in roles:
            result[row[0]] = tuple(role for role in roles if not role.startswith("$"))
    return result


_TYPE_SCHEMAS: Final = {11: PG_CATALOG, 13207: INFORMATION_SCHEMA}


@functools.cache
def type_ids() -> dict[tuple[str, str], int]:
    """Returns the OIDs of all recorded types by schema and name."""
    return {(_TYPE_SCHEMAS[row[2]], row[1]): row[0] for row in read("rows/pg_type.jsonl")}


@functools.cache
def type_names() -> dict[int, str]:
    """Returns what all recorded types are called by OID, information_schema's with the schema."""
    names = [column.name for column in shapes()[PG_CATALOG, "pg_type"].columns]
    category_at, element_at = names.index("typcategory"), names.index("typelem")
    elements, result = {}, {}
    for row in read("rows/pg_type.jsonl"):
        if row[category_at] == "A" and row[element_at]:
            elements[row[0]] = row[element_at]
        schema = _TYPE_SCHEMAS[row[2]]
        result[row[0]] = ("" if schema == PG_CATALOG else f"{schema}.") + quoted(row[1])
    return result | {oid: f"{result[element]}[]" for oid, element in elements.items()}


def keywords() -> Iterator[Row]:
    """Yields pg_get_keywords()'s rows."""
    for raw in read("rows/pg_get_keywords.jsonl"):
        yield tuple(raw)


@functools.cache
def _index_definitions() -> dict[int, str]:
    names = {row[0]: row[1] for row in read("rows/pg_class.jsonl")}
    columns = {(row[0], row[5]): row[1] for row in read("rows/pg_attribute.jsonl")}
    shape = shapes()[PG_CATALOG, "pg_index"]
    at = {column.name: number for number, column in enumerate(shape.columns)}
    result = {}
    for row in read("rows/pg_index.jsonl"):
        oid, table = row[at["indexrelid"]], row[at["indrelid"]]
        schema = PG_CATALOG if (PG_CATALOG, names[table]) in shapes() else "pg_toast"
        keys = ", ".join(columns.get((table, number), "?") for number in row[at["indkey"]])
        unique = "UNIQUE " if row[at["indisunique"]] else ""
        target = f"{schema}.{names[table]}"
        result[oid] = f"CREATE {unique}INDEX {names[oid]} ON {target} USING btree ({keys})"
    return result


def index_column_count(oid: int) -> int:
    """Returns how many columns an index of a system catalog has; 0 if there is no such index."""
    text = _index_definitions().get(oid)
    return 0 if text is None else text.count(",") + 1


def index_definition(oid: int) -> str | None:
    """Returns CREATE INDEX for an index of a system catalog."""
    return _index_definitions().get(oid)
