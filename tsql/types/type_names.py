"""SQL's names of types, as format_type gives them, and regtype, the type whose values are types.

A regtype is an int (the type's OID) at run time.
"""

import functools
import re
from typing import Final

from storage.errors import DatabaseError
from tsql.catalog import pg
from tsql.env import Env
from tsql.types import oids
from tsql.types.boolean import BLANKS
from tsql.types.io import input_of, text_io
from tsql.types.numeric import precision_and_scale
from tsql.types.regclass import name_parts

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
    oids.ANY: '"any"',
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
_ARRAY = re.compile(r"(?: ?\[[0-9]*\])+$| array(?:\[[0-9]*\])?$", re.IGNORECASE)
_MODIFIER = re.compile(r" ?\( ?[0-9]+ ?(?:, ?-?[0-9]+ ?)?\)")
_FLOAT = re.compile(r"float ?\( ?([0-9]{1,2}) ?\)")
_FLOAT4_BITS: Final = 24


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


def type_name_in(env: Env, oid: int, typmod: int | None = None) -> str:
    """Returns a type's name as a session has to write it.

    That of a type of users' has its schema in front where the search path doesn't find it
    (PostgreSQL's format_type).
    """
    row = pg.types().get(oid)
    element = oid if row is None or row.category != "A" or not row.element else row.element
    is_own = row is not None and element < pg.FIRST_OWN_OID
    look_up = None if is_own or oid == 0 else getattr(env.session, "shown_type", None)
    shown: str | None = None if look_up is None else look_up(element)
    if shown is None:
        return type_name(oid, typmod)
    return shown if element == oid else shown + "[]"


@functools.cache
def _types_by_sql_name() -> dict[str, int]:
    by_name = pg.types_by_name()
    result = {type_name(row.oid): row.oid for row in by_name.values()}
    result |= {row.name: row.oid for row in by_name.values()}
    aliases = {"int": oids.INT4, "decimal": oids.NUMERIC, "float": oids.FLOAT8}
    aliases |= {"timestamp": oids.TIMESTAMP, "time": oids.TIME, "char": oids.BPCHAR}
    return result | aliases


def _users_type(name: str, env: Env | None) -> int | None:
    """Returns the OID of a type that CREATE TYPE made, if the session sees one of that name."""
    look_up = None if env is None else getattr(env.session, "type_id", None)
    parts = name_parts(name)
    if look_up is None or not 1 <= len(parts) <= 2:
        return None
    found: int | None = look_up(parts[0] if len(parts) == 2 else None, parts[-1])
    return found


def _check_parts(name: str, parts: list[str]) -> None:
    """Raises 42601 for a text that is no type's name, and for one with too many parts."""
    if '""' in parts or name == '""':
        raise _malformed('zero-length delimited identifier at or near """"', name)
    if name[0].isdigit():
        raise _malformed(f'syntax error at or near "{name.split(maxsplit=1)[0]}"', name)
    if len(parts) > 3:
        raise DatabaseError(
            "42601", f"improper qualified name (too many dotted names): {'.'.join(parts)}"
        )


def _malformed(message: str, name: str, at: int = 0) -> DatabaseError:
    context = f'invalid type name "{name}"'
    return DatabaseError("42601", message, context=context, position=at + 1)


def type_named(text: str, env: Env | None = None) -> int | None:
    """Returns the OID of the type that a text names, None if there is none; modifiers don't count.

    The types of users are found where `env` has a session. Raises 42601 for what can't be a type's
    name.
    """
    name = " ".join(text.split())
    if not name:
        raise DatabaseError("42601", f'invalid type name "{text}"')
    name, is_array = (
        (name[: match.start()], True) if (match := _ARRAY.search(name)) else (name, False)
    )
    parts = name_parts(name)
    _check_parts(name, parts)
    users = _users_type(name, env)
    if len(parts) == 2 and parts[0] == "pg_catalog" and '"' in name:
        name = '"{}"'.format(parts[1].replace('"', '""'))
    if name[0] == '"' == name[-1] and '"."' not in name:
        row = pg.types_by_name().get(name[1:-1].replace('""', '"'))
        found = None if row is None else row.oid
    else:
        name = name.lower().removeprefix("pg_catalog.")
        found = _types_by_sql_name().get(_MODIFIER.sub("", name))
        if float_name := _FLOAT.fullmatch(name):
            found = oids.FLOAT4 if int(float_name[1]) <= _FLOAT4_BITS else oids.FLOAT8
        if found is None and users is None and "," in name and not set(name) & set('"('):
            raise _malformed('syntax error at or near ","', text, text.index(","))
        if found is None and users is None and " " in name and '"' not in name:
            word = name.split()[1]
            raise _malformed(f'syntax error at or near "{word}"', text, text.lower().index(word))
    found = found or users
    if found and is_array:
        row = pg.types().get(found)
        return None if row is None else row.array
    return found


def _regtype_in(text: str, typmod: int, env: Env) -> int:
    stripped = text.strip(BLANKS)
    if stripped == "-":
        return 0
    if stripped.isdigit() and stripped.isascii():
        return input_of(oids.OID)(stripped, -1, env)  # type: ignore[no-any-return]  # oid's is int
    found = type_named(stripped, env)
    if found is None:
        raise DatabaseError("42704", f'type "{stripped}" does not exist')
    return found


def _regtype_out(value: int, env: Env) -> str:
    name = type_name_in(env, value)
    return str(value) if name == "???" else name


text_io(oids.REGTYPE, _regtype_in, _regtype_out)
