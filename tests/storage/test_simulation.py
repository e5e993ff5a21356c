"""Promises kept over power cuts at any moment; and bugs on purpose that must be caught."""

from collections.abc import Callable

import pytest

from storage.kv.engine import Engine
from tests.crash.planted_bugs import (
    AcknowledgesBeforeTheSync,
    DropsAnIndexEntry,
    LosesASpilledFile,
    ShowsUnsyncedState,
    SkipsTheLock,
)
from tests.storage.simulation import simulate

SEEDS = 25


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_power_cuts_at_any_moment_break_no_promise(seed: int) -> None:
    await simulate(seed)


@pytest.mark.parametrize("seed", range(3))
async def test_large_transactions_survive_power_cuts(seed: int) -> None:
    await simulate(seed, large=1)


@pytest.mark.parametrize("bug", [AcknowledgesBeforeTheSync, ShowsUnsyncedState, DropsAnIndexEntry])
async def test_a_planted_bug_is_caught(bug: Callable[[Engine], Engine]) -> None:
    with pytest.raises(AssertionError):
        for seed in range(SEEDS):
            await simulate(seed, wrap=bug)


async def test_a_skipped_lock_is_caught() -> None:
    with pytest.raises(AssertionError, match="given twice"):
        for seed in range(SEEDS):
            await simulate(seed, make_locks=SkipsTheLock)


async def test_a_lost_spilled_file_is_caught() -> None:
    with pytest.raises(AssertionError):
        for seed in range(SEEDS):
            await simulate(seed, wrap=LosesASpilledFile, large=1)
