"""A session: one client's settings, transaction, statements and portals (tsql/api.py's Session).

Simple query: the statements of a string run one after the other; several share one implicit
transaction, unless they control it themselves. Extended query: what runs between two Syncs shares
one. A single statement in autocommit tries its point form first, which needs no transaction.
"""

from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, TypeVar

from storage.errors import DatabaseError
from storage.table_locks import readers_key
from tsql.api import CopyIn, Result, SessionEvents, StatementDescription, TransactionStatus
from tsql.bound import Field
from tsql.catalog import pg
from tsql.commands.command import Invocation
from tsql.commands.cursors import execute_cursor
from tsql.commands.table import command_of
from tsql.commands.temporary import end_temporary, run_commit_actions
from tsql.env import Env
from tsql.execution import (
    check_allowed,
    columnar_result,
    fix_reads,
    hold_once,
    hold_tables,
    prepare,
    revalidate,
    run_once,
    run_point,
    run_prepared,
    sleep_if_asked,
    start_prepared,
)
from tsql.executor.columnar import ColumnarRows
from tsql.executor.run import FailedBatches
from tsql.parser import SHORT_BYTES_MAX, ParsedStatement, parse
from tsql.point_transaction import PointTransaction, step_of
from tsql.portal import Portal, take_rows
from tsql.prepared import Prepared, Query
from tsql.session_points import SessionPoints
from tsql.session_state import SessionState
from tsql.shared import SessionOptions, Shared
from tsql.transactions import Phase, failed_transaction
from tsql.types import oids
from tsql.types.kinds import is_elsewhere

T = TypeVar("T")

_ROWS_BEFORE_STREAM = 500


