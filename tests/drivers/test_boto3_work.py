"""boto3's resource interface doing an application's work: a shop with orders in one table.

Single-table design as AWS teaches it: customers, orders and their lines share a table, an index by
status finds open orders, stock is kept by conditional writes and transactions.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from tests.server import Server


@pytest.fixture(scope="module")
def resource(server: Server) -> Any:
    return boto3.resource(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{server.dynamodb_port}",
        region_name="eu-central-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )


@pytest.fixture(scope="module")
def shop(resource: Any) -> Iterator[Any]:
    table = resource.create_table(
        TableName="shop",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "status", "day")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-status",
                "KeySchema": [
                    {"AttributeName": "status", "KeyType": "HASH"},
                    {"AttributeName": "day", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(
                Item={
                    "pk": f"customer#{number % 3}",
                    "sk": f"order#{number:03}",
                    "status": "open" if number % 4 else "paid",
                    "day": f"2026-01-{number % 28 + 1:02}",
                    "total": Decimal(number) / 4,
                    "lines": [{"sku": "a", "count": 1}, {"sku": "b", "count": number}],
                    "tags": {"new", f"n{number % 2}"},
                    "photo": bytes([number]),
                }
            )
        batch.put_item(Item={"pk": "stock", "sk": "a", "count": 10, "reserved": {}})
    yield table
    table.delete()
    table.wait_until_not_exists()


def everything(operation: Any, **parameters: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = operation(**parameters)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = error.value.response["Error"]["Code"]
    return code


def test_an_item_keeps_its_python_types(shop: Any) -> None:
    item = shop.get_item(Key={"pk": "customer#1", "sk": "order#001"})["Item"]
    assert item["total"] == Decimal("0.25")
    assert item["lines"] == [{"sku": "a", "count": 1}, {"sku": "b", "count": 1}]
    assert item["tags"] == {"new", "n1"}
    assert item["photo"] == b"\x01"


def test_a_customers_orders_page_by_page(shop: Any) -> None:
    orders = everything(
        shop.query,
        KeyConditionExpression=Key("pk").eq("customer#0") & Key("sk").begins_with("order#"),
        Limit=7,
    )
    assert [order["sk"] for order in orders] == [f"order#{number:03}" for number in range(0, 60, 3)]


def test_orders_between_with_a_filter_and_a_projection(shop: Any) -> None:
    found = shop.query(
        KeyConditionExpression=Key("pk").eq("customer#2")
        & Key("sk").between("order#010", "order#030"),
        FilterExpression=Attr("status").ne("paid")
        & (Attr("lines[1].count").gte(20) | Attr("tags").contains("n0"))
        & Attr("note").not_exists(),
        ProjectionExpression="sk, #l[1].#n",
        ExpressionAttributeNames={"#l": "lines", "#n": "count"},
        ScanIndexForward=False,
    )
    wanted = [
        number
        for number in range(2, 60, 3)
        if 10 <= number <= 30 and number % 4 and (number >= 20 or number % 2 == 0)
    ]
    assert [item["sk"] for item in found["Items"]] == [f"order#{n:03}" for n in reversed(wanted)]
    assert found["Items"][0]["lines"] == [{"count": wanted[-1]}]


def test_open_orders_by_day_from_the_index(shop: Any) -> None:
    found = everything(
        shop.query,
        IndexName="by-status",
        KeyConditionExpression=Key("status").eq("open") & Key("day").gt("2026-01-20"),
    )
    days = [item["day"] for item in found]
    assert days == sorted(days)
    assert len(found) == sum(bool(n % 4) and n % 28 + 1 > 20 for n in range(60))
    assert set(found[0]) == {"pk", "sk", "status", "day", "total"}


def test_parallel_scans_cover_all_items_once(shop: Any) -> None:
    seen: list[str] = []
    for segment in range(4):
        seen += [
            item["sk"]
            for item in everything(
                shop.scan,
                Segment=segment,
                TotalSegments=4,
                FilterExpression=Attr("sk").begins_with("order#"),
                Limit=9,
            )
        ]
    assert sorted(seen) == [f"order#{number:03}" for number in range(60)]


def test_stock_never_falls_below_zero(shop: Any) -> None:
    def take(count: int) -> int:
        answer = shop.update_item(
            Key={"pk": "stock", "sk": "a"},
            UpdateExpression="SET #c = #c - :n, reserved.#o = if_not_exists(reserved.#o, :zero) + :n",
            ConditionExpression=Attr("count").gte(count),
            ExpressionAttributeNames={"#c": "count", "#o": "order-1"},
            ExpressionAttributeValues={":n": count, ":zero": 0},
            ReturnValues="UPDATED_NEW",
        )
        left: Decimal = answer["Attributes"]["count"]
        return int(left)

    assert take(4) == 6
    assert take(6) == 0
    with pytest.raises(ClientError) as error:
        take(1)
    assert code_of(error) == "ConditionalCheckFailedException"
    assert shop.get_item(Key={"pk": "stock", "sk": "a"})["Item"]["reserved"] == {"order-1": 10}


def test_paying_an_order_is_one_transaction(shop: Any) -> None:
    client = shop.meta.client

    def pay(order: str) -> None:
        client.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": shop.name,
                        "Key": {"pk": "customer#1", "sk": order},
                        "UpdateExpression": "SET #s = :paid",
                        "ConditionExpression": "#s = :open",
                        "ExpressionAttributeNames": {"#s": "status"},
                        "ExpressionAttributeValues": {":paid": "paid", ":open": "open"},
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
                {
                    "Put": {
                        "TableName": shop.name,
                        "Item": {"pk": "payments", "sk": order, "by": "customer#1"},
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
            ]
        )

    pay("order#001")
    with pytest.raises(client.exceptions.TransactionCanceledException) as error:
        pay("order#001")
    reasons = error.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed"] * 2
    assert reasons[0]["Item"]["status"] == {"S": "paid"}
    both = client.transact_get_items(
        TransactItems=[
            {"Get": {"TableName": shop.name, "Key": {"pk": "payments", "sk": "order#001"}}},
            {"Get": {"TableName": shop.name, "Key": {"pk": "customer#1", "sk": "order#001"}}},
        ]
    )
    assert [each["Item"].get("status") for each in both["Responses"]] == [None, "paid"]


def test_many_at_once(shop: Any, resource: Any) -> None:
    answer = resource.batch_get_item(
        RequestItems={
            shop.name: {
                "Keys": [{"pk": f"customer#{n % 3}", "sk": f"order#{n:03}"} for n in range(60)],
                "ProjectionExpression": "sk",
            }
        }
    )
    found = sorted(item["sk"] for item in answer["Responses"][shop.name])
    assert found == [f"order#{number:03}" for number in range(60)]
    assert not answer["UnprocessedKeys"]
