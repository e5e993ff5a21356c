"""CREATE, DROP, TRUNCATE and ALTER as commands: tsql/ddl does the work."""

from collections.abc import Awaitable, Callable
from typing import Any

from tsql.api import Result
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import ddl_of, require_no_transaction
from tsql.ddl.alter.domain import alter_domain
from tsql.ddl.alter.rename import rename
from tsql.ddl.alter.schema import set_schema
from tsql.ddl.alter.statement import alter_table
from tsql.ddl.cluster import cluster
from tsql.ddl.comments import comment_on
from tsql.ddl.composites import create_composite
from tsql.ddl.context import Ddl
from tsql.ddl.create_index import create_index, create_index_online
from tsql.ddl.create_table import create_table
from tsql.ddl.default_privileges import alter_default_privileges
from tsql.ddl.domains import create_domain
from tsql.ddl.drop import drop, drop_index_online
from tsql.ddl.drop_owned import drop_owned
from tsql.ddl.enums import alter_enum, create_enum
from tsql.ddl.extensions import create_extension
from tsql.ddl.grants import grant
from tsql.ddl.owned import alter_owner, reassign_owned
from tsql.ddl.reindex import Reindex, online_name
from tsql.ddl.roles import (
    alter_role,
    alter_role_settings,
    create_role,
    drop_role,
    grant_role,
)
from tsql.ddl.schemas import create_schema
from tsql.ddl.sequences import alter_sequence, create_sequence
from tsql.ddl.truncate import truncate
from tsql.ddl.views import create_view

Act = Callable[[Any, Ddl], Awaitable[str]]


def command_of_ddl(name: str, act: Act) -> Command:
    """Returns the command of a DDL statement."""

    async def run(invocation: Invocation) -> Result:
        return Result(tag=await act(invocation.node, ddl_of(invocation.state)))

    return Command(run, name=name)


async def _create_index(invocation: Invocation) -> Result:
    node = invocation.node
    if not node.concurrent:
        return Result(tag=await create_index(node, ddl_of(invocation.state)))
    require_no_transaction(invocation, "CREATE INDEX CONCURRENTLY")
    state = invocation.state
    ddl = ddl_of(state)
    tag = await create_index_online(node, ddl, state.database.builds, state.control.txn)
    return Result(tag=tag)


async def _drop(invocation: Invocation) -> Result:
    node, state = invocation.node, invocation.state
    if not node.concurrent:
        return Result(tag=await drop(node, ddl_of(state)))
    require_no_transaction(invocation, "DROP INDEX CONCURRENTLY")
    ddl = ddl_of(state)
    return Result(tag=await drop_index_online(node, ddl, state.database.builds, state.control.txn))


async def _reindex(invocation: Invocation) -> Result:
    node, state = invocation.node, invocation.state
    name = online_name(node)
    if name is not None:
        require_no_transaction(invocation, name)
    ddl = ddl_of(state)
    shared = state.database
    reindex = Reindex(node, ddl, shared.store, shared.builds, state.control.txn)
    return Result(tag=await reindex.run())


async def _cluster(invocation: Invocation) -> Result:
    if invocation.node.relation is None:
        require_no_transaction(invocation, "CLUSTER")
    return Result(tag=await cluster(invocation.node, ddl_of(invocation.state)))


ALTER_SEQUENCE = command_of_ddl("ALTER SEQUENCE", alter_sequence)
ALTER_TABLE = command_of_ddl("ALTER TABLE", alter_table)
RENAME = command_of_ddl("ALTER TABLE", rename)
SET_SCHEMA = command_of_ddl("ALTER TABLE", set_schema)
CREATE_DOMAIN = command_of_ddl("CREATE DOMAIN", create_domain)
ALTER_DOMAIN = command_of_ddl("ALTER DOMAIN", alter_domain)
CREATE_COMPOSITE = command_of_ddl("CREATE TYPE", create_composite)
CREATE_ENUM = command_of_ddl("CREATE TYPE", create_enum)
CREATE_EXTENSION = command_of_ddl("CREATE EXTENSION", create_extension)
ALTER_ENUM = command_of_ddl("ALTER TYPE", alter_enum)
COMMENT = command_of_ddl("COMMENT", comment_on)
CREATE_VIEW = command_of_ddl("CREATE VIEW", create_view)
CREATE_TABLE = command_of_ddl("CREATE TABLE", create_table)
CREATE_INDEX = Command(_create_index, name="CREATE INDEX")
CREATE_SEQUENCE = command_of_ddl("CREATE SEQUENCE", create_sequence)
CREATE_SCHEMA = command_of_ddl("CREATE SCHEMA", create_schema)
CLUSTER = Command(_cluster, name="CLUSTER")
DROP = Command(_drop, name="DROP")
REINDEX = Command(_reindex, name="REINDEX")
TRUNCATE = command_of_ddl("TRUNCATE TABLE", truncate)
CREATE_ROLE = command_of_ddl("CREATE ROLE", create_role)
ALTER_ROLE = command_of_ddl("ALTER ROLE", alter_role)
ALTER_ROLE_SET = command_of_ddl("ALTER ROLE", alter_role_settings)
DROP_ROLE = command_of_ddl("DROP ROLE", drop_role)
GRANT = command_of_ddl("GRANT", grant)
ALTER_DEFAULT_PRIVILEGES = command_of_ddl("ALTER DEFAULT PRIVILEGES", alter_default_privileges)
GRANT_ROLE = command_of_ddl("GRANT ROLE", grant_role)
ALTER_OWNER = command_of_ddl("ALTER OWNER", alter_owner)
DROP_OWNED = command_of_ddl("DROP OWNED", drop_owned)
REASSIGN_OWNED = command_of_ddl("REASSIGN OWNED", reassign_owned)
