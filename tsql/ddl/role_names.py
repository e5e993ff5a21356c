"""Roles as statements name them: CURRENT_USER, SESSION_USER, PUBLIC or a name."""

from typing import Any

from storage.errors import DatabaseError
from tsql.access.privileges import PUBLIC
from tsql.access.roles import RESERVED_NAMES, get_role
from tsql.ddl.context import Ddl
from tsql.parser import enums

_KINDS = enums.RoleSpecType


def named_role(spec: Any, ddl: Ddl) -> str:
    """Returns the name of a role that exists. Raises 42704."""
    match spec.roletype:
        case _KINDS.ROLESPEC_CURRENT_USER | _KINDS.ROLESPEC_CURRENT_ROLE:
            return ddl.env.user
        case _KINDS.ROLESPEC_SESSION_USER:
            return str(getattr(ddl.env.session, "session_user", ddl.env.user))
        case _KINDS.ROLESPEC_PUBLIC:
            raise DatabaseError("42704", 'role "public" does not exist')
        case _:
            return get_role(ddl.catalog, str(spec.rolename)).name


def grantee(spec: Any, ddl: Ddl) -> str:
    """Returns the name of a role that exists, or PUBLIC."""
    if spec.roletype == _KINDS.ROLESPEC_PUBLIC:
        return PUBLIC
    return named_role(spec, ddl)


def check_may_change(name: str, detail: str) -> None:
    """Raises 42939 for a role that PostgreSQL brings and nobody may change."""
    if name.startswith("pg_"):
        raise DatabaseError("42939", f'role name "{name}" is reserved', detail=detail)


def check_new_name(name: str) -> None:
    """Raises 42939 for a name that no role can have."""
    if name in RESERVED_NAMES:
        raise DatabaseError("42939", f'role name "{name}" is reserved')
    check_may_change(name, 'Role names starting with "pg_" are reserved.')
