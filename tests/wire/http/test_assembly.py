"""Bytes to requests: however they are cut, within limits."""

import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wire.http.assembly import Assembly
from wire.http.limits import HttpLimits
from wire.http.messages import Request

PLAIN = (
    b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Two: 1\r\nX-Two:  2 \r\nContent-Length: 5\r\n\r\nhello"
)
CHUNKED = (
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\n"
)
BARE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PIPELINE = PLAIN + CHUNKED + BARE + PLAIN


def requests(*parts: bytes, limits: HttpLimits | None = None) -> tuple[list[Request], Assembly]:
    assembly = Assembly(limits or HttpLimits())
    for part in parts:
        assembly.feed(part)
    return [each.request for each in assembly.requests], assembly


def test_a_request_with_all_that_it_has() -> None:
    (found,), _ = requests(PLAIN)
    assert found == Request(
        "POST",
        "/a?b=c",
        {"host": "x", "x-two": "1,2", "content-length": "5"},
        b"hello",
        b"hello",
    )


@settings(max_examples=60)
@given(st.lists(st.integers(0, len(PIPELINE)), max_size=12))
def test_any_cut_gives_the_same_requests(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(PIPELINE)]
    parts = [PIPELINE[a:b] for a, b in pairwise(places)]
    found, assembly = requests(*parts)
    assert found == requests(PIPELINE)[0]
    assert [request.body for request in found] == [b"hello", b"abcdefg", b"", b"hello"]
    assert assembly.fault is None
    assert not assembly.is_inside


_NAMES = (
    *(
        b"Authorization",
        b"Host",
        b"X-A",
        b"x-a",
        b"Connection",
        b"Content-Length",
        b"Expect",
        b"Content-Encoding",
    ),
    *(b"Transfer-Encoding", b"X A", b"", b" X", b"X-B "),
)
_VALUES = (
    *(b"x", b" x ", b"\t1", b"keep-alive", b"Keep-Alive", b"close", b"5", b"05", b"chunked"),
    *(b"\xe4", b"100-continue", b"gzip", b"a\rb", b"a\nb", b"a\0b", b"", b"a\tb", b"upgrade"),
    *(b"S Signature=" + b"0" * 64, b"S, Signature=" + b"0" * 63, b"Signature=" + b"a-" * 32),
    *(
        b"\xe4 Signature=" + b"1" * 64,
        b"Signature=" + b"\xe4" * 64,
        b"x" * 600 + b"Signature=" + b"2" * 64,
    ),
)
headers = st.tuples(st.sampled_from(_NAMES), st.sampled_from(_VALUES))


@settings(max_examples=300)
@given(
    st.sampled_from(
        [b"POST / HTTP/1.1", b"POST / HTTP/1.0", b"GET / HTTP/1.1", b"POST /a HTTP/1.1"]
    ),
    st.lists(headers, max_size=4),
    st.sampled_from([b"hello", b"", b"hello!"]),
    st.booleans(),
)
def test_the_short_way_reads_as_the_parser_does(
    first: bytes, lines: list[tuple[bytes, bytes]], body: bytes, states_length: bool
) -> None:
    if states_length:
        lines = [*lines, (b"Content-Length", b"%d" % len(body))]
    sent = b"\r\n".join([first, *[name + b": " + value for name, value in lines], b"", body])
    whole, one = requests(sent)
    cut, other = requests(sent[:1], sent[1:])
    assert whole == cut
    assert one.fault == other.fault
    assert [each.keeps_alive for each in one.requests] == [
        each.keeps_alive for each in other.requests
    ]


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_compressed_bodies(encoding: str, compress: "type[bytes]") -> None:
    sent = compress(b"x" * 10_000)
    head = f"POST / HTTP/1.1\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(sent)}\r\n\r\n"
    (found,), _ = requests(head.encode() + sent)
    assert (found.body, found.sent_body) == (b"x" * 10_000, sent)


def test_a_body_compressed_in_pieces() -> None:
    (found,), _ = requests(compressed(gzip.compress(b"ab") + gzip.compress(b"cd") + b"rest"))
    assert found.body == b"abcd"


def compressed(body: bytes, encoding: str = "gzip") -> bytes:
    head = f"POST / HTTP/1.1\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 3000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 3000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 800, 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 10001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2711\r\n" + b"x" * 10_001, 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400),
        (compressed(gzip.compress(b"x" * 10_001)), 413),
        (compressed(gzip.compress(b"x" * 9_000) + gzip.compress(b"x" * 1_001)), 413),
        (compressed(gzip.compress(b"x", mtime=0)[:-4]), 500),
        (compressed(b"not compressed"), 500),
        (compressed(b""), 500),
        (compressed(b"x", "br"), 500),
    ],
)
def test_what_cannot_be_read_says_why(sent: bytes, status: int) -> None:
    limits = HttpLimits(head_bytes_max=2048, body_bytes_max=10_000)
    found, assembly = requests(BARE, sent, limits=limits)
    assert [request.method for request in found] == ["GET"]
    assert assembly.fault is not None
    assert assembly.fault[0] == status


def test_a_head_that_never_ends_is_bounded() -> None:
    assembly = Assembly(HttpLimits(head_bytes_max=2048))
    assembly.feed(b"GET / HTTP/1.1\r\nA: ")
    for _ in range(5000):
        assembly.feed(b"x")
    assert assembly.fault is not None
    assert assembly.fault[0] == 431
