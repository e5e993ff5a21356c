"""Column definitions: types, NOT NULL and what can be a key."""

from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from storage.keyparts import has_order
from storage.schema import Column
from storage.types import Kind
from tsql.binder import bind_type_name
from tsql.binder.collations import collation_named
from tsql.catalog import pg
from tsql.env import Env
from tsql.types.kinds import storable_kinds

SYSTEM_COLUMNS: Final = frozenset({"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"})
#: serial's names -> the integer type behind.
SERIAL_TYPES: Final = {
    "smallserial": "int2",
    "serial2": "int2",
    "serial": "int4",
    "serial4": "int4",
    "bigserial": "int8",
    "serial8": "int8",
}


def column_of(definition: Any, column_id: int, env: Env) -> Column:
    """Returns the column without its constraints. Raises 42704, 42701, 42P16, 0A000."""
    name = definition.colname
    if definition.compression is not None:
        raise not_supported("COMPRESSION")
    if definition.storage_name is not None:
        raise not_supported("STORAGE in a column definition")
    oid, typmod = bind_type_name(definition.typeName, env)
    collation = 0
    if definition.collClause is not None:
        collation = collation_named(definition.collClause, oid)
    kinds = storable_kinds(oid)
    if kinds is None:
        row = pg.types().get(oid)
        if row is not None and row.kind == "p":
            raise DatabaseError("42P16", f'column "{name}" has pseudo-type {row.name}')
        raise not_supported(f'type "{type_name(oid)}" in a table')
    if name in SYSTEM_COLUMNS:
        raise DatabaseError("42701", f'column name "{name}" conflicts with a system column name')
    kind, element_kind = kinds
    return Column(
        id=column_id,
        name=name,
        kind=kind,
        element_kind=element_kind,
        sql_type=oid,
        typmod=typmod,
        collation=collation,
    )


def serial_type(definition: Any) -> str | None:
    """Returns the integer type of a serial column, or None for any other column."""
    names = definition.typeName.names
    if len(names) != 1 or definition.typeName.arrayBounds:
        return None
    return SERIAL_TYPES.get(names[0].sval)


def type_name(oid: int) -> str:
    """Returns a type's name as messages about operator classes print it."""
    row = pg.types().get(oid)
    if row is None:
        return str(oid)
    if row.category == "A" and row.element and row.name.startswith("_"):
        return f"{type_name(row.element)}[]"
    return row.name


def check_can_be_key(kind: Kind, element_kind: Kind | None, oid: int) -> None:
    """Raises 42704 for a type whose values have no order."""
    if has_order(kind, element_kind):
        return
    raise DatabaseError(
        "42704",
        f'data type {type_name(oid)} has no default operator class for access method "btree"',
        hint="You must specify an operator class for the index or define a default operator"
        " class for the data type.",
    )
