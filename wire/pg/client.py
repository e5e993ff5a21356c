"""One client on the event loop, from its first byte to its last.

A connection goes through three stages. `_start` (a task) negotiates, authenticates and opens the
session. Then `_step` runs the conversation for what has arrived: its shortcuts, then the rest, whose
coroutine moves into a task only when it waits. `_finish` (a task) closes the session, then the
socket. One of them runs at a time.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Coroutine
from typing import Any, cast

from storage.errors import FatalError
from wire.pg import errors
from wire.pg.connection import Connection, Disconnect
from wire.pg.conversation import Conversation, Progress
from wire.pg.greeting import Greeting
from wire.pg.sessions import SessionRequest, Sessions, Slot
from wire.pg.startup import UnsupportedProtocolError
from wire.pg.stream import ByteStream
from wire.pg.timers import Timers
from wire.stepping import resumed, set_aside

_log = logging.getLogger(__name__)


class ClientConnection(asyncio.Protocol):
    """The event loop's view of one client."""

    _stream: ByteStream

    def __init__(self, sessions: Sessions, *, is_trusted: bool) -> None:
        self._sessions = sessions
        self._is_trusted = is_trusted
        self._loop = asyncio.get_running_loop()
        self._connection = Connection(sessions.limits)
        self._conversation: Conversation | None = None
        self._timers: Timers | None = None
        self._slot: Slot | None = None
        self._task: asyncio.Task[None] | None = None
        self._addresses: list[tuple[str, int] | None] = []
        self._has_new_input = False
        self._awaits_commit = False
        self._is_over = False
        self._deadline: asyncio.TimerHandle | None = None

    # ---- callbacks of the event loop -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports aren't subclasses of asyncio's.
        self._stream = ByteStream(
            self._connection,
            cast(asyncio.Transport, transport),
            self._loop,
            self._sessions.outbox,
        )
        if not self._sessions.admit(self):
            self._is_over = True
            self._stream.abort()
            return
        _keep_alive(transport.get_extra_info("socket"))
        self._addresses = [
            _end(transport.get_extra_info(name)) for name in ("peername", "sockname")
        ]
        self._deadline = self._loop.call_later(
            self._sessions.limits.authentication_seconds, self._authentication_timed_out
        )
        self._task = self._loop.create_task(self._start())
        self._task.add_done_callback(self._task_done)

    @property
    def _is_busy(self) -> bool:
        """Whether a task runs, or a commit is under way that ends by calling `_told`."""
        return self._awaits_commit or self._task is not None

    def data_received(self, data: bytes) -> None:
        is_busy = self._is_busy
        self._has_new_input = True
        try:
            self._stream.receive(data, is_busy=is_busy)
        except ssl.SSLError as error:
            _log.info("tls_failed reason=%s", error.reason)
            self._stream.end_input()
        if not is_busy:
            self._step()

    def eof_received(self) -> bool:
        self._stream.end_input()
        if not self._is_busy:
            self._step()
        return True  # What was asked before is still to be answered.

    def connection_lost(self, exc: Exception | None) -> None:
        self._stream.lose()
        if not self._is_busy:
            self._step()

    def pause_writing(self) -> None:
        self._stream.pause_output()

    def resume_writing(self) -> None:
        self._stream.resume_output()

    # ---- startup ---------------------------------------------------------------------------------

    async def _start(self) -> None:
        greeting = Greeting(self._sessions, self._connection, self._stream)
        startup = await greeting.negotiate()
        slot = self._slot = self._sessions.reserve()
        identity = await greeting.authenticate(startup, is_trusted=self._is_trusted)
        request = SessionRequest(
            identity.user,
            identity.database,
            startup.settings,
            slot.process_id,
            self._wake,
            client=self._addresses[0],
            server=self._addresses[1],
            tls=self._stream.encryption,
        )
        session = slot.session = await self._sessions.components.open_session(request)
        if self._deadline is not None:
            self._deadline.cancel()
        greeting.welcome(session, slot, identity.notices)
        self._timers = Timers(session, self._loop, self._hang_up)
        self._conversation = Conversation(
            self._connection, session, self._stream, self._timers, self._sessions.limits
        )

    def _authentication_timed_out(self) -> None:
        if self._slot is not None:
            self._say(FatalError("57014", "canceling authentication due to timeout"))
        self._stream.close()
        self._stream.end_input()

    def _refuse(self, error: FatalError) -> None:
        """Tells a client why it doesn't come in, and the operator: nobody else can find out who tries a password."""
        peer = self._addresses[0]
        address = "a socket" if peer is None else f"{peer[0]}:{peer[1]}"
        # The message has names that the client chose: as a literal, they make no lines of their own.
        _log.warning("refused client=%s %s %r", address, error.sqlstate, error.message)
        self._say(error)

    def _say(self, error: FatalError) -> None:
        """Sends an error to a client without a conversation."""
        if isinstance(error, UnsupportedProtocolError) and not error.speaks_version_3:
            self._stream.write(b"EFATAL:  " + error.message.encode() + b"\n\0")
        else:
            self._stream.write(errors.error_response(error, _lossy))

    # ---- the conversation ------------------------------------------------------------------------

    def _step(self) -> None:
        """Runs the conversation for the input there is. Nothing else of this client runs now."""
        conversation, stream = self._conversation, self._stream
        if self._is_over:
            return
        if conversation is None:
            self._finish()
            return
        assert self._timers is not None
        self._timers.idle_ended()
        self._has_new_input = False
        stream.begin_turn()
        try:
            progress = conversation.take_shortcuts(self._told)
            if progress is Progress.COMMIT:
                self._awaits_commit = True
                return
            if progress is Progress.MORE:
                coroutine = conversation.run()
                awaited = coroutine.send(None)
                self._move_to_task(coroutine, awaited, conversation)
                return
        except StopIteration:
            pass
        except Exception as error:  # noqa: BLE001 - the connection ends, whatever it is
            self._conversation_ended(error)
            return
        self._turn_done()

    def _step_on(self) -> None:
        if not self._is_busy:
            self._step()

    def _told(self, error: FatalError | None) -> None:
        """The commit that was waited for is answered."""
        conversation = self._conversation
        assert conversation is not None
        self._awaits_commit = False
        if error is not None:
            self._conversation_ended(error)
        elif self._has_new_input or conversation.progress is Progress.MORE:
            # In a turn of its own: others wait for the same commit, to be answered in this one.
            self._loop.call_soon(self._step_on)
        else:
            self._turn_done()

    def _move_to_task(
        self, coroutine: Coroutine[Any, Any, None], awaited: Any, conversation: Conversation
    ) -> None:
        set_aside(awaited)
        rest = resumed(
            coroutine,
            awaited,
            suspends=conversation.output.flush_wanted,
            resumes=self._stream.begin_turn,
        )
        self._task = self._loop.create_task(rest)
        self._task.add_done_callback(self._task_done)

    def _task_done(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if task.cancelled():
            self._finish()
        elif error := task.exception():
            self._conversation_ended(error)
        elif self._has_new_input and not self._sessions.is_closing and self._ending is None:
            self._step()
        else:
            self._turn_done()

    def _turn_done(self) -> None:
        """What has arrived is answered."""
        if self._stream.has_input_ended:
            self._finish()
        elif self._sessions.is_closing:
            self.shut_down()
        elif (ending := self._ending) is not None:
            self._hang_up(ending)
        else:
            if self._conversation is not None:
                # What came when the last answer was on its way; _wake() leaves it to us.
                self._conversation.notify_pending()
            self._stream.resume_input()
            if self._timers is not None:
                self._timers.idle_began()

    def _conversation_ended(self, error: BaseException) -> None:
        if self._conversation is None and not isinstance(error, Disconnect):
            self._refuse(errors.as_fatal(errors.as_database_error(error)))
        elif isinstance(error, Disconnect):
            _log.debug("disconnect reason=%s", error)
        elif not isinstance(error, FatalError):
            _log.error("conversation_failed", exc_info=error)
        self._finish()

    def _wake(self) -> None:
        """Something is there for the client besides results."""
        if self._conversation is None or self._is_busy or self._is_over:
            return
        if (ending := self._ending) is not None:
            self._hang_up(ending)
        else:
            self._conversation.notify()

    # ---- the end ---------------------------------------------------------------------------------

    @property
    def _ending(self) -> FatalError | None:
        """What another session has ended this one with, if it has."""
        session = None if self._slot is None else self._slot.session
        return None if session is None else session.events.ending

    def shut_down(self) -> None:
        """Ends the connection: at once if it is idle, else when its statement is done."""
        if not self._is_busy or self._conversation is None:
            self._hang_up(
                FatalError("57P01", "terminating connection due to administrator command")
            )

    def _hang_up(self, error: FatalError) -> None:
        if self._is_over:
            return
        if self._conversation is not None:
            self._conversation.terminate(error)
        elif self._slot is not None:
            self._say(error)
        if self._is_busy:
            self._stream.end_input()
        else:
            self._finish()

    def abort(self) -> None:
        """Cuts the connection."""
        self._stream.abort()
        if self._task is not None:
            self._task.cancel()

    def _finish(self) -> None:
        """Closes session and socket, once; the socket last, so that its end tells of the rollback."""
        if self._is_over:
            return
        self._is_over = True
        if self._deadline is not None:
            self._deadline.cancel()
        if self._timers is not None:
            self._timers.stop()
        self._task = self._loop.create_task(self._close_session())
        self._task.add_done_callback(self._closed)

    async def _close_session(self) -> None:
        if self._slot is not None and self._slot.session is not None:
            await self._slot.session.close()

    def _closed(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            _log.error("session_close_failed", exc_info=error)
        if self._slot is not None:
            self._sessions.release(self._slot)
        self._stream.close()
        self._sessions.dismiss(self)


def _lossy(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _end(name: Any) -> tuple[str, int] | None:
    """Returns address and port of one end of a connection, None for a Unix socket's."""
    if not isinstance(name, tuple):
        return None
    host, port = name[:2]
    return str(host).partition("%")[0], int(port)  # Without the zone of a link-local address.


def _keep_alive(sock: socket.socket | None) -> None:
    """Has the system notice a client whose machine is gone."""
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
