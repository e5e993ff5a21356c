"""Items: what is put comes back, under conditions, and what the answers tell."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.compat.dynamodb.door.conftest import MakeTable, client_for, index
from tests.server import Server

EVERY_TYPE: dict[str, Any] = {
    "pk": {"S": "all"},
    "text": {"S": "grün\0"},
    "empty": {"S": ""},
    "number": {"N": "-12345678901234567890.123456789012345678"},
    "tiny": {"N": "1E-130"},
    "huge": {"N": "9.9E125"},
    "binary": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "strings": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "binaries": {"BS": [b"x", b"y"]},
    "list": {"L": [{"N": "1"}, {"L": []}, {"M": {}}, {"SS": ["s"]}, {"NULL": True}]},
    "map": {"M": {"longer": {"BOOL": False}, "a": {"M": {"deep": {"B": b"z"}}}}},
}


def plain(number: str) -> str:
    return f"{Decimal(number):f}"


def error_of(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_every_type_comes_back(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    client.put_item(TableName=table, Item=EVERY_TYPE)
    found = client.get_item(TableName=table, Key={"pk": {"S": "all"}})["Item"]
    expected = {**EVERY_TYPE, "tiny": {"N": plain("1E-130")}, "huge": {"N": plain("9.9E125")}}
    assert found == expected


def test_a_missing_item_has_no_item_in_the_answer(client: Any, make_table: MakeTable) -> None:
    answer = client.get_item(
        TableName=make_table(), Key={"pk": {"S": "x"}}, ReturnConsumedCapacity="TOTAL"
    )
    assert "Item" not in answer
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_put_replaces_the_whole_item(client: Any, make_table: MakeTable) -> None:
    table = make_table("pk:S sk:N")
    key = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    client.put_item(TableName=table, Item={**key, "old": {"S": "x"}})
    answer = client.put_item(
        TableName=table, Item={**key, "new": {"S": "y"}}, ReturnValues="ALL_OLD"
    )
    assert answer["Attributes"] == {**key, "old": {"S": "x"}}
    assert client.get_item(TableName=table, Key=key)["Item"] == {**key, "new": {"S": "y"}}


def test_keys_are_equal_as_numbers_are(client: Any, make_table: MakeTable) -> None:
    table = make_table("pk:N")
    client.put_item(TableName=table, Item={"pk": {"N": "1.0"}, "v": {"S": "one"}})
    found = client.get_item(TableName=table, Key={"pk": {"N": "1"}})["Item"]
    assert found == {"pk": {"N": "1"}, "v": {"S": "one"}}


def test_a_condition_decides_and_shows_the_item(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    item = {"pk": {"S": "a"}, "v": {"N": "1"}}
    client.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(
            TableName=table,
            Item=item,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"] == item
    code, message = error_of(
        client.delete_item,
        TableName=table,
        Key={"pk": {"S": "a"}},
        ConditionExpression="v > :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert (code, message) == ("ConditionalCheckFailedException", "The conditional request failed")
    assert client.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"] == item


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("NONE", None),
        ("ALL_OLD", {"pk": {"S": "a"}, "n": {"N": "1"}, "other": {"S": "x"}}),
        ("UPDATED_OLD", {"n": {"N": "1"}}),
        ("ALL_NEW", {"pk": {"S": "a"}, "n": {"N": "3"}, "m": {"N": "1"}, "other": {"S": "x"}}),
        ("UPDATED_NEW", {"n": {"N": "3"}, "m": {"N": "1"}}),
    ],
)
def test_update_returns_what_is_asked_for(
    client: Any, make_table: MakeTable, wanted: str, expected: Any
) -> None:
    table = make_table()
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "n": {"N": "1"}, "other": {"S": "x"}})
    answer = client.update_item(
        TableName=table,
        Key={"pk": {"S": "a"}},
        UpdateExpression="SET n = n + :two, m = n",
        ExpressionAttributeValues={":two": {"N": "2"}},
        ReturnValues=wanted,
    )
    assert answer.get("Attributes") == expected


def test_update_makes_the_item(client: Any, make_table: MakeTable) -> None:
    table = make_table("pk:S sk:B")
    key = {"pk": {"S": "new"}, "sk": {"B": b"\x01"}}
    client.update_item(TableName=table, Key=key)
    client.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="ADD hits :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert client.get_item(TableName=table, Key=key)["Item"] == {**key, "hits": {"N": "1"}}


def test_concurrent_increments_are_all_there(server: Server, make_table: MakeTable) -> None:
    table = make_table()

    def increment(_number: int) -> None:
        own = client_for(server)
        for _ in range(25):
            own.update_item(
                TableName=table,
                Key={"pk": {"S": "counter"}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(increment, range(8)))
    found = client_for(server).get_item(TableName=table, Key={"pk": {"S": "counter"}})
    assert found["Item"]["n"] == {"N": "200"}


def test_a_projection_takes_parts(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    client.put_item(TableName=table, Item=EVERY_TYPE)
    answer = client.get_item(
        TableName=table,
        Key={"pk": {"S": "all"}},
        ProjectionExpression="#m.a.deep, #l[0], absent",
        ExpressionAttributeNames={"#m": "map", "#l": "list"},
    )
    assert answer["Item"] == {
        "map": {"M": {"a": {"M": {"deep": {"B": b"z"}}}}},
        "list": {"L": [{"N": "1"}]},
    }


def test_items_of_400_kb_and_beyond(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    room = 409_600 - len("pk") - 1 - len("v")
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "v": {"S": "x" * room}})
    assert error_of(
        client.put_item,
        TableName=table,
        Item={"pk": {"S": "a"}, "v": {"S": "x" * (room + 1)}},
    ) == ("ValidationException", "Item size has exceeded the maximum allowed size")
    answer = client.get_item(
        TableName=table,
        Key={"pk": {"S": "a"}},
        ConsistentRead=True,
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 100


def test_what_a_write_consumes_by_index(client: Any, make_table: MakeTable) -> None:
    table = make_table(
        "pk:S sk:S, a:S",
        GlobalSecondaryIndexes=[index("by-a", "a", ProjectionType="KEYS_ONLY")],
        LocalSecondaryIndexes=[index("local-a", "pk", "a")],
    )
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "v": {"S": "x" * 1500}}

    def consumed(**attributes: Any) -> dict[str, Any]:
        answer = client.put_item(
            TableName=table, Item={**item, **attributes}, ReturnConsumedCapacity="INDEXES"
        )
        capacity: dict[str, Any] = answer["ConsumedCapacity"]
        return capacity

    table_only = {"TableName": table, "CapacityUnits": 2.0, "Table": {"CapacityUnits": 2.0}}
    assert consumed() == table_only
    indexes = {
        "GlobalSecondaryIndexes": {"by-a": {"CapacityUnits": 1.0}},
        "LocalSecondaryIndexes": {"local-a": {"CapacityUnits": 2.0}},
    }
    assert consumed(a={"S": "1"}) == {**table_only, "CapacityUnits": 5.0, **indexes}
    moved = {
        "GlobalSecondaryIndexes": {"by-a": {"CapacityUnits": 2.0}},
        "LocalSecondaryIndexes": {"local-a": {"CapacityUnits": 4.0}},
    }
    assert consumed(a={"S": "2"}) == {**table_only, "CapacityUnits": 8.0, **moved}
    assert consumed(a={"S": "2"}) == table_only


def test_item_collections_are_told_of_with_local_indexes(
    client: Any, make_table: MakeTable
) -> None:
    with_local = make_table("pk:S sk:S, a:S", LocalSecondaryIndexes=[index("local-a", "pk", "a")])
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    answer = client.put_item(TableName=with_local, Item=item, ReturnItemCollectionMetrics="SIZE")
    assert answer["ItemCollectionMetrics"]["ItemCollectionKey"] == {"pk": {"S": "p"}}
    answer = client.put_item(
        TableName=make_table("pk:S sk:S"), Item=item, ReturnItemCollectionMetrics="SIZE"
    )
    assert "ItemCollectionMetrics" not in answer


def test_missing_tables_and_wrong_keys(client: Any, make_table: MakeTable) -> None:
    table = make_table("pk:S sk:N")
    assert error_of(client.get_item, TableName="nowhere", Key={"pk": {"S": "a"}}) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )
    assert error_of(client.get_item, TableName=table, Key={"pk": {"S": "a"}}) == (
        "ValidationException",
        "The provided key element does not match the schema",
    )
    assert error_of(client.put_item, TableName=table, Item={"pk": {"S": "a"}}) == (
        "ValidationException",
        "One or more parameter values were invalid: Missing the key sk in the item",
    )


def test_an_update_is_charged_before_its_condition(client: Any, make_table: MakeTable) -> None:
    table, key = make_table(), {"pk": {"S": "a"}}
    client.put_item(TableName=table, Item={**key, "c": {"S": "x"}})
    request = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "SET c = if_not_exists(c, :huge)",
        "ExpressionAttributeValues": {":huge": {"S": "h" * 409_600}},
    }
    too_large = (
        "ValidationException",
        "Item size to update has exceeded the maximum allowed size",
    )
    assert error_of(client.update_item, **request) == too_large
    guarded = {**request, "ConditionExpression": "attribute_exists(nothing)"}
    assert error_of(client.update_item, **guarded) == too_large
    # AttributeUpdates and transactions are measured by the item alone.
    room = 409_600 - 3 - 1
    put = {"c": {"Action": "PUT", "Value": {"S": "h" * room}}}
    client.update_item(TableName=table, Key=key, AttributeUpdates=put)
    put["c"]["Value"] = {"S": "h" * (room + 1)}
    assert error_of(client.update_item, TableName=table, Key=key, AttributeUpdates=put) == too_large
    client.transact_write_items(TransactItems=[{"Update": request}])


def test_parentheses_as_deep_as_operators_allow(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "b": {"N": "1"}, "c": {"N": "2"}})
    condition = "b<c " + "or (b<c " * 149 + ")" * 149
    client.delete_item(TableName=table, Key={"pk": {"S": "a"}}, ConditionExpression=condition)
    assert "Item" not in client.get_item(TableName=table, Key={"pk": {"S": "a"}})
