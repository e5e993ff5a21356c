"""The protocol itself, as no SDK would speak it, and signatures with keys that count."""

import gzip
import hashlib
import http.client
import json
import pathlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.compat.dynamodb.door.conftest import client_for
from tests.compat.dynamodb.door.test_items import error_of
from tests.server import Server

TARGET = "DynamoDB_20120810."
UNSIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x",
    "X-Amz-Date": "20260101T000000Z",
}
LIST = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": TARGET + "ListTables"}


def ask(
    server: Server,
    method: str = "POST",
    path: str = "/",
    headers: dict[str, str] | None = None,
    body: bytes = b"{}",
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.dynamodb_port, timeout=60)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    found = response.read()
    connection.close()
    return response.status, {k.lower(): v for k, v in response.getheaders()}, found


def test_an_answer_has_its_id_and_checksum(server: Server) -> None:
    status, headers, body = ask(server, headers={**LIST, **UNSIGNED})
    assert status == 200
    assert json.loads(body)["TableNames"] == []
    assert headers["x-amz-crc32"] == str(crc32(body))
    assert len(headers["x-amzn-requestid"]) == 52
    assert headers["content-type"] == "application/x-amz-json-1.0"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_health(server: Server, method: str) -> None:
    status, headers, body = ask(server, method, body=b"")
    assert (status, headers["content-length"]) == (200, "42")
    if method == "GET":
        assert body.strip() == b"healthy: dynamodb.us-east-1.amazonaws.com"


def test_a_browser_may_ask(server: Server) -> None:
    origin = {"Origin": "http://example.com"}
    status, headers, _ = ask(
        server, "OPTIONS", headers={**origin, "Access-Control-Request-Headers": "x-amz-target"}
    )
    assert status == 200
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-allow-headers"] == "x-amz-target"
    assert (
        ask(server, headers={**LIST, **UNSIGNED, **origin})[1]["access-control-allow-origin"] == "*"
    )


def test_compressed_bodies_are_read(server: Server) -> None:
    body = gzip.compress(json.dumps({"Limit": 1}).encode())
    headers = {**LIST, **UNSIGNED, "Content-Encoding": "gzip"}
    assert ask(server, headers=headers, body=body)[0] == 200


@pytest.mark.parametrize(("encoding", "body"), [("gzip", b"{}"), ("gzip", b""), ("br", b"{}")])
def test_what_cannot_be_decompressed_is_a_500(server: Server, encoding: str, body: bytes) -> None:
    headers = {**LIST, **UNSIGNED, "Content-Encoding": encoding}
    assert ask(server, headers=headers, body=body)[0] == 500


