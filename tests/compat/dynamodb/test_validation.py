"""Requests before any value is read: types, constraints, parameters that go together.

Sources: the service model that botocore ships, for every constraint; API_* pages; the words are the
service's.
"""

import copy
import importlib.util
import pathlib
from typing import Any

import pytest

from compat.dynamodb.service_model import OPERATIONS, SHAPES
from compat.dynamodb.validation import check_request
from tests.compat.dynamodb.faults import fault_of, refusal_of

KEY = {"pk": {"S": "a"}}
PUT = {"TableName": "tab", "Item": KEY}
GET = {"TableName": "tab", "Key": KEY}
QUERY = {"TableName": "tab", "KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {}}


def checked(operation: str, body: dict[str, Any]) -> dict[str, Any]:
    body = copy.deepcopy(body)
    check_request(operation, body)
    return body


def refusal(operation: str, body: dict[str, Any]) -> str | None:
    return refusal_of(lambda: checked(operation, body))


# ---- types: SerializationException ---------------------------------------------------------------

MAP = "java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
STRUCTURE = "Start of structure or map found where not expected"


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        ("PutItem", {"TableName": 23}, "NUMBER_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": 2.5}, "DECIMAL_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": True}, "TRUE_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": []}, "Unrecognized collection type class java.lang.String"),
        ("PutItem", {"TableName": {}}, STRUCTURE),
        ("PutItem", {"Item": "x"}, "Unexpected field type"),
        ("PutItem", {"Item": []}, f"Unrecognized collection type {MAP}"),
        ("PutItem", {"Item": {"a": "x"}}, "Unexpected value type in payload"),
        (
            "PutItem",
            {"Item": {"a": []}},
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ),
        ("PutItem", {"Item": {"a": {"N": 1}}}, "NUMBER_VALUE cannot be converted to String"),
        ("PutItem", {"Item": {"a": {"S": False}}}, "FALSE_VALUE cannot be converted to String"),
        ("PutItem", {"Item": {"a": {"BOOL": "true"}}}, "Unexpected token received from parser"),
        ("PutItem", {"Item": {"a": {"BOOL": 1}}}, "NUMBER_VALUE cannot be converted to Boolean"),
        (
            "PutItem",
            {"Item": {"a": {"B": 1}}},
            "only base-64-encoded strings are convertible to bytes",
        ),
        (
            "PutItem",
            {"Item": {"a": {"B": "abc"}}},
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        ),
        ("PutItem", {"Item": {"a": {"B": "ab-="}}}, "Invalid Base64 character: '-'"),
        (
            "PutItem",
            {"Item": {"a": {"B": "YWJ="}}},
            "Invalid last non-pad Base64 character dectected",
        ),
        ("PutItem", {"Item": {"a": {"SS": "x"}}}, "Unexpected field type"),
        ("PutItem", {"Item": {"a": {"SS": {}}}}, STRUCTURE),
        (
            "PutItem",
            {"Item": {"a": {"NS": [1]}}},
            "NUMBER_VALUE cannot be converted to String",
        ),
        ("PutItem", {"Item": {"a": {"L": {}}}}, STRUCTURE),
        ("PutItem", {"Item": {"a": {"M": []}}}, f"Unrecognized collection type {MAP}"),
        (
            "PutItem",
            {"Item": {"a": {"L": [{"N": 1}]}}},
            "NUMBER_VALUE cannot be converted to String",
        ),
        ("GetItem", {"ConsistentRead": "true"}, "Unexpected token received from parser"),
        ("Scan", {"Limit": "1"}, "STRING_VALUE cannot be converted to Integer"),
        ("Scan", {"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
        ("Scan", {"Limit": []}, "Unrecognized collection type class java.lang.Integer"),
        (
            "CreateTable",
            {"ProvisionedThroughput": {"ReadCapacityUnits": "1"}},
            "STRING_VALUE cannot be converted to Long",
        ),
        ("CreateTable", {"KeySchema": "x"}, "Unexpected field type"),
        ("CreateTable", {"KeySchema": ["x"]}, "Unexpected value type in payload"),
        ("CreateTable", {"ProvisionedThroughput": "x"}, "Unexpected field type"),
        # Types come before everything else.
        (
            "PutItem",
            {"TableName": "!", "ReturnValues": 1},
            "NUMBER_VALUE cannot be converted to String",
        ),
    ],
)
def test_wrong_types(operation: str, body: dict[str, Any], message: str) -> None:
    assert fault_of(lambda: checked(operation, body)) == ("SerializationException", message)


