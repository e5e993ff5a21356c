"""DECLARE, FETCH, MOVE and CLOSE."""

from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from tsql.api import Result
from tsql.binder.locations import error_at
from tsql.commands.command import Command, Fields, Invocation
from tsql.cursor import Cursor
from tsql.execution import prepare, start_prepared
from tsql.executor.run import Row
from tsql.parser import ParsedStatement, enums
from tsql.portal import Portal, take_rows
from tsql.prepared import into_clause, is_query
from tsql.session_state import SessionState
from tsql.transactions import Phase

#: parsenodes.h
_BINARY, _SCROLL, _NO_SCROLL, _INSENSITIVE, _ASENSITIVE, _HOLD = 1, 2, 4, 8, 16, 32
#: FETCH ALL: LONG_MAX.
_ALL: Final = 2**63 - 1
_Direction = enums.FetchDirection


def _check_options(options: int) -> None:
    if options & _SCROLL and options & _NO_SCROLL:
        raise DatabaseError("42P11", "cannot specify both SCROLL and NO SCROLL")
    if options & _ASENSITIVE and options & _INSENSITIVE:
        raise DatabaseError("42P11", "cannot specify both ASENSITIVE and INSENSITIVE")


def _check_locks(locks: str | None, options: int) -> None:
    """Raises 0A000 and 42P11 for what a cursor with FOR UPDATE can't be."""
    if locks is None:
        return
    clause = locks.removeprefix("SELECT ")
    if options & _SCROLL:
        message = f"DECLARE SCROLL CURSOR ... {clause} is not supported"
        raise DatabaseError("0A000", message, detail="Scrollable cursors must be READ ONLY.")
    if options & _INSENSITIVE:
        message = f"DECLARE INSENSITIVE CURSOR ... {clause} is not valid"
        raise DatabaseError("42P11", message, detail="Insensitive cursors must be READ ONLY.")


async def run_declare(invocation: Invocation) -> Result:
    """Runs a DeclareCursorStmt."""
    node, state, source = invocation.node, invocation.state, invocation.parsed
    options = int(node.options)
    _check_options(options)
    holds = bool(options & _HOLD)
    if not node.portalname:
        raise DatabaseError("34000", "invalid cursor name: must not be empty")
    if (into := into_clause(node.query)) is not None:
        raise error_at(into.rel.location, "42601", "SELECT ... INTO is not allowed here")
    if not holds and state.control.phase not in {Phase.BLOCK, Phase.IMPLICIT}:
        raise DatabaseError("25P01", "DECLARE CURSOR can only be used in transaction blocks")
    if not is_query(node.query):
        raise not_supported("DECLARE CURSOR for this statement")
    inner = ParsedStatement(node.query, source.location, source.length, source.text)
    prepared = prepare(state, inner, invocation.parameter_types, is_cursor=True)
    query = prepared.query
    assert query is not None
    if query.is_write or query.fields is None:
        raise DatabaseError(
            "0A000", "DECLARE CURSOR must not contain data-modifying statements in WITH"
        )
    if query.locks is not None and holds:
        raise DatabaseError(
            "0A000",
            f"DECLARE CURSOR WITH HOLD ... {query.locks.removeprefix('SELECT ')} is not supported",
            detail="Holdable cursors must be READ ONLY.",
        )
    _check_locks(query.locks, options)
    if node.portalname in state.cursors or node.portalname in state.portals:
        raise DatabaseError("42P03", f'cursor "{node.portalname}" already exists')
    form = query.cursor
    assert form is not None
    scrolls = True if options & _SCROLL else None if form.can_go_back else False
    cursor = Cursor(
        node.portalname,
        query.fields,
        await start_prepared(state, prepared, invocation.values, is_stepped=True),
        state.run(state.statement_env(())),
        False if options & _NO_SCROLL else scrolls,
        holds,
        state.control.savepoint_count,
        source.text.strip().rstrip(";"),
        state.statement_env(()).statement_timestamp,
        frozenset([object_id for object_id, _ in query.table_versions]),
        bool(options & _BINARY),
        form,
        declared=state.control.open_transaction().watch() if form.table_ids else 0,
    )
    if holds:
        await cursor.load()
    state.cursors[cursor.name] = cursor
    return Result(tag="DECLARE CURSOR")


