"""Trimming the change log: what every reader has passed goes, as ranges."""

from storage.changes import range_before, range_of_stamp
from storage.items import SPILL_BIT
from storage.kv.store import Transaction
from storage.large import commit_record_key, decode_commit_record


async def trim_changes(transaction: Transaction, before: int) -> None:
    """Removes, with the transaction's commit, the records of all commits before a timestamp.

    Those of large commits stand under their spill numbers; the commit records tell which are old.
    """
    first, last = commit_record_key(0), commit_record_key(SPILL_BIT)
    async for entries in transaction.scan(first, last):
        for key, value in entries:
            if decode_commit_record(value) < before:
                spill_number = int.from_bytes(key[-8:], "big")
                records = range_of_stamp(SPILL_BIT | spill_number)
                if await _holds_any(transaction, records):
                    transaction.delete_range(*records)
    transaction.delete_range(*range_before(before))


async def _holds_any(transaction: Transaction, records: tuple[bytes, bytes]) -> bool:
    async for _ in transaction.scan(*records, limit=1):
        return True
    return False
