"""The store on RocksDB keeps the contract, and what it has acknowledged outlives it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.embedded import OpenStore, open_store
from storage.kv.directory import DirectoryError
from tests.storage.kv.contract import ALL, StoreContract, key, putting, write
from tests.storage.kv.large_contract import LargeContract


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[OpenStore]:
    opened = await open_store(tmp_path / "data")
    yield opened
    await opened.close()


class TestRocksDbStore(StoreContract):
    pass


class TestRocksDbStoreWithLargeTransactions(LargeContract):
    pass


async def test_everything_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    first = await write(store, a="1")
    await store.point([key("b")], putting("b", b"2"))
    last_id = await store.coordinator.next_ids("table", 5)
    await store.close()
    store = await open_store(tmp_path)
    assert store.scan_now(*ALL, 10) == [(key("a"), b"1"), (key("b"), b"2")]
    assert await write(store, a="3") > first
    assert await store.coordinator.next_ids("table", 1) >= last_id + 5
    await store.close()


async def test_a_directory_serves_one_store_at_a_time(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    with pytest.raises(DirectoryError, match="in use by another server"):
        await open_store(tmp_path)
    await store.close()
    await (await open_store(tmp_path)).close()


async def test_a_newer_format_is_refused_and_nothing_touched(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    (tmp_path / "format").write_text("2\n")
    before = sorted((f, f.stat().st_mtime_ns) for f in (tmp_path / "store").iterdir())
    with pytest.raises(
        DirectoryError, match="has format 2, and this version knows formats up to 1"
    ):
        await open_store(tmp_path)
    assert sorted((f, f.stat().st_mtime_ns) for f in (tmp_path / "store").iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"\xb1\n", "\u00b2\n".encode(), b"-1", b"1" * 5000])
async def test_a_damaged_format_file_is_named(tmp_path: Path, content: bytes) -> None:
    await (await open_store(tmp_path)).close()
    (tmp_path / "format").write_bytes(content)
    with pytest.raises(DirectoryError, match="format is damaged"):
        await open_store(tmp_path)


async def test_data_without_a_format_file_is_refused(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    (tmp_path / "format").unlink()
    with pytest.raises(DirectoryError, match="format is missing"):
        await open_store(tmp_path)


async def test_what_a_start_cut_short_has_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    for name in ("lock", "synced-through", "synced-through.new", "format.new"):
        (tmp_path / name).touch()
    await (await open_store(tmp_path)).close()
    assert (tmp_path / "format").read_text() == "1\n"


async def test_an_unusable_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DirectoryError, match="cannot use data directory"):
        await open_store(tmp_path / "file")
