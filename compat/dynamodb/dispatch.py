"""The DynamoDB API over HTTP: one request in, one answer out. Bytes and headers, but no sockets.

    POST /                                   X-Amz-Target: DynamoDB_20120810.GetItem, a body of JSON
    GET /, HEAD /                            "healthy: dynamodb.us-east-1.amazonaws.com"
    OPTIONS                                  what a browser asks before it posts

Faults are found in the order of AWS's stack: method and content type, JSON, the operation's name,
the signature, the request's shape, the role's rights, and then what the operation itself says. Every answer to a POST
has a request id and the CRC-32 of its body as it is sent, which SDKs compare.
"""

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from random import getrandbits
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
from compat.dynamodb.packed_answers import PACKED_BYTES_MIN, accepted_encoding, compress
from compat.dynamodb.service import Body, Caller, Service, encode
from compat.dynamodb.short_ways import SHORT_WAYS
from compat.dynamodb.signature import Authenticator, Signed
from compat.dynamodb.validation import check_request
from compat.dynamodb.wire_items import LongWay
from storage.commit import Group
from storage.errors import DatabaseError

_log = logging.getLogger(__name__)

TARGET_PREFIX: Final = "DynamoDB_20120810."
JSON_1_0: Final = "application/x-amz-json-1.0"
_JSON_TYPES: Final = frozenset({JSON_1_0, "application/x-amz-json-1.1", "application/json"})
#: Operations that word faults of values in the current way, beside those that count them.
_JUDGING_ANEW: Final = frozenset({"BatchGetItem", "GetItem", "Query"})
#: Operations whose answers have no body, not even an empty object.
_SILENT: Final = frozenset({"TagResource", "UntagResource"})
_UNKNOWN: Final = b"<UnknownOperationException/>\n"
#: Ids needn't be secret: one part is this process's, the other counts.
_PROCESS_ID: Final = f"{getrandbits(144):036X}"
_number: Final = partial(next, count(getrandbits(60)))

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

#: By X-Amz-Target.
_SHORT_WAYS: Final = {TARGET_PREFIX + name: way for name, way in SHORT_WAYS.items()}


@dataclass(slots=True)
class Answer:
    """An answer as HTTP needs it.

    Attributes:
        lines: Headers as they are sent, each with its end of line.
        close: Whether the connection ends with it: no.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    lines: str = ""
    close: bool = False

    def now(self) -> "Answer":
        """Returns itself, for it is there."""
        return self

    def when_there(self, listener: Callable[["Answer"], None]) -> None:
        """Has the listener called at once."""
        listener(self)


class Committing:
    """An answer that may be given once a group of commits is durable."""

    __slots__ = ("_answer", "_fault", "_group")

    def __init__(self, answer: Answer, group: Group, fault: Callable[[Exception], Answer]) -> None:
        self._answer = answer
        self._group = group
        self._fault = fault

    def now(self) -> Answer | None:
        """Returns the answer if the outcome is known."""
        group = self._group
        return self._judged(group.failure) if group.is_settled else None

    def when_there(self, listener: Callable[[Answer], None]) -> None:
        """Has the listener called once the outcome is known, which it isn't yet."""
        self._group.when_settled(lambda failure: listener(self._judged(failure)))

    async def outcome(self) -> Answer:
        """Returns the answer when the outcome is known."""
        await self._group.outcome()
        return self._judged(self._group.failure)

    def _judged(self, failure: DatabaseError | None) -> Answer:
        return self._answer if failure is None else self._fault(failure)


