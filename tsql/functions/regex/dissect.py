"""Which part of a match belongs to which parentheses, by PostgreSQL's rules.

The expression becomes a tree of *parts*. A part that has no capturing parentheses, back references
or mixed preferences inside is a leaf: only its extent matters, which its automaton tells. The others
are dissected: a pair tries where its left side may end, longest first or shortest first as the left
side prefers; alternatives are tried in order; an iteration divides its text into repetitions.

`Part.flags` say what a part prefers and what is inside it; how they combine decides which parts are
leaves, and so what PostgreSQL's answer is.
"""

import enum
from dataclasses import dataclass, field

from tsql.functions.ctype import lower
from tsql.functions.regex.automaton import Automaton, Budget
from tsql.functions.regex.syntax import (
    Alternatives,
    Assertion,
    Backref,
    Concat,
    Group,
    Node,
    Prefer,
    Repeat,
)


class Flags(enum.IntFlag):
    """The first two are the part's own preference; the others also say what lies deeper."""

    LONGER = 1
    SHORTER = 2
    MIXED = 4
    CAPTURE = 8
    BACKREF = 16


_NONE = Flags(0)
_OWN = Flags.LONGER | Flags.SHORTER
_MESSY = Flags.MIXED | Flags.CAPTURE | Flags.BACKREF


def _up(flags: Flags) -> Flags:
    """Returns what remains of flags one level up: both preferences at once make a mixed one."""
    mixed = Flags.MIXED if flags & _OWN == _OWN else _NONE
    return (flags & ~_OWN) | mixed


def _combine(first: Flags, second: Flags) -> Flags:
    """Returns the flags of two parts in a row: the first preference counts."""
    return _up(first | second) | ((first & _OWN) or (second & _OWN))


@dataclass(slots=True)
class Part:
    """A piece of an expression: a leaf.

    Attributes:
        node: What it matches.
        group: The capturing parentheses that it is the content of, or 0.
    """

    node: Node
    flags: Flags
    group: int = 0
    groups: tuple[int, ...] = field(default=(), init=False)
    _automaton: Automaton | None = field(default=None, init=False)

    def automaton(self) -> Automaton:
        """Returns the automaton for the part's extent, made when first asked for."""
        if self._automaton is None:
            self._automaton = Automaton(self.node)
        return self._automaton


@dataclass(slots=True)
class Pair(Part):
    """Two parts in a row."""

    left: Part = field(kw_only=True)
    right: Part = field(kw_only=True)


@dataclass(slots=True)
class Choice(Part):
    """One of several parts."""

    branches: list[Part] = field(kw_only=True)


@dataclass(slots=True)
class Wrapper(Part):
    """A part inside a second pair of capturing parentheses."""

    child: Part = field(kw_only=True)


@dataclass(slots=True)
class Iteration(Part):
    """Repetitions of a part."""

    child: Part = field(kw_only=True)
    least: int = field(kw_only=True)
    most: int | None = field(kw_only=True)


@dataclass(slots=True)
class Reference(Part):
    """Repetitions of what some parentheses have captured."""

    backref: Backref = field(kw_only=True)
    least: int = field(kw_only=True)
    most: int | None = field(kw_only=True)


# ---- making the tree --------------------------------------------------------------------------


def tree_of(node: Node) -> Part:
    """Returns the parts of an expression, or of what stands in parentheses."""
    branches = node.branches if isinstance(node, Alternatives) else (node,)
    parts = [
        _branch(list(branch.parts) if isinstance(branch, Concat) else [branch])
        for branch in branches
    ]
    if len(parts) == 1:
        return parts[0]
    flags = Flags.LONGER
    for part in parts:
        flags |= _up(flags | part.flags)
    if not flags & _MESSY:
        return Part(node, flags)
    return Choice(node, flags, branches=parts)


def _branch(nodes: list[Node]) -> Part:
    """Returns the parts of a row of quantified atoms: as long a leaf as possible, then the rest."""
    flags = _NONE
    for index, node in enumerate(nodes):
        if isinstance(node, Assertion) or _is_nothing(node):
            continue
        atom, least, most, prefer = _quantified(node)
        part = _atom(atom)
        together = flags | prefer | part.flags
        is_captured = isinstance(atom, Group) and atom.number > 0
        if not is_captured and not isinstance(atom, Backref) and not _up(together) & _MESSY:
            flags = together
            continue
        head = Part(Concat(tuple(nodes[:index])), flags) if index else None
        messy = _repeated(part, least, most, prefer)
        own = _combine(prefer, part.flags)
        return _joined(head, messy, own, nodes[index + 1 :])
    return Part(Concat(tuple(nodes)), flags)


