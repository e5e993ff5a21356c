"""Records: dataclasses in every respect that is used."""

import dataclasses
from dataclasses import field

import pytest

from storage.records import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Named(Point):
    name: str = ""


@dataclass(slots=True)
class Counter:
    count: int = 0
    seen: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Odd:
    value: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Odd) and self.value % 2 == other.value % 2

    def __hash__(self) -> int:
        return self.value % 2


def test_equal_by_values_and_class() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b") != Point(2, 1)
    assert hash(Point(1, 2, "a")) == hash(Point(1, 2, "b"))
    assert Named(1, 2) != Point(1, 2)
    assert Named(1, 2, name="a") != Named(1, 2, name="b")
    assert Point(1).__eq__(1) is NotImplemented


def test_what_a_class_says_itself_stands() -> None:
    assert Odd(1) == Odd(3)
    assert len({Odd(1), Odd(3), Odd(2)}) == 2


def test_text_is_that_of_a_dataclass() -> None:
    assert repr(Named(1, name="n")) == "Named(x=1, y=0, name='n')"


def test_it_is_a_dataclass() -> None:
    assert dataclasses.replace(Point(1, 2), y=3) == Point(1, 3)
    assert [item.name for item in dataclasses.fields(Named)] == ["x", "y", "note", "name"]
    match Point(4, 5):
        case Point(4, y=other):
            assert other == 5
        case _:
            pytest.fail("no match")
    with pytest.raises(AttributeError):
        object.__setattr__(Point(1), "z", 1)


def test_what_may_change_has_no_hash() -> None:
    one, other = Counter(), Counter()
    assert one == other
    one.seen.append(1)
    assert one != other
    with pytest.raises(TypeError):
        hash(one)
