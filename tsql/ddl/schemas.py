"""CREATE SCHEMA: for now, a name that tables can have in front of theirs."""

from typing import Any

from storage.errors import DatabaseError, not_supported
from tsql.access.privileges import Secured, require
from tsql.access.roles import is_member
from tsql.ddl.context import Ddl
from tsql.ddl.role_names import named_role


async def create_schema(node: Any, ddl: Ddl) -> str:
    """Runs a CreateSchemaStmt; returns the command tag."""
    if node.schemaElts:
        raise not_supported("CREATE SCHEMA with elements")
    name = node.schemaname
    if name is None:
        name = named_role(node.authrole, ddl)
    if name.startswith("pg_"):
        raise DatabaseError(
            "42939",
            f'unacceptable schema name "{name}"',
            detail='The prefix "pg_" is reserved for system schemas.',
        )
    if node.if_not_exists and ddl.catalog.schema(name) is not None:
        ddl.notice("NOTICE", "42P06", f'schema "{name}" already exists, skipping')
        return "CREATE SCHEMA"
    owner = ddl.env.user if node.authrole is None else named_role(node.authrole, ddl)
    require(ddl.catalog, ddl.env.user, Secured.database(ddl.database), "C")
    if not is_member(ddl.catalog, ddl.env.user, owner):
        raise DatabaseError("42501", f'must be member of role "{owner}"')
    await ddl.changes.create_schema(name, owner)
    return "CREATE SCHEMA"
