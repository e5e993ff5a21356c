"""Plain requests, answered in one step: GetItem, Query, PutItem, UpdateItem, BatchWriteItem of puts.

Most requests are right in every respect and ask for nothing unusual. A short way takes a request
apart only as far as that shows, and does what the operation would do; whatever isn't plainly so is a
LongWay, raised before anything is done: types, constraints, parameters, expressions and keys are then looked at
one after another, and the operation gives the answer, or names the fault (decision 60).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from compat.dynamodb.errors import DynamoError
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.update import compile_update
from compat.dynamodb.item_size import ITEM_SIZE_BYTES_MAX
from compat.dynamodb.operations.items import update_part
from compat.dynamodb.operations.parameters import condition_of
from compat.dynamodb.pages import SLICE_ENTRIES_FIRST, is_surely_a_page
from compat.dynamodb.parameters import BATCH_WRITE_MAX
from compat.dynamodb.service import Service, encode
from compat.dynamodb.stored_items import plain_value
from compat.dynamodb.tables import TableHandle
from compat.dynamodb.wire_items import LongWay
from compat.dynamodb.writes import apply_part
from storage.commit import Group
from storage.kv.store import Newest
from storage.point import Evaluated

#: The answer, and what must be durable before it may be given.
Short = tuple[bytes, Group | None]
ShortWay = Callable[[Service, dict[str, Any], int], Short]
#: What is put where: (table, key, body).
_Puts = list[tuple[TableHandle, bytes, bytes]]

_QUERY_MEMBERS: Final = frozenset(
    {
        *("TableName", "KeyConditionExpression", "ExclusiveStartKey", "Limit"),
        *("ExpressionAttributeNames", "ExpressionAttributeValues"),
        *("ConsistentRead", "ScanIndexForward"),
    }
)
_UPDATE_MEMBERS: Final = frozenset(
    {
        *("TableName", "Key", "UpdateExpression", "ConditionExpression"),
        *("ExpressionAttributeNames", "ExpressionAttributeValues"),
    }
)
_PUT_MEMBERS: Final = frozenset(
    {
        *("TableName", "Item", "ConditionExpression"),
        *("ExpressionAttributeNames", "ExpressionAttributeValues"),
    }
)
#: Longer names of attributes, and placeholders, need a look at their length.
_NAME_CHARACTERS_SURE: Final = 255
_NOTHING: Final = b"{}"
_ALL_PROCESSED: Final = b'{"UnprocessedItems":{}}'


def _get_item(service: Service, body: dict[str, Any], _request_bytes: int) -> Short:
    if len(body) != 2 and (len(body) != 3 or type(body.get("ConsistentRead")) is not bool):
        raise LongWay
    handle = service.tables.plain(body.get("TableName"))
    assert handle.plain is not None
    key = handle.plain.key(body.get("Key"))
    stored = service.store.get_now(key)
    if stored is None:
        return _NOTHING, None
    return b'{"Item":' + service.shown.one(handle, key, stored) + b"}", None


def _query(service: Service, body: dict[str, Any], _request_bytes: int) -> Short:
    """A partition, or a range of it, that one slice reads to its end or to the limit."""
    if not body.keys() <= _QUERY_MEMBERS:
        raise LongWay
    limit, forward = body.get("Limit"), body.get("ScanIndexForward", True)
    if type(forward) is not bool or type(body.get("ConsistentRead", True)) is not bool:
        raise LongWay
    if limit is not None and (type(limit) is not int or limit < 1):
        raise LongWay
    handle = service.tables.plain(body.get("TableName"))
    assert handle.ranges is not None
    assert handle.plain is not None
    start, end = handle.ranges.find(
        body.get("KeyConditionExpression"),
        body.get("ExpressionAttributeNames"),
        body.get("ExpressionAttributeValues"),
    )
    if "ExclusiveStartKey" in body:
        position = handle.plain.key(body["ExclusiveStartKey"])
        if not start <= position < end:
            raise LongWay
        start, end = (position + b"\0", end) if forward else (start, position)
    wanted = SLICE_ENTRIES_FIRST if limit is None else min(limit, SLICE_ENTRIES_FIRST)
    entries = service.store.scan_now(start, end, wanted, reverse=not forward)
    if not is_surely_a_page(handle, entries):
        raise LongWay
    count, last = len(entries), b""
    if count == wanted:
        if wanted != limit:
            raise LongWay
        last = _last_key(handle, entries[-1][1])
    items = b",".join(service.shown.many(handle, entries))
    return b'{"Items":[%b],"Count":%d,"ScannedCount":%d%b}' % (items, count, count, last), None


def _last_key(handle: TableHandle, stored: bytes) -> bytes:
    item = handle.wire_item(stored)
    key = encode({name: item[name] for name in handle.key.names})
    return b',"LastEvaluatedKey":' + key


def _put_item(service: Service, body: dict[str, Any], request_bytes: int) -> Short:
    if request_bytes > ITEM_SIZE_BYTES_MAX or not body.keys() <= _PUT_MEMBERS:
        raise LongWay
    handle = service.tables.plain(body.get("TableName"))
    put = _read_put(handle, body.get("Item"))
    if len(body) == 2:
        return _NOTHING, _put(service, [put])
    plain, access, (_, key, stored) = handle.plain, handle.access, put
    if plain is None or type(body.get("ConditionExpression")) is not str:
        raise LongWay
    placeholders = _placeholders(body)
    try:
        condition = condition_of(body, placeholders)
        placeholders.check_all_used()
    except DynamoError:
        raise LongWay from None
    assert condition is not None

    def operation(newest: Newest) -> None:
        old = newest.get(key)
        item = {} if old is None else plain.part(old, condition.attribute_names())[1]
        if not condition.matches(item):
            raise LongWay
        access.replace_body_point(newest, key, stored)

    return _NOTHING, _done(service.store.point_now((key, access.exclusive_key), operation))


def _update_item(service: Service, body: dict[str, Any], request_bytes: int) -> Short:
    text, condition_text = body.get("UpdateExpression"), body.get("ConditionExpression", "")
    if not (body.keys() <= _UPDATE_MEMBERS and type(text) is str and type(condition_text) is str):
        raise LongWay
    handle = service.tables.plain(body.get("TableName"))
    plain, access = handle.plain, handle.access
    if plain is None or not handle.is_open:
        raise LongWay
    key = plain.key(body.get("Key"))
    placeholders = _placeholders(body)
    try:
        update = compile_update(text, placeholders)
        condition = condition_of(body, placeholders)
        placeholders.check_all_used()
        update.check_keys(handle.key.names)
    except DynamoError:
        raise LongWay from None
    part = update_part(body, "NONE", update, condition)
    if part is None or update.is_charged_too_much(request_bytes):
        raise LongWay

    def operation(newest: Newest) -> None:
        if apply_part(newest, handle, key, part) is None:
            raise LongWay

    return _NOTHING, _done(service.store.point_now((key, access.exclusive_key), operation))


def _placeholders(body: dict[str, Any]) -> Placeholders:
    names, values = body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues")
    if names is not None:
        if type(names) is not dict or not names:
            raise LongWay
        for placeholder, name in names.items():
            if type(name) is not str or not 0 < len(name) <= _NAME_CHARACTERS_SURE:
                raise LongWay
            if len(placeholder) > _NAME_CHARACTERS_SURE:
                raise LongWay
    if values is not None:
        if type(values) is not dict or not values:
            raise LongWay
        if any(len(placeholder) > _NAME_CHARACTERS_SURE for placeholder in values):
            raise LongWay
        values = {placeholder: plain_value(value) for placeholder, value in values.items()}
    return Placeholders.plain(names, values)


def _batch_write_item(service: Service, body: dict[str, Any], request_bytes: int) -> Short:
    tables = body.get("RequestItems")
    if len(body) != 1 or request_bytes > ITEM_SIZE_BYTES_MAX or type(tables) is not dict:
        raise LongWay
    puts: _Puts = []
    for name, requests in tables.items():
        handle = service.tables.plain(name)
        if type(requests) is not list or not requests:
            raise LongWay
        puts += [_read_put(handle, _item_of(request)) for request in requests]
    if not 0 < len(puts) <= BATCH_WRITE_MAX or len({key for _, key, _ in puts}) < len(puts):
        raise LongWay
    return _ALL_PROCESSED, _put(service, puts)


def _item_of(request: Any) -> Any:
    if type(request) is not dict or len(request) != 1:
        raise LongWay
    put = request.get("PutRequest")
    if type(put) is not dict or len(put) != 1:
        raise LongWay
    return put.get("Item")


def _read_put(handle: TableHandle, item: Any) -> tuple[TableHandle, bytes, bytes]:
    if not handle.is_open:
        raise LongWay
    assert handle.plain is not None
    key, stored = handle.plain.item(item)
    return handle, key, stored


def _put(service: Service, puts: _Puts) -> Group | None:
    """Puts items, all or none, as one point operation; returns the group that it is in."""
    held = [key for _, key, _ in puts]
    held += {handle.access.exclusive_key for handle, _, _ in puts}

    def operation(newest: Newest) -> None:
        for handle, key, stored in puts:
            handle.access.replace_body_point(newest, key, stored)

    return _done(service.store.point_now(held, operation))


def _done(evaluated: Evaluated[None] | None) -> Group | None:
    """Returns the group in which an operation's writes are. Raises LongWay if it has written nothing.

    A lock is waited for, a stale table found anew, and what has failed told of, on the long way.
    """
    if evaluated is None or evaluated.error is not None:
        raise LongWay
    return evaluated.group


#: By the operation's name.
SHORT_WAYS: Final[Mapping[str, ShortWay]] = {
    "BatchWriteItem": _batch_write_item,
    "GetItem": _get_item,
    "PutItem": _put_item,
    "Query": _query,
    "UpdateItem": _update_item,
}
