"""Character types: text, varchar(n), char(n), name and "char".

All are str at run time. A char(n) value is blank-padded to n and its padding never counts in
comparisons; a name has at most 63 bytes, cut without a word as PostgreSQL does; a "char" is one
byte, kept as the character with that number (U+0001..U+00FF), and the empty string for byte zero.

A type modifier of varchar and char is n + 4. Input refuses a text that is too long unless only
blanks stick out (22001); an explicit cast cuts it silently (tsql.functions.text_cast).
"""

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import text_io

NAME_BYTES_MAX = 63
_TYPMOD_HEADER = 4
#: A declared char(n) has at most 10,485,760 characters; the functions could be given more.
_LENGTH_MAX = 1 << 28


def clip_name(text: str) -> str:
    """Returns the text cut to what a name holds: 63 bytes, never inside a character."""
    if len(text) * 4 <= NAME_BYTES_MAX:
        return text
    data = text.encode()
    if len(data) <= NAME_BYTES_MAX:
        return text
    return data[:NAME_BYTES_MAX].decode(errors="ignore")


def fit_varchar(text: str, typmod: int, *, explicit: bool) -> str:
    """Returns the text as varchar(typmod - 4); raises 22001 if more than blanks would be lost."""
    length = typmod - _TYPMOD_HEADER
    if typmod < _TYPMOD_HEADER or len(text) <= length:
        return text
    if not explicit and text[length:].strip(" "):
        raise DatabaseError("22001", f"value too long for type character varying({length})")
    return text[:length]


def fit_bpchar(text: str, typmod: int, *, explicit: bool) -> str:
    """Returns the text cut or padded to char(typmod - 4); raises 22001 likewise."""
    length = typmod - _TYPMOD_HEADER
    if typmod < _TYPMOD_HEADER:
        return text
    if len(text) <= length:
        if length > _LENGTH_MAX:
            size = typmod - len(text) + len(text.encode())
            raise DatabaseError("XX000", f"invalid memory alloc request size {size}")
        return text.ljust(length)
    if not explicit and text[length:].strip(" "):
        raise DatabaseError("22001", f"value too long for type character({length})")
    return text[:length]


def single_char(text: str) -> str:
    r"""Returns the "char" that a text stands for: its first byte, or the byte of `\ooo` exactly."""
    if len(text) == 4 and text[0] == "\\" and all(digit in "01234567" for digit in text[1:]):
        byte = int(text[1:], 8) & 0xFF
        return chr(byte) if byte else ""
    if not text or text[0] == "\0":
        return ""
    return text[0] if text[0] < "\x80" else chr(text[0].encode()[0])


def single_char_text(value: str) -> str:
    r"""Returns the text of a "char": itself if it is ASCII, else `\ooo`."""
    return value if value < "\x80" else f"\\{ord(value):03o}"


def _text_in(text: str, typmod: int, env: Env) -> str:
    return text


def _text_out(value: str, env: Env) -> str:
    return value


def _varchar_in(text: str, typmod: int, env: Env) -> str:
    return fit_varchar(text, typmod, explicit=False)


def _bpchar_in(text: str, typmod: int, env: Env) -> str:
    return fit_bpchar(text, typmod, explicit=False)


def _name_in(text: str, typmod: int, env: Env) -> str:
    return clip_name(text)


def _char_in(text: str, typmod: int, env: Env) -> str:
    return single_char(text)


def _char_out(value: str, env: Env) -> str:
    return single_char_text(value)


text_io(oids.TEXT, _text_in, _text_out)
text_io(oids.VARCHAR, _varchar_in, _text_out)
text_io(oids.BPCHAR, _bpchar_in, _text_out)
text_io(oids.NAME, _name_in, _text_out)
text_io(oids.CHAR, _char_in, _char_out)
text_io(oids.UNKNOWN, _text_in, _text_out)
text_io(oids.CSTRING, _text_in, _text_out)
