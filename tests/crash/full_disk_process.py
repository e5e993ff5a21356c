"""Fills a small file system with a store on it and tells whether every promise held.

python -m tests.crash.full_disk_process MOUNT_POINT floor|no-floor

Exits with 0 if it did; what went wrong is an exception.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import uvloop

from storage.disk import DiskSettings
from storage.embedded import OpenStore, StoreSettings, open_store
from storage.errors import DatabaseError
from storage.kv.rocksdb_store import RocksSettings
from storage.kv.store import Newest

MIB = 1 << 20
VALUE_BYTES = 20_000
#: What is left beside it is less: once it has gone, whatever there is can be compacted.
FILLER_BYTES = 60 * MIB
#: As much as compacting all of the rest may need: so deletes go on, whatever is merged.
FLOOR_BYTES = 56 * MIB
ROCKS = RocksSettings(
    write_buffer_bytes=MIB, log_bytes_max=4 * MIB, file_bytes=2 * MIB, block_cache_bytes=4 * MIB
)


def row(number: int) -> bytes:
    return b"\x10\0\0\0\x01%06d" % number


def putting(number: int) -> Callable[[Newest], None]:
    value = b"%06d" % number + os.urandom(VALUE_BYTES)
    return lambda state: state.put(row(number), value)


async def fill(store: OpenStore, acknowledged: set[int], first: int) -> list[str]:
    """Writes with eight writers until each is refused; returns the SQLSTATEs."""

    async def write(number: int) -> str:
        while True:
            try:
                await store.point([row(number)], putting(number))
            except DatabaseError as error:
                return error.sqlstate
            acknowledged.add(number)
            number += 8

    return await asyncio.gather(*[write(first + number) for number in range(8)])


def check_reads(store: OpenStore, acknowledged: set[int]) -> None:
    for number in acknowledged:
        value = store.get_now(row(number))
        assert value is not None, f"row {number} was acknowledged and is gone"
        assert value.startswith(b"%06d" % number)


async def write_when_there_is_room(store: OpenStore, number: int) -> None:
    for _ in range(400):
        try:
            await store.point([row(number)], putting(number))
        except DatabaseError as error:
            if error.sqlstate not in {"53100", "40003"}:
                raise
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("writes never came back")


async def with_floor(store: OpenStore, filler: Path) -> set[int]:
    acknowledged: set[int] = set()
    states = await fill(store, acknowledged, 0)
    assert states == ["53100"] * 8, states
    assert len(acknowledged) > 100
    check_reads(store, acknowledged)
    transaction = store.begin()
    transaction.put(row(0), b"refused")
    try:
        await transaction.commit()
    except DatabaseError as error:
        if error.sqlstate != "53100":
            raise
        await transaction.rollback()
    for number in sorted(acknowledged)[:100:2]:
        await store.point([row(number)], lambda state, n=number: state.delete(row(n)))  # type: ignore[misc]  # bound at once
        acknowledged.discard(number)
    transaction = store.begin()
    for number in sorted(acknowledged)[:50]:
        transaction.delete(row(number))
        acknowledged.discard(number)
    await transaction.commit()
    check_reads(store, acknowledged)
    os.unlink(filler)  # noqa: PTH108
    await store.point([row(999_999)], putting(999_999))
    return acknowledged | {999_999}


async def without_floor(store: OpenStore, filler: Path) -> set[int]:
    acknowledged: set[int] = set()
    states = await fill(store, acknowledged, 0)
    assert set(states) <= {"53100", "40003"}, states
    check_reads(store, acknowledged)
    os.unlink(filler)  # noqa: PTH108
    await write_when_there_is_room(store, 999_999)
    check_reads(store, acknowledged)
    more = set(range(500_000, 500_020))
    for number in more:
        await write_when_there_is_room(store, number)
    return acknowledged | more | {999_999}


async def main(mount_point: Path, mode: str) -> None:
    filler = mount_point / "filler"
    filler.write_bytes(bytes(FILLER_BYTES))
    floor = FLOOR_BYTES if mode == "floor" else 0
    settings = StoreSettings(ROCKS, DiskSettings(floor_bytes=floor, ballast_bytes=6 * MIB))
    store = await open_store(mount_point / "data", settings)
    acknowledged = await (with_floor if floor else without_floor)(store, filler)
    store.abandon()
    store.committer.engine.close()
    (mount_point / "data" / "ballast").unlink(missing_ok=True)
    os._exit(await reopened(mount_point / "data", acknowledged))


async def reopened(directory: Path, acknowledged: set[int]) -> int:
    copy = Path(sys.argv[1]).with_name("copy")
    os.system(f"cp -r {directory} {copy}")  # noqa: ASYNC221 - there may be no room to open it in place
    store = await open_store(copy)
    check_reads(store, acknowledged)
    return 0


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), sys.argv[2]))
