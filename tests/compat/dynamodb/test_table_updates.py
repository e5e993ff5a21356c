"""UpdateTable in AWS's words: what goes together, what a table's mode allows, what an index is."""

from typing import Any

import msgspec
import pytest

from compat.dynamodb.definitions import TableDefinition, Throughput
from compat.dynamodb.table_requests import read_create_table
from compat.dynamodb.table_updates import check_update_table, read_update_table
from tests.compat.dynamodb.faults import fault_of, refusal_of
from tests.compat.dynamodb.test_table_requests import (
    INVALID,
    UNITS,
    Body,
    attributes,
    index,
    key,
    table,
)

UNITS_STAY = (
    "The provisioned throughput for the table will not change. The requested value equals"
    " the current value. Current ReadCapacityUnits provisioned for the table: 5. Requested"
    " ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for the table: 6."
    " Requested WriteCapacityUnits: 6. Refer to the Amazon DynamoDB Developer Guide for"
    " current limits and how to request higher limits."
)

CURRENT = read_create_table(
    table(
        AttributeDefinitions=attributes("psa"),
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexes=[index("one", key("a"), ProvisionedThroughput=UNITS)],
    )
)


def updated(**body: Any) -> TableDefinition:
    return changed(CURRENT, **body)


def changed(current: TableDefinition, **body: Any) -> TableDefinition:
    request = {"TableName": "tab", **body}
    check_update_table(request)
    return read_update_table(request, current)


def test_throughput_and_billing_mode() -> None:
    more = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 6}
    assert updated(ProvisionedThroughput=more).throughput == Throughput(7, 6)
    on_demand = updated(BillingMode="PAY_PER_REQUEST")
    assert (on_demand.billing_mode, on_demand.throughput) == ("PAY_PER_REQUEST", None)
    assert [each.throughput for each in on_demand.globals] == [None]
    limited = updated(BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 10})
    assert limited.on_demand == Throughput(10, 0)
    limited = changed(limited, OnDemandThroughput={"MaxWriteRequestUnits": 4})
    assert limited.on_demand == Throughput(10, 4)
    limited = changed(limited, OnDemandThroughput={"MaxReadRequestUnits": -1})
    assert limited.on_demand == Throughput(-1, 4)


def test_indexes_come_and_go_with_their_attributes() -> None:
    wider = updated(
        AttributeDefinitions=attributes("b"),
        GlobalSecondaryIndexUpdates=[
            {"Create": index("two", key("b"), ProvisionedThroughput=UNITS)}
        ],
    )
    assert [each.name for each in wider.globals] == ["one", "two"]
    assert [name for name, _ in wider.attributes] == ["p", "s", "a", "b"]
    narrower = updated(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "one"}}])
    assert narrower.globals == ()
    assert [name for name, _ in narrower.attributes] == ["p", "s"]


def test_throughput_of_an_index() -> None:
    more = {"ReadCapacityUnits": 9, "WriteCapacityUnits": 9}
    one = updated(
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "one", "ProvisionedThroughput": more}}
        ]
    )
    assert one.globals[0].throughput == Throughput(9, 9)
    assert msgspec.structs.replace(one, globals=CURRENT.globals) == CURRENT


