"""Parameters that many operations share: expressions with their placeholders, keys, capacity.

The order of tests is AWS's: parameters that don't go together (compat/dynamodb/parameters.py), then
values, then expressions; only then is the table looked for, and the key compared with its schema.
"""

from typing import Any

from compat.dynamodb.attribute_values import Item, read_item, write_item
from compat.dynamodb.expressions.condition import Condition, compile_condition
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.projection import Projection, compile_projection
from compat.dynamodb.key_schema import check_key
from compat.dynamodb.service import Body
from compat.dynamodb.tables import TableHandle


def placeholders_of(body: Body) -> Placeholders:
    """Returns the placeholders of a request. Raises ValidationException."""
    return Placeholders(body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues"))


def condition_of(
    body: Body, placeholders: Placeholders, member: str = "ConditionExpression"
) -> Condition | None:
    """Returns a request's condition or filter, or None."""
    text = body.get(member)
    return None if text is None else compile_condition(text, placeholders, member)


def projection_of(body: Body, placeholders: Placeholders) -> Projection | None:
    """Returns a request's projection, or None."""
    text = body.get("ProjectionExpression")
    return None if text is None else compile_projection(text, placeholders)


def read_key(body: Body, member: str = "Key") -> Item:
    """Returns the values of a request's key, not compared with any schema yet."""
    return read_item(body[member])


def encoded_key(handle: TableHandle, key: Item) -> bytes:
    """Returns the key of an item in the store. Raises ValidationException for a wrong key."""
    check_key(key, handle.key)
    return handle.access.code.encode(handle.documents.key_values(key))


def key_of_item(handle: TableHandle, item: Item) -> bytes:
    """Returns the key in the store of an item whose key attributes have been checked."""
    return handle.access.code.encode(handle.documents.key_values(item))


def failed_item(body: Body, old: Item | None) -> dict[str, Any] | None:
    """Returns the item that a failed condition shows, where the request asks for it."""
    if old and body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        return write_item(old)
    return None
