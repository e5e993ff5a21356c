r"""Backslash escapes: characters by name or code, and the classes \d \s \w."""

import re
from collections.abc import Callable

from tsql.functions import ctype
from tsql.functions.regex.syntax import invalid

CLASS_ESCAPES: dict[str, tuple[Callable[[str], bool], bool]] = {
    "d": (ctype.is_digit, False),
    "D": (ctype.is_digit, True),
    "s": (ctype.is_space, False),
    "S": (ctype.is_space, True),
    "w": (ctype.is_word, False),
    "W": (ctype.is_word, True),
}
_NAMED = {
    "a": "\a",
    "b": "\b",
    "B": "\\",
    "e": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_HEX = re.compile(r"[0-9A-Fa-f]{1,255}")
_OCTAL = re.compile(r"[0-7]{1,3}")
#: What PostgreSQL lets pass as a code, though Unicode ends before.
_CODE_MAX = 0x7FFFFFFE
_INVALID = "invalid escape \\ sequence"


def read_escape(pattern: str, position: int) -> tuple[str, int]:
    """Reads what follows a backslash and stands for one character; returns it and where it ends."""
    kind = pattern[position]
    position += 1
    if not (kind.isascii() and kind.isalnum()):
        return kind, position
    if kind in _NAMED:
        return _NAMED[kind], position
    if kind == "c" and position < len(pattern):
        return chr(ord(pattern[position]) & 0x1F), position + 1
    if kind in ("u", "U"):
        length = 4 if kind == "u" else 8
        return _by_code(pattern[position : position + length], length), position + length
    if kind == "x":
        digits = _HEX.match(pattern, position)
        if not digits:
            raise invalid(_INVALID)
        return _by_code(digits.group(), len(digits.group())), digits.end()
    if "0" <= kind <= "9":
        return _octal(pattern, position - 1)
    raise invalid(_INVALID)


def _by_code(digits: str, length: int) -> str:
    """Returns the character, or "" for a code that no character has."""
    if len(digits) != length or not _HEX.fullmatch(digits) or int(digits, 16) > _CODE_MAX:
        raise invalid(_INVALID)
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else ""


def _octal(pattern: str, position: int) -> tuple[str, int]:
    found = _OCTAL.match(pattern, position)
    if not found:
        raise invalid(_INVALID)
    digits = found.group()
    if int(digits, 8) > 0xFF:
        digits = digits[:2]
    return chr(int(digits, 8)), position + len(digits)
