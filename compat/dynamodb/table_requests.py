"""CreateTable and UpdateTable: from a request to the definition of a table.

The checks come in AWS's order, each with its text: throughput, the table's key, local indexes,
global indexes, then what the whole must be. What the service model can say of a request has been
checked before (validation.py). Sources: API_CreateTable, API_UpdateTable, "Constraints in Amazon
DynamoDB".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from compat.dynamodb.definitions import IndexDefinition, KeySchema, TableDefinition, Throughput
from compat.dynamodb.errors import (
    invalid_parameter,
    limit_exceeded,
    resource_not_found,
    validation,
)

Body = Mapping[str, Any]

GLOBAL_INDEXES_MAX: Final = 20
LOCAL_INDEXES_MAX: Final = 5
NON_KEY_ATTRIBUTES_MAX: Final = 100
KEY_ATTRIBUTES_MAX: Final = 4
TAGS_MAX: Final = 50
_UNITS_MAX: Final = 1_000_000_000_000

#: Parameters of features that aren't there, and what may be said of them nevertheless.
_MISSING_FEATURES: Final = {
    "GlobalTableSettingsReplicationMode": "Global tables are",
    "GlobalTableSourceArn": "Global tables are",
    "GlobalTableWitnessUpdates": "Global tables are",
    "MultiRegionConsistency": "Global tables are",
    "ReplicaUpdates": "Global tables are",
    "ResourcePolicy": "A resource policy is",
    "VectorIndexUpdates": "Vector indexes are",
    "VectorIndexes": "Vector indexes are",
}


def read_create_table(body: Body) -> TableDefinition:
    """Returns the table that the request asks for. Raises ValidationException."""
    mode = body.get("BillingMode") or "PROVISIONED"
    throughput = _read_throughput(body.get("ProvisionedThroughput"), mode)
    types = _attribute_types(body["AttributeDefinitions"])
    names = [element["AttributeName"] for element in body["KeySchema"]]
    if len(names) > len(types):
        raise validation("Invalid KeySchema: Some index key attribute have no definition")
    key = _read_key(body["KeySchema"], types, is_global=False)
    local, others = body.get("LocalSecondaryIndexes"), body.get("GlobalSecondaryIndexes")
    if local is None and others is None and len(key.names) != len(types):
        raise invalid_parameter(
            "Number of attributes in KeySchema does not exactly match number of attributes defined"
            " in AttributeDefinitions"
        )
    locals_ = () if local is None else _read_local_indexes(local, types, key)
    globals_ = () if others is None else _read_global_indexes(others, types, mode, locals_)
    _check_indexes(types, key, (*locals_, *globals_))
    _check_features(body)
    return TableDefinition(
        name=body["TableName"],
        key=key,
        attributes=tuple(types.items()),
        globals=globals_,
        locals=locals_,
        billing_mode=mode,
        throughput=throughput,
        on_demand=_read_on_demand(body.get("OnDemandThroughput"), mode),
        warm_throughput=_read_warm(body.get("WarmThroughput")),
        table_class=body.get("TableClass"),
        deletion_protected=body.get("DeletionProtectionEnabled", False),
        sse=body.get("SSESpecification"),
        tags=read_tags(body.get("Tags") or ()),
    )


def _check_features(body: Body) -> None:
    for parameter, subject in _MISSING_FEATURES.items():
        if body.get(parameter):
            raise validation(f"{subject} not supported: {parameter}")
    stream = body.get("StreamSpecification")
    if stream is None:
        return
    if stream["StreamEnabled"]:
        raise validation("DynamoDB Streams are not supported: StreamSpecification")
    if "StreamViewType" in stream:
        raise invalid_parameter("StreamViewType must not be specified when StreamEnabled is false")


# ---- keys ----------------------------------------------------------------------------------------


def _attribute_types(wire: Sequence[Body]) -> dict[str, str]:
    types: dict[str, str] = {}
    for definition in wire:
        name = definition["AttributeName"]
        if name in types:
            raise invalid_parameter(f"Duplicate AttributeName in AttributeDefinitions: {name}")
        types[name] = definition["AttributeType"]
    return types


def _read_key(wire: Sequence[Body], types: Mapping[str, str], *, is_global: bool) -> KeySchema:
    names = [element["AttributeName"] for element in wire]
    kinds = [element["KeyType"] for element in wire]
    if any(name not in types for name in names):
        raise invalid_parameter(
            "Some index key attributes are not defined in AttributeDefinitions."
            f" Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(types)}]"
        )
    if len(set(names)) < len(names):
        raise validation(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )
    if kinds[0] != "HASH":
        raise validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if not is_global and kinds[1:] not in ([], ["RANGE"]):
        raise validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    hashes, ranges = kinds.count("HASH"), kinds.count("RANGE")
    if kinds[:hashes] != ["HASH"] * hashes:
        raise validation("Invalid KeySchema: All HASH key types must come before RANGE key types")
    for count, kind in ((hashes, "HASH"), (ranges, "RANGE")):
        if count > KEY_ATTRIBUTES_MAX:
            raise validation(
                f"Invalid KeySchema: Number of {kind} key attributes exceeds the limit of"
                f" {KEY_ATTRIBUTES_MAX}"
            )
    return KeySchema(
        tuple(names[:hashes]), tuple(names[hashes:]), {name: types[name] for name in names}
    )


# ---- indexes -------------------------------------------------------------------------------------


def _read_local_indexes(
    wire: Sequence[Body], types: Mapping[str, str], key: KeySchema
) -> tuple[IndexDefinition, ...]:
    if not wire:
        raise invalid_parameter("List of LocalSecondaryIndexes is empty")
    if not key.range:
        raise invalid_parameter(
            "Table KeySchema does not have a range key, which is required when specifying a"
            " LocalSecondaryIndex"
        )
    indexes: list[IndexDefinition] = []
    for index in wire:
        name = index["IndexName"]
        index_key = _read_key(index["KeySchema"], types, is_global=False)
        if not index_key.range:
            raise invalid_parameter(f"Index KeySchema does not have a range key for index: {name}")
        if index_key.hash != key.hash:
            raise invalid_parameter(
                "Index KeySchema does not have the same leading hash key as table KeySchema for"
                f" index: {name}. index hash key: {index_key.hash[0]}, table hash key:"
                f" {key.hash[0]}"
            )
        projection, non_key = _read_projection(index["Projection"])
        _check_new_name(name, indexes)
        indexes.append(
            IndexDefinition(
                name=name, key=index_key, projection=projection, non_key=non_key, is_local=True
            )
        )
    if len(indexes) > LOCAL_INDEXES_MAX:
        raise invalid_parameter(
            f"Number of LocalSecondaryIndexes exceeds per-table limit of {LOCAL_INDEXES_MAX}"
        )
    return tuple(indexes)


def _read_global_indexes(
    wire: Sequence[Body],
    types: Mapping[str, str],
    mode: str,
    local: Sequence[IndexDefinition],
) -> tuple[IndexDefinition, ...]:
    if not wire:
        raise invalid_parameter("List of GlobalSecondaryIndexes is empty")
    indexes: list[IndexDefinition] = []
    for index in wire:
        definition = _read_global_index(index, types, mode)
        _check_new_name(definition.name, (*local, *indexes))
        indexes.append(definition)
    _check_global_count(indexes)
    return tuple(indexes)


def _check_global_count(indexes: Sequence[IndexDefinition]) -> None:
    if len(indexes) > GLOBAL_INDEXES_MAX:
        raise invalid_parameter(
            f"GlobalSecondaryIndex count exceeds the per-table limit of {GLOBAL_INDEXES_MAX}"
        )


def _read_global_index(wire: Body, types: Mapping[str, str], mode: str) -> IndexDefinition:
    name = wire["IndexName"]
    key = _read_key(wire["KeySchema"], types, is_global=True)
    projection, non_key = _read_projection(wire["Projection"])
    throughput = wire.get("ProvisionedThroughput")
    if mode == "PAY_PER_REQUEST" and throughput is not None:
        raise invalid_parameter(
            f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is"
            " PAY_PER_REQUEST"
        )
    if mode == "PROVISIONED" and throughput is None:
        raise invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified for index:"
            f" {name} when BillingMode is PROVISIONED"
        )
    return IndexDefinition(
        name=name,
        key=key,
        projection=projection,
        non_key=non_key,
        throughput=None if throughput is None else _units(throughput),
        on_demand=_read_on_demand(wire.get("OnDemandThroughput"), mode),
        warm_throughput=_read_warm(wire.get("WarmThroughput")),
    )


def _check_new_name(name: str, indexes: Sequence[IndexDefinition]) -> None:
    if any(index.name == name for index in indexes):
        raise invalid_parameter(f"Duplicate index name: {name}")


def _read_projection(wire: Body) -> tuple[str, tuple[str, ...]]:
    kind = wire.get("ProjectionType")
    non_key = wire.get("NonKeyAttributes")
    if kind is None:
        raise invalid_parameter("Unknown ProjectionType: null")
    if kind != "INCLUDE" and non_key is not None:
        raise invalid_parameter(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if kind == "INCLUDE" and non_key is None:
        raise invalid_parameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    return kind, tuple(non_key or ())


def _check_indexes(
    types: Mapping[str, str], key: KeySchema, indexes: Sequence[IndexDefinition]
) -> None:
    """Checks what the indexes must be together: small, and using all that is defined."""
    if sum(len(index.non_key) for index in indexes) > NON_KEY_ATTRIBUTES_MAX:
        raise invalid_parameter(
            "Number of NonKeyAttributes across all indexes exceeds the per-table limit of"
            f" {NON_KEY_ATTRIBUTES_MAX}"
        )
    used = dict.fromkeys([*key.names, *(name for index in indexes for name in index.key.names)])
    if any(name not in used for name in types):
        raise invalid_parameter(
            "Some AttributeDefinitions are not used. AttributeDefinitions:"
            f" [{', '.join(types)}], keys used: [{', '.join(used)}]"
        )


# ---- throughput and tags -------------------------------------------------------------------------


def _read_throughput(wire: Body | None, mode: str) -> Throughput | None:
    if mode == "PAY_PER_REQUEST":
        if wire is not None:
            raise invalid_parameter(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode"
                " is PAY_PER_REQUEST"
            )
        return None
    if wire is None:
        raise invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is"
            " PROVISIONED"
        )
    return _units(wire)


def _units(wire: Body) -> Throughput:
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if wire[name] > _UNITS_MAX:
            raise validation(f"Given value {wire[name]} for {name} is out of bounds")
    return Throughput(wire["ReadCapacityUnits"], wire["WriteCapacityUnits"])


def _read_on_demand(wire: Body | None, mode: str) -> Throughput | None:
    if wire is None:
        return None
    if mode != "PAY_PER_REQUEST":
        raise invalid_parameter(
            "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST"
        )
    units = Throughput(wire.get("MaxReadRequestUnits", -1), wire.get("MaxWriteRequestUnits", -1))
    if any(value == 0 or value < -1 for value in (units.read, units.write)):
        raise invalid_parameter(
            "MaxReadRequestUnits and MaxWriteRequestUnits must be at least 1, or -1 for no maximum"
        )
    return units


def _read_warm(wire: Body | None) -> Throughput | None:
    if wire is None:
        return None
    return Throughput(wire.get("ReadUnitsPerSecond", 0), wire.get("WriteUnitsPerSecond", 0))


def read_tags(wire: Sequence[Body]) -> dict[str, str]:
    """Returns tags by key. Raises ValidationException."""
    tags = {tag["Key"]: tag["Value"] for tag in wire}
    if len(tags) < len(wire):
        raise invalid_parameter("Duplicate tag keys")
    if len(tags) > TAGS_MAX:
        raise limit_exceeded(f"Too many tags: a resource can have at most {TAGS_MAX} of them")
    return tags


# ---- UpdateTable ---------------------------------------------------------------------------------

_UPDATES: Final = (
    *("ProvisionedThroughput", "BillingMode", "StreamSpecification"),
    *("GlobalSecondaryIndexUpdates", "SSESpecification", "ReplicaUpdates", "TableClass"),
    *("DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput"),
    *("MultiRegionConsistency", "GlobalTableWitnessUpdates", "VectorIndexUpdates"),
    "GlobalTableSettingsReplicationMode",
)


def read_update_table(body: Body, current: TableDefinition) -> TableDefinition:
    """Returns the table as the request wants it. Raises ValidationException and others."""
    if not any(body.get(name) not in (None, []) for name in _UPDATES):
        raise validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
            " GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
        )
    _check_features(body)
    mode = body.get("BillingMode") or current.billing_mode
    changes: dict[str, Any] = {
        "billing_mode": mode,
        "throughput": _changed_throughput(body, current, mode),
    }
    changes.update(_changed_indexes(body, current, mode))
    if "OnDemandThroughput" in body:
        changes["on_demand"] = _read_on_demand(body["OnDemandThroughput"], mode)
    if "WarmThroughput" in body:
        changes["warm_throughput"] = _read_warm(body["WarmThroughput"])
    for parameter, field in (
        ("TableClass", "table_class"),
        ("DeletionProtectionEnabled", "deletion_protected"),
        ("SSESpecification", "sse"),
    ):
        if parameter in body:
            changes[field] = body[parameter]
    return msgspec.structs.replace(current, **changes)


def _changed_throughput(body: Body, current: TableDefinition, mode: str) -> Throughput | None:
    wire = body.get("ProvisionedThroughput")
    if wire is None and mode == current.billing_mode:
        return current.throughput
    wanted = _read_throughput(wire, mode)
    if wanted is not None and wanted == current.throughput and mode == current.billing_mode:
        raise validation(
            "The provisioned throughput for the table will not change. The requested value equals"
            " the current value. Current ReadCapacityUnits provisioned for the table:"
            f" {wanted.read}. Requested ReadCapacityUnits: {wanted.read}."
            " Current WriteCapacityUnits provisioned for the table:"
            f" {wanted.write}. Requested WriteCapacityUnits: {wanted.write}. Refer to the Amazon"
            " DynamoDB Developer Guide for current limits and how to request higher limits."
        )
    return wanted


_INDEX_ACTIONS: Final = ("Update", "Create", "Delete")


def _changed_indexes(body: Body, current: TableDefinition, mode: str) -> dict[str, Any]:
    """Returns the new global indexes and attribute definitions."""
    updates = body.get("GlobalSecondaryIndexUpdates") or ()
    _check_index_updates(updates)
    types = dict(current.attributes)
    types.update(_attribute_types(body.get("AttributeDefinitions") or ()))
    indexes = {index.name: index for index in current.globals}
    for update in updates:
        if "Create" in update:
            definition = _read_global_index(update["Create"], types, mode)
            if definition.name in indexes or any(
                index.name == definition.name for index in current.locals
            ):
                raise validation("Attempting to create an index which already exists")
            indexes[definition.name] = definition
        elif "Delete" in update:
            if indexes.pop(update["Delete"]["IndexName"], None) is None:
                raise resource_not_found()
        else:
            change = update["Update"]
            name = change["IndexName"]
            if name not in indexes:
                raise resource_not_found()
            indexes[name] = _changed_index(indexes[name], change, mode)
    _check_global_count(tuple(indexes.values()))
    if mode != current.billing_mode:
        indexes = {name: _rebilled(index, mode) for name, index in indexes.items()}
    used = {name for index in (*indexes.values(), *current.locals) for name in index.key.names}
    used.update(current.key.names)
    return {
        "globals": tuple(indexes.values()),
        "attributes": tuple((name, tag) for name, tag in types.items() if name in used),
    }


def _check_index_updates(updates: Sequence[Body]) -> None:
    seen: set[str] = set()
    for update in updates:
        actions = [action for action in _INDEX_ACTIONS if action in update]
        if len(actions) != 1:
            raise invalid_parameter(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create,"
                " GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        name = update[actions[0]]["IndexName"]
        if name in seen:
            raise invalid_parameter(
                "Only one global secondary index update per index is allowed simultaneously."
                f" Index: {name}"
            )
        seen.add(name)
    if sum("Create" in update or "Delete" in update for update in updates) > 1:
        raise limit_exceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted"
            " simultaneously per table"
        )


def _changed_index(index: IndexDefinition, wire: Body, mode: str) -> IndexDefinition:
    changes: dict[str, Any] = {}
    if "ProvisionedThroughput" in wire:
        changes["throughput"] = _read_throughput(wire["ProvisionedThroughput"], mode)
    if "OnDemandThroughput" in wire:
        changes["on_demand"] = _read_on_demand(wire["OnDemandThroughput"], mode)
    if "WarmThroughput" in wire:
        changes["warm_throughput"] = _read_warm(wire["WarmThroughput"])
    return msgspec.structs.replace(index, **changes)


def _rebilled(index: IndexDefinition, mode: str) -> IndexDefinition:
    """Returns an index in the table's new billing mode."""
    if mode == "PAY_PER_REQUEST":
        return msgspec.structs.replace(index, throughput=None)
    if index.throughput is None:
        raise invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified for index:"
            f" {index.name} when BillingMode is PROVISIONED"
        )
    return msgspec.structs.replace(index, on_demand=None)
