"""Requests with something wrong in them are answered or refused: none breaks the server."""

import http.client
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compat.dynamodb.door.test_golden import FOLDER, Exchange, ask, read
from tests.server import Server

#: Each is taken alone, out of its conversation.
REQUESTS = [
    exchange
    for path in sorted(FOLDER.glob("*.txt"))
    for exchange in read(path)
    if exchange.answer is not None
]

Path = tuple[str | int, ...]

_texts = st.sampled_from(
    [
        "",
        " ",
        "a.b[0].c",
        "#n = :v",
        "SET #n = :v",
        "NOT (((a",
        "size(a) > :v AND contains(b, c)",
        "a[99999999999999999999]",
        "\u0000",
        "\U0001f600",
        "x" * 300,
        "1e999",
        "-0",
        "NaN",
        "99999999999999999999999999999999999999",
        "AAAA",
        "ALL_NEW",
        "INDEXES",
        "arn:aws:dynamodb:us-east-1:000000000000:table/x",
    ]
)
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2**31, 2**63, -(2**64), 0.5, 1e300]),
    _texts,
    st.text(max_size=5),
)
_attribute_values = st.recursive(
    st.builds(
        lambda tag, value: {tag: value},
        st.sampled_from(["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "X"]),
        st.one_of(_leaves, st.lists(st.none() | _texts, max_size=3)),
    ),
    lambda inner: st.one_of(
        st.builds(lambda values: {"L": values}, st.lists(inner, max_size=3)),
        st.builds(lambda values: {"M": values}, st.dictionaries(st.text(max_size=2), inner)),
    ),
    max_leaves=5,
)
_anything = st.one_of(
    _leaves,
    _attribute_values,
    st.lists(_leaves, max_size=3),
    st.dictionaries(_texts, _leaves, max_size=3),
)


def _paths(value: Any, start: Path = ()) -> list[Path]:
    found = [start] if start else []
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for part, inner in parts:
        found += _paths(inner, (*start, part))
    return found


@st.composite
def mutated(draw: st.DrawFn, requests: Sequence[Exchange] = REQUESTS) -> Exchange:
    """One of the requests, with up to three changes."""
    exchange = draw(st.sampled_from(requests))
    request = json.loads(json.dumps(exchange.request))
    for _ in range(draw(st.integers(1, 3))):
        paths = _paths(request)
        if not paths:
            break
        *way, last = draw(st.sampled_from(paths))
        holder = request
        for part in way:
            holder = holder[part]
        match draw(st.integers(0, 4)):
            case 0:
                del holder[last]
            case 1 if isinstance(holder, dict):
                holder[draw(_texts)] = holder[last]
            case 2:
                others = [path for path in paths if path != (*way, last)]
                value = request
                for part in draw(st.sampled_from(others)) if others else ():
                    value = value[part]
                holder[last] = json.loads(json.dumps(value))
            case _:
                holder[last] = draw(_anything)
    return Exchange(exchange.title, exchange.line, exchange.operation, request)


@given(mutated())
@settings(max_examples=500, suppress_health_check=list(HealthCheck), deadline=None)
def test_no_request_breaks_the_server(server: Server, exchange: Exchange) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.dynamodb_port, timeout=60)
    try:
        status, answer = ask(connection, exchange)
    finally:
        connection.close()
    assert status in {200, 400}, answer
    if status == 400:
        kind = str(answer["__type"]).rpartition("#")[2]
        assert kind in {
            "ConditionalCheckFailedException",
            "IdempotentParameterMismatchException",
            "LimitExceededException",
            "ResourceInUseException",
            "ResourceNotFoundException",
            "SerializationException",
            "TransactionCanceledException",
            "ValidationException",
        }
        if kind == "SerializationException":
            return
        message = answer["Message" if kind == "TransactionCanceledException" else "message"]
        assert message
        assert "None" not in message.replace("[None", "").replace(", None", "")
