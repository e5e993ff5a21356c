"""Strategies for frontend messages and for cutting bytes anywhere."""

import itertools
from collections.abc import Sequence

from hypothesis import strategies as st

from tests import pgclient

NAMES = st.sampled_from(["", "a", "b"])
QUERIES = st.sampled_from(
    [
        "select 1",
        "select 1 2; text äö€",
        "",
        "fail 22012 oops",
        "select 1; late 22003 x; select 2",
        "rows 5 2",
        "notice hi",
        "set client_encoding LATIN1",
        "set client_encoding UTF8",
        "begin",
        "commit",
        "rollback",
        "copyout 2",
        "copyin",
        "copyin; select 1",
        "deallocate",
        "big 20000",
        "unknown",
    ]
)
STATEMENTS = st.sampled_from(
    ["select 1 2", "echo", "rows 5 2", "nothing", "fail 22012 x", "unparsable", "late 22003 x"]
)
TYPES = st.lists(st.sampled_from([0, 23, 25, 1700]), max_size=2)
PARAMETERS = st.lists(st.sampled_from(["1", "x", None, b"\0\0\0\1", b"\xff"]), max_size=2)
FORMATS = st.lists(st.sampled_from([0, 1]), max_size=2)

MESSAGES = st.one_of(
    QUERIES.map(pgclient.query),
    st.builds(pgclient.parse, NAMES, STATEMENTS, TYPES),
    st.builds(pgclient.bind, NAMES, NAMES, PARAMETERS, FORMATS),
    st.builds(pgclient.describe, st.sampled_from("SP"), NAMES),
    st.builds(pgclient.close, st.sampled_from("SP"), NAMES),
    st.builds(pgclient.execute, NAMES, st.integers(0, 3)),
    st.just(pgclient.SYNC),
    st.just(pgclient.FLUSH),
    st.binary(max_size=12).map(lambda data: pgclient.message(b"d", data)),
    st.just(pgclient.message(b"d", b"bad\n")),
    st.just(pgclient.message(b"c")),
    st.just(pgclient.message(b"f", b"no more\0")),
    st.just(pgclient.message(b"F", b"\0\0\0\1")),
    st.tuples(st.sampled_from([b"Q", b"P", b"B", b"E", b"D", b"C"]), st.binary(max_size=6)).map(
        lambda pair: pgclient.message(*pair)
    ),
    st.just(pgclient.query("x" * 3000)),
)
CONVERSATIONS = st.lists(MESSAGES, max_size=12).map(b"".join)


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Returns the bytes cut at the given places (modulo their length)."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


CUTS = st.lists(st.integers(0, 1 << 20), max_size=20)
