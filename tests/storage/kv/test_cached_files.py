"""Sorted files that a transaction has made are in the kernel's cache: their rows are read next."""

import errno
import os
from pathlib import Path

import pytest

from storage.kv.rocksdb_store import RocksEngine, RocksSettings

PAGE = 4096


def is_cached(file: int, offset: int) -> bool:
    try:
        return os.preadv(file, [bytearray(PAGE)], offset, os.RWF_NOWAIT) > 0
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            pytest.skip("this file system doesn't say what is cached")
        raise


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="Linux alone says what is cached")
def test_a_finished_file_is_read_without_the_disk(tmp_path: Path) -> None:
    engine = RocksEngine(tmp_path / "engine", RocksSettings())
    made = engine.sorted_file(tmp_path / "made.sst")
    for number in range(20_000):
        made.put(b"%08d" % number, os.urandom(200))
    made.finish()
    made.stay_cached()
    file = os.open(made.path, os.O_RDONLY)
    size = os.fstat(file).st_size
    assert size > 20 * 128 * 1024
    for offset in range(0, size, PAGE):
        while not is_cached(file, offset):
            os.sched_yield()  # It is on its way.
    os.close(file)
    engine.close()
