"""Splits a template into fields and the text between them.

A date template's fields may have a prefix (FM: no padding; TM: translated names) and a suffix (TH or
th: ordinals; SP: no effect). Text in double quotes is never a field; a backslash quotes the next
character inside quotes, and a double quote outside. Manual: section 9.8.

    "FMDDth of Month"   ->   DD (FM, th) · " " · "o" · "f" · " " · Month
"""

import enum
import functools
import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeVar

from storage.errors import DatabaseError

#: Splitting and filling in take microseconds a character: longer templates are refused.
TEMPLATE_LENGTH_MAX: Final = 1 << 14
_CACHED_LENGTH_MAX: Final = 200

_T = TypeVar("_T")


class NodeKind(enum.Enum):
    """What a piece of a template is."""

    FIELD = enum.auto()
    CHARACTER = enum.auto()
    SPACE = enum.auto()
    SEPARATOR = enum.auto()  # ASCII punctuation, in date templates


class Node(NamedTuple):
    """A piece of a template.

    Attributes:
        text: The field as written, or the one character.
        fill: FM was given: no padding.
        ordinal: "TH", "th" or "".
        translated: TM was given.
    """

    kind: NodeKind
    text: str
    fill: bool = False
    ordinal: str = ""
    translated: bool = False


def names(text: str) -> frozenset[str]:
    """Returns the words of a text: field names in a table."""
    return frozenset(text.split())


_DATE_FIELDS = names(
    "A.D. A.M. AD AM B.C. BC CC DAY DDD DD DY Day Dy D FF1 FF2 FF3 FF4 FF5 FF6 FX HH24 HH12 HH "
    "IDDD ID IW IYYY IYY IY I J MI MM MONTH MON MS Month Mon OF P.M. PM Q RM SSSSS SSSS SS "
    "TZH TZM TZ US WW W Y,YYY YYYY YYY YY Y"
)
_STANDARD_SEPARATORS = frozenset("-./,':; ")
_NUMBER_FIELDS = names(", . 0 9 B C D EEEE FM G L MI PL PR RN SG SP S TH V")


def _pattern(fields: Iterable[str]) -> str:
    forms = {form for field in fields for form in (field, field.lower())}
    return "|".join(re.escape(form) for form in sorted(forms, key=lambda f: (-len(f), f)))


_DATE_FIELD = re.compile(_pattern(_DATE_FIELDS))
_DATE_PREFIX = re.compile("FM|fm|TM|tm")
_DATE_SUFFIX = re.compile("TH|th|SP")
_NUMBER_FIELD = re.compile(_pattern(_NUMBER_FIELDS))


def is_separator(character: str) -> bool:
    """Whether a character is ASCII punctuation."""
    return "!" <= character <= "~" and not character.isalnum()


def is_blank(character: str) -> bool:
    """Whether a character is ASCII white space."""
    return character in " \t\n\v\f\r"


def cached_by_text(parse: Callable[[str], _T]) -> Callable[[str], _T]:
    """Remembers what short templates parse to; refuses templates that are too long."""
    remembered = functools.lru_cache(maxsize=512)(parse)

    @functools.wraps(parse)
    def wrapper(text: str) -> _T:
        if len(text) <= _CACHED_LENGTH_MAX:
            return remembered(text)
        if len(text) > TEMPLATE_LENGTH_MAX:
            raise DatabaseError("54000", "format string is too long")
        return parse(text)

    return wrapper


@cached_by_text
def date_template(text: str) -> tuple[Node, ...]:
    """Returns the pieces of a date template."""
    return _date_nodes(text, is_standard=False)


@cached_by_text
def standard_date_template(text: str) -> tuple[Node, ...]:
    """Returns the pieces of a date template in the SQL standard's form; raises 22007.

    Between its fields stand the standard's separators only, and text in double quotes.
    """
    return _date_nodes(text, is_standard=True)


def _date_nodes(text: str, *, is_standard: bool) -> tuple[Node, ...]:
    nodes: list[Node] = []
    position = 0
    while position < len(text):
        prefix = _DATE_PREFIX.match(text, position)
        if prefix is not None:
            position = prefix.end()
        field = _DATE_FIELD.match(text, position)
        if field is None:
            if position < len(text):
                if is_standard:
                    _check_separator(text[position])
                position = _read_text(text, position, nodes, is_date=True)
            continue
        position = field.end()
        suffix = _DATE_SUFFIX.match(text, position)
        if suffix is not None:
            position = suffix.end()
        flag = "" if prefix is None else prefix[0].upper()
        ordinal = "" if suffix is None or suffix[0] == "SP" else suffix[0]
        nodes.append(Node(NodeKind.FIELD, field[0], flag == "FM", ordinal, flag == "TM"))
    return tuple(nodes)


def _check_separator(character: str) -> None:
    if character not in _STANDARD_SEPARATORS and character != '"':
        raise DatabaseError("22007", f'invalid datetime format separator: "{character}"')


def number_nodes(text: str) -> tuple[Node, ...]:
    """Returns the pieces of a number template."""
    nodes: list[Node] = []
    position = 0
    while position < len(text):
        field = _NUMBER_FIELD.match(text, position)
        if field is None:
            position = _read_text(text, position, nodes, is_date=False)
        else:
            nodes.append(Node(NodeKind.FIELD, field[0]))
            position = field.end()
    return tuple(nodes)


def _read_text(text: str, position: int, nodes: list[Node], *, is_date: bool) -> int:
    """Adds the character or the quoted text at `position`; returns where it ends."""
    if text[position] == '"':
        return _read_quoted(text, position + 1, nodes)
    if text.startswith('\\"', position):
        position += 1
    character = text[position]
    if is_date and is_separator(character):
        kind = NodeKind.SEPARATOR
    elif is_blank(character):
        kind = NodeKind.SPACE
    else:
        kind = NodeKind.CHARACTER
    nodes.append(Node(kind, character))
    return position + 1


def _read_quoted(text: str, position: int, nodes: list[Node]) -> int:
    while position < len(text):
        if text[position] == '"':
            return position + 1
        if text[position] == "\\" and position + 1 < len(text):
            position += 1
        nodes.append(Node(NodeKind.CHARACTER, text[position]))
        position += 1
    return position


def ordinal_of(number: str, ordinal: str) -> str:
    """Returns st, nd, rd or th for a number's text, in the case of `ordinal`."""
    if not number[-1:].isdigit() or not number.isascii():
        raise DatabaseError("22P02", f'"{number}" is not a number')
    is_teen = number[-2:-1] == "1"
    suffix = "th" if is_teen else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return suffix.upper() if ordinal == "TH" else suffix