def test_null_counts_as_absent_and_unknown_members_as_nothing() -> None:
    body = checked("Scan", {"TableName": "tab", "IndexName": None, "Unknown": {"x": 1}, "Limit": 2})
    assert body == {"TableName": "tab", "Unknown": {"x": 1}, "Limit": 2}


def test_an_attribute_value_that_is_null_has_no_type() -> None:
    document = {"M": {"x": None}, "L": [None], "N": None}
    body = checked("PutItem", {"TableName": "tab", "Item": {"pk": None, "d": document}})
    assert body["Item"] == {"pk": {}, "d": {"M": {"x": {}}, "L": [{}], "N": None}}
    message = (
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
    )
    in_set = {"TableName": "tab", "Item": {"pk": {"SS": ["a", None]}}}
    assert refusal("PutItem", in_set) == message


def test_whole_numbers_are_made_of_others() -> None:
    assert checked("Scan", {"TableName": "tab", "Limit": 2.9})["Limit"] == 2
    assert checked("Scan", {"TableName": "tab", "Limit": 2**40})["Limit"] == 2**31 - 1


# ---- constraints ---------------------------------------------------------------------------------

NOT_NULL = "failed to satisfy constraint: Member must not be null"
NAME = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"


@pytest.mark.parametrize(
    ("operation", "body", "errors"),
    [
        ("PutItem", {"Item": KEY}, [f"Value null at 'tableName' {NOT_NULL}"]),
        ("PutItem", {"TableName": "tab"}, [f"Value null at 'item' {NOT_NULL}"]),
        (
            "PutItem",
            {"TableName": "a" * 256},
            [
                (
                    f"Value '{'a' * 256}' at 'tableName' failed to satisfy constraint:"
                    " Member must have length less than or equal to 255"
                )
            ],
        ),
        (
            "PutItem",
            {"TableName": "bad table!@#"},
            [f"Value 'bad table!@#' at 'tableName' failed to satisfy constraint: {NAME}"],
        ),
        (
            "PutItem",
            {**PUT, "ReturnValues": "X", "ReturnConsumedCapacity": "Y"},
            [
                (
                    "Value 'X' at 'returnValues' failed to satisfy constraint: Member must satisfy enum"
                    " value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
                ),
                (
                    "Value 'Y' at 'returnConsumedCapacity' failed to satisfy constraint: Member must"
                    " satisfy enum value set: [INDEXES, TOTAL, NONE]"
                ),
            ],
        ),
        (
            "UpdateItem",
            {**GET, "ReturnValues": "X", "ReturnConsumedCapacity": "Y"},
            [
                (
                    "Value 'X' at 'returnValues' failed to satisfy constraint: Member must satisfy enum"
                    " value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
                )
            ],
        ),
        (
            "Scan",
            {"TableName": "tab", "Limit": 0},
            [
                (
                    "Value '0' at 'limit' failed to satisfy constraint:"
                    " Member must have value greater than or equal to 1"
                )
            ],
        ),
        (
            "Query",
            {**QUERY, "Limit": 0},
            [
                (
                    "Value at 'Limit' failed to satisfy constraint:"
                    " Member must have value greater than or equal to 1"
                )
            ],
        ),
        (
            "Scan",
            {"TableName": "tab", "Segment": -1, "TotalSegments": 1_000_001},
            [
                (
                    "Value '1000001' at 'totalSegments' failed to satisfy constraint:"
                    " Member must have value less than or equal to 1000000"
                ),
                (
                    "Value '-1' at 'segment' failed to satisfy constraint:"
                    " Member must have value greater than or equal to 0"
                ),
            ],
        ),
        (
            "Query",
            {**QUERY, "Select": "X"},
            [
                (
                    "Value 'X' at 'select' failed to satisfy constraint: Member must satisfy enum value"
                    " set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
                )
            ],
        ),
        (
            "CreateTable",
            {"TableName": "ab"},
            [
                (
                    "Value 'ab' at 'tableName' failed to satisfy constraint:"
                    " Member must have length greater than or equal to 3"
                )
            ],
        ),
        (
            "CreateTable",
            {
                "TableName": "tab",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "X"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}] * 3,
                "ProvisionedThroughput": {"ReadCapacityUnits": 0},
            },
            [
                (
                    "Value 'X' at 'attributeDefinitions.1.member.attributeType' failed to satisfy"
                    " constraint: Member must satisfy enum value set: [B, N, S]"
                ),
                (
                    "Value '[KeySchemaElement(attributeName=pk, keyType=HASH),"
                    " KeySchemaElement(attributeName=pk, keyType=HASH),"
                    " KeySchemaElement(attributeName=pk, keyType=HASH)]' at 'keySchema' failed to"
                    " satisfy constraint: Member must have length less than or equal to 2"
                ),
                (
                    "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy"
                    " constraint: Member must have value greater than or equal to 1"
                ),
                f"Value null at 'provisionedThroughput.writeCapacityUnits' {NOT_NULL}",
            ],
        ),
        (
            "TransactWriteItems",
            {"TransactItems": []},
            [
                (
                    "Value '[]' at 'transactItems' failed to satisfy constraint:"
                    " Member must have length greater than or equal to 1"
                )
            ],
        ),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "!!", "Item": KEY}}]},
            [
                (
                    "Value '!!' at 'transactItems.1.member.put.tableName' failed to satisfy constraint:"
                    f" {NAME}"
                )
            ],
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"tab": []}},
            [
                (
                    "Value '{tab=[]}' at 'requestItems' failed to satisfy constraint: Map value must"
                    " satisfy constraint: [Member must have length less than or equal to 25,"
                    " Member must have length greater than or equal to 1]"
                )
            ],
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"tab": {"Keys": [KEY] * 101}}},
            [
                (
                    "Value at 'RequestItems.tab.member.Keys' failed to satisfy constraint:"
                    " Member must have length less than or equal to 100"
                )
            ],
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"tab": {}}},
            [f"Value null at 'requestItems.tab.member.keys' {NOT_NULL}"],
        ),
        # A null in a list or a map that isn't an item is a member, and no value.
        (
            "TransactGetItems",
            {"TransactItems": [None]},
            [f"Value null at 'transactItems.1.member' {NOT_NULL}"],
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"tab": None}},
            [f"Value null at 'requestItems.tab.member' {NOT_NULL}"],
        ),
    ],
)
def test_constraints(operation: str, body: dict[str, Any], errors: list[str]) -> None:
    if operation == "PutItem" and "Item" not in body and "tableName" in errors[0]:
        body = {**body, "Item": KEY}
    plural = "s" if len(errors) > 1 else ""
    expected = f"{len(errors)} validation error{plural} detected: {'; '.join(errors)}"
    assert refusal(operation, body) == expected


