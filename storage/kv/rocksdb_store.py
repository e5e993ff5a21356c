"""RocksDB as an engine: the one module that knows rocksdict, and the home of its traps.

What the binding really does was found by experiment; each trap is closed here and pinned by a test
in tests/storage/kv/test_rocksdb_traps.py, so that a release that changes it is noticed:

- `db.get` and every kind of iteration over `db` read live data, unsynced writes included, and so
  does iteration over a `Snapshot`; only `snapshot[key]` reads the snapshot. A raw iterator is
  consistent from its creation. So an engine snapshot is one of each, made in the same call.
- `next()` on an iterator that isn't valid kills the process; `items()` ends silently on a damaged
  block. So only raw iterators are used, `valid()` comes first, and each slice ends with `status()`.
- `set_iterate_lower_bound` sets the upper bound: bounds are checked here, in Python.
- A batch that fails on its way into memory wedges the database; `delete_range` with begin > end
  does that. So ranges are checked before.
- A stalled `write` blocks with the interpreter lock held: writes are `no_slowdown`, and
  `is_stalled` is asked first.
- Errors are bare `Exception`s with text; `_translated` sorts them.
- `close` doesn't close while an iterator lives: snapshots are kept track of and released first.
- Opening writes `rocksdict-config.json` even when another process has the store: the caller holds a
  lock of our own before (storage/kv/directory.py), and all options are given at each opening.
- They are given twice, for the database and for its column family. Of a database that exists, the
  binding else takes the family's from the OPTIONS file, where neither cache nor filters can stand.
"""

import contextlib
import functools
import os
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import rocksdict

from storage.kv.engine import (
    Change,
    EngineError,
    EngineFigures,
    EngineSnapshot,
    Entry,
    Fault,
    KeyRange,
    SortedFile,
    TableFile,
)
from storage.kv.log_room import LogRoom
from storage.records import dataclass

MIB: Final = 1 << 20
_NOT_FOUND: Final = "key not found"


@dataclass(frozen=True, slots=True)
class RocksSettings:
    """Sizes, chosen so that a loaded server stays far below 300 MB and an idle one below 70.

    Attributes:
        write_buffer_bytes: Of one memtable. Small ones also make flushes short.
        memtable_filter_ratio: Size of a memtable's filter, as a part of the memtable's.
        write_buffer_count_max: Full ones that may wait for their flush before writes stall.
        block_cache_bytes: Cache of table blocks, indexes and filters together.
        log_bytes_max: Logs larger than this together make the oldest memtable flush.
        has_log: False for scratch data that needn't survive.
        is_read_only: True to look at a store without changing it; logs are read into memory.
    """

    write_buffer_bytes: int = 16 * MIB
    memtable_filter_ratio: float = 0.05
    write_buffer_count_max: int = 4
    block_cache_bytes: int = 64 * MIB
    block_bytes: int = 4 * 1024
    metadata_block_bytes: int = 8 * 1024
    log_bytes_max: int = 64 * MIB
    file_bytes: int = 32 * MIB
    background_jobs: int = 2
    has_log: bool = True
    is_read_only: bool = False


