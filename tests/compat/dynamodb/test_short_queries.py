"""A plain Query is answered in one step, with what the long way answers; what isn't plain isn't."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat.dynamodb.dispatch import Dispatcher
from compat.dynamodb.service import DynamoSettings, Service
from compat.dynamodb.short_ways import SHORT_WAYS
from compat.dynamodb.signature import Authenticator, SignedRequest
from compat.dynamodb.wire_items import LongWay
from storage.embedded import open_memory_store
from tests.compat.dynamodb.wire_values import values
from tsql.database import Database

Wire = dict[str, Any]
Ask = Callable[[str, Wire], Awaitable[tuple[int, Wire]]]

_HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x",
    "x-amz-date": "20260101T000000Z",
}


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Service, Ask]]:
    """A service over a store in memory, and what asks it."""
    store = await open_memory_store()
    database = await Database.open(store)
    beside: set[asyncio.Task[None]] = set()
    service = Service(
        database.shared,
        DynamoSettings(),
        spawn=lambda work: beside.add(asyncio.ensure_future(work)),
        now=lambda: 1_800_000_000.0,
    )
    keys = Authenticator({}, region="us-east-1", accepts_any_key=True, default_role="terrascale")
    dispatcher = Dispatcher(service, keys)

    async def ask(operation: str, body: Wire) -> tuple[int, Wire]:
        headers = {**_HEADERS, "x-amz-target": f"DynamoDB_20120810.{operation}"}
        data = json.dumps(body).encode()
        answer = await dispatcher.answer(SignedRequest("POST", "/", headers, data), data)
        return answer.status, json.loads(answer.body)

    try:
        yield service, ask
    finally:
        for task in beside:
            task.cancel()
        await database.close()
        await store.close()


def table(sort: str | None) -> Wire:
    key = {"pk": "S"} if sort is None else {"pk": "S", "sk": sort}
    return {
        "TableName": "Plain",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            {"AttributeName": name, "KeyType": kind}
            for name, kind in zip(key, ("HASH", "RANGE"), strict=False)
        ],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": letter} for name, letter in key.items()
        ],
    }


def shortly(service: Service, body: Wire) -> Wire | None:
    """Returns the short way's answer, or None if it takes the long one."""
    try:
        answer, group = SHORT_WAYS["Query"](service, body, len(json.dumps(body)))
    except LongWay:
        return None
    assert group is None
    found: Wire = json.loads(answer)
    return found


CONTENTS = {
    "S": ["a", "ab", "abc", "b", "\0", "\x01a", "é", "\U0001f600", *[f"k{n}" for n in range(40)]],
    "N": ["0", "1", "1.0", "-1", "1E2", "0.5", "-0.5", "007", *[str(n) for n in range(10, 50)]],
    "B": ["YQ==", "YWI=", "Yg==", "AA==", "AAE=", "/w==", "//8=", "AQ=="],
}
CONDITIONS = (
    "pk = :p",
    ":p = pk",
    "#p = :p",
    "pk = :p AND sk = :a",
    "pk = :p AND #s = :a",
    "sk < :a AND pk = :p",
    "pk = :p AND sk <= :a",
    "pk = :p AND :a < sk",
    "pk = :p AND sk >= :a",
    "(pk = :p) AND (sk BETWEEN :a AND :b)",
    "pk = :p AND begins_with(sk, :a)",
    "pk = :p AND sk = :p",
    "pk = :p AND sk <> :a",
    "pk = :p OR sk = :a",
    "pk > :p",
    "sk = :a",
    "pk = :p AND text = :a",
    "pk = :p AND pk = :a",
    "pk = :missing",
    "pk =",
)
ODD: tuple[Wire, ...] = (
    {"ExpressionAttributeNames": {}},
    {"ExpressionAttributeNames": {"#p": "pk", "#s": "sk"}},
    {"ExpressionAttributeNames": {"#p": 1}},
    {"ExpressionAttributeNames": {"#p": ["pk"]}},
    {"ExpressionAttributeNames": {"#p": ""}},
    {"ExpressionAttributeValues": {}},
    {"ExpressionAttributeValues": {":p": {"S": "p"}, ":more": {"S": "p"}}},
    {"ExpressionAttributeValues": {":p": {"S": "p", "N": "1"}}},
    {"ExpressionAttributeValues": {":p": {"S": ""}}},
    {"ExpressionAttributeValues": {":p": {"N": "1"}}},
    {"ExpressionAttributeValues": {":p": {"S": "p" * 3000}}},
    {"ExpressionAttributeValues": {":p": None}},
    {"ExpressionAttributeValues": [1]},
    {"Limit": 0},
    {"Limit": True},
    {"Limit": 1.5},
    {"Limit": 10**12},
    {"ScanIndexForward": "true"},
    {"ScanIndexForward": None},
    {"ConsistentRead": True},
    {"ConsistentRead": 1},
    {"Select": "COUNT"},
    {"Select": "ALL_ATTRIBUTES"},
    {"IndexName": "none"},
    {"ProjectionExpression": "sk, text"},
    {"FilterExpression": "attribute_exists(text)"},
    {"QueryFilter": {}},
    {"Unknown": 1},
    {"TableName": "Other"},
    {"TableName": ["Plain"]},
    {"ExclusiveStartKey": {}},
    {"ExclusiveStartKey": {"pk": {"S": "other"}, "sk": {"N": "1"}}},
    {"ExclusiveStartKey": {"pk": {"S": "p"}}},
    {"KeyConditionExpression": None},
    {"KeyConditionExpression": 1},
    {"KeyConditionExpression": ""},
)


