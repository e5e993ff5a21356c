"""Zeros ahead of the log's end: RocksDB writes over them, and they come after all it has written."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.kv.batches import BATCH_KEY, BatchRecord, encode_record
from storage.kv.log_room import BATCH_BYTES_MAX, PIECE_BYTES
from storage.kv.rocksdb_store import RocksEngine, RocksSettings
from storage.kv.wal import logs_in, walk


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RocksEngine]:
    engine = RocksEngine(tmp_path / "engine", RocksSettings())
    yield engine
    engine.close()


def copy_while_open(directory: Path, copy: Path) -> None:
    """Copies a store's files; what RocksDB deletes meanwhile (its MANIFEST of before) isn't needed."""

    def copy_if_there(source: str, target: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(source, target)

    shutil.copytree(directory, copy, copy_function=copy_if_there)


def log_of(engine_path: Path) -> Path:
    return logs_in(engine_path)[-1]


def write(engine: RocksEngine, number: int, size: int = 300) -> None:
    record = (BATCH_KEY, encode_record(BatchRecord(number, number - 1, number)))
    engine.write(record, (), [(b"%06d" % number, b"v" * size)])


def numbers_in(log: Path) -> list[int]:
    report = walk(log)
    assert report.broken_at is None
    return [record.number for _, record in report.batches]


def test_batches_are_written_over_the_zeros(engine: RocksEngine, tmp_path: Path) -> None:
    """RocksDB appends at its own place: were it at the file's end, there would be gaps of zeros."""
    log = log_of(tmp_path / "engine")
    sizes = set()
    for number in range(1, 2001):
        write(engine, number)
        sizes.add(log.stat().st_size)
    assert len(sizes) == 3  # 700 KB of records
    assert numbers_in(log) == list(range(1, 2001))
    content = log.read_bytes()
    assert len(content) - len(content.rstrip(b"\0")) <= PIECE_BYTES
    assert content.rstrip(b"\0").count(bytes(64)) == 0


def test_batches_of_all_sizes_follow_each_other(engine: RocksEngine, tmp_path: Path) -> None:
    sizes = [10, BATCH_BYTES_MAX * 2, 5, 700_000, 40, 100, 32_700, 3]
    for number, size in enumerate(sizes, start=1):
        write(engine, number, size)
    log = log_of(tmp_path / "engine")
    assert numbers_in(log) == list(range(1, 9))
    assert log.read_bytes().rstrip(b"\0").count(bytes(64)) == 0


def test_large_batches_make_no_room(engine: RocksEngine, tmp_path: Path) -> None:
    write(engine, 1, BATCH_BYTES_MAX * 2)
    assert log_of(tmp_path / "engine").stat().st_size < BATCH_BYTES_MAX * 3


def test_a_kill_leaves_zeros_that_the_opening_takes_for_the_end(
    engine: RocksEngine, tmp_path: Path
) -> None:
    for number in range(1, 101):
        write(engine, number)
    copy = tmp_path / "copy"
    copy_while_open(tmp_path / "engine", copy)
    recovered = RocksEngine(copy, RocksSettings())
    assert [recovered.get(b"%06d" % number) for number in (1, 50, 100)] == [b"v" * 300] * 3
    recovered.close()


def test_zeros_in_an_older_log_are_its_end(engine: RocksEngine, tmp_path: Path) -> None:
    """A kill between two logs: RocksDB goes on with the next one."""
    write(engine, 1)
    old = log_of(tmp_path / "engine")
    content = old.read_bytes()
    copy = tmp_path / "copy"
    copy_while_open(tmp_path / "engine", copy)
    engine.flush()
    write(engine, 2)
    newer = log_of(tmp_path / "engine")
    assert newer != old
    # The MANIFEST of before the flush, and both logs.
    (copy / newer.name).write_bytes(newer.read_bytes())
    assert (copy / old.name).read_bytes() == content
    recovered = RocksEngine(copy, RocksSettings())
    assert recovered.get(b"000001") == recovered.get(b"000002") == b"v" * 300
    recovered.close()


def test_another_log_cuts_the_zeros_off(tmp_path: Path) -> None:
    engine = RocksEngine(tmp_path / "engine", RocksSettings())
    write(engine, 1)
    old = log_of(tmp_path / "engine")
    assert old.stat().st_size >= PIECE_BYTES
    kept = tmp_path / "kept"
    os.link(old, kept)
    engine.flush()
    engine.close()
    assert 0 < kept.stat().st_size < 1000
    assert numbers_in(kept) == [1]


def test_a_checkpoint_of_a_log_with_zeros_opens(engine: RocksEngine, tmp_path: Path) -> None:
    write(engine, 1)
    engine.checkpoint(tmp_path / "checkpoint")
    write(engine, 2)
    copy = RocksEngine(tmp_path / "checkpoint", RocksSettings())
    assert copy.get(b"000001") == b"v" * 300
    assert copy.get(b"000002") is None
    copy.close()


def test_a_disk_without_room_for_zeros_fails_no_write(
    engine: RocksEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.kv.log_room.os.open", fail)
    for number in range(1, 2001):
        write(engine, number)
    engine.sync()
    monkeypatch.undo()
    log = log_of(tmp_path / "engine")
    assert len(log.read_bytes().rstrip(b"\0")) + 7 > log.stat().st_size
    assert numbers_in(log) == list(range(1, 2001))


def test_reading_only_makes_no_room(engine: RocksEngine, tmp_path: Path) -> None:
    write(engine, 1)
    before = log_of(tmp_path / "engine").read_bytes()
    reader = RocksEngine(tmp_path / "engine", RocksSettings(is_read_only=True))
    assert reader.get(b"000001") == b"v" * 300
    reader.close()
    assert log_of(tmp_path / "engine").read_bytes() == before
