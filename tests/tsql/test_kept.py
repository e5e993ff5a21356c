"""What is kept of texts is bounded by their characters."""

from tsql.kept import Kept


def test_the_oldest_go_when_the_texts_are_too_many() -> None:
    kept: Kept[int] = Kept(10_000, str)
    for number in range(1000):
        kept.keep(f"{number:0100}", number)
    assert list(kept.values()) == list(range(950, 1000))


def test_what_is_larger_than_the_bound_is_not_kept() -> None:
    kept: Kept[int] = Kept(10_000, str)
    kept.keep("x" * 10_000, 1)
    assert not kept
    kept.keep("y", 2)
    assert kept == {"y": 2}


def test_a_replaced_entry_is_counted_once_and_a_forgotten_one_no_more() -> None:
    kept: Kept[int] = Kept(400, str)
    for number in range(10):
        kept.keep("a", number)
    kept.keep("b", 0)
    kept.keep("c", 0)
    assert kept == {"a": 9, "b": 0, "c": 0}
    kept.forget("b")
    kept.forget("b")
    kept.keep("d", 0)
    assert kept == {"a": 9, "c": 0, "d": 0}
