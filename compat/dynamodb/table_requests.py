"""CreateTable: from a request to the definition of a table.

The checks come in AWS's order, each with its text: throughput, the table's key, whether all that is
defined is used, local indexes, global indexes. What the service model can say of a request has been
checked before (validation.py). Sources: API_CreateTable, "Constraints in Amazon DynamoDB"; what the
service was recorded to say in October 2026.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from compat.dynamodb.definitions import IndexDefinition, KeySchema, TableDefinition
from compat.dynamodb.errors import invalid_parameter, validation
from compat.dynamodb.tag_requests import read_tags
from compat.dynamodb.throughput_requests import (
    ON_DEMAND,
    read_on_demand,
    read_throughput,
    read_warm,
    units,
)

Body = Mapping[str, Any]

GLOBAL_INDEXES_MAX: Final = 20
LOCAL_INDEXES_MAX: Final = 5
NON_KEY_ATTRIBUTES_MAX: Final = 100
KEY_ATTRIBUTES_MAX: Final = 4
_TABLE_CLASSES: Final = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")

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
    throughput = read_throughput(body.get("ProvisionedThroughput"), mode)
    types = attribute_types(body["AttributeDefinitions"])
    if len(body["KeySchema"]) > len(types):
        raise validation("Invalid KeySchema: Some index key attribute have no definition")
    key = read_key(body["KeySchema"], types, is_global=False)
    local, others = body.get("LocalSecondaryIndexes"), body.get("GlobalSecondaryIndexes")
    if local is None and others is None and len(key.names) != len(types):
        raise invalid_parameter(
            "Number of attributes in KeySchema does not exactly match number of attributes defined"
            " in AttributeDefinitions"
        )
    _check_all_used(types, key, (*(local or ()), *(others or ())))
    locals_ = () if local is None else _read_local_indexes(local, types, key)
    globals_ = () if others is None else _read_global_indexes(others, types, mode, locals_)
    check_non_key_count((*locals_, *globals_))
    check_features(body)
    return TableDefinition(
        name=body["TableName"],
        key=key,
        attributes=tuple(types.items()),
        globals=globals_,
        locals=locals_,
        billing_mode=mode,
        throughput=throughput,
        on_demand=read_on_demand(body.get("OnDemandThroughput"), mode),
        warm_throughput=read_warm(body.get("WarmThroughput"), throughput),
        table_class=read_table_class(body),
        deletion_protected=body.get("DeletionProtectionEnabled", False),
        sse=read_encryption(body),
        tags=read_tags(body.get("Tags") or ()),
    )


def check_features(body: Body) -> None:
    """Raises ValidationException for what a request asks of features that aren't there."""
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


def read_table_class(body: Body) -> str | None:
    """Returns the table class that is asked for. Raises ValidationException."""
    given: str | None = body.get("TableClass")
    if given is not None and given not in _TABLE_CLASSES:
        raise validation(
            "Invalid table-class parameter provided. Please try again with a valid table-class"
            f" value: [{', '.join(_TABLE_CLASSES)}]."
        )
    return given


def read_encryption(body: Body) -> dict[str, Any] | None:
    """Returns SSESpecification, which must not contradict itself. Raises ValidationException."""
    given: dict[str, Any] | None = body.get("SSESpecification")
    if given is None:
        return None
    kind, key = given.get("SSEType"), given.get("KMSMasterKeyId")
    if not given.get("Enabled"):
        if kind is not None:
            raise invalid_parameter("SSEType can not be specified if Enabled is false")
        if key is not None:
            raise invalid_parameter("KMSMasterKeyId can not be specified if Enabled is false")
    elif kind not in {None, "KMS"}:
        raise invalid_parameter(f"SSEType {kind} is not supported")
    elif kind is None and key is not None:
        raise invalid_parameter("SSEType KMS is required if KMSMasterKeyId is specified")
    return given


# ---- keys ----------------------------------------------------------------------------------------


def attribute_types(wire: Sequence[Body]) -> dict[str, str]:
    """Returns S, N or B of each attribute that is defined. Raises ValidationException."""
    types: dict[str, str] = {}
    for definition in wire:
        name = definition["AttributeName"]
        if name in types:
            raise validation(f"Attribute Name is duplicated: {name}")
        types[name] = definition["AttributeType"]
    return types


