"""A signer who is known is believed exactly what everybody is believed."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from compat.dynamodb.errors import DynamoError
from compat.dynamodb.known_signers import Signer
from compat.dynamodb.signature import AccessKey, Authenticator, SignedRequest

KEYS = {
    "AKIDONE": AccessKey("AKIDONE", "secret/one", "one"),
    "AKIDTWO": AccessKey("AKIDTWO", "secret/two", "two"),
}


def authenticator() -> Authenticator:
    return Authenticator(KEYS, region="us-east-1", accepts_any_key=False, default_role="nobody")


def signed(key: str, body: bytes, operation: str = "GetItem", region: str = "us-east-1") -> Any:
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": operation}
    request = AWSRequest("POST", "http://localhost:8000/", headers=headers, data=body)
    SigV4Auth(Credentials(key, KEYS[key].secret), "dynamodb", region).add_auth(request)
    sent = {name.lower(): value for name, value in request.headers.items()}
    return SignedRequest("POST", "/", {"host": "localhost:8000", **sent}, body)


def verdict(judge: Authenticator, request: SignedRequest, now: datetime) -> str:
    try:
        return judge.role_of(request, now)
    except DynamoError as error:
        return f"{error.kind} {error.status} {error.message}"


CHANGES: tuple[dict[str, str], ...] = (
    {},
    {"x-amz-target": "DeleteTable"},
    {"x-amz-date": "20200101T000000Z"},
    {"x-amz-date": "nonsense"},
    {"host": "elsewhere"},
    {"host": " localhost:8000 "},
    {"user-agent": "not signed"},
)


@st.composite
def requests(draw: Any) -> tuple[SignedRequest, int]:
    """A request that is right, or was changed after it was signed, and by how much it is late."""
    body = draw(st.sampled_from([b"{}", b'{"a":1}']))
    request = signed(draw(st.sampled_from([*KEYS])), body, draw(st.sampled_from(["A", "B"])))
    headers = {**request.headers, **draw(st.sampled_from(CHANGES))}
    authorization = headers["authorization"]
    match draw(st.integers(0, 9)):
        case 0:
            authorization = authorization[:-1] + ("0" if authorization[-1] != "0" else "1")
        case 1:
            authorization = authorization.replace("AKIDONE", "AKIDTWO")
        case 2:
            authorization = authorization.replace("us-east-1", "eu-west-1")
        case 3:
            authorization += " "
        case 4:
            start, _, signature = authorization.rpartition(", Signature=")
            method, _, rest = start.partition(" ")
            authorization = f"{method} Signature={signature}, {rest}"
        case 5:
            authorization = authorization[:-64] + "é"
        case _:
            pass
    headers["authorization"] = authorization
    request.headers = headers
    request.sent_body = draw(st.sampled_from([body, body, body, b"other"]))
    request.target = draw(st.sampled_from(["/", "/", "/", "/?x=1", "/other"]))
    request.method = draw(st.sampled_from(["POST", "POST", "POST", "PUT"]))
    return request, draw(st.sampled_from([0, 0, 0, 299, 400, -400]))


@given(st.lists(requests(), max_size=12))
def test_who_is_known_is_judged_like_anybody(sent: list[tuple[SignedRequest, int]]) -> None:
    knowing = authenticator()
    now = datetime.now(UTC)
    for key, known in KEYS.items():
        for operation in ("A", "B"):
            assert knowing.role_of(signed(key, b"{}", operation), now) == known.role
    for request, late in sent:
        moment = now + timedelta(seconds=late)
        assert verdict(knowing, request, moment) == verdict(authenticator(), request, moment)


def test_a_known_signer_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    judge, now = authenticator(), datetime.now(UTC)
    request = signed("AKIDONE", b"{}")
    judge.role_of(request, now)
    monkeypatch.setattr(judge, "_verify", None)
    assert judge.role_of(request, now) == "one"
    with pytest.raises(TypeError):
        judge.role_of(signed("AKIDTWO", b"{}"), now)


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_the_hmac_is_the_librarys(key: bytes, text: bytes) -> None:
    found = Signer("id/date/region/service/term", "host", key, "role").signature(text)
    assert found == hmac.new(key, text, hashlib.sha256).hexdigest()
