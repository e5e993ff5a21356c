"""LOCK TABLE: tables, and the tables under views, with the privileges that each mode asks for."""

from collections.abc import Iterator
from typing import Any, Final

from storage.errors import DatabaseError
from storage.kv.store import LockWait
from storage.lock_modes import TableLockMode
from storage.objects import View
from storage.schema import Table
from storage.table_locks import lock_table
from tsql.access.privileges import Secured, denied, privileges_of
from tsql.access.roles import is_superuser
from tsql.api import Result
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import ddl_of
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.describe import kind_of_relation


async def run_lock(invocation: Invocation) -> Result:
    """Runs a LockStmt. It reads nothing: the transaction's snapshot is yet to be taken."""
    node, control = invocation.node, invocation.state.control
    mode = TableLockMode[_MODES[node.mode - 1]]
    if mode > TableLockMode.ROW_EXCLUSIVE:
        control.check_writable("LOCK TABLE")
    if control.is_single:
        raise DatabaseError("25P01", "LOCK TABLE can only be used in transaction blocks")
    wait = LockWait.SKIP if node.nowait else LockWait.WAIT
    ddl = ddl_of(invocation.state, control.open_transaction())
    for relation in node.relations:
        if await _locked_of_system(relation, mode, wait, ddl):
            continue
        while True:
            found = _lockable(relation, ddl)
            for table, role in _tables_of(found, ddl.env.user, mode, ddl, set()):
                _require_lockable(table, role, mode, ddl)
                await _lock(table.id, table.name, mode, wait, ddl)
            if _lockable(relation, ddl).id == found.id:
                break
    return Result(tag="LOCK TABLE")


async def _lock(relation_id: int, name: str, mode: TableLockMode, wait: LockWait, ddl: Ddl) -> None:
    if not await lock_table(ddl.txn, relation_id, mode, wait):
        raise DatabaseError("55P03", f'could not obtain lock on relation "{name}"')


async def _locked_of_system(relation: Any, mode: TableLockMode, wait: LockWait, ddl: Ddl) -> bool:
    """Locks a relation of the system's against those that lock it so; False: it is another.

    Who is no superuser has no privilege on it but SELECT. Raises 42501, 55P03.
    """
    name, lookup = relation.relname, ddl.catalog_relations
    if lookup is None or ddl.find(relation.schemaname, name) is not None:
        return False
    found = lookup(relation.schemaname or "pg_catalog", name)
    relation_id = ddl.env.session.relation_id(relation.schemaname, name)
    if found is None or relation_id is None:
        return False
    if not is_superuser(ddl.catalog, ddl.env.user) and (
        mode is not TableLockMode.ACCESS_SHARE or found.private is not None
    ):
        kind = "table" if found.query is None else "view"
        raise DatabaseError("42501", f"permission denied for {kind} {name}")
    await _lock(relation_id, name, mode, wait, ddl)
    return True


def _lockable(relation: Any, ddl: Ddl) -> Table | View:
    """Returns what a RangeVar names, if it can be locked. Raises 42P01, 42809."""
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        raise no_such_relation(relation, ddl)
    kind = kind_of_relation(found)
    if not isinstance(found, Table | View) or kind == "materialized view":
        plural = "indexes" if kind == "index" else f"{kind}s"
        raise DatabaseError(
            "42809",
            f'cannot lock relation "{relation.relname}"',
            detail=f"This operation is not supported for {plural}.",
        )
    return found


def _tables_of(
    found: Table | View, role: str, mode: TableLockMode, ddl: Ddl, seen: set[int]
) -> Iterator[tuple[Table | View, str]]:
    """Yields the relation, and those under a view, with the role whose privileges count."""
    yield found, role
    if isinstance(found, Table):
        return
    seen.add(found.id)
    inner = ddl.env.user if found.reads_as_invoker else found.owner
    for spec in found.relations:
        part = ddl.catalog.table_by_id(spec.id) or ddl.catalog.object(View, spec.id)
        if part is not None and part.id not in seen:
            yield from _tables_of(part, inner, mode, ddl, seen)


def _require_lockable(found: Table | View, role: str, mode: TableLockMode, ddl: Ddl) -> None:
    """Raises 42501 unless the role has one of the privileges that a mode asks for."""
    letters = _LOCK_LETTERS.get(mode, "wdD")
    secured = Secured.of(found)
    have = privileges_of(ddl.catalog, role, secured)
    if not any(letter in have for letter in letters):
        raise denied(secured)


#: Privileges of which one is enough; for the other modes UPDATE, DELETE or TRUNCATE.
_LOCK_LETTERS: Final = {TableLockMode.ACCESS_SHARE: "r", TableLockMode.ROW_EXCLUSIVE: "awdD"}


#: The modes in the order of the numbers in PostgreSQL's lockdefs.h, from 1.
_MODES = (
    "ACCESS_SHARE",
    "ROW_SHARE",
    "ROW_EXCLUSIVE",
    "SHARE_UPDATE_EXCLUSIVE",
    "SHARE",
    "SHARE_ROW_EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS_EXCLUSIVE",
)


LOCK = Command(run_lock)
