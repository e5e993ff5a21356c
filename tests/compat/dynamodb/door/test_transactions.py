"""TransactWriteItems, TransactGetItems and the batches."""

from typing import Any

import pytest

from tests.compat.dynamodb.door.conftest import MakeTable
from tests.compat.dynamodb.door.test_items import error_of


def put(table: str, key: str, **attributes: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": {"pk": {"S": key}, **attributes}}}


def test_all_or_nothing(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    client.put_item(TableName=table, Item={"pk": {"S": "there"}, "v": {"N": "1"}})
    check = {
        "TableName": table,
        "Key": {"pk": {"S": "there"}},
        "ConditionExpression": "v = :two",
        "ExpressionAttributeValues": {":two": {"N": "2"}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(
            TransactItems=[put(table, "new"), {"ConditionCheck": check}, put(table, "newer")]
        )
    response = caught.value.response
    assert response["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": {"pk": {"S": "there"}, "v": {"N": "1"}},
        },
        {"Code": "None"},
    ]
    assert "[None, ConditionalCheckFailed, None]" in response["Error"]["Message"]
    assert client.scan(TableName=table)["Count"] == 1


def test_every_kind_of_action_at_once(client: Any, make_table: MakeTable) -> None:
    table, other = make_table(), make_table()
    for key in ("update", "delete", "check"):
        client.put_item(TableName=table, Item={"pk": {"S": key}, "v": {"N": "1"}})
    answer = client.transact_write_items(
        TransactItems=[
            put(other, "put"),
            {
                "Update": {
                    "TableName": table,
                    "Key": {"pk": {"S": "update"}},
                    "UpdateExpression": "SET v = v + :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            },
            {"Delete": {"TableName": table, "Key": {"pk": {"S": "delete"}}}},
            {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": {"pk": {"S": "check"}},
                    "ConditionExpression": "attribute_exists(v)",
                }
            },
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    units = {each["TableName"]: each["CapacityUnits"] for each in answer["ConsumedCapacity"]}
    assert units == {table: 6.0, other: 2.0}
    found = client.transact_get_items(
        TransactItems=[
            {"Get": {"TableName": table, "Key": {"pk": {"S": key}}, "ProjectionExpression": "v"}}
            for key in ("update", "delete", "check")
        ]
    )
    assert found["Responses"] == [{"Item": {"v": {"N": "2"}}}, {}, {"Item": {"v": {"N": "1"}}}]


def test_one_item_only_once(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    assert error_of(
        client.transact_write_items, TransactItems=[put(table, "a"), put(table, "a")]
    ) == (
        "ValidationException",
        "Transaction request cannot include multiple operations on one item",
    )


def test_a_token_does_a_request_once(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    update = {
        "Update": {
            "TableName": table,
            "Key": {"pk": {"S": "n"}},
            "UpdateExpression": "ADD v :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    for member in ("WriteCapacityUnits", "ReadCapacityUnits"):
        answer = client.transact_write_items(
            TransactItems=[update], ClientRequestToken="once", ReturnConsumedCapacity="TOTAL"
        )
        assert answer["ConsumedCapacity"][0][member] == 2.0
    assert client.get_item(TableName=table, Key={"pk": {"S": "n"}})["Item"]["v"] == {"N": "1"}
    assert (
        error_of(
            client.transact_write_items,
            TransactItems=[put(table, "other")],
            ClientRequestToken="once",
        )[0]
        == "IdempotentParameterMismatchException"
    )


def test_a_batch_writes_and_reads_several_tables(client: Any, make_table: MakeTable) -> None:
    one, two = make_table(), make_table("pk:N")
    client.put_item(TableName=one, Item={"pk": {"S": "gone"}})
    answer = client.batch_write_item(
        RequestItems={
            one: [
                {"PutRequest": {"Item": {"pk": {"S": "a"}, "v": {"S": "x"}}}},
                {"DeleteRequest": {"Key": {"pk": {"S": "gone"}}}},
            ],
            two: [{"PutRequest": {"Item": {"pk": {"N": "1"}}}}],
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["UnprocessedItems"] == {}
    units = {each["TableName"]: each["CapacityUnits"] for each in answer["ConsumedCapacity"]}
    assert units == {one: 2.0, two: 1.0}
    found = client.batch_get_item(
        RequestItems={
            one: {"Keys": [{"pk": {"S": key}} for key in ("a", "gone")]},
            two: {"Keys": [{"pk": {"N": "1"}}], "ConsistentRead": True},
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert found["Responses"] == {
        one: [{"pk": {"S": "a"}, "v": {"S": "x"}}],
        two: [{"pk": {"N": "1"}}],
    }
    units = {each["TableName"]: each["CapacityUnits"] for each in found["ConsumedCapacity"]}
    assert units == {one: 1.0, two: 1.0}


def test_a_batch_is_bounded_and_has_no_item_twice(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    same = [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}] * 2
    assert error_of(client.batch_write_item, RequestItems={table: same}) == (
        "ValidationException",
        "Provided list of item keys contains duplicates",
    )
    keys = [{"pk": {"S": "a"}}] * 2
    assert error_of(client.batch_get_item, RequestItems={table: {"Keys": keys}}) == (
        "ValidationException",
        "Provided list of item keys contains duplicates",
    )


def test_a_large_batch_comes_in_parts(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    for n in range(45):
        item = {"pk": {"S": str(n)}, "v": {"S": "x" * 400_000}}
        client.put_item(TableName=table, Item=item)
    wanted: dict[str, Any] = {table: {"Keys": [{"pk": {"S": str(n)}} for n in range(45)]}}
    counts = []
    while wanted:
        answer = client.batch_get_item(RequestItems=wanted)
        counts.append(len(answer["Responses"].get(table, [])))
        wanted = answer["UnprocessedKeys"]
    assert counts == [41, 4]


def test_sizes_in_transactions(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    large = {"S": "x" * 350_000}
    assert error_of(
        client.transact_write_items,
        TransactItems=[put(table, f"large-{number}", v=large) for number in range(12)],
    ) == ("ValidationException", "Transaction request size exceeds the maximum of 4 MB")
    assert error_of(
        client.transact_write_items, TransactItems=[put(table, "a", v={"S": "x" * 410_000})]
    ) == ("ValidationException", "Item size has exceeded the maximum allowed size")
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "v": large})

    def update(size: int) -> dict[str, Any]:
        return {
            "TableName": table,
            "Key": {"pk": {"S": "a"}},
            "UpdateExpression": "SET w = :w",
            "ExpressionAttributeValues": {":w": {"S": "x" * size}},
        }

    room = 409_600 - len("pk") - 1 - len("v") - 350_000 - len("w")
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[{"Update": update(room + 1)}])
    assert caught.value.response["CancellationReasons"] == [
        {
            "Code": "ValidationError",
            "Message": "Item size to update has exceeded the maximum allowed size",
        }
    ]
    client.transact_write_items(TransactItems=[{"Update": update(room)}])
    client.update_item(**update(room))
    assert error_of(client.update_item, **update(room + 1)) == (
        "ValidationException",
        "Item size to update has exceeded the maximum allowed size",
    )
