"""CREATE SCHEMA: for now, a name that tables can have in front of theirs."""

from typing import Any

from storage.errors import DatabaseError, not_supported
from tsql.ddl.context import Ddl


async def create_schema(node: Any, ddl: Ddl) -> str:
    """Runs a CreateSchemaStmt; returns the command tag."""
    if node.schemaElts:
        raise not_supported("CREATE SCHEMA with elements")
    name = node.schemaname
    if name is None:
        name = node.authrole.rolename or ddl.env.user
    if name.startswith("pg_"):
        raise DatabaseError(
            "42939",
            f'unacceptable schema name "{name}"',
            detail='The prefix "pg_" is reserved for system schemas.',
        )
    if node.if_not_exists and ddl.catalog.schema(name) is not None:
        ddl.notice("NOTICE", "42P06", f'schema "{name}" already exists, skipping')
        return "CREATE SCHEMA"
    await ddl.changes.create_schema(name, ddl.env.user)
    return "CREATE SCHEMA"
