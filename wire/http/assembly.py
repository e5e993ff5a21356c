"""Bytes of one connection to whole requests: httptools' parser, with limits. No I/O.

    assembly.feed(data)      reads; whole requests appear in `assembly.requests`
    assembly.fault           set once the rest can't be read: the status to answer it with

A fault is final: what came before it is still answered, then the connection ends.
"""

import re
from collections import deque
from typing import Final

import httptools

from wire.http.compression import CompressionError, decompress
from wire.http.limits import SMALL_BODY_BYTES, HttpLimits
from wire.http.messages import Request


class BodyBudget:
    """What the larger bodies of all connections may take of the memory."""

    __slots__ = ("_left",)

    def __init__(self, bytes_max: int) -> None:
        self._left = bytes_max

    def take(self, size: int) -> bool:
        """Takes some of it; returns False if there isn't as much."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give_back(self, size: int) -> None:
        """Gives back what was taken."""
        self._left += size


class Assembled:
    """A request with what its connection has to know."""

    __slots__ = ("is_old", "keeps_alive", "request")

    def __init__(self, request: Request, *, keeps_alive: bool, is_old: bool) -> None:
        self.request = request
        self.keeps_alive = keeps_alive
        self.is_old = is_old


#: 100-continue is the one expectation that there is (RFC 9110, 10.1.1).
_CONTINUE: Final = "100-continue"
_LARGE_HEAD: Final = "the head of the request is too large"
#: Headers' names as they were sent, in lower case: clients send the same ones again and again.
_KNOWN_NAMES: Final[dict[bytes, str]] = {}
_KNOWN_NAMES_MAX: Final = 500
_KNOWN_NAME_BYTES_MAX: Final = 64


_HEAD_END: Final = b"\r\n\r\n"
_PLAIN_TARGETS: Final = {b"POST / HTTP/1.1": "/"}
_PLAIN_LINE: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*)")
#: Headers that mean something to the connection or the body's length. Their lines go to the parser.
_SPECIAL_NAMES: Final = frozenset(
    {"connection", "content-encoding", "expect", "proxy-connection", "transfer-encoding", "upgrade"}
)
#: Lines of plain heads that may come again, read.
_PLAIN_LINES: Final[dict[bytes, tuple[str, str]]] = {}
_PLAIN_LINES_MAX: Final = 1000
_PLAIN_LINE_BYTES_MAX: Final = 200
#: The end of a line of AWS's Authorization: a hash in hexadecimal digits.
_SIGNATURE_LABEL: Final = b"Signature="
_SIGNATURE_BYTES: Final = 64
#: Such lines without the signature, read; a client's is the same for a day.
_SIGNED_STARTS: Final[dict[bytes, tuple[str, str]]] = {}
_SIGNED_START_BYTES_MAX: Final = 500
#: Headers whose values differ from request to request.
_PASSING_NAMES: Final = frozenset({"amz-sdk-invocation-id", "authorization"})


def _read_signed_line(line: bytes) -> tuple[str, str] | None:
    """Returns the name and value of a header that ends with a signature, or None.

    What is before the signature has been read as a line of its own.
    """
    before, label, signature = line.rpartition(_SIGNATURE_LABEL)
    if not label or len(signature) != _SIGNATURE_BYTES or not signature.isalnum():
        return None
    start = before + label
    pair = _SIGNED_STARTS.get(start) or _learn_start(start)
    return None if pair is None else (pair[0], pair[1] + signature.decode())


def _learn_start(start: bytes) -> tuple[str, str] | None:
    pair = None if len(start) > _SIGNED_START_BYTES_MAX else _read_plain_line(start)
    if pair is not None:
        if len(_SIGNED_STARTS) >= _PLAIN_LINES_MAX:
            del _SIGNED_STARTS[next(iter(_SIGNED_STARTS))]
        _SIGNED_STARTS[start] = pair
    return pair


def _read_plain_line(line: bytes) -> tuple[str, str] | None:
    """Returns a header's name and value; None for a line that isn't plain."""
    found = _PLAIN_LINE.fullmatch(line)
    if found is None:
        return None
    name, value = found[1].decode().lower(), found[2].decode().strip()
    if name in _SPECIAL_NAMES and (name, value.lower()) != ("connection", "keep-alive"):
        return None
    if len(line) <= _PLAIN_LINE_BYTES_MAX and name not in _PASSING_NAMES:
        if len(_PLAIN_LINES) >= _PLAIN_LINES_MAX:
            del _PLAIN_LINES[next(iter(_PLAIN_LINES))]
        _PLAIN_LINES[line] = name, value
    return name, value


class Assembly:
    """Reads the requests of one connection.

    Attributes:
        requests: Whole ones, oldest first.
        fault: Status and text of what can't be read, or None.
        is_inside: Whether a request has begun and isn't whole yet.
        wants_continue: Whether the client waits for leave to send a body; the reader resets it.
    """

    def __init__(self, limits: HttpLimits, budget: BodyBudget | None = None) -> None:
        self._budget = budget or BodyBudget(limits.body_bytes_all_max)
        self._taken = 0
        self.requests: deque[Assembled] = deque()
        self.fault: tuple[int, str] | None = None
        self.is_inside = False
        self.wants_continue = False
        self._limits = limits
        self._plain_bytes_max = min(SMALL_BODY_BYTES, limits.body_bytes_max)
        self._parser = httptools.HttpRequestParser(self)
        self._begin()

    def _begin(self) -> None:
        self._target = b""
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._body_bytes = 0
        self._head_bytes = 0
        self._is_in_head = True

    def feed(self, data: bytes) -> None:
        """Reads bytes."""
        if self.fault is not None:
            return
        if not self.is_inside and self._take_plain(data):
            return
        if self._is_in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The request itself is whole: it is answered as if it hadn't asked.
            self._fail(400, "no protocol to upgrade to")
        except httptools.HttpParserError as error:
            self._fail(400, str(error))
        if self._is_in_head and self._head_bytes > self._limits.head_bytes_max + len(data):
            self._fail(431, _LARGE_HEAD)

    def _fail(self, status: int, text: str) -> None:
        if self.fault is None:
            self.fault = status, text

    def _take_plain(self, data: bytes) -> bool:
        """Takes one whole POST with nothing special about it; False leaves it to the parser.

        Of a client's lines most come with each of its requests: they are read once.
        """
        end = data.find(_HEAD_END)
        if not 0 <= end < self._limits.head_bytes_max or len(data) > self._plain_bytes_max:
            return False
        first, *lines = data[:end].split(b"\r\n")
        target = _PLAIN_TARGETS.get(first)
        if target is None:
            return False
        pairs = []
        for line in lines:
            pair = _PLAIN_LINES.get(line) or _read_signed_line(line) or _read_plain_line(line)
            if pair is None:
                return False
            pairs.append(pair)
        headers = dict(pairs)
        length = headers.get("content-length", "")
        body = data[end + len(_HEAD_END) :]
        if len(headers) < len(lines) or length != str(len(body)):
            return False
        request = Request("POST", target, headers, body, body)
        self.requests.append(Assembled(request, keeps_alive=True, is_old=False))
        return True

    # ---- called by the parser --------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begin()
        self.is_inside = True

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._target += url
        self._body_bytes += len(url)
        if self._body_bytes > self._limits.head_bytes_max:
            self._fail(431, _LARGE_HEAD)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header."""
        self._body_bytes += len(name) + len(value) + 4
        if self._body_bytes > self._limits.head_bytes_max:
            self._fail(431, _LARGE_HEAD)
        key = _KNOWN_NAMES.get(name)
        if key is None:
            key = name.decode("latin-1").lower()
            if len(_KNOWN_NAMES) < _KNOWN_NAMES_MAX and len(name) < _KNOWN_NAME_BYTES_MAX:
                _KNOWN_NAMES[name] = key
        text = value.decode("latin-1").strip()
        headers = self._headers
        headers[key] = f"{headers[key]},{text}" if key in headers else text

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_in_head = False
        self._body_bytes = 0
        length = self._headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._limits.body_bytes_max:
            self._fail(413, "the body of the request is too large")
        elif self._headers.get("expect", "").lower() == _CONTINUE:
            self.wants_continue = True

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self.fault is not None:
            return
        self._body_bytes += len(body)
        if self._body_bytes > self._limits.body_bytes_max:
            self._chunks.clear()
            self._fail(413, "the body of the request is too large")
            return
        if self._body_bytes > SMALL_BODY_BYTES:
            if not self._budget.take(len(body)):
                self._chunks.clear()
                self._fail(503, "too many large requests at a time")
                return
            self._taken += len(body)
        self._chunks.append(body)

    def release(self) -> None:
        """Gives back what the bodies took, once they are answered or nobody waits for them."""
        if self._taken:
            self._budget.give_back(self._taken)
            self._taken = 0

    def on_message_complete(self) -> None:
        """The request is whole."""
        self.is_inside = False
        self.wants_continue = False
        if self.fault is not None:
            return
        chunks = self._chunks
        sent = body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        encoding = self._headers.get("content-encoding")
        if encoding:
            try:
                body = decompress(sent, encoding, self._limits.body_bytes_max)
            except CompressionError as error:
                self._fail(error.status, str(error))
                return
        parser = self._parser
        request = Request(
            parser.get_method().decode("latin-1"),
            self._target.decode("latin-1"),
            self._headers,
            body,
            sent,
        )
        self.requests.append(
            Assembled(
                request,
                keeps_alive=parser.should_keep_alive(),
                is_old=parser.get_http_version() == "1.0",
            )
        )
        self._begin()
        self._is_in_head = False
