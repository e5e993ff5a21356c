"""A jsonpath as a tree of immutable nodes.

An *expression* gives a sequence of items, a *predicate* true, false or unknown. A predicate in
parentheses with accessors after it is an expression that gives one boolean (or null).
"""

import enum
from dataclasses import dataclass
from decimal import Decimal

from tsql.functions.regex.syntax import Options


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string, boolean or null."""

    value: int | Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: $name, from the `vars` argument."""

    name: str


class Place(enum.Enum):
    """Places: $ the document, @ the filter's current item, last the array's last index."""

    ROOT = "$"
    CURRENT = "@"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign before an expression."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One of + - * / % between two expressions."""

    operator: str
    left: "Expression"
    right: "Expression"


# ---- accessors --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """A member: .name."""

    name: str


@dataclass(frozen=True, slots=True)
class AnyKey:
    """Every member: .*."""


@dataclass(frozen=True, slots=True)
class AnyElement:
    """Every element: [*]."""


@dataclass(frozen=True, slots=True)
class Subscripts:
    """Some elements: [1, 3 to last]; the second of a pair is None for a single index."""

    ranges: tuple[tuple["Expression", "Expression | None"], ...]


@dataclass(frozen=True, slots=True)
class Descendants:
    """Every descendant: .**{first to last}; None stands for `last`, that is leaves or no limit."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Method:
    """A method without arguments: .name()."""

    name: str


@dataclass(frozen=True, slots=True)
class DatetimeMethod:
    """A method of its own: .datetime("template")."""

    template: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: ?(predicate)."""

    predicate: "Predicate"


Accessor = Key | AnyKey | AnyElement | Subscripts | Descendants | Method | DatetimeMethod | Filter


@dataclass(frozen=True, slots=True)
class Path:
    """An expression or predicate, and what is accessed from each of its items in turn."""

    head: "Expression | Predicate"
    accessors: tuple[Accessor, ...]


# ---- predicates -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """One of == != < <= > >= between two expressions."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class StartsWith:
    """Tells whether a string begins with another."""

    whole: "Expression"
    initial: Literal | Variable


@dataclass(frozen=True, slots=True)
class LikeRegex:
    """Tells whether a string matches a regular expression; `flags` in the order in which they print."""

    operand: "Expression"
    pattern: str
    flags: str
    options: Options


@dataclass(frozen=True, slots=True)
class Exists:
    """Tells whether an expression gives any item."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Connective:
    """One of && and || between two predicates."""

    operator: str
    left: "Predicate"
    right: "Predicate"


@dataclass(frozen=True, slots=True)
class Negation:
    """An exclamation mark before a predicate."""

    operand: "Predicate"


@dataclass(frozen=True, slots=True)
class IsUnknown:
    """Tells whether a predicate is neither true nor false."""

    operand: "Predicate"


Expression = Literal | Variable | Place | Unary | Arithmetic | Path
Predicate = Comparison | StartsWith | LikeRegex | Exists | Connective | Negation | IsUnknown
Node = Expression | Predicate
PREDICATES = (Comparison, StartsWith, LikeRegex, Exists, Connective, Negation, IsUnknown)


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A value of type jsonpath.

    Attributes:
        lax: Whether structural errors are overlooked and arrays unwrapped (the default mode).
    """

    root: Node
    lax: bool