def _joined(head: Part | None, messy: Part, own: Flags, rest: list[Node]) -> Part:
    """Puts a row together: a plain head, the messy part, and what follows it."""
    if not rest:
        if head is None:
            return messy
        flags = head.flags | _combine(head.flags, messy.flags)
        return Pair(_row(head, messy), flags, left=head, right=messy)
    tail = _branch(rest)
    inner_flags = own | _combine(own, tail.flags)
    inner: Part = Pair(_row(messy, tail), inner_flags, left=messy, right=tail)
    if head is None:
        inner.flags = _combine(_NONE, inner_flags)
        return inner
    flags = head.flags | _combine(head.flags, inner_flags)
    if type(messy) is Part and type(tail) is Part and not _up(messy.flags | tail.flags) & _MESSY:
        inner = Part(inner.node, _combine(messy.flags, tail.flags))
    return Pair(_row(head, inner), flags, left=head, right=inner)


def _row(left: Part, right: Part) -> Node:
    return Concat((left.node, right.node))


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Repeat) and node.most == 0


def _quantified(node: Node) -> tuple[Node, int, int | None, Flags]:
    if isinstance(node, Repeat):
        return node.node, node.least, node.most, Flags(node.prefer)
    return node, 1, 1, Flags(Prefer.NONE)


def _atom(node: Node) -> Part:
    """Returns the part that an atom is by itself."""
    if isinstance(node, Backref):
        return Reference(node, Flags.BACKREF, backref=node, least=1, most=1)
    if not isinstance(node, Group):
        return Part(node, _NONE)
    part = tree_of(node.node)
    if node.number and part.group:
        return Wrapper(part.node, part.flags | Flags.CAPTURE, node.number, child=part)
    if node.number:
        part.flags |= Flags.CAPTURE
        part.group = node.number
    return part


def _repeated(part: Part, least: int, most: int | None, prefer: Flags) -> Part:
    """Returns a messy atom with its quantifier."""
    flags = _combine(prefer, part.flags)
    node = Repeat(part.node, least, most, Prefer.NONE)
    if isinstance(part, Reference):
        return Reference(node, part.flags | flags, backref=part.backref, least=least, most=most)
    if (least, most) == (1, 1):
        inside = part.flags & (_OWN | Flags.MIXED)
        if not prefer or not inside or prefer == inside:
            return part
    if not part.flags & (Flags.CAPTURE | Flags.BACKREF):
        return Part(node, flags)
    if least > 0 and not part.flags & Flags.BACKREF:
        # Only the last repetition's captures count, so those before it need no dissection.
        before = Part(
            Repeat(part.node, least - 1, None if most is None else most - 1, Prefer.NONE),
            flags & _OWN,
        )
        return Pair(_row(before, part), flags, left=before, right=part)
    return Iteration(node, flags, child=part, least=least, most=most)


def groups_of(part: Part) -> tuple[int, ...]:
    """Returns the numbers of all groups in a part, which a failed try must forget."""
    if part.groups:
        return part.groups
    found = [part.group] if part.group else []
    match part:
        case Pair():
            found += [*groups_of(part.left), *groups_of(part.right)]
        case Choice():
            for branch in part.branches:
                found += groups_of(branch)
        case Wrapper() | Iteration():
            found += groups_of(part.child)
        case _:
            pass
    part.groups = tuple(found)
    return part.groups


# ---- dissecting a match -----------------------------------------------------------------------

Span = tuple[int, int]


