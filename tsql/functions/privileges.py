"""has_…_privilege and pg_has_role: who may do what. Manual: 9.26.2.

First come the errors: of the role, the object, the privilege's name, in PostgreSQL's order. What is
true of tables, columns, sequences, schemas and the database, the session says
(tsql/session_privileges.py). Of the other kinds of objects everybody may do everything. Without a
session there is one role, the user, who may do everything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from storage.user_types import user_type_of
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.functions.session_hooks import session_member
from tsql.types import oids
from tsql.types.io import input_of

OWNER_OID: Final = 10
#: OIDs from here to the middle of their range may be those of user objects.
USER_OIDS: Final = range(16384, 2**31)

_SCHEMAS: Final = {"pg_catalog": 11, "public": 2200, "information_schema": None}
_LANGUAGES: Final = {"internal": 12, "c": 13, "sql": 14}
_TABLESPACES: Final = {"pg_default": 1663, "pg_global": 1664}
_NAME_LENGTH_MAX: Final = 8192  # Beyond any that could be found.
_NAME_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^\s".]+))\s*(\.|\Z)')


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """A kind of object, its privileges, and how its objects are found.

    Attributes:
        src: As in the functions' names: has_<src>_privilege.
        find: (env, name) -> OID. Raises the error for a name that there isn't.
        exists: (env, OID) -> whether there is such an object.
        privileges_first: Whether the privilege's name is read before the object's.
    """

    src: str
    privileges: frozenset[str]
    find: Callable[[Env, str], int]
    exists: Callable[[Env, int], bool]
    privileges_first: bool = False


# ---- objects ---------------------------------------------------------------------------------------


def split_qualified_name(text: str) -> list[str]:
    """Returns the parts of a.b.c, unquoted ones in lower case. Raises 42602."""
    parts: list[str] = []
    position = 0
    while len(text) <= _NAME_LENGTH_MAX:
        match = _NAME_PART.match(text, position)
        if match is None or match[1] == "":
            raise DatabaseError("42602", "invalid name syntax")
        quoted = match[1]
        part = match[2].lower() if quoted is None else quoted.replace('""', '"')
        parts.append(part.encode()[:63].decode(errors="ignore"))
        position = match.end()
        if match[3] != ".":
            return parts
    raise DatabaseError("42602", "invalid name syntax")


def _find_relation(env: Env, text: str) -> int:
    parts = split_qualified_name(text)
    if len(parts) > 3:
        name = ".".join(parts)
        raise DatabaseError("42601", f"improper relation name (too many dotted names): {name}")
    if len(parts) == 3 and parts[0] != env.database:
        name = ".".join(parts)
        raise DatabaseError("0A000", f'cross-database references are not implemented: "{name}"')
    schema = parts[-2] if len(parts) > 1 else None
    answers = _answers(env)
    is_known = answers is not None and schema is not None and answers.schema_id(schema) is not None
    if schema is not None and schema not in _SCHEMAS and not is_known:
        raise DatabaseError("3F000", f'schema "{schema}" does not exist')
    look_up = session_member(env, "relation_id", "looking up relations in functions")
    oid: int | None = look_up(schema, parts[-1])
    if oid is None:
        shown = parts[-1] if schema is None else f"{schema}.{parts[-1]}"
        raise DatabaseError("42P01", f'relation "{shown}" does not exist')
    return oid


def _has_relation(env: Env, oid: int) -> bool:
    look_up = session_member(env, "has_relation", "looking up relations in functions")
    found: bool = look_up(oid)
    return found


def _finds(
    kind: str, objects: dict[str, int] | dict[str, int | None], sqlstate: str
) -> Callable[[Env, str], int]:
    def find(_env: Env, name: str) -> int:
        if name not in objects:
            raise DatabaseError(sqlstate, f'{kind} "{name}" does not exist')
        return objects[name] or 0

    return find


def _find_database(env: Env, name: str) -> int:
    answers = _answers(env)
    if answers is None and name == env.database:
        return 0
    found: int | None = None if answers is None else answers.database_id(name)
    if found is None:
        raise DatabaseError("3D000", f'database "{name}" does not exist')
    return found


def _has_database(env: Env, oid: int) -> bool:
    answers = _answers(env)
    return _is_not_ours(env, oid) if answers is None else answers.has_database(oid)


def _is_one_of(objects: dict[str, int] | dict[str, int | None]) -> Callable[[Env, int], bool]:
    oids = frozenset(objects.values())
    return lambda _env, oid: oid in oids


def _is_not_ours(_env: Env, oid: int) -> bool:
    """Whether there is such an object, where only an OID of a user's object might be one."""
    if oid in USER_OIDS:
        raise not_supported("looking up objects by OID in functions")
    return False


