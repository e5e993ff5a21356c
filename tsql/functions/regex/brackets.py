r"""Bracket expressions: [abc], [^a-z], [[:alpha:]], [[.hyphen.]], [[=e=]], [\d_]."""

from collections.abc import Callable

from tsql.functions import ctype
from tsql.functions.regex.escapes import CLASS_ESCAPES, read_escape
from tsql.functions.regex.syntax import CharSet, Options, invalid

_UNBALANCED = "brackets [] not balanced"
_COLLATING_NAMES = """
NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed carriage-return SO SI
DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1
space exclamation-mark quotation-mark number-sign dollar-sign percent-sign ampersand apostrophe
left-parenthesis right-parenthesis asterisk plus-sign comma hyphen period slash
zero one two three four five six seven eight nine colon semicolon less-than-sign equals-sign
greater-than-sign question-mark commercial-at
"""
_COLLATING = {name: chr(code) for code, name in enumerate(_COLLATING_NAMES.split())} | {
    "BEL": "\a",
    "BS": "\b",
    "HT": "\t",
    "LF": "\n",
    "VT": "\v",
    "FF": "\f",
    "CR": "\r",
    "FS": "\x1c",
    "GS": "\x1d",
    "RS": "\x1e",
    "US": "\x1f",
    "hyphen-minus": "-",
    "full-stop": ".",
    "solidus": "/",
    "left-square-bracket": "[",
    "backslash": "\\",
    "reverse-solidus": "\\",
    "right-square-bracket": "]",
    "circumflex": "^",
    "circumflex-accent": "^",
    "underscore": "_",
    "low-line": "_",
    "grave-accent": "`",
    "left-brace": "{",
    "left-curly-bracket": "{",
    "vertical-line": "|",
    "right-brace": "}",
    "right-curly-bracket": "}",
    "tilde": "~",
    "DEL": "\x7f",
}
#: How many characters of a range are looked at for their other case.
_RANGE_CASES_MAX = 0x20000


def either_case(char: str) -> tuple[str, str]:
    """Returns the lower and the upper case of a character."""
    return ctype.lower_char(char), ctype.upper_char(char)


class BracketReader:
    """Reads from after the opening bracket; `position` ends after the closing one."""

    def __init__(self, pattern: str, position: int, options: Options) -> None:
        self.pattern = pattern
        self.position = position
        self.options = options
        self.characters: set[str] = set()
        self.ranges: list[tuple[str, str]] = []
        self.classes: list[tuple[Callable[[str], bool], bool]] = []

    def read(self) -> CharSet:
        negated = self.pattern.startswith("^", self.position)
        self.position += negated
        first = self.position
        while True:
            char = self._char_at()
            if char == "]" and self.position > first:
                self.position += 1
                break
            self._item(char, is_first=self.position == first)
        if negated and self.options.line_stops:
            self.characters.add("\n")
        return CharSet(frozenset(self.characters), tuple(self.ranges), tuple(self.classes), negated)

    def _char_at(self) -> str:
        if self.position >= len(self.pattern):
            raise invalid(_UNBALANCED)
        return self.pattern[self.position]

    def _item(self, char: str, *, is_first: bool) -> None:
        if char == "-" and not is_first and not self.pattern.startswith("]", self.position + 1):
            raise invalid("invalid character range")
        start = self._endpoint()
        if start is None:
            return
        if not self._at_range():
            self._add(start)
            return
        self.position += 1
        end = self._range_end() or chr(0x10FFFF)
        if start > end:
            raise invalid("invalid character range")
        self._add_range(start, end)

    def _at_range(self) -> bool:
        """Says whether a hyphen here makes a range: not before the closing bracket."""
        char = self._char_at()
        return char == "-" and not self.pattern.startswith("]", self.position + 1)

    def _range_end(self) -> str:
        char = self._char_at()
        if char == "-":
            self.position += 1
            return char
        end = self._endpoint()
        if end is None:
            raise invalid("invalid character range")
        return end

    def _endpoint(self) -> str | None:
        """Reads a single character, however written; a class is taken in, and None returned."""
        char = self._char_at()
        self.position += 1
        if char == "\\" and self.options.syntax == "advanced":
            return self._escape()
        if char == "[":
            opening = self._char_at()
            if opening in ".:=":
                self.position += 1
                return self._named(opening)
        return char

    def _escape(self) -> str | None:
        if self.position >= len(self.pattern):
            raise invalid("invalid escape \\ sequence")
        kind = self.pattern[self.position]
        if kind in CLASS_ESCAPES:
            self.position += 1
            self.classes.append(CLASS_ESCAPES[kind])
            self._refuse_range()
            return None
        char, self.position = read_escape(self.pattern, self.position)
        return char

    def _named(self, kind: str) -> str | None:
        end = self.pattern.find(kind + "]", self.position)
        if end < 0:
            raise invalid(_UNBALANCED)
        name = self.pattern[self.position : end]
        self.position = end + 2
        if kind == ":":
            self._add_class(name)
            self._refuse_range()
            return None
        char = name if len(name) == 1 else _COLLATING.get(name)
        if char is None:
            raise invalid("invalid collating element")
        if kind == "=":
            self._add(char)
            self._refuse_range()
            return None
        return char

    def _refuse_range(self) -> None:
        """A class can't begin a range."""
        if self._at_range():
            raise invalid("invalid character range")

    def _add_class(self, name: str) -> None:
        if self.options.ignore_case and name in ("upper", "lower"):
            name = "alpha"
        predicate = ctype.CLASSES.get(name)
        if predicate is None:
            raise invalid("invalid character class")
        self.classes.append((predicate, False))

    def _add(self, char: str) -> None:
        self.characters.update(either_case(char) if self.options.ignore_case else (char,))

    def _add_range(self, start: str, end: str) -> None:
        self.ranges.append((start, end))
        if self.options.ignore_case:
            last = min(ord(end), ord(start) + _RANGE_CASES_MAX)
            for code in range(ord(start), last + 1):
                self.characters.update(either_case(chr(code)))
