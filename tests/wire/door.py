"""A front door over fake sessions, for tests with real sockets.

The server runs in the test's event loop; the blocking client in a thread: `await door.talk(f)` gives
`f` a connected client.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

from storage.errors import DatabaseError
from tests.pgclient import PgClient
from tests.wire.fake_session import FakeSession
from tsql.api import Session
from wire.pg.authentication import Passwords
from wire.pg.limits import Limits
from wire.pg.server import PgServer
from wire.pg.sessions import Components, SessionRequest
from wire.pg.tls import TlsSettings

T = TypeVar("T")


class Door:
    """A server and the sessions that it opened."""

    def __init__(
        self,
        limits: Limits,
        *,
        passwords: Passwords | None = None,
        tls: TlsSettings | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.sessions: list[FakeSession] = []
        self.requests: list[SessionRequest] = []
        self.opened = asyncio.Event()
        self.settings = settings or {}
        self.server = PgServer(Components(self._open, passwords, tls), limits)
        self.port = 0

    async def _open(self, request: SessionRequest) -> Session:
        if "nosuch" in request.settings:
            raise DatabaseError("42704", 'unrecognized configuration parameter "nosuch"')
        session = FakeSession(settings=dict(self.settings))
        self.requests.append(request)
        self.sessions.append(session)
        self.opened.set()
        return session

    async def talk(self, use: Callable[[PgClient], T], user: str = "terrascale") -> T:
        """Runs `use` with a client of its own, in a thread."""

        def run() -> T:
            with PgClient.connect(port=self.port, user=user) as client:
                return use(client)

        return await asyncio.to_thread(run)

    async def raw(self, use: Callable[[PgClient], T]) -> T:
        """Runs `use` with an open socket on which nothing was said."""

        def run() -> T:
            client = PgClient.open(port=self.port)
            try:
                return use(client)
            finally:
                client.abort()

        return await asyncio.to_thread(run)


@contextlib.asynccontextmanager
async def open_door(
    limits: Limits | None = None,
    *,
    passwords: Passwords | None = None,
    tls: TlsSettings | None = None,
    settings: dict[str, str] | None = None,
    folder: Path | None = None,
) -> AsyncIterator[Door]:
    """A door on a free port of the loopback address (and a Unix socket in `folder`)."""
    door = Door(limits or Limits(), passwords=passwords, tls=tls, settings=settings)
    door.port = await door.server.listen_tcp("127.0.0.1", 0, is_trusted=passwords is None)
    if folder is not None:
        await door.server.listen_unix(folder, door.port)
    try:
        yield door
    finally:
        await door.server.close(drain_seconds=0.2)
