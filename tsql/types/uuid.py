"""uuid: 16 bytes.

Input takes 32 hexadecimal digits, a hyphen or none after every group of four, braces or none around
the whole.
"""

import re

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import text_io

_FORM = re.compile(r"(?:[0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}")


def _uuid_in(text: str, typmod: int, env: Env) -> bytes:
    digits = text[1:-1] if text[:1] == "{" and text[-1:] == "}" else text
    if not _FORM.fullmatch(digits):
        raise DatabaseError("22P02", f'invalid input syntax for type uuid: "{text}"')
    return bytes.fromhex(digits.replace("-", ""))


def uuid_text(value: bytes) -> str:
    """Returns the canonical text, 8-4-4-4-12 in lower case."""
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _uuid_out(value: bytes, env: Env) -> str:
    return uuid_text(value)


text_io(oids.UUID, _uuid_in, _uuid_out)
