"""The words of expressions.

    SET #a.b[0] = if_not_exists(c, :zero) + :one

| kind  | written as                                                     |
|-------|----------------------------------------------------------------|
| name  | a letter, then letters, digits and _; keywords are names, too  |
| #     | a placeholder for a name: # and letters, digits and _          |
| :     | a placeholder for a value, likewise                            |
| digit | digits, for list indexes                                       |
| else  | the operator or the bracket is its own kind                    |

Text that is none of these becomes a token of one character and kind "bad", so that the parser
reports it where it stands. A syntax error shows the token and what is near it: the text from the
token before to the token after.
"""

import itertools
import re
from typing import Final, NamedTuple

EXPRESSION_SIZE_BYTES_MAX: Final = 4096
OPERATORS_MAX: Final = 300

_TOKEN: Final = re.compile(
    r"[ \t\r\n]*(?:(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<placeholder>[#:][A-Za-z0-9_]+)"
    r"|(?P<digit>[0-9]+)|(?P<symbol><=|>=|<>|[=<>+\-().,\[\]])|(?P<bad>[^ \t\r\n]))"
)
COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_OPERATOR_KINDS: Final = COMPARATORS | {"+", "-"}
_OPERATOR_WORDS: Final = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})


class ExpressionError(Exception):
    """What is wrong with an expression, without "Invalid ConditionExpression: "."""


class Token(NamedTuple):
    """A word of an expression.

    Attributes:
        kind: See the module; "" at the end.
        text: As written.
        upper: A name in capital letters, "" for all others.
        start: Where it begins.
        end: Where the next may begin.
    """

    kind: str
    text: str
    upper: str
    start: int
    end: int


class ExpressionSizeError(ExpressionError):
    """An expression is too long."""

    #: All that is said of an update expression.
    reason: Final = "Expression size has exceeded the maximum allowed size;"

    def __init__(self, size: int) -> None:
        super().__init__(f"{self.reason} expression size: {size}")


def tokenize(text: str) -> list[Token]:
    """Returns the tokens, then one of kind "" for the end. Raises ExpressionError."""
    if len(text) * 4 > EXPRESSION_SIZE_BYTES_MAX:
        size = len(text.encode())
        if size > EXPRESSION_SIZE_BYTES_MAX:
            raise ExpressionSizeError(size)
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        assert kind is not None
        word = match[kind]
        start, end = match.span(kind)
        upper = ""
        if kind == "name":
            upper = word.upper()
        elif kind == "placeholder":
            kind = word[0]
        elif kind == "symbol":
            kind = word
        tokens.append(Token(kind, word, upper, start, end))
    if not tokens:
        raise ExpressionError("The expression can not be empty;")
    _check_operators(tokens)
    tokens.append(Token("", "<EOF>", "", len(text), len(text)))
    return tokens


def _check_operators(tokens: list[Token]) -> None:
    if len(tokens) <= OPERATORS_MAX:
        return
    count = sum(token.kind in _OPERATOR_KINDS or token.upper in _OPERATOR_WORDS for token in tokens)
    for token, following in itertools.pairwise(tokens):
        if token.kind == "name" and token.upper not in _OPERATOR_WORDS and following.kind == "(":
            count += 1
    if count > OPERATORS_MAX:
        # The service stops at the first that is too many.
        raise ExpressionError(
            f"The expression contains too many operators; operator count: {OPERATORS_MAX + 1}"
        )


class Cursor:
    """A place in the tokens of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._position = 0
        #: The token at the place.
        self.token = self._tokens[0]

    def peek(self) -> Token:
        """Returns the token after the one at the place."""
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)]

    def advance(self) -> Token:
        """Returns the token at the place, and moves on."""
        token = self.token
        self._position += 1
        self.token = self._tokens[self._position]
        return token

    def previous_end(self) -> int:
        """Returns where the token before the place ends."""
        return self._tokens[self._position - 1].end

    def expect(self, kind: str) -> Token:
        """Returns the token at the place, which must be of the kind, and moves on."""
        if self.token.kind != kind:
            raise self.fault()
        return self.advance()

    def fault(self) -> ExpressionError:
        """Returns the error for the token at the place."""
        tokens, position = self._tokens, self._position
        start = tokens[max(position - 1, 0)].start
        end = tokens[min(position + 1, len(tokens) - 1)]
        stop = self.token.end if end.kind == "" else end.end
        if self.token.kind == "":
            stop = tokens[position - 1].end
        near = self._text[start:stop]
        return ExpressionError(f'Syntax error; token: "{self.token.text}", near: "{near}"')
