"""Tables: statuses as waiters expect, indexes that come and go, settings, tags; restarts."""

import pathlib
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.compat.dynamodb.door.conftest import MakeTable, client_for, index
from tests.compat.dynamodb.door.test_items import error_of
from tests.compat.dynamodb.door.test_queries import fill
from tests.server import Server

SIMPLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}


def new_index(client: Any, table: str, definition: dict[str, Any], *attributes: str) -> Any:
    return client.update_table(
        TableName=table,
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": letter}
            for name, letter in (attribute.split(":") for attribute in attributes)
        ],
        GlobalSecondaryIndexUpdates=[{"Create": definition}],
    )["TableDescription"]


def wait_until_active(client: Any, table: str) -> dict[str, Any]:
    while True:
        found: dict[str, Any] = client.describe_table(TableName=table)["Table"]
        if found["TableStatus"] == "ACTIVE":
            return found


def test_a_tables_life(client: Any) -> None:
    made = client.create_table(
        TableName="life",
        ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 2},
        Tags=[{"Key": "team", "Value": "blue"}],
        **SIMPLE,
    )["TableDescription"]
    assert made["TableStatus"] == "CREATING"
    assert made["TableArn"] == "arn:aws:dynamodb:us-east-1:000000000000:table/life"
    client.get_waiter("table_exists").wait(TableName="life")
    found = client.describe_table(TableName=made["TableArn"])["Table"]
    assert found["TableStatus"] == "ACTIVE"
    assert found["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    assert (found["TableId"], found["CreationDateTime"]) == (
        made["TableId"],
        made["CreationDateTime"],
    )
    assert error_of(
        client.create_table, TableName="life", BillingMode="PAY_PER_REQUEST", **SIMPLE
    ) == ("ResourceInUseException", "Table already exists: life")
    changed = client.update_table(TableName="life", BillingMode="PAY_PER_REQUEST")
    assert changed["TableDescription"]["TableStatus"] == "UPDATING"
    found = client.describe_table(TableName="life")["Table"]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    gone = client.delete_table(TableName="life")["TableDescription"]
    assert gone["TableStatus"] == "DELETING"
    client.get_waiter("table_not_exists").wait(TableName="life")
    assert error_of(client.describe_table, TableName="life") == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: life not found",
    )


def test_a_protected_table_stays(client: Any, make_table: MakeTable) -> None:
    table = make_table(DeletionProtectionEnabled=True)
    assert error_of(client.delete_table, TableName=table)[0] == "ValidationException"
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    client.delete_table(TableName=table)
    assert table not in client.list_tables()["TableNames"]


def test_lists_of_tables_come_in_pages(client: Any, make_table: MakeTable) -> None:
    made = {make_table() for _ in range(5)}
    found: list[str] = []
    for page in client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2}):
        assert len(page["TableNames"]) <= 2
        found += page["TableNames"]
    assert made <= set(found)
    assert found == sorted(found)


def test_tags(client: Any, make_table: MakeTable) -> None:
    arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{make_table()}"
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": k, "Value": k * 2} for k in "abc"])
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "new"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["b"])
    tags = client.list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "new", "c": "cc"}
    nowhere = arn + "-not-there"
    assert error_of(client.list_tags_of_resource, ResourceArn=nowhere)[0] in {
        "ResourceNotFoundException",
        "AccessDeniedException",
    }


def test_counts_follow_the_items(client: Any, make_table: MakeTable) -> None:
    table = make_table("pk:S, a:S", GlobalSecondaryIndexes=[index("by-a", "a")])
    fill(client, table, [{"pk": {"S": str(n)}, "a": {"S": "x"}} for n in range(10)])
    client.put_item(TableName=table, Item={"pk": {"S": "sparse"}})
    client.delete_item(TableName=table, Key={"pk": {"S": "3"}})
    found = client.describe_table(TableName=table)["Table"]
    assert (found["ItemCount"], found["TableSizeBytes"]) == (10, 9 * 5 + 8)
    (by_a,) = found["GlobalSecondaryIndexes"]
    assert (by_a["ItemCount"], by_a["IndexSizeBytes"]) == (9, 9 * 5)


def test_an_index_is_added_while_items_are_written(
    server: Server, client: Any, make_table: MakeTable
) -> None:
    table = make_table("pk:N")
    fill(client, table, [{"pk": {"N": str(n)}, "c": {"S": "old"}} for n in range(1000)])
    client.put_item(TableName=table, Item={"pk": {"N": "-1"}, "c": {"N": "5"}})
    client.put_item(TableName=table, Item={"pk": {"N": "-2"}})
    done = threading.Event()
    written: list[int] = []

    def write() -> None:
        own = client_for(server)
        while not done.is_set():
            n = len(written)
            own.put_item(TableName=table, Item={"pk": {"N": str(n * 2)}, "c": {"S": "new"}})
            own.delete_item(TableName=table, Key={"pk": {"N": str(n * 2 + 1)}})
            written.append(n)

    writer = threading.Thread(target=write)
    writer.start()
    made = new_index(client, table, index("by-c", "c"), "c:S")
    wait_until_active(client, table)
    done.set()
    writer.join()
    (shown,) = made["GlobalSecondaryIndexes"]
    assert shown["IndexStatus"] == "CREATING"

    def of_color(color: str) -> set[int]:
        answer = client.query(
            TableName=table,
            IndexName="by-c",
            KeyConditionExpression="c = :c",
            ExpressionAttributeValues={":c": {"S": color}},
        )
        return {int(item["pk"]["N"]) for item in answer["Items"]}

    count = len(written)
    assert of_color("new") == {n * 2 for n in range(count)}
    gone = {n * 2 + 1 for n in range(count)}
    assert of_color("old") == set(range(1000)) - of_color("new") - gone


