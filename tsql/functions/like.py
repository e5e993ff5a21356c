r"""LIKE and ILIKE: `%` stands for any text, `_` for one character, `\` takes the meaning off the next.

A pattern becomes a function, kept for the next row. Between its percent signs stand segments of
fixed length: the first must begin the text, the last must end it, and those between are found one
after another, leftmost first. So a match never backtracks, whatever the pattern. ILIKE compares the
lower case of both.
"""

import functools
import re
from collections.abc import Callable

from storage.errors import DatabaseError
from tsql.functions import ctype
from tsql.functions.registry import implements

Matcher = Callable[[str], bool]

#: A segment: text of fixed length, None standing for any character.
_Segment = tuple[str | None, ...]


@functools.lru_cache(maxsize=512)
def like_matcher(pattern: str) -> Matcher:
    """Returns the function that matches a text against the pattern. It may raise 22025."""
    segments, dangling = _segments(pattern)
    if dangling:
        return _dangling(like_matcher(pattern[:-1] + "_%"))
    if None in (char for segment in segments for char in segment):
        return _by_expressions(segments)
    return _by_texts(["".join(char or "" for char in segment) for segment in segments])


def _segments(pattern: str) -> tuple[list[_Segment], bool]:
    """Takes a pattern apart; also says whether it ends with an escape that escapes nothing."""
    segments: list[list[str | None]] = [[]]
    characters = iter(pattern)
    for char in characters:
        if char == "%":
            segments.append([])
        elif char == "_":
            segments[-1].append(None)
        elif char == "\\":
            escaped = next(characters, None)
            if escaped is None:
                return [], True
            segments[-1].append(escaped)
        else:
            segments[-1].append(char)
    return [tuple(segment) for segment in segments], False


def _by_texts(segments: list[str]) -> Matcher:
    first, *middle = segments
    if not middle:
        return first.__eq__
    last = middle.pop()
    middle = [segment for segment in middle if segment]
    if not middle:
        if not last:
            return lambda text: text.startswith(first)
        shortest = len(first) + len(last)
        return lambda text: len(text) >= shortest and text.startswith(first) and text.endswith(last)
    if not first and not last and len(middle) == 1:
        sought = middle[0]
        return lambda text: sought in text

    def match(text: str) -> bool:
        end = len(text) - len(last)
        position = len(first)
        if not text.startswith(first) or not text.endswith(last):
            return False
        for segment in middle:
            found = text.find(segment, position, end) if position <= end else -1
            if found < 0:
                return False
            position = found + len(segment)
        return position <= end

    return match


def _by_expressions(segments: list[_Segment]) -> Matcher:
    """Does the same where a segment has wildcards for single characters."""
    expressions = [
        re.compile("".join("." if char is None else re.escape(char) for char in segment), re.DOTALL)
        for segment in segments
    ]
    first, last = expressions[0], expressions[-1]
    middle = [(e, len(s)) for e, s in zip(expressions[1:-1], segments[1:-1], strict=True) if s]
    first_length, last_length = len(segments[0]), len(segments[-1])
    if len(segments) == 1:
        return lambda text: first.fullmatch(text) is not None

    def match(text: str) -> bool:
        end = len(text) - last_length
        if end < first_length or not first.match(text) or not last.fullmatch(text, end):
            return False
        position = first_length
        for expression, length in middle:
            found = expression.search(text, position, end)
            if not found:
                return False
            position = found.start() + length
        return True

    return match


def _dangling(reaches_end: Matcher) -> Matcher:
    """Returns the matcher of a pattern whose last escape is alone: an error once a text gets there."""

    def match(text: str) -> bool:
        if reaches_end(text):
            raise DatabaseError("22025", "LIKE pattern must not end with escape character")
        return False

    return match


@implements("textlike", "namelike")
def textlike(text: str, pattern: str) -> bool:
    return like_matcher(pattern)(text)


@implements("textnlike", "namenlike")
def textnlike(text: str, pattern: str) -> bool:
    return not like_matcher(pattern)(text)


@implements("texticlike", "nameiclike")
def texticlike(text: str, pattern: str) -> bool:
    return like_matcher(ctype.lower(pattern))(ctype.lower(text))


@implements("texticnlike", "nameicnlike")
def texticnlike(text: str, pattern: str) -> bool:
    return not texticlike(text, pattern)


@implements("bytealike")
def bytealike(value: bytes, pattern: bytes) -> bool:
    return like_matcher(pattern.decode("latin-1"))(value.decode("latin-1"))


@implements("byteanlike")
def byteanlike(value: bytes, pattern: bytes) -> bool:
    return not bytealike(value, pattern)


@implements("like_escape")
def like_escape(pattern: str, escape: str) -> str:
    """Returns the pattern with backslash as its escape character; an empty one escapes nothing."""
    if not escape:
        return pattern.replace("\\", "\\\\")
    if len(escape) > 1:
        raise invalid_escape()
    if escape == "\\":
        return pattern
    pieces: list[str] = []
    escaped = False
    for char in pattern:
        if char == escape and not escaped:
            pieces.append("\\")
            escaped = True
            continue
        pieces.append("\\\\" if char == "\\" and not escaped else char)
        escaped = False
    return "".join(pieces)


@implements("like_escape_bytea")
def like_escape_bytea(pattern: bytes, escape: bytes) -> bytes:
    return like_escape(pattern.decode("latin-1"), escape.decode("latin-1")).encode("latin-1")


def invalid_escape() -> DatabaseError:
    """Returns the error for an escape string that isn't a single character."""
    return DatabaseError(
        "22025",
        "invalid escape string",
        hint="Escape string must be empty or one character.",
    )