def test_long_answers_are_compressed_if_the_client_likes_that(server: Server) -> None:
    target = {**LIST, **UNSIGNED, "X-Amz-Target": TARGET + "GetItem"}
    client = client_for(server)
    client.create_table(
        TableName="packed",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for key, text in (("long", "x" * 4096), ("short", "x" * 2000)):
        client.put_item(TableName="packed", Item={"pk": {"S": key}, "a": {"S": text}})
        for consistent in (True, False):
            body = {"TableName": "packed", "Key": {"pk": {"S": key}}, "ConsistentRead": consistent}
            sent = json.dumps(body).encode()
            plain = ask(server, headers=target, body=sent)[2]
            _, headers, packed = ask(
                server, headers={**target, "Accept-Encoding": "gzip"}, body=sent
            )
            assert headers["x-amz-crc32"] == str(crc32(packed))
            if key == "short":
                assert packed == plain
                assert "content-encoding" not in headers
            else:
                assert gzip.decompress(packed) == plain
                assert headers["content-encoding"] == "gzip"


def test_tagging_answers_nothing(server: Server) -> None:
    client = client_for(server)
    made = client.create_table(
        TableName="tagged",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    arn = {"ResourceArn": made["TableArn"]}
    for operation, body in (
        ("TagResource", {**arn, "Tags": [{"Key": "k", "Value": "v"}]}),
        ("UntagResource", {**arn, "TagKeys": ["k"]}),
    ):
        headers = {**LIST, **UNSIGNED, "X-Amz-Target": TARGET + operation}
        status, found, answer = ask(server, headers=headers, body=json.dumps(body).encode())
        assert (status, found["x-amz-crc32"], answer) == (200, "0", b"")


@pytest.mark.parametrize(
    ("headers", "body", "status", "expected"),
    [
        ({}, b"{}", 404, None),
        ({"Content-Type": "text/plain"}, b"{}", 404, None),
        (LIST, b"", 400, "com.amazon.coral.service#SerializationException"),
        (LIST, b"[1]", 400, "com.amazon.coral.service#SerializationException"),
        (LIST, b"{nonsense", 400, "com.amazon.coral.service#SerializationException"),
        (
            {"Content-Type": "application/json"},
            b"{}",
            400,
            "com.amazon.coral.service#UnknownOperationException",
        ),
        (
            {**LIST, "X-Amz-Target": TARGET + "MakeCoffee"},
            b"{}",
            400,
            "com.amazon.coral.service#UnknownOperationException",
        ),
        (
            {**LIST, "X-Amz-Target": "DynamoDB_20111205.ListTables"},
            b"{}",
            400,
            "com.amazon.coral.service#UnknownOperationException",
        ),
        (LIST, b"{}", 400, "com.amazon.coral.service#MissingAuthenticationTokenException"),
        (
            {**LIST, "Authorization": "Basic x"},
            b"{}",
            400,
            "com.amazon.coral.service#MissingAuthenticationTokenException",
        ),
        (
            {**LIST, "Authorization": "AWS4-HMAC-SHA256 Credential=a"},
            b"{}",
            400,
            "com.amazon.coral.service#IncompleteSignatureException",
        ),
    ],
)
def test_faults_in_the_order_of_the_stack(
    server: Server, headers: dict[str, str], body: bytes, status: int, expected: str | None
) -> None:
    found, _, answer = ask(server, headers=headers, body=body)
    assert found == status
    if expected is None:
        assert answer == b"<UnknownOperationException/>\n"
    else:
        assert json.loads(answer)["__type"] == expected


def test_what_an_incomplete_signature_lacks(server: Server) -> None:
    headers = {**LIST, "Authorization": "AWS4-HMAC-SHA256 Credential=a"}
    answer = json.loads(ask(server, headers=headers)[2])
    assert answer["message"] == (
        "Authorization header requires 'Signature' parameter. Authorization header requires"
        " 'SignedHeaders' parameter. Authorization header requires existence of either a"
        " 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"
    )
    answer = json.loads(ask(server, path="/?X-Amz-Algorithm=AWS4-HMAC-SHA256", headers=LIST)[2])
    assert answer["__type"].endswith("#IncompleteSignatureException")
    assert answer["message"].startswith(
        "AWS query-string parameters must include 'X-Amz-Credential'. "
    )


# ---- keys that count ---------------------------------------------------------------------------

KEY, SECRET = "AKIATEST", "secret/+="


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("strict")
    config = folder / "terrascale.toml"
    config.write_text(
        "[dynamodb]\ndev-mode = false\nregion = 'eu-central-1'\naccount_id = '123456789012'\n"
        f"[dynamodb.access_keys]\n{KEY} = {{ secret = '{SECRET}', role = 'terrascale' }}\n"
        "AKIAREADER = { secret = 'reader', role = 'reader' }\n"
    )
    with Server(folder / "data", "--config", str(config)) as running:
        yield running


def strict_client(server: Server, **changes: Any) -> Any:
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
    return client_for(server, **{"region_name": "eu-central-1", **keys, **changes})


def test_a_signed_request_is_served(strict: Server) -> None:
    client = strict_client(strict)
    made = client.create_table(
        TableName="mine",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert made["TableDescription"]["TableArn"] == (
        "arn:aws:dynamodb:eu-central-1:123456789012:table/mine"
    )
    client.put_item(TableName="mine", Item={"pk": {"S": "ä \n"}})


def test_an_unknown_key_and_a_wrong_secret(strict: Server) -> None:
    assert error_of(strict_client(strict, aws_access_key_id="AKIAOTHER").list_tables) == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
    code, message = error_of(strict_client(strict, aws_secret_access_key="guess").list_tables)
    assert code == "InvalidSignatureException"
    assert message.startswith("The request signature we calculated does not match")
    code, message = error_of(strict_client(strict, region_name="us-west-2").list_tables)
    assert (code, message) == (
        "InvalidSignatureException",
        "Credential should be scoped to a valid region, not 'us-west-2'. ",
    )


def signed(
    server: Server, signer: type[SigV4Auth], monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> AWSRequest:
    request = AWSRequest(
        "POST", f"http://127.0.0.1:{server.dynamodb_port}/", headers=dict(LIST), data=b"{}"
    )
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: moment)
    signer(Credentials(KEY, SECRET), "dynamodb", "eu-central-1").add_auth(request)
    return request


def send(server: Server, request: AWSRequest, body: bytes = b"{}") -> tuple[int, dict[str, Any]]:
    path = "/" + request.url.split("/", 3)[3]
    status, _, answer = ask(server, path=path, headers=dict(request.headers.items()), body=body)
    return status, json.loads(answer)


class Presigned(SigV4QueryAuth):  # type: ignore[misc]
    """Signs the body, too; botocore presigns requests without one."""

    def payload(self, request: Any) -> str:
        return hashlib.sha256(b"{}").hexdigest()


@pytest.mark.parametrize("signer", [SigV4Auth, Presigned])
def test_header_and_query_signatures(
    strict: Server, signer: type[SigV4Auth], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = signed(strict, signer, monkeypatch, datetime.now(UTC))
    assert send(strict, request)[0] == 200
    status, answer = send(strict, request, b'{"Limit": 1}')
    assert (status, answer["__type"]) == (400, "com.amazon.coral.service#InvalidSignatureException")


def test_an_old_signature_has_expired(strict: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    request = signed(strict, SigV4Auth, monkeypatch, datetime(2026, 1, 1, tzinfo=UTC))
    status, answer = send(strict, request)
    assert (status, answer["__type"]) == (400, "com.amazon.coral.service#InvalidSignatureException")
    assert answer["message"].startswith("Signature expired: 20260101T000000Z is now earlier than")
    request = signed(strict, SigV4Auth, monkeypatch, datetime(2036, 1, 1, tzinfo=UTC))
    assert send(strict, request)[1]["message"].startswith("Signature not yet current")


def test_an_unsigned_payload_is_refused(strict: Server) -> None:
    request = AWSRequest(
        "POST", f"http://127.0.0.1:{strict.dynamodb_port}/", headers=dict(LIST), data=b"{}"
    )
    request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"

    class Unsigned(SigV4Auth):  # type: ignore[misc]
        def payload(self, request: Any) -> str:
            return "UNSIGNED-PAYLOAD"

        def _should_sha256_sign_payload(self, request: Any) -> bool:
            return False

    Unsigned(Credentials(KEY, SECRET), "dynamodb", "eu-central-1").add_auth(request)
    status, answer = send(strict, request)
    assert (status, answer["__type"]) == (400, "com.amazon.coral.service#InvalidSignatureException")


def test_a_keys_role_has_its_rights_and_no_more(strict: Server) -> None:
    owner = strict_client(strict)
    reader = strict_client(strict, aws_access_key_id="AKIAREADER", aws_secret_access_key="reader")
    table = {"TableName": "secured"}
    key = {"pk": {"S": "a"}}
    definition: dict[str, Any] = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    owner.create_table(**table, **definition)
    code, message = error_of(reader.get_item, **table, Key=key)
    assert code == "AccessDeniedException"
    assert message == (
        "User: arn:aws:iam::123456789012:user/reader is not authorized to perform:"
        " dynamodb:GetItem on resource: arn:aws:dynamodb:eu-central-1:123456789012:table/secured"
    )
    with strict.connect() as sql:
        sql.simple_query("CREATE ROLE reader")
        sql.simple_query("GRANT SELECT, DELETE ON secured TO reader")
    assert "Item" not in reader.get_item(**table, Key=key)
    assert reader.scan(**table)["Count"] == 0
    reader.delete_item(**table, Key=key)
    write = {"secured": [{"PutRequest": {"Item": key}}]}
    transaction = [{"Put": {**table, "Item": key}}]
    for refused in (
        lambda: reader.put_item(**table, Item=key),
        lambda: reader.batch_write_item(RequestItems=write),
        lambda: reader.transact_write_items(TransactItems=transaction),
        lambda: reader.update_item(**table, Key=key),
        lambda: reader.update_table(**table, DeletionProtectionEnabled=True),
        lambda: reader.delete_table(**table),
        lambda: reader.create_table(TableName="theirs", **definition),
    ):
        assert error_of(refused)[0] == "AccessDeniedException"
    with strict.connect() as sql:
        sql.simple_query("GRANT INSERT, UPDATE ON secured TO reader")
    reader.put_item(**table, Item=key)
    reader.transact_write_items(TransactItems=transaction)
    # Whether a condition holds tells what is there.
    conditions: list[dict[str, Any]] = [
        {"ConditionExpression": "attribute_exists(pk)"},
        {"Expected": {"pk": {"Exists": True, "Value": {"S": "a"}}}},
    ]
    for condition in conditions:
        reader.put_item(**table, Item=key, **condition)
    with strict.connect() as sql:
        sql.simple_query("REVOKE SELECT ON secured FROM reader")
    reader.put_item(**table, Item=key)
    for condition in conditions:
        code, _ = error_of(reader.put_item, **table, Item=key, **condition)
        assert code == "AccessDeniedException"
