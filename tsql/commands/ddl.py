"""CREATE, DROP, TRUNCATE and ALTER as commands: tsql/ddl does the work."""

from collections.abc import Awaitable, Callable
from typing import Any

from tsql.api import Result
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import ddl_of, require_no_transaction
from tsql.ddl.alter.rename import rename
from tsql.ddl.alter.schema import set_schema
from tsql.ddl.alter.statement import alter_table
from tsql.ddl.context import Ddl
from tsql.ddl.create_index import create_index
from tsql.ddl.create_table import create_table
from tsql.ddl.drop import drop
from tsql.ddl.schemas import create_schema
from tsql.ddl.sequences import create_sequence
from tsql.ddl.truncate import truncate

Act = Callable[[Any, Ddl], Awaitable[str]]


def _command(name: str, act: Act) -> Command:
    async def run(invocation: Invocation) -> Result:
        return Result(tag=await act(invocation.node, ddl_of(invocation.state)))

    return Command(run, name=name)


async def _create_index(invocation: Invocation) -> Result:
    node = invocation.node
    if node.concurrent:
        require_no_transaction(invocation, "CREATE INDEX CONCURRENTLY")
    return Result(tag=await create_index(node, ddl_of(invocation.state)))


ALTER_TABLE = _command("ALTER TABLE", alter_table)
RENAME = _command("ALTER TABLE", rename)
SET_SCHEMA = _command("ALTER TABLE", set_schema)
CREATE_TABLE = _command("CREATE TABLE", create_table)
CREATE_INDEX = Command(_create_index, name="CREATE INDEX")
CREATE_SEQUENCE = _command("CREATE SEQUENCE", create_sequence)
CREATE_SCHEMA = _command("CREATE SCHEMA", create_schema)
DROP = _command("DROP", drop)
TRUNCATE = _command("TRUNCATE TABLE", truncate)