def read_key(wire: Sequence[Body], types: Mapping[str, str], *, is_global: bool) -> KeySchema:
    """Returns the key of a table or an index. Raises ValidationException."""
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
            if kinds == ["HASH", "RANGE"] or not is_global
            else "The KeySchema contains multiple key attributes with the same name"
        )
    if kinds[0] != "HASH":
        raise validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if not is_global and kinds[1:] not in ([], ["RANGE"]):
        raise validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    hashes, ranges = kinds.count("HASH"), kinds.count("RANGE")
    if kinds[:hashes] != ["HASH"] * hashes:
        raise invalid_parameter(
            "All HASH key attributes must precede RANGE key attributes in the KeySchema"
        )
    for count, kind in ((hashes, "HASH"), (ranges, "RANGE")):
        if count > KEY_ATTRIBUTES_MAX:
            raise invalid_parameter(
                f"The KeySchema exceeds the maximum allowed number of {kind} key attributes"
            )
    return KeySchema(
        tuple(names[:hashes]), tuple(names[hashes:]), {name: types[name] for name in names}
    )


def _check_all_used(types: Mapping[str, str], key: KeySchema, indexes: Sequence[Body]) -> None:
    """Checks that there are no more attributes defined than keys use."""
    keys = [element["AttributeName"] for index in indexes for element in index["KeySchema"]]
    used = dict.fromkeys([*key.names, *keys])
    if any(name not in used for name in types):
        raise invalid_parameter(
            "Some AttributeDefinitions are not used. AttributeDefinitions:"
            f" [{', '.join(types)}], keys used: [{', '.join(used)}]"
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
        index_key = read_key(index["KeySchema"], types, is_global=False)
        if not index_key.range:
            raise invalid_parameter(f"Index KeySchema does not have a range key for index: {name}")
        if index_key.hash != key.hash:
            raise invalid_parameter(
                "Index KeySchema does not have the same leading hash key as table KeySchema for"
                f" index: {name}. index hash key: {index_key.hash[0]}, table hash key:"
                f" {key.hash[0]}"
            )
        projection, non_key = read_projection(index["Projection"])
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
    name, throughput = wire["IndexName"], wire.get("ProvisionedThroughput")
    key = read_key(wire["KeySchema"], types, is_global=True)
    projection, non_key = read_projection(wire["Projection"])
    if mode == ON_DEMAND and throughput is not None:
        raise invalid_parameter(
            f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is"
            f" {ON_DEMAND}"
        )
    if mode != ON_DEMAND and throughput is None:
        raise invalid_parameter(f"ProvisionedThroughput is not specified for index: {name}")
    return with_throughput(
        IndexDefinition(name=name, key=key, projection=projection, non_key=non_key), wire, mode
    )


def with_throughput(index: IndexDefinition, wire: Body, mode: str) -> IndexDefinition:
    """Returns a new index with what its request says of throughput. Raises ValidationException."""
    throughput = wire.get("ProvisionedThroughput")
    provisioned = None if throughput is None else units(throughput)
    return msgspec.structs.replace(
        index,
        throughput=provisioned,
        on_demand=read_on_demand(wire.get("OnDemandThroughput"), mode, index.name),
        warm_throughput=read_warm(wire.get("WarmThroughput"), provisioned, index.name),
    )


def _check_new_name(name: str, indexes: Sequence[IndexDefinition]) -> None:
    if any(index.name == name for index in indexes):
        raise invalid_parameter(f"Duplicate index name: {name}")


def read_projection(wire: Body) -> tuple[str, tuple[str, ...]]:
    """Returns which attributes an index has, and their names if they are listed."""
    kind = wire.get("ProjectionType")
    non_key = wire.get("NonKeyAttributes")
    if kind is None:
        raise invalid_parameter("Unknown ProjectionType: null")
    if kind != "INCLUDE" and non_key is not None:
        raise invalid_parameter(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if kind == "INCLUDE" and non_key is None:
        raise invalid_parameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    names: tuple[str, ...] = tuple(non_key or ())
    for number, name in enumerate(names):
        if name in names[:number]:
            raise invalid_parameter(f"Duplicate element in NonKeyAttributes: {name}")
    return kind, names


def check_non_key_count(indexes: Sequence[IndexDefinition]) -> None:
    """Checks how many attributes the table's indexes list together."""
    if sum(len(index.non_key) for index in indexes) > NON_KEY_ATTRIBUTES_MAX:
        raise invalid_parameter(
            "Number of NonKeyAttributes across all indexes exceeds the per-table limit of"
            f" {NON_KEY_ATTRIBUTES_MAX}"
        )
