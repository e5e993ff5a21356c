"""What rocksdict really does, where the engine relies on it or works around it.

If one of these fails after an upgrade, the binding has changed: see the docstring of
storage/kv/rocksdb_store.py before changing the test.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import rocksdict

from storage.kv.engine import EngineError, Fault
from storage.kv.rocksdb_store import RocksEngine, RocksSettings, read_key_of_tables


@pytest.fixture
def db(tmp_path: Path) -> rocksdict.Rdict:
    options = rocksdict.Options(raw_mode=True)
    options.create_if_missing(True)
    return rocksdict.Rdict(str(tmp_path / "raw"), options)


@pytest.fixture
def engine(tmp_path: Path) -> RocksEngine:
    return RocksEngine(tmp_path / "engine", RocksSettings())


def put(engine: RocksEngine, *names: str, value: bytes = b"v") -> None:
    engine.write((b"first", b""), (), [(name.encode(), value) for name in names])


# The binding


def test_iteration_over_a_binding_snapshot_reads_live_data(db: rocksdict.Rdict) -> None:
    db.put(b"a", b"1")
    snapshot = db.snapshot()
    db.put(b"a", b"2")
    db.put(b"b", b"2")
    assert snapshot[b"a"] == b"1"
    assert dict(snapshot.items()) == {b"a": b"2", b"b": b"2"}
    with pytest.raises(Exception, match=r"^key not found$"):
        snapshot[b"b"]


def test_a_raw_iterator_is_consistent_from_its_creation(db: rocksdict.Rdict) -> None:
    db.put(b"a", b"1")
    iterator = db.iter()
    db.put(b"a", b"2")
    db.flush()
    db.compact_range(None, None)
    iterator.seek(b"a")
    assert iterator.value() == b"1"


def test_next_on_an_exhausted_iterator_kills_the_process(tmp_path: Path) -> None:
    script = (
        "import rocksdict, sys\n"
        "db = rocksdict.Rdict(sys.argv[1], rocksdict.Options(raw_mode=True))\n"
        "iterator = db.iter(); iterator.seek_to_first(); iterator.next()\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path / "db")], check=False)
    assert ended.returncode < 0


def test_the_lower_bound_of_read_options_is_an_upper_bound(db: rocksdict.Rdict) -> None:
    for name in (b"a", b"b", b"c"):
        db.put(name, b"")
    options = rocksdict.ReadOptions()
    options.set_iterate_lower_bound(b"b")
    iterator = db.iter(options)
    iterator.seek_to_first()
    assert iterator.key() == b"a"


def test_a_batch_is_consumed_by_its_write(db: rocksdict.Rdict) -> None:
    batch = rocksdict.WriteBatch(raw_mode=True)
    batch.put(b"a", b"1")
    db.write(batch)
    with pytest.raises(Exception, match="already consumed"):
        db.write(batch)


def test_a_reversed_range_wedges_the_database(db: rocksdict.Rdict) -> None:
    batch = rocksdict.WriteBatch(raw_mode=True)
    batch.delete_range(b"b", b"a")
    with pytest.raises(Exception, match="end key comes before start key"):
        db.write(batch)
    with pytest.raises(Exception, match="end key comes before start key"):
        db.put(b"c", b"")


def test_iteration_ends_silently_on_a_damaged_block_and_only_status_tells(
    tmp_path: Path,
) -> None:
    options = rocksdict.Options(raw_mode=True)
    options.create_if_missing(True)
    db = rocksdict.Rdict(str(tmp_path / "raw"), options)
    for number in range(2000):
        db.put(b"%06d" % number, bytes([number % 251]) * 100)
    db.flush()
    db.close()
    (table,) = (tmp_path / "raw").glob("*.sst")
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    db = rocksdict.Rdict(str(tmp_path / "raw"), options)
    assert len(list(db.keys())) < 2000
    iterator = db.iter()
    iterator.seek_to_first()
    while iterator.valid():
        iterator.next()
    with pytest.raises(Exception, match="Corruption"):
        iterator.status()


# The engine


def test_a_snapshot_of_the_engine_stands_still_for_gets_and_scans(engine: RocksEngine) -> None:
    put(engine, "a", "b", value=b"1")
    snapshot = engine.snapshot()
    put(engine, "a", "c", value=b"2")
    engine.flush()
    assert snapshot.get(b"a") == b"1"
    assert snapshot.get(b"c") is None
    expected = [(b"a", b"1"), (b"b", b"1")]
    assert snapshot.scan(b"a", b"d", 10) == expected
    assert snapshot.scan(b"a", b"d", 10, reverse=True) == expected[::-1]
    assert engine.get(b"a") == b"2"


def test_scans_at_the_ends_of_the_data(engine: RocksEngine) -> None:
    snapshot = engine.snapshot()
    assert snapshot.scan(b"", b"\xff", 10) == []
    assert snapshot.scan(b"", b"\xff", 10, reverse=True) == []
    put(engine, "a", "b")
    snapshot = engine.snapshot()
    assert [k for k, _ in snapshot.scan(b"b", b"\xff", 1)] == [b"b"]
    assert [k for k, _ in snapshot.scan(b"b", b"\xff", 5, reverse=True)] == [b"first", b"b"]
    assert [k for k, _ in snapshot.scan(b"a", b"b", 5, reverse=True)] == [b"a"]
    assert snapshot.scan(b"", b"a", 5, reverse=True) == []
    assert snapshot.scan(b"", b"z", 0) == []


def test_reversed_and_empty_ranges_are_left_out(engine: RocksEngine) -> None:
    put(engine, "a", "b")
    engine.write((b"first", b""), [(b"b", b"a"), (b"a", b"a"), (b"a", b"b")], ())
    assert engine.get(b"a") is None
    assert engine.get(b"b") == b"v"


def test_a_released_snapshot_says_so(engine: RocksEngine) -> None:
    snapshot = engine.snapshot()
    snapshot.release()
    for read in (lambda: snapshot.get(b"a"), lambda: snapshot.scan(b"a", b"b", 1)):
        with pytest.raises(EngineError) as ended:
            read()
        assert ended.value.fault is Fault.BUSY


def test_closing_closes_although_snapshots_live(engine: RocksEngine, tmp_path: Path) -> None:
    put(engine, "a")
    snapshot = engine.snapshot()
    engine.close()
    engine.close()
    again = RocksEngine(tmp_path / "engine", RocksSettings())
    assert again.get(b"a") == b"v"
    again.close()
    snapshot.release()


def test_a_second_opening_is_refused(engine: RocksEngine, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as refused:
        RocksEngine(tmp_path / "engine", RocksSettings())
    assert refused.value.fault is Fault.LOCKED


def test_damage_in_a_table_raises_and_names_the_file(tmp_path: Path) -> None:
    engine = RocksEngine(tmp_path / "engine", RocksSettings())
    names = [f"{number:06}" for number in range(3000)]
    engine.write((b"first", b""), (), [(n.encode(), n.encode() * 20) for n in names])
    engine.flush()
    engine.close()
    (table,) = (tmp_path / "engine").glob("*.sst")
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    engine = RocksEngine(tmp_path / "engine", RocksSettings())
    snapshot = engine.snapshot()
    for scan_back in (False, True):
        with pytest.raises(EngineError) as damaged:
            snapshot.scan(b"", b"\xff", 10_000, reverse=scan_back)
        assert damaged.value.fault is Fault.CORRUPTION
        assert table.name in damaged.value.message
    engine.close()


def test_an_ingest_is_atomic_and_leaves_old_snapshots_alone(
    engine: RocksEngine, tmp_path: Path
) -> None:
    put(engine, "a", "b", value=b"old")
    before = engine.snapshot()
    files = []
    for position, (name, value) in enumerate(((b"a", None), (b"b", b"new"), (b"c", b"new"))):
        file = engine.sorted_file(tmp_path / f"{position}.sst")
        if value is None:
            file.delete(name)
        else:
            file.put(name, value)
        file.sync_early()
        file.finish()
        files.append(file.path)
    engine.ingest(files)
    assert before.scan(b"a", b"d", 9) == [(b"a", b"old"), (b"b", b"old")]
    after = engine.snapshot()
    assert after.scan(b"a", b"d", 9) == [(b"b", b"new"), (b"c", b"new")]
    assert after.get(b"a") is None
    assert not any(path.exists() for path in files)


def test_an_ingest_with_a_missing_file_changes_nothing(engine: RocksEngine, tmp_path: Path) -> None:
    file = engine.sorted_file(tmp_path / "1.sst")
    file.put(b"a", b"1")
    file.finish()
    with pytest.raises(EngineError):
        engine.ingest([file.path, tmp_path / "missing.sst"])
    assert engine.get(b"a") is None


def test_sorted_files_refuse_keys_out_of_order(engine: RocksEngine, tmp_path: Path) -> None:
    file = engine.sorted_file(tmp_path / "1.sst")
    file.put(b"b", b"1")
    with pytest.raises(EngineError):
        file.put(b"a", b"1")


def test_tables_are_read_without_logs_and_without_changing_anything(tmp_path: Path) -> None:
    path = tmp_path / "engine"
    engine = RocksEngine(path, RocksSettings())
    put(engine, "a", value=b"in a table")
    engine.flush()
    put(engine, "a", value=b"in the log")
    engine.sync()
    copy = tmp_path / "copy"  # As a kill would leave it: closing would write the log into a table.
    copy.mkdir()
    for file in path.iterdir():
        # What the flush has replaced may go at any moment.
        with suppress(FileNotFoundError):
            (copy / file.name).write_bytes(file.read_bytes())
    engine.close()

    def state() -> dict[str, bytes]:
        return {
            file.name: file.read_bytes()
            for file in copy.iterdir()
            if file.name != "rocksdict-config.json"
        }

    before = state()
    assert any(name.endswith(".log") for name in before)
    (tmp_path / "empty").mkdir()
    assert read_key_of_tables(copy, tmp_path / "empty", b"a") == b"in a table"
    assert state() == before


def test_what_an_opening_recovers_is_in_tables_at_once(tmp_path: Path) -> None:
    """So nothing that is shown after a restart depends on an unsynced log."""
    path = tmp_path / "engine"
    engine = RocksEngine(path, RocksSettings())
    put(engine, "a")
    copy = tmp_path / "copy"
    copy.mkdir()
    # Files that the opening has replaced may go at any moment.
    current = path / "CURRENT"
    for file in (current, path / current.read_text().strip(), *path.glob("*.log")):
        with suppress(FileNotFoundError):
            (copy / file.name).write_bytes(file.read_bytes())
    recovered = RocksEngine(copy, RocksSettings())
    (tmp_path / "empty").mkdir()
    assert recovered.get(b"a") == b"v"
    assert list(copy.glob("*.sst"))
    recovered.close()
    engine.close()


@pytest.mark.parametrize("is_read_only", [False, True])
def test_cache_and_filters_are_the_same_after_another_opening(
    engine: RocksEngine, tmp_path: Path, is_read_only: bool
) -> None:
    """Without options for the column family, the binding opens it with a cache of 8 MB and no filter."""
    put(engine, "a")
    engine.close()
    settings = RocksSettings(block_cache_bytes=24 << 20, is_read_only=is_read_only)
    again = RocksEngine(tmp_path / "engine", settings)
    assert again._db.property_int_value("rocksdb.block-cache-capacity") == 24 << 20
    again.close()
    newest = max((tmp_path / "engine").glob("OPTIONS-*"), key=lambda file: file.name)
    assert "filter_policy=bloomfilter" in newest.read_text()


def test_a_checkpoint_opens_by_itself(engine: RocksEngine, tmp_path: Path) -> None:
    put(engine, "a")
    engine.checkpoint(tmp_path / "checkpoint")
    copy = RocksEngine(tmp_path / "checkpoint", RocksSettings())
    assert copy.get(b"a") == b"v"
    copy.close()


def test_scratch_data_needs_no_log(tmp_path: Path) -> None:
    engine = RocksEngine(tmp_path / "scratch", RocksSettings(has_log=False))
    put(engine, *(f"{number}" for number in range(1000)), value=b"v" * 1000)
    assert sum(log.stat().st_size for log in (tmp_path / "scratch").glob("*.log")) == 0
    assert engine.get(b"7") == b"v" * 1000
    engine.close()


def test_figures(engine: RocksEngine) -> None:
    put(engine, "a", value=b"v" * 100_000)
    figures = engine.figures()
    assert figures.memtable_bytes > 100_000
    assert figures.log_bytes > 100_000
    assert figures.pinned_bytes == 0
    snapshot = engine.snapshot()
    engine.flush()
    assert engine.figures().pinned_bytes > 100_000
    assert engine.figures().table_bytes > 0
    snapshot.release()
    assert engine.figures().pinned_bytes == 0
