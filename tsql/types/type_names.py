"""SQL's names of types, as format_type gives them, and regtype, the type whose values are types.

A regtype is an int (the type's OID) at run time.
"""

import functools
from typing import Final

from storage.errors import DatabaseError
from tsql.catalog import pg
from tsql.env import Env
from tsql.types import oids
from tsql.types.boolean import BLANKS
from tsql.types.io import text_io
from tsql.types.numeric import precision_and_scale

#: Types whose SQL name isn't their internal one; %s is where a type modifier goes.
_NAMES: Final = {
    oids.BOOL: "boolean",
    oids.INT2: "smallint",
    oids.INT4: "integer",
    oids.INT8: "bigint",
    oids.FLOAT4: "real",
    oids.FLOAT8: "double precision",
    oids.NUMERIC: "numeric%s",
    oids.VARCHAR: "character varying%s",
    oids.BPCHAR: "character%s",
    oids.CHAR: '"char"%s',
    oids.TIME: "time%s without time zone",
    oids.TIMETZ: "time%s with time zone",
    oids.TIMESTAMP: "timestamp%s without time zone",
    oids.TIMESTAMPTZ: "timestamp%s with time zone",
    1560: "bit%s",
    1562: "bit varying%s",
}
_WITHOUT_MODIFIER = frozenset(
    {oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8}
)
#: Types that are something else without a modifier: char is char(1), bpchar has no limit.
_UNLIMITED = {oids.BPCHAR: "bpchar", 1560: '"bit"'}
_FIELDS: Final = {
    1 << 2: " year",
    1 << 1: " month",
    1 << 3: " day",
    1 << 10: " hour",
    1 << 11: " minute",
    1 << 12: " second",
    (1 << 2) | (1 << 1): " year to month",
    (1 << 3) | (1 << 10): " day to hour",
    (1 << 3) | (1 << 10) | (1 << 11): " day to minute",
    (1 << 3) | (1 << 10) | (1 << 11) | (1 << 12): " day to second",
    (1 << 10) | (1 << 11): " hour to minute",
    (1 << 10) | (1 << 11) | (1 << 12): " hour to second",
    (1 << 11) | (1 << 12): " minute to second",
    0x7FFF: "",
}
_FULL_PRECISION: Final = 0xFFFF


def _interval_modifier(typmod: int) -> str:
    fields, precision = (typmod >> 16) & 0x7FFF, typmod & 0xFFFF
    if fields not in _FIELDS:
        raise DatabaseError("XX000", f"invalid INTERVAL typmod: 0x{typmod & 0xFFFFFFFF:x}")
    return _FIELDS[fields] + ("" if precision == _FULL_PRECISION else f"({precision})")


def _modifier(oid: int, typmod: int) -> str:
    """Returns the modifier's text, with its parentheses."""
    if oid == oids.INTERVAL:
        return _interval_modifier(typmod)
    if oid in (oids.VARCHAR, oids.BPCHAR):
        return f"({typmod - 4})" if typmod > 4 else ""
    if oid == oids.NUMERIC:
        return "({},{})".format(*precision_and_scale(typmod)) if typmod >= 4 else ""
    return "" if oid in _WITHOUT_MODIFIER else f"({typmod})"


def type_name(oid: int, typmod: int | None = None) -> str:
    """Returns a type's name in SQL; with a typmod of None as in error messages and pg_typeof."""
    if oid == 0:
        return "-"
    row = pg.types().get(oid)
    if row is None:
        return "???"
    if row.category == "A" and row.element and row.name[0] == "_":
        return type_name(row.element, typmod) + "[]"
    if typmod is None or typmod < 0:
        if typmod is not None and oid in _UNLIMITED:
            return _UNLIMITED[oid]
        return _NAMES.get(oid, row.name).replace("%s", "")
    name = _NAMES.get(oid, row.name + "%s")
    return name.replace("%s", _modifier(oid, typmod))


@functools.cache
def _types_by_sql_name() -> dict[str, int]:
    result = {type_name(oid): oid for oid in pg.types()}
    result |= {row.name: row.oid for row in pg.types().values()}
    aliases = {"int": oids.INT4, "decimal": oids.NUMERIC, "float": oids.FLOAT8}
    aliases |= {"timestamp": oids.TIMESTAMP, "time": oids.TIME, "char": oids.BPCHAR}
    return result | aliases


def _regtype_in(text: str, typmod: int, env: Env) -> int:
    """Takes a number, or a name as format_type gives it; modifiers and schemas aren't read."""
    name = text.strip(BLANKS)
    if name == "-":
        return 0
    if name.isdigit() and name.isascii():
        return int(name[:20])
    name = " ".join(name.split())
    found = _types_by_sql_name().get(name) or _types_by_sql_name().get(name.lower())
    if found is None:
        raise DatabaseError("42704", f'type "{name}" does not exist')
    return found


def _regtype_out(value: int, env: Env) -> str:
    return type_name(value) if value == 0 or value in pg.types() else str(value)


text_io(oids.REGTYPE, _regtype_in, _regtype_out)
