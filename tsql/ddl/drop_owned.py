"""DROP OWNED: everything that a role owns, and whatever it has been given."""

from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.objects import Address, Privileges
from tsql.access.roles import is_member
from tsql.ddl.context import Ddl
from tsql.ddl.default_privileges import PREFIX, described
from tsql.ddl.owned import owned_by
from tsql.ddl.remove import remove_all
from tsql.ddl.role_names import named_role
from tsql.parser import enums


async def drop_owned(node: Any, ddl: Ddl) -> str:
    """Runs a DropOwnedStmt; returns the command tag. Raises 42501, 2BP01."""
    names = [named_role(spec, ddl) for spec in node.roles]
    for name in names:
        if not is_member(ddl.catalog, ddl.env.user, name):
            raise DatabaseError("42501", "permission denied to drop objects")
    roots = [
        Address(each.kind if each.kind in {"schema", "type"} else "relation", each.found.id)
        for name in names
        for each in owned_by(name, ddl.catalog)
    ]
    if roots:
        cascades = node.behavior == enums.DropBehavior.DROP_CASCADE
        await remove_all(roots, ddl, cascades=cascades)
    for found in ddl.catalog.objects(Privileges):
        if found.kind.startswith(PREFIX) and described(found, ddl)[0] in names:
            await ddl.changes.lock_object(Privileges, *found.key())
            await ddl.changes.drop_object(Privileges, *found.key())
            continue
        grants = tuple(grant for grant in found.grants if grant.grantee not in names)
        if grants != found.grants:
            await ddl.changes.lock_object(Privileges, *found.key())
            await ddl.changes.replace_object(msgspec.structs.replace(found, grants=grants))
    return "DROP OWNED"
