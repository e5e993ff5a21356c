"""How what is bound was written: for those that show a query as text, as pg_get_viewdef does.

Binding drops what makes no difference to the rows: whether a conversion was asked for, JOIN … USING,
the names of windows, how GROUP BY was put together. Where the context says so (`keeps_written`) the bound
nodes have it in their `written`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from storage.records import dataclass
from tsql.bound import (
    ArrayCoerce,
    BoundSelect,
    CoerceToDomain,
    CoerceViaIO,
    Expression,
    FunctionCall,
    Relabel,
    Target,
)
from tsql.parser import ast, enums

#: Of a conversion that was asked for: x::t, CAST (x AS t).
CAST: Final = "cast"
_SYNTAX: Final = enums.CoercionForm.COERCE_SQL_SYNTAX


@dataclass(frozen=True, slots=True)
class WrittenQuery:
    """A query.

    Attributes:
        level: What its names meant.
        targets: As they were before what is around it has converted them: an arm of a UNION.
    """

    node: Any
    level: Any
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A function's call.

    Attributes:
        is_syntax: Whether it has words of its own: EXTRACT(year FROM d).
        order: For each argument as written, the function's that it is.
        names: Of the named ones, which are the last.
    """

    is_syntax: bool
    order: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collated:
    """COLLATE."""

    name: str


def written_query(select: BoundSelect, level: Any, node: Any) -> BoundSelect:
    """Returns a query that tells how it was written."""
    return replace(select, written=WrittenQuery(node, level, select.targets))


def as_written(converted: Expression, written: Any) -> Expression:
    """Returns a conversion that tells so; what is no conversion stays as it is."""
    if isinstance(converted, Relabel | CoerceViaIO | CoerceToDomain | ArrayCoerce):
        return replace(converted, written=written)
    if isinstance(converted, FunctionCall) and converted.keyword is None:
        return replace(converted, written=written)
    return converted


def written_call(node: Any, slots: Sequence[int], count: int) -> WrittenCall:
    """Returns how a call was written; `slots` as in Candidate, over `count` arguments given."""
    order = tuple(slots.index(at) for at in range(count) if at in slots)
    if len(order) < count:
        order = tuple(range(count))
    arguments: Sequence[Any] = node.args or ()
    names = tuple(str(part.name) for part in arguments if isinstance(part, ast.NamedArgExpr))
    return WrittenCall(node.funcformat == _SYNTAX, order, names)
