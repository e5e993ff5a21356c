"""Splits date, time and interval text into fields, before anything is known of their meaning.

The rules are those of the manual, appendix B.1: a field is told by its first character and by the
punctuation inside.

    "Jan 8, 1999 04:05:06 PST"   STRING jan · NUMBER 8 · NUMBER 1999 · TIME 04:05:06 · STRING pst
    "1999-01-08T04:05:06-8:00"   DATE 1999-01-08 · STRING t · TIME 04:05:06 · ZONE -8:00
    "-1 day +2:03"               ZONE -1 · STRING day · ZONE +2:03    (a signed number reads as a
    zone)

What can go wrong with a text is one of few faults; the type's input function turns them into its
error.
"""

import enum
import re
import string
from typing import Final, NamedTuple

from storage.errors import DatabaseError
from tsql.types.datetime_words import datetime_word

FIELD_COUNT_MAX: Final = 25
INT4_MAX: Final = 2**31 - 1
_DIGITS_MAX: Final = 256  # More than any field has: only a zone's name comes without a limit.
_SPACE: Final = frozenset(" \t\n\v\f\r")
_DIGITS: Final = frozenset(string.digits)
_LETTERS: Final = frozenset(string.ascii_letters)
_PUNCTUATION: Final = frozenset(string.punctuation)

_DIGIT_OR_NONE = re.compile(r"[0-9]*")
_DIGIT_RUN = re.compile(r"[0-9]+")
_LETTER_RUN = re.compile(r"[A-Za-z]*")
_TIME_REST = re.compile(r"[0-9:.]*")
_ZONE_REST = re.compile(r"[0-9:.\-]*")
_NAME_REST = re.compile(r"[+\-/_.:0-9A-Za-z]*")
_DATE_REST = {
    delimiter: (
        re.compile(rf"[0-9]*(?:{re.escape(delimiter)}[0-9{re.escape(delimiter)}]*)?"),
        re.compile(rf"[0-9A-Za-z{re.escape(delimiter)}]*"),
    )
    for delimiter in "-/."
}


class Fault(enum.Enum):
    """What is wrong with a text."""

    FORMAT = enum.auto()
    RANGE = enum.auto()
    MONTH_OR_DAY_RANGE = enum.auto()
    INTERVAL_RANGE = enum.auto()
    ZONE_RANGE = enum.auto()


