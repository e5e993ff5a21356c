"""One client's connection, on the event loop: requests in, responses out, in order.

A handler gives a promise, or a coroutine that is stepped directly, without a task: where it waits
(for a commit, a lock), the future itself calls for the next step. So handlers have no current task,
and nobody cancels them: a request whose client is gone runs to its end. While one request is at work
the others of its pipeline wait, and beyond a limit the socket isn't read. Nothing is written while
the client doesn't take what it was sent.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Coroutine
from types import CoroutineType
from typing import Any, Final, Protocol, cast

from wire.http.assembly import Assembled, Assembly, BodyBudget
from wire.http.limits import PIPELINE_REQUESTS_MAX, HttpLimits
from wire.http.messages import (
    Answer,
    DateHeader,
    Handler,
    Promise,
    Request,
    encode_response,
    plain,
)
from wire.outbox import Outbox
from wire.stepping import set_aside

_log = logging.getLogger(__name__)
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Door(Protocol):
    """What connections share.

    Attributes:
        is_closing: Whether the server is about to stop: each response is its connection's last.
    """

    limits: HttpLimits
    handler: Handler
    date: DateHeader
    budget: BodyBudget
    outbox: Outbox
    is_closing: bool

    def admit(self, connection: "HttpConnection") -> bool:
        """Takes a new connection in; False if there are too many."""

    def dismiss(self, connection: "HttpConnection") -> None:
        """Forgets a connection that is gone."""


class HttpConnection(asyncio.Protocol):
    """The event loop's view of one client."""

    _transport: asyncio.Transport

    def __init__(self, door: Door) -> None:
        self._door = door
        self._loop = asyncio.get_running_loop()
        self._assembly = Assembly(door.limits, door.budget)
        self._current: Assembled | None = None
        self._waiting: Coroutine[Any, Any, Answer] | None = None
        self._is_paused = False
        self._is_over = False
        self._is_lingering = False
        self._has_ended = False
        self._is_reading = True
        self._since = self._loop.time()

    # ---- callbacks of the event loop -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports aren't subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        if not self._door.admit(self):
            self._is_over = True
            self._transport.abort()
            return
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        if self._is_lingering:
            return
        assembly = self._assembly
        if not assembly.is_inside:
            self._since = self._loop.time()
        assembly.feed(data)
        if assembly.wants_continue and self._current is None and assembly.fault is None:
            assembly.wants_continue = False
            self._door.outbox.put(self._transport, _CONTINUE)
        if self._current is None:
            self._serve()
        elif self._is_reading and len(assembly.requests) >= PIPELINE_REQUESTS_MAX:
            self._is_reading = False
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._has_ended = True
        if self._is_lingering:
            return False
        # What was asked before is still to be answered.
        return self._current is not None or bool(self._assembly.requests)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        self._assembly.requests.clear()
        if self._current is None:
            self._assembly.release()
        self._door.dismiss(self)

    def pause_writing(self) -> None:
        self._is_paused = True
        self._since = self._loop.time()

    def resume_writing(self) -> None:
        self._is_paused = False
        self._since = self._loop.time()
        if self._current is None:
            self._serve()

    # ---- requests and responses ------------------------------------------------------------------

    def _serve(self) -> None:
        """Answers what is whole, as far as it takes no waiting."""
        requests = self._assembly.requests
        while requests and not self._is_paused and not self._is_over:
            self._current = current = requests.popleft()
            if not self._begin(current.request):
                return
        if self._is_over or self._is_paused:
            return
        if self._assembly.fault is not None:
            self._refuse(*self._assembly.fault)
        elif self._has_ended:
            self._close()
        elif not self._is_reading:
            self._is_reading = True
            self._transport.resume_reading()

    def _begin(self, request: Request) -> bool:
        """Has a request handled as far as that takes no waiting; returns whether it is answered."""
        try:
            found = self._door.handler(request)
            if type(found) is CoroutineType:
                return self._step(found)
            promise = cast(Promise, found)
            response = promise.now()
            if response is None:
                promise.when_there(self._arrived)
                return False
        except Exception as error:  # noqa: BLE001 - the client hears of it, whatever it is
            self._failed(error)
            return True
        self._answer(response)
        return True

    def _arrived(self, response: Answer) -> None:
        """A promised response is there. Whoever says so has more to do: what is next comes later."""
        self._answer(response)
        assembly = self._assembly
        if assembly.requests or assembly.fault or self._has_ended or not self._is_reading:
            self._loop.call_soon(self._serve_next)

    def _serve_next(self) -> None:
        if self._current is None:
            self._serve()

    def _step(self, coroutine: Coroutine[Any, Any, Answer]) -> bool:
        """Runs a request's handler until it answers or waits; returns whether it has answered."""
        try:
            awaited = coroutine.send(None)
        except StopIteration as stop:
            self._answer(stop.value)
        except Exception as error:  # noqa: BLE001 - the client hears of it, whatever it is
            self._failed(error)
        else:
            self._waiting = coroutine
            set_aside(awaited)
            if awaited is None:
                self._loop.call_soon(self._go_on)
            else:
                awaited.add_done_callback(self._go_on)
            return False
        return True

    def _go_on(self, _future: Any = None) -> None:
        """What the handler has waited for is there."""
        coroutine, self._waiting = self._waiting, None
        assert coroutine is not None
        if self._step(coroutine):
            self._serve()

    def _failed(self, error: BaseException) -> None:
        _log.error("http_handler_failed", exc_info=error)
        self._answer(plain(500))

    def _answer(self, response: Answer) -> None:
        current, self._current = self._current, None
        assembly = self._assembly
        if self._is_over or not (assembly.requests or assembly.is_inside):
            assembly.release()
        if self._is_over or current is None:
            return
        stays = current.keeps_alive and not response.close and not self._door.is_closing
        self._write(response, current, stays=stays)
        self._since = self._loop.time()
        if not stays:
            self._close()

    def _write(self, response: Answer, current: Assembled, *, stays: bool) -> None:
        self._door.outbox.put(
            self._transport,
            encode_response(
                response,
                self._door.date.at(time.time()),  # noqa: TID251 - for the client, not for data
                is_head=current.request.method == "HEAD",
                keeps_alive=stays,
                is_old=current.is_old,
            ),
        )

    def _refuse(self, status: int, text: str) -> None:
        """Answers what can't be read, and ends."""
        self._door.outbox.put(
            self._transport,
            encode_response(
                plain(status, text),
                self._door.date.at(time.time()),  # noqa: TID251 - for the client, not for data
                is_head=False,
                keeps_alive=False,
                is_old=False,
            ),
        )
        if self._has_ended or not self._transport.can_write_eof():
            self._close()
            return
        # A connection that is closed while its client sends is cut: it would never read the answer.
        self._is_over = self._is_lingering = True
        self._since = self._loop.time()
        self._door.outbox.send()
        self._transport.write_eof()

    # ---- the end ---------------------------------------------------------------------------------

    def check(self, now: float) -> None:
        """Ends the connection if its client is too slow; called every few seconds."""
        limits, waited = self._door.limits, now - self._since
        if self._is_over:
            if self._is_lingering and waited > limits.linger_seconds:
                self._abort()
            return
        if self._is_paused:
            if waited > limits.stall_seconds:
                self._abort()
        elif self._current is not None:
            return
        elif self._assembly.is_inside:
            if waited > limits.request_seconds:
                self._refuse(408, "the request took too long to arrive")
        elif waited > limits.idle_seconds:
            self._close()

    def shut_down(self) -> None:
        """Ends the connection: at once if it is idle, else when its request is answered."""
        if self._current is None:
            self._close()

    def abort(self) -> None:
        """Cuts the connection; what its request does goes on."""
        self._abort()

    def _close(self) -> None:
        if self._is_lingering:
            self._abort()
        elif not self._is_over:
            self._is_over = True
            self._door.outbox.send()
            self._transport.close()

    def _abort(self) -> None:
        self._is_over = True
        self._transport.abort()
