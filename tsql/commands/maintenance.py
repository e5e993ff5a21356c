"""VACUUM, ANALYZE and others that have nothing to do here, or little.

Pools, ORMs and pgbench send them. The store compacts by itself, so VACUUM checks the names that it is
given and answers; access paths are chosen without statistics, so what ANALYZE counts is shown and not used.
"""

from collections.abc import Iterable
from typing import Any

from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.schema import Table
from storage.sizes import index_range, table_range
from tsql.access.roles import CHECKPOINT_ROLE, has_privileges_of
from tsql.api import Result
from tsql.commands.command import Command, Invocation
from tsql.ddl.context import Ddl, no_such_relation
from tsql.session_state import SessionState
from tsql.transactions import Phase


def ddl_of(state: SessionState, txn: Transaction | None = None) -> Ddl:
    """Returns what a DDL statement works with, in the session's transaction."""
    txn = txn or state.control.statement_transaction()
    catalogs = state.database.catalogs
    env = state.statement_env(())
    changes, shared = catalogs.transaction(txn), state.database
    return Ddl(
        txn,
        catalogs,
        changes,
        env,
        state.notice,
        shared.tables,
        shared.sequences,
        shared.preparer.catalog_relations,
        state.temporary,
    )


def require_no_transaction(invocation: Invocation, command: str) -> None:
    """Raises 25001 inside a transaction."""
    control = invocation.state.control
    if control.is_single and not invocation.is_alone and control.phase is Phase.STARTED:
        raise DatabaseError("25001", f"{command} cannot be executed within a pipeline")
    if not (invocation.is_alone and control.is_single):
        raise DatabaseError("25001", f"{command} cannot run inside a transaction block")


async def run_vacuum(invocation: Invocation) -> Result:
    """Runs a VacuumStmt: VACUUM, which has nothing to do, or ANALYZE, which counts."""
    node, state = invocation.node, invocation.state
    command = "VACUUM" if node.is_vacuumcmd else "ANALYZE"
    if node.is_vacuumcmd:
        require_no_transaction(invocation, command)
    ddl = ddl_of(state)
    named = [target for target in node.rels or () if target.relation is not None]
    tables = [table for target in named if (table := _target(ddl, target, command)) is not None]
    if not named:
        tables = list(ddl.catalog.tables)
    options = {option.defname for option in node.options or ()}
    if not node.is_vacuumcmd or "analyze" in options:
        await _analyze(state, tables)
    return Result(tag=command)


def _target(ddl: Ddl, target: Any, command: str) -> Table | None:
    """Returns the table that is named, None with a warning if it is another kind of relation."""
    name = target.relation
    found = ddl.find(name.schemaname, name.relname)
    if found is None and ddl.is_system_relation(name.schemaname, name.relname):
        return None  # nothing in it is stored
    if found is None:
        raise no_such_relation(name, ddl)
    if not isinstance(found, Table):
        verb = command.lower()
        what = f"cannot {verb} non-tables or special system tables"
        ddl.notice("WARNING", "01000", f'skipping "{name.relname}" --- {what}')
        return None
    for column in target.va_cols or ():
        if found.column(column.sval) is None:
            raise DatabaseError(
                "42703", f'column "{column.sval}" of relation "{found.name}" does not exist'
            )
    return found


async def _analyze(state: SessionState, tables: Iterable[Table]) -> None:
    """Counts rows and index entries, for pg_class."""
    store = state.database.store
    for table in tables:
        await store.sizes.analyze(table_range(table), store.slices)
        for index in table.indexes:
            await store.sizes.analyze(index_range(index), store.slices)


async def run_checkpoint(invocation: Invocation) -> Result:
    """Runs a CheckPointStmt: what is acknowledged is on disk already. Raises 42501."""
    state = invocation.state
    if not has_privileges_of(state.catalog, state.current_user, CHECKPOINT_ROLE.name):
        raise DatabaseError(
            "42501", "must be superuser or have privileges of pg_checkpoint to do CHECKPOINT"
        )
    return Result(tag="CHECKPOINT")


VACUUM = Command(run_vacuum)
CHECKPOINT = Command(run_checkpoint)
