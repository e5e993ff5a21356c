"""Key attributes: whether an item, or what names one, has those that a key needs.

Partition key attributes hold up to 2,048 bytes, sort key attributes up to 1,024; neither is empty.
An item without a key attribute of an index isn't in the index, but one that has it has it in the
right type. Sources: "Constraints in Amazon DynamoDB", API_PutItem; texts as the service gives them.
"""

from collections.abc import Mapping
from typing import Final

from compat.dynamodb.attribute_values import Item, Value, type_of
from compat.dynamodb.definitions import KeySchema
from compat.dynamodb.errors import DynamoError, invalid_parameter, validation
from compat.dynamodb.item_size import value_size

HASH_BYTES_MAX: Final = 2048
RANGE_BYTES_MAX: Final = 1024

_MISMATCH: Final = "The provided key element does not match the schema"
_EMPTY: Final = {"S": "an empty string value", "B": "an empty binary value"}


class EmptyKeyError(DynamoError):
    """A key attribute is an empty string or binary: in a transaction, too, the whole request's."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


def check_key(key: Item, schema: KeySchema) -> None:
    """Raises ValidationException unless the key has exactly the schema's attributes."""
    types = schema.types
    if len(key) != len(types):
        raise validation(_MISMATCH)
    for name in schema.names:
        if name not in key or type_of(key[name]) != types[name]:
            raise validation(_MISMATCH)
    _check_values(key, schema)


def check_item_keys(item: Item, schema: KeySchema, *, in_batch: bool = False) -> None:
    """Raises ValidationException unless the item has the key attributes of its table.

    Args:
        item: What is put.
        schema: The table's key.
        in_batch: Of BatchWriteItem, which says it in fewer words.
    """
    for name in schema.names:
        expected = schema.types[name]
        if name not in item:
            raise (
                validation(_MISMATCH)
                if in_batch
                else invalid_parameter(f"Missing the key {name} in the item")
            )
        actual = type_of(item[name])
        if actual != expected:
            raise (
                validation(_MISMATCH)
                if in_batch
                else invalid_parameter(
                    f"Type mismatch for key {name} expected: {expected} actual: {actual}"
                )
            )
    _check_values(item, schema)


def _check_values(item: Mapping[str, Value], schema: KeySchema) -> None:
    for name in schema.names:
        value = item[name]
        if not value and schema.types[name] in _EMPTY:
            raise EmptyKeyError(
                "One or more parameter values are not valid. The AttributeValue for a key attribute"
                f" cannot contain {_EMPTY[schema.types[name]]}. Key: {name}"
            )
    _check_sizes(item, schema)


def _check_sizes(item: Mapping[str, Value], schema: KeySchema) -> None:
    for name in schema.hash:
        # A character has at most four bytes: most keys need no count.
        if name in item and _size(item[name]) > HASH_BYTES_MAX:
            raise invalid_parameter(
                "Size of hashkey has exceeded the maximum size limit of"
                f"{HASH_BYTES_MAX} bytes"  # without a space, as the service
            )
    if sum([_size(item[name]) for name in schema.range if name in item]) > RANGE_BYTES_MAX:
        raise invalid_parameter(
            f"Aggregated size of all range keys has exceeded the size limit of {RANGE_BYTES_MAX}"
            " bytes"
        )


def _size(value: Value) -> int:
    return value_size(value) if isinstance(value, str | bytes) else 0


def check_index_keys(
    item: Mapping[str, Value], index: str, schema: KeySchema, *, is_update: bool = False
) -> None:
    """Raises ValidationException for an attribute that the index's key can't have.

    Args:
        item: The item as it shall be.
        index: The index's name.
        schema: The index's key.
        is_update: Of UpdateItem, which says it in other words.
    """
    for name in schema.names:
        if name not in item:
            continue
        value = item[name]
        expected, actual = schema.types[name], type_of(value)
        if actual != expected:
            raise invalid_parameter(
                f"Type mismatch for Index Key {name} Expected: {expected} Actual: {actual}"
                f" IndexName: {index}"
            )
        if not value and expected in _EMPTY:
            raise EmptyKeyError(
                _empty_in_update(expected) if is_update else _empty_in_put(expected, index, name)
            )
    _check_sizes(item, schema)


def _empty_in_put(tag: str, index: str, name: str) -> str:
    return (
        "One or more parameter values are not valid. A value specified for a secondary index key is"
        " not supported. The AttributeValue for a key attribute cannot contain"
        f" {_EMPTY[tag]}. IndexName: {index}, IndexKey: {name}"
    )


def _empty_in_update(tag: str) -> str:
    return (
        "One or more parameter values are not valid. The update expression attempted to update a"
        " secondary index key to a value that is not supported. The AttributeValue for a key"
        f" attribute cannot contain {_EMPTY[tag]}."
    )
