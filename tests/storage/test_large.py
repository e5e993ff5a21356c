"""Large commits: the records they leave, and what an opening does for one that was cut short."""

import msgspec

from storage.embedded import open_memory_store
from storage.items import SPILL_BIT
from storage.kv.batches import BATCH_KEY, BatchRecord, encode_record
from storage.kv.memory_store import MemoryEngine
from storage.large import commit_record_key, decode_commit_record, pending_ranges_key
from tests.storage.kv.contract import ALL, key, write


def test_the_format_of_the_records() -> None:
    assert commit_record_key(0x1234).hex() == "00730000000000001234"
    assert pending_ranges_key(0x1234).hex() == "00670000000000001234"
    assert decode_commit_record(bytes.fromhex("0102030405060708")) == 0x0102030405060708


async def test_an_opening_removes_the_ranges_that_a_crash_left() -> None:
    engine = MemoryEngine()
    note = pending_ranges_key(3)
    first = (BATCH_KEY, encode_record(BatchRecord(5, 4, 77)))
    ranges = msgspec.msgpack.encode([(key("old"), key("old9"))])
    rows = [(key("old1"), b""), (key("old2"), b""), (key("p"), b"")]
    engine.write(first, (), [(note, ranges), *rows])
    engine.sync()
    store = await open_memory_store(engine)
    await store.committer.drain()
    assert store.scan_now(*ALL, 9) == [(key("p"), b"")]
    assert store.get_now(note) is None
    await store.close()


async def test_spill_numbers_go_on_after_a_restart() -> None:
    engine = MemoryEngine()
    first = (BATCH_KEY, encode_record(BatchRecord(5, 4, 77)))
    engine.write(first, (), [(commit_record_key(41), (99).to_bytes(8, "big"))])
    store = await open_memory_store(engine)
    assert store.timestamp_of(SPILL_BIT | 41) == 99
    assert store.timestamp_of(1234) == 1234
    transaction = store.begin()
    for number in range(3000):
        transaction.put_item(key(f"{number}"), b"")
    timestamp = await transaction.commit()
    assert store.timestamp_of(SPILL_BIT | 42) == timestamp
    assert await write(store, a="1") > timestamp
    await store.close()
