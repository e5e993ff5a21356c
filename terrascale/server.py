"""The composition root: opens the store, builds the front doors, starts and stops the listeners.

    run(settings)      serves until SIGTERM or SIGINT, then drains and closes; raises StartError before that
    COMPONENTS         the parts of the store that it is run with; tests pass others

SIGUSR1 begins to measure the event loop's lateness, SIGUSR2 writes the figures to the log.
"""

import asyncio
import contextlib
import errno
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvloop

from compat.postgres.system_relations import PostgresCatalogs
from storage.disk import DiskSettings
from storage.embedded import OpenStore, StoreComponents, StoreSettings, open_store
from storage.errors import DatabaseError, FatalError
from storage.kv.directory import DirectoryError
from storage.kv.engine import EngineError
from storage.kv.verdict import DamageError
from terrascale import __version__
from terrascale.config import Settings
from terrascale.dynamodb_door import DynamoDoor
from terrascale.memory import Trimmer
from terrascale.observe import LOG, LoopMonitor, configure_logging
from tsql.access.logins import Logins
from tsql.analytics.load import load_next as load_next_of_analytics
from tsql.api import Session
from tsql.database import Database, SessionOptions
from tsql.functions.load import load_later, load_next
from wire.pg.authentication import Passwords
from wire.pg.identity import DEFAULT_NAME
from wire.pg.limits import Limits
from wire.pg.server import PgServer
from wire.pg.sessions import Components, OpenSession, SessionRequest
from wire.pg.tls import TlsFilesError, TlsSettings, server_context

#: Seconds that running statements get; what comes after them still has to fit into five.
DRAIN_SECONDS: Final = 2.0
#: A sync has failed: what is on disk is unknown to this process, and only a new one can find out.
SYNC_FAILED_EXIT_CODE: Final = 75
#: Between two families of functions that are loaded after the start.
LOAD_PAUSE_SECONDS: Final = 0.01
#: Said at level debug when nothing is left to load behind the start.
ALL_LOADED: Final = "all is loaded"
#: Levels of nesting in statements, and the stack they may need where C code takes part in the recursion.
RECURSION_MAX: Final = 20_000
STACK_BYTES: Final = 120 << 20


class StartError(Exception):
    """Why the server can't start: one sentence for a tired person."""


def run(settings: Settings, components: StoreComponents | None = None) -> None:
    """Serves until told to stop. Raises StartError."""
    configure_logging(settings.log_level)
    _deepen_stack()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve(settings, components or COMPONENTS))


def _deepen_stack() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    if hard == resource.RLIM_INFINITY or hard >= STACK_BYTES:
        resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, hard))
        sys.setrecursionlimit(RECURSION_MAX)


async def _serve(settings: Settings, components: StoreComponents) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    _stop_on_signals(loop, stop)
    _measure_on_signals(loop)
    # Whatever can be wrong outside the data directory is found before anything in it is touched.
    tls = _tls(settings)
    _check_ports(settings)
    store = await _open(settings, components)
    try:
        load_later("compat.postgres.load")
        database = await Database.open(store, system_catalogs=PostgresCatalogs())
        logins = Logins(
            lambda: database.shared.catalogs.current, database.shared.clock, settings.password
        )
        shown = _shown_settings(settings)
        opener = _opener(settings, shown, database, logins)
        server = PgServer(
            Components(opener, Passwords(logins), tls, logins),
            Limits(connection_count_max=settings.max_connections),
        )
        dynamodb = DynamoDoor(settings, database)
        try:
            port, sockets = await _listen(server, settings)
            shown.update(_shown_listeners(port, sockets))
            dynamodb_port = await _listen_dynamodb(dynamodb, settings)
            # What start-up made stays for good: the collector needn't walk it.
            gc.freeze()
            gc.enable()
            _announce(settings, port, sockets, dynamodb_port)
            _load_the_rest(loop, dynamodb)
            trimmer = Trimmer(loop)
            trimmer.start()
            builds = loop.create_task(_continue_builds(database))
            columns = loop.create_task(_open_columns(database, store, settings))
            await stop.wait()
            builds.cancel()
            columns.cancel()
            trimmer.stop()
            LOG.info("stopping: waiting for running statements")
        finally:
            async with asyncio.TaskGroup() as closing:
                closing.create_task(server.close(DRAIN_SECONDS))
                closing.create_task(dynamodb.close(DRAIN_SECONDS))
            await database.close()
    except DatabaseError as error:
        raise StartError(f"{error.message}.") from error
    finally:
        await _close(store)
    LOG.info("stopped")


