"""Paths, placeholders and functions: what all expressions are made of.

Faults that are not of syntax are collected, as AWS reports them only when the whole text has been
parsed, one kind before the other whatever their places.
"""

from typing import Final

from compat.dynamodb.expressions.lexer import Cursor, ExpressionError
from compat.dynamodb.expressions.reserved_words import RESERVED_WORDS
from compat.dynamodb.expressions.syntax import Call, Operand, Path, ValuePlaceholder

#: As many as there may be operators: more can't all be needed.
_PARENTHESES_MAX: Final = 300
REDUNDANT_PARENTHESES: Final = "The expression has redundant parentheses;"
#: Names and indexes of one path.
PATH_PARTS_MAX: Final = 32
_INDEX_DIGITS_MAX: Final = 9


class OperandParser(Cursor):
    """Reads operands at the place.

    Attributes:
        reserved: The first name that is a reserved word.
        unknown_function: The first function that is none of `functions`.
    """

    #: Words that end an operand, so that no name can be one of them.
    keywords: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.reserved: str | None = None
        self.unknown_function: str | None = None
        self._depth = 0

    def path(self) -> Path:
        """Reads `a.#b[0]`."""
        parts: list[str | int] = [self._name()]
        while True:
            kind = self.token.kind
            if kind == ".":
                self.advance()
                parts.append(self._name())
            elif kind == "[":
                self.advance()
                digits = self.expect("digit").text
                if len(digits) > _INDEX_DIGITS_MAX:
                    raise ExpressionError(
                        f"List index is not within the allowable range; index: [{digits}]"
                    )
                parts.append(int(digits))
                self.expect("]")
            else:
                break
        if len(parts) > PATH_PARTS_MAX:
            raise ExpressionError(
                f"The document path has too many nesting levels; nesting levels: {len(parts)}"
            )
        return tuple(parts)

    def _name(self) -> str:
        token = self.token
        if token.kind == "name" and token.upper not in self.keywords:
            if self.reserved is None and token.upper in RESERVED_WORDS:
                self.reserved = token.text
        elif token.kind != "#":
            raise self.fault()
        return self.advance().text

    def value_placeholder(self) -> ValuePlaceholder:
        """Reads `:value`."""
        return ValuePlaceholder(self.expect(":").text)

    def is_at_call(self) -> bool:
        """Returns whether a function follows."""
        token = self.token
        return token.kind == "name" and token.upper not in self.keywords and self.peek().kind == "("

    def call(self) -> Call:
        """Reads `function(operand, ...)`."""
        name = self.advance().text
        if self.unknown_function is None and name not in self.functions:
            self.unknown_function = name
        return Call(name, self.operand_list())

    def operand_list(self) -> tuple[Operand, ...]:
        """Reads `(operand, ...)`."""
        self.enter()
        operands = [self.operand()]
        while self.token.kind == ",":
            self.advance()
            operands.append(self.operand())
        self.leave()
        return tuple(operands)

    def operand(self) -> Operand:
        """Reads a path, a placeholder or a function."""
        if self.token.kind == ":":
            return self.value_placeholder()
        return self.call() if self.is_at_call() else self.path()

    def enter(self) -> None:
        """Reads `(`."""
        self.expect("(")
        self._depth += 1
        if self._depth > _PARENTHESES_MAX:
            raise ExpressionError(REDUNDANT_PARENTHESES)

    def leave(self) -> None:
        """Reads `)`."""
        self.expect(")")
        self._depth -= 1

    def finish(self) -> None:
        """Expects the end."""
        if self.token.kind != "":
            raise self.fault()

    def unknown_function_fault(self) -> str | None:
        """Returns what is wrong with the functions' names."""
        if self.unknown_function is None:
            return None
        return f"Invalid function name; function: {self.unknown_function}"

    def reserved_fault(self) -> str | None:
        """Returns what is wrong with the attributes' names."""
        if self.reserved is None:
            return None
        return f"Attribute name is a reserved keyword; reserved keyword: {self.reserved}"