def _find_schema(env: Env, name: str) -> int:
    answers = _answers(env)
    found: int | None = None if answers is None else answers.schema_id(name)
    return _finds("schema", _SCHEMAS, "3F000")(env, name) if found is None else found


def _has_schema(env: Env, oid: int) -> bool:
    answers = _answers(env)
    is_known = answers is not None and answers.has(env.user, "schema", oid, ("USAGE",)) is not None
    return is_known or oid in frozenset(_SCHEMAS.values())


def _find_sequence(env: Env, text: str) -> int:
    answers = _answers(env)
    if answers is None:
        raise not_supported("looking up sequences in functions")
    oid = _find_relation(env, text)
    if not answers.is_sequence(oid):
        raise DatabaseError("42809", f'"{text}" is not a sequence')
    return oid


def _has_sequence(env: Env, oid: int) -> bool:
    answers = _answers(env)
    return _is_not_ours(env, oid) if answers is None else bool(answers.is_sequence(oid))


def _find_type(env: Env, text: str) -> int:
    found: int = input_of(oids.REGTYPE)(text, -1, env)
    return found


def _has_type(env: Env, oid: int) -> bool:
    catalog = getattr(env.session, "catalog", None)
    return oid in pg.types() or (catalog is not None and user_type_of(catalog, oid) is not None)


def _set(*names: str) -> frozenset[str]:
    return frozenset(names)


