"""DEFERRABLE uniqueness: rows may have a key twice until the constraint is tested.

The entries of such an index end with the primary key, like a plain index's. Who writes one takes a
lock on the values alone, if it is free, and looks whether there is another one. Where the lock is
taken, or there is, the constraint is tested later: then the test waits for the lock, and counts.
Nobody commits an entry without having held the lock, so a later holder sees it.
"""

from storage.duplicates import Conflict
from storage.index import IndexAccess
from storage.items import Row
from storage.keyspace import prefix_range
from storage.kv.store import LockWait, Transaction
from storage.lock_modes import LockMode
from storage.records import dataclass
from storage.table import TableAccess


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A row has come to a key of a deferrable unique index.

    Attributes:
        row: The row, for the message.
        values_key: The key of the index's values, without the primary key.
    """

    access: TableAccess
    index: IndexAccess
    row: Row
    values_key: bytes

    @property
    def constraint_id(self) -> int:
        return self.index.index.id

    @property
    def table_id(self) -> int:
        return self.access.table.id

    async def run(self, txn: Transaction) -> None:
        if not await self.settle_early(txn):
            await txn.settled()
            values = self.index.values(self.row)
            raise self.access.duplicate(Conflict(self.index.index, values, b""))

    async def settle_early(self, txn: Transaction) -> bool:
        return await self.is_alone(txn, LockWait.WAIT)

    async def is_alone(self, txn: Transaction, wait: LockWait) -> bool:
        """Returns whether no other row has the key, for sure: with SKIP, False if it's locked."""
        if not await txn.lock(self.values_key, LockMode.UPDATE, wait):
            return False
        count = 0
        async for entries in txn.scan_newest(*prefix_range(self.values_key), limit=2):
            count += len(entries)
        return count < 2


def values_key_of(index: IndexAccess, row: Row) -> bytes | None:
    """Returns the key that no two rows may share; None if this row may have it anyway."""
    values = index.values(row)
    if index.index.nulls_distinct and None in values:
        return None
    return index.code.encode(values)
