"""Arrays: text input and output of any array type, by the functions of its element type.

    {1,NULL,"a b"}            one dimension
    {{1,2},{3,4}}             two
    [0:1][3:4]={{1,2},{3,4}}  with the bounds of each dimension

Input is read as tokens (braces, commas, quoted strings, runs of bare text) by a small state machine
that also counts the elements of each level; the structure is checked to its end before any element
is converted, as PostgreSQL does, so that the same error comes first.
"""

import enum
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from storage.types import Array
from tsql.catalog import pg
from tsql.env import Env
from tsql.types import oids
from tsql.types.boolean import BLANKS
from tsql.types.integers import INT4_MAX, INT4_MIN, INT8_MAX, INT8_MIN
from tsql.types.io import Input, Output, input_of, output_of, text_io

DIMENSIONS_MAX: Final = 6
#: PostgreSQL's MaxArraySize.
ELEMENTS_MAX: Final = 134_217_727

_DIMENSION = re.compile(rf"[{BLANKS}]*\[([-+0-9]*)(?:(:)([-+0-9]*))?(\])?")
_TOKEN = re.compile(
    rf'(?P<blanks>[{BLANKS}]+)|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<mark>[{{}},])'
    rf'|(?P<bare>(?:[^{{}},"\\{BLANKS}]|\\.)+)',
    re.DOTALL,
)
_FLAT_ELEMENT = rf'"(?:[^"\\]|\\.)*+"|[^{{}},"\\{BLANKS}]++'
#: One dimension, nothing blank or escaped outside quotes: read without the state machine.
_FLAT = re.compile(rf"\{{(?:{_FLAT_ELEMENT})(?:,(?:{_FLAT_ELEMENT}))*+\}}", re.DOTALL)
_FLAT_ELEMENTS = re.compile(_FLAT_ELEMENT, re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL_IN_SIMPLE = re.compile(r'[{"\\}]')
_NEEDS_QUOTES = re.compile(rf'[{BLANKS}{{}},"\\]')
_TO_ESCAPE = re.compile(r'["\\]')


class _State(enum.Enum):
    START = 0  # nothing read yet
    OPENED = 1  # after {
    BARE = 2  # in unquoted text
    QUOTED = 3  # after a quoted element
    ELEMENT_DUE = 4  # after the comma behind an element
    CLOSED = 5  # after }
    LEVEL_DUE = 6  # after the comma behind }


_ELEMENT_MAY_START = (_State.OPENED, _State.ELEMENT_DUE)
_LEVEL_MAY_START = (_State.START, _State.OPENED, _State.LEVEL_DUE)
_COMPLETE = (_State.BARE, _State.QUOTED, _State.CLOSED)


def malformed(text: str, detail: str) -> DatabaseError:
    """Returns the error for a text that isn't an array."""
    return DatabaseError("22P02", f'malformed array literal: "{text}"', detail=detail)


def too_many_dimensions(count: int) -> DatabaseError:
    """Returns the error for more dimensions than PostgreSQL's arrays have."""
    return DatabaseError(
        "54000",
        f"number of array dimensions ({count}) exceeds the maximum allowed ({DIMENSIONS_MAX})",
    )


def check_bounds(dimensions: Sequence[int], lower_bounds: Sequence[int]) -> None:
    """Raises 54000 if an array of these dimensions would be too large, or a bound too high."""
    count = 1
    for length in dimensions:
        count *= length
        if count > ELEMENTS_MAX:
            raise DatabaseError("54000", f"array size exceeds the maximum allowed ({ELEMENTS_MAX})")
    for length, bound in zip(dimensions, lower_bounds, strict=True):
        if bound + length > INT4_MAX:
            raise DatabaseError("54000", f"array lower bound is too large: {bound}")


class _Structure:
    """Reads the braces of one literal: the texts of its elements, and its dimensions."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._state = _State.START
        self._counts: list[int] = []  # elements so far in each open level
        self._lengths: list[int | None] = []  # known length of each level
        self._bare = ""
        self._trailing = ""
        self._escaped = False
        self.elements: list[str | None] = []

    def read(self) -> tuple[int, ...]:
        """Reads to the end; returns the dimensions, () for an empty array."""
        text, position = self._text, 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:  # an open quote, or a backslash at the end
                self._check_start(text[position])
                break
            position = match.end()
            self._take(match)
            if self._state is _State.CLOSED and not self._counts:
                if text[position:].strip(BLANKS):
                    raise malformed(text, "Junk after closing right brace.")
                lengths = [length for length in self._lengths if length is not None]
                return tuple(lengths) if self.elements else ()
        raise malformed(text, "Unexpected end of input.")

    def _take(self, match: re.Match[str]) -> None:
        if (blanks := match["blanks"]) is not None:
            if self._state is _State.BARE:
                self._trailing += blanks
        elif (quoted := match["quoted"]) is not None:
            self._check_start('"')
            self.elements.append(_ESCAPE.sub(r"\1", quoted))
            self._count_element()
            self._state = _State.QUOTED
        elif (bare := match["bare"]) is not None:
            self._take_bare(bare)
        elif match["mark"] == "{":
            self._open()
        elif match["mark"] == "}":
            self._close()
        else:
            self._delimit()

    def _check_start(self, first: str) -> None:
        """Raises 22P02 unless an element may start, or go on, with this character."""
        if self._state in _ELEMENT_MAY_START or (self._state is _State.BARE and first != '"'):
            return
        detail = 'Unexpected "\\" character.' if first == "\\" else "Unexpected array element."
        raise malformed(self._text, detail)

    def _take_bare(self, bare: str) -> None:
        self._check_start(bare[0])
        if self._state is not _State.BARE:
            self._bare, self._escaped = "", False
            self._count_element()
        if "\\" in bare:
            self._escaped = True
            bare = _ESCAPE.sub(r"\1", bare)
        self._bare += self._trailing + bare
        self._trailing = ""
        self._state = _State.BARE

    def _count_element(self) -> None:
        if len(self._counts) < len(self._lengths):
            raise malformed(
                self._text,
                "Multidimensional arrays must have sub-arrays with matching dimensions.",
            )
        self._counts[-1] += 1

    def _finish_bare(self) -> None:
        if self._state is _State.BARE:
            is_null = not self._escaped and self._bare.lower() == "null"
            self.elements.append(None if is_null else self._bare)
            self._trailing = ""

    def _open(self) -> None:
        if self._state not in _LEVEL_MAY_START:
            raise malformed(self._text, 'Unexpected "{" character.')
        if len(self._counts) >= DIMENSIONS_MAX:
            raise too_many_dimensions(len(self._counts) + 1)
        if self._counts:
            self._counts[-1] += 1
        self._counts.append(0)
        if len(self._lengths) < len(self._counts):
            self._lengths.append(None)
        self._state = _State.OPENED

    def _close(self) -> None:
        empty = self._state is _State.OPENED and len(self._counts) == 1
        if self._state not in _COMPLETE and not empty:
            raise malformed(self._text, 'Unexpected "}" character.')
        self._finish_bare()
        count = self._counts.pop()
        level = len(self._counts)
        if self._lengths[level] is None:
            self._lengths[level] = count
        elif self._lengths[level] != count:
            raise malformed(
                self._text,
                "Multidimensional arrays must have sub-arrays with matching dimensions.",
            )
        self._state = _State.CLOSED

    def _delimit(self) -> None:
        if self._state not in _COMPLETE:
            raise malformed(self._text, 'Unexpected "," character.')
        self._finish_bare()
        closed = self._state is _State.CLOSED
        self._state = _State.LEVEL_DUE if closed else _State.ELEMENT_DUE


def _c_int(digits: str) -> int:
    """Reads a bound as C's atoi does on a machine with 64-bit longs: signs, digits, wrap-around."""
    match = re.match(r"[-+]?[0-9]+", digits)
    value = min(max(int(match[0][:25]), INT8_MIN), INT8_MAX) if match else 0
    return (value - INT4_MIN) % 2**32 + INT4_MIN


def _explicit_bounds(text: str) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Returns dimensions, lower bounds and where the contents start."""
    dimensions: list[int] = []
    lower_bounds: list[int] = []
    position = 0
    while match := _DIMENSION.match(text, position):
        if len(dimensions) >= DIMENSIONS_MAX:
            raise too_many_dimensions(len(dimensions) + 1)
        first, colon, second, bracket = match.groups()
        if not first:
            raise malformed(text, '"[" must introduce explicitly-specified array dimensions.')
        if colon and not second:
            raise malformed(text, "Missing array dimension value.")
        if not bracket:
            raise malformed(text, 'Missing "]" after array dimensions.')
        lower, upper = (_c_int(first), _c_int(second)) if colon else (1, _c_int(first))
        if upper < lower:
            raise DatabaseError("2202E", "upper bound cannot be less than lower bound")
        dimensions.append(upper - lower + 1)
        lower_bounds.append(lower)
        position = match.end()
    return tuple(dimensions), tuple(lower_bounds), position


def array_elements(text: str) -> tuple[list[str | None], tuple[int, ...], tuple[int, ...]]:
    """Returns the texts of an array's elements, its dimensions and lower bounds."""
    dimensions, lower_bounds, position = _explicit_bounds(text)
    contents = text[position:].lstrip(BLANKS)
    if dimensions:
        if contents[:1] != "=":
            raise malformed(text, 'Missing "=" after array dimensions.')
        contents = contents[1:].lstrip(BLANKS)
        if contents[:1] != "{":
            raise malformed(text, 'Array contents must start with "{".')
    elif contents[:1] != "{":
        raise malformed(text, 'Array value must start with "{" or dimension information.')
    structure = _Structure(contents)
    found = structure.read()
    if dimensions and found != dimensions:
        raise malformed(text, "Specified array dimensions do not match array contents.")
    lower_bounds = lower_bounds or (1,) * len(found)
    check_bounds(found, lower_bounds)
    return structure.elements, found, lower_bounds


def read_array(text: str, read: Callable[[str], Any]) -> Array:
    """Returns the array that a text stands for; `read` converts an element's text."""
    if (
        text[:1] == "{"
        and text[-1:] == "}"
        and not _SPECIAL_IN_SIMPLE.search(text, 1, len(text) - 1)
    ):
        elements = [element.strip(BLANKS) for element in text[1:-1].split(",")]
        if all(elements):
            count = len(elements)
            items = tuple([None if _is_null(element) else read(element) for element in elements])
            return Array(items, (count,), (1,))
    elif _FLAT.fullmatch(text):
        items = tuple([_flat_item(match, read) for match in _FLAT_ELEMENTS.findall(text)])
        return Array(items, (len(items),), (1,))
    found, dimensions, lower_bounds = array_elements(text)
    items = tuple([None if element is None else read(element) for element in found])
    return Array(items, dimensions, lower_bounds)


def _flat_item(element: str, read: Callable[[str], Any]) -> Any:
    if element[0] == '"':
        element = element[1:-1]
        return read(_ESCAPE.sub(r"\1", element) if "\\" in element else element)
    return None if _is_null(element) else read(element)


def _is_null(element: str) -> bool:
    return len(element) == 4 and element.lower() == "null"


def array_text(value: Array, render: Callable[[Any], str]) -> str:
    """Returns the literal of an array; `render` gives an element's text."""
    if not value.items:
        return "{}"
    texts = ["NULL" if item is None else _quoted(render(item)) for item in value.items]
    for length in reversed(value.dimensions[1:]):
        texts = [
            "{" + ",".join(texts[start : start + length]) + "}"
            for start in range(0, len(texts), length)
        ]
    body = "{" + ",".join(texts) + "}"
    if all(bound == 1 for bound in value.lower_bounds):
        return body
    bounds = zip(value.lower_bounds, value.dimensions, strict=True)
    return "".join([f"[{low}:{low + length - 1}]" for low, length in bounds]) + "=" + body


def _quoted(text: str) -> str:
    if text and not _NEEDS_QUOTES.search(text) and not _is_null(text):
        return text
    return '"' + _TO_ESCAPE.sub(r"\\\g<0>", text) + '"'


def array_input(element: int) -> Input:
    """Returns the text input of arrays of a type."""

    def array_in(text: str, typmod: int, env: Env) -> Array:
        read = input_of(element)
        return read_array(text, lambda item: read(item, typmod, env))

    return array_in


def array_output(element: int) -> Output:
    """Returns the text output of arrays of a type."""

    def array_out(value: Array, env: Env) -> str:
        render = output_of(element)
        return array_text(value, lambda item: render(item, env))

    return array_out


#: Not arrays to their text functions, though pg_type files them under the same category.
_VECTORS = frozenset({oids.INT2VECTOR, oids.OIDVECTOR})

for _type in pg.types().values():
    if _type.category == "A" and _type.element and _type.oid not in _VECTORS:
        text_io(_type.oid, array_input(_type.element), array_output(_type.element))
text_io(oids.RECORD_ARRAY, array_input(oids.RECORD), array_output(oids.RECORD))
