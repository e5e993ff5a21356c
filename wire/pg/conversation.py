"""One client's conversation after its startup: messages in, session called, responses out.

`run()` handles what has arrived and returns when there is nothing whole left; the shell calls it
again for the next bytes. All of it is straight-line code that awaits: the session (rarely suspends),
a blocked client, more input during a copy. It touches no socket and no event loop.

An error inside an extended query skips the messages up to Sync; after any other the conversation
goes on at once. Only fatal errors, and `Disconnect`, end it: they leave `run()` as exceptions, the
former after the client was told.
"""

import enum
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from time import perf_counter
from typing import Any, Final

from storage.errors import DatabaseError, FatalError, not_supported
from tsql.answer import Answer
from tsql.api import ReadyRows, Result, Session, TransactionStatus
from tsql.bound import Field
from tsql.encodings import encoding
from tsql.types.binary.registry import Context
from wire.pg import backend, errors, frontend
from wire.pg.connection import Connection, Disconnect
from wire.pg.copying import copy_in, copy_out
from wire.pg.limits import Limits
from wire.pg.output import Channel, Output, StatementClock
from wire.pg.parameters import decode_parameters
from wire.pg.ready import has_plain_form
from wire.pg.rows import Encode, check_format_count, spread_formats
from wire.pg.shortcuts import Response, Shortcuts
from wire.pg.statements import RowShapes, Statement, StatementCache

#: Rows encoded at once: a chunk of them is a few milliseconds at most.
_ROWS_PER_CHUNK: Final = 256
#: Messages that end with ReadyForQuery even if they can't be read.
_SYNC_KINDS: Final = frozenset(b"QFS")


class Progress(enum.Enum):
    """How far a conversation got without waiting."""

    DONE = "done"  # all is read and answered
    COMMIT = "commit"  # a commit is waited for
    MORE = "more"  # there is something for `run` to read, or to wait for