def test_a_wrong_table_name_is_reported_alone() -> None:
    assert refusal("PutItem", {"TableName": "", "ReturnValues": "X"}) == (
        "1 validation error detected: Value '' at 'tableName' failed to satisfy constraint:"
        " Member must have length greater than or equal to 1"
    )


def test_at_most_ten_faults_are_reported() -> None:
    body = {
        "TableName": "tab",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "X"}] * 12,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    message = refusal("CreateTable", body)
    assert message is not None
    assert message.startswith("10 validation errors detected: ")
    assert message.count("failed to satisfy constraint") == 10


def test_huge_values_are_shown_in_part() -> None:
    items = [{"Put": {"TableName": "tab", "Item": {"pk": {"S": "x" * 10_000}}}}] * 101
    message = refusal("TransactWriteItems", {"TransactItems": items})
    assert message is not None
    assert message.startswith("1 validation error detected: Value '[TransactWriteItem(put=Put(")
    assert message.endswith(
        ")]' at 'transactItems' failed to satisfy constraint:"
        " Member must have length less than or equal to 100"
    )
    assert len(message) < 30_000


@pytest.mark.parametrize(
    "operation", ["CreateTable", "DescribeTable", "DeleteTable", "UpdateTable"]
)
def test_operations_on_tables_have_their_own_words(operation: str) -> None:
    assert refusal(operation, {}) == (
        "The parameter 'TableName' is required but was not present in the request"
    )


