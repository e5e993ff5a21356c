"""pg_timezone_names and pg_timezone_abbrevs: the views of the same names, row by row."""

from collections.abc import Iterator

from storage.types import Interval
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.functions.time_zone import zone_or_abbreviation
from tsql.types import zone_abbreviations
from tsql.types.civil import SECOND
from tsql.types.timezones import named_zone
from tsql.zone_names import zone_names


def _span(seconds: int) -> Interval:
    return Interval(0, 0, seconds * SECOND)


@implements("pg_timezone_names", env=True)
def pg_timezone_names(env: Env) -> Iterator[tuple[str, str, Interval, bool]]:
    """Yields name, abbreviation, offset and whether daylight saving is in force."""
    now = env.transaction_timestamp // SECOND
    for name in zone_names().values():
        current = named_zone(name).at(now)
        yield name, current.abbreviation, _span(current.offset), current.is_dst


@implements("pg_timezone_abbrevs", env=True)
def pg_timezone_abbrevs(env: Env) -> Iterator[tuple[str, Interval, bool]]:
    """Yields abbreviation, offset and whether it names daylight saving time."""
    now = env.transaction_timestamp // SECOND
    for name in sorted({*zone_abbreviations.FIXED, *zone_abbreviations.DYNAMIC}):
        current = zone_or_abbreviation(name).at(now)
        fixed = zone_abbreviations.FIXED.get(name)
        is_dst = current.is_dst if fixed is None else fixed[1]
        yield name.upper(), _span(current.offset), is_dst