_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode
#: What a request asks for: (the operation's name, its JSON, the role for which it may act).
_Asked = tuple[str, dict[str, Any], str]


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

    async def answer(self, request: Signed, body: bytes) -> Answer:
        """Answers a request whose body, decompressed, is `body`. Never raises."""
        taken = self.take(request, body)
        if isinstance(taken, Answer):
            return taken
        return await (taken.outcome() if isinstance(taken, Committing) else taken)

    def take(
        self, request: Signed, body: bytes
    ) -> Answer | Committing | Coroutine[Any, Any, Answer]:
        """Answers a request, at once if it is plain. Never raises, nor does the coroutine."""
        headers = request.headers
        content_type = headers.get("content-type", "")
        way = _SHORT_WAYS.get(headers.get("x-amz-target", ""))
        if way is None or content_type not in _JSON_TYPES or "origin" in headers:
            return self._answer(request, body)
        if request.method != "POST":
            return self._answer(request, body)
        asked: _Asked | None = None
        try:
            asked = self._read(request, body)
            if not self._access.is_free(asked[2]):
                return self._answer(request, body, asked)
            answer, group = way(self._service, asked[1], len(body))
        except LongWay:
            return self._answer(request, body, asked)
        except Exception as error:  # noqa: BLE001 - the client hears of it, whatever it is
            return _failed(error, content_type)
        good = _told(_request_id(), answer, content_type, headers.get("accept-encoding"))
        if group is None:
            return good
        return Committing(good, group, lambda error: _failed(error, content_type))

    async def _answer(self, request: Signed, body: bytes, asked: _Asked | None = None) -> Answer:
        headers = request.headers
        request_id = _request_id()
        if request.method != "POST":
            return self._answer_other(request, request_id)
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in _JSON_TYPES:
            return Answer(404, [("x-amzn-RequestId", request_id)], _UNKNOWN)
        try:
            answer = await self._run(asked or self._read(request, body), len(body))
        except Exception as error:  # noqa: BLE001 - the client hears of it, whatever it is
            told = _failed(error, content_type)
        else:
            told = _told(request_id, answer, content_type, headers.get("accept-encoding"))
        if "origin" in headers:
            told.headers = _cross_origin()
        return told

    def _read(self, request: Signed, body: bytes) -> _Asked:
        decoded = _read_json(body)
        target = request.headers.get("x-amz-target", "")
        name = target.removeprefix(TARGET_PREFIX)
        if name not in OPERATIONS or name == target:
            raise unknown_operation()
        return name, decoded, self._authenticator.role_of(request, datetime.now(UTC))

    async def _run(self, asked: _Asked, size: int) -> bytes:
        name, decoded, role = asked
        try:
            check_request(name, decoded)
            self._access.check(role, name, decoded)
            answer = await OPERATIONS[name](self._service, Caller(role, size), decoded)
            return b"" if name in _SILENT else encode(answer)
        except WrongValueError as fault:
            if name in _JUDGING_ANEW:
                raise validation(fault.current) from None
            raise

    def _answer_other(self, request: Signed, request_id: str) -> Answer:
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


def _told(request_id: str, answer: bytes, content_type: str, accepted: str | None) -> Answer:
    """Returns the answer to a POST, compressed if it is worth it and the client likes that."""
    if accepted is not None and len(answer) >= PACKED_BYTES_MIN:
        encoding = accepted_encoding(accepted)
        if encoding is not None:
            packed = compress(answer, encoding)
            lines = _lines(request_id, packed, content_type)
            return Answer(200, (), packed, f"{lines}Content-Encoding: {encoding}\r\n")
    return Answer(200, (), answer, _lines(request_id, answer, content_type))


def _lines(request_id: str, answer: bytes, content_type: str) -> str:
    """Returns the headers of an answer to a POST; the content type is one of ours."""
    return (
        f"x-amzn-RequestId: {request_id}\r\n"
        f"x-amz-crc32: {crc32(answer)}\r\n"
        f"Content-Type: {content_type}\r\n"
    )


def _failed(error: Exception, content_type: str) -> Answer:
    """Returns the answer that tells of an error."""
    request_id = _request_id()
    match error:
        case DynamoError():
            fault = error
        case DatabaseError():
            fault = from_database(error)
        case _:
            _log.error("dynamodb_request_failed request_id=%s", request_id, exc_info=error)
            fault = internal()
    answer = fault.body()
    return Answer(fault.status, (), answer, _lines(request_id, answer, content_type))


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
    return f"{_PROCESS_ID}{_number():016X}"
