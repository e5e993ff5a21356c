"""What a number template asks for: digits before and after the point, signs, padding.

    "FM999,990.00"   ->   6 digits before the point, zeros from the sixth on, 2 after it, no padding

Which patterns go together is checked while the template is read, field by field.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from storage.errors import DatabaseError
from tsql.functions.formatting.template import Node, NodeKind, cached_by_text, number_nodes


@dataclass(slots=True)
class NumberTemplate:
    """A number template, as a whole.

    Attributes:
        pre: Digits before the point.
        post: Digits after it.
        multi: Digits after V.
        zero_start: Position of the first 0, counted from 1; 0 if there is none.
        zero_end: How many digits there are up to the last 0.
        sign: Where S stands: "pre", "post" or "".
        sign_at: `pre` as it was when S came.
    """

    nodes: tuple[Node, ...] = ()
    pre: int = 0
    post: int = 0
    multi: int = 0
    zero_start: int = 0
    zero_end: int = 0
    sign: str = ""
    sign_at: int = 0
    has_zero: bool = False
    is_blank: bool = False
    is_fill: bool = False
    has_point: bool = False
    has_sign: bool = False
    has_minus: bool = False
    has_plus: bool = False
    has_brackets: bool = False
    is_roman: bool = False
    is_multiplied: bool = False
    is_scientific: bool = False

    def copy(self) -> "NumberTemplate":
        """Returns a copy to change while a number is written."""
        return replace(self)

    def add(self, field: str) -> None:
        """Takes one more field."""
        if self.is_scientific and field != "EEEE":
            _refuse('"EEEE" must be the last pattern used')
        _ADD.get(field, NumberTemplate.ignore)(self)

    def ignore(self) -> None:
        """Takes a field that says nothing about digits: a separator, an ordinal, a currency."""

    def add_nine(self) -> None:
        if self.has_brackets:
            _refuse('"9" must be ahead of "PR"')
        if self.is_multiplied:
            self.multi += 1
        elif self.has_point:
            self.post += 1
        else:
            self.pre += 1

    def add_zero(self) -> None:
        if self.has_brackets:
            _refuse('"0" must be ahead of "PR"')
        if not self.has_zero and not self.has_point:
            self.has_zero = True
            self.zero_start = self.pre + 1
        if self.has_point:
            self.post += 1
        else:
            self.pre += 1
        self.zero_end = self.pre + self.post

    def add_point(self) -> None:
        if self.has_point:
            _refuse("multiple decimal points")
        if self.is_multiplied:
            _refuse('cannot use "V" and decimal point together')
        self.has_point = True

    def add_sign(self) -> None:
        if self.has_sign:
            _refuse('cannot use "S" twice')
        if self.has_plus or self.has_minus or self.has_brackets:
            _refuse('cannot use "S" and "PL"/"MI"/"SG"/"PR" together')
        self.has_sign = True
        if self.has_point:
            self.sign = "post"
        else:
            self.sign = "pre"
            self.sign_at = self.pre

    def add_minus(self) -> None:
        self._add_loose_sign("MI", minus=True, plus=False)

    def add_plus(self) -> None:
        self._add_loose_sign("PL", minus=False, plus=True)

    def add_plus_or_minus(self) -> None:
        self._add_loose_sign("SG", minus=True, plus=True)

    def _add_loose_sign(self, field: str, *, minus: bool, plus: bool) -> None:
        if self.has_sign:
            _refuse(f'cannot use "S" and "{field}" together')
        self.has_minus = self.has_minus or minus
        self.has_plus = self.has_plus or plus

    def add_brackets(self) -> None:
        if self.has_sign or self.has_plus or self.has_minus:
            _refuse('cannot use "PR" and "S"/"PL"/"MI"/"SG" together')
        self.has_brackets = True

    def add_blank(self) -> None:
        if not self.pre and not self.post and not self.has_zero:
            self.is_blank = True

    def add_factor(self) -> None:
        if self.has_point:
            _refuse('cannot use "V" and decimal point together')
        self.is_multiplied = True

    def add_fill(self) -> None:
        self.is_fill = True

    def add_roman(self) -> None:
        self.is_roman = True

    def add_exponent(self) -> None:
        if self.is_scientific:
            _refuse('cannot use "EEEE" twice')
        others = (
            self.is_blank, self.is_fill, self.has_sign, self.has_brackets, self.has_minus,
            self.has_plus, self.is_roman, self.is_multiplied,
        )  # fmt: skip
        if any(others):
            _refuse(
                '"EEEE" is incompatible with other formats',
                '"EEEE" may only be used together with digit and decimal point patterns.',
            )
        self.is_scientific = True


_ADD: dict[str, Callable[[NumberTemplate], None]] = {
    "9": NumberTemplate.add_nine,
    "0": NumberTemplate.add_zero,
    ".": NumberTemplate.add_point,
    "D": NumberTemplate.add_point,
    "S": NumberTemplate.add_sign,
    "MI": NumberTemplate.add_minus,
    "PL": NumberTemplate.add_plus,
    "SG": NumberTemplate.add_plus_or_minus,
    "PR": NumberTemplate.add_brackets,
    "B": NumberTemplate.add_blank,
    "V": NumberTemplate.add_factor,
    "FM": NumberTemplate.add_fill,
    "RN": NumberTemplate.add_roman,
    "EEEE": NumberTemplate.add_exponent,
}


def _refuse(message: str, detail: str | None = None) -> NoReturn:
    raise DatabaseError("42601", message, detail=detail)


@cached_by_text
def number_template(text: str) -> NumberTemplate:
    """Returns what a template asks for. Not to be changed: `copy` it."""
    template = NumberTemplate(number_nodes(text))
    for node in template.nodes:
        if node.kind is NodeKind.FIELD:
            template.add(node.text.upper())
    return template