_USAGE = _set("USAGE")
_TABLE = ObjectKind(
    "table",
    _set("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "RULE"),
    _find_relation,
    _has_relation,
)
_ANY_COLUMN = ObjectKind(
    "any_column", _set("SELECT", "INSERT", "UPDATE", "REFERENCES"), _find_relation, _has_relation
)
_KINDS: Final = (
    _TABLE,
    _ANY_COLUMN,
    ObjectKind(
        "sequence",
        _set("USAGE", "SELECT", "UPDATE"),
        _find_sequence,
        _has_sequence,
        privileges_first=True,
    ),
    ObjectKind(
        "database", _set("CREATE", "TEMPORARY", "TEMP", "CONNECT"), _find_database, _has_database
    ),
    ObjectKind(
        "schema",
        _set("CREATE", "USAGE"),
        _find_schema,
        _has_schema,
    ),
    ObjectKind(
        "function",
        _set("EXECUTE"),
        lambda env, text: int(input_of(oids.REGPROCEDURE)(text, -1, env)),
        lambda _env, oid: oid in pg.procs(),
    ),
    ObjectKind(
        "language",
        _USAGE,
        _finds("language", _LANGUAGES, "42704"),
        _is_one_of(_LANGUAGES),
    ),
    ObjectKind(
        "tablespace",
        _set("CREATE"),
        _finds("tablespace", _TABLESPACES, "42704"),
        _is_one_of(_TABLESPACES),
    ),
    ObjectKind(
        "foreign_data_wrapper",
        _USAGE,
        _finds("foreign-data wrapper", dict[str, int](), "42704"),
        lambda _env, _oid: False,
    ),
    ObjectKind(
        "server",
        _USAGE,
        _finds("server", dict[str, int](), "42704"),
        lambda _env, _oid: False,
    ),
    ObjectKind(
        "type",
        _USAGE,
        _find_type,
        _has_type,
    ),
)


# ---- roles and privileges --------------------------------------------------------------------------


def _check_privileges(known: frozenset[str], text: str) -> None:
    """Raises 22023 unless every privilege of the comma-separated list is known."""
    for part in text.split(","):
        name = part.strip(" \t\n\v\f\r").upper().removesuffix(" WITH GRANT OPTION")
        if name not in known:
            raise DatabaseError("22023", f'unrecognized privilege type: "{part.strip()}"')


def _answers(env: Env) -> Any:
    """Returns the session's privileges, or None."""
    return getattr(env.session, "privileges", None)


def _check_role(env: Env, role: str | int) -> None:
    """Raises 42704 for a role that there isn't; refuses what isn't known of others."""
    answers = _answers(env)
    if answers is not None:
        if isinstance(role, str) and answers.role_name(role) is None:
            raise DatabaseError("42704", f'role "{role}" does not exist')
        return
    if role in (env.user, OWNER_OID):
        return
    if isinstance(role, int) or role == "public":
        raise not_supported("privileges of roles other than the user")
    raise DatabaseError("42704", f'role "{role}" does not exist')


def _checked(env: Env, kind: ObjectKind, role: Any, target: Any, privilege: str) -> bool | None:
    """Returns True for an object that exists, None for an OID without one."""
    if isinstance(role, str):
        _check_role(env, role)
    if kind.privileges_first:
        _check_privileges(kind.privileges, privilege)
    oid = kind.find(env, target) if isinstance(target, str) else None
    _check_privileges(kind.privileges, privilege)
    if isinstance(role, int):
        _check_role(env, role)
    if oid is None and not kind.exists(env, target):
        return None
    return _truth(env, kind.src, role, target if oid is None else oid, privilege)


def _truth(
    env: Env, kind: str, role: Any, oid: int, privilege: str, column: int = 0
) -> bool | None:
    """Returns whether the role has one of the privileges on an object that exists."""
    answers = _answers(env)
    if answers is None or kind not in _GRANTED:
        return True
    name = env.user if role is None else answers.role_name(role)
    if name is None:
        return False
    names = [part.strip(" \t\n\v\f\r").upper() for part in privilege.split(",")]
    if kind == "any_column":
        column = -1
    known: bool | None = answers.has(name, _GRANTED[kind], oid, names, column)
    # A column's privileges end with it.
    return (True if column <= 0 else None) if known is None else known


#: Kinds of objects with grants -> where the session finds them.
_GRANTED: Final = {
    "table": "relation",
    "any_column": "relation",
    "column": "relation",
    "sequence": "relation",
    "schema": "schema",
    "database": "database",
    "type": "type",
    "function": "function",
    "language": "language",
    "tablespace": "tablespace",
}


def _register(kind: ObjectKind) -> None:
    def of_user(env: Env, target: Any, privilege: str) -> bool | None:
        return _checked(env, kind, None, target, privilege)

    def of_role(env: Env, role: Any, target: Any, privilege: str) -> bool | None:
        return _checked(env, kind, role, target, privilege)

    prefix = f"has_{kind.src}_privilege"
    implements(f"{prefix}_name", f"{prefix}_id", env=True)(of_user)
    for role in ("name", "id"):
        implements(f"{prefix}_{role}_name", f"{prefix}_{role}_id", env=True)(of_role)


for _kind in _KINDS:
    _register(_kind)


#: PostgreSQL gives OIDs below this to its own objects.
FIRST_USER_OID = 16384


# ---- columns ---------------------------------------------------------------------------------------


def _column_privilege(
    env: Env, table: Any, column: Any, privilege: str, role: Any = None
) -> bool | None:
    oid: int = _find_relation(env, table) if isinstance(table, str) else table
    exists = isinstance(table, str) or _has_relation(env, oid)
    if not exists and isinstance(column, str) and 0 < oid < FIRST_USER_OID:
        raise not_supported("looking up columns of catalog relations in functions")
    look_up = session_member(env, "column_number", "looking up columns in functions")
    number = column
    if isinstance(column, str) and exists:
        number = look_up(oid, column)
        if number is None:
            raise DatabaseError("42703", f'column "{column}" of relation "{table}" does not exist')
    _check_privileges(_ANY_COLUMN.privileges, privilege)
    if not exists or not number:
        return None
    return _truth(env, "column", role, oid, privilege, number)


def _register_columns() -> None:
    def of_user(env: Env, table: Any, column: Any, privilege: str) -> bool | None:
        return _column_privilege(env, table, column, privilege)

    def of_role(env: Env, role: Any, table: Any, column: Any, privilege: str) -> bool | None:
        if isinstance(role, str):
            _check_role(env, role)
        result = _column_privilege(env, table, column, privilege, role)
        _check_role(env, role)
        return result

    for table in ("name", "id"):
        for column in ("name", "attnum"):
            implements(f"has_column_privilege_{table}_{column}", env=True)(of_user)
            for role in ("name", "id"):
                implements(f"has_column_privilege_{role}_{table}_{column}", env=True)(of_role)


_register_columns()


# ---- parameters and roles --------------------------------------------------------------------------

_PARAMETER = _set("SET", "ALTER SYSTEM")
_MEMBER = _set("USAGE", "MEMBER", "USAGE WITH ADMIN OPTION", "MEMBER WITH ADMIN OPTION")


@implements("has_parameter_privilege_name", env=True)
def has_parameter_privilege(env: Env, _parameter: str, privilege: str) -> bool:
    return _may_set(env, env.user, privilege)


@implements("has_parameter_privilege_name_name", "has_parameter_privilege_id_name", env=True)
def has_parameter_privilege_of_role(
    env: Env, role: str | int, _parameter: str, privilege: str
) -> bool:
    _check_privileges(_PARAMETER, privilege)
    _check_role(env, role)
    return _may_set(env, role, privilege)


def _may_set(env: Env, role: str | int, privilege: str) -> bool:
    """Returns whether a role has a privilege on a parameter: nobody but superusers, as none can be granted."""
    _check_privileges(_PARAMETER, privilege)
    answers = _answers(env)
    name = role if answers is None else answers.role_name(role)
    return answers is None or (name is not None and bool(answers.is_superuser(name)))


@implements("pg_has_role_name", "pg_has_role_id", env=True)
def pg_has_role(env: Env, role: str | int, privilege: str) -> bool:
    return pg_has_role_of(env, env.user, role, privilege)


@implements(
    "pg_has_role_name_name", "pg_has_role_name_id", "pg_has_role_id_name", "pg_has_role_id_id",
    env=True,
)  # fmt: skip
def pg_has_role_of(env: Env, member: str | int, role: str | int, privilege: str) -> bool:
    answers = _answers(env)
    names = [name if answers is None else answers.role_name(name) for name in (member, role)]
    for given, name in zip((member, role), names, strict=True):
        if isinstance(given, str) and (name != env.user if answers is None else not name):
            raise DatabaseError("42704", f'role "{given}" does not exist')
    _check_privileges(_MEMBER, privilege)
    if answers is not None:
        wanted = [part.strip(" \t\n\v\f\r").upper() for part in privilege.split(",")]
        found: bool = None not in names and answers.is_in(*names, wanted)
        return found
    _check_role(env, member)
    return True


@implements("pg_get_userbyid", env=True)
def pg_get_userbyid(env: Env, oid: int) -> str:
    name: str | None = session_member(env, "role_name", "looking up roles in functions")(oid)
    return f"unknown (OID={oid})" if name is None else name
