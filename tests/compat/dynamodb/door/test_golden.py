"""Conversations in JSON: tests/golden/dynamodb/*.txt, whose README tells the format."""

import http.client
import json
import pathlib
import re
import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.server import Server

FOLDER = pathlib.Path(__file__).parents[3] / "golden" / "dynamodb"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x",
    "X-Amz-Date": "20260101T000000Z",
}


@dataclass
class Exchange:
    title: str
    line: int
    operation: str
    request: dict[str, Any]
    answer: dict[str, Any] | None = None
    error: str | None = None
    is_repeated: bool = False


def read(path: pathlib.Path) -> list[Exchange]:
    exchanges: list[Exchange] = []
    title = ""
    cited = False
    lines = path.read_text().splitlines()
    entries: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        if line.startswith((" ", "\t")) and entries:
            entries[-1] = (entries[-1][0], entries[-1][1] + line)
        elif line.strip():
            entries.append((number, line))
    for number, line in entries:
        if line.startswith("## "):
            title, cited = line[3:], False
        elif line.startswith("#"):
            cited = True
        elif line.startswith(("> ", ">> ")):
            assert cited, f"{path.name}:{number}: nothing says where AWS says so"
            mark, operation, body = [*line.split(" ", 2), "{}"][:3]
            exchanges.append(
                Exchange(title, number, operation, json.loads(body), is_repeated=mark == ">>")
            )
        elif line.startswith("< "):
            exchanges[-1].answer = json.loads(line[2:])
        elif line.startswith("! "):
            exchanges[-1].error = line[2:]
        else:
            raise AssertionError(f"{path.name}:{number}: {line}")
    return exchanges


def is_like(found: Any, wanted: Any) -> bool:
    if wanted == "*":
        return True
    if isinstance(wanted, dict) and isinstance(found, dict):
        names = set(wanted) - {"..."}
        if not names <= set(found) or ("..." not in wanted and names != set(found)):
            return False
        return all(is_like(found[name], wanted[name]) for name in names)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) == len(wanted) and all(map(is_like, found, wanted))
    return bool(found == wanted) and type(found) in {type(wanted), int, float}


def ask(connection: http.client.HTTPConnection, exchange: Exchange) -> tuple[int, Any]:
    target = {"X-Amz-Target": f"DynamoDB_20120810.{exchange.operation}"}
    connection.request("POST", "/", json.dumps(exchange.request), HEADERS | target)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def fault_of(exchange: Exchange, status: int, answer: Any) -> str | None:
    """Returns what came instead of what was to come, if something did."""
    if exchange.error is not None:
        kind = str(answer.get("__type", "")).rpartition("#")[2]
        found = f"{kind}: {answer.get('message', answer.get('Message', ''))}"
        return None if status == 400 and matches(found, exchange.error) else found
    return None if status == 200 and is_like(answer, exchange.answer) else json.dumps(answer)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_conversations(server: Server, path: pathlib.Path) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.dynamodb_port, timeout=60)
    wrong = []
    for exchange in read(path):
        fault = fault_of(exchange, *ask(connection, exchange))
        end = time.monotonic() + 60
        while fault is not None and exchange.is_repeated and time.monotonic() < end:
            fault = fault_of(exchange, *ask(connection, exchange))
        if fault is not None:
            wanted = exchange.error or json.dumps(exchange.answer)
            wrong.append(
                f"{path.name}:{exchange.line} {exchange.title}\n  not {wanted}\n  but {fault}"
            )
    connection.close()
    assert not wrong, "\n" + "\n".join(wrong)


def matches(found: str, wanted: str) -> bool:
    """Compares messages; "..." in what is wanted stands for anything."""
    parts = [re.escape(part) for part in wanted.split("...")]
    return re.fullmatch(".*".join(parts), found, re.DOTALL) is not None
