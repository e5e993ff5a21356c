"""Commit timestamps never go back."""

from hypothesis import given
from hypothesis import strategies as st

from storage.clock import COUNTER_BITS, ManualClock, SystemClock, TimestampSource, milliseconds_of
from storage.items import SPILL_BIT


def test_a_timestamp_holds_milliseconds_and_a_counter() -> None:
    clock = ManualClock(1_700_000_000_123)
    source = TimestampSource(clock)
    first, second = source.next(), source.next()
    assert milliseconds_of(first) == milliseconds_of(second) == 1_700_000_000_123
    assert second == first + 1
    clock.time_ms += 1
    assert source.next() == (1_700_000_000_124 << COUNTER_BITS)


@given(st.lists(st.integers(0, 2**47 - 2)), st.integers(0, 2**62))
def test_timestamps_grow_whatever_the_clock_does(times: list[int], floor: int) -> None:
    clock = ManualClock()
    source = TimestampSource(clock, floor)
    last = floor
    for time_ms in times:
        clock.time_ms = time_ms
        timestamp = source.next()
        assert last < timestamp < SPILL_BIT
        last = timestamp


def test_the_system_clock_tells_milliseconds() -> None:
    assert SystemClock().now_ms() > 1_700_000_000_000
