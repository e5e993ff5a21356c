r"""bytea: hex (`\x0aff`) and escape (`a\\b\377`) text.

Input knows the format by its first two characters; output follows the setting bytea_output. The
decoders are shared with decode(…).
"""

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import text_io

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_BLANKS = frozenset(" \n\t\r")
_ESCAPE_OUT = {byte: f"\\{byte:03o}" for byte in range(256) if byte < 0x20 or byte > 0x7E} | {
    0x5C: "\\\\"
}


def decode_hex(text: str) -> bytes:
    """Returns the bytes of hexadecimal digits; blanks may stand between pairs. Raises 22023."""
    try:
        if text.isascii() and not _BLANKS & set(text):
            return bytes.fromhex(text)
    except ValueError:
        pass
    return _decode_hex_slowly(text)


def _decode_hex_slowly(text: str) -> bytes:
    """Decodes digit by digit, so that the error is PostgreSQL's."""
    result = bytearray()
    position = 0
    while position < len(text):
        if text[position] in _BLANKS:
            position += 1
            continue
        _check_hex_digit(text[position])
        if position + 1 == len(text):
            raise DatabaseError("22023", "invalid hexadecimal data: odd number of digits")
        _check_hex_digit(text[position + 1])
        result.append(int(text[position : position + 2], 16))
        position += 2
    return bytes(result)


def _check_hex_digit(digit: str) -> None:
    if digit not in _HEX_DIGITS:
        raise DatabaseError("22023", f'invalid hexadecimal digit: "{digit}"')


def decode_octal_escapes(data: bytes) -> bytes | None:
    r"""Returns the bytes with `\\` and `\ooo` resolved, or None if a backslash starts nothing."""
    if b"\\" not in data:
        return data
    result = bytearray()
    position = 0
    while (found := data.find(b"\\", position)) >= 0:
        result += data[position:found]
        digits = data[found + 1 : found + 4]
        if digits[:1] == b"\\":
            result.append(0x5C)
            position = found + 2
        elif (
            len(digits) == 3
            and digits[0] in b"0123"
            and digits[1] in b"01234567"
            and digits[2] in b"01234567"
        ):
            result.append(int(digits, 8))
            position = found + 4
        else:
            return None
    return bytes(result + data[position:])


def escape_text(value: bytes) -> str:
    """Returns bytea's escape format: octal outside printable ASCII, backslashes doubled."""
    return value.decode("latin-1").translate(_ESCAPE_OUT)


def _bytea_in(text: str, typmod: int, env: Env) -> bytes:
    if text.startswith("\\x"):
        return decode_hex(text[2:])
    value = decode_octal_escapes(text.encode())
    if value is None:
        raise DatabaseError("22P02", "invalid input syntax for type bytea")
    return value


def _bytea_out(value: bytes, env: Env) -> str:
    if env.bytea_output == "hex":
        return "\\x" + value.hex()
    return escape_text(value)


text_io(oids.BYTEA, _bytea_in, _bytea_out)
