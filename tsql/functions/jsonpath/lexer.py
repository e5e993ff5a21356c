r"""The tokens of a jsonpath.

A token remembers the text that an error would quote: for a name that is what ended it, as in
PostgreSQL, where a syntax error at a name is reported `at end of jsonpath input`.

A run of characters that mean nothing special is a name, unless a number fits as well: then the longer
one counts, and a number with one character too many is an error of its own.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from storage.errors import DatabaseError
from tsql.types.json import number

_OTHER = r'[^?%$.\[\]{}()|&!=<>@#,*:+/\\" \t\n\r\f-]'
_RUN = re.compile(_OTHER + "+")
_ONE_OTHER = re.compile(_OTHER)
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INTEGER = r"(?:0|[1-9][0-9]*)"
_DECIMAL = rf"(?:{_INTEGER}\.[0-9]*|\.[0-9]+)"
_NUMBER = re.compile(rf"(?P<real>(?:{_DECIMAL}|{_INTEGER})[Ee][-+]?[0-9]+)|{_DECIMAL}|{_INTEGER}")
_BROKEN_REAL = re.compile(rf"(?:{_DECIMAL}|{_INTEGER})[Ee][-+]")
_OPERATORS = ("&&", "||", "**", "<=", "==", "<>", "!=", ">=", "<", ">", "!")
_UNICODE_RUN = re.compile(r"(?:\\u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{1,6}\}))+")
_UNICODE_ONE = re.compile(r"\\u(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{4}))")
_UNICODE_BROKEN = re.compile(r"\\u(?:\{[0-9A-Fa-f]{0,6}|[0-9A-Fa-f]{0,3})")
_HEX = re.compile(r"\\x([0-9A-Fa-f]{0,2})")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

_KEYWORDS = frozenset(
    (
        "is",
        "to",
        "abs",
        "lax",
        "last",
        "flag",
        "size",
        "type",
        "with",
        "floor",
        "double",
        "exists",
        "starts",
        "strict",
        "ceiling",
        "keyvalue",
        "like_regex",
        "unknown",
        "datetime",
    )
)
_LOWER_CASE_KEYWORDS = frozenset(("null", "true", "false"))


@dataclass(frozen=True, slots=True)
class Token:
    """A token: `kind` is a keyword or operator itself, or name, string, variable, integer, number, end.

    Attributes:
        text: What it means: a name, a string's content, a number's digits.
        shown: What a syntax error quotes; "" is shown as the end of the input.
    """

    kind: str
    text: str
    shown: str


def syntax_error(message: str, shown: str) -> DatabaseError:
    """Returns the error, naming the place."""
    where = f'at or near "{shown}"' if shown else "at end"
    return DatabaseError("42601", f"{message} {where} of jsonpath input")


class Lexer:
    """Gives one token after another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def next(self) -> Token:
        while True:
            self._skip()
            if self.position >= len(self.text):
                return Token("end", "", "")
            token = self._token()
            if token is not None:
                return token

    def _skip(self) -> None:
        while True:
            if blanks := _BLANKS.match(self.text, self.position):
                self.position = blanks.end()
            elif self.text.startswith("/*", self.position):
                comment = _COMMENT.match(self.text, self.position)
                if not comment:
                    raise syntax_error("unexpected end of comment", "")
                self.position = comment.end()
            else:
                return

    def _token(self) -> Token | None:
        char = self.text[self.position]
        if char == '"':
            self.position += 1
            return Token("string", self._quoted(), '"')
        if char == "$":
            return self._dollar()
        if token := self._number():
            return token
        if char == "\\" or _ONE_OTHER.match(char):
            return self._name()
        for operator in _OPERATORS:
            if self.text.startswith(operator, self.position):
                self.position += len(operator)
                return Token("!=" if operator == "<>" else operator, "", operator)
        self.position += 1
        return Token(char, "", char)

    def _dollar(self) -> Token:
        self.position += 1
        if self.text.startswith('"', self.position):
            self.position += 1
            return Token("variable", self._quoted(), '"')
        run = _RUN.match(self.text, self.position)
        if not run:
            return Token("$", "", "$")
        self.position = run.end()
        return Token("variable", run.group(), "$" + run.group())

    def _number(self) -> Token | None:
        found = _NUMBER.match(self.text, self.position)
        broken = _BROKEN_REAL.match(self.text, self.position)
        run = _RUN.match(self.text, self.position)
        if not found:
            return None
        end = found.end()
        if broken and broken.end() > end:
            raise syntax_error("invalid numeric literal", broken.group())
        run_end = run.end() if run else 0
        if _ONE_OTHER.match(self.text, end):
            if run_end > end + 1:
                return None
            raise syntax_error(
                "trailing junk after numeric literal", self.text[self.position : end + 1]
            )
        self.position = end
        text = found.group()
        return Token("integer" if text.isdigit() else "number", text, text)

    def _name(self) -> Token | None:
        """Reads a name or keyword; one that a comment follows at once gets lost, as in PostgreSQL."""
        pieces: list[str] = []
        while self.position < len(self.text):
            if run := _RUN.match(self.text, self.position):
                pieces.append(run.group())
                self.position = run.end()
            elif self.text[self.position] == "\\":
                pieces.append(self._escape())
            else:
                break
        if self.text.startswith("/*", self.position):
            return None
        blanks = _BLANKS.match(self.text, self.position)
        name = "".join(pieces)
        shown = blanks.group() if blanks else ""
        if name in _LOWER_CASE_KEYWORDS:
            return Token(name, name, shown)
        lower = name.lower()
        return Token(lower if lower in _KEYWORDS else "name", name, shown)

    def _quoted(self) -> str:
        """Reads up to the closing quote."""
        pieces: list[str] = []
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == '"':
                self.position += 1
                return "".join(pieces)
            if char == "\\":
                pieces.append(self._escape())
            else:
                pieces.append(char)
                self.position += 1
        raise syntax_error("unexpected end of quoted string", "")

    def _escape(self) -> str:
        text, start = self.text, self.position
        if found := _UNICODE_RUN.match(text, start):
            self._refuse_broken_unicode(found)
            self.position = found.end()
            return _unicode(found.group())
        if broken := _UNICODE_BROKEN.match(text, start):
            raise syntax_error("invalid unicode sequence", broken.group())
        if hexadecimal := _HEX.match(text, start):
            digits = hexadecimal.group(1)
            if len(digits) < 2:
                raise syntax_error("invalid hex character sequence", hexadecimal.group())
            self.position = hexadecimal.end()
            return _character(int(digits, 16))
        if start + 1 >= len(text):
            raise syntax_error("unexpected end after backslash", "\\")
        self.position = start + 2
        return _ESCAPES.get(text[start + 1], text[start + 1])

    def _refuse_broken_unicode(self, run: re.Match[str]) -> None:
        """A run of escapes that goes on with a broken one is an error as a whole."""
        if self.text.startswith("\\u", run.end()):
            broken = _UNICODE_BROKEN.match(self.text, run.end())
            assert broken
            raise syntax_error("invalid unicode sequence", run.group() + broken.group())


