"""The bare store under SIGKILL: at random moments, and at each named crash point."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from storage.kv import synced_through
from tests.crash.planted_bugs import KillsAt
from tests.crash.power_cut import PowerCut
from tests.crash.store_process import open_for_test
from tests.crash.store_workload import Ledger, verify

ROOT = Path(__file__).parents[2]


def run_and_kill(
    directory: Path,
    ledger: Ledger,
    seed: int,
    *,
    kill_after: int | None = None,
    point: tuple[str, int] | None = None,
    environment: dict[str, str] | None = None,
) -> int:
    """Runs the workload until it dies; returns how many events it told of."""
    extra = [] if point is None else [point[0], str(point[1])]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.store_process", str(directory), str(seed), *extra],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
    assert process.stdout is not None
    count = 0
    with process, process.stdout:
        for line in process.stdout:
            if not line.endswith("\n"):
                break
            if line == "up\n":
                continue
            ledger.read(line)
            count += 1
            if count == kill_after:
                process.kill()
    assert process.returncode == -9, "the process ended by itself"
    return count


async def check(directory: Path, ledger: Ledger) -> None:
    store = await open_for_test(directory)
    await verify(store, ledger)
    await store.close()


def cycles(directory: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)
    ledger = Ledger()
    for cycle in range(count):
        run_and_kill(directory, ledger, seed + cycle, kill_after=chance.randint(100, 6000))
        asyncio.run(check(directory, ledger))
        assert ledger.acknowledged


def test_five_kills_at_random_moments(tmp_path: Path) -> None:
    cycles(tmp_path / "data", 5, seed=1)


@pytest.mark.slow
def test_fifty_kills_at_random_moments(tmp_path: Path) -> None:
    cycles(tmp_path / "data", 50, seed=2)


@pytest.mark.parametrize("point", KillsAt.POINTS)
def test_a_kill_at_each_crash_point(tmp_path: Path, point: str) -> None:
    ledger = Ledger()
    visits = 2 if "ingest" in point or "flush" in point else 100
    run_and_kill(tmp_path / "data", ledger, 3, point=(point, visits))
    asyncio.run(check(tmp_path / "data", ledger))
    # What was in flight may be there or not, but not more of it after another restart.
    asyncio.run(check(tmp_path / "data", ledger))


@pytest.mark.slow
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_a_power_cut_takes_back_nothing_acknowledged(
    tmp_path: Path, seed: int, strict: bool
) -> None:
    ledger = Ledger()
    cut = PowerCut(tmp_path / "data", tmp_path / "shim")
    run_and_kill(
        tmp_path / "data",
        ledger,
        seed,
        kill_after=random.Random(seed).randint(500, 8000),
        environment=cut.environment(),
    )
    cut.after_cut(tmp_path / "after", strict=strict)
    asyncio.run(check(tmp_path / "after", ledger))


@pytest.mark.slow
@pytest.mark.parametrize("at_sync", [*range(1, 12), *range(12, 400, 13)])
def test_a_power_cut_at_any_sync(tmp_path: Path, at_sync: int) -> None:
    """Also inside RocksDB's own flushes and ingests."""
    ledger = Ledger()
    cut = PowerCut(tmp_path / "data", tmp_path / "shim")
    run_and_kill(tmp_path / "data", ledger, at_sync, environment=cut.environment(at_sync=at_sync))
    cut.after_cut(tmp_path / "after", strict=bool(at_sync % 2))
    asyncio.run(check(tmp_path / "after", ledger))


@pytest.mark.slow
def test_acknowledging_before_the_sync_is_caught_by_a_power_cut(tmp_path: Path) -> None:
    ledger = Ledger()
    cut = PowerCut(tmp_path / "data", tmp_path / "shim")
    run_and_kill(
        tmp_path / "data",
        ledger,
        1,
        kill_after=2000,
        point=("acknowledges before the sync", 0),
        environment=cut.environment(),
    )
    cut.after_cut(tmp_path / "after", strict=False)
    # The verdict would refuse it at once; without its evidence the loss itself must show.
    synced_through.create(tmp_path / "after" / "synced-through", 0)
    with pytest.raises(AssertionError, match=r"(acknowledged|seen), and now"):
        asyncio.run(check(tmp_path / "after", ledger))