class Session:
    """One client's session; see `tsql.api.Session`."""

    def __init__(self, database: Shared, options: SessionOptions) -> None:
        self._state = SessionState(database, options)
        self._control = self._state.control
        self._control.before_commit = self._run_commit_actions
        self._control.on_failure = self._state.reveal
        self.guarded = self._state.interrupts.guarded
        self.bound: list[Portal] = []
        points = SessionPoints(self._state)
        self.point_statement = points.statement
        self.point_text = points.text

    # -- what the front door asks ----------------------------------------------------------------

    @property
    def events(self) -> SessionEvents:
        return self._state.events

    @property
    def status(self) -> TransactionStatus:
        return self._control.status

    @property
    def env(self) -> Env:
        return self._state.env

    def reported_parameters(self) -> dict[str, str]:
        return self._state.settings.reported()

    def setting(self, name: str) -> str:
        return self._state.settings.value(name.lower())

    def cancel(self, sqlstate: str, message: str) -> None:
        self._state.interrupts.interrupt(DatabaseError(sqlstate, message))

    async def close(self) -> None:
        try:
            await self._control.rollback()
            await end_temporary(self._state)
        finally:
            self._state.close()

    async def _run_commit_actions(self) -> None:
        await run_commit_actions(self._state)

    # -- simple query ----------------------------------------------------------------------------

    async def simple_query(self, sql: str) -> AsyncIterator[Result]:
        """Runs the statements of a query string; see the protocol."""
        state, control = self._state, self._control
        state.interrupts.clear()
        state.begin_statement()
        state.functions.begin_statement(sql)
        state.statements.pop("", None)
        state.portals.pop("", None)
        state.finished = None
        try:
            done = await self._run_template(sql)
            statements: list[Any] = [done] if done is not None else await self._parsed(sql)
        except BaseException as error:
            await self.failed(error)
            raise
        if not statements:
            return
        is_alone = len(statements) == 1
        if is_alone and done is None and (step := step_of(statements[0].node)) is not None:
            state.remember_step(sql, PointTransaction(state, step, sql))
        for number, statement in enumerate(statements, 1):
            try:
                if not is_alone and not control.is_open:
                    control.begin_implicit()
                result = done or await self._run_simple(statement, is_alone=is_alone)
                is_last = number == len(statements)
                if result.stream is not None:
                    result.stream = self._finishing_stream(result.stream, is_last=is_last)
                elif result.copy_in is not None:
                    result.copy_in = _FinishingCopy(self, result.copy_in, is_last=is_last)
                elif result.copy_out is not None:
                    chunks = self._finishing_stream(result.copy_out.chunks, is_last=is_last)
                    result.copy_out.chunks = chunks
                else:
                    await self._finish_with(result, is_last=is_last)
            except BaseException as error:  # noqa: BLE001 - raised again
                await self.failed(error)
                raise _without_cause(error) from None
            try:
                yield result
            except GeneratorExit:
                raise
            except BaseException as error:
                # The front door couldn't send it, or a stream has failed.
                await self.failed(error)
                raise
        await self.finish(is_last=True)
        state.end_statement()

    async def _parsed(self, sql: str, types: Sequence[int] = ()) -> list[ParsedStatement]:
        """Parses a query string; a long one in a process of its own (tsql/parser_process.py)."""
        if len(sql) <= SHORT_BYTES_MAX:
            return parse(sql)
        return await self.guarded(self._state.database.parser.parse(sql, types))

    async def _run_template(self, sql: str) -> Result | None:
        """Runs a text by the plan that it shares with others like it, if it can.

        In autocommit that takes a point form; in a transaction block any plan will do.
        """
        state, phase = self._state, self._control.phase
        if phase is not Phase.IDLE and phase is not Phase.BLOCK:
            return None
        env = state.env
        found = state.database.templates.find(sql, state.catalog, env, state.binding_key)
        if found is None:
            return None
        template, texts = found
        check_allowed(state, template.query)
        try:
            values = template.values(texts, env)
        except DatabaseError:
            return None  # The long way says where in the text the fault is.
        if phase is Phase.BLOCK and not template.query.is_write:
            # What fails here fails before PostgreSQL would have described any rows.
            await self.guarded(hold_once(state, template.query))
        try:
            if phase is Phase.BLOCK:
                return await self.guarded(run_once(state, template.query, values))
            result = await run_point(state, template.query, values)
        except DatabaseError as error:
            if template.query.is_write:
                raise
            return Result(template.query.fields, stream=_Failing(error))
        if result is not None:
            self._control.end_point()
        return result

    async def _run_simple(self, parsed: ParsedStatement, *, is_alone: bool) -> Result:
        state = self._state
        slices = state.database.store.slices
        if not is_alone and slices.due():
            await slices.pause()
        self._check_not_failed(parsed.node)
        prepared = prepare(state, parsed, None, is_told=False)
        query = prepared.query
        if query is None:
            return await self.guarded(self._run_command(parsed, (), is_alone=is_alone))
        check_allowed(state, query)
        query.compile()
        try:
            if is_alone and self._control.phase is Phase.IDLE:
                result = await run_point(state, query, ())
                if result is not None:
                    self._control.end_point()
                    return result
        except DatabaseError as error:
            return self._failing(query, error)
        if not query.is_write:
            await self.guarded(hold_tables(state, prepared))
            query = prepared.query or query
        try:
            return await self.guarded(run_prepared(state, prepared, ()))
        except DatabaseError as error:
            return self._failing(query, error)

    @staticmethod
    def _failing(query: Query, error: DatabaseError) -> Result:
        """Raises a write's error; PostgreSQL describes a SELECT's rows before it fails."""
        if query.is_write:
            raise error
        return Result(query.fields, stream=_Failing(error))

    async def _run_command(
        self,
        parsed: ParsedStatement,
        values: tuple[Any, ...],
        *,
        is_alone: bool,
        types: tuple[int, ...] | None = None,
    ) -> Result:
        command = command_of(parsed.node)
        if command.name is not None:
            self._control.check_writable(command.name_of(parsed.node))
        result = await command.run(Invocation(self._state, parsed, values, is_alone, types))
        await sleep_if_asked(self._state)
        return result

    async def _finishing_stream(
        self, stream: AsyncIterator[T], *, is_last: bool
    ) -> AsyncIterator[T]:
        """Ends the transaction, if this was the last statement, before the tag goes out."""
        try:
            async for item in self._guarded_items(stream):
                yield item
            await self.finish(is_last=is_last)
        except BaseException as error:  # noqa: BLE001 - raised again
            await self.failed(error)
            raise _without_cause(error) from None

    async def _guarded_items(self, stream: AsyncIterator[T]) -> AsyncIterator[T]:
        """Yields a stream's items; an interrupt ends the wait for the next one."""

        async def next_item() -> T:
            item = await anext(stream)
            await sleep_if_asked(self._state)
            return item

        while True:
            try:
                item = await self.guarded(next_item())
            except StopAsyncIteration:
                return
            yield item

    async def finish(self, *, is_last: bool) -> None:
        """Commits what doesn't go on: autocommit, and an implicit transaction at its end."""
        if self._control.phase is Phase.IDLE or (is_last and not self._control.is_block):
            await self._control.commit()

    async def _finish_with(self, result: Result, *, is_last: bool) -> None:
        """Ends a statement whose rows are there: they are shown even if the commit fails."""
        try:
            await self.finish(is_last=is_last)
        except DatabaseError as error:
            if not result.rows:
                raise
            result.stream = _Failing(error)

    def reveal(self, error: BaseException) -> None:
        self._state.reveal(error, self._control.txn)

    async def failed(self, error: BaseException | None = None) -> None:
        """After an error: rolls back, or marks the block failed."""
        control = self._control
        self.bound = []
        self._state.end_statement()
        if error is not None:
            self.reveal(error)
        if control.txn is not None:
            # The error may tell of commits that aren't synced yet.
            await control.txn.settled()
        if control.is_block:
            await control.fail()
        else:
            await control.rollback()

    def _check_not_failed(self, node: Any) -> None:
        if self._control.phase is Phase.FAILED and not command_of(node).ends_failure(node):
            raise failed_transaction()

    # -- extended query --------------------------------------------------------------------------

    async def parse(self, name: str, sql: str, parameter_types: Sequence[int]) -> None:
        state = self._state
        state.begin_statement()
        statements = await self._parsed(sql, parameter_types)
        if len(statements) > 1:
            raise DatabaseError(
                "42601", "cannot insert multiple commands into a prepared statement"
            )
        parsed = statements[0] if statements else None
        if parsed is not None:
            self._check_not_failed(parsed.node)
        types = tuple(0 if type_ == oids.UNKNOWN else type_ for type_ in parameter_types)
        for type_ in types:
            if type_ and (type_ not in pg.types() or is_elsewhere(type_, state.env)):
                raise DatabaseError("XX000", f"cache lookup failed for type {type_}")
        prepared = prepare(state, parsed, types)
        if name and name in state.statements:
            raise DatabaseError("42P05", f'prepared statement "{name}" already exists')
        if prepared.query is not None and self._is_barred(prepared.query):
            # PostgreSQL waits for DDL when it parses: then all that follows knows the new schema.
            self._control.begin_started()
            await self.guarded(hold_tables(state, prepared))
        state.statements[name] = prepared

    def _is_barred(self, query: Query) -> bool:
        """Returns whether somebody keeps readers off a table of the query."""
        is_free = self._state.database.store.locks.is_free
        return not all(is_free(readers_key(table_id)) for table_id, _ in query.table_versions)

    async def describe_statement(self, name: str) -> StatementDescription:
        prepared = self._state.prepared(name)
        query = prepared.query
        if query is not None:
            if self._control.phase is Phase.FAILED and query.fields is not None:
                raise failed_transaction()
            revalidate(self._state, prepared, is_to_run=False)
            assert prepared.query is not None
            return StatementDescription(prepared.query.parameter_types, prepared.query.fields)
        return StatementDescription(prepared.parameter_types, self._command_fields(prepared))

    def _command_fields(self, prepared: Prepared) -> tuple[Field, ...] | None:
        if prepared.parsed is None:
            return None
        node = prepared.parsed.node
        return command_of(node).fields(self._state, node)

    async def bind(self, portal: str, statement: str, values: Sequence[Any]) -> None:
        state = self._state
        prepared = state.prepared(statement)
        if prepared.parsed is not None:
            self._check_not_failed(prepared.parsed.node)
        expected = len(prepared.parameter_types)
        if len(values) != expected:
            raise DatabaseError(
                "08P01",
                f"bind message supplies {len(values)} parameters, but prepared statement"
                f' "{statement}" requires {expected}',
            )
        if prepared.query is not None:
            revalidate(state, prepared)
            prepared.query.compile()
        if portal and (portal in state.portals or portal in state.cursors):
            raise DatabaseError("42P03", f'cursor "{portal}" already exists')
        if not portal:
            state.finished = None
        made = state.portals[portal] = Portal(prepared, tuple(values), name=portal)
        if prepared.query is not None and prepared.query.only_reads:
            self.bound.append(made)

    async def fix_bound(self) -> None:
        state = self._state
        bound, self.bound = self.bound, []
        for portal in bound:
            if not portal.has_begun and state.portals.get(portal.name) is portal:
                state.interrupts.clear()
                self._control.begin_started()
                await self.guarded(fix_reads(state, portal))

    async def describe_portal(self, portal: str) -> tuple[Field, ...] | None:
        cursor = self._state.cursors.get(portal)
        if cursor is not None:
            return cursor.fields
        prepared = self._portal(portal).prepared
        if prepared.query is None:
            return self._command_fields(prepared)
        return prepared.query.fields

    def _portal(self, name: str) -> Portal:
        portal = self._state.portals.get(name)
        if portal is None and not name and self._state.finished is not None:
            portal = Portal(self._state.finished, (), has_begun=True, is_done=True)
        if portal is None:
            raise DatabaseError("34000", f'portal "{name}" does not exist')
        return portal

    async def execute(self, portal: str, row_limit: int, *, sync_follows: bool = False) -> Result:
        """Runs a portal; `sync_follows` tells that nothing else shares its transaction."""
        cursor = self._state.cursors.get(portal)
        if cursor is not None:
            return await self.guarded(execute_cursor(cursor, row_limit))
        running = self._portal(portal)
        state, control = self._state, self._control
        prepared = running.prepared
        if prepared.parsed is None:
            return Result()
        self._check_not_failed(prepared.parsed.node)
        if not running.has_begun:
            state.interrupts.clear()
            state.begin_statement()
            state.functions.begin_statement(prepared.text)
        query = prepared.query
        if query is None:
            answer = await self._execute_command(running, row_limit)
            if answer.copy_in is not None:
                answer.copy_in = _FinishingCopy(self, answer.copy_in, is_last=False)
            return answer
        if control.phase is Phase.IDLE:
            may_be_point = not running.has_begun and not row_limit
            if may_be_point and (sync_follows or query.point_read is not None):
                revalidate(state, prepared)
                query = prepared.query or query
                query.compile()
                result = await run_point(state, query, running.values)
                if result is not None:
                    control.end_point()
                    running.has_begun = running.is_done = True
                    return result
            control.begin_started()
        if query.is_write:
            return await self.guarded(self._execute_write(running, row_limit))
        return await self.guarded(self._execute_select(running, row_limit))

    async def _execute_command(self, running: Portal, row_limit: int) -> Result:
        parsed = running.prepared.parsed
        assert parsed is not None
        if running.has_begun and running.fields is not None:
            return await self.guarded(self._take(running, row_limit))
        if running.has_begun:
            raise DatabaseError("55000", f'portal "{running.name}" cannot be run')
        running.has_begun = True
        is_alone = self._control.phase is Phase.IDLE
        if is_alone:
            self._control.begin_started()
        types = running.prepared.parameter_types
        run = self._run_command(parsed, running.values, is_alone=is_alone, types=types)
        result = await self.guarded(run)
        if result.fields is None or result.rows is None:
            return result
        # The rows of SHOW, EXPLAIN, FETCH stay with the portal, and are given as far as they are asked for.
        running.fields, running.tag = result.fields, result.tag
        running.pending = list(result.rows)
        return await self._take(running, row_limit)

    async def _execute_select(self, running: Portal, row_limit: int) -> Result:
        state, prepared = self._state, running.prepared
        if not running.has_begun:
            running.batches = await start_prepared(
                state, prepared, running.values, running.reads, is_stepped=bool(row_limit)
            )
            assert prepared.query is not None
            running.fields = prepared.query.fields
            running.has_begun = True
        return await self._take(running, row_limit)

    async def _execute_write(self, running: Portal, row_limit: int) -> Result:
        if running.is_done:
            raise DatabaseError("55000", f'portal "{running.name}" cannot be run')
        if not running.has_begun:
            result = await run_prepared(self._state, running.prepared, running.values)
            running.has_begun = True
            running.tag = result.tag
            running.fields = result.fields
            if result.fields is None:
                running.is_done = True
                return result
            running.pending = list(result.rows or ())
        return await self._take(running, row_limit)

    async def _next_rows(self, running: Portal, limit: int) -> tuple[list[Any], bool]:
        taken = await take_rows(running, limit)
        await sleep_if_asked(self._state)
        return taken

    async def _take(self, running: Portal, row_limit: int) -> Result:
        if not row_limit and not running.pending and isinstance(running.batches, ColumnarRows):
            return self._rest_of_columns(running, running.batches)
        rows, is_end = await self._next_rows(running, row_limit or _ROWS_BEFORE_STREAM)
        running.count = len(rows)  # the tag counts what this Execute gave
        result = Result(running.fields, rows)
        if isinstance(running.batches, FailedBatches):
            result.stream = self._portal_stream(running, result)
        elif not is_end and row_limit:
            result.suspended = True
        elif is_end:
            result.tag = _tag_of(running, running.count)
        else:
            result.stream = self._portal_stream(running, result)
        return result

    def _rest_of_columns(self, running: Portal, batches: ColumnarRows) -> Result:
        result = columnar_result(batches, running.fields)
        running.batches = None
        assert result.stream is not None
        result.stream = self._guarded_items(result.stream)
        return result

    async def _portal_stream(self, running: Portal, result: Result) -> AsyncIterator[Sequence[Any]]:
        is_end = False
        while not is_end:
            rows, is_end = await self.guarded(self._next_rows(running, _ROWS_BEFORE_STREAM))
            running.count += len(rows)
            if rows:
                yield rows
        result.tag = _tag_of(running, running.count)

    def close_statement(self, name: str) -> None:
        self._state.statements.pop(name, None)

    def close_portal(self, name: str) -> None:
        self._state.portals.pop(name, None)
        if not name:
            self._state.finished = None
        self._state.cursors.pop(name, None)

    async def sync(self, *, failed: bool) -> None:
        if failed:
            await self.failed()
        elif not self._control.is_block:
            self.bound = []
            await self._control.commit()
        elif self.bound:
            try:
                await self.fix_bound()
            except BaseException as error:
                await self.failed(error)
                raise
        self._state.end_statement()
        self._state.interrupts.clear()


