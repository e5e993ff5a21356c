"""The text of ranges and multiranges taken apart, without their bounds' values.

    [1,5)  ("a,b",]  empty        a range
    {[1,5),(7,)}                  a multirange

Messages: PostgreSQL's utils/adt/rangetypes.c and multirangetypes.c.
"""

import re
from collections.abc import Iterator
from typing import Final

from storage.errors import DatabaseError
from tsql.types.boolean import BLANKS

_ENDS: Final = ",)]"
_EMPTY: Final = "empty"
_NEEDS_QUOTES: Final = re.compile(rf'[{BLANKS}()\[\],"\\]')
_TO_DOUBLE: Final = re.compile(r'(["\\])')


def quoted_bound(text: str) -> str:
    """Returns a bound's text as it stands in a range."""
    if text and not _NEEDS_QUOTES.search(text):
        return text
    doubled = _TO_DOUBLE.sub(r"\1\1", text)
    return f'"{doubled}"'


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANKS:
        at += 1
    return at


class RangeReader:
    """Takes a range's text apart. Raises 22P02.

    Attributes:
        is_empty: Whether it is the word `empty`.
        lower: The lower bound's text, None if there is none.
        upper: Likewise.
        lower_inclusive: Whether it began with a bracket.
        upper_inclusive: Whether it ended with one.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = _past_blanks(text, 0)
        self.lower: str | None = None
        self.upper: str | None = None
        self.lower_inclusive = self.upper_inclusive = False
        end = self._at + len(_EMPTY)
        self.is_empty = text[self._at : end].lower() == _EMPTY
        if self.is_empty:
            self._at = end
            self._finish('Junk after "empty" key word.')
        else:
            self._read()

    def _read(self) -> None:
        self.lower_inclusive = self._take("[(", "Missing left parenthesis or bracket.") == "["
        self.lower = self._bound()
        self._take(",", "Missing comma after lower bound.")
        self.upper = self._bound()
        self.upper_inclusive = self._take("])", "Too many commas.") == "]"
        self._finish("Junk after right parenthesis or bracket.")

    def _malformed(self, detail: str) -> DatabaseError:
        return DatabaseError("22P02", f'malformed range literal: "{self._text}"', detail=detail)

    def _take(self, wanted: str, complaint: str) -> str:
        found = self._text[self._at : self._at + 1]
        if not found or found not in wanted:
            raise self._malformed(complaint)
        self._at += 1
        return found

    def _finish(self, complaint: str) -> None:
        if _past_blanks(self._text, self._at) < len(self._text):
            raise self._malformed(complaint)

    def _bound(self) -> str | None:
        if self._text[self._at : self._at + 1] in set(_ENDS):
            return None
        parts = []
        is_quoted = False
        while is_quoted or self._peek() not in _ENDS:
            found = self._next()
            if found == "\\":
                parts.append(self._next())
            elif found != '"':
                parts.append(found)
            elif is_quoted and self._text[self._at : self._at + 1] == '"':
                parts.append(self._next())
            else:
                is_quoted = not is_quoted
        return "".join(parts)

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise self._malformed("Unexpected end of input.")
        return self._text[self._at]

    def _next(self) -> str:
        found = self._peek()
        self._at += 1
        return found


class MultirangeReader:
    """Finds the ranges in a multirange's text. Raises 22P02."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = _past_blanks(text, 0)

    def parts(self) -> Iterator[str]:
        """Yields the text of each range."""
        if self._text[self._at : self._at + 1] != "{":
            raise self._malformed("Missing left brace.")
        self._step(1)
        is_first = True
        while not (is_first and self._peek() == "}"):
            yield self._range()
            is_first = False
            self._step(0)
            if self._peek() == "}":
                break
            if self._peek() != ",":
                raise self._malformed("Expected comma or end of multirange.")
            self._step(1)
        self._step(1)
        if self._at < len(self._text):
            raise self._malformed("Junk after closing right brace.")

    def _step(self, count: int) -> None:
        self._at = _past_blanks(self._text, self._at + count)

    def _malformed(self, detail: str) -> DatabaseError:
        message = f'malformed multirange literal: "{self._text}"'
        return DatabaseError("22P02", message, detail=detail)

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise self._malformed("Unexpected end of input.")
        return self._text[self._at]

    def _range(self) -> str:
        begin = self._at
        if self._peek() in "[(":
            self._at = self._end_of_range()
        elif self._text[begin : begin + len(_EMPTY)].lower() == _EMPTY:
            self._at += len(_EMPTY)
        else:
            raise self._malformed("Expected range start.")
        return self._text[begin : self._at]

    def _end_of_range(self) -> int:
        """Returns where the range that begins here ends: behind the first closing one outside quotes."""
        at, is_quoted = self._at, False
        while at < len(self._text):
            found = self._text[at]
            at += 2 if found == "\\" else 1
            if found == '"':
                is_quoted = not is_quoted
            elif found in ")]" and not is_quoted:
                return at
        self._at = len(self._text)
        raise self._malformed("Unexpected end of input.")
