"""Which encoding an answer gets, and that it is what it says."""

import gzip
import zlib

import pytest

from compat.dynamodb.packed_answers import accepted_encoding, compress


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("br, zstd", None),
        ("x-gzip", None),
        ("gzip, deflate", "gzip"),
        ("br, identity, deflate, gzip", "deflate"),
        ("GZIP ,, identity", "gzip"),
        ("deflate;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0, deflate; q = 0.5", "deflate"),
        ("gzip ;q=0", None),
        # Whatever isn't named.
        ("*", "gzip"),
        ("*, deflate;q=0.5", "gzip"),
        ("*, deflate", "deflate"),
        ("*, gzip;q=0.5", "deflate"),
        ("*;q=0", None),
        ("br, *;q=0", None),
        # A wish for a plain answer isn't heard.
        ("*;q=0.5, identity", "gzip"),
        ("gzip;q=0.5, identity;q=0.8", "gzip"),
        # What no client should send.
        ('"gzip"', None),
        ("gzip deflate", None),
        ("gzip:q=1", None),
        ("gzip;q=31, deflate;q=51", "gzip"),
        ("deflate;q=0.5, gzip;q=1;q=0.2", "gzip"),
        ("deflate;q=0.5, gzip;q=0.", "deflate"),
        ("deflate;q=0.5, gzip;q=0.x", "gzip"),
        ("deflate;q=-0.5, gzip;q=0.2", "gzip"),
        ("gzip;p=1;q=0", None),
        ("gzip;q=0, gzip;q=1, gzip;q=0", "gzip"),
        ("gzip;q=0.0001", "gzip"),
        ("gzip," * 200, None),
    ],
)
def test_what_a_client_likes_best(header: str, encoding: str | None) -> None:
    assert accepted_encoding(header) == encoding


def test_both_encodings() -> None:
    body = b"ab" * 5000
    assert gzip.decompress(compress(body, "gzip")) == body
    assert zlib.decompress(compress(body, "deflate")) == body
