r"""Bytes of COPY data to lines: chunks may break anywhere, records may span lines.

The first line's end decides how all lines end (\n, \r or \r\n). In text, a backslash takes the
character behind it into the line, an end of line too; in CSV, ends of line inside quotes belong to
the record. A line `\.` ends the data, as it always has.
"""

import re
from dataclasses import dataclass, field

from storage.errors import DatabaseError
from tsql.copy.options import CopyOptions

#: Bytes that one line may have; PostgreSQL's own limit is that of its string buffers (1 GB).
LINE_BYTES_MAX = 64 << 20

#: A backslash that may stand before an end of line, or be part of the end marker.
_NOT_PLAIN = re.compile(rb"\\(?:\n|\.\n)").search


@dataclass(slots=True)
class LineReader:
    """Splits data into lines, without their ends.

    Attributes:
        line_number: Of the line last given, counted as PostgreSQL counts.
        is_ended: The end marker was seen: the rest is ignored.
    """

    options: CopyOptions
    line_number: int = 0
    is_ended: bool = False
    _buffer: bytes = b""
    _held: list[bytes] = field(default_factory=list)
    _held_size: int = 0
    _end: bytes | None = None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Returns the lines that are complete, each with its number."""
        if self.is_ended:
            return []
        if self._end is not None and self._end[-1:] not in data:
            self._held_size += len(data)
            self._check_size(len(self._buffer) + self._held_size)
            self._held.append(data)
            return []
        buffer = self._joined(data)
        end = self._end or self._found_end(buffer)
        if end is None:
            self._keep(buffer)
            return []
        pieces = buffer.split(end)
        if self.options.is_csv:
            return self._csv_lines(pieces, end)
        if end == b"\n" and b"\r" not in buffer and not _NOT_PLAIN(buffer):
            return self._plain_lines(pieces)
        return self._text_lines(pieces, end)

    def finish(self) -> list[tuple[int, bytes]]:
        """Returns the last line, if it had no end."""
        rest, self._buffer = self._joined(b""), b""
        if self.is_ended or not rest:
            return []
        if self._end is None and rest.endswith(b"\r"):
            rest = rest[:-1]
        end = self._end or b"\n"
        if self.options.is_csv and self._end is not None:
            self.line_number += rest.count(end)
        lines: list[tuple[int, bytes]] = []
        self._add(rest, end, lines)
        return lines

    def _joined(self, data: bytes) -> bytes:
        """Returns all that waits, and `data` behind it."""
        if self._held:
            data = b"".join([self._buffer, *self._held, data])
            self._held, self._held_size = [], 0
            return data
        return self._buffer + data if self._buffer else data

    def _keep(self, rest: bytes) -> None:
        self._check_size(len(rest))
        self._buffer = rest

    @staticmethod
    def _check_size(size: int) -> None:
        if size > LINE_BYTES_MAX:
            raise DatabaseError("54000", "COPY line is too long")

    def _found_end(self, buffer: bytes) -> bytes | None:
        """Returns how lines end, by the first end outside of quotes and escapes."""
        quote = self.options.quote.encode() if self.options.is_csv else b""
        newline, carriage = buffer.find(b"\n"), buffer.find(b"\r")
        if newline < 0 and carriage < 0:
            return None
        if not self.options.is_csv or quote not in buffer:
            at = min(place for place in (newline, carriage) if place >= 0)
        else:
            at = self._first_end_outside_quotes(buffer)
            if at < 0:
                return None
        if buffer[at : at + 1] == b"\n":
            self._end = b"\n"
        elif at + 1 == len(buffer):
            return None  # a carriage return, and perhaps a newline in the next chunk
        else:
            self._end = b"\r\n" if buffer[at + 1 : at + 2] == b"\n" else b"\r"
        return self._end

    def _first_end_outside_quotes(self, buffer: bytes) -> int:
        quotes = _Quotes(self.options)
        at = 0
        while True:
            ends = [place for c in b"\r\n" if (place := buffer.find(c, at)) >= 0]
            if not ends:
                return -1
            quotes.pass_over(buffer[at : min(ends)])
            if not quotes.are_open:
                return min(ends)
            at = min(ends) + 1

    # -- text ------------------------------------------------------------------------------------

    def _plain_lines(self, pieces: list[bytes]) -> list[tuple[int, bytes]]:
        """Numbers lines of which none goes on in the next and none ends the data."""
        self._keep(pieces.pop())
        first = self.line_number + 1
        self.line_number += len(pieces)
        return list(enumerate(pieces, first))

    def _text_lines(self, pieces: list[bytes], end: bytes) -> list[tuple[int, bytes]]:
        lines: list[tuple[int, bytes]] = []
        rest = pieces.pop()
        held = b""
        for piece in pieces:
            line = held + piece
            if line.endswith(b"\\") and _ends_escaped(line):
                held = line + end
                continue
            held = b""
            self._add(line, end, lines)
            if self.is_ended:
                return lines
        self._keep(held + rest)
        return lines

    def _add(self, line: bytes, end: bytes, lines: list[tuple[int, bytes]]) -> None:
        if line == b"\\.":
            self.is_ended = True
            return
        numbered = self._numbered(line)
        if not self.options.is_csv:
            _check_literal_ends(line, end, self.line_number)
        lines.append(numbered)

    def _numbered(self, line: bytes) -> tuple[int, bytes]:
        self.line_number += 1
        return self.line_number, line

    # -- CSV -------------------------------------------------------------------------------------

    def _csv_lines(self, pieces: list[bytes], end: bytes) -> list[tuple[int, bytes]]:
        lines: list[tuple[int, bytes]] = []
        rest = pieces.pop()
        quote = self.options.quote.encode()
        quotes = _Quotes(self.options)
        held: list[bytes] = []
        for piece in pieces:
            if not held and quote not in piece:
                self._add(piece, end, lines)
                if self.is_ended:
                    return lines
                continue
            held.append(piece)
            quotes.pass_over(piece)
            if quotes.are_open:
                continue
            self.line_number += len(held) - 1
            self._add(end.join(held), end, lines)
            held, quotes = [], _Quotes(self.options)
        self._keep(end.join([*held, rest]))
        return lines


class _Quotes:
    """Follows a CSV record and knows whether its quotes are open."""

    __slots__ = ("_escape", "_is_simple", "_quote", "_was_escape", "are_open")

    def __init__(self, options: CopyOptions) -> None:
        self._quote = options.quote.encode()
        self._escape = options.escape.encode()
        self._is_simple = self._quote == self._escape
        self._was_escape = False
        self.are_open = False

    def pass_over(self, part: bytes) -> None:
        """Takes the next part; an end of line that stood before it makes no difference."""
        if self._is_simple:
            if part.count(self._quote) % 2:
                self.are_open = not self.are_open
            return
        self._was_escape = False
        quote, escape = self._quote[0], self._escape[0]
        for byte in part:
            if self.are_open and byte == escape:
                self._was_escape = not self._was_escape
            if byte == quote and not self._was_escape:
                self.are_open = not self.are_open
            if byte != escape:
                self._was_escape = False


def _ends_escaped(line: bytes) -> bool:
    """Returns whether the line ends in an odd number of backslashes."""
    return (len(line) - len(line.rstrip(b"\\"))) % 2 == 1


def _check_literal_ends(line: bytes, end: bytes, number: int) -> None:
    """Raises 22P04 for an end of line of another kind inside a line."""
    if end == b"\n" and b"\r" in line:
        if _unescaped(line, b"\r"):
            raise _literal("carriage return", "\\r", number)
    elif end != b"\n" and b"\n" in line:
        if _unescaped(line, b"\n"):
            raise _literal("newline", "\\n", number)
    elif end == b"\r\n" and b"\r" in line and _unescaped(line, b"\r"):
        raise _literal("carriage return", "\\r", number)


def _unescaped(line: bytes, character: bytes) -> bool:
    at = line.find(character)
    while at >= 0:
        if not _ends_escaped(line[:at]):
            return True
        at = line.find(character, at + 1)
    return False


def _literal(what: str, escape: str, number: int) -> DatabaseError:
    error = DatabaseError(
        "22P04",
        f"literal {what} found in data",
        hint=f'Use "{escape}" to represent {what}.',
    )
    error.context = f"line {number}"
    return error
