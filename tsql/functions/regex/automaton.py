"""A lazy DFA: how far a match of a node can reach, in time linear in the text.

The node becomes a nondeterministic automaton (Thompson's construction); sets of its states become
the states of a deterministic one, made when the text first leads there and kept. Back references
look like the group that they refer to; whether the texts agree is for tsql.functions.regex.dissect.

Assertions make a step depend on the place as well as on the character. Those true at a place form a
bit mask, and each set of states is closed once per mask that occurs. Most expressions have none and
take the shorter loops.
"""

from storage.errors import DatabaseError
from tsql.functions.ctype import is_word
from tsql.functions.regex.syntax import (
    Alternatives,
    Assertion,
    Backref,
    Boundary,
    CharSet,
    Concat,
    Group,
    Look,
    Node,
    Repeat,
    invalid,
)

#: States of the nondeterministic automaton; {m,n} multiplies them.
_NFA_STATES_MAX = 20_000
#: Kept steps of the deterministic automaton; when there are more, it starts anew.
_DFA_STEPS_MAX = 20_000
#: Characters looked at, and states made, in one call of a function.
_STEPS_MAX = 20_000_000
_STATE_COST = 50


class Budget:
    """What one call may still spend. Shared by all automata that work for it."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps = _STEPS_MAX

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise DatabaseError("54000", "regular expression takes too long to match")


class _Nfa:
    """States are numbers. `empty` are moves without a character, perhaps under an assertion."""

    def __init__(self) -> None:
        self.empty: list[list[tuple[int, int]]] = []
        self.moves: list[list[tuple[CharSet, int]]] = []
        self.assertions: list[Boundary | Look] = []

    def state(self) -> int:
        if len(self.empty) >= _NFA_STATES_MAX:
            raise invalid("regular expression is too complex")
        self.empty.append([])
        self.moves.append([])
        return len(self.empty) - 1

    def skip(self, source: int, target: int, assertion: int = -1) -> None:
        self.empty[source].append((target, assertion))

    def add(self, node: Node, source: int) -> int:
        """Appends the node's automaton to a state; returns where it ends."""
        match node:
            case CharSet():
                target = self.state()
                self.moves[source].append((node, target))
                return target
            case Assertion(what):
                target = self.state()
                if what not in self.assertions:
                    self.assertions.append(what)
                self.skip(source, target, self.assertions.index(what))
                return target
            case Group(inner, _) | Backref(_, inner, _):
                return self.add(inner, source)
            case Concat(parts):
                for part in parts:
                    source = self.add(part, source)
                return source
            case Alternatives(branches):
                target = self.state()
                for branch in branches:
                    start = self.state()
                    self.skip(source, start)
                    self.skip(self.add(branch, start), target)
                return target
            case Repeat():
                return self._repeat(node, source)

    def _repeat(self, node: Repeat, source: int) -> int:
        for _ in range(node.least):
            source = self.add(node.node, source)
        if node.most is None:
            loop = self.state()
            self.skip(source, loop)
            self.skip(self.add(node.node, loop), loop)
            return loop
        end = self.state()
        for _ in range(node.most - node.least):
            self.skip(source, end)
            start = self.state()
            self.skip(source, start)
            source = self.add(node.node, start)
        self.skip(source, end)
        return end


class _State:
    """A set of automaton states, closed under empty moves for one mask of true assertions."""

    __slots__ = ("accepting", "members", "next")

    def __init__(self, members: frozenset[int], *, accepting: bool) -> None:
        self.members = members
        self.accepting = accepting
        self.next: dict[str, frozenset[int]] = {}


class _Plain:
    """A state of an automaton without assertions: its successors are states themselves."""

    __slots__ = ("accepting", "members", "next")

    def __init__(self, members: frozenset[int], *, accepting: bool) -> None:
        self.members = members
        self.accepting = accepting
        self.next: dict[str, _Plain] = {}


_NOWHERE: frozenset[int] = frozenset()


