"""Documents as text: jsonb as PostgreSQL writes it, numbers exact."""

from decimal import Decimal
from json.encoder import JSONEncoder, encode_basestring
from typing import Any, Final

from storage.types import JsonNull

_CONSTANTS: Final = {True: "true", False: "false", None: "null"}


class NotJsonError(TypeError):
    """A value that JSON has no form for: bytes, or a set, through DynamoDB."""


_write: Final = JSONEncoder(ensure_ascii=False, check_circular=False).encode


def plain_json_text(tree: Any) -> str:
    """Returns the text of a tree without floats and typed scalars. Raises likewise."""
    try:
        return _write(tree)
    except TypeError:
        return json_text(tree)  # a number that isn't an int


def json_text(tree: Any) -> str:
    """Returns the text of a tree. Raises NotJsonError, RecursionError."""
    if isinstance(tree, str):
        return encode_basestring(tree)
    if isinstance(tree, bool) or tree is None:
        return _CONSTANTS[tree]
    if isinstance(tree, int):
        return str(tree)
    if isinstance(tree, Decimal):
        return f"{tree:f}"
    if isinstance(tree, dict):
        members = (f"{encode_basestring(key)}: {json_text(child)}" for key, child in tree.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(tree, list):
        return f"[{', '.join(map(json_text, tree))}]"
    if isinstance(tree, JsonNull):
        return "null"
    raise NotJsonError