# ---- FETCH and MOVE ------------------------------------------------------------------------------


def fetch_fields(state: SessionState, node: Any) -> Fields | None:
    """Returns the fields of what FETCH gives; of a cursor that isn't there (yet), none."""
    if node.ismove:
        return None
    found = state.cursors.get(node.portalname)
    if found is not None:
        return found.fields
    portal = state.portals.get(node.portalname)
    query = None if portal is None else portal.prepared.query
    return None if query is None else query.fields


def _no_cursor(name: str) -> DatabaseError:
    return DatabaseError("34000", f'cursor "{name}" does not exist')


async def run_fetch(invocation: Invocation) -> Result:
    """Runs a FetchStmt."""
    node, state = invocation.node, invocation.state
    cursor = state.cursors.get(node.portalname)
    if cursor is None:
        portal = state.portals.get(node.portalname)
        if portal is None:
            raise _no_cursor(node.portalname)
        return await _fetch_portal(state, portal, node)
    if cursor.has_failed:
        raise DatabaseError("55000", f'portal "{cursor.name}" cannot be run')
    cursor.has_failed = True
    rows = await _fetched(cursor, node)
    cursor.has_failed = False
    if node.ismove:
        return Result(tag=f"MOVE {len(rows)}")
    return Result(cursor.fields, rows, tag=f"FETCH {len(rows)}", is_binary=cursor.is_binary)


async def execute_cursor(cursor: Cursor, row_limit: int) -> Result:
    """Runs a cursor as Execute does a portal: its next rows."""
    rows = await cursor.forward(row_limit or None)
    if row_limit and len(rows) == row_limit:
        return Result(cursor.fields, rows, suspended=True)
    return Result(cursor.fields, rows, tag=f"SELECT {len(rows)}")


async def _fetched(cursor: Cursor, node: Any) -> list[Row]:
    count = int(node.howMany)
    if not count and not node.ismove and node.direction != _Direction.FETCH_ABSOLUTE:
        cursor.check_can_repeat()
    match node.direction:
        case _Direction.FETCH_ABSOLUTE:
            return await cursor.absolute(count)
        case _Direction.FETCH_RELATIVE:
            return await cursor.relative(count)
        case direction:
            is_forward = direction == _Direction.FETCH_FORWARD
            if count < 0:
                is_forward, count = not is_forward, -count
            wanted = None if count >= _ALL else count
            return await cursor.forward(wanted) if is_forward else cursor.backward(wanted)


async def _fetch_portal(state: SessionState, portal: Portal, node: Any) -> Result:
    """Fetches from what Bind has made: forward only."""
    count = int(node.howMany)
    if node.direction != _Direction.FETCH_FORWARD or count < 0:
        raise DatabaseError(
            "55000",
            "cursor can only scan forward",
            hint="Declare it with SCROLL option to enable backward scan.",
        )
    query = portal.prepared.query
    if query is None or query.is_write or query.fields is None:
        raise DatabaseError("55000", f'portal "{portal.name}" cannot be run')
    if not portal.has_begun:
        portal.batches = await start_prepared(
            state, portal.prepared, portal.values, portal.reads, is_stepped=True
        )
        portal.fields, portal.has_begun = query.fields, True
    rows, _ = await take_rows(portal, min(count, _ALL))
    if node.ismove:
        return Result(tag=f"MOVE {len(rows)}")
    return Result(query.fields, rows, tag=f"FETCH {len(rows)}")


async def run_close(invocation: Invocation) -> Result:
    """Runs a ClosePortalStmt: CLOSE ALL, or of a cursor's or portal's name."""
    state, name = invocation.state, invocation.node.portalname
    if name is None:
        state.portals.clear()
        state.cursors.clear()
        return Result(tag="CLOSE CURSOR ALL")
    if state.cursors.pop(name, None) is None and state.portals.pop(name, None) is None:
        raise _no_cursor(name)
    return Result(tag="CLOSE CURSOR")


DECLARE = Command(run_declare)
FETCH = Command(run_fetch, fields=fetch_fields)
CLOSE = Command(run_close)
