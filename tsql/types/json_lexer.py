r"""Reading JSON text token by token, with PostgreSQL's own errors.

The usual way in is msgspec (tsql.types.json): a hundred times faster, but its errors aren't
PostgreSQL's and it stops at what PostgreSQL accepts (integers of 5,000 digits, lone surrogates in
`json`). So what msgspec refuses comes here. Functions that must keep the text of a json value as it
was written also read by tokens.

A token knows where it begins and ends; strings are decoded only on request (`decode`), since type
json accepts escapes that stand for nothing (`\u0000`, half a surrogate pair) as long as nobody asks
for their meaning.
"""

import enum
import re
from typing import Final

from storage.errors import DatabaseError


class Token(enum.Enum):
    """Kinds of tokens; the value is how an object or array is opened, closed or divided."""

    END = ""
    OBJECT_START = "{"
    OBJECT_END = "}"
    ARRAY_START = "["
    ARRAY_END = "]"
    COMMA = ","
    COLON = ":"
    STRING = '"'
    NUMBER = "number"
    TRUE = "true"
    FALSE = "false"
    NULL = "null"


SCALARS: Final = frozenset({Token.STRING, Token.NUMBER, Token.TRUE, Token.FALSE, Token.NULL})
_PUNCTUATION: dict[str, Token] = {
    str(token.value): token for token in Token if token.value in set("{}[],:")
}
_WORDS = {"true": Token.TRUE, "false": Token.FALSE, "null": Token.NULL}

