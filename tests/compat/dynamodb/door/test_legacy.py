"""Parameters from before expressions: "Legacy conditional parameters" and its pages."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.compat.dynamodb.door.conftest import MakeTable

A: dict[str, Any] = {"pk": {"S": "a"}}


def compared(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def fault(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as failed:
        call(**request)
    error = failed.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


@pytest.fixture
def items(client: Any, make_table: MakeTable) -> str:
    """A table with a partition of five items."""
    table = make_table("pk:S sk:N")
    for number in range(5):
        client.put_item(
            TableName=table,
            Item={
                **A,
                "sk": {"N": str(number)},
                "n": {"N": str(number % 2)},
                "s": {"S": "even" if number % 2 == 0 else "odd"},
                "set": {"SS": ["x", str(number)]},
                "list": {"L": [{"N": str(number)}]},
                "flag": {"BOOL": number > 2},
                **({"extra": {"NULL": True}} if number == 4 else {}),
            },
        )
    return table


def numbers(answer: dict[str, Any]) -> list[int]:
    return sorted(int(item["sk"]["N"]) for item in answer["Items"])


@pytest.mark.parametrize(
    ("name", "condition", "wanted"),
    [
        ("n", compared("EQ", {"N": "1.0"}), [1, 3]),
        ("n", compared("EQ", {"S": "1"}), []),
        ("flag", compared("EQ", {"BOOL": True}), [3, 4]),
        ("list", compared("EQ", {"L": [{"N": "2"}]}), [2]),
        ("n", compared("NE", {"N": "1"}), [0, 2, 4]),
        ("extra", compared("NE", {"N": "1"}), [0, 1, 2, 3, 4]),
        ("sk", compared("LT", {"N": "2"}), [0, 1]),
        ("sk", compared("LE", {"N": "2"}), [0, 1, 2]),
        ("sk", compared("GT", {"N": "2"}), [3, 4]),
        ("sk", compared("GE", {"N": "2"}), [2, 3, 4]),
        ("sk", compared("BETWEEN", {"N": "1"}, {"N": "3"}), [1, 2, 3]),
        ("sk", compared("IN", {"N": "1"}, {"N": "4"}, {"N": "9"}), [1, 4]),
        ("set", compared("IN", {"S": "x"}), []),
        ("s", compared("BEGINS_WITH", {"S": "ev"}), [0, 2, 4]),
        ("s", compared("CONTAINS", {"S": "d"}), [1, 3]),
        ("set", compared("CONTAINS", {"S": "3"}), [3]),
        ("list", compared("CONTAINS", {"N": "3"}), [3]),
        ("set", compared("NOT_CONTAINS", {"S": "3"}), [0, 1, 2, 4]),
        ("extra", compared("NOT_CONTAINS", {"S": "3"}), [4]),
        ("none", compared("NOT_CONTAINS", {"S": "3"}), []),
        ("extra", compared("NULL"), [0, 1, 2, 3]),
        ("extra", {"ComparisonOperator": "NOT_NULL"}, [4]),
    ],
)
def test_every_operator(
    client: Any, items: str, name: str, condition: dict[str, Any], wanted: list[int]
) -> None:
    assert numbers(client.scan(TableName=items, ScanFilter={name: condition})) == wanted


def test_conditions_are_joined(client: Any, items: str) -> None:
    conditions = {"n": compared("EQ", {"N": "1"}), "sk": compared("LT", {"N": "2"})}
    found = client.scan(TableName=items, ScanFilter=conditions)
    assert numbers(found) == [1]
    assert found["ScannedCount"] == 5
    either = client.scan(TableName=items, ScanFilter=conditions, ConditionalOperator="OR")
    assert numbers(either) == [0, 1, 3]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (compared("EQ", {"N": "2"}), [2]),
        (compared("LT", {"N": "2"}), [0, 1]),
        (compared("LE", {"N": "2"}), [0, 1, 2]),
        (compared("GT", {"N": "2"}), [3, 4]),
        (compared("GE", {"N": "2"}), [2, 3, 4]),
        (compared("BETWEEN", {"N": "1"}, {"N": "3"}), [1, 2, 3]),
    ],
)
def test_key_conditions(
    client: Any, items: str, condition: dict[str, Any], wanted: list[int]
) -> None:
    key = {"pk": compared("EQ", {"S": "a"}), "sk": condition}
    assert numbers(client.query(TableName=items, KeyConditions=key)) == wanted


def test_a_query_with_filter_and_attributes(client: Any, items: str) -> None:
    found = client.query(
        TableName=items,
        KeyConditions={"pk": compared("EQ", {"S": "a"})},
        QueryFilter={"s": compared("EQ", {"S": "odd"})},
        AttributesToGet=["sk", "none"],
        ScanIndexForward=False,
    )
    assert found["Items"] == [{"sk": {"N": "3"}}, {"sk": {"N": "1"}}]
    # KeyConditions go with expressions, as long as those aren't the key's.
    mixed = client.query(
        TableName=items,
        KeyConditions={"pk": compared("EQ", {"S": "a"})},
        FilterExpression="n = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert numbers(mixed) == [1, 3]


def test_attributes_to_get(client: Any, items: str) -> None:
    key = {**A, "sk": {"N": "1"}}
    wanted = {"s": {"S": "odd"}}
    got = client.get_item(TableName=items, Key=key, AttributesToGet=["s", "none"])
    assert got["Item"] == wanted
    assert client.get_item(TableName=items, Key=key, AttributesToGet=["none"])["Item"] == {}
    batch = client.batch_get_item(RequestItems={items: {"Keys": [key], "AttributesToGet": ["s"]}})
    assert batch["Responses"][items] == [wanted]
    assert client.scan(TableName=items, AttributesToGet=["s"], Limit=2)["Items"][1] == wanted


def test_expected_guards_every_write(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    failed = "ConditionalCheckFailedException: The conditional request failed"
    new = {
        "TableName": table,
        "Item": {**A, "v": {"N": "1"}},
        "Expected": {"pk": {"Exists": False}},
    }
    client.put_item(**new)
    assert fault(client.put_item, **new) == failed
    other = {"v": {"Value": {"N": "2"}}}
    assert fault(client.delete_item, TableName=table, Key=A, Expected=other) == failed
    put = {"v": {"Action": "PUT", "Value": {"N": "2"}}}
    assert (
        fault(client.update_item, TableName=table, Key=A, Expected=other, AttributeUpdates=put)
        == failed
    )
    same = {"v": {"Exists": True, "Value": {"N": "1.0"}}}
    client.update_item(TableName=table, Key=A, Expected=same, AttributeUpdates=put)
    gone = client.delete_item(TableName=table, Key=A, Expected=other, ReturnValues="ALL_OLD")
    assert gone["Attributes"] == {**A, "v": {"N": "2"}}


def test_attribute_updates(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    client.put_item(
        TableName=table,
        Item={**A, "n": {"N": "1"}, "s": {"SS": ["a", "b"]}, "l": {"L": []}, "old": {"S": "x"}},
    )
    updated = client.update_item(
        TableName=table,
        Key=A,
        AttributeUpdates={
            "n": {"Action": "ADD", "Value": {"N": "2"}},
            "s": {"Action": "DELETE", "Value": {"SS": ["b", "c"]}},
            "l": {"Action": "ADD", "Value": {"L": [{"N": "1"}]}},
            "l2": {"Action": "ADD", "Value": {"L": [{"N": "1"}]}},
            "s2": {"Action": "ADD", "Value": {"NS": ["1"]}},
            "old": {"Action": "DELETE"},
            "new": {"Value": {"S": "put"}},
        },
        ReturnValues="UPDATED_NEW",
    )
    assert updated["Attributes"] == {
        "n": {"N": "3"},
        "s": {"SS": ["a"]},
        "l": {"L": [{"N": "1"}]},
        "l2": {"L": [{"N": "1"}]},
        "s2": {"NS": ["1"]},
        "new": {"S": "put"},
    }
    for change in ({"Action": "ADD", "Value": {"N": "1"}}, {"Action": "ADD", "Value": {"L": []}}):
        assert (
            fault(client.update_item, TableName=table, Key=A, AttributeUpdates={"s": change})
            == "ValidationException: Type mismatch for attribute to update"
        )


@pytest.mark.parametrize(
    "request_",
    [
        {"AttributeUpdates": {"a": {"Action": "DELETE"}}},
        {"AttributeUpdates": {"a": {"Action": "DELETE", "Value": {"SS": ["x"]}}}},
        {"UpdateExpression": "REMOVE a"},
    ],
)
def test_what_only_clears_makes_no_item(
    client: Any, make_table: MakeTable, request_: dict[str, Any]
) -> None:
    table = make_table()
    answer = client.update_item(TableName=table, Key=A, ReturnValues="ALL_NEW", **request_)
    assert "Attributes" not in answer
    assert client.scan(TableName=table)["Count"] == 0
    client.update_item(TableName=table, Key=A, AttributeUpdates={})
    assert client.scan(TableName=table)["Items"] == [A]


def test_expected_of_transactions_is_unknown(client: Any, make_table: MakeTable) -> None:
    """Members that an operation doesn't have are ignored; the SDK wouldn't even send them."""
    table = make_table()
    before = client.get_item(TableName=table, Key=A)
    assert "Item" not in before
    client.meta.events.register(
        "before-call.dynamodb.TransactWriteItems",
        lambda params, **_: params.update(
            body=params["body"].replace(b'"Item"', b'"Expected": {"pk": {"Exists": true}}, "Item"')
        ),
        unique_id="legacy",
    )
    try:
        client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": A}}])
    finally:
        client.meta.events.unregister("before-call.dynamodb.TransactWriteItems", unique_id="legacy")
    assert client.get_item(TableName=table, Key=A)["Item"] == A


WRONG = "One or more parameter values were invalid:"
COUNTED = "ValidationException: 1 validation error detected:"


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"Exists": True}, f"{WRONG} Value must be provided when Exists is true for Attribute: v"),
        ({}, f"{WRONG} Value must be provided when Exists is null for Attribute: v"),
        (
            {"Exists": False, "Value": {"N": "1"}},
            f"{WRONG} Value cannot be used when Exists is false for Attribute: v",
        ),
        (
            {"Exists": False, **compared("EQ", {"N": "1"})},
            f"{WRONG} Exists and ComparisonOperator cannot be used together for Attribute: v",
        ),
        (
            {"Value": {"N": "1"}, **compared("EQ", {"N": "1"})},
            f"{WRONG} Value and AttributeValueList cannot be used together for Attribute: v",
        ),
        (
            {"AttributeValueList": [{"N": "1"}]},
            f"{WRONG} AttributeValueList can only be used with a ComparisonOperator for Attribute: v",
        ),
        (
            {"ComparisonOperator": "EQ"},
            (
                f"{WRONG} Value or AttributeValueList must be used with ComparisonOperator: EQ"
                " for Attribute: v"
            ),
        ),
        (
            compared("EQ", {"N": "1"}, {"N": "2"}),
            f"{WRONG} Invalid number of argument(s) for the EQ ComparisonOperator",
        ),
        (
            compared("NULL", {"N": "1"}),
            f"{WRONG} Invalid number of argument(s) for the NULL ComparisonOperator",
        ),
        (
            compared("IN", {"N": "1"}, {"S": "2"}),
            f"{WRONG} AttributeValues inside AttributeValueList must be of same type",
        ),
        (
            compared("CONTAINS", {"L": []}),
            f"{WRONG} ComparisonOperator CONTAINS is not valid for L AttributeValue type",
        ),
        (
            compared("BEGINS_WITH", {"N": "1"}),
            f"{WRONG} ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
        ),
        (
            compared("BETWEEN", {"N": "2"}, {"N": "1"}),
            (
                "The BETWEEN condition was provided a range where the lower bound is greater than the"
                " upper bound"
            ),
        ),
        (
            {"Value": {"N": "x"}},
            "The parameter cannot be converted to a numeric value: x",
        ),
    ],
)
def test_faults_of_expected(
    client: Any, make_table: MakeTable, expected: dict[str, Any], message: str
) -> None:
    request = {"TableName": make_table(), "Item": A, "Expected": {"v": expected}}
    assert fault(client.put_item, **request) == f"{COUNTED} {message}"


def test_faults_of_queries(client: Any, items: str) -> None:
    partition = {"pk": compared("EQ", {"S": "a"})}
    query = {"TableName": items, "KeyConditions": partition}
    for request, message in [
        (
            {**query, "KeyConditions": {**partition, "sk": compared("NE", {"N": "1"})}},
            "Attempted conditional constraint is not an indexable operation",
        ),
        (
            {**query, "KeyConditions": {**partition, "sk": compared("EQ", {"S": "1"})}},
            f"{WRONG} Condition parameter type does not match schema type",
        ),
        (
            {**query, "KeyConditions": {"sk": compared("EQ", {"N": "1"})}},
            "Query condition missed key schema element: pk",
        ),
        (
            {**query, "KeyConditions": {"pk": compared("GT", {"S": "1"})}},
            "Query key condition not supported",
        ),
        ({**query, "KeyConditions": {}}, "Conditions can be of length 1 or 2 only"),
        (
            {**query, "KeyConditions": dict.fromkeys("abc", partition["pk"])},
            "Conditions can be of length 1 or 2 only",
        ),
        (
            {**query, "QueryFilter": {"sk": compared("EQ", {"N": "1"})}},
            "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk",
        ),
        (
            {**query, "AttributesToGet": ["s", "s"]},
            f"{WRONG} Duplicate value in attribute name: s",
        ),
        (
            {**query, "ConditionalOperator": "AND"},
            "ConditionalOperator cannot be used without Filter or Expected",
        ),
        (
            {
                **query,
                "ConditionalOperator": "AND",
                "QueryFilter": {"n": compared("EQ", {"N": "1"})},
            },
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        ),
        (
            {**query, "AttributesToGet": ["s"], "Select": "COUNT"},
            "Cannot specify the AttributesToGet when choosing to get only the Count",
        ),
    ]:
        assert fault(client.query, **request) == f"ValidationException: {message}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"Action": "ADD"},
            "Only DELETE action is allowed when no attribute value is specified",
        ),
        (
            {"Action": "DELETE", "Value": {"L": []}},
            "DELETE action with value is not supported for the type L",
        ),
        ({"Action": "ADD", "Value": {"S": "x"}}, "ADD action is not supported for the type S"),
    ],
)
def test_faults_of_attribute_updates(
    client: Any, make_table: MakeTable, change: dict[str, Any], message: str
) -> None:
    table = make_table()
    request = {"TableName": table, "Key": A, "AttributeUpdates": {"v": change}}
    assert fault(client.update_item, **request) == f"{COUNTED} {WRONG} {message}"
    key = {"pk": {"Action": "PUT", "Value": {"S": "b"}}}
    assert fault(client.update_item, TableName=table, Key=A, AttributeUpdates=key) == (
        f"ValidationException: {WRONG} Cannot update attribute pk. This attribute is part of the key"
    )
