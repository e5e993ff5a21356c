r"""Fields to a row's values: one function per table, written out column by column.

A call for each field costs more than most conversions themselves, so the text of a function is made
that converts all fields of a line, with the everyday form of each type in place:

    def convert(fields):
        (f0, f1) = fields
        if f0 is None: v0 = None
        elif f0.isdigit() and f0.isascii() and …: v0 = int(f0)
        else: v0 = c0(f0)
        …
        return [v0, v1]

Only numbers and names made here go into that text, nothing of the table's or the client's. Whatever
isn't in its everyday form goes to the column's converter (`c0`), so that values and errors stay its.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from storage.schema import Column
from tsql.copy.converters import BOOLEANS, Convert
from tsql.copy.fields import Fields
from tsql.types import oids
from tsql.types.civil import DAY, HOUR, MINUTE, SECOND, days_from_civil, days_in_month
from tsql.types.kinds import is_domain
from tsql.types.numeric import precision_and_scale

ConvertRow = Callable[[Fields], list[Any]]

_INTEGERS_MAX: Final = {oids.INT2: 2**15 - 1, oids.INT4: 2**31 - 1, oids.INT8: 2**63 - 1}
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]?")
_HOUR_AND_MINUTE: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):")
_SECOND: Final = re.compile(r"[0-5][0-9]")
_FRACTION: Final = re.compile(r"(?:\.([0-9]{1,6}))?")
_FRACTION_AND_ZONE: Final = re.compile(
    r"(?:\.([0-9]{1,6}))?(?:Z|([+-])(0[0-9]|1[0-5])(?::?([0-5][0-9]))?)"
)
_FLOAT: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?").fullmatch
_PARTS_MAX: Final = 5000


class _Parts(dict[str, int]):
    """Parts of timestamps that have been read, up to a limit; KeyError for any other text."""

    def __init__(self, read: Callable[[str], int | None]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> int:
        value = self._read(text)
        if value is None:
            raise KeyError(text)
        if len(self) < _PARTS_MAX:
            self[text] = value
        return value


def _days(text: str) -> int | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if year and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month):
        return days_from_civil(year, month, day)
    return None


def _plain_days(text: str) -> int | None:
    return _days(text) if len(text) == 10 else None


def _day_start(text: str) -> int | None:
    days = _days(text) if len(text) == 11 else None
    return None if days is None else days * DAY


def _minute(text: str) -> int | None:
    match = _HOUR_AND_MINUTE.fullmatch(text)
    return None if match is None else int(match[1]) * HOUR + int(match[2]) * MINUTE


def _second(text: str) -> int | None:
    return int(text) * SECOND if _SECOND.fullmatch(text) else None


def _fraction(text: str) -> int | None:
    match = _FRACTION.fullmatch(text)
    return None if match is None else int((match[1] or "").ljust(6, "0"))


def _zoned_fraction(text: str) -> int | None:
    match = _FRACTION_AND_ZONE.fullmatch(text)
    if match is None:
        return None
    value = int((match[1] or "").ljust(6, "0"))
    if match[2] is not None:
        east = int(match[3]) * HOUR + int(match[4] or "0") * MINUTE
        value -= east if match[2] == "+" else -east
    return value


_NAMES: Final[dict[str, Any]] = {
    "Decimal": Decimal,
    "booleans": BOOLEANS,
    "is_float": _FLOAT,
    "dates": _Parts(_plain_days),
    "days": _Parts(_day_start),
    "minutes": _Parts(_minute),
    "seconds": _Parts(_second),
    "fractions": _Parts(_fraction),
    "zones": _Parts(_zoned_fraction),
}


def row_converter(columns: Sequence[Column], converters: Sequence[Convert]) -> ConvertRow:
    """Returns what makes the columns' values of as many fields. Raises what the converters do."""
    names = dict(_NAMES)
    lines: list[str] = []
    for number, (column, convert) in enumerate(zip(columns, converters, strict=True)):
        names[f"c{number}"] = convert
        lines += [line.replace("#", str(number)) for line in _column(column, number, names)]
    numbers = range(len(columns))
    source = "\n    ".join(
        [
            "def convert(fields):",
            f"[{', '.join(f'f{n}' for n in numbers)}] = fields",
            *lines,
            f"return [{', '.join(f'v{n}' for n in numbers)}]",
        ]
    )
    exec(source, names)  # noqa: S102 - made of this module's texts and numbers only
    made: ConvertRow = names["convert"]
    return made


def _column(column: Column, number: int, names: dict[str, Any]) -> list[str]:
    """Returns the lines that make v# of f#; what else they need goes into `names`."""
    typmod = column.typmod
    if is_domain(column.sql_type):
        return ["v# = c#(f#)"]
    match column.sql_type:
        case oids.TEXT:
            return ["v# = f#"]
        case oids.VARCHAR if typmod < 0:
            return ["v# = f#"]
        case oids.VARCHAR:
            return _guarded(f"len(f#) <= {typmod - 4}", "f#")
        case oids.INT2 | oids.INT4 | oids.INT8:
            highest = str(_INTEGERS_MAX[column.sql_type])
            size = len(highest)
            # Digits of one length compare like their numbers.
            fits = f"(len(f#) < {size} or (len(f#) == {size} and f# <= '{highest}'))"
            return _guarded(f"f#.isdigit() and f#.isascii() and {fits}", "int(f#)")
        case oids.BOOL:
            return _guarded("f# in booleans", "booleans[f#]")
        case oids.FLOAT8:
            return _guarded("is_float(f#)", "float(f#)")
        case oids.NUMERIC if (pattern := _numeric_pattern(typmod)) is not None:
            names[f"is_numeric{number}"] = re.compile(pattern).fullmatch
            return _guarded("is_numeric#(f#)", "Decimal(f#)")
        case oids.DATE:
            return _looked_up("dates[f#]")
        case oids.TIMESTAMP if typmod in {-1, 6}:
            return _looked_up(f"{_MOMENT} + fractions[f#[19:]]")
        case oids.TIMESTAMPTZ if typmod in {-1, 6}:
            return _looked_up(f"{_MOMENT} + zones[f#[19:]]")
        case _:
            return ["v# = None if f# is None else c#(f#)"]


_MOMENT: Final = "days[f#[:11]] + minutes[f#[11:17]] + seconds[f#[17:19]]"


def _guarded(condition: str, value: str) -> list[str]:
    return [
        "if f# is None: v# = None",
        f"elif {condition}: v# = {value}",
        "else: v# = c#(f#)",
    ]


def _looked_up(value: str) -> list[str]:
    return [
        "if f# is None: v# = None",
        "else:",
        f"    try: v# = {value}",
        "    except KeyError: v# = c#(f#)",
    ]


def _numeric_pattern(typmod: int) -> str | None:
    """Returns what everyday numbers look like that need no rounding; None if there are none."""
    if typmod < 0:
        return r"-?[1-9][0-9]{0,39}(?:\.[0-9]{1,40})?|0(?:\.[0-9]{1,40})?"
    precision, scale = precision_and_scale(typmod)
    if not 0 <= scale < precision:
        return None
    fraction = rf"\.[0-9]{{{scale}}}" if scale else ""
    return rf"(?:-?[1-9][0-9]{{0,{precision - scale - 1}}}|0){fraction}"
