"""Running queries in a session: revalidated, in its transaction, with results that may be long.

The point forms (tsql/executor/point.py) are tried first where the session is in autocommit; all
else runs in a transaction. A table that changed under a plan (`StaleTable`, or another version in
the catalog) means: bind again and begin again; nothing has been written by then.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.table import StaleTable
from tsql.access.privileges import check_needs
from tsql.answer import WriteResult
from tsql.api import ReadyForm, Result
from tsql.bound import Field
from tsql.env import Env
from tsql.executor.columnar import ColumnarRows
from tsql.executor.point import PointWrite
from tsql.executor.run import Batches, FailedBatches, Row, Run
from tsql.executor.waits import MustWaitError
from tsql.parser import ParsedStatement
from tsql.portal import Portal
from tsql.prepared import Prepared, Query, is_query, query_inside
from tsql.session_state import SessionState
from tsql.temporary import is_temporary
from tsql.types.io import input_of

#: Rows that are collected before an answer; a longer result is streamed.
READY_ROWS_MAX: Final = 500
_REPLAN_COUNT_MAX: Final = 10
_END_POLL_SECONDS: Final = 0.01


def prepare(
    state: SessionState,
    parsed: ParsedStatement | None,
    given_types: tuple[int, ...] | None,
    *,
    from_sql: bool = False,
    is_told: bool = True,
    is_cursor: bool = False,
) -> Prepared:
    """Returns a prepared statement; a query is bound and planned now.

    `given_types` None: it may have no parameters.
    """
    state.follow_catalog()
    for oid in given_types or ():
        if oid:
            # Now, not when the statement is described: some clients have sent its Bind by then, and
            # would have to have another Sync behind it.
            input_of(oid)
    text = "" if parsed is None else parsed.text
    prepared = Prepared(
        parsed, text, given_types, None, from_sql, is_told=is_told, is_cursor=is_cursor
    )
    if parsed is not None and is_query(parsed.node):
        _bind(state, prepared)
    elif parsed is not None and (inner := query_inside(parsed)) is not None:
        prepared.inner = prepare(state, inner, given_types)
    if prepared.query is None and (prepared.inner is None or prepared.inner.query is None):
        for number, oid in enumerate(given_types or (), 1):
            if not oid:
                raise DatabaseError(
                    "42P18", f"could not determine data type of parameter ${number}"
                )
    return prepared


def _bind(state: SessionState, prepared: Prepared) -> Query:
    assert prepared.parsed is not None
    catalog = state.catalog
    query = state.database.preparer.query(
        prepared.parsed, prepared.given_types, catalog, state.env, is_cursor=prepared.is_cursor
    )
    prepared.query = query
    prepared.catalog_version = catalog.version
    prepared.settings_generation = state.settings.generation
    return query


def revalidate(state: SessionState, prepared: Prepared, *, is_to_run: bool = True) -> None:
    """Binds a query again if its tables, or the settings that it was read by, have changed.

    Raises 0A000 if its rows would then look otherwise than the client was told; 42501 if it is to
    run, and may not.
    """
    query = prepared.query
    if query is None:
        return
    catalog = state.follow_catalog()
    if (
        catalog.version == prepared.catalog_version
        and prepared.settings_generation == state.settings.generation
    ):
        if is_to_run:
            check_allowed(state, query)
        return
    again = _bind(state, prepared)
    if is_to_run:
        check_allowed(state, again)
    if prepared.is_told and again is not query and not _same_shape(again, query):
        prepared.query = query
        prepared.catalog_version = 0
        # By the routine's name drivers know that preparing the statement anew is all that it takes.
        message = "cached plan must not change result type"
        raise DatabaseError("0A000", message, routine="RevalidateCachedQuery")


def check_allowed(state: SessionState, query: Query) -> None:
    """Raises 42501 if the user hasn't the privileges that a query needs.

    It is asked once for each version of the catalog: a query belongs to one user.
    """
    catalog = state.catalog
    if query.allowed_version == catalog.version:
        return
    check_needs(query.needs, catalog, state.env.user)
    query.allowed_version = catalog.version


def _same_shape(one: Query, other: Query) -> bool:
    if one.fields is None or other.fields is None:
        return one.fields is other.fields
    return [(field.name, field.type, field.typmod) for field in one.fields] == [
        (field.name, field.type, field.typmod) for field in other.fields
    ]


# ---- running -----------------------------------------------------------------------------------


async def run_query(state: SessionState, query: Query, values: tuple[Any, ...]) -> Result:
    """Runs a query in the session's transaction; a long result is streamed from it."""
    if query.is_write:
        return await run_write(state, query, values)
    batches = await start_select(state, query, values)
    if isinstance(batches, ColumnarRows):
        return columnar_result(batches, query.fields)
    rows: list[Row] = []
    while len(rows) <= READY_ROWS_MAX:
        try:
            batch = await batches.next()
        except MustWaitError:
            raise
        except DatabaseError as error:
            if not rows:
                raise
            batches = FailedBatches(error)
            break
        if batch is None:
            return Result(query.fields, rows, tag=f"SELECT {len(rows)}")
        rows += batch
    result = Result(query.fields, rows)
    result.stream = _streamed(batches, result, len(rows))
    return result


