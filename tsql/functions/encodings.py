"""Character encodings by PostgreSQL's names and numbers, and conversion between them and UTF-8.

The single-byte encodings, GB2312, GBK and GB18030 are Python's, which agree with PostgreSQL's tables
(compared character by character). The tables of the Japanese, Korean and Taiwanese encodings differ
in hundreds of places: they are refused with 0A000, as are conversions that bypass UTF-8.
"""

from typing import Final

from storage.errors import DatabaseError, not_supported
from tsql.env import Env
from tsql.functions.registry import implements

UTF8: Final = 6
SQL_ASCII: Final = 0

_NAMES = (
    "SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 LATIN3 "
    "LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 "
    "WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 WIN1250 WIN1253 WIN1254 WIN1255 WIN1257 "
    "KOI8U SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004"
)
NAMES: Final = _NAMES.split()

_CODECS = {
    "EUC_CN": "gb2312",
    "GBK": "gbk",
    "GB18030": "gb18030",
    "LATIN1": "iso8859-1",
    "LATIN2": "iso8859-2",
    "LATIN3": "iso8859-3",
    "LATIN4": "iso8859-4",
    "LATIN5": "iso8859-9",
    "LATIN6": "iso8859-10",
    "LATIN7": "iso8859-13",
    "LATIN8": "iso8859-14",
    "LATIN9": "iso8859-15",
    "LATIN10": "iso8859-16",
    "WIN866": "cp866",
    "WIN874": "cp874",
    "WIN1250": "cp1250",
    "WIN1251": "cp1251",
    "WIN1252": "cp1252",
    "WIN1253": "cp1253",
    "WIN1254": "cp1254",
    "WIN1255": "cp1255",
    "WIN1256": "cp1256",
    "WIN1257": "cp1257",
    "WIN1258": "cp1258",
    "KOI8R": "koi8_r",
    "KOI8U": "koi8_u",
    "ISO_8859_5": "iso8859-5",
    "ISO_8859_6": "iso8859-6",
    "ISO_8859_7": "iso8859-7",
    "ISO_8859_8": "iso8859-8",
}
_MULTIBYTE = frozenset(("EUC_CN", "GBK", "GB18030"))

_ALIASES = {
    "abc": "WIN1258",
    "alt": "WIN866",
    "iso88591": "LATIN1",
    "iso885910": "LATIN6",
    "iso885913": "LATIN7",
    "iso885914": "LATIN8",
    "iso885915": "LATIN9",
    "iso885916": "LATIN10",
    "iso88592": "LATIN2",
    "iso88593": "LATIN3",
    "iso88594": "LATIN4",
    "iso88599": "LATIN5",
    "koi8": "KOI8R",
    "mskanji": "SJIS",
    "shiftjis": "SJIS",
    "tcvn": "WIN1258",
    "tcvn5712": "WIN1258",
    "unicode": "UTF8",
    "vscii": "WIN1258",
    "win": "WIN1251",
    "win932": "SJIS",
    "win936": "GBK",
    "win949": "UHC",
    "win950": "BIG5",
    "windows866": "WIN866",
    "windows874": "WIN874",
    "windows932": "SJIS",
    "windows936": "GBK",
    "windows949": "UHC",
    "windows950": "BIG5",
} | {f"windows{number}": f"WIN{number}" for number in range(1250, 1259)}


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isascii() and char.isalnum())


_NUMBERS = {_plain(name): number for number, name in enumerate(NAMES)} | {
    alias: NAMES.index(name) for alias, name in _ALIASES.items()
}


@implements("PG_char_to_encoding")
def encoding_number(name: str) -> int:
    """Returns the encoding's number, -1 for an unknown name."""
    return _NUMBERS.get(_plain(name), -1)


@implements("PG_encoding_to_char")
def encoding_name(number: int) -> str:
    return NAMES[number] if 0 <= number < len(NAMES) else ""


@implements("pg_client_encoding", env=True)
def pg_client_encoding(env: Env) -> str:
    return env.get_setting("client_encoding") if env.get_setting else "UTF8"


@implements("getdatabaseencoding")
def getdatabaseencoding() -> str:
    return "UTF8"


def _number(name: str, role: str) -> int:
    number = encoding_number(name)
    if number < 0:
        raise DatabaseError("22023", f'invalid {role}encoding name "{name}"')
    return number


def _bytes_text(data: bytes) -> str:
    return " ".join(f"0x{byte:02x}" for byte in data[:8])


def _character_length(first: int, encoding: int) -> int:
    """Returns how many bytes a character has, by its first byte, whether or not they are valid."""
    if encoding == UTF8:
        return {0xC: 2, 0xD: 2, 0xE: 3, 0xF: 4 if first < 0xF8 else 1}.get(first >> 4, 1)
    return 2 if NAMES[encoding] in _MULTIBYTE and first > 0x7F else 1


