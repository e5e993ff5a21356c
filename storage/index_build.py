"""Building an index over the rows that are there: the work of CREATE INDEX.

The transaction holds the table's DDL lock, so no writer is in the middle; the entries go to a fresh
storage id and become visible with the index itself, at the commit. Memory stays bounded, for the
store spills what a transaction writes, and the loop stays free: the scan and the store's
`pressure` both work in slices.
"""

from collections.abc import Callable

from storage.catalog_store import CatalogStore
from storage.duplicates import duplicated_key
from storage.index import IndexAccess
from storage.items import Row
from storage.keyspace import PREFIX_SIZE, prefix_range
from storage.kv.store import Entry, Transaction
from storage.table import TableAccess

_PRESSURE_EVERY_ROWS = 32


async def build_index(
    txn: Transaction,
    catalogs: CatalogStore,
    access: TableAccess,
    index_id: int,
    check_row: Callable[[Row], None] | None = None,
) -> int:
    """Fills an index of `access` (of the version that has it) and returns how many entries it has.

    Raises 23505 if a unique index would have a key twice. `check_row` is called with each row.
    """
    index = access.index_access(index_id)
    await catalogs.settle_writes(txn)
    count = written = 0
    async for entries in txn.scan_newest(*access.range):
        for key, item in entries:
            row = access.decode(item)
            if check_row is not None:
                check_row(row)
            entry = index.entry(row, key[PREFIX_SIZE:])
            if entry is not None:
                await _add(txn, access, index, entry, row)
                written += 1
            count += 1
            if not count % _PRESSURE_EVERY_ROWS:
                await txn.pressure()
    return written


async def _add(
    txn: Transaction, access: TableAccess, index: IndexAccess, entry: Entry, row: Row
) -> None:
    if index.is_exclusive(entry):
        if await txn.get(entry[0]) is not None:
            raise duplicated_key(access.table, index.index, index.values(row), access.rendering)
    elif index.index.unique and not (index.index.nulls_distinct and None in index.values(row)):
        others = txn.scan(*prefix_range(index.code.encode(index.values(row))), limit=1)
        if await anext(others, None) is not None:
            raise duplicated_key(access.table, index.index, index.values(row), access.rendering)
    txn.put(*entry)
