"""CreateTable, UpdateTable and keys of items, in AWS's words.

Sources: API_CreateTable, API_UpdateTable, "Constraints in Amazon DynamoDB"; the words are the
service's, where users or conformance suites recorded them.
"""

from typing import Any

import msgspec
import pytest

from compat.dynamodb.attribute_values import read_item
from compat.dynamodb.definitions import KeySchema, TableDefinition, Throughput
from compat.dynamodb.key_schema import EmptyKeyError, check_index_keys, check_item_keys, check_key
from compat.dynamodb.table_requests import read_create_table, read_tags, read_update_table
from tests.compat.dynamodb.faults import fault_of, refusal_of
from tests.compat.dynamodb.wire_values import Wire

INVALID = "One or more parameter values were invalid: "
Body = dict[str, Any]


def attributes(names: str) -> list[Body]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def key(hashes: str, ranges: str = "") -> list[Body]:
    return [
        *({"AttributeName": name, "KeyType": "HASH"} for name in hashes),
        *({"AttributeName": name, "KeyType": "RANGE"} for name in ranges),
    ]


def index(name: str, schema: list[Body], **more: Any) -> Body:
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}, **more}


def table(**changes: Any) -> Body:
    body: Body = {
        "TableName": "tab",
        "AttributeDefinitions": attributes("ps"),
        "KeySchema": key("p", "s"),
        "BillingMode": "PAY_PER_REQUEST",
    }
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
UNITS_STAY = (
    "The provisioned throughput for the table will not change. The requested value equals"
    " the current value. Current ReadCapacityUnits provisioned for the table: 5. Requested"
    " ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for the table: 6."
    " Requested WriteCapacityUnits: 6. Refer to the Amazon DynamoDB Developer Guide for"
    " current limits and how to request higher limits."
)


