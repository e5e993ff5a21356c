"""Tags: what a key and a value may be, and how many there may be. In AWS's words and order."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from unicodedata import category

from compat.dynamodb.errors import validation

TAGS_MAX: Final = 50
_KEY_CHARACTERS_MAX: Final = 128
_VALUE_CHARACTERS_MAX: Final = 256
_SIGNS: Final = frozenset("_.:/=+-@")
#: Kinds of characters beside the signs: letters, numbers and separators of every script.
_KINDS: Final = frozenset("LNZ")
_RESERVED: Final = "aws:"
_TOO_MANY: Final = "Number of Tags exceed the current limit for the provided ResourceArn"


def read_tags(wire: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Returns tags by key. Raises ValidationException."""
    tags: dict[str, str] = {}
    for tag in wire:
        key, value = tag.get("Key"), tag.get("Value")
        _check_key(key)
        if not _is_good(value, 0, _VALUE_CHARACTERS_MAX):
            raise validation(f"The Tag Value provided is invalid, Value: {_shown(value)}")
        if key in tags:
            raise validation(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
        tags[str(key)] = str(value)
    check_tag_count(len(tags))
    return tags


def read_new_tags(wire: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Returns the tags that TagResource adds, at least one. Raises ValidationException."""
    if not wire:
        raise validation("Atleast one Tag needs to be provided as Input.")
    return read_tags(wire)


def read_tag_keys(wire: Sequence[str]) -> frozenset[str]:
    """Returns the keys that UntagResource takes away, at least one. Raises ValidationException."""
    if not wire:
        raise validation("Atleast one Tag Key needs to be provided as Input.")
    for key in wire:
        _check_key(key)
    check_tag_count(len(wire))
    return frozenset(wire)


def check_tag_count(count: int) -> None:
    """Raises ValidationException if a table can't have so many tags."""
    if count > TAGS_MAX:
        raise validation(_TOO_MANY)


def _check_key(key: str | None) -> None:
    if not _is_good(key, 1, _KEY_CHARACTERS_MAX):
        raise validation(f"The Tag Key provided is invalid, Key: {_shown(key)}")
    if str(key).startswith(_RESERVED):
        raise validation(f"Tag Key cannot be prefixed with {_RESERVED}, Key: {key}")


def _is_good(text: str | None, least: int, most: int) -> bool:
    return (
        text is not None
        and least <= len(text) <= most
        and all(sign in _SIGNS or category(sign)[0] in _KINDS for sign in text)
    )


def _shown(text: str | None) -> str:
    return "null" if text is None else text
