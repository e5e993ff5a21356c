"""Records: rows as values, `ROW(1, 'a')` or `t` for a whole row of t.

A record is a tuple that knows the types of its fields, for there may be no catalog entry to ask. Text
form: (1,a,"b c",) with NULL as nothing between the commas.
"""

import re
from typing import Any, Final

from storage.errors import DatabaseError
from storage.types import Record
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import output_of, text_io

__all__ = ["Record", "record_out"]

_NEEDS_QUOTES: Final = re.compile(r'[\s"\\(),]|^$')
_TO_DOUBLE: Final = re.compile(r'["\\]')


def _record_in(_text: str, _typmod: int, _env: Env) -> Any:
    raise DatabaseError("0A000", "input of anonymous composite types is not implemented")


def record_out(value: Record, env: Env) -> str:
    """Returns the text form of a row."""
    fields = [
        "" if field is None else _quoted(output_of(type_)(field, env))
        for field, type_ in zip(value, value.types, strict=True)
    ]
    return f"({','.join(fields)})"


def _quoted(text: str) -> str:
    if _NEEDS_QUOTES.search(text) is None:
        return text
    return f'"{_TO_DOUBLE.sub(lambda match: match[0] * 2, text)}"'


text_io(oids.RECORD, _record_in, record_out)
