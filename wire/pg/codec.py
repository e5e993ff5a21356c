"""Reading the payload of one message: integers, strings, counted bytes.

Whatever doesn't fit raises 08P01 with PostgreSQL's texts. The framing around payloads (type byte
and length) is wire.pg.connection's.
"""

import struct
from typing import Final

from storage.errors import DatabaseError

INT16: Final = struct.Struct("!h")
UINT16: Final = struct.Struct("!H")
INT32: Final = struct.Struct("!i")
UINT32: Final = struct.Struct("!I")


def protocol_violation(message: str) -> DatabaseError:
    """Returns the error for bytes that aren't the protocol: 08P01."""
    return DatabaseError("08P01", message)


class PayloadReader:
    """Reads a payload from front to back."""

    __slots__ = ("offset", "payload")

    def __init__(self, payload: bytes, offset: int = 0) -> None:
        self.payload = payload
        self.offset = offset

    def cstring(self) -> bytes:
        """Returns the bytes up to the next NUL, and steps over it."""
        end = self.payload.find(0, self.offset)
        if end < 0:
            raise protocol_violation("invalid string in message")
        start, self.offset = self.offset, end + 1
        return self.payload[start:end]

    def int16(self) -> int:
        return self._unpack(INT16)

    def uint16(self) -> int:
        return self._unpack(UINT16)

    def int32(self) -> int:
        return self._unpack(INT32)

    def uint32(self) -> int:
        return self._unpack(UINT32)

    def byte(self) -> int:
        """Returns one byte; a message without it has no data left."""
        if self.offset >= len(self.payload):
            raise protocol_violation("no data left in message")
        self.offset += 1
        return self.payload[self.offset - 1]

    def take(self, count: int) -> bytes:
        """Returns the next `count` bytes."""
        end = self.offset + count
        if count < 0 or end > len(self.payload):
            raise protocol_violation("insufficient data left in message")
        start, self.offset = self.offset, end
        return self.payload[start:end]

    def rest(self) -> bytes:
        """Returns what is left."""
        start, self.offset = self.offset, len(self.payload)
        return self.payload[start:]

    def end(self) -> None:
        """Raises 08P01 if anything is left."""
        if self.offset != len(self.payload):
            raise protocol_violation("invalid message format")

    def _unpack(self, format_: struct.Struct) -> int:
        start = self.offset
        if start + format_.size > len(self.payload):
            raise protocol_violation("insufficient data left in message")
        self.offset = start + format_.size
        value: int = format_.unpack_from(self.payload, start)[0]
        return value
