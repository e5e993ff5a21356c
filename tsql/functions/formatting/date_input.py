"""to_date and to_timestamp: reads text by a template.

The template is walked once beside the text. Blanks before and after fields are skipped, separators
match loosely (not after FX), and a number takes as many digits as its field is wide, or all there
are if no digit can follow it. What was read is put together by to_date.py's rules, only then
checked. Manual: the usage notes of section 9.8.
"""

import re
from typing import Final

from storage.errors import DatabaseError
from tsql.functions.formatting.template import (
    Node,
    NodeKind,
    date_template,
    is_blank,
    is_separator,
    names,
)
from tsql.types.datetime_words import MONTH_NAMES, WEEKDAY_NAMES

INT4_MAX: Final = 2**31 - 1
_NUMBER = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
_THOUSANDS = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+),[ \t\n\v\f\r]*([+-]?[0-9]{1,3})")
_FIXED_WIDTH_HINT = 'If your source string is not fixed-width, try using the "FM" modifier.'

#: Fields that start with a digit: a number before one of them ends at its width.
_DIGIT_FIELDS = names(
    "CC DDD DD D FF1 FF2 FF3 FF4 FF5 FF6 HH24 HH12 HH IDDD ID IW IYYY IYY IY I J MI MM MS Q SSSSS SSSS SS TZM US WW W "
    "Y,YYY YYYY YYY YY Y"
)
_GREGORIAN = names("DDD DD D MM MONTH MON RM WW W Y,YYY YYYY YYY YY Y")
_ISO_WEEK = names("IDDD ID IW IYYY IYY IY I")
_TO_CHAR_ONLY = frozenset({"TZ", "OF"})

_ERAS = ("ad", "bc")
_MERIDIEMS = ("am", "pm")
_ROMAN = ("xii", "xi", "x", "ix", "viii", "vii", "vi", "v", "iv", "iii", "ii", "i")
_MONTHS = tuple(name.lower() for name in MONTH_NAMES)
_WEEKDAYS = tuple(name.lower() for name in WEEKDAY_NAMES)
#: Field -> (name of the part, the words that may stand there).
_WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "AM": ("pm", _MERIDIEMS),
    "PM": ("pm", _MERIDIEMS),
    "A.M.": ("pm", ("a.m.", "p.m.")),
    "P.M.": ("pm", ("a.m.", "p.m.")),
    "AD": ("bc", _ERAS),
    "BC": ("bc", _ERAS),
    "A.D.": ("bc", ("a.d.", "b.c.")),
    "B.C.": ("bc", ("a.d.", "b.c.")),
    "MONTH": ("mm", _MONTHS),
    "MON": ("mm", tuple(name[:3] for name in _MONTHS)),
    "DAY": ("d", _WEEKDAYS),
    "DY": ("d", tuple(name[:3] for name in _WEEKDAYS)),
    "RM": ("mm", _ROMAN),
}
#: Plain number fields: the name of the part, and the width if it isn't the field's own length.
_NUMBERS: dict[str, tuple[str, int]] = {
    "HH": ("hh", 2),
    "HH12": ("hh", 2),
    "HH24": ("hh", 2),
    "MI": ("mi", 2),
    "SS": ("ss", 2),
    "SSSS": ("ssss", 4),
    "SSSSS": ("ssss", 5),
    "MM": ("mm", 2),
    "DDD": ("ddd", 3),
    "IDDD": ("ddd", 3),
    "DD": ("dd", 2),
    "D": ("d", 1),
    "WW": ("ww", 2),
    "IW": ("ww", 2),
    "CC": ("cc", 2),
    "W": ("w", 1),
    "J": ("j", 1),
    "Q": ("", 1),
}


class ReadParts:
    """What a template read from a text; 0 is "not given", as in PostgreSQL.

    Attributes:
        iso_week: True or False once a field of one of the two conventions was read.
        pm, bc: 1 if so.
        zone_sign: 1 or -1 if a zone was read.
        year_size: How many digits the year's field has.
        precision: Digits of an FFn field.
    """

    def __init__(self) -> None:
        self.iso_week: bool | None = None
        self.is_12_hour = False
        self.pm = self.bc = 0
        self.hh = self.mi = self.ss = self.ssss = self.ms = self.us = 0
        self.year = self.cc = self.year_size = self.mm = self.dd = self.ddd = self.d = 0
        self.ww = self.w = self.j = 0
        self.zone_sign = self.zone_hour = self.zone_minute = 0
        self.precision = 0


