"""What ranges of keys hold: counted at once, or estimated until they are counted."""

from collections.abc import Callable
from pathlib import Path

from storage.embedded import open_store
from storage.errors import DatabaseError
from storage.kv.engine import Entry, TableFile
from storage.sizes import RangeSize, Sizes

A_TO_B = (b"a", b"b")


def rows(letter: str, count: int) -> list[Entry]:
    return [(f"{letter}{number:06}".encode(), b"1234567890") for number in range(count)]


class Clockwork:
    """Keeps what is to run later until the test lets it run."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, _delay: float, callback: Callable[[], None], /) -> None:
        self.waiting.append(callback)

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop()()


def sizes_of(entries: list[Entry], files: list[TableFile], later: Clockwork) -> Sizes:
    def scan(start: bytes, end: bytes, limit: int) -> list[Entry]:
        return [entry for entry in entries if start <= entry[0] < end][:limit]

    return Sizes(scan, lambda: files, later)


def test_a_small_range_is_counted_at_once_and_each_time() -> None:
    entries, later = rows("a", 1500) + rows("b", 5), Clockwork()
    sizes = sizes_of(entries, [], later)
    assert sizes.of(A_TO_B) == RangeSize(1500, 1500 * 17)
    del entries[0]
    assert sizes.of(A_TO_B) == RangeSize(1499, 1499 * 17)
    assert not later.waiting


def test_a_large_range_is_estimated_until_it_is_counted() -> None:
    files = [
        TableFile(30_000, 3000, b"a", b"a4"),
        TableFile(50_000, 5000, b"a4", b"z"),
        TableFile(99_999, 9999, b"b", b"z"),
    ]
    later = Clockwork()
    sizes = sizes_of(rows("a", 5000) + rows("b", 5), files, later)
    assert sizes.of(A_TO_B) == RangeSize(5500, 55_000)
    assert len(later.waiting) == 1
    assert sizes.of(A_TO_B).entries == 5500
    assert len(later.waiting) == 1, "it is counted once"
    later.run()
    assert sizes.of(A_TO_B) == RangeSize(5000, 5000 * 17)


def test_an_estimate_is_no_smaller_than_what_was_seen() -> None:
    sizes = sizes_of(rows("a", 5000), [], Clockwork())
    assert sizes.of(A_TO_B) == RangeSize(2000, 2000 * 17)


async def test_analyze_counts_now_and_remembers(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "data")
    transaction = store.begin()
    for key, value in rows("a", 3000):
        transaction.put(key, value)
    await transaction.commit()
    await store.sizes.analyze(A_TO_B, store.slices)
    assert store.sizes.analyzed == {A_TO_B: RangeSize(3000, 3000 * 17)}
    store.committer.engine.flush()
    files = store.committer.engine.table_files()
    assert any(file.first_key <= b"a000000" and file.last_key >= b"a002999" for file in files)
    assert sum(file.entries for file in files) >= 3000
    await store.close()


def test_a_count_that_the_store_ends_is_begun_anew() -> None:
    entries, later, is_open = rows("a", 5000), Clockwork(), True

    def scan(start: bytes, _end: bytes, limit: int) -> list[Entry]:
        if not is_open:
            raise DatabaseError("58030", "could not read")
        return [entry for entry in entries if start <= entry[0]][:limit]

    sizes = Sizes(scan, list, later)
    assert sizes.of(A_TO_B).entries == 2000
    is_open = False
    later.run()
    is_open = True
    assert sizes.of(A_TO_B).entries == 2000
    later.run()
    assert sizes.of(A_TO_B).entries == 5000
