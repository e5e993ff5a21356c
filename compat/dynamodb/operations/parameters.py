"""Parameters that many operations share: expressions with their placeholders, keys, capacity.

The order of tests is AWS's: parameters that don't go together, then values, then expressions; only
then is the table looked for, and the key compared with its schema.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from compat.dynamodb.attribute_values import Item, read_item, write_item
from compat.dynamodb.errors import validation
from compat.dynamodb.expressions.condition import Condition, compile_condition
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.projection import Projection, compile_projection
from compat.dynamodb.key_schema import check_key
from compat.dynamodb.service import Body
from compat.dynamodb.tables import TableHandle

#: Parameters from before expressions, and what has taken their place.
LEGACY: Final[dict[str, str]] = {
    "AttributesToGet": "ProjectionExpression",
    "AttributeUpdates": "UpdateExpression",
    "ConditionalOperator": "AND and OR in expressions",
    "Expected": "ConditionExpression",
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
}


def check_together(body: Body, expressions: Sequence[str], valued: Sequence[str]) -> None:
    """Raises ValidationException for parameters that don't go together, or are legacy.

    `expressions` are the parameters of the operation that are expressions, `valued` those of them
    that may use values.
    """
    given = [name for name in expressions if body.get(name) is not None]
    legacy = [name for name in LEGACY if body.get(name) is not None]
    if legacy and given:
        raise validation(
            "Can not use both expression and non-expression parameters in the same request:"
            f" Non-expression parameters: {{{', '.join(legacy)}}}"
            f" Expression parameters: {{{', '.join(given)}}}"
        )
    if legacy:
        raise validation(
            f"The legacy parameter {legacy[0]} is not supported yet: use {LEGACY[legacy[0]]}"
        )
    if body.get("ExpressionAttributeNames") is not None and not given:
        raise validation("ExpressionAttributeNames can only be specified when using expressions")
    if body.get("ExpressionAttributeValues") is not None and not any(
        body.get(name) is not None for name in valued
    ):
        verb = "is" if len(valued) == 1 else "are"
        raise validation(
            "ExpressionAttributeValues can only be specified when using expressions:"
            f" {' and '.join(valued)} {verb} null"
        )


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


def check_return_values(body: Body, allowed: Collection[str], message: str) -> str:
    """Returns ReturnValues. Raises ValidationException for one that the operation hasn't."""
    wanted: str = body.get("ReturnValues") or "NONE"
    if wanted not in allowed:
        raise validation(message)
    return wanted


def failed_item(body: Body, old: Item | None) -> dict[str, Any] | None:
    """Returns the item that a failed condition shows, where the request asks for it."""
    if old and body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        return write_item(old)
    return None
