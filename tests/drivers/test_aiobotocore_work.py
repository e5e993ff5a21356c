"""aiobotocore: counters and a queue under concurrent workers, paginators and waiters."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from tests.server import Server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Any]:
    async with get_session().create_client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{server.dynamodb_port}",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ) as made:
        yield made


async def make_table(client: Any, name: str) -> None:
    await client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    await client.get_waiter("table_exists").wait(TableName=name)


async def test_concurrent_workers_count_right(client: Any) -> None:
    await make_table(client, "counters")
    key = {"id": {"S": "hits"}, "at": {"N": "0"}}

    async def work() -> None:
        for _ in range(10):
            await client.update_item(
                TableName="counters",
                Key=key,
                UpdateExpression="ADD hits :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    await asyncio.gather(*[work() for _ in range(10)])
    item = (await client.get_item(TableName="counters", Key=key))["Item"]
    assert item["hits"] == {"N": "100"}


async def test_each_job_goes_to_one_worker(client: Any) -> None:
    await make_table(client, "jobs")
    for number in range(20):
        await client.put_item(
            TableName="jobs", Item={"id": {"S": "queue"}, "at": {"N": str(number)}}
        )
    done: list[tuple[int, str]] = []

    async def worker(number: int) -> None:
        for job in range(20):
            try:
                await client.update_item(
                    TableName="jobs",
                    Key={"id": {"S": "queue"}, "at": {"N": str(job)}},
                    UpdateExpression="SET taken_by = :me",
                    ConditionExpression="attribute_not_exists(taken_by)",
                    ExpressionAttributeValues={":me": {"N": str(number)}},
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
            else:
                done.append((job, str(number)))

    await asyncio.gather(*[worker(number) for number in range(5)])
    assert sorted(job for job, _ in done) == list(range(20))
    owners = {}
    pages = client.get_paginator("query").paginate(
        TableName="jobs",
        KeyConditionExpression="id = :q",
        ExpressionAttributeValues={":q": {"S": "queue"}},
        PaginationConfig={"PageSize": 6},
    )
    async for page in pages:
        assert len(page["Items"]) <= 6
        for item in page["Items"]:
            owners[int(item["at"]["N"])] = item["taken_by"]["N"]
    assert owners == dict(done)
