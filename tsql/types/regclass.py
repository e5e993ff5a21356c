"""regclass: a relation's OID, written as its name.

Names are looked up in the session that the Env belongs to; a number needs no session, so a column's
DEFAULT keeps `nextval('16390')`, which survives renames.
"""

import re
from typing import Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import text_io


def parse_regclass(text: str, _typmod: int, env: Env) -> int:
    """Returns the OID. Raises 42P01, 0A000 without a session."""
    if text.isdigit():
        return int(text)
    if text == "-":
        return 0
    parts = name_parts(text)
    if not parts:
        raise DatabaseError("42602", "invalid name syntax")
    name = ".".join(parts)
    if len(parts) > 3:
        raise DatabaseError("42601", f"improper relation name (too many dotted names): {name}")
    if len(parts) == 3 and parts.pop(0) != env.database:
        raise DatabaseError("0A000", f'cross-database references are not implemented: "{name}"')
    look_up = getattr(env.session, "relation_id", None)
    if look_up is None:
        raise DatabaseError("0A000", "looking up relations is not supported here")
    schema = parts[0] if len(parts) == 2 else None
    found: int | None = look_up(schema, parts[-1])
    if found is None and schema is not None and not _has_schema(schema, env):
        raise DatabaseError("3F000", f'schema "{schema}" does not exist')
    if found is None:
        raise DatabaseError("42P01", f'relation "{text}" does not exist')
    return found


def _has_schema(name: str, env: Env) -> bool:
    look_up = getattr(env.session, "schema_id", None)
    return look_up is None or look_up(env.own_schema(name)) is not None


#: One part of a qualified name and what follows it (PostgreSQL's SplitIdentifierString).
_PART: Final = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^\s."][^\s.]*))\s*(\.|\Z)')


def name_parts(text: str) -> list[str]:
    """Returns the parts of a qualified name, lower case unless quoted; none if it isn't one."""
    parts: list[str] = []
    at, separator = 0, "."
    while separator:
        found = _PART.match(text, at)
        if found is None:
            return []
        quoted, plain, separator = found.groups()
        parts.append(plain.lower() if quoted is None else quoted.replace('""', '"'))
        at = found.end()
    return parts


def render_regclass(value: int, env: Env) -> str:
    """Returns the relation's name, or the number of one that isn't there."""
    if value == 0:
        return "-"
    look_up = getattr(env.session, "relation_name", None)
    name: str | None = None if look_up is None else look_up(value)
    return str(value) if name is None else name


text_io(oids.REGCLASS, parse_regclass, render_regclass)
