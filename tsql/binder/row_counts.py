"""LIMIT, OFFSET and FETCH FIRST."""

from typing import Any

from tsql.binder.coercion import coerce_to_specific
from tsql.binder.context import Clause, Level
from tsql.binder.locations import error_at
from tsql.binder.tree import walk
from tsql.bound import ColumnRef, Expression
from tsql.parser import ast, enums
from tsql.types import oids


def bind_row_count(level: Level, node: Any, clause: Clause) -> Expression | None:
    """Binds LIMIT or OFFSET; LIMIT ALL and LIMIT NULL are no limit."""
    if node is None or (isinstance(node, ast.A_Const) and node.isnull):
        return None
    expression = level.expression(node, clause)
    expression = coerce_to_specific(level.context, expression, oids.INT8, clause.name, node)
    for part in walk(expression):
        if isinstance(part, ColumnRef):
            message = f"argument of {clause.name} must not contain variables"
            raise error_at(level.place_of(part), "42P10", message)
    return expression


def wants_ties(node: Any) -> bool:
    """Returns whether rows equal to the last one are wanted, too. Raises 42601, 2201W."""
    if node.limitOption != enums.LimitOption.LIMIT_OPTION_WITH_TIES:
        return False
    if not node.sortClause:
        raise error_at(None, "42601", "WITH TIES cannot be specified without ORDER BY clause")
    if isinstance(node.limitCount, ast.A_Const) and node.limitCount.isnull:
        message = "row count cannot be null in FETCH FIRST ... WITH TIES clause"
        raise error_at(None, "2201W", message)
    for clause in node.lockingClause or ():
        if clause.waitPolicy == enums.LockWaitPolicy.LockWaitSkip:
            message = "SKIP LOCKED and WITH TIES options cannot be used together"
            raise error_at(None, "42601", message)
    return True
