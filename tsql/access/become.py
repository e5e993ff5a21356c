"""SET ROLE and SET SESSION AUTHORIZATION: as whom a session may act."""

from typing import Final

from storage.catalog import Catalog
from storage.errors import DatabaseError
from tsql.access.roles import find_role, is_member, is_superuser

#: The settings that say as whom a session acts.
IDENTITY_SETTINGS: Final = frozenset({"role", "session_authorization"})


def check_may_become(
    catalog: Catalog, setting: str, wanted: str, *, login: str, session_user: str
) -> None:
    """Raises 22023 for a role that isn't there, 42501 for one that the session may not become."""
    if setting == "role" and wanted == "none":
        return
    if find_role(catalog, wanted) is None:
        raise DatabaseError("22023", f'role "{wanted}" does not exist')
    if setting == "role":
        if not is_member(catalog, session_user, wanted):
            raise DatabaseError("42501", f'permission denied to set role "{wanted}"')
    elif wanted != login and not is_superuser(catalog, login):
        raise DatabaseError("42501", "permission denied to set session authorization")