def columnar_result(rows: ColumnarRows, fields: tuple[Field, ...] | None) -> Result:
    """Returns a result that is made while it is read, in the form that its reader wants."""
    result = Result(fields, ready=ReadyForm())
    result.stream = rows.stream(result)
    return result


async def _streamed(batches: Batches, result: Result, count: int) -> AsyncIterator[Sequence[Row]]:
    while (batch := await batches.next()) is not None:
        count += len(batch)
        yield batch
    result.tag = f"SELECT {count}"


async def start_prepared(
    state: SessionState,
    prepared: Prepared,
    values: tuple[Any, ...],
    reads: Transaction | None = None,
    *,
    is_stepped: bool = False,
) -> Batches:
    """Starts a prepared SELECT, bound anew as often as its tables change under it.

    What it sees is `reads`, or what there is now. `is_stepped`: the client takes rows some at a time.
    """
    for _ in range(_REPLAN_COUNT_MAX):
        revalidate(state, prepared)
        assert prepared.query is not None
        try:
            batches, run = await _started(state, prepared.query, values, reads)
        except StaleTable:
            prepared.catalog_version = 0
        else:
            run.is_stepped = is_stepped
            if reads is None:
                # A cursor or a portal keeps seeing what there was when it began.
                run.txn = run.txn.frozen(is_strict=False)
            return batches
    raise _always_stale()


async def hold_once(state: SessionState, query: Query) -> None:
    """Locks the tables of a query; that one has changed is left to be found when it runs."""
    with contextlib.suppress(StaleTable):
        await query.lock_tables(state.control.statement_transaction())


async def hold_tables(state: SessionState, prepared: Prepared) -> None:
    """Locks the tables of a prepared query, bound anew as often as they change under it.

    What fails here fails before PostgreSQL would have described any rows.
    """
    for _ in range(_REPLAN_COUNT_MAX):
        revalidate(state, prepared)
        query = prepared.query
        assert query is not None
        if query.locks is not None:
            state.control.check_writable(query.locks)
        try:
            await query.lock_tables(state.control.statement_transaction())
        except StaleTable:
            prepared.catalog_version = 0
        else:
            return
    raise _always_stale()


async def start_select(state: SessionState, query: Query, values: tuple[Any, ...]) -> Batches:
    """Starts a SELECT in the session's transaction. Raises StaleTable, 42501."""
    batches, _ = await _started(state, query, values, None)
    return batches


async def _started(
    state: SessionState, query: Query, values: tuple[Any, ...], reads: Transaction | None
) -> tuple[Batches, Run]:
    check_allowed(state, query)
    if query.locks is not None:
        state.control.check_writable(query.locks)
    run = state.run(state.statement_env(values))
    if reads is not None:
        run.txn = reads
    return await query.start(run), run


async def fix_reads(state: SessionState, portal: Portal) -> None:
    """Has a SELECT that Bind has brought see what there is now, whenever it is executed.

    Its tables are locked for that, as PostgreSQL locks them at Bind.
    """
    await hold_tables(state, portal.prepared)
    portal.reads = state.control.statement_transaction().frozen(is_strict=False)


async def load_cursors(state: SessionState) -> None:
    """Takes the rest of the cursors' rows, if the writes that follow would be seen by them.

    A cursor reads a copy of what its transaction had written, but for one so large that it is spilled.
    """
    if state.cursors and state.control.txn is not None and state.control.txn.is_spilled:
        for cursor in state.cursors.values():
            await cursor.load()


