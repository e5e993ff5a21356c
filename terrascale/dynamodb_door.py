"""The DynamoDB front door put together: HTTP from wire, the API from compat, one database behind.

door = DynamoDoor(settings, database)
await door.listen()
...
await door.close(drain_seconds)
"""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from compat.dynamodb.dispatch import Dispatcher
from compat.dynamodb.idempotency import sweep_tokens
from compat.dynamodb.service import DynamoSettings, Service
from compat.dynamodb.signature import AccessKey, Authenticator, SignedRequest
from terrascale.config import Settings
from tsql.database import Database
from wire.http.limits import HttpLimits
from wire.http.messages import Request, Response
from wire.http.server import HttpServer, tls_context
from wire.pg.identity import DEFAULT_NAME

_log = logging.getLogger(__name__)


def _now() -> float:
    return time.time()  # noqa: TID251 - the composition root is where clocks come from


class DynamoDoor:
    """Serves the DynamoDB API."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()
        self._service = Service(
            database.shared,
            DynamoSettings(settings.dynamodb_region, settings.dynamodb_account_id),
            spawn=self._spawn,
            now=_now,
        )
        keys = {key[0]: AccessKey(*key) for key in settings.dynamodb_access_keys}
        authenticator = Authenticator(
            keys,
            region=settings.dynamodb_region,
            accepts_any_key=settings.accepts_any_access_key,
            default_role=DEFAULT_NAME,
        )
        self._dispatcher = Dispatcher(self._service, authenticator)
        limits = HttpLimits(connection_count_max=settings.max_connections)
        self._server = HttpServer(self._handle, limits)

    async def listen(self) -> int:
        """Begins to serve; returns the port. Raises OSError."""
        settings = self._settings
        tls = None
        if settings.tls_cert is not None:
            tls = tls_context(str(settings.tls_cert), str(settings.tls_key))
        port = await self._server.listen(settings.host, settings.dynamodb_port, tls=tls)
        self._spawn(sweep_tokens(self._service.store, _now))
        return port

    async def close(self, drain_seconds: float) -> None:
        """Stops serving, and ends what runs beside the requests."""
        await self._server.close(drain_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _handle(self, request: Request) -> Response:
        signed = SignedRequest(request.method, request.target, request.headers, request.sent_body)
        answer = await self._dispatcher.answer(signed, request.body)
        return Response(answer.status, answer.headers, answer.body)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("dynamodb_task_failed", exc_info=error)
