"""A connection's life: keep-alive, pipelines, waiting handlers, slow clients, the end."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from wire.http.limits import HttpLimits
from wire.http.messages import Answer, Promise, Request, Response
from wire.http.server import HttpServer

GET = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Promised:
    """A response that is there at once, or, of /late, in the next turn of the loop."""

    response: Response

    def now(self) -> Response | None:
        return None if self.response.body == b"/late" else self.response

    def when_there(self, listener: Callable[[Answer], None]) -> None:
        asyncio.get_running_loop().call_soon(listener, self.response)


@dataclass
class Door:
    """A server that answers with the target; /wait answers when it is told to."""

    limits: HttpLimits = field(default_factory=HttpLimits)
    port: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.server = HttpServer(self.handle, self.limits)

    async def handle(self, request: Request) -> Response:
        if request.target == "/wait":
            self.waiting.set()
            await self.gate.wait()
        if request.target == "/fail":
            raise RuntimeError("a fault of the handler's")
        body = b"x" * 30_000_000 if request.target == "/large" else request.target.encode()
        return Response(200, (("X-Body", str(len(request.body))),), body)

    def promise(self, request: Request) -> Promise | Coroutine[Any, Any, Answer]:
        """Promises what `handle` would answer; /late comes in the loop's next turn, /fail not at all."""
        if request.target == "/wait":
            return self.handle(request)
        if request.target == "/fail":
            raise RuntimeError("a fault of the handler's")
        return Promised(Response(200, (), request.target.encode(), lines="X-More: 1\r\n"))

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)


async def opened(limits: HttpLimits | None = None) -> Door:
    door = Door(limits or HttpLimits())
    door.port = await door.server.listen("127.0.0.1", 0)
    return door


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    found = await opened()
    yield found
    await found.server.close(0.5)


