"""Parameters that many operations share: expressions with their placeholders, keys, capacity.

The order of tests is AWS's: parameters that don't go together (compat/dynamodb/parameters.py), then
values, then expressions; only then is the table looked for, and the key compared with its schema.
"""

from typing import Any

from compat.dynamodb import legacy
from compat.dynamodb.attribute_values import Item, read_item, write_item
from compat.dynamodb.expressions.condition import Condition, compile_condition
from compat.dynamodb.expressions.key_condition import KeyConditionDraft, read_key_condition
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.projection import Projection, compile_projection
from compat.dynamodb.expressions.update import Update, compile_update
from compat.dynamodb.key_schema import check_key
from compat.dynamodb.service import Body
from compat.dynamodb.tables import TableHandle


def placeholders_of(body: Body) -> Placeholders:
    """Returns the placeholders of a request. Raises ValidationException."""
    return Placeholders(body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues"))


def condition_of(
    body: Body,
    placeholders: Placeholders,
    member: str = "ConditionExpression",
    legacy_member: str | None = None,
) -> Condition | None:
    """Returns a request's condition or filter, or None.

    Args:
        body: The request.
        placeholders: The request's.
        member: Where the expression is.
        legacy_member: Where what was there before expressions is, if the operation has it.
    """
    text = body.get(member)
    if text is not None:
        return compile_condition(text, placeholders, member)
    return None if legacy_member is None else legacy.condition(body, legacy_member)


def projection_of(
    body: Body, placeholders: Placeholders, *, takes_legacy: bool = False
) -> Projection | None:
    """Returns a request's projection, or None; `takes_legacy` of an operation that has AttributesToGet."""
    text = body.get("ProjectionExpression")
    if text is not None:
        return compile_projection(text, placeholders)
    names = body.get("AttributesToGet") if takes_legacy else None
    return None if names is None else legacy.projection(names)


def update_of(
    body: Body, placeholders: Placeholders, *, takes_legacy: bool = False
) -> Update | None:
    """Returns a request's update, or None; `takes_legacy` of an operation that has AttributeUpdates."""
    text = body.get("UpdateExpression")
    if text is not None:
        return compile_update(text, placeholders)
    return legacy.update(body.get("AttributeUpdates", {})) if takes_legacy else None


def key_condition_of(body: Body, placeholders: Placeholders) -> KeyConditionDraft:
    """Returns a Query's key condition."""
    text = body.get("KeyConditionExpression")
    if text is None:
        return legacy.key_condition(body["KeyConditions"])
    return read_key_condition(text, placeholders)


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