class TemplateReader:
    """Reads one text by one template.

    Args:
        is_standard: The text has to match the template from its first character to its last.
    """

    def __init__(self, text: str, nodes: tuple[Node, ...], *, is_standard: bool = False) -> None:
        self.parts = ReadParts()
        self._text = text
        self._nodes = nodes
        self._at = 0
        self._is_standard = is_standard
        self._is_fixed = is_standard  # or FX was seen
        self._skipped = 0  # characters skipped beyond those that the template names

    def read(self) -> ReadParts:
        """Returns what was read; stops at the end of the text or the template."""
        for index, node in enumerate(self._nodes):
            if self._at >= len(self._text):
                if self._is_standard:
                    raise DatabaseError("22007", "input string is too short for datetime format")
                break
            is_field = node.kind is NodeKind.FIELD
            if not self._is_fixed and node.text.upper() != "FX" and (is_field or index == 0):
                self._skip_blanks()
            if not is_field:
                if self._is_standard:
                    self._match_character(node)
                else:
                    self._skip_character(node.kind)
                continue
            self._read_field(index, node)
            if not self._is_fixed:
                self._skipped = 0
                self._skip_blanks()
        if self._is_standard and not all(map(is_blank, self._text[self._at :])):
            raise DatabaseError(
                "22007", "trailing characters remain in input string after datetime format"
            )
        return self.parts

    def _match_character(self, node: Node) -> None:
        if self._text[self._at] != node.text:
            what = "character" if node.kind is NodeKind.CHARACTER else "separator"
            raise DatabaseError("22007", f'unmatched format {what} "{node.text}"')
        self._at += 1

    def _skip_blanks(self) -> None:
        text, start = self._text, self._at
        while self._at < len(text) and is_blank(text[self._at]):
            self._at += 1
        self._skipped += self._at - start

    def _skip_character(self, kind: NodeKind) -> None:
        if self._is_fixed:
            self._at += 1
        elif kind is NodeKind.CHARACTER:
            # What was skipped before may be what this character stands for.
            if self._skipped > 0:
                self._skipped -= 1
            else:
                self._at += 1
        else:
            self._skipped -= 1
            following = self._text[self._at : self._at + 1]
            if following and (is_blank(following) or is_separator(following)):
                self._at += 1
                self._skipped += 1

    def _read_field(self, index: int, node: Node) -> None:
        field = node.text.upper()
        self._set_convention(field)
        if field == "FX":
            self._is_fixed = True
        elif field in _TO_CHAR_ONLY:
            raise DatabaseError(
                "0A000", f'formatting field "{node.text}" is only supported in to_char'
            )
        elif field in _WORDS:
            self._read_word(field, node)
        elif field == "TZH":
            self._read_zone_hour(index, node)
        elif field == "TZM":
            self.parts.zone_sign = self.parts.zone_sign or 1
            self._read_number(index, node, "zone_minute", 2)
        else:
            self._read_number_field(index, node, field)
            self._skip_ordinal(node)

    def _set_convention(self, field: str) -> None:
        if field not in _GREGORIAN and field not in _ISO_WEEK:
            return
        is_iso = field in _ISO_WEEK
        if self.parts.iso_week not in {None, is_iso}:
            raise DatabaseError(
                "22007",
                "invalid combination of date conventions",
                hint="Do not mix Gregorian and ISO week date conventions in a formatting template.",
            )
        self.parts.iso_week = is_iso

    def _read_number_field(self, index: int, node: Node, field: str) -> None:
        parts = self.parts
        if field in _NUMBERS:
            name, width = _NUMBERS[field]
            if field in {"HH", "HH12"}:
                parts.is_12_hour = True
            self._read_number(index, node, name, width)
        elif field == "MS":
            used = self._read_number(index, node, "ms", 3)
            parts.ms *= {1: 100, 2: 10}.get(used, 1)
        elif field == "US" or field.startswith("FF"):
            if field != "US":
                parts.precision = int(field[2])
            used = self._read_number(index, node, "us", 6 if field == "US" else int(field[2]))
            parts.us *= 10 ** max(6 - used, 0)
        elif field == "ID":
            self._read_number(index, node, "d", 1)
            parts.d = parts.d + 1 if parts.d < 7 else 1
        elif field == "Y,YYY":
            self._read_year_with_comma(node)
        else:
            self._read_year(index, node, len(field))

    def _read_year(self, index: int, node: Node, width: int) -> None:
        used = self._read_number(index, node, "year", width)
        self.parts.year_size = width
        if width < 4 and used < 4:
            self.parts.year = _nearest_2020(self.parts.year)

    def _read_year_with_comma(self, node: Node) -> None:
        match = _THOUSANDS.match(self._text, self._at)
        if match is None:
            raise DatabaseError("22007", 'invalid input string for "Y,YYY"')
        year = (_long(match[1]) * 1000 + int(match[2]) + 2**31) % 2**32 - 2**31
        self._set("year", year, node)
        self.parts.year_size = 4
        self._at = match.end()

    def _skip_ordinal(self, node: Node) -> None:
        if node.ordinal:
            self._at = min(self._at + 2, len(self._text))

    def _read_zone_hour(self, index: int, node: Node) -> None:
        sign = self._text[self._at]
        if sign in "+- ":
            self._at += 1
        elif self._skipped > 0 and self._text[self._at - 1] == "-":
            sign = "-"
        self.parts.zone_sign = -1 if sign == "-" else 1
        self._read_number(index, node, "zone_hour", 2)

    # ---- numbers and words ----------------------------------------------------------------------

    def _read_number(self, index: int, node: Node, name: str, width: int) -> int:
        """Reads an integer into a part ("" for none); returns how many characters it took."""
        start = self._at
        while self._at < len(self._text) and is_blank(self._text[self._at]):
            self._at += 1
        shown = self._text[self._at : self._at + width]
        if node.fill or self._number_ends_freely(index):
            match = _NUMBER.match(self._text, start)
            digits = "" if match is None else match[0]
            self._at = start if match is None else match.end()
        else:
            digits = self._fixed_digits(node, width)
            self._at += len(digits)
        if self._at == start:
            raise DatabaseError(
                "22007",
                f'invalid value "{shown}" for "{node.text}"',
                detail="Value must be an integer.",
            )
        value = _long(digits) if digits else 0
        if not -INT4_MAX - 1 <= value <= INT4_MAX:
            raise DatabaseError(
                "22008",
                f'value for "{node.text}" in source string is out of range',
                detail=f"Value must be in the range {-INT4_MAX - 1} to {INT4_MAX}.",
            )
        if name:
            self._set(name, value, node)
        return self._at - start

    def _fixed_digits(self, node: Node, width: int) -> str:
        rest = len(self._text) - self._at
        if rest < width:
            raise DatabaseError(
                "22007",
                f'source string too short for "{node.text}" formatting field',
                detail=f"Field requires {width} characters, but only {rest} remain.",
                hint=_FIXED_WIDTH_HINT,
            )
        field = self._text[self._at : self._at + width]
        match = _NUMBER.match(field)
        digits = "" if match is None else match[0]
        if 0 < len(digits) < width:
            raise DatabaseError(
                "22007",
                f'invalid value "{field}" for "{node.text}"',
                detail=(
                    f"Field requires {width} characters, but only {len(digits)} could be parsed."
                ),
                hint=_FIXED_WIDTH_HINT,
            )
        return digits

    def _number_ends_freely(self, index: int) -> bool:
        """Whether what follows the field in the template can't be a digit."""
        if self._nodes[index].ordinal or index + 1 == len(self._nodes):
            return True
        following = self._nodes[index + 1]
        if following.kind is NodeKind.FIELD:
            return following.text.upper() not in _DIGIT_FIELDS
        return not ("0" <= following.text <= "9")

    def _read_word(self, field: str, node: Node) -> None:
        name, words = _WORDS[field]
        rest = self._text[self._at : self._at + 12].lower()
        position = next((i for i, word in enumerate(words) if rest.startswith(word)), None)
        if position is None:
            shown = re.split(r"[ \t\n\v\f\r]", self._text[self._at :], maxsplit=1)[0]
            raise DatabaseError(
                "22007",
                f'invalid value "{shown}" for "{node.text}"',
                detail="The given value did not match any of the allowed values for this field.",
            )
        self._at += len(words[position])
        if name == "pm":
            self.parts.is_12_hour = True
        if field == "RM":
            position = 12 - position
        elif name == "mm":
            position += 1
        self._set(name, position, node)
        if name == "d":
            self.parts.d += 1

    def _set(self, name: str, value: int, node: Node) -> None:
        previous = getattr(self.parts, name)
        if previous not in (0, value):
            raise DatabaseError(
                "22007",
                f'conflicting values for "{node.text}" field in formatting string',
                detail="This value contradicts a previous setting for the same field type.",
            )
        setattr(self.parts, name, value)


def _long(digits: str) -> int:
    """Returns the integer, or the largest of 64 bits if it is beyond: as C reads it."""
    shown = digits.strip()
    is_negative = shown.startswith("-")
    significant = shown.lstrip("+-").lstrip("0")
    if len(significant) > 19:
        return -(2**63) if is_negative else 2**63 - 1
    value = int(significant or "0")
    return max(-value, -(2**63)) if is_negative else min(value, 2**63 - 1)


def _nearest_2020(year: int) -> int:
    """Returns the year that is nearest to 2020 of those that end with the digits given."""
    if year < 70:
        return year + 2000
    if year < 100:
        return year + 1900
    if year < 520:
        return year + 2000
    return year + 1000 if year < 1000 else year


def read_by_template(text: str, template: str) -> ReadParts:
    """Returns what the template's fields read from the text."""
    return TemplateReader(text, date_template(template)).read()
