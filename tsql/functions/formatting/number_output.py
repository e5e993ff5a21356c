"""to_char of numbers.

Each type turns its value into a sign and digits that fit the template (or into # where they don't);
NumberWriter lays them out, position by position: blanks or zeros before the first digit, the sign
right before it unless the template says where, digits, point, and the sign behind the last digit.
"""

import math
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.functions.formatting.number_template import NumberTemplate, number_template
from tsql.functions.formatting.template import NodeKind, ordinal_of
from tsql.functions.numeric import numeric_mul, numeric_round
from tsql.functions.registry import implements
from tsql.types.numeric import numeric_text

#: Digits that are exact in each type: more are not shown.
FLOAT4_DIGITS: Final = 6
FLOAT8_DIGITS: Final = 15
_SINGLE: Final = struct.Struct("<f")
_ROMAN_WIDTH: Final = 15
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_INT_RANGES = {"integer": 2**31, "bigint": 2**63}


class NumberWriter:
    """Writes one number by one template.

    Attributes:
        number: Digits and perhaps a point, without sign.
        blanks: Positions before the first digit.
        is_negative: Whether the sign is a minus.
    """

    def __init__(
        self, template: NumberTemplate, number: str, blanks: int, *, is_negative: bool
    ) -> None:
        self._template = template
        self._number = number
        self._blanks = blanks
        self._is_negative = is_negative
        self._out: list[str] = []
        self._at = 0  # in number
        self._position = 0  # among the template's digits
        self._digit_written = False
        self._prepare()

    def _prepare(self) -> None:
        template = self._template
        if template.is_roman:
            self._is_negative = False
            template.has_point = template.has_sign = template.has_minus = False
            template.has_plus = template.has_brackets = False
        self._zero_start = template.zero_start - 1 if template.zero_start else 0
        if template.has_plus or template.has_minus:
            self._sign_written = template.has_minus
        else:
            if not self._is_negative and template.is_fill:
                template.has_brackets = False
            self._sign_written = (
                not self._is_negative and template.is_fill and not template.has_sign
            )
            if template.sign == "pre" and template.pre == template.sign_at:
                template.sign = "post"
        count = template.post + template.pre - 1
        self._last_relevant = self._find_last_relevant()
        if not self._sign_written and self._blanks == 0:
            count += 1
        self._end = count + (1 if self._blanks else 0) + (1 if template.has_point else 0)

    def _find_last_relevant(self) -> int | None:
        """Returns where the digits that FM keeps end: trailing zeros go, except under a 0."""
        template = self._template
        point = self._number.find(".")
        if not (template.is_fill and template.has_point) or point < 0:
            return None
        last = max(len(self._number.rstrip("0")) - 1, point)
        if template.zero_end > self._blanks:
            last = max(last, min(len(self._number) - 1, template.zero_end - self._blanks))
        return last

    def _last_is_point(self) -> bool:
        last = self._last_relevant
        return last is not None and self._number[last] == "."

    def write(self) -> str:
        for node in self._template.nodes:
            if node.kind is NodeKind.FIELD:
                self._write_field(node.text)
            else:
                self._out.append(node.text)
        # PostgreSQL writes a zero byte for a digit that isn't there, and stops at it in the end.
        return "".join(self._out).partition("\0")[0]

    def _write_field(self, field: str) -> None:
        template = self._template
        blank = "" if template.is_fill else " "
        match field.upper():
            case "9" | "0" | "." | "D":
                if not template.is_roman:
                    self._write_position(field)
            case "," | "G":
                self._out.append("," if self._digit_written else blank)
            case "L":
                self._out.append(" ")
            case "RN":
                text = self._number if template.is_fill else self._number.rjust(_ROMAN_WIDTH)
                self._out.append(text.lower() if field == "rn" else text)
            case "TH":
                self._write_ordinal(field)
            case "MI":
                self._out.append("-" if self._is_negative else blank)
            case "PL":
                self._out.append(blank if self._is_negative or template.is_roman else "+")
            case "SG":
                self._out.append("-" if self._is_negative else "\0" if template.is_roman else "+")
            case _:
                pass

    def _write_ordinal(self, field: str) -> None:
        template = self._template
        hidden = template.is_roman or self._is_negative or template.has_point
        if not hidden and not self._number.startswith("#"):
            self._out.append(ordinal_of(self._number, field))

    def _write_position(self, field: str) -> None:
        template = self._template
        self._digit_written = False
        self._write_sign_if_due()
        is_before_number = self._position < self._blanks
        if is_before_number and not (template.has_zero and self._zero_start <= self._position):
            if not template.is_fill:
                self._out.append(" ")
        elif is_before_number:
            self._out.append("0")
            self._digit_written = True
        else:
            self._write_digit(field)
            self._at = min(self._at + 1, len(self._number))
        end = self._end
        if self._last_relevant is not None and self._last_relevant == self._at:
            end = self._position
        if self._position + 1 == end:
            self._write_closing_sign()
        self._position += 1

    def _write_sign_if_due(self) -> None:
        template = self._template
        is_due = self._position >= self._blanks or (
            template.has_zero and self._zero_start == self._position
        )
        if self._sign_written or not is_due:
            return
        if self._is_leading_zero() and not self._last_is_point():
            return
        if template.has_sign:
            if template.sign == "pre":
                self._out.append("-" if self._is_negative else "+")
                self._sign_written = True
            return
        if template.has_brackets:
            self._out.append("<" if self._is_negative else " ")
        elif self._is_negative:
            self._out.append("-")
        elif not template.is_fill:
            self._out.append(" ")
        self._sign_written = True

    def _is_leading_zero(self) -> bool:
        """Whether we are at the 0 of 0.1, which 9.9 shows as a blank."""
        template = self._template
        at_start = self._at == 0 and self._number.startswith("0")
        return not template.has_zero and at_start and template.post != 0

    def _write_digit(self, field: str) -> None:
        last = self._last_relevant
        character = self._number[self._at : self._at + 1]
        if character == ".":
            self._out.append(".")
        elif last is not None and self._at > last and field != "0":
            pass
        elif self._is_leading_zero():
            if not self._template.is_fill:
                self._out.append(" ")
            elif self._last_is_point():
                self._out.append("0")
        else:
            self._out.append(character or "\0")
            self._digit_written = True

    def _write_closing_sign(self) -> None:
        template = self._template
        if self._sign_written and template.has_brackets:
            self._out.append(">" if self._is_negative else " ")
        elif template.has_sign and template.sign == "post":
            self._out.append("-" if self._is_negative else "+")