CREATE_TWO = {"Create": index("two", key("p"), ProvisionedThroughput=UNITS)}


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (
            {},
            "ValidationException",
            (
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
                " GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates,"
                " MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency,"
                " DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is"
                " required"
            ),
        ),
        (
            {"ProvisionedThroughput": UNITS},
            "ValidationException",
            UNITS_STAY,
        ),
        (
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
            "ValidationException",
            UNITS_STAY,
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{}]},
            "ValidationException",
            (
                f"{INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create,"
                " GlobalSecondaryIndexUpdate.Delete must not be null"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE_TWO, CREATE_TWO]},
            "ValidationException",
            (
                f"{INVALID}Only one global secondary index update per index is allowed simultaneously."
                " Index: two"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE_TWO, {"Delete": {"IndexName": "one"}}]},
            "LimitExceededException",
            (
                "Subscriber limit exceeded: Only 1 online index can be created or deleted"
                " simultaneously per table"
            ),
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Create": index("one", key("p"), ProvisionedThroughput=UNITS)}
                ]
            },
            "ValidationException",
            "Attempting to create an index which already exists",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "none"}}]},
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
        (
            {
                "AttributeDefinitions": attributes("ps"),
                "GlobalSecondaryIndexUpdates": [
                    {"Create": index("two", key("z"), ProvisionedThroughput=UNITS)}
                ],
            },
            "ValidationException",
            (
                f"{INVALID}Some index key attributes are not defined in AttributeDefinitions."
                " Keys: [z], AttributeDefinitions: [p, s]"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE_TWO]},
            "ValidationException",
            f"{INVALID}AttributeDefinitions is not specified for index: two",
        ),
        (
            {
                "AttributeDefinitions": attributes("p"),
                "GlobalSecondaryIndexUpdates": [{"Create": index("two", key("p"))}],
            },
            "ValidationException",
            (
                f"{INVALID}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index:"
                " two"
            ),
        ),
        (
            {
                "AttributeDefinitions": [
                    *attributes("z"),
                    {"AttributeName": "a", "AttributeType": "N"},
                ],
                "GlobalSecondaryIndexUpdates": [
                    {"Create": index("two", key("z", "a"), ProvisionedThroughput=UNITS)}
                ],
            },
            "ValidationException",
            (
                f"{INVALID}Attributes cannot be redefined. Please check that your attribute has the"
                " same type as previously defined. Existing schema: Schema:[SchemaElement:"
                " key{a:S:HASH}] New schema: Schema:[SchemaElement: key{z:S:HASH}, SchemaElement:"
                " key{a:N:RANGE}]"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE_TWO | {"Delete": {"IndexName": "one"}}]},
            "ValidationException",
            (
                f"{INVALID}Only one global secondary index action is allowed per"
                " GlobalSecondaryIndexUpdate object"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [], "DeletionProtectionEnabled": True},
            "ValidationException",
            f"{INVALID}List of GlobalSecondaryIndexUpdates is empty",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "none"}}]},
            "ResourceNotFoundException",
            "Requested resource not found: Index none for table tab",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE_TWO], "ProvisionedThroughput": UNITS},
            "ValidationException",
            f"{INVALID}You cannot create or delete index while updating table IOPS",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            "ValidationException",
            f"{INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": UNITS},
            "ValidationException",
            (
                f"{INVALID}ProvisionedThroughput cannot be specified when BillingMode is"
                " PAY_PER_REQUEST"
            ),
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 1}},
            "ValidationException",
            (
                f"{INVALID}MaxReadRequestUnits for OnDemandThroughput cannot be specified when the"
                " table BillingMode is PROVISIONED"
            ),
        ),
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 4}},
            "ValidationException",
            (
                f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than"
                " current WarmThroughput, decreasing WarmThroughput is not supported"
            ),
        ),
        (
            {"SSESpecification": {"Enabled": False}},
            "ValidationException",
            f"{INVALID}Table is already encrypted by default",
        ),
    ],
)
def test_what_is_wrong_with_an_update(body: Body, kind: str, message: str) -> None:
    assert fault_of(lambda: updated(**body)) == (kind, message)


