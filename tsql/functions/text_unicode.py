r"""Unicode normal forms, and unistr's escapes (`\XXXX`, `\+XXXXXX`, `\uXXXX`, `\UXXXXXXXX`)."""

import re
import unicodedata
from typing import Literal

from storage.errors import DatabaseError
from tsql.functions.registry import implements

_Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
_FORMS: dict[str, _Form] = {"nfc": "NFC", "nfd": "NFD", "nfkc": "NFKC", "nfkd": "NFKD"}
_ESCAPE = re.compile(
    r"\\(?:(\\)|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})|)"
)
_HINT = "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX."


def _form(name: str) -> _Form:
    form = _FORMS.get(name.lower())
    if form is None:
        raise DatabaseError("22023", f"invalid normalization form: {name}")
    return form


@implements("unicode_normalize_func")
def normalize(text: str, form: str) -> str:
    return unicodedata.normalize(_form(form), text)


@implements("unicode_is_normalized")
def is_normalized(text: str, form: str) -> bool:
    return unicodedata.is_normalized(_form(form), text)


@implements("unistr")
def unistr(text: str) -> str:
    pieces: list[str] = []
    position = high = 0
    while (backslash := text.find("\\", position)) >= 0:
        if high and backslash > position:
            raise _invalid_pair()
        pieces.append(text[position:backslash])
        found = _ESCAPE.match(text, backslash)
        assert found
        position = found.end()
        if found.group(1):
            if high:
                raise _invalid_pair()
            pieces.append("\\")
            continue
        digits = found.group(2) or found.group(3) or found.group(4) or found.group(5)
        if not digits:
            raise DatabaseError("42601", "invalid Unicode escape", hint=_HINT)
        high = _take(int(digits, 16), high, pieces)
    if high:
        raise _invalid_pair()
    pieces.append(text[position:])
    return "".join(pieces)


def _take(code: int, high: int, pieces: list[str]) -> int:
    """Takes one code; returns it if it is the first half of a surrogate pair, else 0."""
    if code == 0 or code > 0x10FFFF:
        raise DatabaseError("22023", f"invalid Unicode code point: {code:04X}")
    is_low = 0xDC00 <= code < 0xE000
    if is_low != bool(high):
        raise _invalid_pair()
    if is_low:
        pieces.append(chr(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)))
        return 0
    if 0xD800 <= code < 0xDC00:
        return code
    pieces.append(chr(code))
    return 0


def _invalid_pair() -> DatabaseError:
    return DatabaseError("42601", "invalid Unicode surrogate pair")
