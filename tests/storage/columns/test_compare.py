"""`terrascale check --columns` compares item by item."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from storage.columns import keeper_client
from tests.storage.columns.followed import Followed
from tests.storage.columns.test_keeper import row


@pytest.fixture
async def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with two segments, ended rows, and keys noted since."""
    monkeypatch.setattr(keeper_client, "CLOSE_SECONDS", 0.0)  # no flush at the end
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(500))
    await followed.build()
    await followed.put(row(number, 1) for number in range(400, 600))
    await followed.client.flush()
    await followed.put(row(number, 2) for number in range(10))
    await followed.delete([row(20)])
    await followed.close()
    return tmp_path


def check(path: Path) -> tuple[int, str]:
    arguments = ["check", "--columns", "--data-dir", str(path)]
    done = subprocess.run(
        [sys.executable, "-m", "terrascale", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


async def test_sound(stopped: Path) -> None:
    code, output = check(stopped)
    assert "Columns of storage 7 are sound: 589 items, 11 more to be read again." in output
    assert code == 0


async def test_a_row_too_many_and_one_missing(stopped: Path) -> None:
    (path,) = (stopped / "columns" / "7").glob("*.ends")
    ends = np.memmap(path, np.int64, "r+")
    dead = int(np.flatnonzero(ends)[-1])  # the keeper may have ended others since the flush
    ends[300], ends[dead] = ends[dead], 0
    ends.flush()
    code, output = check(stopped)
    assert "has no row" in output
    assert "has two rows" in output
    assert code == 1


async def test_a_segment_is_gone(stopped: Path) -> None:
    next((stopped / "columns" / "7").glob("*-built-*.arrow")).unlink()
    code, output = check(stopped)
    assert "can't be read, and are built anew" in output
    assert code == 1
    followed = await Followed.open(stopped)
    assert await followed.compare() == 599
    assert followed.reports
    await followed.close()