async def _close(store: OpenStore) -> None:
    """Closes the store; whatever it says, every acknowledged write is in its files."""
    try:
        await store.close()
    except EngineError as error:
        LOG.error(
            "the store was not closed cleanly: %s; look at it with `terrascale check`",
            error.message,
        )


async def _continue_builds(database: Database) -> None:
    """Goes on with the index builds that the last life of the server has left unfinished."""
    async for outcome in database.continue_builds():
        LOG.info("%s", outcome)


async def _open_columns(database: Database, store: OpenStore, settings: Settings) -> None:
    """Has the tables' columns ready for queries. Nobody waits for it."""
    from storage.columns.table_columns import TableColumns  # noqa: PLC0415 - clients come first

    columns = TableColumns(store, settings.data_dir, LOG.warning)
    database.all.use_columns(columns)
    await columns.open()


async def _open(settings: Settings, components: StoreComponents) -> OpenStore:
    floor = settings.free_space_floor_mb << 20
    disk = DiskSettings(floor, min(DiskSettings().ballast_bytes, floor))
    try:
        return await open_store(settings.data_dir, StoreSettings(disk=disk), components)
    except (DirectoryError, DamageError) as error:
        raise StartError(str(error)) from error
    except OSError as error:
        raise StartError(
            f"cannot use the data directory {settings.data_dir}: {error.strerror}."
        ) from error


def _die(reason: str) -> None:
    """Ends the process at once: after a failed write or sync nothing more may be promised or shown."""
    LOG.critical("%s. Ending, so that the next start can read what is really on disk", reason)
    os._exit(SYNC_FAILED_EXIT_CODE)


COMPONENTS: Final = StoreComponents(die=_die)


def _tls(settings: Settings) -> TlsSettings | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    try:
        return server_context(settings.tls_cert, settings.tls_key)
    except TlsFilesError as error:
        raise StartError(f"cannot offer TLS: {error}.") from error


def _shown_settings(settings: Settings) -> dict[str, str]:
    """Returns what the server was started with, as PostgreSQL's settings: for SHOW and pg_settings."""
    shown = {
        "data_directory": str(settings.data_dir.resolve()),
        "listen_addresses": settings.host,
        "max_connections": str(settings.max_connections),
    }
    if settings.tls_cert is not None:
        shown["ssl"] = "on"
        shown["ssl_cert_file"] = str(settings.tls_cert)
        shown["ssl_key_file"] = str(settings.tls_key)
    return shown


def _shown_listeners(port: int, sockets: list[Path]) -> dict[str, str]:
    folders = ", ".join(str(path.parent) for path in sockets)
    return {"port": str(port), "unix_socket_directories": folders}


def _opener(
    settings: Settings, shown: dict[str, str], database: Database, logins: Logins
) -> OpenSession:
    defaults = (
        {"statement_timeout": str(settings.statement_timeout)} if settings.statement_timeout else {}
    )

    async def open_session(request: SessionRequest) -> Session:
        limit = logins.connection_limit(request.user)
        if limit >= 0:
            sessions = database.shared.sessions.values()
            count = sum(session.options.user == request.user for session in sessions)
            if count >= limit:
                message = f'too many connections for role "{request.user}"'
                raise FatalError("53300", message)
        return database.session(
            SessionOptions(
                request.user,
                request.database,
                {**defaults, **request.settings},
                shown,
                request.process_id,
                request.wake,
                request.client,
                request.server,
                request.tls,
            )
        )

    return open_session


