"""Client encodings: bytes of a client to text and back, with PostgreSQL's errors.

The server's own encoding is UTF8. What a client sends is validated as it is decoded (22021 for
bytes that no character has); what can't be said in the other encoding is 22P05. SQL_ASCII means
that the client doesn't care: its bytes must be UTF8 all the same, since the server's text is.
"""

import functools

from storage.errors import DatabaseError
from storage.records import dataclass
from tsql.setting_checks import python_codec

#: The most bytes that PostgreSQL shows of an offending character.
_SHOWN_BYTES_MAX = 8


def decode_utf8(raw: bytes) -> str:
    """Returns UTF8 text; raises 22021 for invalid bytes and for NUL, which no text may hold."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise invalid_bytes("UTF8", raw, error.start, _utf8_length(raw[error.start])) from None
    if "\0" in text:
        raise invalid_bytes("UTF8", raw, raw.index(0), 1)
    return text


def invalid_bytes(encoding: str, raw: bytes, start: int, length: int) -> DatabaseError:
    """Returns 22021, showing the bytes of the character that begins at `start`."""
    shown = _hex(raw[start : start + min(length, _SHOWN_BYTES_MAX)])
    return DatabaseError("22021", f'invalid byte sequence for encoding "{encoding}": {shown}')


def _utf8_length(first: int) -> int:
    """Returns how long the first byte says that its character is."""
    if first < 0xC0:
        return 1
    if first < 0xE0:
        return 2
    return 3 if first < 0xF0 else 4 if first < 0xF8 else 1


def _hex(raw: bytes) -> str:
    return " ".join(f"0x{byte:02x}" for byte in raw)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A client encoding by PostgreSQL's name; `codec` is Python's, None for UTF8 and SQL_ASCII."""

    name: str
    codec: str | None

    def decode(self, raw: bytes) -> str:
        """Returns the client's bytes as text. Raises 22021 and 22P05."""
        if self.codec is None:
            return decode_utf8(raw)
        if 0 in raw:
            raise invalid_bytes(self.name, raw, raw.index(0), 1)
        try:
            return raw.decode(self.codec)
        except UnicodeDecodeError as error:
            raise self._undecodable(raw, error) from None

    def _undecodable(self, raw: bytes, error: UnicodeDecodeError) -> DatabaseError:
        if _is_single_byte(self.name):
            return _no_equivalent(raw[error.start : error.start + 1], self.name, "UTF8")
        return invalid_bytes(self.name, raw, error.start, 2)

    def encode(self, text: str) -> bytes:
        """Returns text as the client's bytes. Raises 22P05 for a character that it doesn't have."""
        if self.codec is None:
            return text.encode("utf-8", "surrogateescape")
        try:
            return text.encode(self.codec)
        except UnicodeEncodeError as error:
            character = text[error.start].encode("utf-8", "surrogateescape")
            raise _no_equivalent(character, "UTF8", self.name) from None

    def encode_lossy(self, text: str) -> bytes:
        """Returns text for an error message: what the client can't read becomes a question mark."""
        return text.encode(self.codec or "utf-8", "replace")


def _no_equivalent(character: bytes, source: str, target: str) -> DatabaseError:
    return DatabaseError(
        "22P05",
        f'character with byte sequence {_hex(character)} in encoding "{source}"'
        f' has no equivalent in encoding "{target}"',
    )


def _is_single_byte(name: str) -> bool:
    return name.startswith(("LATIN", "WIN", "ISO_", "KOI8"))


UTF8 = Encoding("UTF8", None)


@functools.cache
def encoding(name: str) -> Encoding:
    """Returns the encoding of a client_encoding setting's canonical name."""
    if name in {"UTF8", "SQL_ASCII"}:
        return Encoding(name, None)
    return Encoding(name, python_codec(name))
