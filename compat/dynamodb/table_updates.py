"""UpdateTable: from a request and a table to the table as it is to be.

A request changes one thing: most of its parameters go with none of the others. What is wrong with
it whatever the table is is found before the table is looked for (`check_update_table`), the rest
after (`read_update_table`). Sources: API_UpdateTable; the texts, the order and which parameters go
together as the service was recorded in October 2026.
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
from compat.dynamodb.table_requests import (
    GLOBAL_INDEXES_MAX,
    attribute_types,
    check_features,
    check_non_key_count,
    read_encryption,
    read_key,
    read_projection,
    read_table_class,
    with_throughput,
)
from compat.dynamodb.throughput_requests import (
    ON_DEMAND,
    changed_on_demand,
    changed_warm,
    require_no_units,
    units,
)

Body = Mapping[str, Any]

_NOTHING: Final = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
    " GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady,"
    " ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled,"
    " OnDemandThroughput, WarmThroughput or TableClass is required"
)
_BUSY_INDEX: Final = (
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per"
    " table"
)
_UPDATES: Final = (
    *("ProvisionedThroughput", "BillingMode", "StreamSpecification"),
    *("GlobalSecondaryIndexUpdates", "SSESpecification", "ReplicaUpdates", "TableClass"),
    *("DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput"),
    *("MultiRegionConsistency", "GlobalTableWitnessUpdates", "VectorIndexUpdates"),
    "GlobalTableSettingsReplicationMode",
)
#: What goes with nothing else, in the order in which the service looks at it.
_ALONE: Final = {
    "SSESpecification": "Server-Side Encryption modification",
    "TableClass": "TableClass modification",
    "DeletionProtectionEnabled": "DeletionProtection modification",
}
#: Structures that count as absent if they are empty.
_MAY_BE_EMPTY: Final = frozenset({"OnDemandThroughput", "WarmThroughput"})
_INDEX_ACTIONS: Final = ("Update", "Create", "Delete")


# ---- before the table is looked for --------------------------------------------------------------


def check_update_table(body: Body) -> None:
    """Raises ValidationException for a request that is right for no table."""
    given = {name for name in _UPDATES if _is_given(body, name)}
    updates = body.get("GlobalSecondaryIndexUpdates")
    if not given:
        raise validation(_NOTHING)
    if updates == []:
        raise invalid_parameter("List of GlobalSecondaryIndexUpdates is empty")
    check_features(body)
    read_table_class(body)
    read_encryption(body)
    _check_index_updates(updates or ())
    _check_together(given, updates or ())
    mode = body.get("BillingMode")
    if mode == "PROVISIONED" and "ProvisionedThroughput" not in body:
        raise invalid_parameter(
            "ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
        )
    if mode == ON_DEMAND and "ProvisionedThroughput" in body:
        raise invalid_parameter(
            f"ProvisionedThroughput cannot be specified when BillingMode is {ON_DEMAND}"
        )


def _is_given(body: Body, name: str) -> bool:
    value = body.get(name)
    return value not in (None, []) and not (name in _MAY_BE_EMPTY and not value)


def _check_together(given: set[str], updates: Sequence[Body]) -> None:
    for name, subject in _ALONE.items():
        if name in given and len(given) > 1:
            raise invalid_parameter(f"{subject} must be the only operation in the request")
    if "OnDemandThroughput" in given and not given <= {"OnDemandThroughput", "BillingMode"}:
        raise invalid_parameter(
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        )
    comes_or_goes = any("Create" in update or "Delete" in update for update in updates)
    if "WarmThroughput" in given and len(given) > 1:
        if any("Create" in update for update in updates):
            raise invalid_parameter(
                "Create global secondary index cannot be specified when updating WarmThroughput"
            )
        raise invalid_parameter("WarmThroughput must be the only operation in the request")
    if "ProvisionedThroughput" in given and comes_or_goes:
        raise invalid_parameter("You cannot create or delete index while updating table IOPS")


def _check_index_updates(updates: Sequence[Body]) -> None:
    seen: set[str] = set()
    for update in updates:
        actions = [action for action in _INDEX_ACTIONS if action in update]
        if not actions:
            raise invalid_parameter(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create,"
                " GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        if len(actions) > 1:
            raise invalid_parameter(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate"
                " object"
            )
        change = update[actions[0]]
        name = change["IndexName"]
        if name in seen:
            raise invalid_parameter(
                "Only one global secondary index update per index is allowed simultaneously."
                f" Index: {name}"
            )
        seen.add(name)
        if actions == ["Update"] and change.get("WarmThroughput") == {}:
            raise invalid_parameter(
                "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond"
                f" specified for index: {name}"
            )


# ---- on a table ----------------------------------------------------------------------------------


def read_update_table(body: Body, current: TableDefinition) -> TableDefinition:
    """Returns the table as the request wants it. Raises ValidationException and others."""
    mode = body.get("BillingMode") or current.billing_mode
    throughput = _changed_throughput(body, current, mode)
    changes: dict[str, Any] = {"billing_mode": mode, "throughput": throughput}
    changes.update(_changed_indexes(body, current, mode))
    changes["on_demand"] = changed_on_demand(
        body.get("OnDemandThroughput"), mode, current.on_demand
    )
    changes["warm_throughput"] = changed_warm(
        body.get("WarmThroughput"), current.warm_throughput, throughput
    )
    if "SSESpecification" in body:
        changes["sse"] = _changed_encryption(body, current)
    for parameter, field in (
        ("TableClass", "table_class"),
        ("DeletionProtectionEnabled", "deletion_protected"),
    ):
        if parameter in body:
            changes[field] = body[parameter]
    return msgspec.structs.replace(current, **changes)


def _changed_throughput(body: Body, current: TableDefinition, mode: str) -> Throughput | None:
    wire = body.get("ProvisionedThroughput")
    if mode == ON_DEMAND:
        require_no_units(wire)
        return None
    if wire is None:
        return current.throughput
    wanted = units(wire)
    if wanted == current.throughput and mode == current.billing_mode:
        raise validation(
            "The provisioned throughput for the table will not change. The requested value equals"
            " the current value. Current ReadCapacityUnits provisioned for the table:"
            f" {wanted.read}. Requested ReadCapacityUnits: {wanted.read}."
            " Current WriteCapacityUnits provisioned for the table:"
            f" {wanted.write}. Requested WriteCapacityUnits: {wanted.write}. Refer to the Amazon"
            " DynamoDB Developer Guide for current limits and how to request higher limits."
        )
    return wanted


def _changed_encryption(body: Body, current: TableDefinition) -> dict[str, Any] | None:
    wanted = read_encryption(body)
    if not (wanted or {}).get("Enabled") and not (current.sse or {}).get("Enabled"):
        raise invalid_parameter("Table is already encrypted by default")
    return wanted


# ---- indexes -------------------------------------------------------------------------------------


def _changed_indexes(body: Body, current: TableDefinition, mode: str) -> dict[str, Any]:
    """Returns the new global indexes and attribute definitions."""
    updates = body.get("GlobalSecondaryIndexUpdates") or ()
    if sum("Create" in update or "Delete" in update for update in updates) > 1:
        raise limit_exceeded(_BUSY_INDEX)
    indexes = {index.name: index for index in current.globals}
    types = dict(current.attributes)
    for update in updates:
        if "Create" in update:
            new = _new_index(body, update["Create"], current, mode)
            indexes[new.name] = new
            types.update(new.key.types)
        elif "Delete" in update:
            name = update["Delete"]["IndexName"]
            _check_global(name, current, "delete")
            if indexes.pop(name, None) is None:
                raise resource_not_found()
        else:
            change = update["Update"]
            name = change["IndexName"]
            _check_global(name, current, "update")
            if name not in indexes:
                raise resource_not_found(
                    f"Requested resource not found: Index {name} for table {current.name}"
                )
            indexes[name] = _changed_index(indexes[name], change, current, mode)
    if len(indexes) > GLOBAL_INDEXES_MAX:
        raise limit_exceeded(
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit"
            f" of {GLOBAL_INDEXES_MAX}"
        )
    check_non_key_count((*indexes.values(), *current.locals))
    if mode != current.billing_mode:
        indexes = {name: _rebilled(index, mode) for name, index in indexes.items()}
    used = {name for index in (*indexes.values(), *current.locals) for name in index.key.names}
    used.update(current.key.names)
    return {
        "globals": tuple(indexes.values()),
        "attributes": tuple((name, tag) for name, tag in types.items() if name in used),
    }


def check_no_other_index(body: Body) -> None:
    """Raises LimitExceededException for an index that comes or goes while another one is built."""
    for update in body.get("GlobalSecondaryIndexUpdates") or ():
        if "Create" in update or "Delete" in update:
            raise limit_exceeded(_BUSY_INDEX)


def _check_global(name: str, current: TableDefinition, what: str) -> None:
    if any(index.name == name for index in current.locals):
        raise validation(f"Cannot {what} an index that is not a GlobalSecondaryIndex: {name}")


def _new_index(body: Body, wire: Body, current: TableDefinition, mode: str) -> IndexDefinition:
    name, throughput = wire["IndexName"], wire.get("ProvisionedThroughput")
    if any(index.name == name for index in (*current.globals, *current.locals)):
        raise validation("Attempting to create an index which already exists")
    if not body.get("AttributeDefinitions"):
        raise invalid_parameter(f"AttributeDefinitions is not specified for index: {name}")
    types = attribute_types(body["AttributeDefinitions"])
    key = read_key(wire["KeySchema"], types, is_global=True)
    _check_types(key, current)
    projection, non_key = read_projection(wire["Projection"])
    if mode == ON_DEMAND and throughput is not None:
        raise invalid_parameter(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index:"
            f" {name} when BillingMode is {ON_DEMAND}"
        )
    if mode != ON_DEMAND and throughput is None:
        raise invalid_parameter(
            f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
        )
    return with_throughput(
        IndexDefinition(name=name, key=key, projection=projection, non_key=non_key), wire, mode
    )


def _check_types(key: KeySchema, current: TableDefinition) -> None:
    """Checks that a new key gives no attribute another type than the keys that there are."""
    for old in (current.key, *(index.key for index in (*current.globals, *current.locals))):
        if any(old.types.get(name, tag) != tag for name, tag in key.types.items()):
            raise invalid_parameter(
                "Attributes cannot be redefined. Please check that your attribute has the same"
                f" type as previously defined. Existing schema: {_schema_text(old)} New schema:"
                f" {_schema_text(key)}"
            )


def _schema_text(key: KeySchema) -> str:
    kinds = dict.fromkeys(key.hash, "HASH") | dict.fromkeys(key.range, "RANGE")
    elements = (f"key{{{name}:{key.types[name]}:{kind}}}" for name, kind in kinds.items())
    return f"Schema:[SchemaElement: {', SchemaElement: '.join(elements)}]"


def _changed_index(
    index: IndexDefinition, wire: Body, current: TableDefinition, mode: str
) -> IndexDefinition:
    throughput = index.throughput
    if "ProvisionedThroughput" in wire:
        if mode == ON_DEMAND:
            raise _only_maxima(index)
        throughput = units(wire["ProvisionedThroughput"])
    elif mode == ON_DEMAND and not (wire.get("OnDemandThroughput") or wire.get("WarmThroughput")):
        raise _only_maxima(index)
    old = None if current.billing_mode == ON_DEMAND else index.throughput
    return msgspec.structs.replace(
        index,
        throughput=throughput,
        on_demand=changed_on_demand(
            wire.get("OnDemandThroughput"), mode, index.on_demand, index.name
        ),
        warm_throughput=changed_warm(
            wire.get("WarmThroughput"), index.warm_throughput, old, index.name
        ),
    )


def _only_maxima(index: IndexDefinition) -> Exception:
    return invalid_parameter(
        f"The only Updates for index: {index.name} when TableThroughputMode is {ON_DEMAND} can be"
        " to OnDemandThroughput, WarmThroughput"
    )


def _rebilled(index: IndexDefinition, mode: str) -> IndexDefinition:
    """Returns an index in the table's new billing mode."""
    if mode == ON_DEMAND:
        return msgspec.structs.replace(index, throughput=None)
    if index.throughput is None:
        raise invalid_parameter(f"ProvisionedThroughput must be specified for index: {index.name}")
    return msgspec.structs.replace(index, on_demand=None)
