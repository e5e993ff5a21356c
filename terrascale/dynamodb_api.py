"""The DynamoDB API put together: what compat/dynamodb answers, over the one database.

It is loaded when the server is up, or by the first request (terrascale/dynamodb_door.py).
"""

import time
from collections.abc import Callable, Coroutine
from typing import Any

from compat.dynamodb.dispatch import Dispatcher
from compat.dynamodb.idempotency import sweep_tokens
from compat.dynamodb.service import DynamoSettings, Service
from compat.dynamodb.signature import AccessKey, Authenticator
from terrascale.config import Settings
from tsql.database import Database
from wire.http.messages import Answer, Promise, Request
from wire.pg.identity import DEFAULT_NAME


def _now() -> float:
    return time.time()  # noqa: TID251 - the composition root is where clocks come from


class DynamoApi:
    """Answers requests.

    Args:
        spawn: Runs what goes on beside the requests.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        service = Service(
            database.shared,
            DynamoSettings(settings.dynamodb_region, settings.dynamodb_account_id),
            spawn=spawn,
            now=_now,
        )
        keys = {key[0]: AccessKey(*key) for key in settings.dynamodb_access_keys}
        authenticator = Authenticator(
            keys,
            region=settings.dynamodb_region,
            accepts_any_key=settings.accepts_any_access_key,
            default_role=DEFAULT_NAME,
        )
        self._dispatcher = Dispatcher(service, authenticator)
        spawn(sweep_tokens(service.store, _now))

    def handle(self, request: Request) -> Coroutine[Any, Any, Answer] | Promise:
        """Answers a request."""
        return self._dispatcher.take(request, request.body)
