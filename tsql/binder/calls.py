"""Function calls: `f(a, b => 1, VARIADIC c)`, bound to the function that they mean.

Aggregates go on to tsql/binder/aggregates.py; a set-returning function in a target list becomes a
SetRef to the level's list of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder import polymorphism
from tsql.binder.aggregates import AggregateSyntax, aggregate_owner, bind_aggregate
from tsql.binder.coercion import as_base, coerce, coerce_to
from tsql.binder.columns import lowered
from tsql.binder.containers import field_named
from tsql.binder.context import FROM_FUNCTION, Level
from tsql.binder.derived_collations import check_function
from tsql.binder.functions import Call, Candidate, Cast, default_texts, resolve
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.nodes import is_a
from tsql.binder.pathways import CoercionContext, array_of, common_type_of, is_true_array
from tsql.binder.shown_names import type_name
from tsql.binder.windows import bind_window_call
from tsql.binder.written import written_call
from tsql.bound import (
    ArrayConstructor,
    Expression,
    FunctionCall,
    Param,
    SetRef,
)
from tsql.catalog.pg import PgProc
from tsql.functions.registry import implementation_of
from tsql.parser import ast, parse_expression
from tsql.types import oids
from tsql.types.composites import is_row
from tsql.types.kinds import base_type

ARGUMENTS_MAX: Final = 100
_MOVE_HINT: Final = "You might be able to move the set-returning function into a LATERAL FROM item."


def bind_call(level: Level, node: Any) -> Expression:
    """Binds an `ast.FuncCall` in an expression."""
    bound = bind_function(level, node)
    if isinstance(bound, FunctionCall) and bound.proc.returns_set:
        return _as_set(level, bound, node)
    return bound


def bind_function(level: Level, node: Any) -> Expression:
    """Binds a call; of a set-returning function to the call itself, as FROM wants it."""
    *schemas, name = [part.sval for part in node.funcname]
    names, nodes = _arguments(node)
    if len(nodes) > ARGUMENTS_MAX:
        message = f"cannot pass more than {ARGUMENTS_MAX} arguments to a function"
        raise error_at(node.location, "54023", message)
    mark = level.mark()
    arguments = [level.bind(level, argument) for argument in nodes]
    if not node.agg_within_group and any(map(_is_void, arguments)):
        nodes = [each for each, bound in zip(nodes, arguments, strict=True) if not _is_void(bound)]
        arguments = [bound for bound in arguments if not _is_void(bound)]
    schema = schemas[-1] if schemas else None
    actual = tuple([argument.type for argument in arguments])
    call = Call(schema, name, actual, tuple(names), bool(node.func_variadic))
    try:
        found = resolve(call, node, level.context.env)
    except DatabaseError as error:
        field = _as_field(level, call, arguments, node) if error.sqlstate == "42883" else None
        if field is None:
            raise
        return field
    if isinstance(found, Cast):
        return _bind_cast(level, found, arguments[0], nodes[0], node)
    if found.proc.kind == "a" and node.over is None:
        owner = aggregate_owner(level, arguments, node)
        if owner is not level:
            # Such as max(outer.a): the aggregate is the outer query's, over its groups.
            level.forget(mark)
            return lowered(level, owner, owner.bind(owner, node))
    return _bind_candidate(level, found, call, arguments, nodes, node)


def _is_void(argument: Expression) -> bool:
    """A parameter of type void doesn't count: so drivers tell where a call's result is to go."""
    return isinstance(argument, Param) and argument.type == oids.VOID


def _arguments(node: Any) -> tuple[list[str], list[Any]]:
    """Returns the names of the named arguments, and the expressions of all."""
    names: list[str] = []
    nodes = []
    for argument in node.args or ():
        if is_a(argument, ast.NamedArgExpr):
            if argument.name in names:
                message = f'argument name "{argument.name}" used more than once'
                raise error_at(argument.location, "42601", message)
            names.append(argument.name)
            nodes.append(argument.arg)
            continue
        if names:
            message = "positional argument cannot follow named argument"
            raise error_at(argument, "42601", message)
        nodes.append(argument)
    if node.agg_within_group:
        nodes += [item.node for item in node.agg_order or ()]
    return names, nodes


def _as_field(
    level: Level, call: Call, arguments: Sequence[Expression], node: Any
) -> Expression | None:
    """Returns (x).name for name(x), PostgreSQL's other way of writing it; None if it can't be that."""
    is_plain = not (
        call.schema or call.names or call.is_variadic or node.agg_star or node.agg_order
        or node.agg_distinct or node.agg_filter or node.over
    )  # fmt: skip
    if not is_plain or len(arguments) != 1 or not is_row(base_type(arguments[0].type)):
        return None
    return field_named(level, as_base(arguments[0]), call.name, (node, -1))


def _bind_cast(
    level: Level, cast: Cast, argument: Expression, argument_node: Any, node: Any
) -> Expression:
    _check_plain(node, node.funcname[-1].sval)
    converted = coerce_to(
        level.context, argument, cast.type, -1, CoercionContext.EXPLICIT, node=argument_node
    )
    if converted is None:
        shown = f"{type_name(argument.type)} to {type_name(cast.type)}"
        raise error_at(node.location, "42846", f"cannot cast type {shown}")
    return converted


def _check_plain(node: Any, name: str) -> None:
    """Raises 42809 for what only aggregates and window functions have."""
    for present, words in (
        (node.agg_star, f"{name}(*) specified, but {name} is not an aggregate function"),
        (node.agg_distinct, f"DISTINCT specified, but {name} is not an aggregate function"),
        (node.agg_within_group, f"WITHIN GROUP specified, but {name} is not an aggregate function"),
        (node.agg_order, f"ORDER BY specified, but {name} is not an aggregate function"),
        (node.agg_filter, f"FILTER specified, but {name} is not an aggregate function"),
        (
            node.over,
            f"OVER specified, but {name} is not a window function nor an aggregate function",
        ),
    ):
        if present:
            raise error_at(node.location, "42809", words)


def _bind_candidate(
    level: Level,
    candidate: Candidate,
    call: Call,
    arguments: list[Expression],
    nodes: list[Any],
    node: Any,
) -> Expression:
    proc = candidate.proc
    if proc.kind == "p":
        hint = "To call a procedure, use CALL."
        raise error_at(node.location, "42809", f"{call.shown()} is a procedure", hint=hint)
    if proc.kind == "f":
        _check_plain(node, ".".join(part.sval for part in node.funcname))
    if proc.kind == "w" and node.over is None:
        message = f"window function {proc.name} requires an OVER clause"
        raise error_at(node.location, "42809", message)
    types, result = polymorphism.resolve(
        call.actual, candidate.types, proc.result_type, common_type_of
    )
    if node.over is not None and proc.kind in {"a", "w"}:
        given = [
            coerce(level.context, argument, type_, node=argument_node)
            for argument, type_, argument_node in zip(arguments, types, nodes, strict=True)
        ]
        return bind_window_call(level, candidate, given, result, node)
    if proc.kind == "a":
        syntax = AggregateSyntax(candidate, types, result, tuple(nodes))
        return bind_aggregate(level, syntax, arguments, node)
    if implementation_of(proc) is None:
        raise unsupported_at(node.location, f"function {_signature(proc)}")
    given = [
        coerce(level.context, argument, type_, node=argument_node)
        for argument, type_, argument_node in zip(arguments, types, nodes, strict=True)
    ]
    return _call(level, candidate, given, result, call, node)


def _call(
    level: Level,
    candidate: Candidate,
    given: list[Expression],
    result: int,
    call: Call,
    node: Any,
) -> FunctionCall:
    proc = candidate.proc
    arguments = _in_order(level, candidate, given)
    spreads = proc.variadic_type == oids.ANY
    if call.is_variadic:
        last = arguments[-1].type
        if not is_true_array(last):
            raise error_at(node.args[-1], "42804", "VARIADIC argument must be an array")
        if not proc.variadic_type:
            raise error_at(node.location, "42883", f"function {call.shown()} does not exist")
    elif candidate.variadic_from is not None and not spreads:
        arguments = _gathered(arguments, candidate.variadic_from)
    types = tuple([argument.type for argument in arguments])
    check_function(proc.name, arguments, node)
    return FunctionCall(
        proc,
        tuple(arguments),
        result,
        -1,
        types,
        variadic_array=call.is_variadic and spreads,
        written=written_call(node, candidate.slots, len(given))
        if level.context.keeps_written
        else None,
    )


def _in_order(level: Level, candidate: Candidate, given: list[Expression]) -> list[Expression]:
    """Returns the arguments in the function's order, defaults filled in."""
    missing = sum(slot == -1 for slot in candidate.slots)
    if not missing and candidate.slots == tuple(range(len(given))):
        return given
    proc = candidate.proc
    texts = default_texts(proc, proc.default_count)
    first_default = proc.argument_count - proc.default_count
    arguments = []
    for at, slot in enumerate(candidate.slots):
        if slot != -1:
            arguments.append(given[slot])
            continue
        bound = level.bind(level, parse_expression(texts[at - first_default]))
        arguments.append(coerce(level.context, bound, proc.argument_types[at]))
    return arguments


