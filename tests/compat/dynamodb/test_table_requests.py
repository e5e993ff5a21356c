"""CreateTable and keys of items, in AWS's words.

Sources: API_CreateTable, "Constraints in Amazon DynamoDB"; the words are the
service's, where users or conformance suites recorded them.
"""

from typing import Any

import pytest

from compat.dynamodb.attribute_values import read_item
from compat.dynamodb.definitions import KeySchema, Throughput
from compat.dynamodb.key_schema import EmptyKeyError, check_index_keys, check_item_keys, check_key
from compat.dynamodb.table_requests import read_create_table
from tests.compat.dynamodb.faults import refusal_of
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
INITIAL = (
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
    "on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
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
            (f"{INVALID}The KeySchema exceeds the maximum allowed number of HASH key attributes"),
        ),
        (
            {
                "AttributeDefinitions": attributes("psabcde"),
                "GlobalSecondaryIndexes": [index("one", key("p", "abcde"))],
            },
            (f"{INVALID}The KeySchema exceeds the maximum allowed number of RANGE key attributes"),
        ),
        (
            {
                "AttributeDefinitions": attributes("psa"),
                "GlobalSecondaryIndexes": [index("one", [*key("p", "s"), *key("a")])],
            },
            f"{INVALID}All HASH key attributes must precede RANGE key attributes in the KeySchema",
        ),
        (
            {"GlobalSecondaryIndexes": [index("one", key("pp"))]},
            "The KeySchema contains multiple key attributes with the same name",
        ),
        (
            {"AttributeDefinitions": attributes("pp")},
            "Attribute Name is duplicated: p",
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    index("one", key("s"))
                    | {"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "x"]}}
                ]
            },
            f"{INVALID}Duplicate element in NonKeyAttributes: x",
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": UNITS,
                "GlobalSecondaryIndexes": [index("one", key("s"))],
            },
            f"{INVALID}ProvisionedThroughput is not specified for index: one",
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": UNITS,
                "OnDemandThroughput": {"MaxReadRequestUnits": 5},
            },
            (
                f"{INVALID}MaxReadRequestUnits for OnDemandThroughput cannot be specified when table"
                " BillingMode is PROVISIONED."
            ),
        ),
        (
            {"OnDemandThroughput": {"MaxWriteRequestUnits": -1}},
            (
                f"{INVALID}Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside"
                " of valid range"
            ),
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    index("one", key("s"), OnDemandThroughput={"MaxReadRequestUnits": 0})
                ]
            },
            (
                f"{INVALID}Requested MaxReadRequestUnits for OnDemandThroughput for index : one is"
                " outside of valid range"
            ),
        ),
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 11_999}},
            (
                f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than"
                f" initial throughput for OnDemand. See: {INITIAL}"
            ),
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    index("one", key("s"), WarmThroughput={"WriteUnitsPerSecond": 3_999})
                ]
            },
            (
                f"{INVALID}Requested WriteUnitsPerSecond for WarmThroughput for index one is lower"
                f" than initial throughput for OnDemand. See: {INITIAL}"
            ),
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": UNITS,
                "WarmThroughput": {"ReadUnitsPerSecond": 4},
            },
            (
                f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than"
                " ReadCapacityUnits of ProvisionedThroughput"
            ),
        ),
        (
            {"TableClass": "standard"},
            (
                "Invalid table-class parameter provided. Please try again with a valid table-class"
                " value: [STANDARD, STANDARD_INFREQUENT_ACCESS]."
            ),
        ),
        (
            {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
            f"{INVALID}SSEType can not be specified if Enabled is false",
        ),
        (
            {"SSESpecification": {"KMSMasterKeyId": "k"}},
            f"{INVALID}KMSMasterKeyId can not be specified if Enabled is false",
        ),
        (
            {"SSESpecification": {"Enabled": True, "SSEType": "AES256"}},
            f"{INVALID}SSEType AES256 is not supported",
        ),
        (
            {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "k"}},
            f"{INVALID}SSEType KMS is required if KMSMasterKeyId is specified",
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
