"""Table locks: PostgreSQL's eight modes, and how point operations, which hold no locks, heed them.

A table's lock lies in the lock table under a key of its own, `table_key`. Transactions take it in
the mode of what they do: ACCESS SHARE to read, ROW SHARE for FOR UPDATE and its kin, ROW EXCLUSIVE
to write, and DDL and LOCK TABLE the stronger ones.

Point operations don't take it. Whoever takes a mode that conflicts with theirs first holds two more
keys, which nobody waits for: a point operation only looks whether they are free, and otherwise
goes the way of transactions. So the stronger mode also keeps them off while it waits.

    META 'w' table id           the table's lock
    META 'x' table id           held by what conflicts with ROW EXCLUSIVE: point writes look here
    META 'r' table id           held by ACCESS EXCLUSIVE: point reads look here

Nothing is stored under these keys.
"""

from typing import Final

from storage.keyspace import META
from storage.kv.store import LockWait, Transaction
from storage.lock_modes import CONFLICTS, LockMode, TableLockMode

_TABLES: Final = META + b"w"
_POINT_WRITES: Final = META + b"x"
_POINT_READS: Final = META + b"r"


def table_key(table_id: int) -> bytes:
    """Returns the key of a table's lock."""
    return _TABLES + table_id.to_bytes(4, "big")


def exclusive_key(table_id: int) -> bytes:
    """Returns the key that a point write names among its own."""
    return _POINT_WRITES + table_id.to_bytes(4, "big")


def readers_key(table_id: int) -> bytes:
    """Returns the key that a point read looks at."""
    return _POINT_READS + table_id.to_bytes(4, "big")


def written_table(key: bytes) -> bytes | None:
    """Returns the key of the lock of the table whose `exclusive_key` it is; None: it is another."""
    return _TABLES + key[2:] if key.startswith(_POINT_WRITES) else None


async def lock_table(
    txn: Transaction, table_id: int, mode: TableLockMode, wait: LockWait = LockWait.WAIT
) -> bool:
    """Locks a table until the end of the transaction; False only for SKIP."""
    if CONFLICTS[mode] >> TableLockMode.ROW_EXCLUSIVE & 1 and not await txn.lock(
        exclusive_key(table_id), LockMode.KEY_SHARE, wait
    ):
        return False
    if mode is TableLockMode.ACCESS_EXCLUSIVE:
        await txn.lock(readers_key(table_id), LockMode.KEY_SHARE)
    return await txn.lock(table_key(table_id), mode, wait)