async def read_response(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(head[0].split()[1]), headers, body


async def test_one_connection_answers_one_request_after_the_other(door: Door) -> None:
    reader, writer = await door.connect()
    for target in (b"/a", b"/b"):
        writer.write(GET % target)
        status, headers, body = await read_response(reader)
        assert (status, body) == (200, target)
        assert "connection" not in headers
        assert headers["date"].endswith("gmt")
    writer.close()


async def test_a_pipeline_is_answered_in_order_though_one_waits(door: Door) -> None:
    reader, writer = await door.connect()
    targets = [b"/1", b"/wait", *[b"/%d" % n for n in range(2, 60)]]
    writer.write(b"".join(GET % target for target in targets))
    await door.waiting.wait()
    door.gate.set()
    for target in targets:
        assert (await read_response(reader))[2] == target
    writer.close()


async def test_promises_are_kept_in_order(door: Door) -> None:
    door.server.handler = door.promise
    reader, writer = await door.connect()
    targets = [b"/1", b"/late", b"/2", b"/late", b"/wait", b"/late", *[b"/late"] * 60, b"/3"]
    writer.write(b"".join(GET % target for target in targets))
    await door.waiting.wait()
    door.gate.set()
    for target in targets:
        status, headers, body = await read_response(reader)
        assert (status, body) == (200, target)
        assert headers.get("x-more", "1") == "1"
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()


async def test_a_promise_is_kept_to_a_client_that_sends_no_more(door: Door) -> None:
    door.server.handler = door.promise
    reader, writer = await door.connect()
    writer.write(GET % b"/late" + GET % b"/late")
    writer.write_eof()
    assert (await reader.read()).count(b"\r\n\r\n/late") == 2
    writer.close()


async def test_a_handler_that_raises_is_answered_for(door: Door) -> None:
    door.server.handler = door.promise
    reader, writer = await door.connect()
    writer.write(GET % b"/fail")
    assert (await read_response(reader))[0] == 500
    assert await reader.read() == b""
    writer.close()


async def test_head_has_no_body_and_http_1_0_ends(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(b"HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /old HTTP/1.0\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"Content-Length: 4\r\n" in head
    rest = await reader.read()
    assert rest.endswith(b"\r\n\r\n/old")
    assert b"Connection: close" in rest
    writer.close()


async def test_connection_close_is_obeyed(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(b"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert (await reader.read()).endswith(b"/a")
    writer.close()


async def test_leave_to_send_a_body_is_given(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(b"POST /p HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"ok")
    status, headers, _ = await read_response(reader)
    assert (status, headers["x-body"]) == (200, "2")
    writer.close()


async def test_what_came_before_a_fault_is_answered(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(GET % b"/first" + b"\x00\x01\x02\r\n\r\n")
    assert (await read_response(reader))[2] == b"/first"
    assert (await read_response(reader))[0] == 400
    assert await reader.read() == b""
    writer.close()


async def test_a_handlers_fault_is_a_500(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(GET % b"/fail")
    assert (await read_response(reader))[0] == 500
    writer.close()


async def test_a_half_closed_client_still_hears_its_answer(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(GET % b"/wait")
    writer.write_eof()
    await door.waiting.wait()
    door.gate.set()
    assert (await read_response(reader))[2] == b"/wait"
    assert await reader.read() == b""
    writer.close()


async def test_who_reads_nothing_is_served_no_more_and_then_cut() -> None:
    door = await opened(HttpLimits(stall_seconds=0.0))
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", door.port))
    await loop.sock_sendall(raw, GET % b"/large" * 3)
    while not door.server._connections:  # noqa: ASYNC110 - no event tells of an accepted socket
        await asyncio.sleep(0.001)
    (connection,) = door.server._connections
    while not connection._is_paused:  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.001)
    assert len(connection._assembly.requests) == 2
    connection.check(loop.time() + 1)
    while door.server._connections:  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.001)
    raw.close()
    await door.server.close(0.5)


async def test_a_request_that_takes_too_long_to_arrive() -> None:
    door = await opened(HttpLimits(request_seconds=0.0))
    reader, writer = await door.connect()
    writer.write(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")
    while (  # noqa: ASYNC110 - likewise
        not door.server._connections or not next(iter(door.server._connections))._assembly.is_inside
    ):
        await asyncio.sleep(0.001)
    (connection,) = door.server._connections
    connection.check(asyncio.get_running_loop().time() + 1)
    assert (await read_response(reader))[0] == 408
    writer.close()
    await door.server.close(0.5)


async def test_a_refused_client_may_send_all_and_reads_why() -> None:
    door = await opened(HttpLimits(body_bytes_max=1000))
    reader, writer = await door.connect()
    writer.write(b"POST / HTTP/1.1\r\nContent-Length: 30000000\r\n\r\n")
    # More than what the buffers of two sockets take: somebody reads it.
    for _ in range(30):
        writer.write(b"x" * 1_000_000)
        await writer.drain()
    assert (await read_response(reader))[0] == 413
    assert await reader.read() == b""
    writer.close()
    await door.server.close(0.5)


async def test_a_refused_client_that_goes_on_is_cut() -> None:
    door = await opened(HttpLimits(body_bytes_max=1000))
    reader, writer = await door.connect()
    writer.write(b"POST / HTTP/1.1\r\nContent-Length: 30000000\r\n\r\n")
    assert (await read_response(reader))[0] == 413
    (connection,) = door.server._connections
    now = asyncio.get_running_loop().time()
    connection.check(now + door.limits.linger_seconds - 1)
    assert door.server._connections
    connection.check(now + door.limits.linger_seconds + 1)
    while door.server._connections:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0.001)
    writer.close()
    await door.server.close(0.5)


async def test_large_bodies_are_bounded_together() -> None:
    door = await opened(HttpLimits(body_bytes_all_max=200_000))
    head = b"POST %s HTTP/1.1\r\nContent-Length: 150000\r\n\r\n"
    body = b"x" * 150_000
    reader, writer = await door.connect()
    writer.write(head % b"/wait" + body)
    await door.waiting.wait()
    other, other_writer = await door.connect()
    other_writer.write(head % b"/a" + body)
    assert (await read_response(other))[0] == 503
    door.gate.set()
    assert (await read_response(reader))[0] == 200
    for _ in range(3):
        writer.write(head % b"/a" + body)
        assert (await read_response(reader))[0] == 200
    writer.close()
    other_writer.close()
    await door.server.close(0.5)


async def test_more_connections_than_allowed_are_cut() -> None:
    door = await opened(HttpLimits(connection_count_max=1))
    reader, writer = await door.connect()
    writer.write(GET % b"/a")
    assert (await read_response(reader))[0] == 200
    other, other_writer = await door.connect()
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await other.readexactly(1)
    other_writer.close()
    writer.close()
    await door.server.close(0.5)


async def test_closing_lets_a_request_finish() -> None:
    door = await opened()
    reader, writer = await door.connect()
    _idle_reader, idle_writer = await door.connect()
    writer.write(GET % b"/wait")
    await door.waiting.wait()
    closing = asyncio.ensure_future(door.server.close(30))
    assert await _idle_reader.read() == b""
    door.gate.set()
    status, headers, _ = await read_response(reader)
    assert (status, headers["connection"]) == (200, "close")
    await closing
    assert not door.server._connections
    writer.close()
    idle_writer.close()
