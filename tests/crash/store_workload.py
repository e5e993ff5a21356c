"""A workload on a bare store that knows what was promised: for kills, power cuts and simulations.

Every slot has a number that only grows. A `Ledger` keeps three numbers for each: *intended*
(somebody was about to write it), *acknowledged*, and *seen* by a reader. After a crash the store
must hold at least what was acknowledged or seen, and nothing that was never intended; what was
written together must be there together.

    point slots     an item, its index entry and a change record, by a point operation
    pairs           two items in one transaction, after a savepoint that is rolled back
    counters        read and raised under a row lock, by several writers
    large slots     more rows than one batch takes: spilled, and committed by an ingest
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.changes import read_changes
from storage.embedded import OpenStore
from storage.items import body_of
from storage.kv.store import Newest
from storage.transaction import BATCH_ROWS_MAX, EmbeddedTransaction

LARGE_ROWS = 2 * BATCH_ROWS_MAX + 300
UNDONE = 10**9


def item(name: str) -> bytes:
    return b"\x10\0\0\0\x01" + name.encode()


def entry(name: str, number: int) -> bytes:
    return b"\x11\0\0\0\x02" + b"%s=%d" % (name.encode(), number)


ITEMS = (b"\x10", b"\x11")
ENTRIES = (b"\x11", b"\x12")


def number_in(value: bytes | None) -> int:
    return 0 if value is None else int(body_of(value).split()[0])


def body(number: int) -> bytes:
    return b"%d " % number + b"." * (number % 50)


@dataclass
class Ledger:
    """What was intended, acknowledged and seen, by slot.

    Attributes:
        record: Called with each event before it takes effect here: a process writes it to its
            parent.
    """

    intended: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    record: Callable[[str], None] = lambda _: None

    def intend(self, slot: str, number: int) -> None:
        self.note("i", slot, number)

    def acknowledge(self, slot: str, number: int) -> None:
        self.note("a", slot, number)

    def see(self, slot: str, number: int) -> None:
        if number > self.seen.get(slot, 0):
            self.note("s", slot, number)

    def note(self, event: str, slot: str, number: int) -> None:
        if event == "a" and slot.startswith("counter"):
            assert number > self.acknowledged.get(slot, 0), f"{slot}: {number} given twice"
        self.record(f"{event} {slot} {number}\n")
        numbers = {"i": self.intended, "a": self.acknowledged, "s": self.seen}[event]
        numbers[slot] = max(number, numbers.get(slot, 0))

    def read(self, line: str) -> None:
        """Takes an event that another process recorded."""
        event, slot, number = line.split()
        self.note(event, slot, int(number))

    def check(self, slot: str, number: int) -> None:
        """Raises AssertionError unless the store may hold this number now."""
        assert number >= self.acknowledged.get(slot, 0), f"{slot}: acknowledged, and now {number}"
        assert number >= self.seen.get(slot, 0), f"{slot}: seen, and now {number}"
        assert number <= self.intended.get(slot, 0), f"{slot}: {number} was never written"


class Workload:
    """Writers and readers on one store, until `stop` is set."""

    def __init__(self, store: OpenStore, ledger: Ledger, seed: int) -> None:
        self.store = store
        self.ledger = ledger
        self.random = random.Random(seed)
        self.stop = False

    async def run(self, *, point: int = 4, pair: int = 3, counter: int = 3, large: int = 1) -> None:
        """Runs so many writers of each kind, and two readers."""
        writers = [self.write_points(f"point{n}") for n in range(point)]
        writers += [self.write_pairs(f"pair{n}") for n in range(pair)]
        writers += [self.count("counter") for _ in range(counter)]
        writers += [self.write_large(f"large{n}") for n in range(large)]
        await asyncio.gather(*writers, self.read(), self.read_newest())

    def next_number(self, slot: str) -> int:
        number = self.ledger.intended.get(slot, 0) + 1
        self.ledger.intend(slot, number)
        return number

    async def write_points(self, slot: str) -> None:
        while not self.stop:
            number = self.next_number(slot)

            def write(state: Newest, number: int = number) -> None:
                old = number_in(state.get(item(slot)))
                if old:
                    state.delete(entry(slot, old))
                state.put_item(item(slot), body(number))
                state.put(entry(slot, number), b"")
                state.log_change(1, 1, item(slot), body(number), None)

            await self.store.point([item(slot)], write)
            self.ledger.acknowledge(slot, number)

    async def write_pairs(self, slot: str) -> None:
        while not self.stop:
            number = self.next_number(slot)
            transaction = self.store.begin()
            await self.put_pair(transaction, slot, number)
            await transaction.commit()
            self.ledger.acknowledge(slot, number)

    async def put_pair(self, transaction: EmbeddedTransaction, slot: str, number: int) -> None:
        for half in ("+left", "+right"):
            await transaction.lock(item(slot + half))
        mark = transaction.savepoint()
        transaction.put_item(item(slot + "+left"), body(UNDONE))
        transaction.put_item(item(slot + "+undone"), body(UNDONE))
        await transaction.rollback_to(mark)
        for half in ("+left", "+right"):
            transaction.put_item(item(slot + half), body(number))
            transaction.log_change(1, 1, item(slot + half), body(number), None)

    async def count(self, slot: str) -> None:
        while not self.stop:
            transaction = self.store.begin()
            await transaction.lock(item(slot))
            number = number_in(await transaction.get_newest(item(slot))) + 1
            await asyncio.sleep(0)
            self.ledger.intend(slot, number)
            transaction.put_item(item(slot), body(number))
            await transaction.commit()
            self.ledger.acknowledge(slot, number)

    async def write_large(self, slot: str) -> None:
        while not self.stop:
            number = self.next_number(slot)
            transaction = self.store.begin()
            for row in range(LARGE_ROWS):
                await transaction.lock(item(f"{slot}+{row}"))
                transaction.put_item(item(f"{slot}+{row}"), body(number))
                transaction.put(entry(f"{slot}+{row}", 0), b"%d" % number)
                if row % 100 == 0:
                    await transaction.pressure()
            transaction.log_change(1, 1, item(slot), body(number), None)
            await transaction.commit()
            self.ledger.acknowledge(slot, number)

    async def read(self) -> None:
        """Reads everything at one snapshot, checks that it fits together, and notes what it saw."""
        while not self.stop:
            for slot, number in (await contents(self.store)).items():
                self.ledger.see(slot, number)
            await asyncio.sleep(self.random.random() / 100)

    async def read_newest(self) -> None:
        """Reads what may not be synced yet: the store must hold the answer back until it is."""
        while not self.stop:
            for slot in [*self.ledger.intended]:
                if slot.startswith(("point", "counter")):
                    number = await self.store.point(
                        [],
                        lambda state, slot=slot: number_in(state.get(item(slot))),  # type: ignore[misc]  # bound at once
                    )
                    self.ledger.see(slot, number)
            await asyncio.sleep(0.001)


async def contents(store: OpenStore) -> dict[str, int]:
    """Returns the number in each slot; raises AssertionError if parts don't fit together."""
    reader = store.begin()
    parts: dict[str, dict[str, int]] = {}
    async for entries in reader.scan(*ITEMS):
        for key, value in entries:
            slot, _, part = key[5:].decode().partition("+")
            parts.setdefault(slot, {})[part] = number_in(value)
    indexed: dict[str, int] = {}
    async for entries in reader.scan(*ENTRIES):
        for key, value in entries:
            name, _, in_key = key[5:].decode().partition("=")
            assert name not in indexed, f"{name} has two index entries"
            indexed[name] = int(value or in_key)
    slots: dict[str, int] = {}
    for slot, numbers in parts.items():
        expected = {"pair": 2, "large": LARGE_ROWS}.get(slot.rstrip("0123456789"), 1)
        assert len(numbers) == expected, f"{slot} has {len(numbers)} parts of {expected}"
        assert len(set(numbers.values())) == 1, f"{slot} is there by half: {set(numbers.values())}"
        (slots[slot],) = set(numbers.values())
    for name, number in indexed.items():
        assert slots.get(name.partition("+")[0]) == number, f"the index entry of {name} is wrong"
    for slot, numbers in parts.items():
        if slot.startswith(("point", "large")):
            missing = [p for p in numbers if (f"{slot}+{p}" if p else slot) not in indexed]
            assert not missing, f"{slot} has lost index entries"
    return slots


async def verify(store: OpenStore, ledger: Ledger) -> None:
    """Raises AssertionError if a promise is broken."""
    slots = await contents(store)
    for slot in {*slots, *ledger.intended}:
        ledger.check(slot, slots.get(slot, 0))
    reader = store.begin()
    logged: dict[bytes, int] = {}
    async for changes in read_changes(reader, 0, reader.read_timestamp):
        for change in changes:
            assert change.new is not None
            logged[change.key] = int(change.new.split()[0])
    for slot, number in slots.items():
        if not slot.startswith("counter"):
            key = item(slot + "+left" if slot.startswith("pair") else slot)
            assert logged.get(key) == number, f"the change log of {slot} ends at {logged.get(key)}"
    for slot, number in slots.items():  # what a crash left undecided is decided now
        ledger.acknowledged[slot] = max(number, ledger.acknowledged.get(slot, 0))
