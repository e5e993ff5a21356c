"""AT TIME ZONE: from wall clock to moment and back, in a named zone, an abbreviation or an offset.

`timezone(zone, timestamp)` gives the moment at which that zone's clocks show the timestamp;
`timezone(zone, timestamptz)` the reading of that zone's clocks at the moment; of a timetz it gives
the same moment with the zone's offset of now. Abbreviations win over full names.
"""

import re

from storage.errors import DatabaseError
from storage.types import Interval, TimeTz
from tsql.env import Env
from tsql.functions.datetime_cast import (
    INFINITE_TIMESTAMPS,
    checked_timestamp,
    from_local,
    to_local,
)
from tsql.functions.registry import implements
from tsql.types.civil import DAY, SECOND
from tsql.types.datetime_fields import abbreviation_offset, zone_offset
from tsql.types.datetime_lexer import Fault, TextError
from tsql.types.datetime_words import WordKind, zone_word
from tsql.types.interval_text import interval_text
from tsql.types.timezones import Zone, named_zone
from tsql.types.zone_rules import ZoneType


def fixed_zone(offset: int) -> Zone:
    """Returns the zone of one offset, in seconds east of Greenwich."""
    return Zone("", [], [ZoneType(offset, False, "")], None)


class _AbbreviationZone(Zone):
    """What an abbreviation with a history means, seen as a zone: MSK at each time."""

    __slots__ = ("_abbreviation", "_zone")

    def __init__(self, abbreviation: str, zone: Zone) -> None:
        super().__init__(abbreviation, [], [ZoneType(0, False, abbreviation)], None)
        self._abbreviation = abbreviation
        self._zone = zone

    def at(self, utc: int) -> ZoneType:
        offset = self._zone.offset_of_abbreviation(self._abbreviation, utc)
        return self._zone.at(utc) if offset is None else ZoneType(offset, False, self._abbreviation)

    def offset_of_local(self, local: int) -> int:
        return abbreviation_offset(self._abbreviation, self._zone.name, local)


def zone_or_abbreviation(name: str) -> Zone:
    """Returns the zone that AT TIME ZONE means by a text. Raises 22023."""
    word = zone_word(name.lower())
    if word is None:
        return named_zone(name)
    if word.kind is WordKind.DYNAMIC_ZONE:
        return _AbbreviationZone(name.upper(), named_zone(str(word.value)))
    assert isinstance(word.value, int)
    return fixed_zone(word.value)


def parse_zone(name: str) -> Zone:
    """Returns the zone of make_timestamptz's last argument: an offset with a sign, or a name."""
    if re.match("[0-9]", name):
        raise DatabaseError(
            "22023",
            f'invalid input syntax for type numeric time zone: "{name}"',
            hint='Numeric time zones must have "-" or "+" as first character.',
        )
    try:
        return fixed_zone(-zone_offset(name))
    except TextError as error:
        if error.fault is Fault.ZONE_RANGE:
            raise DatabaseError("22023", f'numeric time zone "{name}" out of range') from None
    return zone_or_abbreviation(name)


def _interval_zone(span: Interval, env: Env) -> Zone:
    if span.months or span.days:
        text = interval_text(span, env)
        raise DatabaseError("22023", f'interval time zone "{text}" must not include months or days')
    return fixed_zone(int(span.microseconds / SECOND))


def _moment(zone: Zone, timestamp: int) -> int:
    if timestamp in INFINITE_TIMESTAMPS:
        return timestamp
    return checked_timestamp(from_local(timestamp, zone))


def _reading(zone: Zone, moment: int) -> int:
    if moment in INFINITE_TIMESTAMPS:
        return moment
    return checked_timestamp(to_local(moment, zone))


@implements("timestamp_zone")
def timestamp_zone(name: str, timestamp: int) -> int:
    if timestamp in INFINITE_TIMESTAMPS:
        return timestamp
    return _moment(zone_or_abbreviation(name), timestamp)


@implements("timestamptz_zone")
def timestamptz_zone(name: str, moment: int) -> int:
    if moment in INFINITE_TIMESTAMPS:
        return moment
    return _reading(zone_or_abbreviation(name), moment)


@implements("timestamp_izone", env=True)
def timestamp_izone(env: Env, span: Interval, timestamp: int) -> int:
    if timestamp in INFINITE_TIMESTAMPS:
        return timestamp
    return _moment(_interval_zone(span, env), timestamp)


@implements("timestamptz_izone", env=True)
def timestamptz_izone(env: Env, span: Interval, moment: int) -> int:
    if moment in INFINITE_TIMESTAMPS:
        return moment
    return _reading(_interval_zone(span, env), moment)


def _shifted(time: TimeTz, offset: int) -> TimeTz:
    return TimeTz((time.microseconds + (time.zone + offset) * SECOND) % DAY, -offset)


@implements("timetz_zone", env=True)
def timetz_zone(env: Env, name: str, time: TimeTz) -> TimeTz:
    zone = zone_or_abbreviation(name)
    return _shifted(time, zone.at(env.transaction_timestamp // SECOND).offset)


@implements("timetz_izone", env=True)
def timetz_izone(env: Env, span: Interval, time: TimeTz) -> TimeTz:
    return _shifted(time, _interval_zone(span, env).at(0).offset)
