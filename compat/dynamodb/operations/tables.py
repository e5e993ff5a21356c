"""CreateTable, DescribeTable, UpdateTable, DeleteTable and ListTables.

A change is done when it is answered: the answer shows the status in which AWS would begin (CREATING,
UPDATING, DELETING), and the next DescribeTable where it ends, as the SDKs' waiters expect. Only an
index that is added to a table takes its time (compat/dynamodb/index_builds.py).
"""

from typing import Any, Final

import msgspec

from compat.dynamodb.definitions import TableDefinition
from compat.dynamodb.descriptions import describe
from compat.dynamodb.errors import (
    resource_in_use,
    table_not_found,
    validation,
)
from compat.dynamodb.service import Body, Caller, Service
from compat.dynamodb.table_requests import read_create_table
from compat.dynamodb.table_updates import (
    check_no_other_index,
    check_update_table,
    read_update_table,
)
from compat.dynamodb.tables import TableHandle

#: Names of one answer of ListTables.
LIST_MAX: Final = 100


async def create_table(service: Service, caller: Caller, body: Body) -> dict[str, Any]:
    """Makes a table."""
    definition = read_create_table(body)
    now = service.now()
    changed_at = now if definition.billing_mode == "PAY_PER_REQUEST" else None
    definition = msgspec.structs.replace(definition, created_at=now, billing_changed_at=changed_at)
    handle = await service.changes.create(definition, caller.role)
    return {"TableDescription": await describe(service, handle, "CREATING")}


async def describe_table(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Describes a table."""
    return {"Table": await describe(service, named(service, body))}


def named(service: Service, body: Body) -> TableHandle:
    """Returns the table that a control operation names. Raises ResourceNotFoundException."""
    name = body["TableName"]
    handle = service.tables.find(name)
    if handle is None:
        raise table_not_found(name)
    return handle


async def update_table(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Changes a table's settings, or adds or removes a global secondary index."""
    check_update_table(body)
    handle = named(service, body)
    if service.builds.is_busy(handle.table.id):
        check_no_other_index(body)
    _check_not_busy(service, handle)
    now = service.now()

    def redefine(before: TableHandle) -> TableDefinition:
        current = _whole(before)
        new = read_update_table(body, current)
        if new.billing_mode != current.billing_mode and new.billing_mode == "PAY_PER_REQUEST":
            new = msgspec.structs.replace(new, billing_changed_at=now)
        if new.table_class != current.table_class:
            new = msgspec.structs.replace(new, class_changed_at=now)
        if new.throughput != current.throughput:
            new = msgspec.structs.replace(new, throughput_changed_at=now)
        return new

    changed = await service.changes.update(handle.table.id, redefine)
    before, after = changed.before, changed.after
    for index in changed.added:
        after = service.tables.handle(await service.builds.begin(handle.table.id, index))
    shown = await describe(service, after, "UPDATING")
    added = {index.name for index in changed.added}
    for described in shown.get("GlobalSecondaryIndexes", ()):
        if after.indexes[described["IndexName"]].index.name in added:
            described["IndexStatus"] = "CREATING"
    gone = set(before.indexes) - set(after.indexes)
    if gone:
        last = await describe(service, before, "UPDATING")
        for index in last.get("GlobalSecondaryIndexes", ()):
            if index["IndexName"] in gone:
                index["IndexStatus"] = "DELETING"
                shown.setdefault("GlobalSecondaryIndexes", []).append(index)
    return {"TableDescription": shown}


def _check_not_busy(service: Service, handle: TableHandle) -> None:
    if service.builds.is_busy(handle.table.id):
        raise resource_in_use(
            "Attempt to change a resource which is still in use: Table is being updated:"
            f" {handle.name}"
        )


def _whole(handle: TableHandle) -> TableDefinition:
    """Returns a table's definition with those of its indexes."""
    definitions = [index.definition for index in handle.indexes.values()]
    return msgspec.structs.replace(
        handle.definition,
        globals=tuple(each for each in definitions if not each.is_local),
        locals=tuple(each for each in definitions if each.is_local),
    )


async def delete_table(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Drops a table."""
    handle = named(service, body)
    if handle.definition.deletion_protected:
        raise validation(
            "Resource cannot be deleted as it is currently protected against deletion."
            " Disable deletion protection first."
        )
    _check_not_busy(service, handle)
    shown = await describe(service, handle, "DELETING")
    await service.changes.delete(handle)
    service.statistics.forget(handle)
    kept = ("TableName", "TableStatus", "ProvisionedThroughput", "TableSizeBytes", "ItemCount")
    more = ("TableArn", "TableId", "DeletionProtectionEnabled", "BillingModeSummary")
    return {"TableDescription": {n: shown[n] for n in (*kept, *more) if n in shown}}


async def list_tables(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Lists the tables that can be used here, and those that can't, with the reason."""
    after = body.get("ExclusiveStartTableName")
    limit = body.get("Limit") or LIST_MAX
    names: list[str] = []
    unusable: list[dict[str, str]] = []
    answer: dict[str, Any] = {"TableNames": names}
    for name, reason in service.tables.names():
        if after is not None and name.encode() <= after.encode():
            continue
        if reason is not None:
            unusable.append({"TableName": name, "Reason": reason})
            continue
        if len(names) == limit:
            answer["LastEvaluatedTableName"] = names[-1]
            break
        names.append(name)
    if unusable:
        answer["UnusableTables"] = unusable
    return answer
