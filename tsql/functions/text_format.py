"""Building text from values of any type: concat, concat_ws, format, and || with a non-text operand.

concat and format show a value by its type's output function (true is t), || by its cast to text
(true is true). NULL arguments vanish, except where format's %L makes NULL of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions.limits import check_size
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.functions.text import textcat
from tsql.functions.text_cast import text_cast_of
from tsql.functions.text_quote import quote_ident, quote_literal
from tsql.types import oids
from tsql.types.io import Output, input_of, output_of

_INT4_MAX = 2**31 - 1
_HINT = 'For a single "%" use "%%".'
_NUMBER = re.compile(r"[0-9]*")


def _outputs(types: Sequence[int]) -> list[Output]:
    return [output_of(oid) for oid in types]


def _texts(env: Env, outputs: list[Output], values: Sequence[Any]) -> list[str | None]:
    """Returns each value's text; a VARIADIC array may bring more values than there are types."""
    if len(outputs) < len(values) and outputs:
        outputs = outputs + [outputs[-1]] * (len(values) - len(outputs))
    return [
        None if value is None else output(value, env)
        for output, value in zip(outputs, values, strict=False)
    ]


def _join(env: Env, separator: str, texts: list[str | None]) -> str:
    pieces = [text for text in texts if text is not None]
    check_size(sum(map(len, pieces)) + len(separator) * len(pieces), env)
    return separator.join(pieces)


@builds("text_concat", env=True)
def text_concat(call: CallSite) -> Function:
    outputs = _outputs(call.argument_types)
    return lambda env, *values: _join(env, "", _texts(env, outputs, values))


@builds("text_concat_ws", env=True)
def text_concat_ws(call: CallSite) -> Function:
    outputs = _outputs(call.argument_types[1:])

    def concat_ws(env: Env, separator: str | None, *values: Any) -> str | None:
        if separator is None:
            return None
        return _join(env, separator, _texts(env, outputs, values))

    return concat_ws


@builds("textanycat(text,anynonarray)", env=True)
def textanycat(call: CallSite) -> Function:
    text_of = text_cast_of(call.argument_types[1])
    return lambda env, text, value: textcat(text, text_of(value, env))


@builds("anytextcat(anynonarray,text)", env=True)
def anytextcat(call: CallSite) -> Function:
    text_of = text_cast_of(call.argument_types[0])
    return lambda env, value, text: textcat(text_of(value, env), text)


@implements("text_format_nv", env=True)
def text_format_nv(env: Env, template: str | None) -> str | None:
    return None if template is None else _Formatter(env, template, [], ()).run()


@builds("text_format", env=True)
def text_format(call: CallSite) -> Function:
    types = call.argument_types[1:]

    def format_(env: Env, template: str | None, *values: Any) -> str | None:
        return None if template is None else _Formatter(env, template, types, values).run()

    return format_


@dataclass(frozen=True, slots=True)
class _Specifier:
    """One %…: which argument (0: the next), how wide, and s, I or L.

    Attributes:
        width_argument: -1: none; 0: the next argument gives the width; else its number.
    """

    argument: int
    width_argument: int
    width: int
    left: bool
    kind: str
    end: int


class _Formatter:
    """Fills a template. Arguments are counted on; an explicit number moves the count."""

    def __init__(
        self, env: Env, template: str, types: Sequence[int], values: Sequence[Any]
    ) -> None:
        self.env = env
        self.template = template
        self.values = values
        self.types = [*types, *[types[-1]] * (len(values) - len(types))] if types else []
        self.argument = 0
        self.size = 0

    def run(self) -> str:
        pieces: list[str] = []
        position = 0
        while (percent := self.template.find("%", position)) >= 0:
            pieces.append(self.template[position:percent])
            if self.template[percent + 1 : percent + 2] == "%":
                pieces.append("%")
                position = percent + 2
                continue
            specifier = self._parse(percent + 1)
            pieces.append(self._fill(specifier))
            position = specifier.end
            self.size += len(pieces[-1])
            check_size(self.size, self.env)
        pieces.append(self.template[position:])
        return "".join(pieces)

    def _parse(self, position: int) -> _Specifier:
        """Reads [number$][flags][width]type after a percent sign."""
        argument, width_argument, width, left = 0, -1, 0, False
        number, position = self._number(position)
        dollar = number is not None and self._at(position) == "$"
        if number is not None and not dollar:
            width = number
        else:
            if dollar:
                argument = self._argument_number(number)
                position += 1
            while self._at(position) == "-":
                left = True
                position += 1
            if self._at(position) == "*":
                width_argument, position = self._width_argument(position + 1)
            else:
                number, position = self._number(position)
                width = number or 0
        kind = self._at(position)
        if kind not in "sIL":
            raise DatabaseError(
                "22023", f'unrecognized format() type specifier "{kind}"', hint=_HINT
            )
        return _Specifier(argument, width_argument, width, left, kind, position + 1)

    def _width_argument(self, position: int) -> tuple[int, int]:
        number, position = self._number(position)
        if number is None:
            return 0, position
        if self._at(position) != "$":
            raise DatabaseError("22023", 'width argument position must be ended by "$"')
        return self._argument_number(number), position + 1

    def _argument_number(self, number: int | None) -> int:
        if not number:
            raise DatabaseError(
                "22023", "format specifies argument 0, but arguments are numbered from 1"
            )
        return number

    def _at(self, position: int) -> str:
        if position >= len(self.template):
            raise DatabaseError("22023", "unterminated format() type specifier", hint=_HINT)
        return self.template[position]

    def _number(self, position: int) -> tuple[int | None, int]:
        found = _NUMBER.match(self.template, position)
        assert found
        if not found.group():
            return None, position
        self._at(found.end())
        number = int(found.group()[:20])
        if number > _INT4_MAX:
            raise DatabaseError("22003", "number is out of range")
        return number, found.end()

    def _take(self, number: int) -> int:
        """Returns the index of the argument with that number, or of the next one."""
        self.argument = number or self.argument + 1
        if self.argument > len(self.values):
            raise DatabaseError("22023", "too few arguments for format()")
        return self.argument - 1

    def _fill(self, specifier: _Specifier) -> str:
        width, left = specifier.width, specifier.left
        if specifier.width_argument >= 0:
            width = self._width(self._take(specifier.width_argument))
            left = left or width < 0
            width = abs(width)
        index = self._take(specifier.argument)
        text = self._text(index, specifier.kind)
        if len(text) < width:
            check_size(width, self.env)
        return text.ljust(width) if left else text.rjust(width)

    def _width(self, index: int) -> int:
        """Returns a width given as an argument: an integer, or anything whose text is one."""
        value, oid = self.values[index], self.types[index]
        if value is None:
            return 0
        if oid in (oids.INT2, oids.INT4):
            width: int = value
        else:
            width = input_of(oids.INT4)(output_of(oid)(value, self.env), -1, self.env)
        if width == -_INT4_MAX - 1:
            raise DatabaseError("22003", "number is out of range")
        return width

    def _text(self, index: int, kind: str) -> str:
        value = self.values[index]
        if value is None:
            if kind == "I":
                raise DatabaseError("22004", "null values cannot be formatted as an SQL identifier")
            return "NULL" if kind == "L" else ""
        text = output_of(self.types[index])(value, self.env)
        if kind == "s":
            return text
        return quote_ident(text) if kind == "I" else quote_literal(text)
