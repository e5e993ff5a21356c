"""String functions and operators over text (PostgreSQL manual, chapter 9.4).

Lengths and positions count characters, from 1. Text that could grow is measured before it is made.
"""

from itertools import chain

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions import ctype
from tsql.functions.limits import VALUE_SIZE_MAX, check_size, too_large
from tsql.functions.registry import implements

_INT4_MAX = 2**31 - 1
_INT4_MIN = -(2**31)


@implements("textcat")
def textcat(a: str, b: str) -> str:
    if len(a) + len(b) > VALUE_SIZE_MAX:
        raise too_large()
    return a + b


implements("textlen")(len)


@implements("bpcharlen")
def bpcharlen(value: str) -> int:
    return len(value.rstrip(" "))


@implements("textoctetlen", "bpcharoctetlen")
def textoctetlen(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode())


@implements("bit_length(text)")
def bit_length(value: str) -> int:
    return 8 * textoctetlen(value)


implements("lower")(ctype.lower)
implements("upper")(ctype.upper)


@implements("initcap")
def initcap(value: str) -> str:
    """Returns each word with its first letter in upper case; a word is letters and digits."""
    result = []
    inside = False
    for char in value:
        changed = ctype.lower_char(char) if inside else ctype.upper_char(char)
        result.append(changed)
        inside = ctype.is_alnum(changed)
    return "".join(result)


def slice_bounds(start: int, length: int) -> tuple[int, int]:
    """Returns the Python slice of SQL's substring(… from start for length). Raises 22011."""
    if length < 0:
        raise DatabaseError("22011", "negative substring length not allowed")
    return max(start - 1, 0), max(start - 1 + length, 0)


@implements("text_substr")
def text_substr(value: str, start: int, length: int) -> str:
    first, last = slice_bounds(start, length)
    return value[first:last]


@implements("text_substr_no_len")
def text_substr_no_len(value: str, start: int) -> str:
    return value[start - 1 :] if start > 1 else value


def overlay_bounds(start: int, length: int) -> tuple[int, int]:
    """Returns where overlay cuts: the head's end and the tail's start, as Python slices."""
    if start <= 0:
        raise DatabaseError("22011", "negative substring length not allowed")
    if not _INT4_MIN <= start + length <= _INT4_MAX:
        raise DatabaseError("22003", "integer out of range")
    return start - 1, max(start + length - 1, 0)


@implements("textoverlay")
def textoverlay(value: str, new: str, start: int, length: int) -> str:
    head, tail = overlay_bounds(start, length)
    return textcat(textcat(value[:head], new), value[tail:])


@implements("textoverlay_no_len")
def textoverlay_no_len(value: str, new: str, start: int) -> str:
    return textoverlay(value, new, start, len(new))


@implements("textpos")
def textpos(value: str, sought: str) -> int:
    return value.find(sought) + 1


@implements("text_starts_with")
def text_starts_with(value: str, prefix: str) -> bool:
    return value.startswith(prefix)


@implements("text_left")
def text_left(value: str, count: int) -> str:
    return value[:count]


@implements("text_right")
def text_right(value: str, count: int) -> str:
    # PostgreSQL negates the count in 32 bits, where the lowest one stays negative.
    if count == _INT4_MIN:
        return value
    return value[-count:] if count else ""


@implements("text_reverse")
def text_reverse(value: str) -> str:
    return value[::-1]


@implements("lpad", env=True)
def lpad(env: Env, value: str, length: int, fill: str) -> str:
    return _padding(env, value, length, fill) + value[: max(length, 0)]


@implements("rpad", env=True)
def rpad(env: Env, value: str, length: int, fill: str) -> str:
    return value[: max(length, 0)] + _padding(env, value, length, fill)


@implements("lpad(text,int4)", env=True)
def lpad_blanks(env: Env, value: str, length: int) -> str:
    return lpad(env, value, length, " ")


@implements("rpad(text,int4)", env=True)
def rpad_blanks(env: Env, value: str, length: int) -> str:
    return rpad(env, value, length, " ")


def _padding(env: Env, value: str, length: int, fill: str) -> str:
    missing = length - len(value)
    if missing <= 0 or not fill:
        return ""
    check_size(length, env)
    return (fill * (missing // len(fill) + 1))[:missing]


@implements("btrim")
def btrim(value: str, characters: str) -> str:
    return value.strip(characters)


@implements("ltrim")
def ltrim(value: str, characters: str) -> str:
    return value.lstrip(characters)


@implements("rtrim")
def rtrim(value: str, characters: str) -> str:
    return value.rstrip(characters)


@implements("btrim1")
def btrim1(value: str) -> str:
    return value.strip(" ")


@implements("ltrim1")
def ltrim1(value: str) -> str:
    return value.lstrip(" ")


@implements("rtrim1")
def rtrim1(value: str) -> str:
    return value.rstrip(" ")


@implements("ascii")
def ascii_(value: str) -> int:
    return ord(value[0]) if value else 0


@implements("chr")
def chr_(number: int) -> str:
    if number < 0:
        raise DatabaseError("22023", "character number must be positive")
    if number == 0:
        raise DatabaseError("54000", "null character not permitted")
    if number > 0x10FFFF:
        raise DatabaseError("54000", f"requested character too large for encoding: {number}")
    if 0xD800 <= number <= 0xDFFF:
        raise DatabaseError("54000", f"requested character not valid for encoding: {number}")
    return chr(number)


@implements("repeat", env=True)
def repeat(env: Env, value: str, count: int) -> str:
    check_size(len(value) * count, env)
    return value * count


@implements("replace_text", env=True)
def replace_text(env: Env, value: str, old: str, new: str) -> str:
    if not old:
        return value
    if len(new) > len(old):
        check_size(len(value) + value.count(old) * (len(new) - len(old)), env)
    return value.replace(old, new)


@implements("translate")
def translate(value: str, old: str, new: str) -> str:
    """Replaces each character of `old` by its counterpart in `new`; without one it goes."""
    table: dict[int, str] = {}
    for char, counterpart in zip(old, chain(new, [""] * len(old)), strict=False):
        table.setdefault(ord(char), counterpart)
    return value.translate(table)


@implements("split_part")
def split_part(value: str, separator: str, number: int) -> str:
    if number == 0:
        raise DatabaseError("22023", "field position must not be zero")
    if not separator:
        return value if number in (1, -1) else ""
    fields = value.split(separator)
    if number > 0:
        return fields[number - 1] if number <= len(fields) else ""
    return fields[number] if -number <= len(fields) else ""


@implements("to_hex32")
def to_hex32(value: int) -> str:
    return f"{value & 0xFFFFFFFF:x}"


@implements("to_hex64")
def to_hex64(value: int) -> str:
    return f"{value & 0xFFFFFFFFFFFFFFFF:x}"
