"""Expressions that Python's re can match for us, ten to fifty times faster.

Only over ASCII text: there each set of characters becomes a bit mask, so that classes and case need
no trust in Python's. `re` explores alternatives in order and takes the first match; PostgreSQL takes
the leftmost longest. So a translation serves two purposes with conditions of their own:

* `test` - is there a match at all? Both agree. What is left to fear is time: backtracking may take as
  many steps as the text's length to the power of the number of repetitions, so `cost` is estimated.
* `find` - where is it? Both agree if the expression is *deterministic*: wherever it stands, the next
  character alone decides how it goes on (one-unambiguous, in Brüggemann-Klein's words). Then there
  is one way only, a greedy repetition goes it to its end, and backtracking takes no time either.
"""

import re
from dataclasses import dataclass

from tsql.functions.regex.syntax import (
    Alternatives,
    Assertion,
    Backref,
    Boundary,
    CharSet,
    Concat,
    Expression,
    Group,
    Node,
    Prefer,
    Repeat,
)

#: Estimated steps up to which `re` may look for a match.
_STEPS_MAX = 300_000
#: The same where the time grows with the length and no faster.
_LINEAR_STEPS_MAX = 30_000_000
#: Length of text in which a deterministic expression may be looked for: each beginning may go far.
_LENGTH_MAX = 1_000
#: Character positions that an expression may have to be examined.
_POSITIONS_MAX = 200
_ASCII = [chr(code) for code in range(128)]
_BOUNDARIES = {
    Boundary.TEXT_START: r"\A",
    Boundary.TEXT_END: r"\Z",
    Boundary.LINE_START: "(?m:^)",
    Boundary.LINE_END: "(?m:$)",
    Boundary.WORD_START: r"\b(?=\w)",
    Boundary.WORD_END: r"\b(?<=\w)",
    Boundary.WORD_EDGE: r"\b",
}


@dataclass(frozen=True, slots=True)
class Translation:
    """An expression for `re`, and what it may be used for.

    Attributes:
        power: How the time grows with the text: its length to this power, times `factor`.
        deterministic: Whether matches lie where PostgreSQL finds them.
    """

    compiled: re.Pattern[str]
    power: int
    factor: int
    deterministic: bool
    anchored: bool

    def may_test(self, text: str) -> bool:
        """Says whether `re` may tell if the text matches."""
        if not text.isascii():
            return False
        if self.deterministic and (self.anchored or len(text) <= _LENGTH_MAX):
            return True
        limit = _STEPS_MAX if self.power > 1 else _LINEAR_STEPS_MAX
        return self.power > 0 and (len(text) + 1) ** self.power * self.factor <= limit

    def may_find(self, text: str) -> bool:
        """Says whether `re` may tell where the match is."""
        return self.deterministic and text.isascii() and (self.anchored or len(text) <= _LENGTH_MAX)


class _CannotTranslateError(Exception):
    """The expression has parts for which `re` has no equal."""


def translate(expression: Expression) -> Translation | None:
    """Returns the translation, or None if there is none."""
    node = expression.node
    try:
        compiled = re.compile(_pattern(node), re.ASCII | re.DOTALL)
    except (_CannotTranslateError, OverflowError, RecursionError, re.error):
        return None
    anchored = _is_anchored(node)
    power, factor = _cost(node)
    return Translation(
        compiled,
        power=power + (not anchored) if power >= 0 else 0,
        factor=factor,
        deterministic=_is_deterministic(node),
        anchored=anchored,
    )


def _mask(chars: CharSet) -> int:
    return sum(1 << code for code, char in enumerate(_ASCII) if chars.has(char))


def _class(chars: CharSet) -> str:
    members = [char for char in _ASCII if chars.has(char)]
    if len(members) == len(_ASCII):
        return "."
    if not members:
        return "(?!)"
    if len(members) == 1:
        return re.escape(members[0])
    return "[" + "".join(f"\\x{ord(char):02x}" for char in members) + "]"


def _pattern(node: Node) -> str:
    match node:
        case CharSet():
            return _class(node)
        case Assertion(what):
            if isinstance(what, Boundary) and what in _BOUNDARIES:
                return _BOUNDARIES[what]
            raise _CannotTranslateError
        case Group(inner, number):
            return f"({'' if number else '?:'}{_pattern(inner)})"
        case Concat(parts):
            return "".join(map(_pattern, parts))
        case Alternatives(branches):
            return "(?:" + "|".join(map(_pattern, branches)) + ")"
        case Repeat(inner, least, most, prefer):
            bound = f"{{{least},{'' if most is None else most}}}"
            lazy = "?" if prefer is Prefer.SHORTER else ""
            return f"(?:{_pattern(inner)}){bound}{lazy}"
        case Backref():
            raise _CannotTranslateError


def _is_anchored(node: Node) -> bool:
    """Says whether a match can only begin where the text does."""
    match node:
        case Assertion(what):
            return what is Boundary.TEXT_START
        case Concat((first, *_)):
            return _is_anchored(first)
        case Group(inner, _):
            return _is_anchored(inner)
        case _:
            return False


# ---- time -------------------------------------------------------------------------------------


