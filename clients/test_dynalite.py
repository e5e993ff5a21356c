"""dynalite, an emulator whose answers were recorded from the service, as a peer: both are asked the same.

It knows no transactions, and differs from today's service in what `known_to_differ` lists; in all
else the two must agree, in results and, where a request is refused, in the message.
"""

import http.client
import json
import pathlib
import re
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from tests.compat.dynamodb.door.test_golden import HEADERS
from tests.compat.dynamodb.test_condition_model import Node, Written, trees, write
from tests.compat.dynamodb.test_update_model import actions_, documents, expression
from tests.compat.dynamodb.wire_values import Wire, items, values
from tests.server import Server, free_port

NODE = pathlib.Path(__file__).parent.parent / ".venv" / "node"
#: The same examples each time: the peer has mistakes of its own, and a new one is no fault of ours.
LAX = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Peer:
    """A DynamoDB endpoint."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, operation: str, body: dict[str, Any]) -> Any:
        """Returns the answer's body, or the kind and message of an error."""
        target = {"X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", "/", json.dumps(body), HEADERS | target)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        if response.status == 200:
            return answer
        kind = str(answer["__type"]).rpartition("#")[2]
        return kind, answer.get("message", answer.get("Message"))

    def make_table(self) -> None:
        """Makes the table that the tests use."""
        self.ask(
            "CreateTable",
            {
                "TableName": TABLE,
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"AttributeName": "sk", "AttributeType": "N"},
                ],
            },
        )
        while self.ask("DescribeTable", {"TableName": TABLE})["Table"]["TableStatus"] != "ACTIVE":
            time.sleep(0.01)


class Dynalite(Peer):
    """dynalite, in memory; some comparisons end its process, which then begins anew, empty."""

    def __init__(self) -> None:
        super().__init__(free_port())
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[str]":
        program = NODE / "node_modules" / ".bin" / "dynalite"
        flags = [f"--{name}TableMs=0" for name in ("create", "delete", "update")]
        command = [str(program), "--port", str(self.port), *flags]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert process.stdout is not None
        assert "Listening" in process.stdout.readline()
        return process

    def begin_anew(self) -> None:
        """Starts the program again."""
        self.stop()
        self._process = self._start()
        self.make_table()

    def stop(self) -> None:
        """Ends the program."""
        self._process.terminate()
        self._process.communicate()


TABLE = "peers"
Both = tuple[Peer, Dynalite]
_partitions = count()


@pytest.fixture(scope="module")
def both(server: Server) -> Iterator[Both]:
    ours, theirs = Peer(server.dynamodb_port), Dynalite()
    for peer in (ours, theirs):
        peer.make_table()
    yield ours, theirs
    theirs.stop()


def new_key() -> dict[str, Wire]:
    """Returns the key of an item that neither has seen."""
    return {"pk": {"S": f"partition-{next(_partitions)}"}, "sk": {"N": "0"}}


def agreed(both: Both, operation: str, body: dict[str, Any]) -> Any:
    ours = canonical(both[0].ask(operation, body))
    try:
        theirs = canonical(both[1].ask(operation, body))
    except (ConnectionError, http.client.RemoteDisconnected):
        both[1].begin_anew()
        reject()
    if ours != theirs and not known_to_differ(ours, theirs):
        raise AssertionError(f"{operation} {json.dumps(body)}\n ours   {ours}\n theirs {theirs}")
    return ours


def canonical(answer: Any) -> Any:
    """Returns an answer with the members of sets in order."""
    if isinstance(answer, dict):
        return {
            name: sorted(member) if name in {"SS", "NS", "BS"} else canonical(member)
            for name, member in answer.items()
        }
    return [canonical(member) for member in answer] if isinstance(answer, list) else answer


REFUSALS_OF_ITEMS = {
    "An operand in the update expression has an incorrect data type",
    "The document path provided in the update expression is invalid for update",
    "The provided expression refers to an attribute that does not exist in the item",
}
DOCUMENTS = {"L", "M", "SS", "NS", "BS"}
#: What the service refuses and dynalite doesn't know of.
_NOT_KNOWN_THERE = re.compile(
    r"operator or function: (<|<=|>|>=|BETWEEN), operand type|Number overflow"
)


_COUNTED = "1 validation error detected: "
_OLDER = re.compile(
    r"(?:ExpressionAttributeValues contains invalid value: (?=.* for key ))?"
    r"(.*?)(?: for key :\w+|: \w+ (?:and \w+ are|is) null)?",
    re.DOTALL,
)