def _check_writable(state: SessionState, query: Query) -> None:
    """Raises 25006 in a read-only transaction, unless only a temporary table is written to."""
    table = state.catalog.table_by_id(query.target_id)
    is_own = table is not None and is_temporary(table.schema)
    if not is_own or query.plan.freezes:
        state.control.check_writable(query.command)


async def run_write(state: SessionState, query: Query, values: tuple[Any, ...]) -> Result:
    """Runs an INSERT, UPDATE or DELETE in the session's transaction."""
    check_allowed(state, query)
    await load_cursors(state)
    _check_writable(state, query)
    run = state.run(state.statement_env(values))
    written = await query.write(run)
    await state.database.tables.end_statement(run.txn)
    if state.control.is_open:
        await run.txn.pressure()  # many small statements outgrow memory, too
        # Inside a transaction the answer goes out before the commit: it may tell of others' writes
        # that aren't synced yet.
        await run.txn.settled()
    if query.fields is None:
        return Result(tag=query.tag(written.count))
    return Result(query.fields, written.rows, tag=query.tag(written.count))


async def run_once(state: SessionState, query: Query, values: tuple[Any, ...]) -> Result | None:
    """Runs a query that is valid now; None, and nothing is done, if it isn't any more."""
    query.compile()
    try:
        result = await run_query(state, query, values)
    except StaleTable:
        return None
    except MustWaitError as wait:
        if query.is_write:
            raise
        await wait.ready()
        return None
    await sleep_if_asked(state)
    return result


async def run_prepared(state: SessionState, prepared: Prepared, values: tuple[Any, ...]) -> Result:
    """Runs a prepared query, bound anew as often as its tables change under it."""
    for _ in range(_REPLAN_COUNT_MAX):
        revalidate(state, prepared)
        query = prepared.query
        assert query is not None
        try:
            result = await run_query(state, query, values)
        except StaleTable:
            prepared.catalog_version = 0
        except MustWaitError as wait:
            if query.is_write:
                raise
            await wait.ready()
        else:
            await sleep_if_asked(state)
            return result
    raise _always_stale()


def _always_stale() -> DatabaseError:
    return DatabaseError("40001", "could not serialize access due to concurrent DDL")


async def sleep_if_asked(state: SessionState) -> None:
    """Waits as long as pg_sleep has asked for."""
    seconds, state.functions.pause_seconds = state.functions.pause_seconds, 0.0
    if seconds > 0:
        await state.database.store.slices.sleep(seconds)
    if state.functions.awaited_ends:
        await _wait_for_ends(state)


async def _wait_for_ends(state: SessionState) -> None:
    """Waits for the sessions that pg_terminate_backend was to see gone; warns of those that stay."""
    ends, state.functions.awaited_ends = state.functions.awaited_ends, {}
    began, sessions = state.database.clock(), state.database.sessions
    for pid, milliseconds in ends.items():
        while pid in sessions and state.database.clock() < began + 1000 * milliseconds:
            await state.database.store.slices.sleep(_END_POLL_SECONDS)
        if pid in sessions:
            state.warning(
                "01000",
                f"backend with PID {pid} did not terminate within {milliseconds} milliseconds",
            )


async def _run_point_write(state: SessionState, write: PointWrite, env: Env) -> WriteResult | None:
    if write.sequences:
        await state.functions.reserve(write.sequences)
    while True:
        try:
            evaluated = write.run(state.database.store, env)
        except StaleTable:
            return None
        except MustWaitError as wait:
            await wait.ready()
            continue
        return None if evaluated is None else await evaluated.told()


async def run_point(state: SessionState, query: Query, values: tuple[Any, ...]) -> Result | None:
    """Runs a query without a transaction, if it has such a form and nothing is in its way."""
    env = state.env
    env.parameters = values
    if query.point_read is not None:
        rows = query.point_read.run(state.database.store, env)
        if rows is None:
            return None
        return Result(query.fields, rows, tag=f"SELECT {len(rows)}")
    # What ON COMMIT says takes a transaction.
    if query.point_write is None or state.temporary.commit_actions:
        return None
    _check_writable(state, query)
    written = await _run_point_write(state, query.point_write, env)
    if written is None:
        return None
    rows = None if query.fields is None else written.rows
    return Result(query.fields, rows, tag=query.tag(written.count))