def _unicode(run: str) -> str:
    pieces: list[str] = []
    high = 0
    for braced, plain in _UNICODE_ONE.findall(run):
        code = int(braced or plain, 16)
        if 0xD800 <= code < 0xDC00:
            if high:
                raise _surrogate("Unicode high surrogate must not follow a high surrogate.")
            high = code
            continue
        is_low = 0xDC00 <= code < 0xE000
        if is_low is not bool(high):
            raise _surrogate("Unicode low surrogate must follow a high surrogate.")
        if is_low:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
            high = 0
        pieces.append(_character(code))
    if high:
        raise _surrogate("Unicode low surrogate must follow a high surrogate.")
    return "".join(pieces)


def _surrogate(detail: str) -> DatabaseError:
    return DatabaseError("22P02", "invalid input syntax for type jsonpath", detail=detail)


def _character(code: int) -> str:
    if code == 0:
        raise DatabaseError(
            "22P05",
            "unsupported Unicode escape sequence",
            detail="\\u0000 cannot be converted to text.",
        )
    if code > 0x10FFFF:
        raise DatabaseError("42601", "invalid Unicode code point")
    return chr(code)


def number_of(token: Token) -> int | Decimal:
    """Returns the number that a token stands for: `1.` and `.5` are fine here, unlike in JSON."""
    text = token.text
    if text.startswith("."):
        text = "0" + text
    return number(re.sub(r"\.(?![0-9])", "", text))
