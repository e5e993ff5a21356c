"""Answers of the keeper's that are kept: never longer than they hold."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from storage.columns import known_versions
from storage.columns.known_versions import KnownVersions, Versions
from storage.columns.messages import TableVersion
from storage.items import Row
from tests.storage.columns.followed import Followed


def row(number: int, seed: int = 0) -> Row:
    return number, f"city {seed}", Decimal(number), float(seed)


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[Followed]:
    opened = await Followed.open(tmp_path)
    yield opened
    await opened.close()


async def known(followed: Followed) -> Versions:
    timestamp = followed.store.committer.newest.timestamp
    versions = await followed.client.known_versions([followed.table.storage_id], timestamp)
    versions.release()
    return versions


async def test_an_answer_holds_until_something_is_committed(followed: Followed) -> None:
    await followed.put(row(number) for number in range(100))
    await followed.build()
    first = await known(followed)
    assert (await known(followed)).tables is first.tables
    await followed.put_point(row(200))
    second = await known(followed)
    assert second.tables is not first.tables
    assert (await known(followed)).tables is second.tables
    await followed.client.flush()
    third = await known(followed)
    assert third.tables is not second.tables
    assert third.tables[0].delta_row_count == 0


async def test_every_query_sees_what_was_committed_before(followed: Followed) -> None:
    await followed.put(row(number) for number in range(300))
    await followed.build()
    source = random.Random(1)
    snapshots = [followed.store.committer.newest]
    for seed in range(40):
        match source.randrange(5):
            case 0:
                await followed.put_point(row(source.randrange(400), seed))
            case 1:
                await followed.delete([row(source.randrange(300))])
            case 2:
                await followed.client.flush()
            case 3:
                await followed.compare(source.choice(snapshots[-3:]))
            case _:
                pass
        snapshots.append(followed.store.committer.newest)
        # All at once: some ask, some have what others have asked for.
        await asyncio.gather(*[followed.compare() for _ in range(3)])


async def test_an_answer_goes_with_its_keeper(followed: Followed) -> None:
    await followed.put(row(number) for number in range(100))
    await followed.build()
    first = await known(followed)
    assert followed.client.process_id is not None
    os.kill(followed.client.process_id, signal.SIGKILL)
    while followed.client.is_ready(followed.table.storage_id):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    await followed.client.wait_ready(followed.table.storage_id)
    assert (await known(followed)).tables is not first.tables
    assert await followed.compare() == 100


async def test_an_answer_is_given_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[str] = []
    versions = Versions([TableVersion(1, 5, 0, 0, 0)], lambda: released.append("x"))
    held = KnownVersions()
    # As of an older commit than one that has been told of.
    held.told(6)
    assert held.keep([1], 5, versions, held.change_count) is versions
    # Something has come in between.
    before = held.change_count
    held.forget()
    assert held.keep([1], 7, versions, before) is versions
    assert held.get([1], 9) is None
    used = held.keep([1], 7, versions, held.change_count)
    assert held.get([1], 6) is None
    other = held.get([1], 8)
    assert other is not None
    held.told(9)
    assert held.get([1], 9) is None
    used.release()
    assert not released
    other.release()
    assert released == ["x"]
    # Nobody asks any more.
    monkeypatch.setattr(known_versions, "KEPT_SECONDS", 0.0)
    over = asyncio.get_running_loop().create_future()
    last = Versions([], lambda: over.set_result(None))
    held.keep([1], 9, last, held.change_count).release()
    await over
