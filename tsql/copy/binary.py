r"""The binary format: a header, rows of counted fields in each type's binary form, a trailer.

PGCOPY \n \377 \r \n \0 · flags (4) · extension length (4) · extension
field count (2) · { length (4, -1 for NULL) · bytes } …
-1 (2)
"""

import struct
from collections.abc import Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from storage.schema import Column
from tsql.encodings import Encoding
from tsql.env import Env
from tsql.types.binary import load as _load  # noqa: F401 - registers the binary forms
from tsql.types.binary.registry import Context, Receive, TrailingDataError, receive_of

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0"
HEADER: Final = SIGNATURE + b"\0" * 8
TRAILER: Final = b"\xff\xff"
_COUNT: Final = struct.Struct(">h")
_LENGTH: Final = struct.Struct(">i")
_WORDS: Final = struct.Struct(">ii")
_HEADER_SIZE: Final = len(HEADER)
_OIDS_FLAG: Final = 1 << 16
_CRITICAL_FLAGS: Final = 0xFFFF0000 & ~_OIDS_FLAG


class BinaryHeaderError(DatabaseError):
    """What comes before the rows is wrong: the error has no line to name."""

    def __init__(self, message: str) -> None:
        super().__init__("22P04", message)


class BinaryReader:
    """Splits binary data into rows of values; chunks may break anywhere."""

    def __init__(self, columns: Sequence[Column], encoding: Encoding, env: Env) -> None:
        self._columns = columns
        self._receivers: list[Receive] = []
        self._context = Context(encoding, env)
        self._buffer = b""
        self._has_header = False
        self._is_ended = False
        self._row = 0
        #: The column whose value isn't there yet.
        self._awaited: str | None = None

    def feed(self, data: bytes) -> list[tuple[int, list[Any], int]]:
        """Returns the rows that are complete: (number, values, size)."""
        buffer = self._buffer + data
        at = 0
        if not self._has_header:
            end = self._read_header(buffer)
            if end is None:
                self._buffer = buffer
                return []
            at, self._has_header = end, True
            self._receivers = [receive_of(column.sql_type) for column in self._columns]
        rows: list[tuple[int, list[Any], int]] = []
        while not self._is_ended:
            found = self._read_row(buffer, at)
            if found is None:
                break
            values, end = found
            if values is not None:
                rows.append((self._row, values, end - at))
            at = end
        self._buffer = buffer[at:]
        if self._is_ended and self._buffer:
            message = "received copy data after EOF marker"
            raise DatabaseError("22P04", message, context=self._place())
        return rows

    def finish(self) -> list[tuple[int, list[Any], int]]:
        """Checks that the data was whole. Raises 22P04."""
        if not self._has_header:
            raise BinaryHeaderError("COPY file signature not recognized")
        if self._buffer:
            place = (
                self._place()
                if self._awaited is None
                else f"{self._place()}, column {self._awaited}"
            )
            raise DatabaseError("22P04", "unexpected EOF in COPY data", context=place)
        return []

    def _place(self) -> str:
        return f"line {self._row + 1}"

    def _read_header(self, buffer: bytes) -> int | None:
        signature = buffer[: len(SIGNATURE)]
        if signature != SIGNATURE[: len(signature)]:
            raise BinaryHeaderError("COPY file signature not recognized")
        if len(buffer) < _HEADER_SIZE:
            return None
        flags, extension = _WORDS.unpack_from(buffer, len(SIGNATURE))
        if flags & _OIDS_FLAG:
            raise BinaryHeaderError("invalid COPY file header (WITH OIDS)")
        if flags & _CRITICAL_FLAGS:
            raise BinaryHeaderError("unrecognized critical flags in COPY file header")
        if extension < 0:
            raise BinaryHeaderError("invalid COPY file header (missing length)")
        end = _HEADER_SIZE + int(extension)
        return end if len(buffer) >= end else None

    def _read_row(self, buffer: bytes, at: int) -> tuple[list[Any] | None, int] | None:
        if len(buffer) < at + _COUNT.size:
            return None
        (count,) = _COUNT.unpack_from(buffer, at)
        at += _COUNT.size
        if count == -1:
            self._is_ended = True
            return None, at
        if count != len(self._columns):
            raise DatabaseError(
                "22P04",
                f"row field count is {count}, expected {len(self._columns)}",
                context=self._place(),
            )
        fields: list[bytes | None] = []
        for column in self._columns:
            self._awaited = column.name
            if len(buffer) < at + _LENGTH.size:
                return None
            (size,) = _LENGTH.unpack_from(buffer, at)
            at += _LENGTH.size
            if size < -1:
                place = f"{self._place()}, column {column.name}"
                raise DatabaseError("22P04", "invalid field size", context=place)
            if size == -1:
                fields.append(None)
                continue
            if len(buffer) < at + size:
                return None
            fields.append(buffer[at : at + size])
            at += size
        self._awaited = None
        self._row += 1
        return self._values(fields), at

    def _values(self, fields: Sequence[bytes | None]) -> list[Any]:
        values: list[Any] = []
        for column, data, receive in zip(self._columns, fields, self._receivers, strict=True):
            try:
                values.append(None if data is None else receive(data, self._context))
            except TrailingDataError as error:
                raise self._field_error(error, column.name) from None
            except DatabaseError as error:
                error.context = f"line {self._row}, column {column.name}"
                raise
        return values

    def _field_error(self, error: DatabaseError, column: str) -> DatabaseError:
        return DatabaseError(
            error.sqlstate, error.message, context=f"line {self._row}, column {column}"
        )


def pack_row(fields: Sequence[bytes | None]) -> bytes:
    """Returns a row in the binary format."""
    chunks = [_COUNT.pack(len(fields))]
    for data in fields:
        if data is None:
            chunks.append(b"\xff\xff\xff\xff")
        else:
            chunks += (_LENGTH.pack(len(data)), data)
    return b"".join(chunks)