def _options(settings: RocksSettings, cache: rocksdict.Cache) -> rocksdict.Options:
    options = rocksdict.Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_write_buffer_size(settings.write_buffer_bytes)
    options.set_max_write_buffer_number(settings.write_buffer_count_max)
    options.set_max_total_wal_size(settings.log_bytes_max)
    options.set_max_background_jobs(settings.background_jobs)
    options.set_target_file_size_base(settings.file_bytes)
    options.set_max_bytes_for_level_base(settings.file_bytes * 4)
    options.set_level_compaction_dynamic_level_bytes(True)
    # At every level: a block that isn't in the cache is unpacked for one row.
    options.set_compression_type(rocksdict.DBCompressionType.lz4())
    # A filter says of most keys that the memtable hasn't got them, without a search.
    options.set_memtable_prefix_bloom_ratio(settings.memtable_filter_ratio)
    options.set_memtable_whole_key_filtering(True)
    # Sorted files are synced by a thread as they grow; a small buffer leaves little for the end.
    options.set_writable_file_max_buffer_size(256 * 1024)
    # The verdict before opening has told a torn tail from lost commits (storage/kv/verdict.py).
    options.set_wal_recovery_mode(rocksdict.DBRecoveryMode.point_in_time())
    options.set_paranoid_checks(True)
    options.set_recycle_log_file_num(0)
    options.set_keep_log_file_num(4)
    options.set_max_log_file_size(4 * MIB)
    options.set_stats_dump_period_sec(0)
    options.set_stats_persist_period_sec(0)
    options.set_skip_stats_update_on_db_open(True)
    options.set_max_open_files(512)
    options.set_avoid_unnecessary_blocking_io(True)
    options.set_is_fd_close_on_exec(True)
    options.set_block_based_table_factory(_table_options(settings, cache))
    options.set_env(_env())
    return options


@functools.cache
def _env() -> rocksdict.Env:
    """Returns RocksDB's threads: compactions give way to the event loop, flushes don't."""
    env = rocksdict.Env()
    env.lower_thread_pool_cpu_priority()
    return env


def _table_options(settings: RocksSettings, cache: rocksdict.Cache) -> rocksdict.BlockBasedOptions:
    table = rocksdict.BlockBasedOptions()
    table.set_block_cache(cache)
    table.set_block_size(settings.block_bytes)
    table.set_bloom_filter(10, False)
    table.set_format_version(5)
    # The cache holds as much of filters and indexes as is looked at. In one piece a file's filter
    # is hundreds of kilobytes: where they don't all fit, each get would read one.
    table.set_index_type(rocksdict.BlockBasedIndexType.two_level_index_search())
    table.set_partition_filters(True)
    table.set_metadata_block_size(settings.metadata_block_bytes)
    table.set_cache_index_and_filter_blocks(True)
    table.set_pin_top_level_index_and_filter(True)
    table.set_pin_l0_filter_and_index_blocks_in_cache(True)
    return table


def _translated(error: Exception) -> EngineError:
    """Returns the EngineError that a bare exception of the binding stands for."""
    text = str(error)
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return EngineError(Fault.NO_SPACE, text)
    if "Corruption" in text:
        return EngineError(Fault.CORRUPTION, text)
    if "Incomplete" in text or "Write stall" in text:
        return EngineError(Fault.BUSY, text)
    if "While lock file" in text or "lock hold by current process" in text:
        return EngineError(Fault.LOCKED, text)
    return EngineError(Fault.IO, text)


class RocksSnapshot:
    """RocksDB's snapshot for gets, and a raw iterator made in the same moment for ranges."""

    __slots__ = ("__weakref__", "_iterator", "_snapshot")

    def __init__(self, db: rocksdict.Rdict, read_options: rocksdict.ReadOptions) -> None:
        self._snapshot: rocksdict.Snapshot | None = db.snapshot()
        self._iterator: rocksdict.RdictIter | None = db.iter(read_options)

    def get(self, key: bytes) -> bytes | None:
        snapshot = self._snapshot
        if snapshot is None:
            raise EngineError(Fault.BUSY, "the snapshot has been released")
        try:
            value: bytes = snapshot[key]
        except Exception as error:
            if error.args[0] == _NOT_FOUND:
                return None
            raise _translated(error) from error
        return value

    def scan(self, start: bytes, end: bytes, limit: int, *, reverse: bool = False) -> list[Entry]:
        iterator = self._iterator
        if iterator is None:
            raise EngineError(Fault.BUSY, "the snapshot has been released")
        try:
            return (
                _scan_back(iterator, start, end, limit)
                if reverse
                else _scan(iterator, start, end, limit)
            )
        except Exception as error:
            raise _translated(error) from error

    def release(self) -> None:
        self._snapshot = None
        self._iterator = None


