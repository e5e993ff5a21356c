"""The PostgreSQL front door: listeners and the connections that came through them.

    server = PgServer(components, limits)
    await server.listen_tcp("127.0.0.1", 5432, is_trusted=True)
    await server.listen_unix(Path("/tmp"), 5432)
    ...
    await server.close(drain_seconds=2.5)

It needs an asyncio event loop only to wait for sockets; what is said on them is wire.pg.client's.
"""

import asyncio
import errno
import logging
import os
import socket
import stat
from functools import partial
from pathlib import Path
from typing import Final

from storage.records import dataclass
from wire.pg.client import ClientConnection
from wire.pg.limits import Limits
from wire.pg.sessions import Components, Sessions

_log = logging.getLogger(__name__)

_BACKLOG: Final = 512
#: Seconds that cancelled statements get to end in before their connections are cut.
_ABORT_SECONDS: Final = 1.0


@dataclass(slots=True)
class _Listener:
    server: asyncio.Server
    socket_file: Path | None = None
    inode: int = 0


class PgServer:
    """All connections of the PostgreSQL front door."""

    def __init__(self, components: Components, limits: Limits) -> None:
        self.sessions = Sessions(components, limits)
        self._listeners: list[_Listener] = []

    # ---- listeners -------------------------------------------------------------------------------

    async def listen_tcp(self, host: str, port: int, *, is_trusted: bool) -> int:
        """Accepts clients at an address; returns the port (of interest if 0 was given).

        With `is_trusted` no password is asked for. Raises OSError.
        """
        loop = asyncio.get_running_loop()
        accept = partial(ClientConnection, self.sessions, is_trusted=is_trusted)
        server = await loop.create_server(accept, host or None, port, backlog=_BACKLOG)
        self._listeners.append(_Listener(server))
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    async def listen_unix(self, folder: Path, port: int) -> Path:
        """Accepts local clients at PostgreSQL's socket name in a folder. Raises OSError."""
        path = folder / f".s.PGSQL.{port}"
        _make_way(path)
        loop = asyncio.get_running_loop()
        accept = partial(ClientConnection, self.sessions, is_trusted=True)
        server = await loop.create_unix_server(accept, str(path), backlog=_BACKLOG)
        path.chmod(0o777)  # Whoever may enter the folder may connect, as with PostgreSQL.
        self._listeners.append(_Listener(server, path, path.stat().st_ino))
        return path

    def _stop_listening(self) -> None:
        for listener in self._listeners:
            listener.server.close()
            path = listener.socket_file
            if path is not None and path.exists() and path.stat().st_ino == listener.inode:
                path.unlink()
        self._listeners.clear()

    # ---- shutdown --------------------------------------------------------------------------------

    async def close(self, drain_seconds: float) -> None:
        """Stops accepting, ends idle connections, lets statements finish, then cancels them."""
        self.sessions.is_closing = True
        self._stop_listening()
        for client in self.sessions.clients:
            client.shut_down()
        if await self._is_empty_within(drain_seconds):
            return
        self.sessions.cancel_all()
        if await self._is_empty_within(_ABORT_SECONDS):
            return
        for client in self.sessions.clients:
            client.abort()
        if not await self._is_empty_within(_ABORT_SECONDS):
            _log.warning("sessions_abandoned count=%d", self.sessions.count)

    async def _is_empty_within(self, seconds: float) -> bool:
        """Waits for the last connection to go; False if it took too long."""
        emptied = asyncio.Event()
        self.sessions.when_empty(emptied.set)
        try:
            async with asyncio.timeout(seconds):
                await emptied.wait()
        except TimeoutError:
            return False
        return True


def _make_way(path: Path) -> None:
    """Removes a socket that a server left behind. Raises OSError if one is listening there."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), str(path))
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), str(path))