class Dissection:
    """One attempt to fit the parts into a match. `spans` are the groups' extents by number."""

    def __init__(self, text: str, group_count: int, budget: Budget) -> None:
        self.text = text
        self.budget = budget
        self.spans: list[Span | None] = [None] * (group_count + 1)

    def forget(self, part: Part) -> None:
        for group in groups_of(part):
            self.spans[group] = None

    def fit(self, part: Part, begin: int, end: int) -> bool:
        """Fits a part into exactly this extent, which its automaton accepts; sets the spans."""
        self.budget.spend(1)
        match part:
            case Pair():
                fits = self._fit_pair(part, begin, end)
            case Choice():
                fits = any(
                    self.longest(branch, begin, end) == end and self.fit(branch, begin, end)
                    for branch in part.branches
                )
            case Wrapper():
                fits = self.fit(part.child, begin, end)
            case Iteration():
                fits = _Division(self, part, begin, end).run()
            case Reference():
                fits = self._fit_reference(part, begin, end)
            case _:
                fits = True
        if not fits:
            self.forget(part)
        elif part.group:
            self.spans[part.group] = (begin, end)
        return fits

    def longest(self, part: Part, begin: int, end: int) -> int:
        return part.automaton().longest(self.text, begin, end, self.budget)

    def shortest(self, part: Part, begin: int, least: int, end: int) -> int:
        return part.automaton().shortest(self.text, begin, least, end, self.budget)

    def _fit_pair(self, pair: Pair, begin: int, end: int) -> bool:
        left, right = pair.left, pair.right
        is_short = bool(left.flags & Flags.SHORTER)
        middle = (
            self.shortest(left, begin, begin, end) if is_short else self.longest(left, begin, end)
        )
        while middle >= 0:
            reaches = self.longest(right, middle, end) == end
            if reaches and self.fit(left, begin, middle):
                if self.fit(right, middle, end):
                    return True
                self.forget(left)
            if middle == (end if is_short else begin):
                return False
            middle = (
                self.shortest(left, begin, middle + 1, end)
                if is_short
                else self.longest(left, begin, middle - 1)
            )
        return False

    def _fit_reference(self, part: Reference, begin: int, end: int) -> bool:
        span = self.spans[part.backref.number]
        if span is None:
            return False
        captured = self.text[span[0] : span[1]]
        length = end - begin
        if not captured:
            return length == 0
        if length == 0:
            return part.least == 0
        count, excess = divmod(length, len(captured))
        if excess or count < part.least or (part.most is not None and count > part.most):
            return False
        self.budget.spend(length)
        found = self.text[begin:end]
        if part.backref.ignore_case:
            return lower(found) == lower(captured) * count
        return found == captured * count


class _Division:
    """Divides an extent into repetitions of a part, backtracking over where each one ends."""

    def __init__(self, outer: Dissection, part: Iteration, begin: int, end: int) -> None:
        self.outer = outer
        self.part = part
        self.child = part.child
        self.begin = begin
        self.end = end
        self.is_short = bool(part.child.flags & Flags.SHORTER)
        self.least = max(part.least, 1)
        most = end - begin if part.most is None else min(end - begin, part.most)
        self.most = max(most, self.least)
        self.ends = [begin]  # where each repetition ends; the first entry is where all begin
        self.fitted = 0  # repetitions already fitted, from the first

    def run(self) -> bool:
        is_empty = self.begin == self.end and self.part.least == 0
        if is_empty and self.is_short:
            return True
        limit: int | None = self.begin if self.is_short else self.end
        while limit is not None:
            if self._place_next(limit):
                if self.ends[-1] == self.end:
                    if self._fit_all():
                        return True
                    limit = self._retry()
                else:
                    limit = self.ends[-1] if self.is_short else self.end
            else:
                limit = self._retry()
        # Nothing else fits: no repetition at all is a last resort for the empty text.
        return is_empty

    def _place_next(self, limit: int) -> bool:
        """Finds an end for the next repetition, up to (shortest first: from) `limit`."""
        number = len(self.ends)
        previous = self.ends[-1]
        if self.is_short:
            if limit == previous and limit != self.end and not self._may_be_empty(number, limit):
                limit += 1
            if number >= self.most:
                limit = self.end
            found = self.outer.shortest(self.child, previous, limit, self.end)
        else:
            found = self.outer.longest(self.child, previous, limit)
        if found < 0:
            return False
        if found != self.end and number >= self.most:
            return False
        self.ends.append(found)
        self.fitted = min(self.fitted, number - 1)
        is_stuck = found == previous and found != self.end
        return self.is_short or not is_stuck or self._may_be_empty(number, found)

    def _may_be_empty(self, number: int, position: int) -> bool:
        """Says whether a repetition here must match nothing for the least count to be reached."""
        return number < self.least and self.least - number >= self.end - position

    def _fit_all(self) -> bool:
        """Fits the repetitions not yet fitted; drops those after one that doesn't fit."""
        if len(self.ends) - 1 < self.least:
            return False
        for number in range(self.fitted + 1, len(self.ends)):
            self.outer.forget(self.child)
            if not self.outer.fit(self.child, self.ends[number - 1], self.ends[number]):
                del self.ends[number + 1 :]
                return False
            self.fitted = number
        return True

    def _retry(self) -> int | None:
        """Takes back repetitions until one can end elsewhere; returns its limit, None at the end."""
        while len(self.ends) > 1:
            found = self.ends.pop()
            number = len(self.ends)
            previous = self.ends[-1]
            if self.is_short:
                if found < self.end:
                    return found + 1
            elif found > previous:
                shorter = found - 1
                if shorter > previous or self._may_be_empty(number, previous):
                    return shorter
        return None
