"""Writes to a table that is kept as columns, until it is killed; a line for each round.

python -m tests.storage.columns.writing_server DIRECTORY SEED
"""

import asyncio
import random
import sys
from pathlib import Path

from tests.storage.columns.followed import Followed
from tests.storage.columns.test_keeper import row
from tests.storage.columns.test_keeper_dies import EAGER


async def main() -> None:
    seed = int(sys.argv[2])
    followed = await Followed.open(Path(sys.argv[1]), settings=EAGER)
    if not followed.client.tables:
        await followed.put(row(number) for number in range(300))
        await followed.build()
    numbers = random.Random(seed)
    for turn in range(1000):
        start = numbers.randrange(500)
        rows = 2400 if turn % 9 == 8 else numbers.randrange(80)
        await followed.put(row(start + number, seed + turn) for number in range(rows))
        await followed.put_point(row(start, turn))
        await followed.delete(row(numbers.randrange(500)) for _ in range(20))
        print(turn, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