def test_a_table_may_be_named_by_its_arn() -> None:
    arn = "arn:aws:dynamodb:eu-west-2:123456789012:table/tab"
    assert checked("GetItem", {"TableName": arn, "Key": KEY})["TableName"] == arn


def test_names_of_attributes_have_at_most_65535_characters() -> None:
    checked("PutItem", {"TableName": "tab", "Item": {"n" * 65_535: {"S": "x"}}})
    message = refusal("PutItem", {"TableName": "tab", "Item": {"n" * 65_536: {"S": "x"}}})
    assert message is not None
    assert message.endswith(
        "at 'item' failed to satisfy constraint: Map keys must satisfy constraint:"
        " [Member must have length less than or equal to 65535,"
        " Member must have length greater than or equal to 0]"
    )


def test_every_operation_of_the_model_can_be_checked() -> None:
    for operation, shape in OPERATIONS.items():
        if shape and SHAPES[shape].required:
            message = refusal(operation, {})
            assert message is not None
            assert "null" in message or "required" in message, operation


def test_the_model_is_what_botocore_ships() -> None:
    path = pathlib.Path(__file__).parents[3] / "tools" / "generate_dynamodb_model.py"
    spec = importlib.util.spec_from_file_location("generate_dynamodb_model", path)
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert generator.TARGET.read_text() == generator.model_text()


# ---- parameters that go together -----------------------------------------------------------------