def _gathered(arguments: list[Expression], first: int) -> list[Expression]:
    """Returns the arguments with those from `first` on as one array."""
    elements = tuple(arguments[first:])
    array = array_of(elements[0].type)
    return [*arguments[:first], ArrayConstructor(elements, False, array)]


def _signature(proc: PgProc) -> str:
    shown = ", ".join(type_name(type_) for type_ in proc.argument_types)
    return f"{proc.name}({shown})"


def _as_set(level: Level, call: FunctionCall, node: Any) -> Expression:
    """Notes a set-returning function of the target list; the expression is its current value."""
    if level.clause is FROM_FUNCTION:
        message = "set-returning functions must appear at top level of FROM"
        raise error_at(node.location, "0A000", message)
    if not level.clause.allows_sets:
        message = f"set-returning functions are not allowed in {level.clause.name}"
        raise error_at(node.location, "0A000", message)
    if level.no_sets_in is not None:
        message = f"set-returning functions are not allowed in {level.no_sets_in}"
        raise error_at(node.location, "0A000", message, hint=_MOVE_HINT)
    for position, other in enumerate(level.sets):
        if other == call and call.proc.volatility != "v":
            return SetRef(position, call.type, call.typmod)
    level.sets.append(replace(call))
    level.set_nodes.append(node)
    return SetRef(len(level.sets) - 1, call.type, call.typmod)