def test_a_table_with_all_that_there_is() -> None:
    definition = read_create_table(
        table(
            AttributeDefinitions=attributes("pslabcd"),
            BillingMode="PROVISIONED",
            ProvisionedThroughput=UNITS,
            LocalSecondaryIndexes=[index("loc", key("p", "l"))],
            GlobalSecondaryIndexes=[
                index("wide", key("ab", "cd"), ProvisionedThroughput=UNITS),
                index("narrow", key("a"), ProvisionedThroughput=UNITS)
                | {"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y"]}},
            ],
            TableClass="STANDARD_INFREQUENT_ACCESS",
            DeletionProtectionEnabled=True,
            Tags=[{"Key": "k", "Value": "v"}],
        )
    )
    assert definition.key == KeySchema(("p",), ("s",), {"p": "S", "s": "S"})
    assert definition.throughput == Throughput(5, 6)
    (local,) = definition.locals
    assert (local.name, local.is_local, local.key.range) == ("loc", True, ("l",))
    wide, narrow = definition.globals
    assert (wide.key.hash, wide.key.range) == (("a", "b"), ("c", "d"))
    assert (narrow.projection, narrow.non_key) == ("INCLUDE", ("x", "y"))
    assert (definition.table_class, definition.deletion_protected, definition.tags) == (
        "STANDARD_INFREQUENT_ACCESS",
        True,
        {"k": "v"},
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ProvisionedThroughput": UNITS},
            (
                f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when"
                " BillingMode is PAY_PER_REQUEST"
            ),
        ),
        (
            {"BillingMode": None},
            (
                f"{INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when"
                " BillingMode is PROVISIONED"
            ),
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": 10**13, "WriteCapacityUnits": 1},
            },
            "Given value 10000000000000 for ReadCapacityUnits is out of bounds",
        ),
        (
            {"AttributeDefinitions": attributes("p")},
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"AttributeDefinitions": attributes("px")},
            (
                f"{INVALID}Some index key attributes are not defined in AttributeDefinitions."
                " Keys: [p, s], AttributeDefinitions: [p, x]"
            ),
        ),
        (
            {"KeySchema": key("p", "p")},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            {"KeySchema": key("", "ps")},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            {"KeySchema": key("ps")},
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        ),
        (
            {"AttributeDefinitions": attributes("psx")},
            (
                f"{INVALID}Number of attributes in KeySchema does not exactly match number of"
                " attributes defined in AttributeDefinitions"
            ),
        ),
        (
            {"LocalSecondaryIndexes": []},
            f"{INVALID}List of LocalSecondaryIndexes is empty",
        ),
        (
            {"KeySchema": key("p"), "LocalSecondaryIndexes": [index("loc", key("p", "s"))]},
            (
                f"{INVALID}Table KeySchema does not have a range key, which is required when specifying"
                " a LocalSecondaryIndex"
            ),
        ),
        (
            {"LocalSecondaryIndexes": [index("loc", key("p"))]},
            f"{INVALID}Index KeySchema does not have a range key for index: loc",
        ),
        (
            {"LocalSecondaryIndexes": [index("loc", key("s", "p"))]},
            (
                f"{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema"
                " for index: loc. index hash key: s, table hash key: p"
            ),
        ),
        (
            {"LocalSecondaryIndexes": [index(f"loc{n}", key("p", "s")) for n in range(6)]},
            f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        ),
        (
            {"GlobalSecondaryIndexes": []},
            f"{INVALID}List of GlobalSecondaryIndexes is empty",
        ),
        (
            {"GlobalSecondaryIndexes": [index("one", key("p")), index("one", key("s"))]},
            f"{INVALID}Duplicate index name: one",
        ),
        (
            {
                "LocalSecondaryIndexes": [index("one", key("p", "s"))],
                "GlobalSecondaryIndexes": [index("one", key("s"))],
            },
            f"{INVALID}Duplicate index name: one",
        ),
        (
            {"GlobalSecondaryIndexes": [index(f"glo{n}", key("s")) for n in range(21)]},
            f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
        (
            {"GlobalSecondaryIndexes": [index("one", key("s"), ProvisionedThroughput=UNITS)]},
            (
                f"{INVALID}ProvisionedThroughput should not be specified for index: one when"
                " BillingMode is PAY_PER_REQUEST"
            ),
        ),
        (
            {"GlobalSecondaryIndexes": [index("one", key("s")) | {"Projection": {}}]},
            f"{INVALID}Unknown ProjectionType: null",
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    index("one", key("s"))
                    | {"Projection": {"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["x"]}}
                ]
            },
            f"{INVALID}ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    index("one", key("s")) | {"Projection": {"ProjectionType": "INCLUDE"}}
                ]
            },
            f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            {
                "AttributeDefinitions": attributes("psx"),
                "GlobalSecondaryIndexes": [index("one", key("s"))],
            },
            (
                f"{INVALID}Some AttributeDefinitions are not used."
                " AttributeDefinitions: [p, s, x], keys used: [p, s]"
            ),
        ),
        (
            {
                "AttributeDefinitions": attributes("psabcde"),
                "GlobalSecondaryIndexes": [index("one", key("abcde"))],
            },
            "Invalid KeySchema: Number of HASH key attributes exceeds the limit of 4",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}},
            "DynamoDB Streams are not supported: StreamSpecification",
        ),
        ({"VectorIndexes": [{}]}, "Vector indexes are not supported: VectorIndexes"),
    ],
)
def test_what_is_wrong_with_a_new_table(changes: Body, message: str) -> None:
    assert refusal_of(lambda: read_create_table(table(**changes))) == message


def test_too_many_tags() -> None:
    tags = [{"Key": str(number), "Value": ""} for number in range(51)]
    kind, _ = fault_of(lambda: read_tags(tags))
    assert kind == "LimitExceededException"
    assert len(read_tags(tags[:50])) == 50


# ---- UpdateTable ---------------------------------------------------------------------------------

CURRENT = read_create_table(
    table(
        AttributeDefinitions=attributes("psa"),
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexes=[index("one", key("a"), ProvisionedThroughput=UNITS)],
    )
)


def updated(**body: Any) -> TableDefinition:
    return read_update_table({"TableName": "tab", **body}, CURRENT)


def test_throughput_and_billing_mode() -> None:
    more = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 6}
    assert updated(ProvisionedThroughput=more).throughput == Throughput(7, 6)
    on_demand = updated(BillingMode="PAY_PER_REQUEST")
    assert (on_demand.billing_mode, on_demand.throughput) == ("PAY_PER_REQUEST", None)
    assert [each.throughput for each in on_demand.globals] == [None]
    limited = updated(BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 10})
    assert limited.on_demand == Throughput(10, -1)


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
    changed = updated(
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "one", "ProvisionedThroughput": more}}
        ]
    )
    assert changed.globals[0].throughput == Throughput(9, 9)
    assert msgspec.structs.replace(changed, globals=CURRENT.globals) == CURRENT