VALUES_UNUSED = "ExpressionAttributeValues can only be specified when using expressions:"
BOTH = "Can not use both expression and non-expression parameters in the same request:"
ACTION = "TransactItems can only contain one of Check, Put, Update or Delete"


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        (
            "GetItem",
            {**GET, "ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            "PutItem",
            {**PUT, "ExpressionAttributeValues": {}},
            VALUES_UNUSED.removesuffix(":"),
        ),
        (
            "UpdateItem",
            {**GET, "ExpressionAttributeValues": {}},
            VALUES_UNUSED.removesuffix(":"),
        ),
        (
            "Scan",
            {"TableName": "tab", "ProjectionExpression": "a", "ExpressionAttributeValues": {}},
            f"{VALUES_UNUSED} FilterExpression is null",
        ),
        (
            "PutItem",
            {**PUT, "Expected": {}, "ConditionExpression": "a = b"},
            (
                f"{BOTH} Non-expression parameters: {{Expected}}"
                " Expression parameters: {ConditionExpression}"
            ),
        ),
        (
            "UpdateItem",
            {**GET, "AttributeUpdates": {}, "UpdateExpression": "REMOVE a"},
            (
                f"{BOTH} Non-expression parameters: {{AttributeUpdates}}"
                " Expression parameters: {UpdateExpression}"
            ),
        ),
        (
            "BatchGetItem",
            {
                "RequestItems": {
                    "one": {"Keys": [KEY], "ProjectionExpression": "a"},
                    "two": {"Keys": [KEY], "AttributesToGet": ["a"]},
                }
            },
            (
                f"{BOTH} Non-expression parameters: {{AttributesToGet}}"
                " Expression parameters: {ProjectionExpression}"
            ),
        ),
        (
            "Scan",
            {"TableName": "tab", "ConditionalOperator": "OR", "ScanFilter": {}},
            "ConditionalOperator cannot be used without Filter or Expected",
        ),
        (
            "Query",
            {
                "TableName": "tab",
                "KeyConditions": {},
                "ConditionalOperator": "OR",
                "ProjectionExpression": "a",
            },
            (
                f"{BOTH} Non-expression parameters: {{ConditionalOperator}}"
                " Expression parameters: {ProjectionExpression}"
            ),
        ),
        (
            "PutItem",
            {**PUT, "ReturnValues": "ALL_NEW"},
            "ReturnValues can only be ALL_OLD or NONE",
        ),
        (
            "DeleteItem",
            {**GET, "ReturnValues": "UPDATED_NEW"},
            "ReturnValues can only be ALL_OLD or NONE",
        ),
        (
            "Query",
            {"TableName": "tab"},
            (
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the"
                " request."
            ),
        ),
        (
            "Query",
            {**QUERY, "Select": "ALL_ATTRIBUTES", "ProjectionExpression": "a"},
            "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES",
        ),
        (
            "Query",
            {**QUERY, "Select": "COUNT", "ProjectionExpression": "a"},
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            "Query",
            {**QUERY, "Select": "ALL_PROJECTED_ATTRIBUTES"},
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            "Scan",
            {"TableName": "tab", "Segment": 0},
            (
                "The TotalSegments parameter is required but was not present in the request when"
                " Segment parameter is present"
            ),
        ),
        (
            "Scan",
            {"TableName": "tab", "TotalSegments": 4},
            (
                "The Segment parameter is required but was not present in the request when parameter"
                " TotalSegments is present"
            ),
        ),
        (
            "Scan",
            {"TableName": "tab", "Segment": 5, "TotalSegments": 5},
            (
                "The Segment parameter is zero-based and must be less than parameter TotalSegments:"
                " Segment: 5 is not less than TotalSegments: 5"
            ),
        ),
        (
            "BatchWriteItem",
            {},
            "The requestItems parameter is required for BatchWriteItem",
        ),
        (
            "BatchGetItem",
            {"RequestItems": {}},
            (
                "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint:"
                " Member must have length greater than or equal to 1"
            ),
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"one": {"Keys": [KEY] * 60}, "two": {"Keys": [KEY] * 60}}},
            "Too many items requested for the BatchGetItem call",
        ),
        (
            "BatchWriteItem",
            {
                "RequestItems": {
                    "one": [{"DeleteRequest": {"Key": KEY}}] * 20,
                    "two": [{"DeleteRequest": {"Key": KEY}}] * 6,
                }
            },
            "Too many items requested for the BatchWriteItem call",
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"tab": [{}]}},
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        ("TransactWriteItems", {"TransactItems": [{}]}, ACTION),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": PUT, "Delete": GET}]},
            ACTION,
        ),
    ],
)
def test_parameters(operation: str, body: dict[str, Any], message: str) -> None:
    is_counted = operation in {"DeleteItem", "PutItem", "UpdateItem"}
    counted = f"1 validation error detected: {message}" if is_counted else message
    assert refusal(operation, body) == counted


@pytest.mark.parametrize(("levels", "counted"), [(40, "1 validation error detected: "), (70, "")])
@pytest.mark.parametrize("operation", ["DeleteItem", "PutItem"])
def test_very_deep_requests_are_judged_in_the_older_form(
    operation: str, levels: int, counted: str
) -> None:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"n": value}}
    body = {
        "TableName": "tab",
        "Key" if operation == "DeleteItem" else "Item": {"pk": {"S": "a"}},
        "ConditionExpression": "d = :v",
        "ExpressionAttributeValues": {":v": value},
        "ReturnValues": "UPDATED_NEW",
    }
    reason = f"{counted}ReturnValues can only be ALL_OLD or NONE"
    assert refusal_of(lambda: check_request(operation, body)) == reason
