"""The words of date and time input: month names, days of the week, units, special values.

PostgreSQL compares the first ten letters of a word only ("milliseconds" and "millisecond" are
one); so do we. Manual: appendix B.
"""

import enum
from typing import Final, NamedTuple

from tsql.types import zone_abbreviations

WORD_LENGTH_MAX: Final = 10


class WordKind(enum.Enum):
    """What a word is in date and time input."""

    MONTH = enum.auto()
    WEEKDAY = enum.auto()
    MERIDIEM = enum.auto()
    ERA = enum.auto()
    UNIT = enum.auto()
    SPECIAL = enum.auto()
    TIME_FOLLOWS = enum.auto()  # the T between date and time
    DAYLIGHT_MODIFIER = enum.auto()  # "MET DST"
    IGNORED = enum.auto()
    ZONE = enum.auto()
    DAYLIGHT_ZONE = enum.auto()
    DYNAMIC_ZONE = enum.auto()
    AGO = enum.auto()


class Unit(enum.Enum):
    """A field of a date, a time or an interval."""

    MICROSECOND = "microsecond"
    MILLISECOND = "millisecond"
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"
    CENTURY = "century"
    MILLENNIUM = "millennium"
    WEEKDAY = "dow"
    ISO_WEEKDAY = "isodow"
    DAY_OF_YEAR = "doy"
    ISO_YEAR = "isoyear"
    JULIAN = "julian"
    EPOCH = "epoch"
    ZONE = "timezone"
    ZONE_HOUR = "timezone_hour"
    ZONE_MINUTE = "timezone_minute"
    TIME = "time"


class Word(NamedTuple):
    """A known word.

    Attributes:
        value: A month or weekday number, a Unit, a special value's name, a zone's offset or name.
    """

    kind: WordKind
    value: int | str | Unit


MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAY_NAMES: Final = (
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
)  # fmt: skip


def _short(text: str) -> str:
    return text[:WORD_LENGTH_MAX]


def _table(kind: WordKind, words: dict[str, int | str | Unit]) -> dict[str, Word]:
    return {
        _short(name): Word(kind, value) for names, value in words.items() for name in names.split()
    }


_MONTH_WORDS: dict[str, int | str | Unit] = {
    f"{name[:3]} {name}".lower(): number for number, name in enumerate(MONTH_NAMES, 1)
}
_WEEKDAY_WORDS: dict[str, int | str | Unit] = {
    f"{name[:3]} {name}".lower(): number for number, name in enumerate(WEEKDAY_NAMES)
}

#: Words inside dates and times, zones apart.
DATETIME_WORDS: Final = (
    _table(WordKind.MONTH, _MONTH_WORDS | {"sept": 9})
    | _table(WordKind.WEEKDAY, _WEEKDAY_WORDS | {"tues": 2, "weds": 3, "thur thurs": 4})
    | _table(WordKind.MERIDIEM, {"am": "am", "pm": "pm"})
    | _table(WordKind.ERA, {"ad": "ad", "bc": "bc"})
    | _table(
        WordKind.UNIT,
        {
            "d": Unit.DAY,
            "dow": Unit.WEEKDAY,
            "doy": Unit.DAY_OF_YEAR,
            "h": Unit.HOUR,
            "isodow": Unit.ISO_WEEKDAY,
            "isoyear": Unit.ISO_YEAR,
            "j jd julian": Unit.JULIAN,
            "m": Unit.MONTH,
            "mm": Unit.MINUTE,
            "s": Unit.SECOND,
            "y": Unit.YEAR,
        },
    )
    | _table(
        WordKind.SPECIAL,
        {
            word: word
            for word in (
                "-infinity",
                "infinity",
                "allballs",
                "epoch",
                "now",
                "today",
                "tomorrow",
                "yesterday",
            )
        },
    )
    | _table(WordKind.TIME_FOLLOWS, {"t": Unit.TIME})
    | _table(WordKind.DAYLIGHT_MODIFIER, {"dst": 3600})
    | _table(WordKind.IGNORED, {"at on": 0})
)

#: Words inside intervals, and the fields of extract and date_trunc.
INTERVAL_WORDS: Final = _table(
    WordKind.UNIT,
    {
        "us usec usecs microsecon": Unit.MICROSECOND,
        "ms msec msecs millisecon": Unit.MILLISECOND,
        "s sec second seconds secs": Unit.SECOND,
        "m min mins minute minutes": Unit.MINUTE,
        "h hour hours hr hrs": Unit.HOUR,
        "d day days": Unit.DAY,
        "w week weeks": Unit.WEEK,
        "mon mons month months": Unit.MONTH,
        "qtr quarter": Unit.QUARTER,
        "y year years yr yrs": Unit.YEAR,
        "dec decade decades decs": Unit.DECADE,
        "c cent centuries century": Unit.CENTURY,
        "mil millennia millennium mils": Unit.MILLENNIUM,
        "timezone": Unit.ZONE,
        "timezone_h": Unit.ZONE_HOUR,
        "timezone_m": Unit.ZONE_MINUTE,
    },
) | _table(WordKind.AGO, {"ago": 0})

_ZONE_WORDS: Final = {
    _short(name): Word(WordKind.DAYLIGHT_ZONE if is_dst else WordKind.ZONE, offset)
    for name, (offset, is_dst) in zone_abbreviations.FIXED.items()
} | {
    _short(name): Word(WordKind.DYNAMIC_ZONE, zone)
    for name, zone in zone_abbreviations.DYNAMIC.items()
}


def datetime_word(text: str) -> Word | None:
    """Returns what a lower-case word means in a date or time, or None."""
    return DATETIME_WORDS.get(_short(text))


def interval_word(text: str) -> Word | None:
    """Returns what a lower-case word means in an interval, or None."""
    return INTERVAL_WORDS.get(_short(text))


def zone_word(text: str) -> Word | None:
    """Returns the zone abbreviation that a lower-case word is, or None."""
    return _ZONE_WORDS.get(_short(text))
