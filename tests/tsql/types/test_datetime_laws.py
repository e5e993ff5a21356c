"""Laws of calendar, zones and texts: what is written reads back, in every style and zone."""

import datetime
import zoneinfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import tsql.types.interval  # noqa: F401 - registers
from storage.errors import DatabaseError
from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    Interval,
    TimeTz,
)
from tsql.env import Env
from tsql.types import oids
from tsql.types.civil import (
    DATE_END,
    DATE_MIN,
    DAY,
    EPOCH_ORDINAL,
    SECOND,
    TIMESTAMP_END,
    TIMESTAMP_MIN,
    UNIX_EPOCH_SECONDS,
    civil_from_days,
    days_from_civil,
    iso_year_and_week,
    truncated_divmod,
    weekday,
)
from tsql.types.datetimes import parse_timestamptz, round_timestamp
from tsql.types.io import input_of, output_of
from tsql.types.timezones import find_zone, named_zone
from tsql.types.zone_rules import parse_zone_rules
from tsql.zone_names import zone_names

days = st.integers(DATE_MIN, DATE_END - 1)
timestamps = st.integers(TIMESTAMP_MIN, TIMESTAMP_END - 1)
times = st.integers(0, DAY)
INT4 = st.integers(-(2**31), 2**31 - 1)
months = st.integers(-178956970 * 12, 178956970 * 12)
intervals = st.builds(Interval, months, INT4, st.integers(-(2**63) + 1, 2**63 - 1))
orders = st.sampled_from(["MDY", "DMY", "YMD"])
#: Style and order in which what is written reads back: German dates are DMY, SQL's never YMD.
styles = st.one_of(
    st.tuples(st.sampled_from(["SQL", "Postgres"]), st.sampled_from(["MDY", "DMY"])),
    st.tuples(st.just("ISO"), orders),
    st.just(("German", "DMY")),
)
interval_styles = st.sampled_from(["postgres", "postgres_verbose", "sql_standard", "iso_8601"])
steady_zones = st.sampled_from(["UTC", "Asia/Kolkata", "<-07>+07"])
zones = st.sampled_from(
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/Caracas",
    ]
)
recent = st.integers(-28 * 365 * 86400, 90 * 365 * 86400)


def round_trip(oid: int, value: object, env: Env) -> object:
    return input_of(oid)(output_of(oid)(value, env), -1, env)


@given(days)
def test_days_and_dates_convert_into_each_other(day: int) -> None:
    assert days_from_civil(*civil_from_days(day)) == day


@given(st.dates())
def test_calendar_agrees_with_pythons(date: datetime.date) -> None:
    day = date.toordinal() - EPOCH_ORDINAL
    assert civil_from_days(day) == (date.year, date.month, date.day)
    assert iso_year_and_week(day) == date.isocalendar()[:2]
    assert weekday(day) == date.isoweekday() % 7


@given(st.integers(), st.integers(1, 10**9))
def test_truncated_division_rounds_towards_zero(value: int, divisor: int) -> None:
    quotient, remainder = truncated_divmod(value, divisor)
    assert quotient * divisor + remainder == value
    assert abs(remainder) < divisor
    assert remainder == 0 or (remainder < 0) == (value < 0)


@given(st.one_of(days, st.sampled_from([DATE_INFINITY, DATE_MINUS_INFINITY])), styles)
def test_dates_read_back(day: int, style: tuple[str, str]) -> None:
    env = Env(date_style=style[0], date_order=style[1])
    assert round_trip(oids.DATE, day, env) == day


@given(
    st.one_of(timestamps, st.sampled_from([TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY])),
    styles,
)
def test_timestamps_read_back(timestamp: int, style: tuple[str, str]) -> None:
    env = Env(date_style=style[0], date_order=style[1])
    assert round_trip(oids.TIMESTAMP, timestamp, env) == timestamp