_BLANKS = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_NUMBER_LIKE = re.compile(r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]*)?")
_WORD = re.compile(r"[0-9A-Za-z_\u0080-\U0010ffff]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

_CONTEXT_BYTES_MAX = 50
INVALID_JSON = "invalid input syntax for type json"


class JsonLexer:
    """Walks over a JSON text. `token` is the current one, `text[start:end]` its text.

    Attributes:
        value: The current string token's meaning, where escapes are decoded; else its raw text.
    """

    __slots__ = ("decode", "end", "start", "text", "token", "value")

    def __init__(self, text: str, *, decode: bool) -> None:
        self.text = text
        self.decode = decode
        self.start = self.end = 0
        self.token = Token.END
        self.value = ""
        self.advance()

    def advance(self) -> None:
        """Moves to the next token."""
        text = self.text
        blanks = _BLANKS.match(text, self.end)
        assert blanks
        self.start = start = blanks.end()
        if start == len(text):
            self.end, self.token = start, Token.END
            return
        first = text[start]
        punctuation = _PUNCTUATION.get(first)
        if punctuation is not None:
            self.end, self.token = start + 1, punctuation
        elif first == '"':
            self._string()
        elif first == "-" or "0" <= first <= "9":
            self._number()
        else:
            self._word()

    def advance_past(self, token: Token) -> None:
        """Moves to the next token, and past it if it is this one."""
        self.advance()
        if self.token is token:
            self.advance()

    def _number(self) -> None:
        exact = _NUMBER.match(self.text, self.start)
        end = exact.end() if exact else 0
        rest = _WORD.match(self.text, end)
        if exact and rest and rest.end() == end and self.text[end : end + 2] != ".":
            self.end, self.token = end, Token.NUMBER
            if self.text[end : end + 1] != ".":
                return
        loose = _NUMBER_LIKE.match(self.text, self.start)
        assert loose
        garbage = _WORD.match(self.text, loose.end())
        assert garbage
        if exact and garbage.end() == exact.end():
            return
        self.end = garbage.end()
        raise self._invalid_token()

    def _word(self) -> None:
        found = _WORD.match(self.text, self.start)
        assert found
        self.end = max(found.end(), self.start + 1)
        token = _WORDS.get(found.group())
        if token is None:
            raise self._invalid_token()
        self.token = token

    def _string(self) -> None:
        """Reads a string; `pieces` is what it means so far, if anybody asks."""
        text, position = self.text, self.start + 1
        pieces: list[str] = []
        high = 0  # the first half of a surrogate pair, waiting for its second
        while True:
            plain = _PLAIN.match(text, position)
            assert plain
            if plain.end() > position:
                self._refuse_half_pair(high, plain.start() + 1)
                pieces.append(plain.group())
                position = plain.end()
            if position == len(text):
                self.end = position
                raise self._invalid_token()
            if text[position] == '"':
                break
            if text[position] != "\\":
                self.end = position
                raise self.error(
                    f"Character with value 0x{ord(text[position]):02x} must be escaped."
                )
            position, high = self._escape(position, high, pieces)
        self._refuse_half_pair(high, position + 1)
        self.end, self.token = position + 1, Token.STRING
        self.value = "".join(pieces)

    def _escape(self, position: int, high: int, pieces: list[str]) -> tuple[int, int]:
        """Reads one escape; returns where it ends, and the half of a pair it leaves open."""
        text = self.text
        kind = text[position + 1 : position + 2]
        if not kind:
            self.end = len(text)
            raise self._invalid_token()
        if kind != "u":
            if kind not in _ESCAPES:
                self.end = position + 2
                raise self.error(f'Escape sequence "\\{kind}" is invalid.')
            self._refuse_half_pair(high, position + 2)
            pieces.append(_ESCAPES[kind])
            return position + 2, 0
        digits = text[position + 2 : position + 6]
        if not _HEX4.fullmatch(digits):
            self._refuse_hex(position + 2)
        end = position + 6
        if not self.decode:
            return end, 0
        return end, self._code_point(int(digits, 16), high, end, pieces)

    def _code_point(self, code: int, high: int, end: int, pieces: list[str]) -> int:
        """Takes one UTF-16 unit; returns it if it is the first half of a pair, else 0."""
        self.end = end
        if 0xD800 <= code < 0xDC00:
            if high:
                raise self.error("Unicode high surrogate must not follow a high surrogate.")
            return code
        if 0xDC00 <= code < 0xE000:
            if not high:
                raise self.error("Unicode low surrogate must follow a high surrogate.")
            pieces.append(chr(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)))
            return 0
        self._refuse_half_pair(high, end)
        if code == 0:
            raise self.error(
                "\\u0000 cannot be converted to text.",
                sqlstate="22P05",
                message="unsupported Unicode escape sequence",
            )
        pieces.append(chr(code))
        return 0

    def _refuse_half_pair(self, high: int, end: int) -> None:
        if high:
            self.end = end
            raise self.error("Unicode low surrogate must follow a high surrogate.")

    def _refuse_hex(self, position: int) -> None:
        """Raises for the first of four characters that isn't a hexadecimal digit."""
        for offset in range(4):
            digit = self.text[position + offset : position + offset + 1]
            self.end = min(position + offset + 1, len(self.text))
            if not digit:
                raise self._invalid_token()
            if digit not in "0123456789abcdefABCDEF":
                raise self.error('"\\u" must be followed by four hexadecimal digits.')

    def _invalid_token(self) -> DatabaseError:
        return self.error(f'Token "{self.text[self.start : self.end]}" is invalid.')

    def expect(self, token: Token, expected: str) -> None:
        """Raises unless the current token is this one; `expected` is how the message calls it."""
        if self.token is not token:
            raise self.unexpected(expected)

    def unexpected(self, expected: str) -> DatabaseError:
        """Returns the error for a token that may not stand here."""
        if self.token is Token.END:
            return self.error("The input string ended unexpectedly.")
        return self.error(f'Expected {expected}, but found "{self.text[self.start : self.end]}".')

    def error(
        self, detail: str, *, sqlstate: str = "22P02", message: str = INVALID_JSON
    ) -> DatabaseError:
        """Returns an error with the line up to the token's end as its context."""
        return DatabaseError(sqlstate, message, detail=detail, context=self._context())

    def _context(self) -> str:
        """Quotes the end of the current line up to the token's end: fewer than 50 bytes of it."""
        before = self.text[: self.end]
        number = before.count("\n") + 1
        line = before[before.rfind("\n") + 1 :]
        shown = line
        while len(shown.encode()) >= _CONTEXT_BYTES_MAX:
            shown = shown[max(1, (len(shown.encode()) - _CONTEXT_BYTES_MAX) // 4) :]
        if len(line[: len(line) - len(shown)].encode()) <= 3:
            shown = line
        prefix = "..." if len(shown) < len(line) else ""
        following = self.text[self.end : self.end + 1]
        suffix = "..." if following and following not in "\n\r" else ""
        return f"JSON data, line {number}: {prefix}{shown}{suffix}"