ON_DEMAND = read_create_table(
    table(
        AttributeDefinitions=attributes("psab"),
        LocalSecondaryIndexes=[index("loc", key("p", "b"))],
        GlobalSecondaryIndexes=[index("one", key("a"))],
        OnDemandThroughput={"MaxReadRequestUnits": 9},
        WarmThroughput={"WriteUnitsPerSecond": 5_000},
    )
)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"ProvisionedThroughput": UNITS},
            (
                f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when"
                " BillingMode is PAY_PER_REQUEST"
            ),
        ),
        (
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
            f"{INVALID}ProvisionedThroughput must be specified for index: one",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "one"}}]},
            (
                f"{INVALID}The only Updates for index: one when TableThroughputMode is"
                " PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"
            ),
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Update": {"IndexName": "one", "ProvisionedThroughput": UNITS}}
                ]
            },
            (
                f"{INVALID}The only Updates for index: one when TableThroughputMode is"
                " PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"
            ),
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Update": {"IndexName": "one", "WarmThroughput": {"ReadUnitsPerSecond": 1}}}
                ]
            },
            (
                f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for index one is lower"
                " than current WarmThroughput, decreasing WarmThroughput is not supported"
            ),
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Update": {"IndexName": "one", "WarmThroughput": {}}}
                ]
            },
            (
                f"{INVALID}WarmThroughput must have at least one of ReadUnitsPerSecond or"
                " WriteUnitsPerSecond specified for index: one"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "loc"}}]},
            "Cannot delete an index that is not a GlobalSecondaryIndex: loc",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "loc"}}]},
            "Cannot update an index that is not a GlobalSecondaryIndex: loc",
        ),
        (
            {"WarmThroughput": {"WriteUnitsPerSecond": 4_999}},
            (
                f"{INVALID}Requested WriteUnitsPerSecond for WarmThroughput for table is lower than"
                " current WarmThroughput, decreasing WarmThroughput is not supported"
            ),
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
            (
                f"{INVALID}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside"
                " of valid range"
            ),
        ),
    ],
)
def test_what_is_wrong_with_an_update_of_a_table_on_demand(body: Body, message: str) -> None:
    assert refusal_of(lambda: changed(ON_DEMAND, **body)) == message


ALONE = {
    "SSESpecification": {"Enabled": True},
    "TableClass": "STANDARD",
    "DeletionProtectionEnabled": True,
    "OnDemandThroughput": {"MaxReadRequestUnits": 5},
    "WarmThroughput": {"ReadUnitsPerSecond": 13_000},
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("SSESpecification TableClass", "Server-Side Encryption modification"),
        ("DeletionProtectionEnabled SSESpecification", "Server-Side Encryption modification"),
        ("DeletionProtectionEnabled TableClass", "TableClass modification"),
        ("DeletionProtectionEnabled BillingMode", "DeletionProtection modification"),
        ("WarmThroughput DeletionProtectionEnabled", "DeletionProtection modification"),
        ("WarmThroughput BillingMode", "WarmThroughput"),
    ],
)
def test_what_goes_with_nothing_else(names: str, message: str) -> None:
    request = {name: ALONE[name] for name in names.split()}
    reason = f"{INVALID}{message} must be the only operation in the request"
    assert refusal_of(lambda: changed(ON_DEMAND, **request)) == reason


def test_what_goes_together() -> None:
    both = changed(
        CURRENT, BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 5}
    )
    assert (both.billing_mode, both.on_demand) == ("PAY_PER_REQUEST", Throughput(5, 0))
    assert refusal_of(
        lambda: changed(ON_DEMAND, **{name: ALONE[name] for name in list(ALONE)[3:5]})
    ) == (
        f"{INVALID}OnDemandThroughput can only be combined with BillingMode in an UpdateTable"
        " request"
    )
    # An empty structure is as good as none.
    same = changed(ON_DEMAND, DeletionProtectionEnabled=True, WarmThroughput={})
    assert same.warm_throughput == ON_DEMAND.warm_throughput


def test_definitions_are_read_for_new_indexes_only() -> None:
    other = [{"AttributeName": "p", "AttributeType": "N"}]
    assert updated(AttributeDefinitions=other, DeletionProtectionEnabled=True).attributes == (
        CURRENT.attributes
    )
    wider = updated(
        AttributeDefinitions=attributes("zy"),
        GlobalSecondaryIndexUpdates=[
            {"Create": index("two", key("z"), ProvisionedThroughput=UNITS)}
        ],
    )
    assert [name for name, _ in wider.attributes] == ["p", "s", "a", "z"]
