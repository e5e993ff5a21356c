"""AND, OR, NOT and the tests IS …: closures of three-valued logic."""

from collections.abc import Sequence

from tsql.env import Env
from tsql.executor.parts import Evaluate, Part, Row, constant, folded


def conjunction(parts: Sequence[Part]) -> Part:
    """Returns AND. A constant FALSE decides it, whatever the others are; so it does in PostgreSQL."""
    if any(part.is_constant and part.value is False for part in parts):
        return constant(False)
    rest = [part for part in parts if not (part.is_constant and part.value is True)]
    if len(rest) <= 1:
        return rest[0] if rest else constant(True)
    evaluates = [part.evaluate for part in rest]
    return Part(_and_two(*evaluates) if len(evaluates) == 2 else _and_many(evaluates))


def _and_two(first: Evaluate, second: Evaluate) -> Evaluate:
    def evaluate(row: Row, env: Env) -> bool | None:
        a = first(row, env)
        if a is False:
            return False
        b = second(row, env)
        return b if a is True or b is False else None

    return evaluate


def _and_many(evaluates: Sequence[Evaluate]) -> Evaluate:
    def evaluate(row: Row, env: Env) -> bool | None:
        result: bool | None = True
        for part in evaluates:
            value = part(row, env)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return evaluate


def disjunction(parts: Sequence[Part]) -> Part:
    """Returns OR, likewise decided by a constant TRUE."""
    if any(part.is_constant and part.value is True for part in parts):
        return constant(True)
    rest = [part for part in parts if not (part.is_constant and part.value is False)]
    if len(rest) <= 1:
        return rest[0] if rest else constant(False)
    evaluates = [part.evaluate for part in rest]

    def evaluate(row: Row, env: Env) -> bool | None:
        result: bool | None = False
        for part in evaluates:
            value = part(row, env)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return Part(evaluate)


def negation(part: Part) -> Part:
    """Returns NOT."""
    argument = part.evaluate

    def evaluate(row: Row, env: Env) -> bool | None:
        value = argument(row, env)
        return None if value is None else not value

    return folded(evaluate, [part])


def null_test(part: Part, *, negated: bool) -> Part:
    """Returns IS [NOT] NULL."""
    argument, at = part.evaluate, part.column
    if at >= 0:
        if negated:
            return Part(lambda row, _env: row[at] is not None)
        return Part(lambda row, _env: row[at] is None)
    if negated:
        return folded(lambda row, env: argument(row, env) is not None, [part])
    return folded(lambda row, env: argument(row, env) is None, [part])


def row_null_test(part: Part, *, negated: bool) -> Part:
    """Returns IS [NOT] NULL of a row: true if all its fields are (not) null; it may be neither."""
    argument = part.evaluate

    def is_null(row: Row, env: Env) -> bool:
        record = argument(row, env)
        return record is None or all(field is None for field in record)

    def is_not_null(row: Row, env: Env) -> bool:
        record = argument(row, env)
        return record is not None and all(field is not None for field in record)

    return Part(is_not_null if negated else is_null)


def boolean_test(part: Part, wanted: bool | None, *, negated: bool) -> Part:
    """Returns IS [NOT] TRUE, FALSE or UNKNOWN."""
    argument = part.evaluate
    if negated:
        return folded(lambda row, env: argument(row, env) is not wanted, [part])
    return folded(lambda row, env: argument(row, env) is wanted, [part])
