"""What the operations work with: made once by the composition root, and passed to each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from compat.dynamodb.index_builds import IndexBuilds, Spawn
from compat.dynamodb.shown_items import ShownItems
from compat.dynamodb.statistics import Statistics
from compat.dynamodb.table_changes import TableChanges
from compat.dynamodb.tables import DynamoTables
from compat.dynamodb.writes import Writer
from tsql.shared import Shared

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DynamoSettings:
    """What an administrator may set of the DynamoDB API.

    Attributes:
        region: In ARNs, and in the scope of signatures.
        account_id: In ARNs: twelve digits.
    """

    region: str = "us-east-1"
    account_id: str = "000000000000"


class Service:
    """The parts of the DynamoDB API over one database.

    Attributes:
        now: Returns seconds since 1970.
    """

    def __init__(
        self,
        shared: Shared,
        settings: DynamoSettings,
        *,
        spawn: Spawn,
        now: Callable[[], float],
    ) -> None:
        store, catalogs, tables = shared.store, shared.catalogs, shared.tables
        self.store = store
        self.settings = settings
        self.now = now
        self.tables = DynamoTables(catalogs, tables, now)
        self.writer = Writer(store, catalogs)
        self.shown = ShownItems()
        self.statistics = Statistics(store)
        self.changes = TableChanges(store, tables, shared.sequences, self.tables)
        self.builds = IndexBuilds(store, catalogs, shared.builds, spawn)

    def table_arn(self, name: str) -> str:
        """Returns the ARN of a table."""
        settings = self.settings
        return f"arn:aws:dynamodb:{settings.region}:{settings.account_id}:table/{name}"

    def kms_key_arn(self, given: str | None) -> str:
        """Returns the ARN of the key that a table's encryption names: no such key is used."""
        if given is not None and given.startswith("arn:"):
            return given
        key = given or "alias/aws/dynamodb"
        resource = key if key.startswith("alias/") else f"key/{key}"
        return f"arn:aws:kms:{self.settings.region}:{self.settings.account_id}:{resource}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who has sent a request.

    Attributes:
        request_bytes: Of the request's JSON.
    """

    role: str
    request_bytes: int


encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode
