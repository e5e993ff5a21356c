"""The DynamoDB API beside dynalite (npm) and moto (PyPI): `make bench-dynamodb`.

Requests over keep-alive connections, signed one by one before the clock starts; items of 1 KB. TerraScale syncs
before it answers and verifies every signature; dynalite keeps its data in memory or, on disk, without a sync, and
neither peer verifies anything. Each figure is the median of the rounds, which are interleaved.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvloop
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.server import Server, free_port

KEY, SECRET, REGION = "AKIABENCH", "benchmark/secret", "us-east-1"
TABLE = "bench"
ITEMS = 1000
PARTITION_ITEMS = 25
REQUESTS = 400
PEERS = pathlib.Path(__file__).parent.parent / ".peers"


@dataclass(frozen=True)
class Peer:
    name: str
    port: int


# ---- requests ----------------------------------------------------------------------------------


def signed(port: int, operation: str, body: dict[str, Any]) -> bytes:
    """Returns the bytes of a signed request."""
    data = json.dumps(body, separators=(",", ":")).encode()
    request = AWSRequest(
        "POST",
        f"http://127.0.0.1:{port}/",
        headers={
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "User-Agent": "benchmark",
        },
        data=data,
    )
    SigV4Auth(Credentials(KEY, SECRET), "dynamodb", REGION).add_auth(request)
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    lines += [f"Host: 127.0.0.1:{port}", f"Content-Length: {len(data)}"]
    return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + data


def call(peer: Peer, operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """Sends one request; raises at an error."""
    raw = signed(peer.port, operation, body)
    head, _, data = raw.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    request = urllib.request.Request(f"http://127.0.0.1:{peer.port}/", data, headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.loads(response.read())
    return answer


def item(partition: int, number: int, salt: int = 0) -> dict[str, Any]:
    """An item of 1 KB with ten attributes."""
    attributes: dict[str, Any] = {f"text{n}": {"S": f"{salt:06}" + "x" * 110} for n in range(7)}
    return {
        "pk": {"S": f"partition-{partition:06}"},
        "sk": {"N": str(number)},
        "count": {"N": str(salt)},
        "tags": {"SS": ["one", "two", "three"]},
        "place": {"M": {"city": {"S": "Berlin"}, "zip": {"N": "10115"}}},
        **attributes,
    }


def key(n: int) -> dict[str, Any]:
    whole = item(n // PARTITION_ITEMS, n % PARTITION_ITEMS)
    return {"pk": whole["pk"], "sk": whole["sk"]}


def get(n: int) -> tuple[str, dict[str, Any]]:
    return "GetItem", {"TableName": TABLE, "Key": key(n % ITEMS), "ConsistentRead": True}


def put(n: int) -> tuple[str, dict[str, Any]]:
    return "PutItem", {"TableName": TABLE, "Item": item(1000 + n // 25, n % 25, n)}


def update(n: int) -> tuple[str, dict[str, Any]]:
    return "UpdateItem", {
        "TableName": TABLE,
        "Key": key(n % ITEMS),
        "UpdateExpression": "SET #c = #c + :one, text0 = :text",
        "ExpressionAttributeNames": {"#c": "count"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":text": {"S": "y" * 116}},
    }


def query(n: int) -> tuple[str, dict[str, Any]]:
    return "Query", {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": item(n % (ITEMS // PARTITION_ITEMS), 0)["pk"]},
    }


def batch(n: int) -> tuple[str, dict[str, Any]]:
    puts = [{"PutRequest": {"Item": item(5000 + n, number, n)}} for number in range(25)]
    return "BatchWriteItem", {"RequestItems": {TABLE: puts}}


def prepare(peer: Peer) -> None:
    """Makes the table and its items."""
    call(
        peer,
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
    while call(peer, "DescribeTable", {"TableName": TABLE})["Table"]["TableStatus"] != "ACTIVE":
        time.sleep(0.02)
    for at in range(0, ITEMS, 25):
        puts = [
            {"PutRequest": {"Item": item(n // PARTITION_ITEMS, n % PARTITION_ITEMS)}}
            for n in range(at, at + 25)
        ]
        call(peer, "BatchWriteItem", {"RequestItems": {TABLE: puts}})


# ---- load --------------------------------------------------------------------------------------


class Client(asyncio.Protocol):
    """Sends one request after the other, and takes the time of each."""

    def __init__(self, port: int, requests: list[bytes], at: int, times: list[float]) -> None:
        self.port = port
        self.connecting: asyncio.Task[Any] | None = None
        self.requests = requests
        self.at = at
        self.times = times
        self.buffer = b""
        self.is_over = False
        self.faults = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        """Connects again: moto ends each connection after one answer."""
        self.buffer = b""
        if not self.is_over:
            loop = asyncio.get_running_loop()
            again = loop.create_connection(lambda: self, "127.0.0.1", self.port)
            self.connecting = loop.create_task(again)

    def send(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.requests[self.at % len(self.requests)])
        self.at += 1

    def data_received(self, data: bytes) -> None:
        self.buffer = buffer = self.buffer + data if self.buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = buffer[:end].lower()
        at = head.find(b"content-length: ")
        stop = head.find(b"\r\n", at)
        length = int(head[at + 16 : None if stop < 0 else stop])
        if len(buffer) < end + 4 + length:
            return
        if b" 200 " not in buffer[:20]:
            self.faults += 1
        self.buffer = b""
        self.times.append(time.perf_counter() - self.began)
        if not self.is_over and b"\r\nconnection: close" not in head:
            self.send()


@dataclass(frozen=True)
class Measured:
    rate: float
    p50: float
    p99: float


async def _load(peer: Peer, requests: list[bytes], connections: int, seconds: float) -> Measured:
    times: list[float] = []
    loop = asyncio.get_running_loop()
    clients = []
    for n in range(connections):
        step = n * len(requests) // connections
        _, client = await loop.create_connection(
            partial(Client, peer.port, requests, step, times), "127.0.0.1", peer.port
        )
        clients.append(client)
    await asyncio.sleep(seconds / 5)
    times.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    elapsed = time.perf_counter() - began
    count = len(times)
    for client in clients:
        client.is_over = True
        client.transport.close()
    assert not any(client.faults for client in clients), f"{peer.name} answered with an error"
    ordered = sorted(times[:count]) or [0.0]
    return Measured(count / elapsed, ordered[count // 2], ordered[count * 99 // 100])


def measure(
    peer: Peer, make: Callable[[int], tuple[str, dict[str, Any]]], connections: int, seconds: float
) -> Measured:
    requests = [signed(peer.port, *make(n)) for n in range(REQUESTS)]
    return uvloop.run(_load(peer, requests, connections, seconds))


# ---- peers -------------------------------------------------------------------------------------


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        if time.monotonic() > deadline:
            raise TimeoutError(port)
        time.sleep(0.05)


@contextlib.contextmanager
def running(name: str, *command: str) -> Iterator[Peer]:
    """Runs a peer; `{port}` in its command is replaced."""
    port = free_port()
    arguments = [part.replace("{port}", str(port)) for part in command]
    process = subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(port)
        yield Peer(name, port)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def terrascale(folder: pathlib.Path) -> Iterator[Peer]:
    keys = json.dumps({KEY: {"secret": SECRET}})
    environment = {
        "TERRASCALE_DYNAMODB_ACCESS_KEYS": keys,
        "TERRASCALE_DYNAMODB_DEV_MODE": "off",
    }
    with Server(folder / "data", env=environment) as server:
        yield Peer("terrascale", server.dynamodb_port)


def sync_seconds(folder: pathlib.Path) -> float:
    """The median time of a sync here, for judging the writes."""
    times = []
    with (folder / "probe").open("wb") as file:
        for _ in range(200):
            file.write(b"x" * 2000)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times)


MEASUREMENTS = (
    ("GetItem, 16 connections", get, 16, "dynalite in memory", 1.2),
    ("PutItem, 64 connections", put, 64, "dynalite on disk", 1.2),
    ("UpdateItem, 64 connections", update, 64, "dynalite on disk", 1.2),
    ("Query of 25 items, 16 connections", query, 16, "dynalite in memory", 2.0),
    ("BatchWriteItem of 25, 16 connections", batch, 16, "dynalite in memory", 2.0),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="TerraScale without its peers")
    options = parser.parse_args()
    dynalite = str(PEERS / "node_modules" / ".bin" / "dynalite")
    moto = str(PEERS / "moto" / "bin" / "moto_server")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        peers = [stack.enter_context(terrascale(folder))]
        if not options.alone:
            memory = (dynalite, "--port", "{port}", "--createTableMs", "1")
            disk = (*memory, "--path", str(folder / "dynalite"))
            peers.append(stack.enter_context(running("dynalite in memory", *memory)))
            peers.append(stack.enter_context(running("dynalite on disk", *disk)))
            if pathlib.Path(moto).exists():
                peers.append(stack.enter_context(running("moto", moto, "--port", "{port}")))
        for peer in peers:
            prepare(peer)
        print(f"a sync takes {sync_seconds(folder) * 1e3:.2f} ms here")
        for title, make, connections, rival, target in MEASUREMENTS:
            _compare(title, make, connections, (rival, target), peers, options)


def _compare(
    title: str,
    make: Callable[[int], tuple[str, dict[str, Any]]],
    connections: int,
    goal: tuple[str, float],
    peers: list[Peer],
    options: argparse.Namespace,
) -> None:
    found: dict[str, list[Measured]] = {peer.name: [] for peer in peers}
    for _ in range(options.rounds):
        for peer in peers:
            found[peer.name].append(measure(peer, make, connections, options.seconds))
    print(title)
    rates = {}
    for name, rounds in found.items():
        rate, p50, p99 = (
            statistics.median([getattr(each, field) for each in rounds])
            for field in ("rate", "p50", "p99")
        )
        rates[name] = rate
        print(f"  {name:20} {rate:8.0f}/s  p50 {p50 * 1e3:6.2f} ms  p99 {p99 * 1e3:6.2f} ms")
    rival, target = goal
    if rival in rates:
        ratio = rates["terrascale"] / rates[rival]
        print(f"  {ratio:.2f} times {rival} (target {target})")


if __name__ == "__main__":
    main()
