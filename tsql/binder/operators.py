"""Operators: which one is meant, and its call (manual, section 10.2)."""

from dataclasses import field
from typing import Any, Final

from storage.errors import DatabaseError
from storage.records import dataclass
from tsql.binder import polymorphism
from tsql.binder.candidates import choose, matching
from tsql.binder.coercion import as_base, coerce
from tsql.binder.context import Level
from tsql.binder.derived_collations import check_operator
from tsql.binder.locations import error_at
from tsql.binder.pathways import array_of, common_type_of, true_element
from tsql.binder.shown_names import type_name
from tsql.bound import ArrayComparison, Expression, FunctionCall
from tsql.catalog import pg
from tsql.catalog.pg import PgOperator, PgProc
from tsql.functions.registry import implementation_of
from tsql.types import oids
from tsql.types.kinds import base_type

_CACHE_MAX: Final = 4096
_found: dict[tuple[str, int, int], PgOperator] = {}


@dataclass(frozen=True, slots=True)
class _Candidate:
    operator: PgOperator
    types: tuple[int, ...] = field(default=())


def signature(name: str, left: int, right: int) -> str:
    """Returns an operator as errors show it: `integer + text`, `- text`."""
    shown = f"{name} {type_name(right)}"
    return f"{type_name(left)} {shown}" if left else shown


def operator_of(names: Any, left: int, right: int, place: int | None) -> PgOperator:
    """Returns the operator for operands of these types; `left` 0 for a prefix operator.

    Raises 42883, 42725.
    """
    name = _name_of(names, left, right, place)
    found = _found.get((name, left, right))
    if found is None:
        found = _resolve(name, left, right, place)
        if len(_found) >= _CACHE_MAX:
            _found.clear()
        _found[name, left, right] = found
    return found


def _name_of(names: Any, left: int, right: int, place: int | None) -> str:
    if isinstance(names, str):
        return names
    *schemas, name = [part.sval for part in names]
    if schemas and schemas != ["pg_catalog"]:
        raise _unknown(".".join([*schemas, name]), left, right, place)
    return str(name)


def _resolve(name: str, left: int, right: int, place: int | None) -> PgOperator:
    named = [o for o in pg.operators_by_name().get(name, ()) if bool(o.left) == bool(left)]
    exact = _exact(named, base_type(left), base_type(right))
    if exact is not None:
        return exact
    candidates = [_Candidate(o, (o.left, o.right) if left else (o.right,)) for o in named]
    actual = (left, right) if left else (right,)
    fitting = matching(candidates, actual)
    if not fitting:
        raise _unknown(name, left, right, place)
    best = fitting[0] if len(fitting) == 1 else choose(fitting, actual)
    if best is None:
        raise _position(
            "42725",
            f"operator is not unique: {signature(name, left, right)}",
            "Could not choose a best candidate operator. You might need to add explicit type casts.",
            place,
        )
    return best.operator


def _exact(operators: list[PgOperator], left: int, right: int) -> PgOperator | None:
    """Returns the operator of exactly these types; an unknown literal has the other's type."""
    if left:
        if left == oids.UNKNOWN:
            left = right
        elif right == oids.UNKNOWN:
            right = left
    for operator in operators:
        if operator.left == left and operator.right == right:
            return operator
    return None


def _unknown(name: str, left: int, right: int, place: int | None) -> DatabaseError:
    hint = (
        "No operator matches the given name and argument types."
        " You might need to add explicit type casts."
        if left
        else "No operator matches the given name and argument type."
        " You might need to add an explicit type cast."
    )
    message = f"operator does not exist: {signature(name, left, right)}"
    return _position("42883", message, hint, place)


def _position(sqlstate: str, message: str, hint: str, place: int | None) -> DatabaseError:
    position = None if place is None else place + 1
    return DatabaseError(sqlstate, message, hint=hint, position=position)


