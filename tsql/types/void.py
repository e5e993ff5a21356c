"""void: what functions give that are called for their effect. Its one value prints as nothing."""

from tsql.env import Env
from tsql.types import oids
from tsql.types.io import text_io


def parse_void(_text: str, _typmod: int, _env: Env) -> str:
    """Returns the one value; any text means it."""
    return ""


def void_text(_value: str, _env: Env) -> str:
    """Returns no text."""
    return ""


text_io(oids.VOID, parse_void, void_text)