class TextError(Exception):
    """A text that isn't a value; `input_error` makes the client's error of it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


BAD_FORMAT: Final = Fault.FORMAT


def input_error(fault: Fault, text: str, type_name: str) -> DatabaseError:
    """Returns PostgreSQL's error for a text that isn't a value of the type."""
    match fault:
        case Fault.RANGE:
            return DatabaseError("22008", f'date/time field value out of range: "{text}"')
        case Fault.MONTH_OR_DAY_RANGE:
            return DatabaseError(
                "22008",
                f'date/time field value out of range: "{text}"',
                hint='Perhaps you need a different "datestyle" setting.',
            )
        case Fault.INTERVAL_RANGE:
            return DatabaseError("22015", f'interval field value out of range: "{text}"')
        case Fault.ZONE_RANGE:
            return DatabaseError("22009", f'time zone displacement out of range: "{text}"')
        case Fault.FORMAT:
            return DatabaseError("22007", f'invalid input syntax for type {type_name}: "{text}"')


class FieldType(enum.Enum):
    """What a field looks like."""

    NUMBER = enum.auto()
    STRING = enum.auto()
    DATE = enum.auto()
    TIME = enum.auto()
    ZONE = enum.auto()
    SPECIAL = enum.auto()


class Field(NamedTuple):
    """One field, letters in lower case."""

    type: FieldType
    text: str


def split_fields(text: str, size_max: int) -> list[Field]:
    """Returns the fields. Raises TextError for more than 25 of them, or `size_max` characters."""
    fields: list[Field] = []
    position, size = 0, 0
    while position < len(text):
        first = text[position]
        if first in _SPACE:
            position += 1
            continue
        if first in _DIGITS:
            field, position = _number_field(text, position)
        elif first == ".":
            end = _end(_DIGIT_OR_NONE, text, position + 1)
            field, position = Field(FieldType.NUMBER, text[position:end]), end
        elif first in _LETTERS:
            field, position = _word_field(text, position)
        elif first in "+-":
            field, position = _signed_field(text, position)
        elif first in _PUNCTUATION:
            position += 1
            continue
        else:
            raise TextError(BAD_FORMAT)
        size += len(field.text) + 1
        fields.append(field)
        if len(fields) > FIELD_COUNT_MAX or size > size_max:
            raise TextError(BAD_FORMAT)
    return fields


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    assert match is not None
    return match.end()


def _number_field(text: str, start: int) -> tuple[Field, int]:
    end = _end(_DIGIT_RUN, text, start)
    delimiter = text[end : end + 1]
    if delimiter == ":":
        end = _end(_TIME_REST, text, end)
        return Field(FieldType.TIME, text[start:end]), end
    if delimiter not in _DATE_REST:
        return Field(FieldType.NUMBER, text[start:end]), end
    with_digits, with_letters = _DATE_REST[delimiter]
    if text[end + 1 : end + 2] not in _DIGITS:
        end = _end(with_letters, text, end + 1)
        return Field(FieldType.DATE, text[start:end].lower()), end
    second_end = _end(_DIGIT_RUN, text, end + 1)
    end = _end(with_digits, text, end + 1)
    is_number = delimiter == "." and end == second_end
    return Field(FieldType.NUMBER if is_number else FieldType.DATE, text[start:end]), end


def _word_field(text: str, start: int) -> tuple[Field, int]:
    end = _end(_LETTER_RUN, text, start)
    follower = text[end : end + 1]
    is_compound = follower in {"-", "/", "."} or (
        (follower == "+" or follower in _DIGITS) and datetime_word(text[start:end].lower()) is None
    )
    if is_compound:
        end = _end(_NAME_REST, text, end)
        return Field(FieldType.DATE, text[start:end].lower()), end
    return Field(FieldType.STRING, text[start:end].lower()), end


def _signed_field(text: str, start: int) -> tuple[Field, int]:
    position = start + 1
    while text[position : position + 1] in _SPACE:
        position += 1
    follower = text[position : position + 1]
    if follower in _DIGITS:
        end = _end(_ZONE_REST, text, position)
        return Field(FieldType.ZONE, text[start] + text[position:end]), end
    if follower in _LETTERS:
        end = _end(_LETTER_RUN, text, position)
        return Field(FieldType.SPECIAL, text[start] + text[position:end].lower()), end
    raise TextError(BAD_FORMAT)


def leading_int(text: str, start: int, fault: Fault, maximum: int = INT4_MAX) -> tuple[int, int]:
    """Returns the optionally signed integer at `start` (0 if there is none) and where it ends.

    Raises TextError(fault) beyond the range of an integer with that maximum.
    """
    position = start + 1 if text[start : start + 1] in {"+", "-"} else start
    end = _end(_DIGIT_OR_NONE, text, position)
    if end == position:
        return 0, start
    value = int(text[start:end]) if end - start <= _DIGITS_MAX else maximum + 1
    if not -maximum - 1 <= value <= maximum:
        raise TextError(fault)
    return value, end


def fraction_of_second(text: str) -> int:
    """Returns the microseconds of a fraction that starts with its point. A lone point is zero."""
    return round(decimal_fraction(text) * 1_000_000)


def decimal_fraction(text: str) -> float:
    """Returns the value of a point and the digits behind it."""
    if text == ".":
        return 0.0
    if _end(_DIGIT_OR_NONE, text, 1) != len(text):
        raise TextError(BAD_FORMAT)
    return float(text)
