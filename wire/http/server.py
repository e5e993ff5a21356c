"""An HTTP front door: its listener and the connections that came through it.

server = HttpServer(handler, HttpLimits())
port = await server.listen("127.0.0.1", 8000, tls=None)
...
await server.close(drain_seconds=2.0)
"""

import asyncio
import logging
import ssl
from functools import partial
from typing import Final

from wire.http.assembly import BodyBudget
from wire.http.connection import HttpConnection
from wire.http.limits import SWEEP_SECONDS, HttpLimits
from wire.http.messages import DateHeader, Handler
from wire.outbox import Outbox

_log = logging.getLogger(__name__)

_BACKLOG: Final = 512
#: Seconds that connections which were cut get to go in.
_ABORT_SECONDS: Final = 1.0


def tls_context(certificate: str, key: str) -> ssl.SSLContext:
    """Returns what a listener with TLS needs. Raises OSError (ssl.SSLError is one)."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


class HttpServer:
    """All connections of one front door; see `wire.http.connection.Door`."""

    def __init__(self, handler: Handler, limits: HttpLimits) -> None:
        self.handler = handler
        self.limits = limits
        self.date = DateHeader()
        self.budget = BodyBudget(limits.body_bytes_all_max)
        self.outbox = Outbox(asyncio.get_running_loop())
        self.is_closing = False
        self._connections: set[HttpConnection] = set()
        self._listeners: list[asyncio.Server] = []
        self._emptied = asyncio.Event()
        self._sweep: asyncio.TimerHandle | None = None

    async def listen(self, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> int:
        """Accepts clients; returns the port (of interest if 0 was given). Raises OSError."""
        loop = asyncio.get_running_loop()
        accept = partial(HttpConnection, self)
        listener = await loop.create_server(accept, host or None, port, backlog=_BACKLOG, ssl=tls)
        self._listeners.append(listener)
        if self._sweep is None:
            self._sweep = loop.call_later(SWEEP_SECONDS, self._check_all, loop)
        bound: int = listener.sockets[0].getsockname()[1]
        return bound

    def _check_all(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._connections):
            connection.check(now)
        self._sweep = loop.call_later(SWEEP_SECONDS, self._check_all, loop)

    # ---- for the connections ---------------------------------------------------------------------

    def admit(self, connection: HttpConnection) -> bool:
        if self.is_closing or len(self._connections) >= self.limits.connection_count_max:
            return False
        self._connections.add(connection)
        return True

    def dismiss(self, connection: HttpConnection) -> None:
        self._connections.discard(connection)
        if self.is_closing and not self._connections:
            self._emptied.set()

    # ---- shutdown --------------------------------------------------------------------------------

    async def close(self, drain_seconds: float) -> None:
        """Stops accepting, ends idle connections, lets requests finish, then cuts them off."""
        self.is_closing = True
        for listener in self._listeners:
            listener.close()
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in list(self._connections):
            connection.shut_down()
        if await self._is_empty_within(drain_seconds):
            return
        for connection in list(self._connections):
            connection.abort()
        if not await self._is_empty_within(_ABORT_SECONDS):
            _log.warning("http_connections_abandoned count=%d", len(self._connections))

    async def _is_empty_within(self, seconds: float) -> bool:
        if not self._connections:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._emptied.wait()
        except TimeoutError:
            return False
        return True
