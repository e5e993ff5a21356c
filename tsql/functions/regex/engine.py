"""Compiled regular expressions: does a text match, and where?

Compiled ones are kept, so that a function called for every row compiles once. `find` looks for the
leftmost match from a place on: first an automaton that may begin anywhere tells whether there is any
match, and by where it ends; then each beginning up to there is tried. Where Python's re would find
the same, it is asked instead.
"""

import functools
import re

from tsql.functions.regex.automaton import Automaton, Budget
from tsql.functions.regex.dissect import Dissection, Flags, Span, tree_of
from tsql.functions.regex.parser import parse
from tsql.functions.regex.syntax import Options
from tsql.functions.regex.translate import translate

#: Compiled expressions that are kept.
_KEPT_MAX = 256
#: Characters of an expression up to which translating it is worth the time.
_TRANSLATED_LENGTH_MAX = 1_000


class Regex:
    """A compiled expression.

    Attributes:
        group_count: Number of capturing parentheses.
    """

    def __init__(self, pattern: str, options: Options) -> None:
        expression = parse(pattern, options)
        self.group_count = expression.group_count
        self.tree = tree_of(expression.node)
        self.search = Automaton(expression.node, floating=True)
        is_short = len(pattern) <= _TRANSLATED_LENGTH_MAX
        self.translation = translate(expression) if is_short else None
        self.has_references = bool(self.tree.flags & Flags.BACKREF)
        self.is_short = bool(self.tree.flags & Flags.SHORTER)

    def test(self, text: str) -> bool:
        """Says whether there is a match anywhere."""
        if self.translation and self.translation.may_test(text):
            return self.translation.compiled.search(text) is not None
        if self.has_references:
            return self.find(text) is not None
        return self.search.shortest(text, 0, 0, len(text), Budget()) >= 0

    def find(self, text: str, start: int = 0, *, groups: bool = True) -> list[Span | None] | None:
        """Returns the extents of the leftmost match from `start` on and of its groups, or None.

        Without `groups` only the match's own extent is worked out.
        """
        if self.translation and self.translation.may_find(text):
            return _spans(self.translation.compiled.search(text, start))
        budget = Budget()
        first_end = self.search.shortest(text, start, start, len(text), budget)
        if first_end < 0:
            return None
        last_begin = len(text) if self.has_references else first_end
        for begin in range(start, last_begin + 1):
            found = self._at(text, begin, budget, groups=groups)
            if found is not None:
                return found
        return None

    def _at(
        self, text: str, begin: int, budget: Budget, *, groups: bool
    ) -> list[Span | None] | None:
        """Returns the match that begins exactly there, if any."""
        automaton = self.tree.automaton()
        if self.is_short:
            end = automaton.shortest(text, begin, begin, len(text), budget)
        else:
            end = automaton.longest(text, begin, len(text), budget)
        while end >= 0:
            if not self.has_references and not (groups and self.group_count):
                return [(begin, end)]
            dissection = Dissection(text, self.group_count, budget)
            if dissection.fit(self.tree, begin, end):
                dissection.spans[0] = (begin, end)
                return dissection.spans
            if end == (len(text) if self.is_short else begin):
                return None
            if self.is_short:
                end = automaton.shortest(text, begin, end + 1, len(text), budget)
            else:
                end = automaton.longest(text, begin, end - 1, budget)
        return None


def _spans(match: re.Match[str] | None) -> list[Span | None] | None:
    """Returns the extents of Python's match and of its groups."""
    if match is None:
        return None
    return [span if span[0] >= 0 else None for span in match.regs]


@functools.lru_cache(maxsize=_KEPT_MAX)
def compile_regex(pattern: str, options: Options) -> Regex:
    """Returns the compiled expression; raises 2201B."""
    return Regex(pattern, options)
