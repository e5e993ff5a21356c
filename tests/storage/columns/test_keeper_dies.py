"""The keeper dies, at every step: what it has afterwards is what the store has."""

import asyncio
import itertools
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from storage.columns import keeper_client
from storage.columns.feed import KeeperSettings
from storage.columns.followed_table import NotReadyError
from tests.storage.columns.followed import Followed
from tests.storage.columns.test_keeper import row

EAGER = KeeperSettings(flush_rows=150)
PROGRAM = "tests.storage.columns.dying_keeper"


async def work(followed: Followed, seed: int) -> None:
    """Writes some, looks at the columns in between, wherever they can be seen."""
    numbers = random.Random(seed)
    for turn in range(6):
        chosen = [row(numbers.randrange(500), seed * 10 + turn) for _ in range(60)]
        if turn == 4:
            chosen = [row(number, seed * 10 + turn) for number in range(100, 2400)]
        await followed.put(chosen)
        await followed.delete(row(numbers.randrange(500)) for _ in range(10))
        try:
            await followed.client.flush()
            await followed.compare()
        except NotReadyError:
            continue


def steps(path: Path) -> int:
    return int((path / "steps").read_text())


async def test_a_life_without_deaths_is_right(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path, settings=EAGER, program=PROGRAM)
    await followed.put(row(number) for number in range(300))
    await followed.build()
    await work(followed, 1)
    assert steps(tmp_path) > 60
    await followed.compare()
    await followed.close()


@pytest.mark.parametrize(
    "first", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 12))]
)
async def test_it_dies_at_a_step(tmp_path: Path, first: int) -> None:
    followed = await Followed.open(tmp_path, settings=EAGER, program=PROGRAM)
    await followed.put(row(number) for number in range(300))
    await followed.build()
    distances = random.Random(first)
    for seed in itertools.count(1):
        # Soon again after each death: also while it catches up from the last one.
        (tmp_path / "die-at").write_text(str(steps(tmp_path) + distances.randrange(1, 30)))
        await work(followed, seed)
        await followed.compare()
        if len(followed.reports) >= 5:
            break
    await followed.close()
    (tmp_path / "die-at").unlink()
    followed = await Followed.open(tmp_path, settings=EAGER, program=PROGRAM)
    await followed.compare()
    await followed.close()


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 12))]
)
async def test_the_server_dies(tmp_path: Path, seed: int) -> None:
    numbers = random.Random(seed)
    for life in range(4):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.storage.columns.writing_server",
            str(tmp_path),
            str(seed * 100 + life),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        for _ in range(numbers.randrange(1, 25)):
            assert await process.stdout.readline()
        process.kill()
        await process.wait()
        followed = await Followed.open(tmp_path, settings=EAGER)
        if followed.client.tables:
            await followed.compare()
        else:
            # It died before the first build was done.
            await followed.build()
        await followed.close()


async def test_a_stopped_keeper_makes_nobody_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_client, "BEHIND_BYTES", 100_000)
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(300))
    await followed.build()
    assert followed.client.process_id is not None
    os.kill(followed.client.process_id, signal.SIGSTOP)
    turn = 0
    while followed.client.is_ready(followed.table.storage_id):
        turn += 1
        await followed.put(row(number, turn) for number in range(1500))
    await followed.put(row(number, 1000) for number in range(100, 400))
    await followed.delete([row(7)])
    os.kill(followed.client.process_id, signal.SIGCONT)
    await followed.put(row(number, 1001) for number in range(390, 410))
    assert await followed.compare() == 1499
    assert not followed.reports
    await followed.close()