class Automaton:
    """Answers how far a node's matches reach. A floating one may begin anywhere."""

    def __init__(self, node: Node, *, floating: bool = False) -> None:
        self.nfa = _Nfa()
        start = self.nfa.state()
        self.final = self.nfa.add(node, start)
        self.start = frozenset((start,))
        self.floating = floating
        self.places = [_place_of(what) for what in self.nfa.assertions]
        self.plain: dict[frozenset[int], _Plain] = {}
        self.closed: dict[tuple[frozenset[int], int], _State] = {}
        self.relevant: dict[frozenset[int], tuple[int, ...]] = {}
        self.kept = 0

    # ---- what is asked ------------------------------------------------------------------------

    def longest(self, text: str, begin: int, end: int, budget: Budget) -> int:
        """Returns the last place up to `end` at which a match from `begin` can end, or -1."""
        if self.places:
            return self._longest_with_places(text, begin, end, budget)
        state = self._plain_start()
        last = begin if state.accepting else -1
        position = begin
        while position < end:
            char = text[position]
            following = state.next.get(char)
            if following is None:
                following = self._plain_step(state, char, budget)
            state = following
            if not state.members:
                break
            position += 1
            if state.accepting:
                last = position
        budget.spend(position - begin + 1)
        return last

    def shortest(self, text: str, begin: int, least: int, end: int, budget: Budget) -> int:
        """Returns the first place from `least` to `end` at which such a match can end, or -1."""
        if self.places:
            return self._shortest_with_places(text, begin, least, end, budget)
        state = self._plain_start()
        position = begin
        if state.accepting and position >= least:
            return position
        while position < end:
            char = text[position]
            following = state.next.get(char)
            if following is None:
                following = self._plain_step(state, char, budget)
            state = following
            if not state.members:
                break
            position += 1
            if state.accepting and position >= least:
                budget.spend(position - begin + 1)
                return position
        budget.spend(position - begin + 1)
        return -1

    # ---- without assertions -------------------------------------------------------------------

    def _plain_start(self) -> _Plain:
        return self._plain_state(self.start)

    def _plain_state(self, members: frozenset[int]) -> _Plain:
        state = self.plain.get(members)
        if state is None:
            closure = self._closure(members, 0)
            state = _Plain(closure, accepting=self.final in closure)
            self.plain[members] = state
        return state

    def _plain_step(self, state: _Plain, char: str, budget: Budget) -> _Plain:
        self._keep_one_more(budget)
        following = self._plain_state(self._move(state.members, char))
        state.next[char] = following
        return following

    # ---- with assertions ----------------------------------------------------------------------

    def _longest_with_places(self, text: str, begin: int, end: int, budget: Budget) -> int:
        members = self.start
        last = -1
        for position in range(begin, end + 1):
            state = self._closed(members, text, position, budget)
            if state.accepting:
                last = position
            if position == end:
                break
            members = self._step(state, text[position], budget)
            if not members:
                break
        return last

    def _shortest_with_places(
        self, text: str, begin: int, least: int, end: int, budget: Budget
    ) -> int:
        members = self.start
        for position in range(begin, end + 1):
            state = self._closed(members, text, position, budget)
            if state.accepting and position >= least:
                return position
            if position == end:
                break
            members = self._step(state, text[position], budget)
            if not members:
                break
        return -1

    def _closed(self, members: frozenset[int], text: str, position: int, budget: Budget) -> _State:
        relevant = self.relevant.get(members)
        if relevant is None:
            relevant = self.relevant[members] = self._relevant(members)
        mask = 0
        for bit in relevant:
            if self.places[bit].holds(text, position, budget):
                mask |= 1 << bit
        state = self.closed.get((members, mask))
        if state is None:
            self._keep_one_more(budget)
            closure = self._closure(members, mask)
            state = _State(closure, accepting=self.final in closure)
            self.closed[members, mask] = state
        return state

    def _step(self, state: _State, char: str, budget: Budget) -> frozenset[int]:
        budget.spend(1)
        following = state.next.get(char)
        if following is None:
            self._keep_one_more(budget)
            following = state.next[char] = self._move(state.members, char)
        return following

    # ---- sets of states -----------------------------------------------------------------------

    def _keep_one_more(self, budget: Budget) -> None:
        budget.spend(_STATE_COST)
        self.kept += 1
        if self.kept > _DFA_STEPS_MAX:
            self.plain.clear()
            self.closed.clear()
            self.relevant.clear()
            self.kept = 0

    def _relevant(self, members: frozenset[int]) -> tuple[int, ...]:
        """Returns the assertions that the closure of the states may depend on."""
        reached = self._closure(members, -1)
        found = {bit for member in reached for _, bit in self.nfa.empty[member] if bit >= 0}
        return tuple(sorted(found))

    def _move(self, members: frozenset[int], char: str) -> frozenset[int]:
        moves = self.nfa.moves
        targets = {
            target for member in members for chars, target in moves[member] if chars.has(char)
        }
        if self.floating:
            targets |= self.start
        return frozenset(targets) if targets else _NOWHERE

    def _closure(self, members: frozenset[int], mask: int) -> frozenset[int]:
        reached = set(members)
        waiting = list(members)
        while waiting:
            for target, assertion in self.nfa.empty[waiting.pop()]:
                if target not in reached and (assertion < 0 or mask >> assertion & 1):
                    reached.add(target)
                    waiting.append(target)
        return frozenset(reached)