def _scan(iterator: rocksdict.RdictIter, start: bytes, end: bytes, limit: int) -> list[Entry]:
    entries: list[Entry] = []
    key_of, value_of, step = iterator.key, iterator.value, iterator.next
    iterator.seek(start)
    while limit > 0:
        key = key_of()  # None behind the last one
        if key is None or key >= end:
            break
        entries.append((key, value_of()))
        limit -= 1
        step()
    iterator.status()
    return entries


def _scan_back(iterator: rocksdict.RdictIter, start: bytes, end: bytes, limit: int) -> list[Entry]:
    entries: list[Entry] = []
    key_of, value_of, step = iterator.key, iterator.value, iterator.prev
    iterator.seek_for_prev(end)
    if key_of() == end:
        step()
    while limit > 0:
        key = key_of()  # None before the first one
        if key is None or key < start:
            break
        entries.append((key, value_of()))
        limit -= 1
        step()
    iterator.status()
    return entries


#: Linux reads no more than its read-ahead for one advice.
_ADVISED_BYTES: Final = 128 * 1024


class RocksSortedFile:
    """An SST file being written."""

    def __init__(self, path: Path, options: rocksdict.Options) -> None:
        self.path = path
        self._writer = rocksdict.SstFileWriter(options)
        self._size = 0
        try:
            self._writer.open(str(path))
        except Exception as error:
            raise _translated(error) from error

    def put(self, key: bytes, value: bytes) -> None:
        try:
            self._writer[key] = value
        except Exception as error:
            raise _translated(error) from error
        self._size += len(key) + len(value)

    def delete(self, key: bytes) -> None:
        try:
            del self._writer[key]
        except Exception as error:
            raise _translated(error) from error
        self._size += len(key)

    def size(self) -> int:
        return self._size

    def sync_early(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fdatasync(descriptor)
        except OSError as error:
            raise EngineError(Fault.IO, str(error)) from error
        finally:
            os.close(descriptor)

    def finish(self) -> None:
        try:
            self._writer.finish()
        except Exception as error:
            raise _translated(error) from error

    def stay_cached(self) -> None:
        # RocksDB's writer tells the kernel at the end that it may forget the file.
        with contextlib.suppress(OSError, AttributeError):
            descriptor = os.open(self.path, os.O_RDONLY)
            try:
                for offset in range(0, os.fstat(descriptor).st_size, _ADVISED_BYTES):
                    advice = os.POSIX_FADV_WILLNEED
                    os.posix_fadvise(descriptor, offset, _ADVISED_BYTES, advice)
            finally:
                os.close(descriptor)


class RocksEngine:
    """An open RocksDB.

    Args:
        path: The database's own directory.
    """

    def __init__(self, path: Path, settings: RocksSettings) -> None:
        self._cache = rocksdict.Cache(settings.block_cache_bytes)
        self._options = _options(settings, self._cache)
        try:
            self._db = rocksdict.Rdict(
                str(path),
                self._options,
                column_families={"default": self._options},
                access_type=rocksdict.AccessType.read_only(False)
                if settings.is_read_only
                else rocksdict.AccessType.read_write(),
            )
        except Exception as error:
            raise _translated(error) from error
        self._get = self._db.get
        has_log = settings.has_log and not settings.is_read_only
        self._room = LogRoom(path) if has_log else None
        self._write_options = rocksdict.WriteOptions()
        self._write_options.no_slowdown = True
        if not settings.has_log:
            # An attribute, whatever the stub says.
            setattr(self._write_options, "disable_wal", True)  # noqa: B010
        self._read_options = rocksdict.ReadOptions()
        # Files that only an old snapshot kept are deleted by a background thread.
        self._read_options.set_background_purge_on_iterator_cleanup(True)
        self._ingest_options = rocksdict.IngestExternalFileOptions()
        self._ingest_options.set_move_files(True)
        self._snapshots: weakref.WeakSet[RocksSnapshot] = weakref.WeakSet()
        self._is_open = True

    def get(self, key: bytes) -> bytes | None:
        try:
            value: bytes | None = self._get(key)
        except Exception as error:
            raise _translated(error) from error
        return value

    def write(self, first: Change, ranges: Sequence[KeyRange], changes: Iterable[Change]) -> None:
        batch = rocksdict.WriteBatch(raw_mode=True)
        put, delete = batch.put, batch.delete
        if first[1] is not None:
            put(first[0], first[1])
        for start, end in ranges:
            if start < end:
                batch.delete_range(start, end)
        for key, value in changes:
            if value is None:
                delete(key)
            else:
                put(key, value)
        size = batch.size_in_bytes()
        try:
            self._db.write(batch, self._write_options)
        except Exception as error:
            raise _translated(error) from error
        if self._room is not None:
            self._room.written(size)

    def sync(self) -> None:
        try:
            self._db.flush_wal(True)
        except Exception as error:
            raise _translated(error) from error

    def is_stalled(self) -> bool:
        figure = self._db.property_int_value
        return bool(
            figure("rocksdb.is-write-stopped") or figure("rocksdb.actual-delayed-write-rate")
        )

    def stop_background(self) -> None:
        self._db.cancel_all_background(False)

    def background_errors(self) -> int:
        return self._db.property_int_value("rocksdb.background-errors") or 0

    def snapshot(self) -> EngineSnapshot:
        snapshot = RocksSnapshot(self._db, self._read_options)
        self._snapshots.add(snapshot)
        return snapshot

    def sorted_file(self, path: Path) -> SortedFile:
        return RocksSortedFile(path, self._options)

    def ingest(self, paths: Sequence[Path]) -> None:
        try:
            self._db.ingest_external_file([str(path) for path in paths], self._ingest_options)
        except Exception as error:
            raise _translated(error) from error

    def flush(self) -> None:
        try:
            self._db.flush(True)
        except Exception as error:
            raise _translated(error) from error

    def compact(self, start: bytes, end: bytes) -> None:
        self._db.compact_range(start, end)

    def checkpoint(self, path: Path) -> None:
        try:
            rocksdict.Checkpoint(self._db).create_checkpoint(str(path))
        except Exception as error:
            raise _translated(error) from error

    def figures(self) -> EngineFigures:
        def figure(name: str) -> int:
            return self._db.property_int_value(name) or 0

        memtable_bytes = figure("rocksdb.cur-size-all-mem-tables")
        return EngineFigures(
            memtable_bytes=memtable_bytes,
            pinned_bytes=figure("rocksdb.size-all-mem-tables") - memtable_bytes,
            cache_bytes=figure("rocksdb.block-cache-usage"),
            table_bytes=figure("rocksdb.total-sst-files-size"),
            log_bytes=sum(log.stat().st_size for log in Path(self._db.path()).glob("*.log")),
        )

    def table_files(self) -> list[TableFile]:
        return [
            TableFile(
                file["size"],
                max(0, file["num_entries"] - 2 * file["num_deletions"]),
                file["start_key"] or b"",
                file["end_key"] or b"",
            )
            for file in self._db.live_files()
        ]

    def close(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        for snapshot in list(self._snapshots):
            snapshot.release()
        try:
            self._db.close()
        except Exception as error:
            raise _translated(error) from error


def repair(path: Path) -> None:
    """Makes a new MANIFEST from the table files and logs that can be read.

    Moves others to `lost`.
    """
    try:
        rocksdict.Rdict.repair(str(path), rocksdict.Options(raw_mode=True))
    except Exception as error:
        raise _translated(error) from error


def read_key_of_tables(path: Path, empty_directory: Path, key: bytes) -> bytes | None:
    """Returns a key's value as the table files alone have it, without the logs; changes nothing.

    A read-only opening replays the logs that it finds; with an empty directory for logs it finds
    none.
    """
    options = rocksdict.Options(raw_mode=True)
    options.set_wal_dir(str(empty_directory))
    options.set_paranoid_checks(True)
    try:
        db = rocksdict.Rdict(str(path), options, access_type=rocksdict.AccessType.read_only(False))
        try:
            value: bytes | None = db.get(key)
        finally:
            db.close()
    except Exception as error:
        raise _translated(error) from error
    return value