class Conversation:
    """The state between messages: prepared statements' shapes, portals' formats, failure."""

    def __init__(
        self,
        connection: Connection,
        session: Session,
        channel: Channel,
        clock: StatementClock,
        limits: Limits,
    ) -> None:
        self.session = session
        self._events = session.events
        self.output = Output(channel)
        self._connection = connection
        self._channel = channel
        self._clock = clock
        self._statements = StatementCache(limits.statement_count_max)
        self._shapes = RowShapes()
        self._portal_count_max = limits.portal_count_max
        self._portal_formats: dict[str, tuple[int, ...]] = {}
        #: The settings' values that the client knows of.
        self._reported = dict(session.reported_parameters())
        self._has_failed = False
        self._context: Context | None = None
        self._shortcuts = Shortcuts(session, self._shapes)
        self._response: Response = Response(b"", None, _NO_CONTEXT, is_simple=True)
        self._when_told: Callable[[FatalError | None], None] = lambda _error: None
        self._handlers: dict[type[Any], Callable[[Any], Coroutine[Any, Any, None]]] = {
            frontend.Query: self._query,
            frontend.Parse: self._parse,
            frontend.Bind: self._bind,
            frontend.DescribeStatement: self._describe_statement,
            frontend.DescribePortal: self._describe_portal,
            frontend.Execute: self._execute,
            frontend.CloseStatement: self._close_statement,
            frontend.ClosePortal: self._close_portal,
            frontend.Sync: self._sync,
            frontend.Flush: self._flush,
            frontend.Terminate: self._terminate,
            frontend.FunctionCall: self._function_call,
            frontend.Malformed: self._malformed,
        }

    # ---- shortcuts -------------------------------------------------------------------------------

    def take_shortcuts(self, when_told: Callable[[FatalError | None], None]) -> Progress:
        """Answers the point statements that the input begins with, without waiting for anything.

        At a commit, nothing else of the conversation may run until `when_told(error)` is called: the
        statement has been answered, or the connection ends with that error. Raises FatalError
        (already sent).
        """
        channel, output = self._channel, self.output
        try:
            while not output.is_full and (answer := self._take_shortcut()) is not None:
                if answer.is_pending:
                    self._when_told = when_told
                    output.flush_wanted()
                    return Progress.COMMIT
                self._tell(answer)
                if self._connection.has_unread and perf_counter() >= channel.turn_end:
                    break
        except FatalError as error:
            self._tell_fatal(error)
            raise
        output.flush_wanted()
        return self.progress

    @property
    def progress(self) -> Progress:
        """What there is to do while no statement runs."""
        if self._connection.has_unread or self._channel.is_blocked:
            return Progress.MORE
        return Progress.DONE

    def _take_shortcut(self) -> Answer | None:
        connection, encoding = self._connection, self._connection.encoding
        run = connection.peek_run()
        if run is not None:
            end = run[-1]
            taken = self._shortcuts.run_prepared(run, encoding, self._told)
        else:
            query = connection.peek_query()
            if query is None:
                return None
            sql, end = query
            taken = self._shortcuts.run_simple(sql, encoding, self._told)
            if taken is not None:
                self._statements.forget("")
        if taken is None:
            return None
        connection.skip(end)
        answer, self._response = taken
        return answer

    def _told(self, answer: Answer) -> None:
        """The answer that was waited for may be told."""
        fatal = None
        try:
            self._tell(answer)
        except FatalError as error:
            self._tell_fatal(error)
            fatal = error
        self.output.flush_wanted()
        self._when_told(fatal)

    def _tell(self, answer: Answer) -> None:
        events, response = self._events, self._response
        if answer.error is None and not (
            events.notices or events.notifications or events.parameters
        ):
            try:
                message = response.whole(answer)
            except Exception as error:  # noqa: BLE001 - becomes ErrorResponse
                answer.error = error
            else:
                self._clock.statement_ended()
                if self._portal_formats and not answer.is_in_block:
                    self._portal_formats.clear()
                self.output.add(message)
                self.output.want()
                return
        self._tell_at_length(answer, response)

    def _tell_at_length(self, answer: Answer, response: Response) -> None:
        """Tells an error, or an answer with something beside it."""
        if response.is_simple:
            self._send_notices()
        self.output.add(response.head)
        self._send_notices()
        if answer.error is None:
            self.output.add(response.body(answer))
        else:
            self._report(answer.error)
        self._ready()

    # ---- the loop --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Handles the messages received so far. Raises FatalError (already sent) and Disconnect."""
        channel, output, handlers = self._channel, self.output, self._handlers
        next_message = self._connection.next_message
        try:
            while (message := next_message()) is not None or self._has_bound:
                try:
                    if message is None:
                        await self.session.fix_bound()
                    else:
                        await handlers[type(message)](message)
                except Disconnect:
                    raise
                except Exception as error:  # noqa: BLE001 - becomes ErrorResponse
                    self._fail(error)
                if output.is_full:
                    await output.relieve()
                if perf_counter() >= channel.turn_end:
                    output.flush_wanted()
                    await channel.next_turn()
        except FatalError as error:
            self._tell_fatal(error)
            raise
        output.flush_wanted()
        if channel.is_blocked:
            # Short answers to a client that reads none of them may not pile up either.
            await channel.unblocked()

    @property
    def _has_bound(self) -> bool:
        return bool(self.session.bound) and not self._has_failed

    def _fail(self, error: Exception) -> None:
        """Answers an extended query's error: what follows is skipped up to Sync."""
        self._clock.statement_ended()
        self._report(error)
        self._has_failed = True
        self._connection.skip_until_sync()

    def _report(self, error: Exception) -> None:
        """Sends an error, without waiting for Sync: the client may be waiting for less.

        Raises it again, as FatalError, if the connection ends with it.
        """
        self._send_notices()
        fault = errors.as_database_error(error)
        self.session.reveal(fault)
        if errors.is_fatal(fault):
            raise errors.as_fatal(fault) from error
        self.output.add(errors.error_response(fault, self._connection.encoding.encode_lossy))
        self.output.want()

    def _tell_fatal(self, error: DatabaseError) -> None:
        self.output.add(errors.error_response(error, self._connection.encoding.encode_lossy))
        self.output.flush()

    def terminate(self, error: FatalError) -> None:
        """Tells an idle client why the server hangs up."""
        self._tell_fatal(error)

    def notify_pending(self) -> None:
        """Sends notifications that have come since the client was told that it may go on."""
        if self.session.events.notifications:
            self.notify()

    def notify(self) -> None:
        """Sends what has happened beside the results, to an idle client."""
        self._send_events()
        self.output.flush()

    # ---- simple query ----------------------------------------------------------------------------

    async def _query(self, message: frontend.Query) -> None:
        if self._has_bound:
            await self.session.fix_bound()
        self._statements.forget("")
        results = self.session.simple_query(message.sql)
        try:
            self._clock.statement_began()
            is_empty = True
            async for result in results:
                is_empty = False
                await self._send_result(result, None)
                # Each statement of a string has the time that one may take.
                self._clock.statement_ended()
                self._clock.statement_began()
            if is_empty:
                self.output.add(backend.EMPTY_QUERY_RESPONSE)
        except Disconnect:
            await _abandon(results, Disconnect())
            raise
        except Exception as error:  # noqa: BLE001 - becomes ErrorResponse
            await _abandon(results, error)
            self._report(error)
        if not self._connection.has_lost_sync:
            self._ready()

    # ---- extended query --------------------------------------------------------------------------

    async def _parse(self, message: frontend.Parse) -> None:
        self._clock.statement_began()
        self._statements.check_room(message.name)
        await self.session.parse(message.name, message.sql, message.types)
        self._statements.add(message.name)
        self._send_notices()
        self.output.add(backend.PARSE_COMPLETE)

    async def _bind(self, message: frontend.Bind) -> None:
        self._clock.statement_began()
        statement = self._statements.get(message.statement)
        if statement.description is None and (message.values or len(message.result_formats) > 1):
            await self._learn(statement, message.statement)
        values: tuple[Any, ...] = ()
        if message.values:
            if self.session.status is TransactionStatus.FAILED:
                raise _aborted()
            decoders = statement.decoders(message)
            context = self._context_now()
            values = decode_parameters(message, decoders, context)
        fields = None if statement.description is None else statement.description.fields
        if fields is not None:
            check_format_count(message.result_formats, len(fields))
        self._check_portal_room(message.portal)
        await self.session.bind(message.portal, message.statement, values)
        self._portal_formats[message.portal] = message.result_formats
        self._send_notices()
        self.output.add(backend.BIND_COMPLETE)

    def _check_portal_room(self, name: str) -> None:
        if name and len(self._portal_formats) >= self._portal_count_max:
            raise DatabaseError(
                "53200",
                "out of memory",
                detail=f"A transaction has at most {self._portal_count_max} portals.",
            )

    def _context_now(self) -> Context:
        """Returns what values need to know; the same object while nothing has changed."""
        env, encoding, context = self.session.env, self._connection.encoding, self._context
        if context is None or context.env is not env or context.encoding is not encoding:
            context = self._context = Context(encoding, env)
        return context

    async def _learn(self, statement: Statement, name: str) -> None:
        statement.description = await self.session.describe_statement(name)

    async def _describe_statement(self, message: frontend.DescribeStatement) -> None:
        self._clock.statement_began()
        statement = self._statements.get(message.name)
        await self._learn(statement, message.name)
        description = statement.description
        assert description is not None
        self._send_notices()
        self.output.add(backend.parameter_description(description.parameter_types))
        self._describe_fields(description.fields, ())

    async def _describe_portal(self, message: frontend.DescribePortal) -> None:
        self._clock.statement_began()
        fields = await self.session.describe_portal(message.name)
        self._send_notices()
        self._describe_fields(fields, self._portal_formats.get(message.name, ()))

    def _describe_fields(self, fields: tuple[Field, ...] | None, formats: tuple[int, ...]) -> None:
        if fields is None:
            self.output.add(backend.NO_DATA)
            return
        self.output.add(self._shapes.description(fields, formats, self._connection.encoding))

    async def _execute(self, message: frontend.Execute) -> None:
        self._clock.statement_began()
        result = await self.session.execute(
            message.portal, message.row_limit, sync_follows=self._connection.sync_is_next
        )
        await self._send_result(result, self._portal_formats.get(message.portal, ()))
        self._clock.statement_ended()

    async def _close_statement(self, message: frontend.CloseStatement) -> None:
        self.session.close_statement(message.name)
        self._statements.forget(message.name)
        self.output.add(backend.CLOSE_COMPLETE)

    async def _close_portal(self, message: frontend.ClosePortal) -> None:
        self.session.close_portal(message.name)
        self._portal_formats.pop(message.name, None)
        self.output.add(backend.CLOSE_COMPLETE)

    async def _sync(self, _message: frontend.Sync) -> None:
        await self._end_transaction(failed=self._has_failed)
        self._ready()

    async def _flush(self, _message: frontend.Flush) -> None:
        self.output.want()

    async def _terminate(self, _message: frontend.Terminate) -> None:
        raise Disconnect("terminated")

    async def _function_call(self, _message: frontend.FunctionCall) -> None:
        self._report(not_supported("the function call protocol"))
        await self._end_transaction(failed=True)
        self._ready()

    async def _malformed(self, message: frontend.Malformed) -> None:
        if message.kind not in _SYNC_KINDS:
            raise message.error
        self._report(message.error)
        await self._end_transaction(failed=True)
        self._ready()

    async def _end_transaction(self, *, failed: bool) -> None:
        self._has_failed = False
        try:
            await self.session.sync(failed=failed)
        except Exception as error:  # noqa: BLE001 - becomes ErrorResponse
            self._report(error)

    # ---- responses -------------------------------------------------------------------------------

    async def _send_result(self, result: Result, formats: tuple[int, ...] | None) -> None:
        """Sends a result; without formats, a simple query's, with its row description."""
        if self.session.events.notices:
            self._send_notices()
        if result.fields is not None and result.copy_out is None and result.copy_in is None:
            await self._send_rows(result, result.fields, formats)
        elif result.copy_in is not None:
            tag = await copy_in(result.copy_in, self._connection, self._channel, self.output)
            result.tag = tag
        elif result.copy_out is not None:
            await copy_out(result.copy_out, self._channel, self.output)
        if self.session.events.parameters:
            self._follow_encoding()
        if self.session.events.notices:
            self._send_notices()
        if result.suspended:
            self.output.add(backend.PORTAL_SUSPENDED)
        elif result.tag:
            self.output.add(backend.command_complete(result.tag))
            self._statements.notice_command(result.tag)
        else:
            self.output.add(backend.EMPTY_QUERY_RESPONSE)

    async def _send_rows(
        self,
        result: Result,
        fields: tuple[Field, ...],
        formats: tuple[int, ...] | None,
    ) -> None:
        encoding = self._connection.encoding
        if formats is None:
            formats = (1,) if result.is_binary else ()
            self.output.add(self._shapes.description(fields, formats, encoding))
        encoder = self._shapes.encoder(fields, formats, encoding)
        context = self._context_now() if encoder.needs_context else _NO_CONTEXT
        if result.rows is not None:
            if len(result.rows) > _ROWS_PER_CHUNK:
                await self._send_batch(result.rows, encoder.encode, context)
            elif result.rows:
                self.output.add(encoder.encode(result.rows, context))
        if result.stream is not None:
            if result.ready is not None:
                spread = spread_formats(formats, len(fields))
                if has_plain_form(fields, spread, encoding.name, self.session.env):
                    result.ready.formats = spread
            await self._send_stream(result.stream, encoder.encode, context)

    async def _send_stream(
        self,
        stream: AsyncIterator[Sequence[Sequence[Any]] | ReadyRows],
        encode: Encode,
        context: Context,
    ) -> None:
        try:
            async for batch in stream:
                if self.session.events.notices:
                    self._send_notices()
                if isinstance(batch, ReadyRows):
                    await self._send_ready(batch)
                else:
                    await self._send_batch(batch, encode, context)
        except BaseException:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
            raise

    async def _send_ready(self, rows: ReadyRows) -> None:
        self.output.add(rows.data)
        await self.output.relieve()
        if perf_counter() >= self._channel.turn_end:
            await self._channel.next_turn()

    async def _send_batch(
        self,
        rows: Sequence[Sequence[Any]],
        encode: Encode,
        context: Context,
    ) -> None:
        output, channel = self.output, self._channel
        for start in range(0, len(rows), _ROWS_PER_CHUNK):
            output.add(encode(rows[start : start + _ROWS_PER_CHUNK], context))
            if output.is_full:
                await output.relieve()
            if perf_counter() >= channel.turn_end:
                await channel.next_turn()

    def _ready(self) -> None:
        """Ends a simple query or a Sync."""
        self._clock.statement_ended()
        events = self.session.events
        if events.notices or events.notifications or events.parameters:
            self._send_events()
        status = self.session.status
        if status is TransactionStatus.IDLE:
            self._portal_formats.clear()
            self.output.add(_READY_IDLE)
        else:
            self.output.add(backend.ready_for_query(status.value))
        self.output.want()

    def _send_notices(self) -> None:
        notices = self.session.events.notices
        if notices:
            encode = self._connection.encoding.encode_lossy
            for notice in notices:
                self.output.add(errors.notice_response(notice, encode))
            notices.clear()

    def _send_events(self) -> None:
        """Sends notices, notifications and changed settings, as PostgreSQL does when it is ready."""
        events = self.session.events
        self._send_notices()
        encode = self._connection.encoding.encode_lossy
        # Inside a transaction they wait for its end.
        if events.notifications and self.session.status is TransactionStatus.IDLE:
            for channel, payload, sender in events.notifications:
                self.output.add(backend.notification_response(channel, payload, sender, encode))
            events.notifications.clear()
        if events.parameters:
            self._follow_encoding()
            for name, value in events.parameters.items():
                # What went back before the client has heard of it isn't told.
                if self._reported.get(name) != value:
                    self._reported[name] = value
                    self.output.add(backend.parameter_status(name, value, encode))
            events.parameters.clear()

    def _follow_encoding(self) -> None:
        """A changed client_encoding holds from the next message on, either way."""
        name = self.session.events.parameters.get("client_encoding")
        if name is not None:
            self._connection.encoding = encoding(name)
            self._shortcuts.forget()


_NO_CONTEXT: Any = None
_READY_IDLE: Final = backend.ready_for_query(TransactionStatus.IDLE.value)


def _aborted() -> DatabaseError:
    return DatabaseError(
        "25P02",
        "current transaction is aborted, commands ignored until end of transaction block",
    )


async def _abandon(results: AsyncIterator[Result], error: Exception) -> None:
    """Lets the session know of an error that happened on this side of its results."""
    if isinstance(results, AsyncGenerator):
        try:
            await results.athrow(error)
        except Exception:  # noqa: BLE001 - the session gives the error back
            return
        await results.aclose()
