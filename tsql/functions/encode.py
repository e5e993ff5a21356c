"""encode and decode (hex, base64, escape), digests, and random UUIDs."""

import base64
import hashlib
import re
import uuid

from storage.errors import DatabaseError
from tsql.functions.limits import VALUE_SIZE_MAX, too_large
from tsql.functions.registry import implements
from tsql.types.bytea import decode_hex, decode_octal_escapes

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE64_VALUES = {chr(char): value for value, char in enumerate(_BASE64)}
_BASE64_WHOLE = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_BASE64_LINE_LENGTH = 76
_BLANKS = dict.fromkeys(map(ord, " \t\n\r"))
_PADDING_HINT = "Input data is missing padding, is truncated, or is otherwise corrupted."
_ESCAPES = {0: "\\000", 0x5C: "\\\\"} | {byte: f"\\{byte:03o}" for byte in range(0x80, 0x100)}


@implements("binary_encode")
def encode(value: bytes, encoding: str) -> str:
    if 2 * len(value) > VALUE_SIZE_MAX:
        raise too_large()
    match encoding.lower():
        case "hex":
            return value.hex()
        case "base64":
            return _base64_lines(value)
        case "escape":
            return value.decode("latin-1").translate(_ESCAPES)
        case _:
            raise _unknown_encoding(encoding)


@implements("binary_decode")
def decode(text: str, encoding: str) -> bytes:
    match encoding.lower():
        case "hex":
            return decode_hex(text)
        case "base64":
            return _decode_base64(text)
        case "escape":
            value = decode_octal_escapes(text.encode())
            if value is None:
                raise DatabaseError("22P02", "invalid input syntax for type bytea")
            return value
        case _:
            raise _unknown_encoding(encoding)


def _unknown_encoding(encoding: str) -> DatabaseError:
    return DatabaseError("22023", f'unrecognized encoding: "{encoding}"')


def _base64_lines(value: bytes) -> str:
    """Returns base64 with a line feed after every 76 characters."""
    text = base64.b64encode(value).decode()
    whole = len(text) // _BASE64_LINE_LENGTH * _BASE64_LINE_LENGTH
    lines = [
        text[start : start + _BASE64_LINE_LENGTH] + "\n"
        for start in range(0, whole, _BASE64_LINE_LENGTH)
    ]
    return "".join(lines) + text[whole:]


def _decode_base64(text: str) -> bytes:
    packed = text.translate(_BLANKS)
    if _BASE64_WHOLE.fullmatch(packed):
        return base64.b64decode(packed)
    return _decode_base64_slowly(packed)


def _decode_base64_slowly(text: str) -> bytes:
    """Decodes character by character, as lenient about padding inside as PostgreSQL, and as strict."""
    result = bytearray()
    group = position = bytes_kept = 0
    for char in text:
        value = _BASE64_VALUES.get(char)
        if char == "=":
            if not bytes_kept:
                if position < 2:
                    raise DatabaseError("22023", 'unexpected "=" while decoding base64 sequence')
                bytes_kept = position - 1
            value = 0
        if value is None:
            raise DatabaseError(
                "22023", f'invalid symbol "{char}" found while decoding base64 sequence'
            )
        group = group << 6 | value
        position += 1
        if position == 4:
            result += group.to_bytes(3, "big")[: bytes_kept or 3]
            group = position = 0
    if position:
        raise DatabaseError("22023", "invalid base64 end sequence", hint=_PADDING_HINT)
    return bytes(result)


@implements("md5_text")
def md5_text(value: str) -> str:
    return md5_bytea(value.encode())


@implements("md5_bytea")
def md5_bytea(value: bytes) -> str:
    return hashlib.md5(value, usedforsecurity=False).hexdigest()


@implements("sha224_bytea")
def sha224_bytea(value: bytes) -> bytes:
    return hashlib.sha224(value).digest()


@implements("sha256_bytea")
def sha256_bytea(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


@implements("sha384_bytea")
def sha384_bytea(value: bytes) -> bytes:
    return hashlib.sha384(value).digest()


@implements("sha512_bytea")
def sha512_bytea(value: bytes) -> bytes:
    return hashlib.sha512(value).digest()


@implements("gen_random_uuid")
def gen_random_uuid() -> bytes:
    return uuid.uuid4().bytes
