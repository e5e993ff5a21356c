"""Laws of date and time arithmetic, truncation and templates."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.types import Interval, TimeTz
from tests.tsql.functions.calls import AggregateRun
from tsql.env import Env
from tsql.functions.datetime_arithmetic import (
    add_interval,
    overlaps,
    timestamp_age,
    timestamp_mi,
    timestamp_pl_interval,
)
from tsql.functions.datetime_comparison import (
    interval_cmp,
    interval_hash,
    timetz_cmp,
    timetz_hash,
)
from tsql.functions.datetime_trunc import timestamp_bin, timestamp_trunc, timestamptz_trunc
from tsql.functions.formatting.date_output import timestamp_to_char
from tsql.functions.formatting.number_output import roman
from tsql.functions.formatting.template import TEMPLATE_LENGTH_MAX
from tsql.functions.formatting.to_date import to_timestamp
from tsql.functions.interval import (
    interval_div,
    interval_mul,
    interval_pl,
    interval_um,
    justify_days,
    justify_hours,
    justify_interval,
)
from tsql.types.civil import DAY, HOUR, SECOND
from tsql.types.timezones import named_zone

everyday = st.integers(-2000 * 365 * DAY, 5000 * 365 * DAY)
small = st.integers(-10_000, 10_000)
spans = st.builds(Interval, small, small, st.integers(-(10**15), 10**15))
timetzs = st.builds(TimeTz, st.integers(0, DAY), st.integers(-50_000, 50_000))
UNITS = [
    "microseconds",
    "milliseconds",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
]
UNITS += ["year", "decade", "century", "millennium"]
units = st.sampled_from(UNITS)


@given(everyday, everyday)
def test_difference_added_gives_the_other(a: int, b: int) -> None:
    difference = timestamp_mi(a, b)
    assert difference.months == 0
    assert timestamp_pl_interval(b, difference) == a


@given(everyday, everyday)
def test_age_has_one_sign_and_turns_around(a: int, b: int) -> None:
    age = timestamp_age(a, b)
    signs = {(part > 0) - (part < 0) for part in age} - {0}
    assert signs <= {1 if a > b else -1}


@given(spans, spans)
def test_sum_of_intervals_commutes_and_inverts(a: Interval, b: Interval) -> None:
    assert interval_pl(a, b) == interval_pl(b, a)
    assert interval_pl(a, interval_um(a)) == Interval(0, 0, 0)


@given(spans, st.integers(1, 1000))
def test_whole_factors_are_exact(a: Interval, factor: int) -> None:
    assume(abs(a.microseconds) < 2**53 // 1000)
    product = interval_mul(a, float(factor))
    assert product == Interval(a.months * factor, a.days * factor, a.microseconds * factor)
    assert interval_div(product, float(factor)).span() == a.span()


@given(spans)
def test_justifying_keeps_the_span(a: Interval) -> None:
    for justify in (justify_hours, justify_days, justify_interval):
        assert justify(a).span() == a.span()
    signs = {(part > 0) - (part < 0) for part in justify_interval(a)} - {0}
    assert len(signs) <= 1


@given(spans, spans)
def test_equal_intervals_have_equal_hashes(a: Interval, b: Interval) -> None:
    assert (interval_cmp(a, b) == 0) == (a.span() == b.span())
    same = Interval(0, 0, a.span())
    assert interval_cmp(a, same) == 0
    assert interval_hash(a) == interval_hash(same)


@given(timetzs, timetzs)
def test_times_with_zone_are_equal_only_in_both_parts(a: TimeTz, b: TimeTz) -> None:
    assert (timetz_cmp(a, b) == 0) == (a == b)
    assert timetz_cmp(a, b) == -timetz_cmp(b, a)
    assert timetz_hash(a) == timetz_hash(TimeTz(*a))


@given(units, everyday)
def test_truncation_goes_down_and_stays(unit: str, timestamp: int) -> None:
    truncated = timestamp_trunc(unit, timestamp)
    assert truncated <= timestamp
    assert timestamp_trunc(unit, truncated) == truncated


@given(units, everyday, st.sampled_from(["America/New_York", "Asia/Kolkata", "Europe/London"]))
def test_truncation_in_a_zone_stays(unit: str, moment: int, zone: str) -> None:
    env = Env(time_zone=zone)
    truncated = timestamptz_trunc(env, unit, moment)
    assert truncated <= moment
    # Clocks set back leave two midnights; an hour of drift is all that may come of it.
    assert abs(timestamptz_trunc(env, unit, truncated) - truncated) <= HOUR


@given(st.integers(1, 10**15), everyday, everyday)
def test_bins_are_counted_from_the_origin(width: int, timestamp: int, origin: int) -> None:
    start = timestamp_bin(Interval(0, 0, width), timestamp, origin)
    assert (start - origin) % width == 0
    assert start <= timestamp < start + width


@given(everyday, st.integers(-1000, 1000))
def test_days_keep_the_clock_and_hours_keep_the_moment(moment: int, count: int) -> None:
    zone = named_zone("Europe/Berlin")
    local = moment + zone.at(moment // SECOND).offset * SECOND
    later = add_interval(moment, Interval(0, count, 0), zone)
    shown = later + zone.at(later // SECOND).offset * SECOND
    # A reading in a gap is moved by the gap; zones of old had odd ones.
    assert abs(shown - (local + count * DAY)) <= HOUR
    assert add_interval(moment, Interval(0, 0, count * HOUR), zone) == moment + count * HOUR


@given(st.lists(everyday, min_size=4, max_size=4))
def test_overlap_is_symmetric(ends: list[int]) -> None:
    a, b, c, d = ends
    told = overlaps(lambda value: value, a, b, c, d)
    assert told == overlaps(lambda value: value, c, d, b, a)
    first, second = sorted((a, b)), sorted((c, d))
    if first[0] != second[0]:
        assert told == (first[0] < second[1] and second[0] < first[1])


@given(st.integers(-1990 * 365 * DAY, 7000 * 365 * DAY))
def test_a_full_template_reads_back(timestamp: int) -> None:
    template = "YYYY-MM-DD HH24:MI:SS.US BC"
    text = timestamp_to_char(timestamp, template)
    assert text is not None
    assert to_timestamp(Env(), text, template) == timestamp


def test_roman_numerals_are_all_different_and_read_as_numbers() -> None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    for number in range(1, 4000):
        digits = [values[letter] for letter in roman(number)]
        pairs = zip(digits, [*digits[1:], 0], strict=True)
        assert sum(-a if a < b else a for a, b in pairs) == number


def test_long_templates_are_refused() -> None:
    with pytest.raises(DatabaseError) as caught:
        timestamp_to_char(0, "Y" * (TEMPLATE_LENGTH_MAX + 1))
    assert caught.value.sqlstate == "54000"


def test_sum_and_average_of_intervals() -> None:
    rows = (("1 mon",), (None,), ("1 day 12:00",), ("-02:00",))
    assert AggregateRun("sum(interval)", ("interval",), rows, "interval").answer() == (
        "1 mon 1 day 10:00:00"
    )
    assert AggregateRun("avg(interval)", ("interval",), rows, "interval").answer() == (
        "10 days 11:20:00"
    )
    assert AggregateRun("avg(interval)", ("interval",), (), "interval").answer() is None


@pytest.mark.parametrize(
    ("template", "sqlstate"), [("YYYY", "22008"), ("J", "22008"), ("SS.US", "22008")]
)
def test_endless_digits_are_out_of_range(template: str, sqlstate: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        to_timestamp(Env(), "9" * 100_000, template)
    assert caught.value.sqlstate == sqlstate