# ---- places -----------------------------------------------------------------------------------


class _BoundaryPlace:
    """A place told by its two neighbours."""

    def __init__(self, boundary: Boundary) -> None:
        self.boundary = boundary

    def holds(self, text: str, position: int, budget: Budget) -> bool:
        before = text[position - 1] if position else ""
        after = text[position] if position < len(text) else ""
        match self.boundary:
            case Boundary.TEXT_START:
                return not before
            case Boundary.TEXT_END:
                return not after
            case Boundary.LINE_START:
                return before in ("", "\n")
            case Boundary.LINE_END:
                return after in ("", "\n")
            case Boundary.WORD_START:
                return _is_word(after) and not _is_word(before)
            case Boundary.WORD_END:
                return _is_word(before) and not _is_word(after)
            case Boundary.WORD_EDGE:
                return _is_word(before) is not _is_word(after)
            case Boundary.NO_WORD_EDGE:
                return _is_word(before) is _is_word(after)


def _is_word(char: str) -> bool:
    return char != "" and is_word(char)


class _LookPlace:
    """A place from which, or up to which, an expression matches."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.automaton = Automaton(look.node, floating=not look.ahead)
        self.length = None if look.ahead else length_max(look.node)

    def holds(self, text: str, position: int, budget: Budget) -> bool:
        if self.look.ahead:
            found = self.automaton.shortest(text, position, position, len(text), budget) >= 0
        else:
            begin = 0 if self.length is None else max(position - self.length, 0)
            found = self.automaton.longest(text, begin, position, budget) == position
        return found is not self.look.negated


def length_max(node: Node) -> int | None:
    """Returns the length of the longest text that the node matches, None if there is no limit."""
    match node:
        case CharSet():
            return 1
        case Assertion():
            return 0
        case Group(inner, _) | Backref(_, inner, _):
            return length_max(inner)
        case Concat(parts):
            lengths = [length_max(part) for part in parts]
            return None if None in lengths else sum(filter(None, lengths))
        case Alternatives(branches):
            lengths = [length_max(branch) for branch in branches]
            return None if None in lengths else max(filter(None, lengths), default=0)
        case Repeat(inner, _, most, _):
            length = length_max(inner)
            if length == 0:
                return 0
            return None if length is None or most is None else length * most


def _place_of(what: Boundary | Look) -> _BoundaryPlace | _LookPlace:
    return _LookPlace(what) if isinstance(what, Look) else _BoundaryPlace(what)
