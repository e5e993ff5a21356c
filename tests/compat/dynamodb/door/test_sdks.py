"""A small application's work through aiobotocore, PynamoDB and boto3's resource."""

import asyncio
from decimal import Decimal
from typing import Any

import boto3
import psycopg
import pytest
from aiobotocore.session import get_session
from boto3.dynamodb.conditions import Attr, Key
from pynamodb.attributes import (
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from tests.server import Server

KEYS = {"aws_access_key_id": "anybody", "aws_secret_access_key": "anything"}


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.dynamodb_port}"


def test_the_resource_of_boto3(server: Server) -> None:
    dynamodb = boto3.resource(
        "dynamodb", endpoint_url=address(server), region_name="us-east-1", **KEYS
    )
    table = dynamodb.create_table(
        TableName="scores",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "game", "KeyType": "HASH"},
            {"AttributeName": "player", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": letter}
            for name, letter in (("game", "S"), ("player", "S"), ("score", "N"))
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "ranking",
                "KeySchema": [
                    {"AttributeName": "game", "KeyType": "HASH"},
                    {"AttributeName": "score", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for n in range(60):
            batch.put_item(Item={"game": "chess", "player": f"p{n:02}", "score": n * 37 % 60})
    best = table.query(
        IndexName="ranking",
        KeyConditionExpression=Key("game").eq("chess") & Key("score").gte(50),
        FilterExpression=Attr("player").ne("p01"),
        ScanIndexForward=False,
        Limit=5,
    )["Items"]
    assert [item["score"] for item in best] == [59, 58, 57, 56, 55]
    answer = table.update_item(
        Key={"game": "chess", "player": "p00"},
        UpdateExpression="SET score = score + :bonus, history = list_append(if_not_exists(history, :none), :new)",
        ExpressionAttributeValues={":bonus": Decimal("0.5"), ":none": [], ":new": [{"at": 1}]},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"]["score"] == Decimal("0.5")
    assert answer["Attributes"]["history"] == [{"at": Decimal(1)}]
    assert table.item_count == 60
    table.delete()
    table.wait_until_not_exists()


async def test_aiobotocore_at_once(server: Server) -> None:
    session = get_session()
    async with session.create_client(
        "dynamodb", endpoint_url=address(server), region_name="us-east-1", **KEYS
    ) as client:
        await client.create_table(
            TableName="events",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        )
        await client.get_waiter("table_exists").wait(TableName="events")
        puts = [
            client.put_item(TableName="events", Item={"id": {"N": str(n)}, "by": {"S": "aio"}})
            for n in range(100)
        ]
        await asyncio.gather(*puts)
        pages = client.get_paginator("scan").paginate(
            TableName="events", PaginationConfig={"PageSize": 7}
        )
        found = [item["id"]["N"] async for page in pages for item in page["Items"]]
        assert sorted(map(int, found)) == list(range(100))


class ByAuthor(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-author"
        projection = AllProjection()
        billing_mode = "PAY_PER_REQUEST"

    author = UnicodeAttribute(hash_key=True)
    written = UTCDateTimeAttribute(range_key=True)


class Post(Model):
    class Meta:
        table_name = "posts"
        region = "us-east-1"
        aws_access_key_id = "anybody"
        aws_secret_access_key = "anything"
        billing_mode = "PAY_PER_REQUEST"
        host = ""

    id = UnicodeAttribute(hash_key=True)
    author = UnicodeAttribute()
    written = UTCDateTimeAttribute()
    likes = NumberAttribute(default=0)
    tags = UnicodeSetAttribute(null=True)
    parts: ListAttribute[Any] = ListAttribute(default=list)
    more = JSONAttribute(null=True)
    version = VersionAttribute()
    by_author = ByAuthor()


def test_pynamodb_with_versions_and_transactions(server: Server) -> None:
    from datetime import UTC, datetime

    Post.Meta.host = address(server)
    Post.create_table(wait=True)
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    with Post.batch_write() as batch:
        for n in range(30):
            batch.save(
                Post(
                    f"post-{n}",
                    author=f"author-{n % 3}",
                    written=moment.replace(minute=n),
                    tags={"a", f"t{n}"},
                )
            )
    found = list(
        Post.by_author.query("author-1", Post.written > moment.replace(minute=10), limit=3)
    )
    assert [post.id for post in found] == ["post-13", "post-16", "post-19"]
    assert found[0].tags == {"a", "t13"}

    mine, theirs = Post.get("post-1"), Post.get("post-1")
    mine.update(actions=[Post.likes.add(2), Post.parts.set(Post.parts.append([1]))])
    assert (mine.likes, mine.parts) == (2, [1])
    for stale in (theirs.save, lambda: theirs.update(actions=[Post.likes.set(9)])):
        with pytest.raises((PutError, UpdateError)) as refused:
            stale()
        assert refused.value.cause_response_code == "ConditionalCheckFailedException"

    connection = Connection(region="us-east-1", host=address(server))
    connection.session.set_credentials("anybody", "anything")
    with (
        pytest.raises(TransactWriteError) as cancelled,
        TransactWrite(connection=connection) as transaction,
    ):
        transaction.save(Post("post-new", author="x", written=moment))
        transaction.condition_check(Post, "post-2", condition=Post.likes == 99)
    # PynamoDB sends its checks first.
    reasons = [reason.code if reason else None for reason in cancelled.value.cancellation_reasons]
    assert reasons == ["ConditionalCheckFailed", None]
    assert Post.count() == 30
    with psycopg.connect(f"host=127.0.0.1 port={server.port} user=terrascale") as sql:
        rows = sql.execute("select author, sum(likes) from posts group by author order by author")
        assert rows.fetchall() == [("author-0", 0), ("author-1", 2), ("author-2", 0)]
