"""Old snapshots end when they cost too much."""

import gc

import pytest

from storage.errors import DatabaseError
from storage.kv.engine import EngineError, Fault
from storage.kv.memory_store import MemoryEngine
from storage.snapshots import (
    AGE_MAX_MS,
    PINNED_BYTES_MAX,
    Snapshot,
    SnapshotRegister,
    read_error,
)


def made(register: SnapshotRegister, timestamp: int, made_ms: int = 0) -> Snapshot:
    snapshot = Snapshot(MemoryEngine().snapshot(), timestamp, made_ms)
    register.add(snapshot)
    return snapshot


def test_the_oldest_is_the_one_with_the_lowest_timestamp_that_somebody_holds() -> None:
    register = SnapshotRegister()
    first, second, third = (made(register, timestamp) for timestamp in (1, 2, 3))
    assert register.oldest() is first
    del first
    gc.collect()
    assert register.oldest() is second
    assert register.count() == 2
    assert third.timestamp == 3


def test_one_at_a_time_ends_while_they_pin_too_much() -> None:
    register = SnapshotRegister()
    first, second, newest = (made(register, timestamp) for timestamp in (1, 2, 3))
    for expected in ((False, False), (True, False), (True, True), (True, True)):
        assert (first.has_ended, second.has_ended) == expected
        register.end_costly(newest, 0, PINNED_BYTES_MAX + 1)
    assert not newest.has_ended
    with pytest.raises(DatabaseError) as too_old:
        first.get(b"a")
    assert (too_old.value.sqlstate, too_old.value.message) == ("72000", "snapshot too old")
    with pytest.raises(DatabaseError):
        second.scan(b"a", b"b", 1)


def test_age_ends_them_all() -> None:
    register = SnapshotRegister()
    snapshots = [made(register, timestamp, made_ms=timestamp) for timestamp in (1, 2, 3)]
    register.end_costly(snapshots[2], AGE_MAX_MS + 2, 0)
    assert [snapshot.has_ended for snapshot in snapshots] == [True, True, False]


def test_damage_names_the_way_out() -> None:
    error = read_error(EngineError(Fault.CORRUPTION, "Corruption: block checksum mismatch"))
    assert error.sqlstate == "XX001"
    assert error.hint is not None
    assert "terrascale check" in error.hint
    assert read_error(EngineError(Fault.IO, "I/O")).sqlstate == "58030"
