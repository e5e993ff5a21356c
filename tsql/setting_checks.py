"""What some settings demand beyond their type: a date style, a time zone, an encoding that exist.

Each check takes the text of a SET and returns the canonical value, as PostgreSQL's check hooks do
(variable.c). A value that would change answers, and that TerraScale doesn't follow, is refused, not
ignored.
"""

import codecs
import functools
import re
from collections.abc import Callable

from storage.errors import DatabaseError, not_supported
from tsql.setting_definitions import invalid
from tsql.zone_names import zone_names

_STYLES = {"iso": "ISO", "sql": "SQL", "postgres": "Postgres", "german": "German"}
_ORDERS = {"ymd": "YMD", "dmy": "DMY", "mdy": "MDY", "us": "MDY", "noneuro": "MDY"}
_POSIX_ZONE = re.compile(
    r"(<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})[+-]?\d{1,3}(:\d{2}){0,2}"
    r"((<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})([+-]?\d{1,3}(:\d{2}){0,2})?(,[MJ0-9./:,+-]+)?)?\Z"
)
_HOURS = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z")
#: Our name of an encoding -> spellings, without punctuation and in lower case (encnames.c).
_ENCODINGS = {
    "UTF8": ("utf8", "unicode"),
    "SQL_ASCII": ("sqlascii",),
    "LATIN1": ("latin1", "iso88591"),
    "LATIN2": ("latin2", "iso88592"),
    "LATIN3": ("latin3", "iso88593"),
    "LATIN4": ("latin4", "iso88594"),
    "LATIN5": ("latin5", "iso88599"),
    "LATIN6": ("latin6", "iso885910"),
    "LATIN7": ("latin7", "iso885913"),
    "LATIN8": ("latin8", "iso885914"),
    "LATIN9": ("latin9", "iso885915"),
    "LATIN10": ("latin10", "iso885916"),
    "ISO_8859_5": ("iso88595",),
    "ISO_8859_6": ("iso88596",),
    "ISO_8859_7": ("iso88597",),
    "ISO_8859_8": ("iso88598",),
    "WIN1250": ("win1250", "windows1250"),
    "WIN1251": ("win1251", "windows1251", "win"),
    "WIN1252": ("win1252", "windows1252"),
    "WIN1253": ("win1253", "windows1253"),
    "WIN1254": ("win1254", "windows1254"),
    "WIN1255": ("win1255", "windows1255"),
    "WIN1256": ("win1256", "windows1256"),
    "WIN1257": ("win1257", "windows1257"),
    "WIN1258": ("win1258", "windows1258", "abc", "tcvn", "tcvn5712", "vscii"),
    "WIN866": ("win866", "windows866", "alt"),
    "WIN874": ("win874", "windows874"),
    "KOI8R": ("koi8r", "koi8"),
    "KOI8U": ("koi8u",),
    "EUC_JP": ("eucjp",),
    "EUC_KR": ("euckr",),
    "EUC_CN": ("euccn",),
    "SJIS": ("sjis", "shiftjis", "mskanji", "win932", "windows932"),
    "BIG5": ("big5", "win950", "windows950"),
    "GBK": ("gbk", "win936", "windows936"),
    "GB18030": ("gb18030",),
    "UHC": ("uhc", "win949", "windows949"),
    "JOHAB": ("johab",),
}
#: Encodings that PostgreSQL has and we can't convert (nor can PostgreSQL the first one).
_WITHOUT_CONVERSION = {
    "muleinternal": "MULE_INTERNAL",
    "euctw": "EUC_TW",
    "eucjis2004": "EUC_JIS_2004",
    "shiftjis2004": "SHIFT_JIS_2004",
}
_PYTHON_CODECS = {
    "SQL_ASCII": "utf-8",
    "EUC_CN": "gb2312",
    "UHC": "cp949",
    "SJIS": "cp932",
    "KOI8R": "koi8-r",
    "KOI8U": "koi8-u",
}


def check_date_style(text: str, current: str) -> str:
    """Returns 'ISO, MDY' and the like; what the text leaves out is taken from `current`."""
    style, order = current.split(", ")
    seen_style: str | None = None
    seen_order: str | None = None
    if text.strip() and not re.fullmatch(r"[\w\s,\"]*", text):
        raise invalid("DateStyle", text, detail="List syntax is invalid.")
    for part in text.split(","):
        word = part.strip().strip('"').lower()
        new_style, new_order = None, None
        if word in _STYLES:
            new_style = _STYLES[word]
            if word == "german" and seen_order is None:
                order = "DMY"
        elif word in _ORDERS or word.startswith(("euro", "noneuro")):
            new_order = _ORDERS.get(word) or ("DMY" if word.startswith("euro") else "MDY")
        elif word == "default":
            new_style, new_order = "ISO", "MDY"
        else:
            raise invalid("DateStyle", text, detail=f'Unrecognized key word: "{word}".')
        if (new_style and seen_style not in {None, new_style}) or (
            new_order and seen_order not in {None, new_order}
        ):
            raise invalid("DateStyle", text, detail='Conflicting "datestyle" specifications.')
        seen_style, seen_order = new_style or seen_style, new_order or seen_order
    return f"{seen_style or style}, {seen_order or order}"


