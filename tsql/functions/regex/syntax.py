"""A regular expression as a tree of immutable nodes."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.errors import DatabaseError


class Prefer(enum.IntFlag):
    """Which of several matches a quantified part likes best; {m} leaves it to its operand."""

    NONE = 0
    LONGER = 1
    SHORTER = 2


@dataclass(frozen=True, slots=True)
class CharSet:
    r"""Characters that one position may have: single ones, ranges, classes; or all others.

    Attributes:
        classes: (predicate, negated) pairs, as \w and \W inside brackets.
    """

    characters: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, str], ...] = ()
    classes: tuple[tuple[Callable[[str], bool], bool], ...] = ()
    negated: bool = False

    def has(self, char: str) -> bool:
        found = (
            char in self.characters
            or any(first <= char <= last for first, last in self.ranges)
            or any(predicate(char) is not negated for predicate, negated in self.classes)
        )
        return found is not self.negated


ANY = CharSet(negated=True)
NOT_NEWLINE = CharSet(frozenset("\n"), negated=True)


class Boundary(enum.Enum):
    """Places between characters that can be told from their two neighbours."""

    TEXT_START = "\\A"
    TEXT_END = "\\Z"
    LINE_START = "^"
    LINE_END = "$"
    WORD_START = "\\m"
    WORD_END = "\\M"
    WORD_EDGE = "\\y"
    NO_WORD_EDGE = "\\Y"


@dataclass(frozen=True, slots=True)
class Look:
    """Look-ahead or look-behind."""

    node: "Node"
    ahead: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """A part that matches no characters, but only in some places."""

    what: Boundary | Look


@dataclass(frozen=True, slots=True)
class Group:
    """Parentheses; `number` counts capturing ones from 1, and is 0 for (?:…)."""

    node: "Node"
    number: int


@dataclass(frozen=True, slots=True)
class Backref:
    """The text of an earlier group once more. `node` is that group's expression."""

    number: int
    node: "Node"
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """A quantified atom. `most` is None for no limit."""

    node: "Node"
    least: int
    most: int | None
    prefer: Prefer


@dataclass(frozen=True, slots=True)
class Concat:
    """Parts one after another; none at all match the empty text."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Two branches or more."""

    branches: tuple["Node", ...]


Node = CharSet | Assertion | Group | Backref | Repeat | Concat | Alternatives
EMPTY = Concat(())


@dataclass(frozen=True, slots=True)
class Options:
    """How an expression is read and matched: PostgreSQL's flag letters.

    Attributes:
        syntax: advanced (the default), extended (e), basic (b) or literal (q).
        line_anchors: ^ and $ also match at lines (n, w).
        line_stops: . and [^…] don't match line feeds (n, p).
    """

    syntax: str = "advanced"
    ignore_case: bool = False
    expanded: bool = False
    line_anchors: bool = False
    line_stops: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    node: Node
    group_count: int
    options: Options = field(default_factory=Options)


def invalid(reason: str) -> DatabaseError:
    """Returns PostgreSQL's error for an expression that can't be read."""
    return DatabaseError("2201B", f"invalid regular expression: {reason}")