def test_an_index_goes(client: Any, make_table: MakeTable) -> None:
    table = make_table("pk:S, a:S", GlobalSecondaryIndexes=[index("by-a", "a")])
    changed = client.update_table(
        TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-a"}}]
    )["TableDescription"]
    assert changed["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    assert "GlobalSecondaryIndexes" not in client.describe_table(TableName=table)["Table"]


def test_an_index_of_several_attributes(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    schema = [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in (("h1", "HASH"), ("h2", "HASH"), ("r1", "RANGE"), ("r2", "RANGE"))
    ]
    definition = {
        "IndexName": "many",
        "KeySchema": schema,
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    new_index(client, table, definition, "h1:S", "h2:N", "r1:S", "r2:N")
    wait_until_active(client, table)
    items = [
        {
            "pk": {"S": f"{h}{r1}{r2}"},
            "h1": {"S": "h"},
            "h2": {"N": h},
            "r1": {"S": r1},
            "r2": {"N": r2},
        }
        for h in "12"
        for r1 in "ab"
        for r2 in ("1", "2", "10")
    ]
    fill(client, table, [*items, {"pk": {"S": "partial"}, "h1": {"S": "h"}, "h2": {"N": "1"}}])

    def keys(condition: str, **values: Any) -> list[str]:
        answer = client.query(
            TableName=table,
            IndexName="many",
            KeyConditionExpression=f"h1 = :h AND h2 = :n{condition}",
            ExpressionAttributeValues={":h": {"S": "h"}, ":n": {"N": "1"}, **values},
        )
        return [item["pk"]["S"] for item in answer["Items"]]

    assert keys("") == ["1a1", "1a2", "1a10", "1b1", "1b2", "1b10"]
    assert keys(" AND r1 = :r", **{":r": {"S": "b"}}) == ["1b1", "1b2", "1b10"]
    narrow = {":r": {"S": "b"}, ":low": {"N": "1"}}
    assert keys(" AND r1 = :r AND r2 > :low", **narrow) == ["1b2", "1b10"]

    # The parameter from before expressions knows one attribute of each kind.
    equal = {"ComparisonOperator": "EQ"}
    old = {
        "h1": {**equal, "AttributeValueList": [{"S": "h"}]},
        "h2": {**equal, "AttributeValueList": [{"N": "1"}]},
    }
    with pytest.raises(ClientError, match="Query key condition not supported"):
        client.query(TableName=table, IndexName="many", KeyConditions=old)


def test_all_of_it_survives_a_restart(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server:
        client = client_for(server)
        client.create_table(
            TableName="kept",
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": "a", "Value": "b"}],
            **SIMPLE,
        )
        item = {"pk": {"S": "x"}, "c": {"SS": ["y"]}, "d": {"S": "z"}}
        client.put_item(TableName="kept", Item=item)
        new_index(client, "kept", index("by-d", "d"), "d:S")
        before = wait_until_active(client, "kept")
        server.kill()
    with Server(tmp_path / "data") as server:
        client = client_for(server)
        after = client.describe_table(TableName="kept")["Table"]
        assert after == before
        assert client.scan(TableName="kept", IndexName="by-d")["Items"] == [item]
        assert client.list_tags_of_resource(ResourceArn=after["TableArn"])["Tags"]


def test_what_is_asked_of_an_account(client: Any, make_table: MakeTable) -> None:
    assert client.describe_limits()["TableMaxReadCapacityUnits"] > 0
    (endpoint,) = client.describe_endpoints()["Endpoints"]
    assert endpoint["Address"] == "dynamodb.us-east-1.amazonaws.com"
    table = make_table()
    ttl = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "DISABLED"
    backups = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_what_comes_later_is_refused(client: Any, make_table: MakeTable) -> None:
    table = make_table()
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    code, message = error_of(client.update_table, TableName=table, StreamSpecification=stream)
    assert code == "ValidationException"
    assert "Streams" in message
    assert (
        error_of(client.execute_statement, Statement=f'SELECT * FROM "{table}"')[0]
        == "UnknownOperationException"
    )


def test_encryption_is_told_of_if_asked_for(client: Any, make_table: MakeTable) -> None:
    keys = "arn:aws:kms:us-east-1:000000000000:"
    for given, shown in [
        ({}, f"{keys}alias/aws/dynamodb"),
        ({"KMSMasterKeyId": "alias/mine"}, f"{keys}alias/mine"),
        ({"KMSMasterKeyId": "1234"}, f"{keys}key/1234"),
        ({"KMSMasterKeyId": f"{keys}key/5"}, f"{keys}key/5"),
    ]:
        table = make_table(SSESpecification={"Enabled": True, "SSEType": "KMS", **given})
        assert client.describe_table(TableName=table)["Table"]["SSEDescription"] == {
            "Status": "ENABLED",
            "SSEType": "KMS",
            "KMSMasterKeyArn": shown,
        }
    table = make_table(SSESpecification={"Enabled": False})
    assert "SSEDescription" not in client.describe_table(TableName=table)["Table"]
