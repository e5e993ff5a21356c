"""Casts between the character types, length coercion, and text of any value.

An explicit cast to varchar(n) or char(n) cuts silently, an assignment refuses to lose more than
blanks (22001): the third argument of `varchar` and `bpchar` tells which.
"""

from collections.abc import Callable
from typing import Any

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.types import oids
from tsql.types.io import output_of
from tsql.types.text import clip_name, fit_bpchar, fit_varchar, single_char, single_char_text

TextOf = Callable[[Any, Env], str]


def text_cast_of(oid: int) -> TextOf:
    """Returns the cast to text of a type: (value, env) -> text. Not always its output function."""
    if oid == oids.BPCHAR:
        return lambda value, _env: value.rstrip(" ")
    if oid == oids.BOOL:
        return lambda value, _env: "true" if value else "false"
    return output_of(oid)


@implements("varchar")
def varchar(value: str, typmod: int, explicit: bool) -> str:
    return fit_varchar(value, typmod, explicit=explicit)


@implements("bpchar")
def bpchar(value: str, typmod: int, explicit: bool) -> str:
    return fit_bpchar(value, typmod, explicit=explicit)


@implements("text_name")
def text_name(value: str) -> str:
    return clip_name(value)


@implements("bpchar_name")
def bpchar_name(value: str) -> str:
    return clip_name(value).rstrip(" ")


@implements("name_text", "name_bpchar", "varchar(name)")
def name_text(value: str) -> str:
    return value


@implements("text_char")
def text_char(value: str) -> str:
    return single_char(value)


@implements("char_text", "char_bpchar")
def char_text(value: str) -> str:
    return single_char_text(value)


@implements("chartoi4")
def chartoi4(value: str) -> int:
    number = ord(value or "\0")
    return number - 256 if number > 127 else number


@implements("i4tochar")
def i4tochar(value: int) -> str:
    if not -128 <= value <= 127:
        raise DatabaseError("22003", '"char" out of range')
    return chr(value & 0xFF) if value else ""


@implements("nameconcatoid")
def nameconcatoid(name: str, oid: int) -> str:
    """Returns name_oid, the name cut so that the whole fits a name."""
    suffix = f"_{oid}"
    room = 63 - len(suffix)
    return name.encode()[:room].decode(errors="ignore") + suffix