def _content(draw: Any, letter: str) -> Wire:
    return {letter: draw(st.sampled_from(CONTENTS[letter]))}


@st.composite
def tables(draw: Any) -> tuple[str | None, list[Wire]]:
    """The sort key's type, and items; some are large, so that pages end in many ways."""
    sort = draw(st.sampled_from(["S", "N", "B", None]))
    sizes = st.sampled_from([0, 0, 10, 3_000, 12_000, 90_000, 300_000])
    items = []
    for _ in range(draw(st.sampled_from([0, 2, 8, 30]))):
        item = {"pk": {"S": draw(st.sampled_from(["p", "p", "p", "q", "\0"]))}}
        if sort is not None:
            item["sk"] = _content(draw, sort)
        item["text"] = {"S": "x" * draw(sizes)}
        if draw(st.booleans()):
            item["more"] = draw(values)
        items.append(item)
    return sort, items


@st.composite
def queries(draw: Any, sort: str | None) -> Wire:
    """A Query that is plain, or in one respect isn't."""
    text = draw(st.sampled_from(CONDITIONS[:3] if sort is None else CONDITIONS))
    body: Wire = {"TableName": "Plain", "KeyConditionExpression": text}
    names = {"#p": "pk", "#s": "sk"}
    used = {name: full for name, full in names.items() if name in text}
    if used:
        body["ExpressionAttributeNames"] = used
    found = {":p": {"S": draw(st.sampled_from(["p", "p", "q", "r"]))}}
    letter = sort or "S"
    for name in (":a", ":b"):
        found[name] = _content(draw, letter)
    body["ExpressionAttributeValues"] = {n: v for n, v in found.items() if n in text}
    if draw(st.booleans()):
        body["Limit"] = draw(st.sampled_from([1, 2, 5, 25, 26, 27, 100]))
    if draw(st.booleans()):
        body["ScanIndexForward"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        start = {"pk": {"S": "p"}} if sort is None else {"pk": {"S": "p"}, "sk": found[":b"]}
        body["ExclusiveStartKey"] = start
    if draw(st.integers(0, 2)) == 0:
        body.update(draw(st.sampled_from(ODD)))
    return body


async def compare(sort: str | None, items: list[Wire], bodies: list[Wire]) -> None:
    async with served() as (service, ask):
        await ask("CreateTable", table(sort))
        for item in items:
            await ask("PutItem", {"TableName": "Plain", "Item": item})
        for body in bodies:
            # A parameter that is there, though it asks for nothing, leads the long way.
            status, told = await ask("Query", {**body, "ReturnConsumedCapacity": "NONE"})
            sent = json.dumps(body)
            for _ in range(2):  # the second time, of what the first one has kept
                found = shortly(service, body)
                assert json.dumps(body) == sent
                if found is not None:
                    assert (status, told) == (200, found)
            assert await ask("Query", body) == (status, told)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_both_ways_give_one_answer(data: st.DataObject) -> None:
    sort, items = data.draw(tables())
    bodies = data.draw(st.lists(queries(sort), min_size=1, max_size=25))
    asyncio.run(compare(sort, items, bodies))


PLAIN: tuple[Wire, ...] = (
    {},
    {"Limit": 3},
    {"ScanIndexForward": False, "ConsistentRead": True},
    {"ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"N": "3"}}, "Limit": 2},
)


@pytest.mark.parametrize("text", [text for text in CONDITIONS[:10] if "#" not in text])
@pytest.mark.parametrize("more", PLAIN)
async def test_a_plain_query_takes_the_short_way(text: str, more: Wire) -> None:
    found = {":p": {"S": "p"}, ":a": {"N": "2"}, ":b": {"N": "9"}}
    used = {name: value for name, value in found.items() if name in text}
    body = {"TableName": "Plain", "KeyConditionExpression": text, **more}
    body["ExpressionAttributeValues"] = used
    async with served() as (service, ask):
        await ask("CreateTable", table("N"))
        for number in range(10):
            item = {"pk": {"S": "p"}, "sk": {"N": str(number)}, "text": {"S": "x"}}
            await ask("PutItem", {"TableName": "Plain", "Item": item})
        told = await ask("Query", {**body, "ReturnConsumedCapacity": "NONE"})
        if told[0] == 200:
            assert shortly(service, body) == told[1]
        else:
            assert shortly(service, body) is None


async def test_pages_follow_one_another_to_the_end() -> None:
    body: Wire = {
        "TableName": "Plain",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "p"}},
        "Limit": 4,
    }
    async with served() as (service, ask):
        await ask("CreateTable", table("N"))
        for number in range(10):
            item = {"pk": {"S": "p"}, "sk": {"N": str(number)}}
            await ask("PutItem", {"TableName": "Plain", "Item": item})
        found: list[str] = []
        start: Wire = {}
        while (page := shortly(service, {**body, **start})) is not None:
            found += [item["sk"]["N"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == [str(number) for number in range(10)]