def _lay_out(template: NumberTemplate, text: str) -> str:
    """Writes a number's text, which may have a sign; # for each digit if there is no room for it."""
    is_negative = text.startswith("-")
    number = text[1:] if is_negative else text
    whole = len(number.partition(".")[0])
    blanks = max(template.pre - whole, 0)
    if whole > template.pre:
        number = "#" * template.pre + "." + "#" * template.post
    return NumberWriter(template, number, blanks, is_negative=is_negative).write()


def roman(number: int) -> str:
    """Returns a number from 1 to 3999 in Roman numerals, # for others."""
    if not 1 <= number <= 3999:
        return "#" * _ROMAN_WIDTH
    text = ""
    for value, numeral in _ROMAN:
        count, number = divmod(number, value)
        text += numeral * count
    return text


def _write_roman(template: NumberTemplate, number: int) -> str:
    return NumberWriter(template, roman(number), 0, is_negative=False).write()


def _no_exponent(template: NumberTemplate) -> str:
    """Returns what infinity and NaN look like in scientific notation."""
    return " " + "#" * template.pre + "." + "#" * (template.post + 4)


def scientific(value: Decimal, digits: int) -> str:
    """Returns a finite numeric as d.ddde+dd."""
    if not value:
        mantissa, exponent = value, 0
    else:
        exponent = value.adjusted()
        mantissa = value.scaleb(-exponent, Context(prec=len(value.as_tuple().digits) + 1))
    precision = len(mantissa.as_tuple().digits) + digits + 2
    rounded = mantissa.quantize(
        Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=Context(prec=precision)
    )
    return f"{rounded or abs(rounded):f}e{exponent:+03d}"


