r"""Reads a regular expression: advanced (ARE), extended (ERE) or a literal string.

Recursive descent over the text; parentheses are the only recursion, and their depth is bounded. What
may stand where, what a backslash means and which error comes first follow PostgreSQL's manual, 9.7.3,
and its behaviour.
"""

import re

from storage.errors import not_supported
from tsql.functions.regex.brackets import BracketReader, either_case
from tsql.functions.regex.escapes import CLASS_ESCAPES, read_escape
from tsql.functions.regex.options import read_prefix
from tsql.functions.regex.syntax import (
    ANY,
    EMPTY,
    NOT_NEWLINE,
    Alternatives,
    Assertion,
    Backref,
    Boundary,
    CharSet,
    Concat,
    Expression,
    Group,
    Look,
    Node,
    Options,
    Prefer,
    Repeat,
    invalid,
)

#: Characters of an expression. PostgreSQL's own limit is on what it compiles to.
_LENGTH_MAX = 32_768
#: Repetitions that {m,n} may ask for.
_COUNT_MAX = 255
#: Parentheses inside parentheses.
_DEPTH_MAX = 100

_QUANTIFIERS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_LOOKS = {"?=": (True, False), "?!": (True, True), "?<=": (False, False), "?<!": (False, True)}
_BOUNDARY_ESCAPES = {
    "A": Boundary.TEXT_START,
    "Z": Boundary.TEXT_END,
    "m": Boundary.WORD_START,
    "M": Boundary.WORD_END,
    "y": Boundary.WORD_EDGE,
    "Y": Boundary.NO_WORD_EDGE,
}
_WORD_BRACKETS = {"[[:<:]]": Boundary.WORD_START, "[[:>:]]": Boundary.WORD_END}
_BLANK = re.compile(r"(?:[ \t\n\r\f\v]+|#[^\n]*)+")
_DIGITS = re.compile(r"[0-9]+")
_COMMENT = re.compile(r"\(\?#[^)]*\)?")


def parse(pattern: str, options: Options) -> Expression:
    """Returns the expression; raises 2201B."""
    if options.syntax == "literal" and (
        options.expanded or options.line_anchors or options.line_stops
    ):
        raise invalid("invalid argument to regex function")
    if len(pattern) > _LENGTH_MAX:
        raise invalid("regular expression is too complex")
    start, options = read_prefix(pattern, options)
    if options.syntax == "basic":
        raise not_supported("basic regular expression syntax")
    parser = _Parser(pattern, start, options)
    node = parser.literal() if options.syntax == "literal" else parser.whole()
    return Expression(node, len(parser.groups), options)


