"""Plain requests get the answers that the long way gives."""

import http.client
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compat.dynamodb.door.test_golden import Exchange, ask
from tests.compat.dynamodb.door.test_mutated_requests import mutated
from tests.server import Server


def _answer(server: Server, operation: str, request: dict[str, Any]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", server.dynamodb_port, timeout=60)
    try:
        return ask(connection, Exchange("", 0, operation, request))
    finally:
        connection.close()


TABLE = {
    "TableName": "Short",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
}
ITEM = {
    "pk": {"S": "p"},
    "sk": {"N": "1"},
    "text": {"S": "t"},
    "number": {"N": "1.50"},
    "list": {"L": [{"N": "1"}, {"M": {"b": {"SS": ["y", "x"]}, "a": {"NULL": True}}}]},
}
OTHER = {"pk": {"S": "p"}, "sk": {"N": "2"}, "text": {"S": "u"}}
OWN = [
    Exchange("", 0, "GetItem", {"TableName": "Short", "Key": {"pk": ITEM["pk"], "sk": ITEM["sk"]}}),
    Exchange("", 0, "PutItem", {"TableName": "Short", "Item": ITEM}),
    Exchange(
        "",
        0,
        "BatchWriteItem",
        {
            "RequestItems": {
                "Short": [{"PutRequest": {"Item": ITEM}}, {"PutRequest": {"Item": OTHER}}]
            }
        },
    ),
]


KEY = {"pk": ITEM["pk"], "sk": ITEM["sk"]}
OWN += [
    Exchange("", 0, "PutItem", {"TableName": "Short", "Item": item, **condition})
    for item in (ITEM, OTHER)
    for condition in (
        {"ConditionExpression": "attribute_not_exists(pk)"},
        {
            "ConditionExpression": "#t = :t AND sk >= :n",
            "ExpressionAttributeNames": {"#t": "text"},
            "ExpressionAttributeValues": {":t": {"S": "t"}, ":n": {"N": "1"}},
        },
    )
]
QUERY = {
    "TableName": "Short",
    "KeyConditionExpression": "pk = :p AND sk <= :s",
    "ExpressionAttributeValues": {":p": {"S": "p"}, ":s": {"N": "1.0"}},
    "ScanIndexForward": False,
}
OWN += [
    Exchange("", 0, "Query", QUERY),
    Exchange("", 0, "Query", {**QUERY, "Limit": 1, "ConsistentRead": True}),
    Exchange("", 0, "Query", {**QUERY, "ExclusiveStartKey": KEY}),
]


def update(expression: str, **more: Any) -> Exchange:
    request = {"TableName": "Short", "Key": KEY, "UpdateExpression": expression, **more}
    return Exchange(expression, 0, "UpdateItem", request)


ONE = {":v": {"N": "1"}}
UPDATES = [
    update("SET #n = #n + :v, text = :t", ExpressionAttributeNames={"#n": "number"},
           ExpressionAttributeValues={**ONE, ":t": {"S": "new"}}),
    update("SET list[1].b = :v, other = list REMOVE text", ExpressionAttributeValues=ONE),
    update("ADD number :v", ConditionExpression="text = :t AND attribute_exists(pk)",
           ExpressionAttributeValues={**ONE, ":t": {"S": "t"}}),
    update("REMOVE list[0]", ConditionExpression="size(list) > :v", ExpressionAttributeValues=ONE),
    update("SET text = missing"),
    update("SET sk = :v", ExpressionAttributeValues=ONE),
    update("SET text = :v", ExpressionAttributeValues=ONE),
]  # fmt: skip


def _begin_anew(server: Server) -> None:
    """Leaves one item in the table, whatever keys the last request has written."""
    for item in _answer(server, "Scan", {"TableName": "Short"})[1]["Items"]:
        key = {name: item[name] for name in ("pk", "sk")}
        _answer(server, "DeleteItem", {"TableName": "Short", "Key": key})
    _answer(server, "PutItem", {"TableName": "Short", "Item": ITEM})


@given(st.sampled_from([*OWN, *UPDATES]) | mutated([*OWN, *UPDATES]))
@settings(max_examples=500, suppress_health_check=list(HealthCheck), deadline=None)
def test_both_ways_give_one_answer_and_do_one_thing(server: Server, exchange: Exchange) -> None:
    _answer(server, "CreateTable", TABLE)
    short = json.loads(json.dumps(exchange.request))
    # A parameter that is there, though it asks for nothing, leads the long way.
    long = {**short, "ReturnConsumedCapacity": "NONE"} if isinstance(short, dict) else short
    answers = []
    for request in (long, short, long):
        _begin_anew(server)
        answer = _answer(server, exchange.operation, request)
        left = _answer(server, "Scan", {"TableName": "Short"})
        answers.append((answer, left))
    assert answers[1] == answers[2]
    assert answers[0][0] == answers[1][0]


def test_puts_on_the_short_way_are_there(server: Server) -> None:
    _answer(server, "CreateTable", TABLE)
    for _ in range(2):  # the first teaches the registry
        for exchange in OWN[1:3]:
            assert _answer(server, exchange.operation, exchange.request)[0] == 200
    shown = []
    for item in (ITEM, OTHER):
        key = {name: item[name] for name in ("pk", "sk")}
        shown.append(_answer(server, "GetItem", {"TableName": "Short", "Key": key})[1]["Item"])
    tree = {"L": [{"N": "1"}, {"M": {"b": {"SS": ["x", "y"]}, "a": {"NULL": True}}}]}
    assert shown == [{**ITEM, "number": {"N": "1.5"}, "list": tree}, OTHER]
