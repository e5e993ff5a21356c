"""Writing all rows of a table again, to a fresh storage id: what some forms of ALTER TABLE need.

The transaction holds the table's DDL lock, so no writer is in the middle. It reads the old storage,
and adds the rows, as they are to be, to the new one, which nobody else sees before the commit. The
store spills what a transaction writes, so memory stays bounded; a crash leaves the old table whole,
and nothing of the new one. The old storage is emptied with the commit.
"""

from collections.abc import AsyncIterator
from typing import Final

from storage.catalog_store import CatalogStore
from storage.duplicates import duplicated_key
from storage.errors import DatabaseError
from storage.items import Row
from storage.kv.store import Entry, Transaction
from storage.table import TableAccess

_PRESSURE_EVERY_ROWS: Final = 32


async def newest_items(
    txn: Transaction, catalogs: CatalogStore, access: TableAccess
) -> AsyncIterator[list[Entry]]:
    """Yields all items of a table that the transaction has locked against writers, in slices."""
    await catalogs.settle_writes(txn)
    async for entries in txn.scan_newest(*access.range):
        yield entries


async def newest_rows(
    txn: Transaction, catalogs: CatalogStore, access: TableAccess
) -> AsyncIterator[Row]:
    """Yields all rows likewise, in key order."""
    async for entries in newest_items(txn, catalogs, access):
        for _, item in entries:
            yield access.decode(item)


class Rewrite:
    """Fills the storage of a new version of a table; its indexes are `build_index`'s.

    Args:
        access: Of the new version.
    """

    def __init__(self, txn: Transaction, access: TableAccess) -> None:
        self._txn = txn
        self._access = access
        self._duplicate: DatabaseError | None = None
        self._highest = b""
        self.count = 0

    async def add(self, row: Row, body: bytes | None = None) -> None:
        """Adds a row as it is to be; `body` is its item's, if that is known already."""
        txn, access = self._txn, self._access
        key = access.new_key_now(row)
        while key is None:
            await access.refill_keys()
            key = access.new_key_now(row)
        # Rows often come in the order of their new keys: then there is nothing to look up.
        if key > self._highest:
            self._highest = key
        elif await txn.get(key) is not None:
            self._duplicate = self._duplicate or duplicated_key(
                access.table, None, access.key_values(row), access.rendering
            )
        txn.put_item(key, access.encode(row) if body is None else body)
        self.count += 1
        if not self.count % _PRESSURE_EVERY_ROWS:
            await txn.pressure()

    def check(self) -> None:
        """Raises 23505 if two rows have had one key."""
        if self._duplicate is not None:
            raise self._duplicate
