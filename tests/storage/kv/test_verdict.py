"""Before opening: a torn tail is fine, and anything acknowledged that is missing is reported."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.check import check
from storage.disk import DiskSettings
from storage.embedded import OpenStore, StoreSettings, open_store
from storage.kv import synced_through
from storage.kv.batches import BATCH_KEY, BatchRecord, decode_record, encode_record
from storage.kv.rocksdb_store import RocksSettings
from storage.kv.verdict import DamageError, judge, judge_manifest
from storage.kv.wal import logs_in, walk
from tests.storage.kv.contract import ALL, key

#: Small logs, so that there are several.
SETTINGS = StoreSettings(
    rocks=RocksSettings(write_buffer_bytes=256 * 1024, log_bytes_max=64 << 20),
    disk=DiskSettings(floor_bytes=0, ballast_bytes=0),
)


async def fill(store: OpenStore, count: int, *, first: int = 0, size: int = 4000) -> None:
    for number in range(first, first + count):
        name = key(f"{number:06}")
        await store.point([name], lambda s, name=name: s.put(name, name * (size // 7)))  # type: ignore[misc]  # bound at once


def copied(source: Path, target: Path) -> Path:
    """Returns a copy as SIGKILL would leave it."""
    shutil.copytree(source, target)
    return target


@pytest.fixture
async def killed(tmp_path: Path) -> Path:
    """A directory with tables and logs, whose server was killed after 400 acknowledged writes."""
    store = await open_store(tmp_path / "live", SETTINGS)
    await fill(store, 300)
    await asyncio.get_running_loop().run_in_executor(None, store.committer.engine.flush)
    await fill(store, 100, first=300)
    directory = copied(tmp_path / "live", tmp_path / "killed")
    await store.close()
    return directory


async def rows_in(directory: Path) -> int:
    store = await open_store(directory, SETTINGS)
    reader = store.begin()
    count = sum([len(entries) async for entries in reader.scan(*ALL)])
    await store.close()
    return count


def last_log(directory: Path) -> Path:
    return logs_in(directory / "store")[-1]


def end_of_records(log: bytes | bytearray) -> int:
    """Returns where a log's records end and the zeros ahead of its end begin."""
    return len(log.rstrip(b"\0"))


def change(path: Path, edit: Callable[[bytearray], None]) -> None:
    content = bytearray(path.read_bytes())
    edit(content)
    path.write_bytes(content)


async def test_after_a_kill_everything_acknowledged_is_there(killed: Path) -> None:
    verdict = judge(killed / "store", killed / "synced-through")
    assert verdict.number == 400
    assert verdict.torn_log is None
    assert await rows_in(killed) == 400


@pytest.mark.parametrize("distance", [0, 1, 40_000, None], ids=str)
async def test_a_torn_tail_that_was_never_acknowledged_opens(
    killed: Path, distance: int | None
) -> None:
    """Behind the last record, or somewhere in the zeros that come after that, or behind them."""

    def tear(content: bytearray) -> None:
        end = len(content) if distance is None else end_of_records(content) + distance
        torn = b"\x12\x34\x56\x78\xff\x00\x01half of a record"
        content[end : end + len(torn)] = torn

    assert end_of_records(last_log(killed).read_bytes()) + 50_000 < last_log(killed).stat().st_size
    change(last_log(killed), tear)
    verdict = judge(killed / "store", killed / "synced-through")
    assert verdict.torn_log is not None
    assert await rows_in(killed) == 400


async def test_zeros_behind_the_last_record_are_no_damage(killed: Path) -> None:
    with last_log(killed).open("ab") as log:
        log.write(bytes(5000))
    assert judge(killed / "store", killed / "synced-through").torn_log is None
    assert await rows_in(killed) == 400


@pytest.mark.parametrize("lost", [3, 2000, 4000])
@pytest.mark.parametrize("is_cut", [True, False])
async def test_an_unacknowledged_batch_may_be_cut(killed: Path, lost: int, is_cut: bool) -> None:
    """It had been written and not synced: the file is as short as before, or has its zeros."""
    synced_through.create(killed / "synced-through", 399)

    def lose(content: bytearray) -> None:
        start = end_of_records(content) - lost
        if is_cut:
            del content[start:]
        else:
            content[start:] = bytes(len(content) - start)

    change(last_log(killed), lose)
    assert await rows_in(killed) == 399


async def test_any_page_of_an_unacknowledged_batch_may_be_lost(killed: Path) -> None:
    """Pages reach the disk in any order: zeros may lie before what was written later."""
    last = walk(last_log(killed)).batches[-1][0]
    synced_through.create(killed / "synced-through", 399)

    def lose(content: bytearray) -> None:
        content[last : last + 3000] = bytes(3000)

    change(last_log(killed), lose)
    assert await rows_in(killed) == 399


def flipped(position: float) -> Callable[[Path], None]:
    def damage(directory: Path) -> None:
        def flip(content: bytearray) -> None:
            end = end_of_records(content)
            content[min(int(end * position), end - 1)] ^= 4

        change(last_log(directory), flip)

    return damage


def cut(position: float) -> Callable[[Path], None]:
    def damage(directory: Path) -> None:
        def shorten(content: bytearray) -> None:
            del content[int(end_of_records(content) * position) :]

        change(last_log(directory), shorten)

    return damage


def zeroed(directory: Path) -> None:
    def zero(content: bytearray) -> None:
        end = end_of_records(content)
        content[end - 200 : end] = bytes(200)

    change(last_log(directory), zero)


def without_log(directory: Path) -> None:
    last_log(directory).unlink()


def with_wrong_length(directory: Path) -> None:
    """A length field in the last block: RocksDB itself takes the rest for a torn tail."""
    report = walk(last_log(directory))
    offset = report.batches[-5][0]
    change(last_log(directory), lambda content: content.__setitem__(offset + 5, 0x7F))