@given(timestamps, orders, st.one_of(steady_zones, zones))
def test_moments_read_back_in_iso(moment: int, order: str, zone: str) -> None:
    local = moment + named_zone(zone).at(moment // SECOND).offset * SECOND
    assume(TIMESTAMP_MIN <= local < TIMESTAMP_END)
    env = Env(date_order=order, time_zone=zone)
    assert round_trip(oids.TIMESTAMPTZ, moment, env) == moment


@given(recent, styles)
def test_moments_read_back_by_abbreviation(seconds: int, style: tuple[str, str]) -> None:
    env = Env(date_style=style[0], date_order=style[1], time_zone="America/New_York")
    assert round_trip(oids.TIMESTAMPTZ, seconds * SECOND, env) == seconds * SECOND


@given(times)
def test_times_read_back(time: int) -> None:
    assert round_trip(oids.TIME, time, Env()) == time


@given(times, st.integers(-15 * 3600 - 3599, 15 * 3600 + 3599))
def test_times_with_zone_read_back(time: int, zone: int) -> None:
    value = TimeTz(time, zone)
    assert round_trip(oids.TIMETZ, value, Env()) == value


@given(intervals, st.sampled_from(["postgres", "sql_standard", "iso_8601"]))
def test_intervals_read_back(value: Interval, style: str) -> None:
    # A float carries the fraction of an ISO number's seconds.
    if style == "iso_8601":
        assume(abs(value.microseconds) < 3600 * SECOND)
    assert round_trip(oids.INTERVAL, value, Env(interval_style=style)) == value


@given(timestamps, st.integers(0, 6))
def test_rounding_is_to_the_nearest_and_stays(timestamp: int, precision: int) -> None:
    rounded = round_timestamp(timestamp, precision)
    unit = 10 ** (6 - precision)
    assert rounded % unit == 0
    assert abs(rounded - timestamp) * 2 <= unit
    assert round_timestamp(rounded, precision) == rounded


# ---- zones -----------------------------------------------------------------------------------------


@given(recent, zones)
def test_offsets_agree_with_pythons(seconds: int, name: str) -> None:
    moment = datetime.datetime.fromtimestamp(seconds - UNIX_EPOCH_SECONDS, zoneinfo.ZoneInfo(name))
    offset = moment.utcoffset()
    assert offset is not None
    found = named_zone(name).at(seconds)
    assert (found.offset, found.abbreviation) == (offset.total_seconds(), moment.tzname())


@given(st.integers(-6 * 10**9, 10**10), zones)
def test_a_clock_reading_means_a_moment_that_shows_it(seconds: int, name: str) -> None:
    zone = named_zone(name)
    reading = seconds + zone.at(seconds).offset
    meant = reading - zone.offset_of_local(reading)
    # In an overlap the other moment with that reading may be meant, but it shows the same.
    assert meant + zone.at(meant).offset == reading


@given(st.integers(-6 * 10**9, 10**10))
def test_a_reading_in_a_gap_is_taken_by_the_offset_before(seconds: int) -> None:
    zone = named_zone("America/New_York")
    meant = seconds - zone.offset_of_local(seconds)
    shown = meant + zone.at(meant).offset
    assert shown == seconds or shown == seconds + 3600 or abs(shown - seconds) < 300


@pytest.mark.parametrize("name", ["../../etc/passwd", "Europe/../UTC", "", "no/such", "x" * 5000])
def test_unknown_zones_are_none(name: str) -> None:
    assert find_zone(name) is None


@pytest.mark.parametrize("name", ["europe/berlin", "EUROPE/BERLIN", "Europe/Berlin"])
def test_zone_names_ignore_case(name: str) -> None:
    found = find_zone(name)
    assert found is not None
    assert found.name == "Europe/Berlin"


def test_every_zone_can_be_read() -> None:
    for name in zone_names().values():
        zone = find_zone(name)
        assert zone is not None
        assert -16 * 3600 < zone.at(0).offset < 16 * 3600


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("EST5", True),
        ("EST5EDT", True),
        ("<+03>-3", True),
        ("A1B,J1,J365", True),
        ("A1B,M3.2.0/-1,M11.1.0/26:30", True),
        ("A1B,M13.1.0,M1.1.0", False),
        ("A1B,J0,J1", False),
        ("A1B,1", False),
        ("A168", False),
        ("A", False),
    ],
)
def test_posix_zones(text: str, is_known: bool) -> None:
    assert (parse_zone_rules(text) is not None) == is_known


@given(st.text(max_size=60))
def test_no_text_breaks_an_input(text: str) -> None:
    for oid in (oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.INTERVAL):
        try:
            input_of(oid)(text, -1, Env())
        except DatabaseError as error:
            assert error.sqlstate in {"22007", "22008", "22009", "22015", "22023"}  # noqa: PT017


@pytest.mark.parametrize("digits", ["9" * 100, "9" * 100_000])
def test_long_numbers_are_refused_quickly(digits: str) -> None:
    for text in (digits, f"{digits}-01-01", f"{digits}:00", f"2000-01-01 +{digits}", f"P{digits}Y"):
        for oid in (oids.DATE, oids.TIME, oids.TIMESTAMPTZ, oids.INTERVAL):
            with pytest.raises(DatabaseError):
                input_of(oid)(text, -1, Env())


def test_now_and_today_are_the_transactions() -> None:
    env = Env(transaction_timestamp=5 * DAY + 90 * 60 * SECOND, time_zone="America/New_York")
    assert parse_timestamptz("now", -1, env) == env.transaction_timestamp
    assert output_of(oids.DATE)(input_of(oids.DATE)("today", -1, env), env) == "2000-01-05"
    assert output_of(oids.DATE)(input_of(oids.DATE)("tomorrow", -1, env), env) == "2000-01-06"
    assert output_of(oids.TIME)(input_of(oids.TIME)("now", -1, env), env) == "20:30:00"
