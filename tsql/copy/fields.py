r"""A line to its fields, and back.

Text: fields between delimiters; `\N` (or the NULL option) before escapes are taken out is NULL.
CSV: a field may be quoted; only an unquoted one can be NULL.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.copy.options import CopyOptions

Fields = list[str | None]
#: A decoded line to its fields.
Split = Callable[[str], Fields]

_LETTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE: Final = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.|\Z)", re.DOTALL)


def text_splitter(options: CopyOptions) -> Split:
    """Returns what splits lines of the text format."""
    delimiter, null = options.delimiter, options.null
    is_null_escaped = "\\" in null

    def split(line: str) -> Fields:
        if "\\" not in line:
            fields: list[Any] = line.split(delimiter)
            if not is_null_escaped and null in fields:
                fields = [None if field == null else field for field in fields]
            return fields
        if null == "\\N":
            fields = line.split(delimiter)
            if fields.count(null) == line.count("\\"):
                return [None if field == null else field for field in fields]
        return [
            None if field == null else _unescaped(field) if "\\" in field else field
            for field in _raw_fields(line, delimiter)
        ]

    return split


def _raw_fields(line: str, delimiter: str) -> list[str]:
    """Splits at the delimiters that no backslash stands before."""
    fields = line.split(delimiter)
    result: list[str] = []
    held: list[str] = []
    for field in fields:
        held.append(field)
        if field.endswith("\\") and (len(field) - len(field.rstrip("\\"))) % 2:
            continue
        result.append(delimiter.join(held))
        held = []
    if held:
        result.append(delimiter.join(held))
    return result


def _unescaped(field: str) -> str:
    if not re.search(r"\\(x[0-9A-Fa-f]|[0-7])", field):
        return _ESCAPE.sub(lambda match: _LETTERS.get(match[1], match[1]), field)
    # Octal and hexadecimal escapes are bytes: several may make one character.
    raw = bytearray()
    at = 0
    for match in _ESCAPE.finditer(field):
        raw += field[at : match.start()].encode()
        raw += _escaped_bytes(match[1])
        at = match.end()
    raw += field[at:].encode()
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        shown = " ".join(f"0x{byte:02x}" for byte in raw[error.start : error.start + 1])
        raise DatabaseError(
            "22021", f'invalid byte sequence for encoding "UTF8": {shown}'
        ) from None
    if "\0" in text:
        raise DatabaseError("22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    return text


def _escaped_bytes(code: str) -> bytes:
    if code.startswith("x") and len(code) > 1:
        return bytes((int(code[1:], 16),))
    if code and code[0] in "01234567":
        return bytes((int(code, 8) & 0xFF,))
    return _LETTERS.get(code, code).encode()


# ---- CSV ---------------------------------------------------------------------------------------


def csv_splitter(
    options: CopyOptions, force_not_null: Sequence[bool], force_null: Sequence[bool]
) -> Split:
    """Returns what splits CSV records; the flags are by field."""
    delimiter, null, quote = options.delimiter, options.null, options.quote
    is_forced = any(force_not_null) or any(force_null)

    def split(record: str) -> Fields:
        if quote not in record:
            fields: Fields = list(record.split(delimiter))
            if null in fields:
                fields = [None if field == null else field for field in fields]
        else:
            fields = _quoted_fields(record, options)
        if is_forced:
            for at, field in enumerate(fields[: len(force_null)]):
                if field is None and force_not_null[at]:
                    fields[at] = null
                elif force_null[at] and field == null:
                    fields[at] = None
        return fields

    return split


def _quoted_fields(record: str, options: CopyOptions) -> Fields:
    delimiter, quote = options.delimiter, options.quote
    fields: Fields = []
    parts: list[str] = []
    saw_quote = False
    at = 0
    while True:
        stop = _next_of(record, at, delimiter, quote)
        parts.append(record[at:stop])
        if stop < len(record) and record[stop] == quote:
            saw_quote = True
            text, at = _quoted_part(record, stop + 1, options)
            parts.append(text)
            continue
        field = "".join(parts)
        fields.append(None if not saw_quote and field == options.null else field)
        if stop >= len(record):
            return fields
        parts, saw_quote, at = [], False, stop + 1


def _next_of(record: str, at: int, delimiter: str, quote: str) -> int:
    end = len(record)
    first, second = record.find(delimiter, at), record.find(quote, at)
    return min(first if first >= 0 else end, second if second >= 0 else end)


def _quoted_part(record: str, at: int, options: CopyOptions) -> tuple[str, int]:
    """Returns what stands in quotes, and the place behind them. Raises 22P04."""
    quote, escape = options.quote, options.escape
    parts: list[str] = []
    while True:
        stop = _next_of(record, at, escape, quote)
        if stop >= len(record):
            raise DatabaseError("22P04", "unterminated CSV quoted field")
        parts.append(record[at:stop])
        following = record[stop + 1 : stop + 2]
        if record[stop] == escape and following and following in (escape, quote):
            parts.append(following)
            at = stop + 2
        elif record[stop] == quote:
            return "".join(parts), stop + 1
        else:
            parts.append(record[stop])
            at = stop + 1


# ---- out ---------------------------------------------------------------------------------------

#: Fields (None: NULL) to a line with its end.
Join = Callable[[Sequence[str | None]], str]


def text_joiner(options: CopyOptions) -> Join:
    """Returns what makes lines of the text format."""
    delimiter, null = options.delimiter, options.null
    escapes = {character: f"\\{letter}" for letter, character in _LETTERS.items()}
    escapes["\\"] = "\\\\"
    escapes.setdefault(delimiter, f"\\{delimiter}")
    table = str.maketrans(escapes)
    special = re.compile("[" + re.escape("".join(escapes)) + "]").search

    def join(fields: Sequence[str | None]) -> str:
        shown = [
            null if field is None else field.translate(table) if special(field) else field
            for field in fields
        ]
        return delimiter.join(shown) + "\n"

    return join


def csv_joiner(options: CopyOptions, force_quote: Sequence[bool]) -> Join:
    """Returns what makes CSV records; the flags are by field."""
    delimiter, null, quote, escape = (
        options.delimiter,
        options.null,
        options.quote,
        options.escape,
    )
    special = re.compile("[" + re.escape(f"{delimiter}{quote}") + "\r\n]").search
    is_single = len(force_quote) == 1

    def quoted(field: str) -> str:
        if escape != quote:
            field = field.replace(escape, escape * 2)
        return quote + field.replace(quote, escape + quote) + quote

    def shown(field: str | None, *, forced: bool) -> str:
        if field is None:
            return null
        if forced or field == null or special(field) or (is_single and field == "\\."):
            return quoted(field)
        return field

    def join(fields: Sequence[str | None]) -> str:
        pairs = zip(fields, force_quote, strict=True)
        return delimiter.join([shown(field, forced=forced) for field, forced in pairs]) + "\n"

    return join
