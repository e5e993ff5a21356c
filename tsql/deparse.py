"""Syntax trees back to SQL text: what the catalog keeps of a DEFAULT, a CHECK or an index expression.

The printer is pglast's; it is loaded at the first use, for most statements need none.
"""

import copy
from typing import Any

from tsql.parser import Constant, ast


def deparse(node: Any) -> str:
    """Returns an expression's SQL."""
    from pglast.stream import RawStream  # noqa: PLC0415 - 20 ms that few servers need

    text: str = RawStream()(_plain(node))
    return text


def _plain(value: Any) -> Any:
    """Returns a copy of a tree with the literals that pglast's printer knows."""
    if type(value) is tuple:
        return tuple(_plain(item) for item in value)
    if isinstance(value, Constant):
        return ast.A_Const(isnull=value.isnull, val=value.val)
    if not isinstance(value, ast.Node):
        return value
    result = copy.copy(value)
    for name in value:
        object.__setattr__(result, name, _plain(getattr(value, name)))
    return result