def known_to_differ(ours: Any, theirs: Any) -> bool:
    """Returns whether two answers differ for a reason that is known."""
    if isinstance(ours, tuple) and _NOT_KNOWN_THERE.search(str(ours[1])):
        return True
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        # It answers as the service did until 2026, which counted and named fewer faults.
        one, other = str(ours[1]), str(theirs[1])
        found = _OLDER.fullmatch(other)
        if one.removeprefix(_COUNTED) == (other if found is None else found[1]):
            return True
        # Of two actions that an item refuses, or pairs of paths in conflict, either may be named.
        if {one, other} <= REFUSALS_OF_ITEMS or (
            "paths conflict" in one and "paths conflict" in other
        ):
            return True
    # It can't parse sums within sums, and words syntax errors in its own way.
    return isinstance(theirs, tuple) and "Syntax error; Expected" in str(theirs[1])


def is_beyond_it(tree: Node) -> bool:
    """Returns whether dynalite is known to compare wrongly.

    To it two missing attributes are equal, and IN finds no documents.
    """
    if tree[0] in {"AND", "OR", "NOT"}:
        return any(is_beyond_it(each) for each in tree[1:])
    if tree[0] not in {"compare", "between", "in"}:
        return False
    operands = [each for each in tree[1:] if isinstance(each, tuple)]
    operands += tree[2] if tree[0] == "in" else []
    if tree[0] == "in" and any(
        each[0] == "value" and set(each[1]) & DOCUMENTS for each in operands
    ):
        return True
    return len([each for each in operands if each[0] != "value"]) > 1


def depends_on_others(action: Node) -> bool:
    """Returns whether an action is another one after others have been done."""
    if action[0] == "REMOVE":
        return len(action[1]) > 1
    return bool(action[0] == "SET" and "path" in str(action[2]))


@LAX
@given(trees, st.lists(items, min_size=1, max_size=3), st.integers(0, 1000))
def test_filters(both: Both, tree: Node, wires: list[dict[str, Wire]], seed: int) -> None:
    assume(not is_beyond_it(tree))
    written = Written(seed)
    text, _ = write(tree, written)
    # To dynalite's attribute_type an empty string has no type.
    assume("attribute_type" not in text or '""' not in json.dumps(wires))
    # To dynalite's IN a false value is in no list.
    assume(" in (" not in text.lower() or "false" not in json.dumps([wires, written.values]))
    key = new_key()
    for number, wire in enumerate(wires):
        item = wire | key | {"sk": {"N": str(number)}}
        agreed(both, "PutItem", {"TableName": TABLE, "Item": item})
    query = {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :partition",
        "FilterExpression": text,
        "ExpressionAttributeValues": written.values | {":partition": key["pk"]},
    }
    agreed(both, "Query", query)


@LAX
@given(actions_, documents | items)
def test_updates(both: Both, actions: list[Node], wire: dict[str, Wire]) -> None:
    # dynalite does one action after the other, each on what the one before has left.
    assume(len(actions) == 1 or not any(depends_on_others(action) for action in actions))
    key = new_key()
    agreed(both, "PutItem", {"TableName": TABLE, "Item": wire | key})
    text, values_ = expression(actions)
    body = {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": text,
        "ExpressionAttributeNames": {f"#{name}": name for name in "abcd" if f"#{name}" in text},
        "ReturnValues": "ALL_NEW",
    }
    agreed(both, "UpdateItem", body | ({"ExpressionAttributeValues": values_} if values_ else {}))


@LAX
@given(st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=2), st.booleans())
def test_items_and_what_they_consume(both: Both, wire: dict[str, Wire], forward: bool) -> None:
    key = new_key()
    shown = {"TableName": TABLE, "ReturnConsumedCapacity": "TOTAL"}
    for number in ("0", "-1", "2"):
        item = wire | key | {"sk": {"N": number}}
        agreed(both, "PutItem", {"Item": item, "ReturnValues": "ALL_OLD", **shown})
    agreed(both, "GetItem", {"Key": key, **shown})
    query = {
        "KeyConditionExpression": "pk = :p AND sk >= :n",
        "ExpressionAttributeValues": {":p": key["pk"], ":n": {"N": "0"}},
    }
    agreed(both, "Query", {"ScanIndexForward": forward, **query, **shown})
    agreed(both, "DeleteItem", {"Key": key, "ReturnValues": "ALL_OLD", **shown})