@pytest.mark.parametrize(
    "damage",
    [
        flipped(0.0),
        flipped(0.3),
        flipped(0.97),
        flipped(1.0),
        cut(0.0),
        cut(0.5),
        cut(0.999),
        zeroed,
        without_log,
        with_wrong_length,
    ],
    ids=[
        *("flip-first", "flip-middle", "flip-late", "flip-last"),
        *("cut-all", "cut-middle", "cut-last", "zeroed-tail", "removed", "wrong-length"),
    ],
)
async def test_damage_to_acknowledged_batches_is_refused_and_named(
    killed: Path, damage: Callable[[Path], None]
) -> None:
    log = last_log(killed)
    damage(killed)
    with pytest.raises(
        DamageError, match=r"were acknowledged and are missing.*--salvage"
    ) as refused:
        await open_store(killed, SETTINGS)
    assert refused.value.path in (log, killed / "store")


async def test_damage_is_seen_without_synced_through_by_what_lies_behind(killed: Path) -> None:
    synced_through.create(killed / "synced-through", 0)
    flipped(0.3)(killed)
    with pytest.raises(DamageError) as refused:
        await open_store(killed, SETTINGS)
    assert refused.value.path == last_log(killed)
    assert refused.value.offset is not None


async def test_a_shortened_manifest_is_refused(killed: Path) -> None:
    """RocksDB opens it without the newest tables, whose logs are gone."""
    (manifest,) = (killed / "store").glob("MANIFEST-*")
    change(manifest, lambda content: content.__delitem__(slice(len(content) // 2, None)))
    with pytest.raises(DamageError):
        await open_store(killed, SETTINGS)


def manifest_problem(directory: Path) -> Path | None:
    """Returns the file that is named, if any is."""
    try:
        judge_manifest(directory / "store")
    except DamageError as error:
        return error.path
    return None


def test_a_flipped_bit_anywhere_in_the_manifest_is_named(killed: Path) -> None:
    """RocksDB reads for ever where the bit is one of a record's type."""
    (manifest,) = (killed / "store").glob("MANIFEST-*")
    content = manifest.read_bytes()
    unnamed = 0
    for offset in range(len(content)):
        flipped_content = bytearray(content)
        flipped_content[offset] ^= 1 << offset % 8
        manifest.write_bytes(flipped_content)
        if manifest_problem(killed) is None:
            unnamed += 1
            with contextlib.suppress(DamageError):
                judge(killed / "store", killed / "synced-through")
    # The length of the last record alone can look like a cut; RocksDB has come back from it.
    assert unnamed <= 2
    manifest.write_bytes(content)
    judge(killed / "store", killed / "synced-through")


def test_a_type_that_hangs_rocksdb_is_salvaged(killed: Path) -> None:
    (manifest,) = (killed / "store").glob("MANIFEST-*")
    content = bytearray(manifest.read_bytes())
    second = 7 + int.from_bytes(content[4:6], "little")
    content[second + 6] ^= 4
    manifest.write_bytes(content)
    assert not check(killed).is_sound
    report = check(killed, salvage=True)
    assert f"{manifest.name}: a record is damaged" in "\n".join(report.lines)
    assert check(killed).is_sound


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-*", "*.sst"])
async def test_missing_files_are_refused(killed: Path, name: str) -> None:
    next((killed / "store").glob(name)).unlink()
    with pytest.raises(DamageError):
        await open_store(killed, SETTINGS)


@pytest.mark.parametrize("content", [b"", bytes(8192), b"x" * 8192])
async def test_a_damaged_synced_through_is_refused(killed: Path, content: bytes) -> None:
    (killed / "synced-through").write_bytes(content)
    with pytest.raises(DamageError, match="neither of its two numbers is whole"):
        await open_store(killed, SETTINGS)


async def test_a_missing_synced_through_is_refused(killed: Path) -> None:
    (killed / "synced-through").unlink()
    with pytest.raises(DamageError, match="the file is missing"):
        await open_store(killed, SETTINGS)


async def test_one_torn_slot_of_synced_through_is_survived(killed: Path) -> None:
    def tear(content: bytearray) -> None:
        content[4] ^= 1

    change(killed / "synced-through", tear)
    assert await rows_in(killed) == 400


async def test_a_log_that_outlived_its_recovery_is_no_damage(killed: Path, tmp_path: Path) -> None:
    torn = last_log(killed)
    with torn.open("ab") as log:
        log.write(b"torn")
    old = torn.read_bytes()
    store = await open_store(killed, SETTINGS)
    await fill(store, 5, first=5000)
    again = copied(killed, tmp_path / "again")
    await store.close()
    (again / "store" / torn.name).write_bytes(old)
    assert await rows_in(again) == 405


def test_a_record_goes_round() -> None:
    record = BatchRecord(7, 5, 1 << 60)
    assert decode_record(encode_record(record)) == record
    assert decode_record(None) == BatchRecord(0, 0, 0)
    assert BATCH_KEY == b"\x00b"
    assert encode_record(record).hex() == "000000000000000700000000000000051000000000000000"


async def test_batches_are_found_in_a_log_whatever_their_size(tmp_path: Path) -> None:
    """Batches larger than a block are cut into fragments, also inside the record."""
    store = await open_store(tmp_path / "live")
    for size in (10, 40_000, 32_700, 200_000, 7, 32_768 * 3, 32_640, 100):
        await fill(store, 1, size=size)
    copy = copied(tmp_path / "live", tmp_path / "copy")
    await store.close()
    numbers = [record.number for log in logs_in(copy / "store") for _, record in walk(log).batches]
    assert numbers == list(range(1, 9))
