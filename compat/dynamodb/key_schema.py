"""Keys: whether items have the attributes that a key needs, and what definitions say of keys."""

from collections.abc import Mapping
from typing import Any

import msgspec

from compat.dynamodb.attribute_values import Item, type_of
from compat.dynamodb.definitions import IndexDefinition, KeySchema, TableDefinition, Throughput
from compat.dynamodb.errors import invalid_parameter, validation


def check_key(key: Item, schema: KeySchema) -> None:
    if set(key) != set(schema.names) or any(
        type_of(key[n]) != schema.types[n] for n in schema.names
    ):
        raise validation("The provided key element does not match the schema")
    _check_values(key, schema)


def _check_values(item: Item, schema: KeySchema) -> None:
    for name in schema.names:
        value = item[name]
        if isinstance(value, str | bytes) and not value:
            raise validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute"
                f" cannot contain an empty string value. Key: {name}"
            )


def check_item_keys(item: Item, schema: KeySchema) -> None:
    for name in schema.names:
        if name not in item:
            raise invalid_parameter(f"Missing the key {name} in the item")
        if type_of(item[name]) != schema.types[name]:
            raise invalid_parameter(
                f"Type mismatch for key {name} expected: {schema.types[name]} actual: {type_of(item[name])}"
            )
    _check_values(item, schema)


def check_index_keys(item: Item, index: str, schema: KeySchema) -> None:
    for name in schema.names:
        if name in item and type_of(item[name]) != schema.types[name]:
            raise invalid_parameter(
                f"Type mismatch for Index Key {name} Expected: {schema.types[name]}"
                f" Actual: {type_of(item[name])} IndexName: {index}"
            )


def _schema(wire: list[dict[str, str]], types: Mapping[str, str]) -> KeySchema:
    h = tuple(e["AttributeName"] for e in wire if e["KeyType"] == "HASH")
    r = tuple(e["AttributeName"] for e in wire if e["KeyType"] == "RANGE")
    return KeySchema(h, r, {n: types[n] for n in h + r})


def _throughput(wire: dict[str, int] | None) -> Throughput | None:
    return (
        None if wire is None else Throughput(wire["ReadCapacityUnits"], wire["WriteCapacityUnits"])
    )


def _index(
    wire: dict[str, Any], types: Mapping[str, str], *, is_local: bool = False
) -> IndexDefinition:
    return IndexDefinition(
        name=wire["IndexName"],
        key=_schema(wire["KeySchema"], types),
        projection=wire["Projection"].get("ProjectionType", "ALL"),
        non_key=tuple(wire["Projection"].get("NonKeyAttributes", ())),
        is_local=is_local,
        throughput=_throughput(wire.get("ProvisionedThroughput")),
    )


def read_create_table(body: Mapping[str, Any]) -> TableDefinition:
    types = {a["AttributeName"]: a["AttributeType"] for a in body["AttributeDefinitions"]}
    return TableDefinition(
        name=body["TableName"],
        key=_schema(body["KeySchema"], types),
        attributes=tuple(types.items()),
        globals=tuple(_index(i, types) for i in body.get("GlobalSecondaryIndexes") or ()),
        locals=tuple(
            _index(i, types, is_local=True) for i in body.get("LocalSecondaryIndexes") or ()
        ),
        billing_mode=body.get("BillingMode", "PROVISIONED"),
        throughput=_throughput(body.get("ProvisionedThroughput")),
        deletion_protected=body.get("DeletionProtectionEnabled", False),
        tags={t["Key"]: t["Value"] for t in body.get("Tags") or ()},
    )


def read_update_table(body: Mapping[str, Any], current: TableDefinition) -> TableDefinition:
    types = dict(current.attributes)
    types.update(
        {a["AttributeName"]: a["AttributeType"] for a in body.get("AttributeDefinitions") or ()}
    )
    indexes = list(current.globals)
    for change in body.get("GlobalSecondaryIndexUpdates") or ():
        if "Create" in change:
            indexes.append(_index(change["Create"], types))
        elif "Delete" in change:
            indexes = [i for i in indexes if i.name != change["Delete"]["IndexName"]]
    changes: dict[str, Any] = {"globals": tuple(indexes), "attributes": tuple(types.items())}
    if "BillingMode" in body:
        changes["billing_mode"] = body["BillingMode"]
    if "ProvisionedThroughput" in body:
        changes["throughput"] = _throughput(body["ProvisionedThroughput"])
    if "DeletionProtectionEnabled" in body:
        changes["deletion_protected"] = body["DeletionProtectionEnabled"]
    return msgspec.structs.replace(current, **changes)