def invalid_bytes(data: bytes, start: int, encoding: int) -> DatabaseError:
    """Returns the error for bytes that are no character of the encoding, beginning at `start`."""
    shown = data[start : start + _character_length(data[start], encoding)]
    return DatabaseError(
        "22021", f'invalid byte sequence for encoding "{NAMES[encoding]}": {_bytes_text(shown)}'
    )


def decode_utf8(data: bytes) -> str:
    """Returns the text of UTF-8 bytes; raises 22021 for what isn't, and for a zero byte."""
    zero = data.find(0)
    try:
        text = (data if zero < 0 else data[:zero]).decode()
    except UnicodeDecodeError as error:
        raise invalid_bytes(data, error.start, UTF8) from None
    if zero >= 0:
        raise invalid_bytes(data, zero, UTF8)
    return text


def _codec(encoding: int) -> str:
    codec = _CODECS.get(NAMES[encoding])
    if codec is None:
        raise not_supported(f"conversion between UTF8 and {NAMES[encoding]}")
    return codec


def _decode(data: bytes, encoding: int) -> str:
    if encoding in (UTF8, SQL_ASCII):
        return decode_utf8(data)
    codec = _codec(encoding)
    zero = data.find(0)
    try:
        text = (data if zero < 0 else data[:zero]).decode(codec)
    except UnicodeDecodeError as error:
        if NAMES[encoding] in _MULTIBYTE:
            raise invalid_bytes(data, error.start, encoding) from None
        raise _untranslatable(data[error.start : error.start + 1], encoding, UTF8) from None
    if zero >= 0:
        raise invalid_bytes(data, zero, encoding)
    return text


def _encode(text: str, encoding: int) -> bytes:
    if encoding in (UTF8, SQL_ASCII):
        return text.encode()
    if NAMES[encoding] == "MULE_INTERNAL":
        raise _no_conversion(UTF8, encoding)
    codec = _codec(encoding)
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        if NAMES[encoding] == "GBK" and "\u20ac" in text:
            return b"\x80".join(_encode(part, encoding) for part in text.split("\u20ac"))
        raise _untranslatable(text[error.start].encode(), UTF8, encoding) from None


def _untranslatable(data: bytes, source: int, target: int) -> DatabaseError:
    return DatabaseError(
        "22P05",
        f"character with byte sequence {_bytes_text(data)} in encoding "
        f'"{NAMES[source]}" has no equivalent in encoding "{NAMES[target]}"',
    )


def _no_conversion(source: int, target: int) -> DatabaseError:
    return DatabaseError(
        "42883",
        f'default conversion function for encoding "{NAMES[source]}" to "{NAMES[target]}" '
        "does not exist",
    )


@implements("pg_convert_from")
def pg_convert_from(data: bytes, name: str) -> str:
    return _decode(data, _number(name, "source "))


@implements("pg_convert_to")
def pg_convert_to(text: str, name: str) -> bytes:
    return _encode(text, _number(name, "destination "))


@implements("pg_convert")
def pg_convert(data: bytes, source_name: str, target_name: str) -> bytes:
    source = _number(source_name, "source ")
    target = _number(target_name, "destination ")
    if SQL_ASCII in (source, target) or source == target:
        if source == target:
            _decode(data, source)
        return data
    if source == UTF8:
        return _encode(decode_utf8(data), target)
    if target == UTF8:
        return _decode(data, source).encode()
    if f"{NAMES[source]}>{NAMES[target]}" in _DIRECT or "MULE_INTERNAL" in (
        NAMES[source],
        NAMES[target],
    ):
        raise not_supported(f"conversion from {NAMES[source]} to {NAMES[target]}")
    raise _no_conversion(source, target)


#: Conversions that PostgreSQL makes without UTF-8 between.
_DIRECT = frozenset(
    (
        "EUC_JP>SJIS",
        "SJIS>EUC_JP",
        "EUC_TW>BIG5",
        "BIG5>EUC_TW",
        "EUC_JIS_2004>SHIFT_JIS_2004",
        "SHIFT_JIS_2004>EUC_JIS_2004",
        "LATIN2>WIN1250",
        "WIN1250>LATIN2",
    )
) | {
    f"{source}>{target}"
    for source in ("WIN866", "KOI8R", "WIN1251", "ISO_8859_5")
    for target in ("WIN866", "KOI8R", "WIN1251", "ISO_8859_5")
    if source != target
}


@implements("length_in_encoding")
def length_in_encoding(data: bytes, name: str) -> int:
    encoding = _number(name, "")
    if encoding == UTF8:
        return len(decode_utf8(data))
    if NAMES[encoding] in _MULTIBYTE or (encoding != SQL_ASCII and NAMES[encoding] not in _CODECS):
        raise not_supported(f"length in encoding {NAMES[encoding]}")
    zero = data.find(0)
    if zero >= 0:
        raise invalid_bytes(data, zero, encoding)
    return len(data)
