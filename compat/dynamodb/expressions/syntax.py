"""Syntax trees of expressions: what was written, placeholders not yet filled.

A path is a tuple of its parts: a name as written, a placeholder with its "#", the int of a list
index. `(#a, "b", 0)` is `#a.b[0]`.
"""

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ValuePlaceholder:
    """`:name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments; in update expressions also the operators + and -."""

    function: str
    arguments: "tuple[Operand, ...]"


Operand = Path | ValuePlaceholder | Call


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """`operand IN (candidates)`."""

    operand: Operand
    candidates: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more."""

    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    term: "Condition"


Condition = Comparison | Between | In | Call | And | Or | Not


@dataclass(frozen=True, slots=True)
class SetAction:
    """`SET path = value`."""

    path: Path
    value: Operand


@dataclass(frozen=True, slots=True)
class RemoveAction:
    """`REMOVE path`."""

    path: Path


@dataclass(frozen=True, slots=True)
class AddAction:
    """`ADD path value`."""

    path: Path
    value: ValuePlaceholder


@dataclass(frozen=True, slots=True)
class DeleteAction:
    """`DELETE path value`."""

    path: Path
    value: ValuePlaceholder


Action = SetAction | RemoveAction | AddAction | DeleteAction
