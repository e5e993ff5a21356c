"""The unique indexes that an ON CONFLICT means, where that depends on parameters.

    INSERT … ON CONFLICT (a) WHERE kind = $1       means an index `(a) WHERE kind = 'x'` if $1 is 'x'

PostgreSQL plans with the values of parameters, and with what is computed of constants; so the proof comes when they
are known.
"""

from storage.errors import DatabaseError
from storage.schema import Index
from tsql.bound import NO_ARBITER, Const, Expression, OnConflict, PossibleArbiter
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.planner.implication import implied
from tsql.planner.walk import is_computable, replaced

Arbiters = tuple[Index | None, ...]


def arbiters_of(conflict: OnConflict, env: Env) -> Arbiters | None:
    """Returns the indexes to ask, None for all. Raises 42P10 if what was possible isn't so."""
    if conflict.any_constraint:
        return None
    proved = [each.index for each in conflict.possible if _is_meant(each, env)]
    if not conflict.arbiters and not proved:
        raise DatabaseError("42P10", NO_ARBITER)
    return (*conflict.arbiters, *proved)


def _is_meant(possible: PossibleArbiter, env: Env) -> bool:
    given = [_computed(condition, env) for condition in possible.conditions]
    return implied(given, _computed(possible.predicate, env))


def _computed(expression: Expression, env: Env) -> Expression:
    def value(node: Expression) -> Expression | None:
        if isinstance(node, Const) or not is_computable(node):
            return None
        return Const(compile_expression(node)((), env), node.type)

    return replaced(expression, value)
