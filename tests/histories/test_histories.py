"""Random histories at each level show nothing that the level forbids; with a planted bug they do."""

import pytest

from storage.kv.store import Isolation
from tests.histories.graph import ABSENT, INITIAL, History, Record, ViolationError
from tests.histories.planted import BUGS
from tests.histories.workload import play, play_until_a_power_cut

#: Histories in one test: 2,000 in all.
BY_STORE, BY_SQL, CHUNKS = 660, 6, 4
#: The rarest bug shows in one history of twenty, and which one depends on the machine's pace.
BUG_SEEDS = 400


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("level", Isolation)
async def test_the_store_keeps_its_levels(level: Isolation, chunk: int) -> None:
    count = BY_STORE // CHUNKS
    committed = 0
    for seed in range(chunk * count, (chunk + 1) * count):
        history = await play(seed, level)
        committed += sum(record.is_committed for record in history.records)
    assert committed > count * 20  # they don't just all fail


@pytest.mark.parametrize("level", Isolation)
async def test_sessions_keep_their_levels(level: Isolation) -> None:
    for seed in range(BY_SQL + (level is not Isolation.READ_COMMITTED)):
        await play(seed, level, by_sql=True)


CUTS = 40


@pytest.mark.parametrize("level", Isolation)
async def test_power_cuts_leave_what_was_acknowledged(level: Isolation) -> None:
    in_flight = 0
    for seed in range(CUTS):
        history = await play_until_a_power_cut(seed, level)
        in_flight += sum(record.is_committing for record in history.records)
    assert in_flight > 0


@pytest.mark.slow
@pytest.mark.parametrize("level", Isolation)
async def test_many_power_cuts_leave_what_was_acknowledged(level: Isolation) -> None:
    for seed in range(CUTS, 3000):
        await play_until_a_power_cut(seed, level)


@pytest.mark.parametrize("name", BUGS)
async def test_a_planted_bug_shows(name: str) -> None:
    level, swap = BUGS[name]
    for seed in range(BUG_SEEDS):
        try:
            await play(seed, level, swap)
        except ViolationError:
            return
    pytest.fail(f"{BUG_SEEDS} histories show nothing")


def committed(number: int, reads: dict[int, int | None], writes: dict[int, int]) -> Record:
    """A transaction beside all others, which writes in the order of numbers."""
    record = Record(number, began=0, ended=1000, is_committed=True)
    record.reads = list(reads.items())
    record.writes = {key: [version] for key, version in writes.items()}
    record.written_at = dict.fromkeys(writes, number)
    return record


def history(*records: Record) -> History:
    found = History([0, 2])
    found.records = list(records)
    return found


@pytest.mark.parametrize("level", Isolation)
def test_write_skew_is_forbidden_at_serializable_only(level: Isolation) -> None:
    skew = history(
        committed(1, {0: INITIAL, 2: INITIAL}, {0: 10}),
        committed(2, {0: INITIAL, 2: INITIAL}, {2: 20}),
    )
    if level is not Isolation.SERIALIZABLE:
        skew.check(level)
        return
    with pytest.raises(ViolationError, match="G2"):
        skew.check(level)


def test_a_phantom_is_a_read_of_what_is_absent() -> None:
    with pytest.raises(ViolationError, match="G2"):
        history(committed(1, {1: ABSENT}, {3: 10}), committed(2, {3: ABSENT}, {1: 20})).check(
            Isolation.SERIALIZABLE
        )


@pytest.mark.parametrize("level", Isolation)
def test_a_lost_update_is_forbidden_from_repeatable_read_on(level: Isolation) -> None:
    lost = history(committed(1, {0: INITIAL}, {0: 10}), committed(2, {0: INITIAL}, {0: 20}))
    if level is Isolation.READ_COMMITTED:
        lost.check(level)
        return
    with pytest.raises(ViolationError, match="G"):
        lost.check(level)


def test_versions_that_were_never_committed() -> None:
    with pytest.raises(ViolationError, match="G1a"):
        history(committed(1, {0: 77}, {})).check(Isolation.READ_COMMITTED)


def test_what_is_acknowledged_comes_first() -> None:
    first, second = committed(1, {}, {0: 10}), committed(2, {0: INITIAL}, {2: 20})
    first.ended, second.began = 5, 6
    stale = history(first, second)
    stale.check(Isolation.READ_COMMITTED)
    with pytest.raises(ViolationError):
        stale.check(Isolation.REPEATABLE_READ)
