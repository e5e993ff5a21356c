"""A process that runs the store workload and tells its parent what happens, until it is killed.

python -m tests.crash.store_process DIRECTORY SEED [POINT VISITS]

Events go to standard output as lines, each in one write, *before* anything else is done about them;
a line that says "up" comes when the store is open. With POINT the process kills itself there.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import uvloop

from storage.disk import DiskSettings
from storage.embedded import OpenStore, StoreComponents, StoreSettings, open_store
from storage.kv.engine import Engine
from storage.kv.rocksdb_store import RocksEngine, RocksSettings
from tests.crash.planted_bugs import AcknowledgesBeforeTheSync, KillsAt
from tests.crash.store_workload import Ledger, Workload, contents

#: Small, so that flushes, compactions and new logs come often.
SETTINGS = StoreSettings(
    rocks=RocksSettings(write_buffer_bytes=256 * 1024, log_bytes_max=1 << 20, file_bytes=1 << 20),
    disk=DiskSettings(floor_bytes=0, ballast_bytes=0),
)


async def open_for_test(
    directory: Path, wrap: Callable[[Engine], Engine] = lambda engine: engine
) -> OpenStore:
    def open_engine(path: Path, settings: RocksSettings) -> Engine:
        return wrap(RocksEngine(path, settings))

    return await open_store(directory, SETTINGS, StoreComponents(open_engine=open_engine))


async def main(directory: Path, seed: int, point: str, visits: int) -> None:
    def wrap(engine: Engine) -> Engine:
        if point == "acknowledges before the sync":
            return AcknowledgesBeforeTheSync(engine)
        return KillsAt(engine, point, visits) if point else engine

    store = await open_for_test(directory, wrap)
    ledger = Ledger(record=_tell)
    for slot, number in (await contents(store)).items():
        ledger.intend(slot, number)
    _tell("up\n")
    await Workload(store, ledger, seed).run()


def _tell(line: str) -> None:
    os.write(1, line.encode())


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "", "0"][:4]
    uvloop.run(main(Path(arguments[0]), int(arguments[1]), arguments[2], int(arguments[3])))
