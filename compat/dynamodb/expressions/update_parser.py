"""Update expressions as text.

    update:  SET path = value, ... | REMOVE path, ... | ADD path :value, ... | DELETE path :value, ...
             each at most once, in any order
    value:   operand | operand + operand | operand - operand
    operand: path | :value | if_not_exists(path, operand) | list_append(operand, operand) | ( value )

Source: "Update expressions" (Expressions.UpdateExpressions).
"""

from functools import lru_cache

from compat.dynamodb.expressions.lexer import ExpressionError, ExpressionSizeError
from compat.dynamodb.expressions.operands import REDUNDANT_PARENTHESES, OperandParser
from compat.dynamodb.expressions.syntax import (
    Action,
    AddAction,
    Call,
    DeleteAction,
    Operand,
    RemoveAction,
    SetAction,
)


@lru_cache(maxsize=1024)
def parse_update(text: str) -> tuple[Action, ...]:
    """Returns the actions, in the order of the text. Raises ExpressionError."""
    try:
        parser = _UpdateParser(text)
    except ExpressionSizeError as error:
        raise ExpressionError(error.reason) from None
    try:
        actions = parser.sections()
    except RecursionError:
        raise ExpressionError(REDUNDANT_PARENTHESES) from None
    for fault in (
        parser.reserved_fault(),
        parser.unknown_function_fault(),
        parser.repeated_section_fault(),
    ):
        if fault is not None:
            raise ExpressionError(fault)
    return actions


class _UpdateParser(OperandParser):
    keywords = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
    functions = frozenset({"if_not_exists", "list_append"})

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._repeated: str | None = None

    def repeated_section_fault(self) -> str | None:
        if self._repeated is None:
            return None
        return f'The "{self._repeated}" section can only be used once in an update expression;'

    def sections(self) -> tuple[Action, ...]:
        actions: list[Action] = []
        seen: set[str] = set()
        while self.token.kind != "" or not actions:
            section = self.token.upper
            if section not in self.keywords:
                raise self.fault()
            if section in seen and self._repeated is None:
                self._repeated = section
            seen.add(section)
            self.advance()
            actions.append(self._action(section))
            while self.token.kind == ",":
                self.advance()
                actions.append(self._action(section))
        return tuple(actions)

    def _action(self, section: str) -> Action:
        path = self.path()
        if section == "SET":
            self.expect("=")
            return SetAction(path, self._value())
        if section == "REMOVE":
            return RemoveAction(path)
        if section == "ADD":
            return AddAction(path, self.value_placeholder())
        return DeleteAction(path, self.value_placeholder())

    def _value(self) -> Operand:
        left = self.operand()
        if self.token.kind not in {"+", "-"}:
            return left
        operator = self.advance().text
        return Call(operator, (left, self.operand()))

    def operand(self) -> Operand:
        if self.token.kind != "(":
            return super().operand()
        self.enter()
        value = self._value()
        self.leave()
        return value
