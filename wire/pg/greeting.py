"""The beginning of a connection: encryption, identity, welcome."""

from collections.abc import Sequence

from storage.errors import FatalError
from tsql.api import Notice, Session
from tsql.encodings import UTF8, encoding
from wire.pg import backend, errors
from wire.pg.authentication import authenticate
from wire.pg.connection import Connection, Disconnect
from wire.pg.identity import Identity, identify
from wire.pg.sessions import Sessions, Slot
from wire.pg.startup import CancelRequest, DirectTls, GssRequest, SslRequest, StartupMessage
from wire.pg.stream import ByteStream


class Greeting:
    """What happens once per connection before the first query."""

    def __init__(self, sessions: Sessions, connection: Connection, stream: ByteStream) -> None:
        self._sessions = sessions
        self._connection = connection
        self._stream = stream
        self._binding: bytes | None = None

    async def negotiate(self) -> StartupMessage:
        """Returns the startup message. Raises FatalError, and Disconnect (cancel requests too)."""
        while True:
            packet = self._connection.next_startup()
            if packet is None:
                await self._stream.more_input()
            elif isinstance(packet, StartupMessage):
                return packet
            elif isinstance(packet, CancelRequest):
                self._sessions.cancel(packet)
                raise Disconnect("cancel request")
            elif isinstance(packet, DirectTls):
                await self._begin_direct_tls()
            elif isinstance(packet, SslRequest):
                await self._answer_ssl_request()
            else:
                assert isinstance(packet, GssRequest)
                self._stream.write(b"N")

    async def _answer_ssl_request(self) -> None:
        tls = self._sessions.components.tls
        if tls is None:
            self._stream.write(b"N")
            return
        self._connection.begin_tls()
        self._stream.write(b"S")
        await self._stream.begin_tls(tls.context)
        self._binding = tls.binding

    async def _begin_direct_tls(self) -> None:
        tls = self._sessions.components.tls
        if tls is None:
            raise Disconnect("TLS isn't configured")
        received = self._connection.take_raw()
        self._connection.begin_tls()
        layer = await self._stream.begin_tls(tls.context, received)
        if not layer.speaks_postgresql:
            raise Disconnect("direct TLS without ALPN")
        self._binding = tls.binding

    async def authenticate(self, startup: StartupMessage, *, is_trusted: bool) -> Identity:
        """Returns who the client is. Raises 28P01, 28000, 3D000."""
        if startup.minor_version or startup.unknown_options:
            self._stream.write(backend.negotiate_protocol_version(startup.unknown_options))
        passwords = self._sessions.components.passwords
        if not is_trusted:
            if passwords is None:
                raise FatalError("28000", "a password is needed here, but none is set")
            await authenticate(
                startup.user, passwords, self._binding, self._ask, self._stream.write
            )
        self._stream.write(backend.AUTHENTICATION_OK)
        roles = self._sessions.components.roles
        return identify(startup, roles, is_trusted=is_trusted)

    async def _ask(self, question: bytes) -> bytes:
        self._stream.write(question)
        while (answer := self._connection.next_authentication("SASL")) is None:
            await self._stream.more_input()
        return answer

    def welcome(self, session: Session, slot: Slot, notices: Sequence[Notice]) -> None:
        """Sends the settings, the cancel key, and that the session is ready."""
        parameters = session.reported_parameters()
        target = encoding(parameters.get("client_encoding", UTF8.name))
        self._connection.encoding = target
        encode = target.encode_lossy
        parts = [
            backend.parameter_status(name, value, encode) for name, value in parameters.items()
        ]
        parts.append(backend.backend_key_data(slot.process_id, slot.secret_key))
        parts += [errors.notice_response(notice, encode) for notice in notices]
        parts.append(backend.ready_for_query(session.status.value))
        session.events.parameters.clear()
        self._stream.write(b"".join(parts))
