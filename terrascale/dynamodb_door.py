"""The DynamoDB front door: its listener, which is there at once, and the API, which comes later.

door = DynamoDoor(settings, database)
await door.listen()
...
await door.close(drain_seconds)

Loading the API takes as long as a third of the start, so the server is ready before it: its modules
come one by one, like the rarer functions (tsql/functions/load.py), or all at once with the first
request.
"""

import asyncio
import importlib
import logging
from collections.abc import Coroutine
from typing import Any, Final, Protocol, cast

from terrascale.config import Settings
from tsql.database import Database
from wire.http.limits import HttpLimits
from wire.http.messages import Answer, Promise, Request
from wire.http.server import HttpServer, tls_context

_log = logging.getLogger(__name__)

#: In the order in which they need each other, so that no step takes long.
_MODULES: Final = (
    "compat.dynamodb.service_model",
    "compat.dynamodb.attribute_values",
    "compat.dynamodb.documents",
    "compat.dynamodb.definitions",
    "compat.dynamodb.stored_items",
    "compat.dynamodb.tables",
    "compat.dynamodb.expressions.condition_parser",
    "compat.dynamodb.expressions.update_parser",
    "compat.dynamodb.expressions.update",
    "compat.dynamodb.expressions.key_condition",
    "compat.dynamodb.writes",
    "compat.dynamodb.pages",
    "compat.dynamodb.service",
    "compat.dynamodb.signature",
    "compat.dynamodb.operations.items",
    "compat.dynamodb.operations.queries",
    "compat.dynamodb.operations.tables",
    "compat.dynamodb.operations.transactions",
    "compat.dynamodb.short_ways",
    "compat.dynamodb.dispatch",
)
_API: Final = "terrascale.dynamodb_api"


class Api(Protocol):
    """What answers requests: terrascale.dynamodb_api.DynamoApi."""

    def handle(self, request: Request) -> Coroutine[Any, Any, Answer] | Promise:
        """Answers a request."""


class DynamoDoor:
    """Serves the DynamoDB API."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._tasks: set[asyncio.Task[None]] = set()
        limits = HttpLimits(connection_count_max=settings.max_connections)
        self._server = HttpServer(self._handle, limits)
        self._loaded_api: Api | None = None
        self._to_come = iter(_MODULES)

    async def listen(self) -> int:
        """Begins to serve; returns the port. Raises OSError."""
        settings = self._settings
        tls = None
        if settings.tls_cert is not None:
            tls = tls_context(str(settings.tls_cert), str(settings.tls_key))
        return await self._server.listen(settings.host, settings.dynamodb_port, tls=tls)

    def load_next(self) -> bool:
        """Loads one more piece of the API; False if all is there."""
        name = next(self._to_come, None)
        if name is None:
            self._api()
            return False
        importlib.import_module(name)
        return True

    def _api(self) -> Api:
        if self._loaded_api is None:
            module = importlib.import_module(_API)
            made = module.DynamoApi(self._settings, self._database, self._spawn)
            self._loaded_api = cast(Api, made)
        return self._loaded_api

    async def close(self, drain_seconds: float) -> None:
        """Stops serving, and ends what runs beside the requests."""
        await self._server.close(drain_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _handle(self, request: Request) -> Coroutine[Any, Any, Answer] | Promise:
        return self._api().handle(request)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("dynamodb_task_failed", exc_info=error)
