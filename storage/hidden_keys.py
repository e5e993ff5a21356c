"""Hidden keys: the numbers that tables without a primary key give to their rows.

They come in blocks from the coordinator's durable id ranges, so a row costs no sync of its own, and
no number is given twice, whatever crashes. Blocks grow while a table keeps asking.
"""

from collections import deque
from typing import Final

from storage.kv.store import Coordinator

BLOCK_SIZE_MIN: Final = 256
BLOCK_SIZE_MAX: Final = 65536


class HiddenKeys:
    """The numbers of one storage id."""

    def __init__(self, coordinator: Coordinator, storage_id: int) -> None:
        self._coordinator = coordinator
        self._name = f"rows of {storage_id}"
        self._block_size = BLOCK_SIZE_MIN
        self._blocks: deque[range] = deque()

    def take(self) -> int | None:
        """Returns a number, or None if `refill` has to be awaited first."""
        while self._blocks:
            block = self._blocks.popleft()
            if block:
                if len(block) > 1:
                    self._blocks.appendleft(block[1:])
                return block[0]
        return None

    def has(self, count: int) -> bool:
        """Returns whether so many numbers can be taken at once."""
        return sum(map(len, self._blocks)) >= count

    async def refill(self) -> None:
        """Reserves another block."""
        size = self._block_size
        self._block_size = min(size * 4, BLOCK_SIZE_MAX)
        first = await self._coordinator.next_ids(self._name, size)
        self._blocks.append(range(first, first + size))

    async def next(self) -> int:
        """Returns a number that no row of the table has had."""
        while (number := self.take()) is None:
            await self.refill()
        return number
