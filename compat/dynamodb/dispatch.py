"""The DynamoDB API over HTTP: one request in, one answer out. Bytes and headers, but no sockets.

    POST /                                   X-Amz-Target: DynamoDB_20120810.GetItem, a body of JSON
    GET /, HEAD /                            "healthy: dynamodb.us-east-1.amazonaws.com"
    OPTIONS                                  what a browser asks before it posts

Faults are found in the order of AWS's stack: method and content type, JSON, the operation's name,
the signature, the request's shape, the role's rights, and then what the operation itself says. Every answer to a POST
has a request id and its body's CRC-32, which SDKs compare.
"""

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Final
from zlib import crc32

import msgspec

from compat.dynamodb.access import Access
from compat.dynamodb.errors import (
    DynamoError,
    WrongValueError,
    from_database,
    internal,
    serialization,
    unknown_operation,
    validation,
)
from compat.dynamodb.operations.account import (
    describe_continuous_backups,
    describe_endpoints,
    describe_limits,
    describe_time_to_live,
    list_tags_of_resource,
    tag_resource,
    untag_resource,
)
from compat.dynamodb.operations.batches import batch_get_item, batch_write_item
from compat.dynamodb.operations.items import delete_item, get_item, put_item, update_item
from compat.dynamodb.operations.queries import query, scan
from compat.dynamodb.operations.tables import (
    create_table,
    delete_table,
    describe_table,
    list_tables,
    update_table,
)
from compat.dynamodb.operations.transactions import transact_get_items, transact_write_items
from compat.dynamodb.service import Body, Caller, Service, encode
from compat.dynamodb.short_ways import SHORT_WAYS
from compat.dynamodb.signature import Authenticator, SignedRequest
from compat.dynamodb.validation import check_request
from compat.dynamodb.wire_items import LongWay
from storage.errors import DatabaseError

_log = logging.getLogger(__name__)

TARGET_PREFIX: Final = "DynamoDB_20120810."
JSON_1_0: Final = "application/x-amz-json-1.0"
_JSON_TYPES: Final = frozenset({JSON_1_0, "application/x-amz-json-1.1", "application/json"})
#: Operations that word faults of values in the current way, beside those that count them.
_JUDGING_ANEW: Final = frozenset({"BatchGetItem", "GetItem", "Query"})
_UNKNOWN: Final = b"<UnknownOperationException/>\n"
_REQUEST_ID_BITS: Final = 208
#: Ids needn't be secret, and asking the system for each would cost more than a read of an item.
_random_bits: Final = Random().getrandbits

Operation = Callable[[Service, Caller, Body], Coroutine[Any, Any, dict[str, Any]]]

#: By the name in X-Amz-Target.
OPERATIONS: Final[Mapping[str, Operation]] = {
    "BatchGetItem": batch_get_item,
    "BatchWriteItem": batch_write_item,
    "CreateTable": create_table,
    "DeleteItem": delete_item,
    "DeleteTable": delete_table,
    "DescribeContinuousBackups": describe_continuous_backups,
    "DescribeEndpoints": describe_endpoints,
    "DescribeLimits": describe_limits,
    "DescribeTable": describe_table,
    "DescribeTimeToLive": describe_time_to_live,
    "GetItem": get_item,
    "ListTables": list_tables,
    "ListTagsOfResource": list_tags_of_resource,
    "PutItem": put_item,
    "Query": query,
    "Scan": scan,
    "TagResource": tag_resource,
    "TransactGetItems": transact_get_items,
    "TransactWriteItems": transact_write_items,
    "UntagResource": untag_resource,
    "UpdateItem": update_item,
    "UpdateTable": update_table,
}


@dataclass(slots=True)
class Answer:
    """An answer as HTTP needs it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class Dispatcher:
    """Answers requests.

    Args:
        authenticator: Tells who has sent a request.
    """

    def __init__(self, service: Service, authenticator: Authenticator) -> None:
        self._service = service
        self._authenticator = authenticator
        self._access = Access(service)
        self._healthy = f"healthy: dynamodb.{service.settings.region}.amazonaws.com ".encode()

    async def answer(self, request: SignedRequest, body: bytes) -> Answer:
        """Answers a request whose body, decompressed, is `body`. Never raises."""
        headers = request.headers
        request_id = _request_id()
        if request.method != "POST":
            return self._answer_other(request, request_id)
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in _JSON_TYPES:
            return Answer(404, [("x-amzn-RequestId", request_id)], _UNKNOWN)
        try:
            status, answer = 200, await self._run(request, body)
        except DynamoError as error:
            status, answer = error.status, error.body()
        except DatabaseError as error:
            fault = from_database(error)
            status, answer = fault.status, fault.body()
        except Exception:  # noqa: BLE001 - the client hears of it, whatever it is
            _log.exception("dynamodb_request_failed request_id=%s", request_id)
            fault = internal()
            status, answer = fault.status, fault.body()
        shown = [
            ("x-amzn-RequestId", request_id),
            ("x-amz-crc32", str(crc32(answer))),
            ("Content-Type", content_type),
        ]
        if "origin" in headers:
            shown += _cross_origin()
        return Answer(status, shown, answer)

    async def _run(self, request: SignedRequest, body: bytes) -> bytes:
        decoded = _read_json(body)
        target = request.headers.get("x-amz-target", "")
        name = target.removeprefix(TARGET_PREFIX)
        operation = OPERATIONS.get(name) if name != target else None
        if operation is None:
            raise unknown_operation()
        role = self._authenticator.role_of(request, datetime.now(UTC))
        short_way = SHORT_WAYS.get(name)
        if short_way is not None and self._access.is_free(role):
            try:
                answer, group = short_way(self._service, decoded, len(body))
            except LongWay:
                pass
            else:
                if group is not None:
                    await group.settled()
                return answer
        try:
            check_request(name, decoded)
            self._access.check(role, name, decoded)
            return encode(await operation(self._service, Caller(role, len(body)), decoded))
        except WrongValueError as fault:
            if name in _JUDGING_ANEW:
                raise validation(fault.current) from None
            raise

    def _answer_other(self, request: SignedRequest, request_id: str) -> Answer:
        headers = [("x-amzn-RequestId", request_id)]
        match request.method:
            case "GET" | "HEAD" if request.target.partition("?")[0] in {"/", "/healthz"}:
                headers += [
                    ("x-amz-crc32", str(crc32(self._healthy))),
                    ("Content-Type", "text/plain"),
                ]
                return Answer(200, headers, self._healthy)
            case "OPTIONS":
                asked = request.headers.get("access-control-request-headers")
                headers += [*_cross_origin(), ("Access-Control-Max-Age", "172800")]
                headers.append(("Access-Control-Allow-Methods", "POST, GET, OPTIONS"))
                if asked is not None:
                    headers.append(("Access-Control-Allow-Headers", asked))
                return Answer(200, headers, b"")
            case _:
                return Answer(404, headers, _UNKNOWN)


def _cross_origin() -> list[tuple[str, str]]:
    return [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", "x-amzn-requestid,x-amzn-errortype,x-amz-crc32,date"),
    ]


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise serialization("") from None


def _request_id() -> str:
    """Returns 52 characters, like AWS's."""
    return f"{_random_bits(_REQUEST_ID_BITS):052X}"
