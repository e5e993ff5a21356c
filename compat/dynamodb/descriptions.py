"""TableDescription: how a table is shown, by DescribeTable and by what changes tables."""

import uuid
from typing import Any, Final

from compat.dynamodb.definitions import IndexDefinition, KeySchema, TableDefinition, Throughput
from compat.dynamodb.service import Service
from compat.dynamodb.statistics import Figures
from compat.dynamodb.tables import IndexHandle, TableHandle
from compat.dynamodb.throughput_requests import NOT_GIVEN, warm_of

_NAMESPACE: Final = uuid.UUID("7a1c3f0e-3c0b-4b52-9f64-5c1a5b1d9c11")
_ON_DEMAND: Final = "PAY_PER_REQUEST"


async def describe(
    service: Service, handle: TableHandle, status: str | None = None
) -> dict[str, Any]:
    """Returns a table's description.

    With `status` (CREATING, UPDATING, DELETING) it tells of a change as if it had just begun.
    """
    definition, name = handle.definition, handle.name
    figures = await service.statistics.of_table(handle)
    is_building = any(not index.is_active for index in handle.indexes.values())
    shown: dict[str, Any] = {
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": letter}
            for attribute, letter in _attributes(handle)
        ],
        "TableName": name,
        "KeySchema": key_schema(handle.key),
        "TableStatus": status or ("UPDATING" if is_building else "ACTIVE"),
        "CreationDateTime": definition.created_at,
        "ProvisionedThroughput": _table_throughput(definition),
        "TableSizeBytes": figures.size_bytes,
        "ItemCount": figures.item_count,
        "TableArn": service.table_arn(name),
        "TableId": str(uuid.uuid5(_NAMESPACE, f"{handle.table.id}/{definition.created_at}")),
        "DeletionProtectionEnabled": definition.deletion_protected,
    }
    if definition.billing_mode == _ON_DEMAND:
        summary: dict[str, Any] = {"BillingMode": _ON_DEMAND}
        changed_at = definition.billing_changed_at or definition.created_at
        if changed_at:
            summary["LastUpdateToPayPerRequestDateTime"] = changed_at
        shown["BillingModeSummary"] = summary
    elif definition.billing_changed_at is not None:
        shown["BillingModeSummary"] = {
            "BillingMode": definition.billing_mode,
            "LastUpdateToPayPerRequestDateTime": definition.billing_changed_at,
        }
    if not handle.made_here:
        # When SQL has made it isn't known.
        del shown["CreationDateTime"]
    _add_settings(shown, service, definition)
    await _add_indexes(shown, service, handle, status)
    return shown


def _attributes(handle: TableHandle) -> list[tuple[str, str]]:
    keys = [handle.key, *[index.definition.key for index in handle.indexes.values()]]
    types = {name: letter for key in keys for name, letter in key.types.items()}
    given = [name for name, _ in handle.definition.attributes if name in types]
    return [(name, types[name]) for name in dict.fromkeys([*given, *types])]


def _add_settings(shown: dict[str, Any], service: Service, definition: TableDefinition) -> None:
    if definition.on_demand is not None:
        shown["OnDemandThroughput"] = _on_demand(definition.on_demand)
    shown["WarmThroughput"] = _warm(definition, definition.warm_throughput, definition.throughput)
    if definition.table_class is not None:
        summary: dict[str, Any] = {"TableClass": definition.table_class}
        if definition.class_changed_at is not None:
            summary["LastUpdateDateTime"] = definition.class_changed_at
        shown["TableClassSummary"] = summary
    if definition.sse is not None and definition.sse.get("Enabled"):
        shown["SSEDescription"] = {
            "Status": "ENABLED",
            "SSEType": "KMS",
            "KMSMasterKeyArn": service.kms_key_arn(definition.sse.get("KMSMasterKeyId")),
        }


async def _add_indexes(
    shown: dict[str, Any], service: Service, handle: TableHandle, status: str | None
) -> None:
    for index in handle.indexes.values():
        definition = index.definition
        figures = await service.statistics.of_index(handle, index)
        member = "LocalSecondaryIndexes" if definition.is_local else "GlobalSecondaryIndexes"
        described = _index(service, handle, index, figures)
        if not definition.is_local:
            described.update(_global_settings(handle.definition, index, status))
        shown.setdefault(member, []).append(described)


def _index(
    service: Service, handle: TableHandle, index: IndexHandle, figures: Figures
) -> dict[str, Any]:
    definition = index.definition
    projection: dict[str, Any] = {"ProjectionType": definition.projection}
    if definition.non_key:
        projection["NonKeyAttributes"] = list(definition.non_key)
    return {
        "IndexName": definition.name,
        "KeySchema": key_schema(definition.key),
        "Projection": projection,
        "IndexSizeBytes": figures.size_bytes,
        "ItemCount": figures.item_count,
        "IndexArn": f"{service.table_arn(handle.name)}/index/{definition.name}",
    }


def _global_settings(
    table: TableDefinition, index: IndexHandle, status: str | None
) -> dict[str, Any]:
    definition: IndexDefinition = index.definition
    shown: dict[str, Any] = {"IndexStatus": "ACTIVE"}
    if not index.is_active:
        shown = {"IndexStatus": "CREATING", "Backfilling": status is None}
    elif status == "CREATING":
        shown = {"IndexStatus": "CREATING"}
    throughput = definition.throughput
    shown["ProvisionedThroughput"] = _throughput(table, throughput)
    if definition.on_demand is not None:
        shown["OnDemandThroughput"] = _on_demand(definition.on_demand)
    shown["WarmThroughput"] = _warm(table, definition.warm_throughput, throughput)
    return shown


def key_schema(key: KeySchema) -> list[dict[str, str]]:
    """Returns KeySchema as the wire shows it."""
    return [
        *({"AttributeName": name, "KeyType": "HASH"} for name in key.hash),
        *({"AttributeName": name, "KeyType": "RANGE"} for name in key.range),
    ]


def _table_throughput(definition: TableDefinition) -> dict[str, Any]:
    shown = _throughput(definition, definition.throughput)
    if definition.throughput_changed_at is not None:
        shown["LastIncreaseDateTime"] = definition.throughput_changed_at
    return shown


def _throughput(table: TableDefinition, throughput: Throughput | None) -> dict[str, Any]:
    if throughput is None or table.billing_mode == _ON_DEMAND:
        throughput = Throughput(0, 0)
    return {
        "NumberOfDecreasesToday": table.decreases_today,
        "ReadCapacityUnits": throughput.read,
        "WriteCapacityUnits": throughput.write,
    }


def _on_demand(throughput: Throughput) -> dict[str, int]:
    maxima = {
        "MaxReadRequestUnits": throughput.read,
        "MaxWriteRequestUnits": throughput.write,
    }
    return {name: units for name, units in maxima.items() if units != NOT_GIVEN}


def _warm(
    table: TableDefinition, warm: Throughput | None, provisioned: Throughput | None
) -> dict[str, Any]:
    found = warm_of(warm, None if table.billing_mode == _ON_DEMAND else provisioned)
    return {
        "ReadUnitsPerSecond": found.read,
        "WriteUnitsPerSecond": found.write,
        "Status": "ACTIVE",
    }
