"""`terrascale check` names what is damaged; salvage saves the rest."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from storage.check import check
from storage.embedded import open_store
from storage.kv import synced_through
from storage.kv.wal import logs_in
from tests.storage.kv.contract import ALL, key
from tests.storage.kv.test_verdict import SETTINGS, change, fill

ROWS = 400


@pytest.fixture
async def killed(tmp_path: Path) -> Path:
    """A directory with 300 rows in tables and 100 in a log, whose server was killed."""
    store = await open_store(tmp_path / "live", SETTINGS)
    for number in range(300):  # random, so that the middle of the file is data
        name, value = key(f"{number:06}"), os.urandom(4000)
        await store.point([name], lambda state, n=name, v=value: state.put(n, v))  # type: ignore[misc]  # bound at once
    await asyncio.get_running_loop().run_in_executor(None, store.committer.engine.flush)
    await fill(store, 100, first=300)
    shutil.copytree(tmp_path / "live", tmp_path / "killed")
    await store.close()
    return tmp_path / "killed"


async def row_count(directory: Path) -> int:
    store = await open_store(directory, SETTINGS)
    reader = store.begin()
    count = sum([len(entries) async for entries in reader.scan(*ALL)])
    await fill(store, 3, first=9000)  # and it goes on
    await store.close()
    return count


def files_in(directory: Path) -> dict[Path, bytes]:
    unimportant = {"rocksdict-config.json"}
    return {
        path: path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name not in unimportant
    }


def first_table(directory: Path) -> Path:
    return max((directory / "store").glob("*.sst"), key=lambda path: path.stat().st_size)


async def test_a_sound_store_is_sound_and_is_not_changed(killed: Path) -> None:
    before = files_in(killed)
    report = check(killed)
    assert report.is_sound
    assert report.lines == [f"Sound: {ROWS + 1} entries, {ROWS} batches."]
    assert files_in(killed) == before
    assert await row_count(killed) == ROWS


async def test_a_torn_tail_is_told_of_and_no_damage(killed: Path) -> None:
    with logs_in(killed / "store")[-1].open("ab") as log:
        log.write(b"torn")
    report = check(killed)
    assert report.is_sound
    assert "a torn tail, never acknowledged" in report.lines[0]


async def test_a_server_that_runs_is_left_alone(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    report = check(tmp_path)
    assert not report.is_sound
    assert "in use by another server" in report.lines[0]
    await store.close()


def test_what_is_no_data_directory_is_not_made_one(tmp_path: Path) -> None:
    report = check(tmp_path / "nothing")
    assert not report.is_sound
    assert "is not a data directory" in report.lines[0]
    assert not (tmp_path / "nothing").exists()


async def test_a_new_store_is_sound(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    assert check(tmp_path).is_sound


async def test_damage_in_a_table_is_named_and_takes_only_its_block(killed: Path) -> None:
    table = first_table(killed)
    middle = table.stat().st_size // 2
    change(table, lambda content: content.__setitem__(middle, content[middle] ^ 7))
    report = check(killed)
    assert not report.is_sound
    assert table.name in report.lines[0]
    assert "can't be read" in report.lines[0]
    assert "--salvage" in report.lines[-1]
    salvaged = check(killed, salvage=True)
    assert not salvaged.is_sound
    assert ROWS - 10 <= await row_count(killed) < ROWS
    assert check(killed).is_sound
    assert (killed / "damaged-1").is_dir()


async def test_damage_in_a_log_is_named_and_salvage_drops_what_lies_behind(killed: Path) -> None:
    log = logs_in(killed / "store")[-1]
    half = len(log.read_bytes().rstrip(b"\0")) // 2
    change(log, lambda content: content.__setitem__(half, content[half] ^ 7))
    report = check(killed)
    assert not report.is_sound
    assert str(log) in report.lines[0]
    salvaged = check(killed, salvage=True)
    assert any(f"{log.name}: " in line and "are dropped" in line for line in salvaged.lines)
    assert 300 <= await row_count(killed) < ROWS
    assert check(killed).is_sound


@pytest.mark.parametrize("pattern", ["CURRENT", "MANIFEST-*"])
async def test_salvage_without_current_or_manifest_saves_all(killed: Path, pattern: str) -> None:
    next((killed / "store").glob(pattern)).unlink()
    assert not check(killed).is_sound
    check(killed, salvage=True)
    assert await row_count(killed) == ROWS


async def test_salvage_without_a_table_saves_the_others(killed: Path) -> None:
    first_table(killed).unlink()
    assert not check(killed).is_sound
    check(killed, salvage=True)
    assert 100 <= await row_count(killed) < ROWS


async def test_salvage_without_synced_through_saves_all(killed: Path) -> None:
    (killed / synced_through.FILE_NAME).unlink()
    assert not check(killed).is_sound
    check(killed, salvage=True)
    assert await row_count(killed) == ROWS