CREATE_TWO = {"Create": index("two", key("p"), ProvisionedThroughput=UNITS)}


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (
            {},
            "ValidationException",
            (
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
                " GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
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
                "GlobalSecondaryIndexUpdates": [
                    {"Create": index("two", key("z"), ProvisionedThroughput=UNITS)}
                ]
            },
            "ValidationException",
            (
                f"{INVALID}Some index key attributes are not defined in AttributeDefinitions."
                " Keys: [z], AttributeDefinitions: [p, s, a]"
            ),
        ),
    ],
)
def test_what_is_wrong_with_an_update(body: Body, kind: str, message: str) -> None:
    assert fault_of(lambda: updated(**body)) == (kind, message)


# ---- keys of items -------------------------------------------------------------------------------

KEYS = KeySchema(("p",), ("n",), {"p": "S", "n": "N"})
BINARY = KeySchema(("b",), (), {"b": "B"})
TEXTS = KeySchema(("p",), ("r",), {"p": "S", "r": "S"})
MISMATCH = "The provided key element does not match the schema"
NO_EMPTY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot"
    " contain an empty {} value. Key: {}"
)


@pytest.mark.parametrize(
    ("wire", "schema", "message"),
    [
        ({"p": {"S": "x"}}, KEYS, MISMATCH),
        ({"p": {"S": "x"}, "n": {"S": "1"}}, KEYS, MISMATCH),
        ({"p": {"S": "x"}, "n": {"N": "1"}, "z": {"N": "1"}}, KEYS, MISMATCH),
        ({"p": {"S": "x"}, "z": {"N": "1"}}, KEYS, MISMATCH),
        ({"p": {"S": ""}, "n": {"N": "0"}}, KEYS, NO_EMPTY.format("string", "p")),
        ({"b": {"B": ""}}, BINARY, NO_EMPTY.format("binary", "b")),
        (
            {"p": {"S": "x" * 2049}, "r": {"S": "x"}},
            TEXTS,
            f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
        (
            {"p": {"S": "x"}, "r": {"S": "é" * 513}},
            TEXTS,
            f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        ),
    ],
)
def test_keys_that_name_nothing(wire: dict[str, Wire], schema: KeySchema, message: str) -> None:
    assert refusal_of(lambda: check_key(read_item(wire), schema)) == message


def test_keys_of_full_length() -> None:
    check_key(read_item({"p": {"S": "x" * 2048}, "r": {"S": "é" * 512}}), TEXTS)
    check_key(read_item({"p": {"S": "x"}, "n": {"N": "0"}}), KEYS)


@pytest.mark.parametrize(
    ("wire", "message", "in_batch"),
    [
        ({"p": {"S": "x"}}, f"{INVALID}Missing the key n in the item", MISMATCH),
        (
            {"p": {"N": "1"}, "n": {"N": "1"}},
            f"{INVALID}Type mismatch for key p expected: S actual: N",
            MISMATCH,
        ),
        (
            {"p": {"S": ""}, "n": {"N": "1"}},
            NO_EMPTY.format("string", "p"),
            NO_EMPTY.format("string", "p"),
        ),
    ],
)
def test_items_without_their_key(wire: dict[str, Wire], message: str, in_batch: str) -> None:
    item = read_item(wire)
    assert refusal_of(lambda: check_item_keys(item, KEYS)) == message
    assert refusal_of(lambda: check_item_keys(item, KEYS, in_batch=True)) == in_batch


def test_attributes_of_indexes() -> None:
    check_index_keys({"p": "x"}, "idx", KEYS)
    assert refusal_of(lambda: check_index_keys({"n": "1"}, "idx", KEYS)) == (
        f"{INVALID}Type mismatch for Index Key n Expected: N Actual: S IndexName: idx"
    )
    assert refusal_of(lambda: check_index_keys({"p": ""}, "idx", KEYS)) == (
        "One or more parameter values are not valid. A value specified for a secondary index key is"
        " not supported. The AttributeValue for a key attribute cannot contain an empty string"
        " value. IndexName: idx, IndexKey: p"
    )
    assert refusal_of(lambda: check_index_keys({"b": b""}, "idx", BINARY, is_update=True)) == (
        "One or more parameter values are not valid. The update expression attempted to update a"
        " secondary index key to a value that is not supported. The AttributeValue for a key"
        " attribute cannot contain an empty binary value."
    )


def test_empty_key_values_are_told_from_other_faults() -> None:
    with pytest.raises(EmptyKeyError):
        check_item_keys({"b": b""}, BINARY)