def _cost(node: Node) -> tuple[int, int]:
    """Returns (power, factor) of the time that backtracking may take; power -1: too much."""
    match node:
        case Group(inner, _):
            return _cost(inner)
        case Concat(parts):
            return _product([_cost(part) for part in parts])
        case Alternatives(branches):
            power, factor = _product([_cost(branch) for branch in branches])
            return power, factor * len(branches)
        case Repeat(inner, _, most, _):
            if most is not None and most <= 1:
                power, factor = _cost(inner)
                return power, factor * 2
            return (1, 1) if _is_simple(inner) else (-1, 1)
        case _:
            return 0, 1


def _product(costs: list[tuple[int, int]]) -> tuple[int, int]:
    if any(power < 0 for power, _ in costs):
        return -1, 1
    factor = 1
    for _, each in costs:
        factor *= each
    return sum(power for power, _ in costs), factor


def _is_simple(node: Node) -> bool:
    """Says whether a node matches in one way only, at some length of its own."""
    match node:
        case CharSet():
            return True
        case Group(inner, _):
            return _is_simple(inner)
        case Concat(parts):
            return bool(parts) and all(map(_is_simple, parts))
        case _:
            return False


# ---- determinism ------------------------------------------------------------------------------


class _AmbiguousError(Exception):
    """Two ways go on with one character, or the two engines could differ in another way."""


@dataclass(slots=True)
class _Ends:
    """Where a node's matches can begin and end: positions in `_Positions`, and whether empty."""

    first: list[int]
    last: list[int]
    nullable: bool


class _Positions:
    """The character sets of an expression in order, and which may follow which."""

    def __init__(self) -> None:
        self.masks: list[int] = []
        self.follow: list[set[int]] = []

    def add(self, node: Node) -> _Ends:
        match node:
            case CharSet():
                return self._char(node)
            case Assertion():
                return _Ends([], [], nullable=True)
            case Group(inner, _):
                return self.add(inner)
            case Concat(parts):
                return self._concat(parts)
            case Alternatives(branches):
                return self._alternatives(branches)
            case Repeat():
                return self._repeat(node)
            case Backref():
                raise _AmbiguousError

    def _char(self, node: CharSet) -> _Ends:
        if len(self.masks) >= _POSITIONS_MAX:
            raise _AmbiguousError
        self.masks.append(_mask(node))
        self.follow.append(set())
        position = len(self.masks) - 1
        return _Ends([position], [position], nullable=False)

    def _concat(self, parts: tuple[Node, ...]) -> _Ends:
        ends = _Ends([], [], nullable=True)
        for part in parts:
            following = self.add(part)
            for position in ends.last:
                self.follow[position].update(following.first)
            if ends.nullable:
                ends.first += following.first
            ends.last = following.last + (ends.last if following.nullable else [])
            ends.nullable = ends.nullable and following.nullable
        return ends

    def _alternatives(self, branches: tuple[Node, ...]) -> _Ends:
        every = [self.add(branch) for branch in branches]
        if any(ends.nullable for ends in every):
            raise _AmbiguousError  # Perl would try the empty branch before a later one.
        return _Ends(
            [position for ends in every for position in ends.first],
            [position for ends in every for position in ends.last],
            nullable=False,
        )

    def _repeat(self, node: Repeat) -> _Ends:
        if node.prefer is Prefer.SHORTER or _has_inner_groups(node):
            raise _AmbiguousError
        if node.least == node.most and node.least > 0 and not _has_groups(node.node):
            return self._concat((node.node,) * node.least)
        ends = self.add(node.node)
        if ends.nullable:
            raise _AmbiguousError
        if node.most != 1:
            for position in ends.last:
                if not self.follow[position].isdisjoint(ends.first):
                    raise _AmbiguousError  # An inner loop goes the same way.
                self.follow[position].update(ends.first)
        return _Ends(ends.first, ends.last, nullable=node.least == 0)

    def check(self, positions: "list[int] | set[int]") -> None:
        """Raises if two of the positions share a character."""
        seen = 0
        for position in positions:
            if seen & self.masks[position]:
                raise _AmbiguousError
            seen |= self.masks[position]


def _is_deterministic(node: Node) -> bool:
    positions = _Positions()
    try:
        ends = positions.add(node)
        positions.check(ends.first)
        for following in positions.follow:
            positions.check(following)
    except _AmbiguousError:
        return False
    return True


def _has_groups(node: Node) -> bool:
    """Says whether capturing parentheses are inside."""
    match node:
        case Group(inner, number):
            return number > 0 or _has_groups(inner)
        case Concat(parts):
            return any(map(_has_groups, parts))
        case Alternatives(branches):
            return any(map(_has_groups, branches))
        case Repeat(inner, _, _, _):
            return _has_groups(inner)
        case _:
            return False


def _has_inner_groups(node: Repeat) -> bool:
    """Says whether a repetition has groups that one round might leave as the last one set them.

    PostgreSQL forgets them with each round, Python doesn't. A single group around the whole is safe.
    """
    if node.most == 1:
        return False
    inner = node.node.node if isinstance(node.node, Group) else node.node
    return _has_groups(inner)
