"""What must hold of an expression's placeholders before it runs.

A check takes the request's values and returns what is wrong, or None. They are collected while the
text is compiled, in the order in which AWS finds the faults.
"""

from collections.abc import Callable, Iterable, Mapping

from compat.dynamodb.attribute_values import Value, type_of
from compat.dynamodb.expressions.documents import ResolvedPath
from compat.dynamodb.expressions.lexer import ExpressionError
from compat.dynamodb.expressions.syntax import Call, Operand, Path, ValuePlaceholder

Names = Mapping[str, str]
Values = Mapping[str, Value]
Check = Callable[[Values], str | None]


class Checks:
    """The checks of one text, and what it uses.

    Attributes:
        all: The checks, first things first.
        used: The placeholders that occur, of both kinds.
        attributes: The top-level attributes that occur.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self.all: list[Check] = []
        self.used: set[str] = set()
        self.attributes: list[str] = []

    def resolve(self, path: Path) -> ResolvedPath:
        """Returns the path with its names filled in, undefined ones as they stand."""
        return tuple(
            self._names.get(part, part) if isinstance(part, str) and part[0] == "#" else part
            for part in path
        )

    def fail(self, fault: str) -> None:
        """Adds a fault that doesn't depend on the values."""
        self.all.append(lambda _values: fault)

    def add_names(self, path: Path) -> None:
        """Adds that the path's names are defined."""
        for part in path:
            if isinstance(part, str) and part[0] == "#":
                self.used.add(part)
                if part not in self._names:
                    self.fail(
                        "An expression attribute name used in the document path is not defined;"
                        f" attribute name: {part}"
                    )
        first = self.resolve(path[:1])[0]
        assert isinstance(first, str)
        self.attributes.append(first)

    def add_value(self, value: ValuePlaceholder) -> None:
        """Adds that the value is defined."""
        name = value.name
        self.used.add(name)
        self.all.append(
            lambda values: (
                None
                if name in values
                else "An expression attribute value used in expression is not defined;"
                f" attribute value: {name}"
            )
        )

    def add_operand(self, operand: Operand) -> None:
        """Adds that all names and values of an operand are defined."""
        match operand:
            case ValuePlaceholder():
                self.add_value(operand)
            case Call(_, arguments):
                for argument in arguments:
                    self.add_operand(argument)
            case path:
                self.add_names(path)

    def add_type(self, operand: Operand, allowed: frozenset[str], operator: str) -> None:
        """Adds that an operand, where its type is known before, is of an allowed type."""
        if isinstance(operand, Call) and operand.function == "size" and "N" not in allowed:
            self.fail(operand_type_fault(operator, "N"))
        elif isinstance(operand, ValuePlaceholder):
            name = operand.name
            self.all.append(
                lambda values: (
                    None
                    if (tag := type_of(values[name])) in allowed
                    else operand_type_fault(operator, tag)
                )
            )

    def add_count(self, call: Call, count: int) -> bool:
        """Adds that a function has so many operands; returns whether it has."""
        if len(call.arguments) == count:
            return True
        self.fail(
            "Incorrect number of operands for operator or function; operator or function:"
            f" {call.function}, number of operands: {len(call.arguments)}"
        )
        return False


def operand_type_fault(operator: str, tag: str) -> str:
    """Returns what is wrong with an operand of that type."""
    return (
        "Incorrect operand type for operator or function;"
        f" operator or function: {operator}, operand type: {tag}"
    )


def check_values(checks: Iterable[Check], values: Values) -> None:
    """Raises ExpressionError for the first check that finds something."""
    for check in checks:
        fault = check(values)
        if fault is not None:
            raise ExpressionError(fault)
