"""to_number: reads a number by a template.

Template and text are walked side by side. A digit position takes a sign before the first digit, then
a digit or the point; what it can't use it skips. Group separators are skipped where they stand,
other template characters skip one character of the text. The digits read are then cut to the
template's precision, as a cast to numeric(p, s) would.
"""

from decimal import Decimal
from typing import Final

from storage.errors import DatabaseError
from tsql.functions.formatting.number_template import NumberTemplate, number_template
from tsql.functions.formatting.template import NodeKind
from tsql.functions.numeric import numeric_mul
from tsql.functions.numeric_power import numeric_power
from tsql.functions.registry import implements
from tsql.types.numeric import fit_numeric, numeric_of, numeric_typmod

_DATA: Final = frozenset("0123456789.,+-")
_DIGITS: Final = frozenset("0123456789")


class NumberReader:
    """Reads one number by one template."""

    def __init__(self, template: NumberTemplate, text: str) -> None:
        self._template = template
        self._text = text
        self._at = 0
        self._sign = " "
        self._digits: list[str] = []
        self._read_before = 0
        self._read_after = 0
        self._point_read = False

    def read(self) -> tuple[str, int]:
        """Returns sign and digits as text, and how many digits came after the point."""
        for node in self._template.nodes:
            if self._is_at_end():
                break
            if node.kind is NodeKind.FIELD:
                self._read_field(node.text.upper())
            else:
                self._at += 1
        if self._digits and self._digits[-1] == ".":
            self._digits.pop()
        return self._sign + "".join(self._digits), self._read_after

    def _is_at_end(self) -> bool:
        return self._at >= len(self._text)

    def _read_field(self, field: str) -> None:
        match field:
            case "9" | "0" | "." | "D":
                self._read_position(field)
                self._at += 1
            case "," | "G":
                # Without digits expected before it, FM shows no separator either.
                if not self._template.is_fill and self._text[self._at] == ",":
                    self._at += 1
            case "L":
                self._skip_other_than_data(1)
            case "TH":
                if not self._template.has_point:
                    self._skip_other_than_data(2)
            case "MI":
                self._read_sign_field("-")
            case "PL":
                self._read_sign_field("+")
            case "SG":
                self._read_sign_field("-+")
            case _:
                pass

    def _read_sign_field(self, signs: str) -> None:
        if self._text[self._at] in signs:
            self._sign = self._text[self._at]
            self._at += 1
        else:
            self._skip_other_than_data(1)

    def _skip_other_than_data(self, count: int) -> None:
        for _ in range(count):
            if self._is_at_end() or self._text[self._at] in _DATA:
                break
            self._at += 1

    def _read_position(self, field: str) -> None:
        """Reads what stands at a digit or point; leaves `_at` on the last character it used."""
        if self._text[self._at] == " ":
            self._at += 1
        if self._is_at_end():
            return
        if self._sign == " " and field in "09" and not self._read_before + self._read_after:
            self._read_leading_sign()
        if self._is_at_end():
            return
        was_read = self._read_digit_or_point()
        if was_read is None or self._is_at_end():
            return
        if self._sign == " " and self._read_before + self._read_after > 0:
            self._read_trailing_sign(was_read=was_read)

    def _read_leading_sign(self) -> None:
        template = self._template
        character = self._text[self._at]
        if template.sign == "pre":
            if character in "+-":
                self._sign = character
                self._at += 1
        elif character == "-" or (template.has_brackets and character == "<"):
            self._sign = "-"
            self._at += 1
        elif character == "+":
            self._sign = "+"
            self._at += 1

    def _read_digit_or_point(self) -> bool | None:
        """Returns whether something was read; None if there are digits enough after the point."""
        template = self._template
        character = self._text[self._at]
        if character in _DIGITS:
            if self._point_read and self._read_after == template.post:
                return None
            self._digits.append(character)
            if self._point_read:
                self._read_after += 1
            else:
                self._read_before += 1
            return True
        if template.has_point and not self._point_read and character == ".":
            self._digits.append(".")
            self._point_read = True
            return True
        return False

    def _read_trailing_sign(self, *, was_read: bool) -> None:
        template = self._template
        following = self._text[self._at + 1 : self._at + 2]
        if template.has_sign and was_read and following and following not in _DIGITS:
            if following in "+-":
                self._sign = following
                self._at += 1
        elif not was_read and not template.has_sign and (template.has_plus or template.has_minus):
            character = self._text[self._at]
            if character in "+-":
                self._sign = character


@implements("numeric_to_number")
def to_number(text: str, template_text: str) -> Decimal | None:
    if not template_text:
        return None
    template = number_template(template_text)
    for is_used, name in ((template.is_scientific, "EEEE"), (template.is_roman, "RN")):
        if is_used:
            raise DatabaseError("0A000", f'"{name}" not supported for input')
    digits, scale = NumberReader(template, text).read()
    precision = template.pre + template.multi + scale
    value = fit_numeric(numeric_of(digits), numeric_typmod(precision, scale))
    if template.is_multiplied:
        value = numeric_mul(value, numeric_power(Decimal(10), Decimal(-template.multi)))
    return value
