"""Requests and responses, and how a response becomes bytes."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final, Protocol

from storage.records import dataclass

_REASONS: Final = {int(status): status.phrase for status in HTTPStatus}
#: Statuses whose responses have no body, and say nothing of its length.
_BODILESS: Final = frozenset({204, 304})


@dataclass(slots=True)
class Request:
    """One request, whole.

    Attributes:
        method: In capitals.
        target: As it was sent: path, and query behind a question mark.
        headers: Names in lower case; of a name that was sent more than once, the values joined by
            commas.
        body: Decompressed.
        sent_body: As it was sent.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    sent_body: bytes = b""


class Answer(Protocol):
    """One response, as whoever writes it sees it: `Response`, or what a handler has instead."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """Names and values; length, date and connection headers are added when it is written."""

    @property
    def lines(self) -> str:
        """More headers, written already, each with its end of line."""

    @property
    def body(self) -> bytes: ...

    @property
    def close(self) -> bool:
        """Whether it is the connection's last."""


@dataclass(slots=True)
class Response:
    """One response; see `Answer`."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    close: bool = field(default=False, kw_only=True)
    lines: str = field(default="", kw_only=True)


class Promise(Protocol):
    """A response that is there, or comes without anybody's being stepped for it."""

    def now(self) -> Answer | None:
        """Returns it if it is there."""

    def when_there(self, listener: Callable[[Answer], None]) -> None:
        """Has the listener called once it is there, which it isn't yet."""


class Handler(Protocol):
    """What answers the requests of a front door."""

    def __call__(self, request: Request) -> Coroutine[Any, Any, Answer] | Promise:
        """Answers. What needs no waiting costs no task, and a promise no coroutine either."""


def encode_response(
    response: Answer, date: str, *, is_head: bool, keeps_alive: bool, is_old: bool
) -> bytes:
    """Returns the bytes of a response; `is_old` for a client of HTTP/1.0."""
    status, body = response.status, response.body
    headers = response.lines
    if response.headers:
        headers += "".join([f"{name}: {value}\r\n" for name, value in response.headers])
    length = f"Content-Length: {len(body)}\r\n" if status not in _BODILESS else ""
    connection = ""
    if not keeps_alive:
        connection = "Connection: close\r\n"
    elif is_old:
        connection = "Connection: keep-alive\r\n"
    head = (
        f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\n"
        f"{headers}{length}Date: {date}\r\n{connection}\r\n"
    ).encode("latin-1", "replace")
    return head if is_head or status in _BODILESS else head + body


def plain(status: int, text: str = "") -> Response:
    """Returns a response of text, for faults below the handler's level; it ends the connection."""
    body = (text or _REASONS[status]).encode()
    return Response(status, (("Content-Type", "text/plain"),), body, close=True)


class DateHeader:
    """The Date header's value, made once a second."""

    __slots__ = ("_second", "_text")

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def at(self, seconds: float) -> str:
        """Returns the value for a moment in seconds since 1970."""
        second = int(seconds)
        if second != self._second:
            self._second = second
            self._text = formatdate(second, usegmt=True)
        return self._text
