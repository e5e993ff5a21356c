"""Time zones: how far local time is from UTC, at any moment from 4714 BC to 294276 AD.

A zone is a list of transitions from a compiled zone file (the tzdata package, RFC 8536), followed
by yearly rules; or rules alone, from a POSIX string. Two questions are asked of it:

- `at(utc)`: which offset holds at a moment? One bisection.
- `offset_of_local(local)`: which offset does a wall clock reading mean? Readings inside a gap or an
  overlap have no single answer; PostgreSQL takes the one that gives the later moment in UTC.

All times here are whole seconds since 2000-01-01; all offsets are seconds EAST of Greenwich. Names
are found without regard to case, and never reach the file system: they are looked up in the
package's own list first.
"""

import bisect
import functools
import struct
from importlib import resources
from typing import Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types.civil import UNIX_EPOCH_SECONDS, civil_from_days
from tsql.types.zone_rules import ZoneRules, ZoneType, parse_zone_rules
from tsql.zone_names import zone_names

NAME_LENGTH_MAX: Final = 255  # TZ_STRLEN_MAX
RULES_APPLIED_UNTIL: Final = 2100
_DAY_SECONDS = 86400


class Zone:
    """One time zone.

    Attributes:
        name: As PostgreSQL shows it.
        fixed_offset: The offset, if it never changes; else None.
    """

    __slots__ = ("_rules", "_times", "_types", "fixed_offset", "name")

    def __init__(
        self, name: str, times: list[int], types: list[ZoneType], rules: ZoneRules | None
    ) -> None:
        """Takes `types` one longer than `times`: types[i] holds before times[i]."""
        self.name = name
        self._times = times
        self._types = types
        self._rules = rules
        offsets = {zone_type.offset for zone_type in types}
        if rules is not None:
            offsets.add(rules.standard.offset)
            offsets.update(() if rules.daylight is None else (rules.daylight.offset,))
        self.fixed_offset = offsets.pop() if len(offsets) == 1 else None

    def at(self, utc: int) -> ZoneType:
        """Returns what holds at a moment."""
        times = self._times
        if self._rules is None or (times and utc < times[-1]):
            return self._types[bisect.bisect_right(times, utc)]
        year = civil_from_days(utc // _DAY_SECONDS)[0]
        current = self._rules.before(year - 1)
        for candidate in (year - 1, year, year + 1):
            for moment, _before, after in self._rules.transitions(candidate):
                if moment <= utc:
                    current = after
        return current

    def offset_of_local(self, local: int) -> int:
        """Returns the offset that a wall clock reading means."""
        if self.fixed_offset is not None:
            return self.fixed_offset
        found = self._next_transition(local - _DAY_SECONDS)
        if found is None:
            return self.at(local - _DAY_SECONDS).offset
        boundary, before, after = found
        by_before, by_after = local - before.offset, local - after.offset
        if by_before < boundary and by_after < boundary:
            return before.offset
        if by_before > boundary and by_after >= boundary:
            return after.offset
        return before.offset if by_before > by_after else after.offset

    def offset_of_abbreviation(self, abbreviation: str, utc: int) -> int | None:
        """Returns the offset that an abbreviation means in this zone: MSK was +3, then +4, then +3.

        The latest use at or before the moment counts, else the earliest after it; None if there
        is no use.
        """
        position = bisect.bisect_right(self._times, utc)
        for zone_type in (*reversed(self._types[: position + 1]), *self._types[position + 1 :]):
            if zone_type.abbreviation == abbreviation:
                return zone_type.offset
        return None

    def _next_transition(self, utc: int) -> tuple[int, ZoneType, ZoneType] | None:
        """Returns the first transition after a moment: (moment, type before, type after)."""
        times = self._times
        position = bisect.bisect_right(times, utc)
        if position < len(times):
            return times[position], self._types[position], self._types[position + 1]
        if self._rules is None:
            return None
        year = civil_from_days(utc // _DAY_SECONDS)[0]
        for candidate in (year - 1, year, year + 1):
            for transition in self._rules.transitions(candidate):
                if transition[0] > utc:
                    return transition
        return None


def _read_zone_file(name: str, content: bytes) -> Zone:
    """Returns the zone of an RFC 8536 file of version 2 or later.

    Its 64-bit second part and footer.
    """
    header = struct.Struct(">4s c 15x 6l")
    _, _, utc_count, wall_count, leap_count, time_count, type_count, char_count = (
        header.unpack_from(content)
    )
    start = header.size + time_count * 5 + type_count * 6 + char_count
    start += leap_count * 8 + wall_count + utc_count
    _, _, utc_count, wall_count, leap_count, time_count, type_count, char_count = (
        header.unpack_from(content, start)
    )
    start += header.size
    times = struct.unpack_from(f">{time_count}q", content, start)
    start += time_count * 8
    indices = content[start : start + time_count]
    start += time_count
    raw_types = [struct.unpack_from(">lBB", content, start + 6 * i) for i in range(type_count)]
    start += type_count * 6
    names = content[start : start + char_count]
    start += char_count + leap_count * 12 + wall_count + utc_count
    footer = content[start:].strip(b"\n").decode("ascii")
    types = [
        ZoneType(offset, bool(dst), names[at : names.index(0, at)].decode("ascii"))
        for offset, dst, at in raw_types
    ]
    rules = parse_zone_rules(footer) if footer else None
    moments = [time + UNIX_EPOCH_SECONDS for time in times]
    sequence = [types[0], *(types[index] for index in indices)]
    if rules is not None and moments:
        _apply_rules(rules, moments, sequence)
    return Zone(name, moments, sequence, rules)


def _apply_rules(rules: ZoneRules, moments: list[int], sequence: list[ZoneType]) -> None:
    """Adds the transitions of the coming decades, so that everyday times cost one bisection."""
    for year in range(civil_from_days(moments[-1] // _DAY_SECONDS)[0], RULES_APPLIED_UNTIL):
        for moment, _before, after in rules.transitions(year):
            if moment > moments[-1]:
                moments.append(moment)
                sequence.append(after)


UTC: Final = Zone("UTC", [], [ZoneType(0, False, "UTC")], None)


def find_zone(name: str) -> Zone | None:
    """Returns the zone of a name or POSIX string, or None."""
    return _load_zone(name) if len(name) <= NAME_LENGTH_MAX else None


@functools.lru_cache(maxsize=1024)
def _load_zone(name: str) -> Zone | None:
    if name == "UTC":
        return UTC
    known = zone_names().get(name.lower())
    if known is not None:
        file = resources.files("tzdata").joinpath("zoneinfo", *known.split("/"))
        return _read_zone_file(known, file.read_bytes())
    upper = name.upper()
    rules = parse_zone_rules(upper)
    if rules is None:
        return None
    return Zone(upper, [], [rules.standard], rules if rules.daylight else None)


@functools.lru_cache(maxsize=256)
def named_zone(name: str) -> Zone:
    """Returns the zone of a name, or raises 22023."""
    found = find_zone(name)
    if found is None:
        shown = name.encode()[:NAME_LENGTH_MAX].decode(errors="ignore")
        raise DatabaseError("22023", f'time zone "{shown}" not recognized')
    return found


def session_zone(env: Env) -> Zone:
    """Returns the zone of the session's TimeZone setting."""
    return named_zone(env.time_zone)
