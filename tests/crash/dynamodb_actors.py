"""Clients of the DynamoDB API that know what was acknowledged, for servers that are killed.

    Putter       one item whose number grows, with an index on the number
    Pair         two items that one transaction raises together, each time with a token of its own
    Counter      one item that several raise, half of them by UpdateItem and half by SQL's UPDATE

A request that was under way when the server died may have been done or not; one that was answered must have been, and
no transaction may have been done by half.
"""

import abc
import http.client
import json
import threading
from typing import Any, Self

from tests.crash.history import ask, integers
from tests.server import Server

TABLE = "actors"
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x",
    "X-Amz-Date": "20260101T000000Z",
}
GONE = (OSError, http.client.HTTPException, EOFError)


class Connection:
    """One keep-alive connection."""

    def __init__(self, server: Server) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", server.dynamodb_port, timeout=60)

    def call(self, operation: str, **body: Any) -> dict[str, Any]:
        headers = {**_HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        self._http.request("POST", "/", json.dumps(body).encode(), headers)
        response = self._http.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        if response.status != 200:
            raise AssertionError(f"{operation}: {answer}")
        return answer

    def number(self, pk: str) -> int:
        found = self.call("GetItem", TableName=TABLE, Key={"pk": {"S": pk}})
        return int(found["Item"]["n"]["N"]) if "Item" in found else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()


def prepare(server: Server) -> None:
    with Connection(server) as connection:
        _prepare(connection)


def _prepare(connection: Connection) -> None:
    connection.call(
        "CreateTable",
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "kind", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-n",
                "KeySchema": [
                    {"AttributeName": "kind", "KeyType": "HASH"},
                    {"AttributeName": "n", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    counter = {"pk": {"S": "counter"}, "n": {"N": "0"}}
    connection.call("PutItem", TableName=TABLE, Item=counter)


class Actor(abc.ABC):
    """A client of its own.

    Attributes:
        done: Counts what was acknowledged over all lives of the server.
        acknowledged: Is released with each of these.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.done = 0
        self.acknowledged = threading.Semaphore(0)
        self.failure: BaseException | None = None

    def run(self, server: Server, stopping: threading.Event) -> None:
        """Goes on until the server is dead."""
        try:
            self.work(server)
        except GONE as error:
            if not stopping.wait(30):
                self.failure = error
        except BaseException as error:
            self.failure = error

    def count(self) -> None:
        """Takes note of one more that was acknowledged."""
        self.done += 1
        self.acknowledged.release()

    @abc.abstractmethod
    def work(self, server: Server) -> None: ...

    @abc.abstractmethod
    def verify(self, connection: Connection) -> None:
        """Asserts that what was acknowledged is there; goes on from what is."""


class Putter(Actor):
    def work(self, server: Server) -> None:
        with Connection(server) as connection:
            while True:
                item = {
                    "pk": {"S": self.name},
                    "kind": {"S": self.name},
                    "n": {"N": str(self.done + 1)},
                }
                connection.call("PutItem", TableName=TABLE, Item=item)
                self.count()

    def verify(self, connection: Connection) -> None:
        found = connection.number(self.name)
        assert self.done <= found <= self.done + 1
        by_index = connection.call(
            "Query",
            TableName=TABLE,
            IndexName="by-n",
            KeyConditionExpression="kind = :k",
            ExpressionAttributeValues={":k": {"S": self.name}},
        )
        assert [int(item["n"]["N"]) for item in by_index["Items"]] == ([found] if found else [])
        self.done = found


class Pair(Actor):
    def work(self, server: Server) -> None:
        with Connection(server) as connection:
            while True:
                number = self.done + 1
                updates = [
                    {
                        "Update": {
                            "TableName": TABLE,
                            "Key": {"pk": {"S": f"{self.name}-{side}"}},
                            "UpdateExpression": "SET n = :n",
                            "ConditionExpression": "attribute_not_exists(n) OR n = :old",
                            "ExpressionAttributeValues": {
                                ":n": {"N": str(number)},
                                ":old": {"N": str(number - 1)},
                            },
                        }
                    }
                    for side in "ab"
                ]
                token = f"{self.name}-{number}"
                for _ in range(1 + number % 2):  # An answer that got lost: the request comes again.
                    connection.call(
                        "TransactWriteItems", TransactItems=updates, ClientRequestToken=token
                    )
                self.count()

    def verify(self, connection: Connection) -> None:
        a, b = (connection.number(f"{self.name}-{side}") for side in "ab")
        assert a == b
        assert self.done <= a <= self.done + 1
        self.done = a


class Counter(Actor):
    """Raises the one counter; `by_sql` says by which API. Each counts its own."""

    def __init__(self, name: str, *, by_sql: bool) -> None:
        super().__init__(name)
        self.by_sql = by_sql

    def work(self, server: Server) -> None:
        if self.by_sql:
            with server.connect() as client:
                while True:
                    ask(client, f"UPDATE {TABLE} SET n = n + 1 WHERE pk = 'counter'")
                    self.count()
        with Connection(server) as connection:
            while True:
                connection.call(
                    "UpdateItem",
                    TableName=TABLE,
                    Key={"pk": {"S": "counter"}},
                    UpdateExpression="ADD n :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )
                self.count()

    def verify(self, connection: Connection) -> None:
        return


class Counters:
    """What all counters together must have done."""

    def __init__(self, counters: list[Counter]) -> None:
        self.counters = counters
        self._offset = 0

    def verify(self, server: Server, connection: Connection) -> None:
        found = connection.number("counter")
        with server.connect() as client:
            assert integers(client, f"SELECT n FROM {TABLE} WHERE pk = 'counter'") == [(found,)]
        done = self._offset + sum(counter.done for counter in self.counters)
        assert done <= found <= done + len(self.counters)
        self._offset += found - done