def _numeric_to_char(template: NumberTemplate, value: Decimal) -> str:
    if template.is_roman:
        return _write_roman(template, _numeric_to_int4(value))
    if template.is_scientific:
        if not value.is_finite():
            return _no_exponent(template)
        text = scientific(value, template.post)
        return text if text.startswith("-") else " " + text
    if template.is_multiplied:
        value = numeric_mul(value, Decimal(10**template.multi))
        template.pre += template.multi
    return _lay_out(template, numeric_text(numeric_round(value, template.post)))


def _numeric_to_int4(value: Decimal) -> int:
    if not value.is_finite():
        name = "NaN" if value.is_nan() else "infinity"
        raise DatabaseError("0A000", f"cannot convert {name} to integer")
    number = int(value.to_integral_value(ROUND_HALF_UP))
    return _in_range(number, "integer")


def _in_range(value: int, type_name: str) -> int:
    limit = _INT_RANGES[type_name]
    if not -limit <= value < limit:
        raise DatabaseError("22003", f"{type_name} out of range")
    return value


def _multiplied(value: int, digits: int, type_name: str) -> int:
    """Returns value * 10^digits; of an int4 what is left of it in 32 bits, as in PostgreSQL."""
    if type_name == "bigint":
        return _in_range(value * _in_range(10**digits, type_name), type_name)
    limit = _INT_RANGES[type_name]
    factor = 10**digits if digits < 10 else -limit
    return (value * factor + limit) % (2 * limit) - limit


def _int_to_char(template: NumberTemplate, value: int, type_name: str) -> str:
    if template.is_roman:
        return _write_roman(template, _in_range(value, "integer"))
    if template.is_scientific:
        if type_name == "integer":
            return _float_scientific(template, value)
        text = scientific(Decimal(value), template.post)
        return text if text.startswith("-") else " " + text
    if template.is_multiplied:
        value = _multiplied(value, template.multi, type_name)
        template.pre += template.multi
    text = str(value)
    if template.post:
        text += "." + "0" * template.post
    return _lay_out(template, text)


def _float_text(value: float, digits: int) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return f"{value:.{digits}f}"


def _single(value: float) -> float:
    try:
        (single,) = _SINGLE.unpack(_SINGLE.pack(value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return float(single)


def _float_scientific(template: NumberTemplate, value: float) -> str:
    text = f"{value:+.{template.post}e}"
    return " " + text[1:] if text.startswith("+") else text


def _float_to_char(template: NumberTemplate, value: float, digits_max: int) -> str:
    if template.is_roman:
        fits = math.isfinite(value) and abs(value) < 2**31
        return _write_roman(template, round(value) if fits else 0)
    if template.is_scientific:
        if not math.isfinite(value):
            return _no_exponent(template)
        return _float_scientific(template, value)
    if template.is_multiplied:
        value *= float(f"1e{template.multi}")
        if digits_max == FLOAT4_DIGITS:
            value = _single(value)
        template.pre += template.multi
    whole = len(_float_text(abs(value), 0))
    if whole >= digits_max:
        template.post = 0
    elif whole + template.post > digits_max:
        template.post = digits_max - whole
    return _lay_out(template, _float_text(value, template.post))


def _register(src: str, write: Callable[..., str], *arguments: Any) -> None:
    @implements(src)
    def to_char(value: Any, text: str) -> str:
        if not text:
            return ""
        return write(number_template(text).copy(), value, *arguments)


_register("numeric_to_char", _numeric_to_char)
_register("int4_to_char", _int_to_char, "integer")
_register("int8_to_char", _int_to_char, "bigint")
_register("float4_to_char", _float_to_char, FLOAT4_DIGITS)
_register("float8_to_char", _float_to_char, FLOAT8_DIGITS)