class _FinishingCopy:
    """A COPY FROM STDIN that ends its transaction, before its tag goes out."""

    def __init__(self, session: Session, copy: CopyIn, *, is_last: bool) -> None:
        self.column_count = copy.column_count
        self.binary = copy.binary
        self._session = session
        self._copy = copy
        self._is_last = is_last

    async def data(self, chunk: bytes) -> None:
        await self._run(self._copy.data(chunk))

    async def done(self) -> str:
        tag: str = await self._run(self._copy.done())
        await self._run(self._session.finish(is_last=self._is_last))
        return tag

    async def fail(self, message: str) -> None:
        await self._run(self._copy.fail(message))

    async def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        try:
            return await self._session.guarded(coroutine)
        except BaseException as error:  # noqa: BLE001 - raised again
            await self._session.failed(error)
            raise _without_cause(error) from None


class _Failing:
    """A stream that has failed before its first rows."""

    def __init__(self, error: DatabaseError) -> None:
        self._error = error

    def __aiter__(self) -> AsyncIterator[Sequence[Any]]:
        return self

    async def __anext__(self) -> Sequence[Any]:
        raise self._error


def _tag_of(running: Portal, count: int) -> str:
    """Returns the tag of one Execute: of what a write returns it counts the rows given now, too."""
    command, _, number = running.tag.rpartition(" ")
    if running.tag and not number.isdigit():
        return running.tag
    return f"{command or 'SELECT'} {count}"


def _without_cause(error: BaseException) -> BaseException:
    """Returns what the front door is to see of an error."""
    if isinstance(error, RecursionError):
        return DatabaseError("54001", "stack depth limit exceeded")
    return error