def function_behind(operator: PgOperator, place: int | None) -> PgProc:
    """Returns the function that runs the operator. Raises 0A000 where there is none."""
    proc = pg.procs()[operator.code]
    if implementation_of(proc) is None:
        shown = signature(operator.name, operator.left, operator.right)
        raise DatabaseError(
            "0A000",
            f"operator {shown} is not supported",
            position=None if place is None else place + 1,
        )
    return proc


def call_operator(
    level: Level,
    names: Any,
    left: Expression | None,
    right: Expression,
    place: int | None,
    nodes: tuple[Any, ...] = (None, None),
) -> FunctionCall:
    """Returns `left op right`, or `op right`. Raises 42883, 42725, 0A000."""
    operands = (right,) if left is None else (left, right)
    actual = [operand.type for operand in operands]
    operator = operator_of(names, actual[0] if left is not None else 0, actual[-1], place)
    proc = function_behind(operator, place)
    declared = [operator.left, operator.right] if left is not None else [operator.right]
    types, result = polymorphism.resolve(actual, declared, operator.result, common_type_of)
    arguments = tuple(
        [
            coerce(level.context, operand, type_, node=node)
            for operand, type_, node in zip(operands, types, nodes[-len(operands) :], strict=True)
        ]
    )
    types_given = tuple([argument.type for argument in arguments])
    check_operator(operator.name, arguments, place)
    return FunctionCall(proc, arguments, result, -1, types_given, operator.name)


def compare_with_array(
    level: Level,
    names: Any,
    scalar: Expression,
    array: Expression,
    place: int | None,
    nodes: tuple[Any, ...] = (None, None),
    *,
    is_any: bool,
) -> ArrayComparison:
    """Returns `scalar op ANY | ALL (array)`. Raises 42809, 42883 …."""
    array = as_base(array)
    element = oids.UNKNOWN if array.type == oids.UNKNOWN else true_element(array.type)
    if not element:
        raise _at(place, "42809", "op ANY/ALL (array) requires array on right side")
    operator = operator_of(names, scalar.type, element, place)
    proc = function_behind(operator, place)
    if operator.result != oids.BOOL:
        raise _at(place, "42809", "op ANY/ALL (array) requires operator to yield boolean")
    actual = [scalar.type, element]
    types, _ = polymorphism.resolve(
        actual, [operator.left, operator.right], operator.result, common_type_of
    )
    array_type = array_of(types[1])
    if not array_type:
        message = f"could not find array type for data type {type_name(types[1])}"
        raise _at(place, "42704", message)
    check_operator(operator.name, (scalar, array), place)
    return ArrayComparison(
        proc,
        coerce(level.context, scalar, types[0], node=nodes[0]),
        coerce(level.context, array, array_type, node=nodes[1]),
        is_any,
        (types[0], types[1]),
        operator.name,
    )


def _at(place: int | None, sqlstate: str, message: str) -> DatabaseError:
    return error_at(place, sqlstate, message)


def comparison_proc(name: str, type_: int, place: int | None = None) -> PgProc:
    """Returns the function of `type op type`, for sorting and the like. Raises 42883."""
    type_ = base_type(type_)
    return function_behind(operator_of(name, type_, type_, place), place)


def ordering_proc(type_: int, *, is_less: bool, node: Any) -> PgProc:
    """Returns the function of the type's < (or >). Raises 42883 with PostgreSQL's words."""
    try:
        base = base_type(type_)
        operator = operator_of("<" if is_less else ">", base, base, None)
    except DatabaseError as error:
        if error.sqlstate not in {"42883", "42725"}:
            raise
        raise error_at(
            node,
            "42883",
            f"could not identify an ordering operator for type {type_name(type_)}",
            hint="Use an explicit ordering operator or modify the query.",
        ) from None
    return function_behind(operator, None)


def check_has_equality(type_: int, node: Any) -> None:
    """Raises 42883 for a type that can't be compared for equality: GROUP BY, DISTINCT."""
    try:
        operator_of("=", base_type(type_), base_type(type_), None)
    except DatabaseError:
        raise error_at(
            node,
            "42883",
            f"could not identify an equality operator for type {type_name(type_)}",
        ) from None