def check_time_zone(text: str, _current: str) -> str:
    """Returns the zone's name as the tz database writes it, or a POSIX form."""
    if _HOURS.match(text.strip()):
        return fixed_offset_zone(round(float(text) * 3600))
    lowered = text.lower()
    if lowered in {"utc", "gmt"}:
        return text.upper()
    name = zone_names().get(lowered)
    if name is not None:
        return name
    if _POSIX_ZONE.match(text):
        return text
    if re.fullmatch(r"[+-]?\d{1,2}(:\d{2}){1,2}", text):
        return text
    raise invalid("TimeZone", text)


def fixed_offset_zone(east_seconds: int) -> str:
    """Returns PostgreSQL's name of a fixed offset: `<+03>-03` (3 hours east of Greenwich)."""
    hours, rest = divmod(abs(east_seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    digits = f"{hours:02d}"
    if minutes or seconds:
        digits += f":{minutes:02d}"
    if seconds:
        digits += f":{seconds:02d}"
    east, west = ("-", "+") if east_seconds < 0 else ("+", "-")
    return f"<{east}{digits}>{west}{digits}"


@functools.cache
def _encoding_names() -> dict[str, str]:
    return {spelling: name for name, spellings in _ENCODINGS.items() for spelling in spellings}


def check_encoding(text: str, _current: str) -> str:
    """Returns PostgreSQL's name of a client encoding."""
    name = _encoding_names().get(re.sub(r"[^a-z0-9]", "", text.lower()))
    if name is None:
        without = _WITHOUT_CONVERSION.get(re.sub(r"[^a-z0-9]", "", text.lower()))
        if without is None:
            raise invalid("client_encoding", text)
        raise DatabaseError(
            "0A000",
            f'invalid value for parameter "client_encoding": "{text}"',
            detail=f"Conversion between {without} and UTF8 is not supported.",
        )
    return name


def python_codec(encoding: str) -> str:
    """Returns the name of Python's codec for an encoding of `check_encoding`."""
    name = _PYTHON_CODECS.get(encoding, encoding.replace("LATIN", "iso-8859-"))
    aliases = {"LATIN5": "iso-8859-9", "LATIN6": "iso-8859-10", "LATIN7": "iso-8859-13"}
    aliases |= {"LATIN8": "iso-8859-14", "LATIN9": "iso-8859-15", "LATIN10": "iso-8859-16"}
    name = aliases.get(encoding, name)
    if name.startswith("WIN"):
        name = "cp" + name[3:]
    return codecs.lookup(name).name


def check_application_name(text: str, _current: str) -> str:
    """Returns the name with everything but printable ASCII replaced, byte by byte."""
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in text.encode())[:63]


def _check_locale(name: str) -> Callable[[str, str], str]:
    def check(text: str, _current: str) -> str:
        if text not in {"C", "POSIX", "C.UTF-8", "C.utf8", ""}:
            raise invalid(name, text)
        return text

    return check


def _check_tablespace(text: str, _current: str) -> str:
    if text not in {"", "pg_default"}:
        raise invalid("default_tablespace", text, detail=f'Tablespace "{text}" does not exist.')
    return text


def _check_temporary_tablespaces(text: str, _current: str) -> str:
    for name in re.findall(r"[^\s,\"]+", text):
        if name not in {"pg_default", "pg_global"}:
            raise DatabaseError("42704", f'tablespace "{name}" does not exist')
    return text


def _check_zone_abbreviations(text: str, _current: str) -> str:
    """Knows PostgreSQL's three sets, and follows one of them."""
    if text not in {"Default", "Australia", "India"}:
        raise invalid("timezone_abbreviations", text)
    return _refuses("timezone_abbreviations", frozenset({"Default"}))(text, _current)


def _refuses(name: str, accepted: frozenset[str]) -> Callable[[str, str], str]:
    def check(text: str, _current: str) -> str:
        if text not in accepted:
            raise not_supported(f'{text or "an empty value"} for parameter "{name}"')
        return text

    return check


CHECKS: dict[str, Callable[[str, str], str]] = {
    "application_name": check_application_name,
    "client_encoding": check_encoding,
    "datestyle": check_date_style,
    "timezone": check_time_zone,
    "default_tablespace": _check_tablespace,
    "temp_tablespaces": _check_temporary_tablespaces,
    "timezone_abbreviations": _check_zone_abbreviations,
    "lc_messages": _check_locale("lc_messages"),
    "lc_monetary": _check_locale("lc_monetary"),
    "lc_numeric": _check_locale("lc_numeric"),
    "lc_time": _check_locale("lc_time"),
    "array_nulls": _refuses("array_nulls", frozenset({"on"})),
    "default_table_access_method": _refuses("default_table_access_method", frozenset({"heap"})),
    "quote_all_identifiers": _refuses("quote_all_identifiers", frozenset({"off"})),
    "session_replication_role": _refuses("session_replication_role", frozenset({"origin"})),
    "standard_conforming_strings": _refuses("standard_conforming_strings", frozenset({"on"})),
    "transform_null_equals": _refuses("transform_null_equals", frozenset({"off"})),
}