def _check_ports(settings: Settings) -> None:
    """Raises StartError if a door's port can't be had."""
    port = settings.pg_port
    if port == settings.dynamodb_port != 0:
        raise StartError(
            f"--pg-port and --dynamodb-port are both {port}: each needs a port of its own."
        )
    _check_port(settings, "--pg-port", port)
    _check_port(settings, "--dynamodb-port", settings.dynamodb_port)


def _check_port(settings: Settings, flag: str, port: int) -> None:
    """Raises StartError if another server has the port."""
    try:
        found = socket.getaddrinfo(
            settings.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, address in found:
            # Bound and not listening: no client may connect before there is somebody to answer.
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
    except OSError as error:
        raise _cannot_listen(settings, flag, port, error) from error


def _cannot_listen(settings: Settings, flag: str, port: int, error: OSError) -> StartError:
    where = f"{settings.host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return StartError(
            f"port {port} is in use: another server listens on {where} (choose another by {flag})."
        )
    # asyncio puts an address in front of the system's words, in parentheses and with the number.
    words = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return StartError(f"cannot listen on {where}: {words}.")


async def _listen(server: PgServer, settings: Settings) -> tuple[int, list[Path]]:
    trusted = settings.is_loopback and settings.password is None
    try:
        port = await server.listen_tcp(settings.host, settings.pg_port, is_trusted=trusted)
    except OSError as error:
        raise _cannot_listen(settings, "--pg-port", settings.pg_port, error) from error
    sockets = []
    for folder in settings.socket_dirs():
        try:
            sockets.append(await server.listen_unix(folder, port))
        except OSError as error:
            # The event loop's own errors (a path that is too long) have no words of the system's.
            LOG.warning("no Unix socket in %s: %s", folder, error.strerror or error)
    return port, sockets


async def _listen_dynamodb(door: DynamoDoor, settings: Settings) -> int:
    try:
        return await door.listen()
    except OSError as error:
        raise _cannot_listen(settings, "--dynamodb-port", settings.dynamodb_port, error) from error


def _load_the_rest(loop: asyncio.AbstractEventLoop, dynamodb: DynamoDoor) -> None:
    """Loads the rarer functions, the DynamoDB API and the translation for the columns.

    A piece in a turn, while clients are served.
    """
    if load_next() or dynamodb.load_next() or load_next_of_analytics():
        loop.call_later(LOAD_PAUSE_SECONDS, _load_the_rest, loop, dynamodb)
    else:
        gc.freeze()
        LOG.debug(ALL_LOADED)


def _announce(settings: Settings, port: int, sockets: list[Path], dynamodb_port: int) -> None:
    lines = [*_ready_lines(settings, port, sockets), *_dynamodb_lines(settings, dynamodb_port)]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _ready_lines(settings: Settings, port: int, sockets: list[Path]) -> Iterator[str]:
    yield f"TerraScale {__version__} is ready."
    yield f"  data directory   {settings.data_dir.resolve()}"
    yield f"  PostgreSQL       psql -h {settings.host} -p {port} -U {DEFAULT_NAME}"
    for path in sockets:
        yield f"                   psql -h {path.parent} -p {port} -U {DEFAULT_NAME}"


def _dynamodb_lines(settings: Settings, port: int) -> Iterator[str]:
    scheme = "http" if settings.tls_cert is None else "https"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    keys = ""
    if settings.accepts_any_access_key:
        keys = "  (any access key)"
    elif not settings.dynamodb_access_keys:
        keys = "  (no access key is listed: set dynamodb_access_keys)"
    yield (
        f"  DynamoDB         aws dynamodb list-tables --endpoint-url {scheme}://{host}:{port}"
        f" --region {settings.dynamodb_region}{keys}"
    )


def _stop_on_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else it is nohup's
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)


def _measure_on_signals(loop: asyncio.AbstractEventLoop) -> None:
    monitor = LoopMonitor()

    def report() -> None:
        samples, p99, p999, maximum = monitor.figures()
        LOG.info(
            "loop lateness: %d samples, p99 %.2f ms, p99.9 %.2f ms, maximum %.2f ms",
            samples,
            p99,
            p999,
            maximum,
        )

    loop.add_signal_handler(signal.SIGUSR1, monitor.start)
    loop.add_signal_handler(signal.SIGUSR2, report)