class _Parser:
    """Reads from `position` on. `groups` are the capturing groups closed so far, by number."""

    def __init__(self, pattern: str, position: int, options: Options) -> None:
        self.pattern = pattern
        self.position = position
        self.options = options
        self.advanced = options.syntax == "advanced"
        self.groups: dict[int, Node | None] = {}
        self.depth = 0
        self.looking = 0  # inside how many look-arounds: parentheses don't capture there

    def literal(self) -> Node:
        chars = self.pattern[self.position :]
        return Concat(tuple(self._char(char) for char in chars))

    def whole(self) -> Node:
        node = self._alternatives(in_group=False)
        if self.position < len(self.pattern):
            raise invalid("parentheses () not balanced")
        return node

    # ---- structure ----------------------------------------------------------------------------

    def _peek(self) -> str:
        """Returns the next character, "" at the end; skips what expanded syntax ignores."""
        while True:
            if self.options.expanded:
                blank = _BLANK.match(self.pattern, self.position)
                self.position = blank.end() if blank else self.position
            comment = self.advanced and _COMMENT.match(self.pattern, self.position)
            if not comment:
                return self.pattern[self.position : self.position + 1]
            self.position = comment.end()

    def _alternatives(self, *, in_group: bool) -> Node:
        branches = [self._branch(in_group=in_group)]
        while self._peek() == "|":
            self.position += 1
            branches.append(self._branch(in_group=in_group))
        return branches[0] if len(branches) == 1 else Alternatives(tuple(branches))

    def _branch(self, *, in_group: bool) -> Node:
        parts: list[Node] = []
        while (char := self._peek()) and char != "|":
            if char == ")" and (in_group or self.advanced):
                if in_group:
                    break
                raise invalid("parentheses () not balanced")
            atom = self._atom(char)
            parts.append(atom if isinstance(atom, Assertion) else self._quantified(atom))
        return parts[0] if len(parts) == 1 else Concat(tuple(parts))

    def _atom(self, char: str) -> Node:
        if char in _QUANTIFIERS or (char == "{" and self._opens_bound()):
            raise invalid("quantifier operand invalid")
        match char:
            case "(":
                return self._parentheses()
            case "[":
                return self._brackets()
            case "\\":
                return self._escape()
            case ".":
                self.position += 1
                return NOT_NEWLINE if self.options.line_stops else ANY
            case "^" | "$":
                self.position += 1
                return Assertion(self._anchor(char))
            case _:
                self.position += 1
                return self._char(char)

    def _anchor(self, char: str) -> Boundary:
        if self.options.line_anchors:
            return Boundary.LINE_START if char == "^" else Boundary.LINE_END
        return Boundary.TEXT_START if char == "^" else Boundary.TEXT_END

    def _char(self, char: str) -> CharSet:
        chars = either_case(char) if self.options.ignore_case else (char,)
        return CharSet(frozenset(chars))

    # ---- quantifiers --------------------------------------------------------------------------

    def _opens_bound(self) -> bool:
        """Says whether the brace here opens a bound: only if a digit follows."""
        position = self.position + 1
        if self.options.expanded and (blank := _BLANK.match(self.pattern, position)):
            position = blank.end()
        return "0" <= self.pattern[position : position + 1] <= "9"

    def _quantified(self, atom: Node) -> Node:
        char = self._peek()
        if char in _QUANTIFIERS and char:
            self.position += 1
            least, most = _QUANTIFIERS[char]
            return Repeat(atom, least, most, self._preference())
        if char == "{" and self._opens_bound():
            self.position += 1
            return self._bound(atom)
        return atom

    def _preference(self) -> Prefer:
        if self.advanced and self.pattern.startswith("?", self.position):
            self.position += 1
            return Prefer.SHORTER
        return Prefer.LONGER

    def _bound(self, atom: Node) -> Node:
        least = self._count()
        most: int | None = least
        is_range = self._peek_in_bound() == ","
        if is_range:
            self.position += 1
            most = self._count() if self._peek_in_bound().isdigit() else None
            if most is not None and least > most:
                raise invalid("invalid repetition count(s)")
        if self._peek_in_bound() != "}":
            raise invalid("invalid repetition count(s)")
        self.position += 1
        preference = self._preference()
        return Repeat(atom, least, most, preference if is_range else Prefer.NONE)

    def _peek_in_bound(self) -> str:
        if self.options.expanded and (blank := _BLANK.match(self.pattern, self.position)):
            self.position = blank.end()
        char = self.pattern[self.position : self.position + 1]
        if not char:
            raise invalid("braces {} not balanced")
        if char not in "0123456789,}":
            raise invalid("invalid repetition count(s)")
        return char

    def _count(self) -> int:
        self._peek_in_bound()
        found = _DIGITS.match(self.pattern, self.position)
        if not found:
            raise invalid("invalid repetition count(s)")
        self.position = found.end()
        if len(found.group().lstrip("0")) > 3 or int(found.group()) > _COUNT_MAX:
            raise invalid("invalid repetition count(s)")
        return int(found.group())

    # ---- atoms --------------------------------------------------------------------------------

    def _parentheses(self) -> Node:
        self.position += 1
        look: tuple[bool, bool] | None = None
        number = 0
        if self.advanced and self.pattern.startswith("?", self.position):
            look = self._special()
        elif not self.looking:
            number = len(self.groups) + 1
            self.groups[number] = None
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise invalid("regular expression is too complex")
        self.looking += look is not None
        node = self._alternatives(in_group=True)
        if self._peek() != ")":
            raise invalid("parentheses () not balanced")
        self.position += 1
        self.looking -= look is not None
        self.depth -= 1
        if look:
            return Assertion(Look(node, ahead=look[0], negated=look[1]))
        if number:
            self.groups[number] = node
        return Group(node, number)

    def _special(self) -> tuple[bool, bool] | None:
        """Reads what follows `(` and begins with `?`; returns None for `(?:`."""
        for opening, look in _LOOKS.items():
            if self.pattern.startswith(opening, self.position):
                self.position += len(opening)
                return look
        if not self.pattern.startswith("?:", self.position):
            raise invalid("quantifier operand invalid")
        self.position += 2
        return None

    def _brackets(self) -> Node:
        boundary = _WORD_BRACKETS.get(self.pattern[self.position : self.position + 7])
        if boundary:
            self.position += 7
            return Assertion(boundary)
        reader = BracketReader(self.pattern, self.position + 1, self.options)
        charset = reader.read()
        self.position = reader.position
        return charset

    def _escape(self) -> Node:
        self.position += 1
        char = self.pattern[self.position : self.position + 1]
        if not char:
            raise invalid("invalid escape \\ sequence")
        if not self.advanced:
            self.position += 1
            return self._char(char)
        if char in _BOUNDARY_ESCAPES:
            self.position += 1
            return Assertion(_BOUNDARY_ESCAPES[char])
        if char in CLASS_ESCAPES:
            self.position += 1
            return CharSet(classes=(CLASS_ESCAPES[char],))
        if "1" <= char <= "9" and (reference := self._reference()):
            return reference
        value, self.position = read_escape(self.pattern, self.position)
        return self._char(value)

    def _reference(self) -> Node | None:
        """Reads a back reference; None if the digits must mean a character code."""
        found = _DIGITS.match(self.pattern, self.position)
        assert found
        digits = found.group()
        number = int(digits[:4])
        if len(digits) > 1 and not (number <= len(self.groups) and len(digits) < 4):
            return None
        node = self.groups.get(number)
        if node is None or self.looking:
            raise invalid("invalid backreference number")
        self.position = found.end()
        return Backref(number, without_assertions(node), self.options.ignore_case)


def without_assertions(node: Node) -> Node:
    """Returns the expression with all assertions left out: what a back reference may look like."""
    match node:
        case Assertion():
            return EMPTY
        case Group(inner, number):
            return Group(without_assertions(inner), number)
        case Repeat(inner, least, most, prefer):
            return Repeat(without_assertions(inner), least, most, prefer)
        case Concat(parts):
            return Concat(tuple(map(without_assertions, parts)))
        case Alternatives(branches):
            return Alternatives(tuple(map(without_assertions, branches)))
        case CharSet() | Backref():
            return node
