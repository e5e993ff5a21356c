"""Writes rows whose bytes follow from their numbers, and tells which are acknowledged, until killed.

python -m tests.crash.bulk_process DIRECTORY COUNT

After COUNT rows it says "idle" and waits.
"""

import asyncio
import os
import random
import sys
from pathlib import Path

import uvloop

from storage.embedded import open_store

VALUE_BYTES = 4000
WRITERS = 16
_NOISE_BYTES = 1 << 20
_NOISE = random.Random(7).randbytes(_NOISE_BYTES + VALUE_BYTES)


def row(number: int) -> bytes:
    return b"\x10\0\0\0\x01%08d" % number


def value(number: int) -> bytes:
    start = number * 3731 % _NOISE_BYTES
    return b"%08d" % number + _NOISE[start : start + VALUE_BYTES - 8]


async def main(directory: Path, count: int) -> None:
    store = await open_store(directory)

    async def write(first: int) -> None:
        for number in range(first, count, WRITERS):
            await store.point([row(number)], lambda s, n=number: s.put(row(n), value(n)))  # type: ignore[misc]  # bound at once
            os.write(1, b"%d\n" % number)

    await asyncio.gather(*[write(first) for first in range(WRITERS)])
    os.write(1, b"idle\n")
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2])))
