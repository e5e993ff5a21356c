"""What a role may do here: SQL's privileges, asked once per request before its operation runs.

| operation                                         | needs                                     |
|---------------------------------------------------|-------------------------------------------|
| GetItem, Query, Scan, BatchGetItem, …             | SELECT                                    |
| a put                                             | INSERT and UPDATE                         |
| an update                                         | INSERT, UPDATE and SELECT                 |
| a delete                                          | DELETE                                    |
| a write with a condition, or that returns values  | SELECT besides; a check needs it alone    |
| CreateTable                                       | CREATE on schema public                   |
| UpdateTable, DeleteTable, TagResource, …          | to be the table's owner                   |

Privileges on single columns are not enough: an item is a whole row. A superuser, which is whom every
key stands for at first, is asked nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from compat.dynamodb.errors import DynamoError, access_denied
from compat.dynamodb.service import Body, Service
from storage.catalog import PUBLIC, Catalog
from storage.schema import Table
from tsql.access.privileges import Secured, owns, privileges_of
from tsql.access.roles import is_superuser

_READS: Final = frozenset({"GetItem", "Query", "Scan"})
_WRITES: Final = {"PutItem": "aw", "UpdateItem": "arw", "DeleteItem": "d"}
_OWNERS: Final = frozenset({"UpdateTable", "DeleteTable", "TagResource", "UntagResource"})
_ACTIONS: Final = {"Get": "r", "Put": "aw", "Update": "arw", "Delete": "d", "ConditionCheck": "r"}
#: Members that make a write tell what was there, by its outcome.
_CONDITIONS: Final = ("ConditionExpression", "Expected")
#: An owner's right, which is no privilege with a letter.
_OWNER: Final = "owner"
_SUPERUSERS_MAX: Final = 100


class Access:
    """Asks for the rights that requests need."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._catalog: Catalog | None = None
        self._superusers: set[str] = set()

    def is_free(self, role: str) -> bool:
        """Returns whether the role is asked for no rights."""
        catalog = self._service.tables.catalogs.current
        if catalog is not self._catalog:
            self._catalog, self._superusers = catalog, set()
        if role in self._superusers:
            return True
        if not is_superuser(catalog, role):
            return False
        if len(self._superusers) < _SUPERUSERS_MAX:
            self._superusers.add(role)
        return True

    def check(self, role: str, operation: str, body: Body) -> None:
        """Raises AccessDeniedException if the role lacks a right that the operation needs."""
        if self.is_free(role):
            return
        catalog = self._service.tables.catalogs.current
        if operation == "CreateTable":
            self._check_creation(catalog, role, body)
        for name, letters in _needs(operation, body):
            table = catalog.table(PUBLIC, name.rpartition(":table/")[2])
            if table is not None and not _may(catalog, role, table, letters):
                raise self._denied(role, operation, table.name)

    def _check_creation(self, catalog: Catalog, role: str, body: Body) -> None:
        schema = catalog.schema(PUBLIC)
        if schema is not None and "C" not in privileges_of(catalog, role, Secured.of(schema)):
            raise self._denied(role, "CreateTable", body["TableName"])

    def _denied(self, role: str, operation: str, table: str) -> DynamoError:
        user = f"arn:aws:iam::{self._service.settings.account_id}:user/{role}"
        return access_denied(
            f"User: {user} is not authorized to perform: dynamodb:{operation} on resource:"
            f" {self._service.table_arn(table)}"
        )


def _may(catalog: Catalog, role: str, table: Table, letters: str) -> bool:
    if letters == _OWNER:
        return owns(catalog, role, table.owner)
    schema = catalog.schema(table.schema)
    if schema is None or "U" not in privileges_of(catalog, role, Secured.of(schema)):
        return False
    have = privileges_of(catalog, role, Secured.of(table))
    return all(letter in have for letter in letters)


def _needs(operation: str, body: Body) -> Iterator[tuple[str, str]]:
    """Yields (table, letters of the privileges) for what a request does."""
    if operation in _READS:
        yield body["TableName"], "r"
    elif operation in _WRITES:
        yield body["TableName"], _WRITES[operation] + _reading(body)
    elif operation in _OWNERS:
        yield body.get("TableName") or body["ResourceArn"], _OWNER
    elif operation == "BatchGetItem":
        yield from ((name, "r") for name in body["RequestItems"])
    elif operation == "BatchWriteItem":
        for name, requests in body["RequestItems"].items():
            yield from ((name, "aw" if "PutRequest" in each else "d") for each in requests)
    elif operation in {"TransactGetItems", "TransactWriteItems"}:
        for each in body["TransactItems"]:
            for kind, action in each.items():
                yield action["TableName"], _ACTIONS[kind] + _reading(action)


def _reading(request: Mapping[str, Any]) -> str:
    """Returns the letter of SELECT for a write that tells something of what was there."""
    has_condition = any(request.get(name) is not None for name in _CONDITIONS)
    return "r" if has_condition or request.get("ReturnValues", "NONE") != "NONE" else ""
