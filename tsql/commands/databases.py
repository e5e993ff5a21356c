"""CREATE, ALTER and DROP DATABASE as commands: tsql/ddl/databases.py does the work."""

from typing import Any, Final

from storage.slices import REST_SECONDS
from tsql.api import Result
from tsql.commands.command import Command, Invocation
from tsql.commands.ddl import command_of_ddl
from tsql.commands.maintenance import ddl_of, require_no_transaction
from tsql.ddl.databases import (
    alter_database,
    alter_database_settings,
    create_database,
    drop_database,
    find_to_drop,
)
from tsql.session_state import SessionState

#: How long DROP DATABASE … FORCE waits for the sessions that it has ended, as PostgreSQL does.
_END_MICROSECONDS_MAX: Final = 5_000_000


async def _create(invocation: Invocation) -> Result:
    require_no_transaction(invocation, "CREATE DATABASE")
    return Result(tag=await create_database(invocation.node, ddl_of(invocation.state)))


async def _drop(invocation: Invocation) -> Result:
    require_no_transaction(invocation, "DROP DATABASE")
    node, state = invocation.node, invocation.state
    ddl = ddl_of(state)
    record = find_to_drop(node, ddl)
    if record is None:
        return Result(tag="DROP DATABASE")
    databases = state.database.databases
    databases.begin_closing(record.id)
    state.at_end(lambda _committed: databases.end_closing(record.id))
    if any(option.defname == "force" for option in node.options or ()):
        await _end_sessions(record.name, state)
    await drop_database(record, databases.by_id(record.id).catalogs.current, ddl)
    return Result(tag="DROP DATABASE")


async def _end_sessions(name: str, state: SessionState) -> None:
    """Ends the sessions of a database, and waits until they are gone."""
    deadline = state.database.clock() + _END_MICROSECONDS_MAX

    def there() -> list[Any]:
        sessions = state.database.sessions.values()
        return [other for other in sessions if other.options.database == name]

    for other in there():
        state.functions.signal_backend(other.options.process_id, terminate=True)
    while there() and state.database.clock() < deadline:
        await state.database.store.slices.sleep(REST_SECONDS)


CREATE: Final = Command(_create, name="CREATE DATABASE")
DROP: Final = Command(_drop, name="DROP DATABASE")
ALTER: Final = command_of_ddl("ALTER DATABASE", alter_database)
ALTER_SET: Final = command_of_ddl("ALTER DATABASE", alter_database_settings)
