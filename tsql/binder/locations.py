"""Where in the statement something stands, for the position of an error.

A position is that of an expression's leftmost part, as PostgreSQL reports it (exprLocation in its
sources): of `a + 1` it is `a`'s. Operator chains are walked in a loop: they may be thousands long.
"""

from typing import Any, Final

from storage.errors import DatabaseError
from tsql.parser import Constant, ast

#: Nodes whose own location is to the right of (or may be) that of what they apply to.
_INNER: Final = {
    ast.A_Expr: "lexpr",
    ast.A_Indirection: "arg",
    ast.TypeCast: "arg",
    ast.CollateClause: "arg",
    ast.NullTest: "arg",
    ast.BooleanTest: "arg",
    ast.SubLink: "testexpr",
    ast.NamedArgExpr: "arg",
}


def locate(node: Any) -> int | None:
    """Returns the character at which the node's text begins, or None."""
    leftmost: int | None = None
    while node is not None:
        if isinstance(node, tuple):
            node = node[0] if node else None
            continue
        leftmost = _earlier(leftmost, _own(node))
        inner = _INNER.get(type(node))
        if inner is not None:
            node = getattr(node, inner)
        elif isinstance(node, ast.BoolExpr | ast.FuncCall):
            node = node.args
        else:
            node = None
    return leftmost


def _own(node: Any) -> int | None:
    if isinstance(node, ast.TypeCast):
        if _is_plain_literal(node.arg):
            return None  # it counts as a literal of that type, which stands where its text does
        typename = node.typeName
        return _earlier(node.location, None if typename is None else typename.location)
    if isinstance(node, ast.A_Const) and not isinstance(node, Constant):
        return None
    place: int | None = getattr(node, "location", None)
    return place


def _is_plain_literal(node: Any) -> bool:
    return isinstance(node, ast.A_Const) and (bool(node.isnull) or isinstance(node.val, ast.String))


def _earlier(a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return b if a is None else a
    return min(a, b)


def position_of(node: Any) -> int | None:
    """Returns the position of the node as an error reports it: from 1."""
    place = locate(node)
    return None if place is None else place + 1


def position_at(place: int | None) -> int | None:
    """Likewise for a location: the operator's in `a + b` is where its error is, not `a`'s."""
    return None if place is None else place + 1


def error_at(
    node: Any, sqlstate: str, message: str, *, detail: str | None = None, hint: str | None = None
) -> DatabaseError:
    """Returns an error that points at the node (or at a location, if given one)."""
    position = position_at(node) if isinstance(node, int) else position_of(node)
    return DatabaseError(sqlstate, message, detail=detail, hint=hint, position=position)


def unsupported_at(node: Any, feature: str) -> DatabaseError:
    """Returns the error for a feature that isn't there, pointing at it."""
    return error_at(node, "0A000", f"{feature} is not supported")
