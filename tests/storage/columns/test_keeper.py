"""The keeper follows the commits: what it has is what the store has, as of every commit."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from storage.columns import keeper_client
from storage.items import Row
from storage.kv.rocksdb_store import RocksEngine
from storage.types import Kind
from tests.storage.columns.followed import Followed

CITIES = ("Bonn", "Lyon", "Graz", "Zürich", "")


def row(number: int, seed: int = 0) -> Row:
    numbers = random.Random(f"{number} {seed}")
    return (
        number,
        numbers.choice([*CITIES, None]),
        Decimal(numbers.randrange(-(10**6), 10**6)).scaleb(-2),
        numbers.choice([numbers.random(), float(number), None]),
    )


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[Followed]:
    opened = await Followed.open(tmp_path)
    yield opened
    await opened.close()


async def test_what_was_there_is_built(followed: Followed) -> None:
    await followed.put(row(number) for number in range(1000))
    await followed.build()
    assert await followed.compare() == 1000


async def test_an_empty_table(followed: Followed) -> None:
    await followed.build()
    assert await followed.compare() == 0
    assert (await followed.columns(followed.store.committer.newest.timestamp)).num_columns == 4


async def test_every_commit_is_seen_at_once(followed: Followed) -> None:
    await followed.put(row(number) for number in range(100))
    await followed.build()
    for number in range(90, 130):
        await followed.put_point(row(number, 1))
        assert await followed.compare() == max(100, number + 1)
    await followed.delete(row(number) for number in range(50, 120))
    assert await followed.compare() == 60


async def test_older_snapshots_see_what_was(followed: Followed) -> None:
    await followed.put(row(number) for number in range(200))
    await followed.build()
    snapshots = [followed.store.committer.newest]
    for seed in range(1, 8):
        await followed.put(row(number, seed) for number in range(0, 200, seed))
        await followed.delete([row(seed * 7)])
        snapshots.append(followed.store.committer.newest)
    for snapshot in snapshots:
        await followed.compare(snapshot)
    await followed.client.flush()
    for snapshot in snapshots:
        await followed.compare(snapshot)


async def test_a_large_transaction(followed: Followed) -> None:
    await followed.put(row(number) for number in range(3000))
    await followed.build()
    await followed.put(row(number, 1) for number in range(1000, 9000))
    assert await followed.compare() == 9000
    await followed.delete(row(number) for number in range(500, 7000))
    assert await followed.compare() == 2500


async def test_flushes_and_merges(followed: Followed) -> None:
    await followed.build()
    for seed in range(10):
        await followed.put(row(number, seed) for number in range(seed * 50, seed * 50 + 300))
        await followed.client.flush()
        await followed.compare()
    (figures,) = await followed.client.figures()
    assert figures.delta_row_count == 0
    assert len(figures.segments) < 10


@pytest.mark.parametrize("seconds", [0.0, 60.0])
async def test_a_new_start_goes_on_from_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(keeper_client, "CLOSE_SECONDS", seconds)
    followed = await Followed.open(tmp_path)
    await followed.put(row(number) for number in range(1000))
    await followed.build()
    await followed.put(row(number, 1) for number in range(500, 1500))
    await followed.client.flush()
    await followed.put(row(number, 2) for number in range(700, 800))
    await followed.delete(row(number) for number in range(10))
    await followed.close()
    followed = await Followed.open(tmp_path)
    assert followed.client.tables
    assert await followed.compare() == 1490
    await followed.close()


async def test_many_dead_rows_among_others(followed: Followed) -> None:
    await followed.put(row(number) for number in range(5000))
    await followed.build()
    before = followed.store.committer.newest
    for seed in range(1, 4):
        chosen = random.Random(seed).sample(range(5000), 700)
        await followed.put(row(number, seed) for number in chosen)
        await followed.delete(row(number) for number in chosen[:50])
        await followed.compare()
    await followed.compare(before)


async def test_a_column_that_was_added_later(followed: Followed) -> None:
    await followed.put(row(number) for number in range(100))
    await followed.build()
    wider = followed.wider(("note", Kind.TEXT), ("day", Kind.DATE), ("left", Kind.DECIMAL))
    rows = [(*row(number), f"note {number}", number, Decimal(number)) for number in range(50, 150)]
    await wider.put(rows)
    assert await wider.compare() == 150
    await wider.put([(*row(200), None, None, None)])
    assert await wider.compare() == 151
    await wider.put(rows[:10])
    assert await wider.compare() == 151
    await followed.client.flush()
    assert await wider.compare() == 151


async def test_a_delta_of_dead_rows_alone_is_flushed(followed: Followed) -> None:
    await followed.put(row(number) for number in range(10))
    await followed.build()
    await followed.put(row(number, 1) for number in range(10))
    await followed.delete(row(number) for number in range(10))
    await followed.put_point(row(11))
    await followed.delete([row(11)])
    await followed.compare()
    await followed.client.flush()
    assert await followed.compare() == 0
    assert not followed.reports


async def test_news_between_a_checkpoint_and_its_build_are_kept(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, is_made, may_go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    checkpoint = RocksEngine.checkpoint

    def slow(engine: RocksEngine, path: Path) -> None:
        checkpoint(engine, path)
        loop.call_soon_threadsafe(is_made.set)
        may_go_on.wait()

    monkeypatch.setattr(RocksEngine, "checkpoint", slow)
    await followed.put(row(number) for number in range(100))
    followed.client.begin(followed.table)
    await is_made.wait()
    await followed.put_point(row(200))
    await followed.delete([row(7)])
    await followed.client.flush()  # the keeper has heard of them
    may_go_on.set()
    assert await followed.compare() == 100
