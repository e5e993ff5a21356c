"""What is left of a keeper that has died, or can't be started: no wrong answer, and no end of trying."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from storage.columns import keeper_client, kept_table
from storage.columns.feed import KeeperSettings
from storage.columns.followed_table import NotReadyError, Phase
from storage.columns.known_versions import Versions
from storage.columns.manifest import FORM
from storage.columns.reader import LIVE, Reader
from storage.disk import free_bytes
from storage.following import manifest_key, manifest_range, note_range
from tests.storage.columns.followed import Followed, spec_of
from tests.storage.columns.test_keeper import row


def row_count(followed: Followed, versions: Versions, reader: Reader) -> int:
    opened = reader.open_tables([spec_of(followed.table)], versions.tables)["t0"]
    if LIVE in opened.column_names:
        opened = opened.filter(opened[LIVE])
    return int(opened.num_rows)


async def kill(followed: Followed) -> None:
    """Kills the keeper; returns when another has the table ready."""
    assert followed.client.process_id is not None
    os.kill(followed.client.process_id, signal.SIGKILL)
    while followed.client.is_ready(followed.table.storage_id):
        await followed.put_point(row(0))
        await followed.delete([row(0)])
    await followed.client.wait_ready(followed.table.storage_id)


@pytest.mark.parametrize("deleted", [100, 700, 1999])
async def test_what_a_dead_keeper_answered_is_right_or_gone(tmp_path: Path, deleted: int) -> None:
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(2000))
    await followed.build()
    for number in range(deleted):
        await followed.delete([row(number)])
    storage_id = followed.table.storage_id
    versions = await followed.client.versions(
        [storage_id], followed.store.committer.newest.timestamp
    )
    await kill(followed)
    with contextlib.suppress(FileNotFoundError):
        # No query has looked at its files before: it has waited for its turn, say.
        assert row_count(followed, versions, Reader()) == 2000 - deleted
    versions.release()
    assert await followed.compare() == 2000 - deleted
    # Twice in a row, and after a start of the server.
    await kill(followed)
    assert await followed.compare() == 2000 - deleted
    await followed.close()
    followed = await Followed.open(tmp_path)
    assert await followed.compare() == 2000 - deleted
    await followed.close()


async def test_a_table_that_is_built_anew_has_files_of_its_own(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    client, storage_id = followed.client, followed.table.storage_id
    await followed.put(row(number) for number in range(10))
    await followed.build()
    reader = Reader()
    await followed.put(row(number) for number in range(10, 1800))
    before = await client.versions([storage_id], followed.store.committer.newest.timestamp)
    assert row_count(followed, before, reader) == 1800
    client._rebuild(client.tables[storage_id], "a test wants it")
    await client.wait_ready(storage_id)
    await followed.put(row(number) for number in range(1800, 3500))
    after = await client.versions([storage_id], followed.store.committer.newest.timestamp)
    assert row_count(followed, after, reader) == 3500
    assert row_count(followed, before, Reader()) == 1800
    before.release()
    after.release()
    await followed.compare()
    await followed.close()


async def test_a_server_that_dies_while_columns_are_given_up(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(100))
    await followed.build()
    await followed.client.flush()
    followed.client._failed(followed.table.storage_id, "a test wants it")
    # It comes before the manifest's end in the line of commits.
    await followed.put_point(row(100))
    assert not followed.client.is_ready(followed.table.storage_id)
    assert followed.client.process_id is not None
    os.kill(followed.client.process_id, signal.SIGKILL)
    followed.client._is_closed = True
    followed.store.abandon()
    followed.store.committer.engine.close()
    followed.store._close_files()
    followed = await Followed.open(tmp_path)
    if not followed.client.tables:
        await followed.build()
    assert await followed.compare() == 101
    await followed.close()


async def test_a_given_up_table_leaves_nothing_and_may_come_back(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    committer, storage_id = followed.store.committer, followed.table.storage_id
    await followed.put(row(number) for number in range(100))
    await followed.build()
    await followed.put_point(row(7, 1))
    followed.client._failed(storage_id, "a test wants it")
    assert committer.following.is_followed(storage_id)
    while committer.following.is_followed(storage_id):
        await followed.put_point(row(8, 1))
    assert committer.newest.get(manifest_key(storage_id)) is None
    assert not committer.newest.scan(*note_range(storage_id, -1, 1 << 62), limit=1)
    await followed.client._manifests.settled()
    await followed.build()
    assert await followed.compare() == 100
    await followed.close()


async def test_a_manifest_behind_the_end_of_its_table_is_not_kept(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    committer = followed.store.committer
    await followed.put(row(number) for number in range(100))
    await followed.build()
    await followed.put_point(row(7, 1))
    txn = followed.store.begin()
    txn.delete_range(followed.prefix, followed.prefix + b"\xff")
    dropping = asyncio.ensure_future(txn.commit())
    await asyncio.sleep(0)  # it waits in line, and the table is still followed
    written = asyncio.Event()
    manifest = followed.client._manifests
    (kept,) = manifest.all()
    manifest.keep(kept, written.set)
    await dropping
    await manifest.settled()
    assert not committer.newest.scan(*manifest_range(), limit=1)
    await followed.close()


async def test_a_manifest_without_rows_goes_at_the_start(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    storage_id = followed.table.storage_id
    await followed.build()
    await followed.client.flush()
    await followed.close()
    assert (tmp_path / "columns" / str(storage_id)).exists()
    followed = await Followed.open(tmp_path)
    await followed.client._manifests.settled()
    assert not followed.client.tables
    assert not (tmp_path / "columns" / str(storage_id)).exists()
    assert not followed.store.committer.newest.scan(*manifest_range(), limit=1)
    await followed.put(row(number) for number in range(10))
    await followed.build()
    assert await followed.compare() == 10
    await followed.close()


async def test_segments_of_another_form_are_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(100))
    await followed.build()
    await followed.client.flush()
    await followed.close()
    with monkeypatch.context() as another_version:
        another_version.setattr("storage.columns.keeper_client.FORM", FORM + 1)
        followed = await Followed.open(tmp_path)
        await followed.client._manifests.settled()
        assert not followed.store.committer.newest.scan(*manifest_range(), limit=1)
        assert not list((tmp_path / "columns").glob("*/*.arrow"))
    await followed.build()
    assert await followed.compare() == 100
    await followed.close()


@pytest.mark.parametrize("program", ["tests.storage.columns.no_such_module", None])
async def test_a_keeper_that_cannot_be_started_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None
) -> None:
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(100))
    await followed.build()
    await followed.close()
    monkeypatch.setattr(keeper_client, "RESTART_SECONDS", 0.001)
    monkeypatch.setattr(keeper_client, "RESTART_SECONDS_MAX", 0.001)
    monkeypatch.setattr(keeper_client, "STARTS_MAX", 3)
    if program is None:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-file"))
        program = "storage.columns.keeper"
    followed = await Followed.open(tmp_path, program=program)
    followed.client.begin(followed.table)
    with pytest.raises(NotReadyError, match="keeper"):
        await followed.client.wait_ready(followed.table.storage_id)
    assert "until the server is started again" in "".join(followed.reports)
    assert len(followed.reports) == 4  # two attempts more, the end of trying, the table
    # Nothing is noted any more, and nothing is left that a later start would believe.
    await followed.client._manifests.settled()
    assert not followed.store.committer.following.prefixes
    assert not followed.store.committer.newest.scan(*manifest_range(), limit=1)
    followed.client.begin(followed.table)
    with pytest.raises(NotReadyError):
        await followed.client.wait_ready(followed.table.storage_id)
    await followed.close()


async def test_builds_that_always_fail_come_to_an_end(tmp_path: Path) -> None:
    # A build that has made progress, and a table that has been ready, count all the same.
    floor = free_bytes(tmp_path) * 2
    followed = await Followed.open(tmp_path, settings=KeeperSettings(floor_bytes=floor))
    await followed.put(row(number) for number in range(100))
    followed.client.begin(followed.table)
    with pytest.raises(NotReadyError, match="its build ended"):
        await followed.client.wait_ready(followed.table.storage_id)
    assert len(followed.reports) == keeper_client.REBUILDS_MAX + 1
    assert not followed.client.is_worth_trying(followed.table.storage_id)
    await followed.close()


async def test_below_the_floor_nothing_is_flushed_and_everything_is_seen(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(1000))
    await followed.build()
    await followed.close()
    floor = free_bytes(tmp_path) * 2
    settings = KeeperSettings(flush_rows=10, floor_bytes=floor)
    followed = await Followed.open(tmp_path, settings=settings)
    for seed in range(1, 4):
        await followed.put(row(number, seed) for number in range(seed * 100, seed * 100 + 300))
        await followed.delete(row(number) for number in range(seed * 10, seed * 10 + 10))
        await followed.compare()
    (figures,) = await followed.client.figures()
    assert figures.delta_row_count == 900
    assert not followed.reports
    await followed.close()


async def test_what_is_noted_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_client, "NOTED_KEYS_MAX", 500)
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(300))
    await followed.build()
    assert followed.client.process_id is not None
    os.kill(followed.client.process_id, signal.SIGSTOP)
    seed = 0
    while followed.store.committer.following.prefixes:
        seed += 1
        await followed.put(row(number, seed) for number in range(100))
    assert seed < 12
    assert followed.client.tables[followed.table.storage_id].phase is Phase.FAILED
    os.kill(followed.client.process_id, signal.SIGCONT)
    await followed.client._manifests.settled()
    await followed.build()
    assert await followed.compare() == 300
    await followed.close()


async def test_a_build_that_takes_long_holds_little_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keeper has a bound of its own; beyond it the table catches up by notes."""
    followed = await Followed.open(tmp_path, program="tests.storage.columns.forgetful_keeper")
    await followed.put(row(number) for number in range(30_000))
    followed.client.begin(followed.table)
    seeds = random.Random(1)
    turn = 0
    while not followed.client.is_ready(followed.table.storage_id):
        turn += 1
        await followed.put(row(seeds.randrange(30_100), turn) for _ in range(20))
        await followed.delete([row(seeds.randrange(30_100))])
    await followed.compare()
    for _ in range(10):
        await followed.put(row(seeds.randrange(30_100), -turn) for _ in range(20))
        await followed.compare()
    assert not followed.reports
    assert kept_table.HELD_BACK_BYTES_MAX > 1 << 20
    await followed.close()


async def test_commits_of_which_only_notes_tell_are_seen(tmp_path: Path) -> None:
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(100))
    await followed.build()
    client, following = followed.client, followed.store.committer.following
    following.follower = None  # what a log brings back after a failed write is told to nobody
    await followed.put(row(number, 1) for number in range(50, 150))
    following.follower = client
    client.missed()
    assert not client.is_ready(followed.table.storage_id)
    await followed.put_point(row(200))
    assert await followed.compare() == 151
    await followed.close()
