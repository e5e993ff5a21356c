"""Bound expressions to Python closures.

    evaluate = compile_expression(expression)
    value = evaluate(row, env)

Closures nest as the expression does: calling the outermost one computes the value, innermost first,
lazily where SQL is (AND, OR, CASE, COALESCE). What can be computed once is computed here: immutable
functions of constants, in PostgreSQL's order, so that `CASE WHEN true THEN 1 ELSE 1/0 END` is 1 and
`1/0` an error even over no rows. Long chains of operators are evaluated in a loop, so that 8,000 of
them need no deep stack.

The planner has made plain positions and parameters of GroupRef, SetRef, the excluded row and subqueries.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.types import Array
from tsql import bound
from tsql.bound import Expression, SortKey
from tsql.env import Env
from tsql.executor import composites
from tsql.executor.calls import compile_call, compile_chain, function_of
from tsql.executor.sort_keys import compile_component
from tsql.types import oids
from tsql.types.io import input_of, output_of

Row = Sequence[Any]
#: What an expression is compiled to.
Evaluate = Callable[[Row, Env], Any]

#: From this many operators on, a chain is evaluated in a loop.
_CHAIN_LENGTH_MIN = 20
_FOLDING_ENV = Env()
_STRINGS = {oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.UNKNOWN, oids.CSTRING}


def compile_expression(expression: Expression) -> Evaluate:
    """Returns the closure that evaluates the expression over a row; NULL is None.

    Raises 54001 for one that is too deep, 0A000 for what can't be evaluated, and the errors of constant parts.
    """
    try:
        return _compile(expression)
    except RecursionError:
        raise DatabaseError("54001", "stack depth limit exceeded") from None


def compile_predicate(expression: Expression) -> Callable[[Row, Env], bool]:
    """Returns a closure that is true only where the expression is (NULL counts as false)."""
    return compile_expression(expression)


def compile_sort_key(keys: Sequence[SortKey]) -> Callable[[Row, Env], Any]:
    """Returns a closure from a row to what Python sorts by as ORDER BY would."""
    parts = [compile_component(key, compile_expression(key.expression)) for key in keys]
    if len(parts) == 1:
        return parts[0]
    return lambda row, env: tuple([part(row, env) for part in parts])


def is_constant(evaluate: Evaluate) -> bool:
    """Whether a closure was made of a constant."""
    return hasattr(evaluate, "constant")


def _constant(value: Any) -> Evaluate:
    def evaluate(_row: Row, _env: Env) -> Any:
        return value

    evaluate.constant = value  # type: ignore[attr-defined]  # how constants find each other while compiling
    return evaluate


def _compile(node: Expression) -> Evaluate:  # noqa: PLR0912, C901 - one case per node
    match node:
        case bound.Const(value=value):
            return _constant(value)
        case bound.ColumnRef(position=position):
            return lambda row, _env: row[position]
        case bound.Param(number=number):
            at = number - 1
            return lambda _row, env: env.parameters[at]
        case bound.FunctionCall():
            return _function_call(node)
        case bound.Relabel(argument=argument):
            return _compile(argument)
        case bound.CoerceViaIO():
            return _coerce_via_io(node)
        case bound.And(arguments=arguments):
            return _and(arguments)
        case bound.Or(arguments=arguments):
            return _or(arguments)
        case bound.Not(argument=argument):
            return _not(_compile(argument))
        case bound.IsNull():
            return _is_null(node)
        case bound.IsBoolean():
            return _is_boolean(node)
        case bound.IsDistinct():
            return _is_distinct(node)
        case bound.Case():
            return _case(node)
        case bound.Coalesce(arguments=arguments):
            return _coalesce(arguments)
        case bound.NullIf():
            return _null_if(node)
        case bound.MinMax():
            return _min_max(node)
        case bound.ArrayCoerce():
            element = _compile(node.element)
            return composites.array_coerce(_compile(node.argument), element)
        case bound.ArrayConstructor(elements=elements, nested=nested):
            return _folded(
                composites.array_constructor([_compile(e) for e in elements], nested), elements
            )
        case bound.RowConstructor(fields=fields):
            return composites.row_constructor([_compile(field) for field in fields])
        case bound.WholeRow(columns=columns):
            return composites.row_constructor([_compile(column) for column in columns])
        case bound.FieldAccess(record=record, position=position):
            return composites.field_access(_compile(record), position)
        case bound.RowComparison():
            return _row_comparison(node)
        case bound.ArrayComparison():
            return _array_comparison(node)
        case bound.Subscript():
            return composites.subscript(
                _compile(node.container),
                node.container.type,
                _optional(node.lower),
                _optional(node.upper),
            )
        case bound.SystemColumn(name=name):
            raise not_supported(f"system column {name} here")
        case bound.AggregateCall(proc=proc):
            raise not_supported(f"aggregate function {proc.name} here")
        case bound.Default():
            raise DatabaseError("42601", "DEFAULT is not allowed in this context")
        case bound.CaseOperand() | bound.GroupRef() | bound.SetRef() | bound.Subquery():
            raise AssertionError(
                f"{type(node).__name__} must have been replaced before compilation"
            )


def _optional(nodes: Sequence[Expression | None]) -> list[Evaluate | None]:
    return [None if node is None else _compile(node) for node in nodes]


# ---- functions -----------------------------------------------------------------------------------


def _function_call(node: bound.FunctionCall) -> Evaluate:
    chain = _chain(node)
    if chain is not None:
        return chain
    arguments = [_compile(argument) for argument in node.arguments]
    typmods = tuple(argument.typmod for argument in node.arguments)
    function, takes_env = function_of(
        node.proc, node.argument_types or _types(node), node.type, typmods
    )
    call = compile_call(function, takes_env, node.proc.is_strict, arguments)
    if (
        node.proc.volatility == "i"
        and not node.proc.returns_set
        and all(map(is_constant, arguments))
    ):
        return _constant(call((), _FOLDING_ENV))
    return call


def _types(node: bound.FunctionCall) -> tuple[int, ...]:
    return tuple(argument.type for argument in node.arguments)


def _chain(node: bound.FunctionCall) -> Evaluate | None:
    """Compiles `a op b op c …` of strict operators as a loop, or returns None where it is short."""
    links: list[bound.FunctionCall] = []
    at: Expression = node
    while (
        isinstance(at, bound.FunctionCall)
        and len(at.arguments) == 2
        and at.operator
        and at.proc.is_strict
    ):
        links.append(at)
        at = at.arguments[0]
    if len(links) < _CHAIN_LENGTH_MIN:
        return None
    steps = []
    for link in reversed(links):
        function, takes_env = function_of(link.proc, link.argument_types or _types(link), link.type)
        if takes_env:
            return None
        steps.append((function, _compile(link.arguments[1])))
    return compile_chain(steps, _compile(at))


def _coerce_via_io(node: bound.CoerceViaIO) -> Evaluate:
    argument = _compile(node.argument)
    parse, typmod = input_of(node.type), node.typmod
    if node.argument.type in _STRINGS:

        def from_text(row: Row, env: Env) -> Any:
            value = argument(row, env)
            return None if value is None else parse(value, typmod, env)

        return from_text
    render = output_of(node.argument.type)
    if node.type in {oids.TEXT, oids.VARCHAR} and typmod < 0:

        def to_text(row: Row, env: Env) -> Any:
            value = argument(row, env)
            return None if value is None else render(value, env)

        return to_text

    def through_text(row: Row, env: Env) -> Any:
        value = argument(row, env)
        return None if value is None else parse(render(value, env), typmod, env)

    return through_text


def _folded(evaluate: Evaluate, parts: Sequence[Expression]) -> Evaluate:
    if all(isinstance(part, bound.Const) for part in parts):
        return _constant(evaluate((), _FOLDING_ENV))
    return evaluate


# ---- logic ---------------------------------------------------------------------------------------


def _and(nodes: Sequence[Expression]) -> Evaluate:
    parts: list[Evaluate] = []
    for node in nodes:
        part = _compile(node)
        if is_constant(part):
            value = part((), _FOLDING_ENV)
            if value is False:
                return _constant(False) if not parts else _and_of([*parts, part])
            if value is True:
                continue
        parts.append(part)
    if not parts:
        return _constant(True)
    return parts[0] if len(parts) == 1 else _and_of(parts)


def _and_of(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(row: Row, env: Env) -> Any:
        result: bool | None = True
        for part in parts:
            value = part(row, env)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return evaluate


def _or(nodes: Sequence[Expression]) -> Evaluate:
    parts: list[Evaluate] = []
    for node in nodes:
        part = _compile(node)
        if is_constant(part):
            value = part((), _FOLDING_ENV)
            if value is True:
                return _constant(True) if not parts else _or_of([*parts, part])
            if value is False:
                continue
        parts.append(part)
    if not parts:
        return _constant(False)
    return parts[0] if len(parts) == 1 else _or_of(parts)


def _or_of(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(row: Row, env: Env) -> Any:
        result: bool | None = False
        for part in parts:
            value = part(row, env)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return evaluate


def _not(argument: Evaluate) -> Evaluate:
    def evaluate(row: Row, env: Env) -> Any:
        value = argument(row, env)
        return None if value is None else not value

    return evaluate


def _is_null(node: bound.IsNull) -> Evaluate:
    argument, negated = _compile(node.argument), node.negated
    if isinstance(node.argument, bound.RowConstructor | bound.WholeRow):
        # "IS NULL is true when … all the row's fields are null" (manual, 9.2); a row may be neither.
        if negated:
            return lambda row, env: all(field is not None for field in argument(row, env))
        return lambda row, env: all(field is None for field in argument(row, env))
    if negated:
        return lambda row, env: argument(row, env) is not None
    return lambda row, env: argument(row, env) is None


def _is_boolean(node: bound.IsBoolean) -> Evaluate:
    argument, wanted = _compile(node.argument), node.value
    if node.negated:
        return lambda row, env: argument(row, env) is not wanted
    return lambda row, env: argument(row, env) is wanted


def _is_distinct(node: bound.IsDistinct) -> Evaluate:
    first, second = (_compile(argument) for argument in node.equals.arguments)
    equal = _pair_function(node.equals.proc, node.equals.argument_types or _types(node.equals))
    negated = node.negated

    def evaluate(row: Row, env: Env) -> Any:
        a, b = first(row, env), second(row, env)
        distinct = a is not b if a is None or b is None else not equal(a, b)
        return distinct is not negated

    return evaluate


def _pair_function(
    proc: Any, argument_types: tuple[int, ...], result: int = oids.BOOL
) -> Callable[[Any, Any], Any]:
    function, takes_env = function_of(proc, argument_types, result)
    if takes_env:
        return lambda a, b: function(_FOLDING_ENV, a, b)
    return function


# ---- conditional ---------------------------------------------------------------------------------


def _case(node: bound.Case) -> Evaluate:
    operand = None if node.operand is None else _compile(node.operand)
    branches: list[tuple[Evaluate, Evaluate]] = []
    default: Evaluate = _constant(None)
    for condition_node, result_node in node.whens:
        condition = _case_condition(condition_node, operand)
        if is_constant(condition):
            if condition((), _FOLDING_ENV) is not True:
                continue
            default = _compile(result_node)
            break
        branches.append((condition, _compile(result_node)))
    else:
        if node.default is not None:
            default = _compile(node.default)
    if not branches:
        return default

    def evaluate(row: Row, env: Env) -> Any:
        for condition, result in branches:
            if condition(row, env) is True:
                return result(row, env)
        return default(row, env)

    return evaluate


def _case_condition(node: Expression, operand: Evaluate | None) -> Evaluate:
    """Compiles a WHEN condition; the simple CASE's operand takes the place of its CaseOperand."""
    if operand is None:
        return _compile(node)
    if not isinstance(node, bound.FunctionCall):
        raise not_supported("this form of CASE")
    arguments = [_with_operand(argument, operand) for argument in node.arguments]
    function, takes_env = function_of(node.proc, node.argument_types or _types(node), node.type)
    call = compile_call(function, takes_env, node.proc.is_strict, arguments)
    if node.proc.volatility == "i" and all(map(is_constant, arguments)):
        return _constant(call((), _FOLDING_ENV))
    return call


def _with_operand(node: Expression, operand: Evaluate) -> Evaluate:
    match node:
        case bound.CaseOperand():
            return operand
        case bound.Relabel(argument=argument):
            return _with_operand(argument, operand)
        case bound.FunctionCall() if len(node.arguments) >= 1:
            arguments = [_with_operand(argument, operand) for argument in node.arguments]
            function, takes_env = function_of(
                node.proc, node.argument_types or _types(node), node.type
            )
            return compile_call(function, takes_env, node.proc.is_strict, arguments)
        case bound.CoerceViaIO(argument=argument) if isinstance(argument, bound.CaseOperand):
            inner = _coerce_via_io(
                bound.CoerceViaIO(bound.ColumnRef(0, 0, "", argument.type), node.type, node.typmod)
            )
            return lambda row, env: inner((operand(row, env),), env)
        case _:
            return _compile(node)


def _coalesce(nodes: Sequence[Expression]) -> Evaluate:
    parts: list[Evaluate] = []
    for node in nodes:
        part = _compile(node)
        if is_constant(part) and part((), _FOLDING_ENV) is None:
            continue
        parts.append(part)
        if is_constant(part):
            break
    if not parts:
        return _constant(None)
    if len(parts) == 1:
        return parts[0]

    def evaluate(row: Row, env: Env) -> Any:
        for part in parts:
            value = part(row, env)
            if value is not None:
                return value
        return None

    return evaluate


def _null_if(node: bound.NullIf) -> Evaluate:
    first, equals = _compile(node.first), _compile(node.equals)

    def evaluate(row: Row, env: Env) -> Any:
        return None if equals(row, env) is True else first(row, env)

    return evaluate


def _min_max(node: bound.MinMax) -> Evaluate:
    parts, greatest = [_compile(argument) for argument in node.arguments], node.greatest
    less = _pair_function(node.less, (node.type, node.type))

    def evaluate(row: Row, env: Env) -> Any:
        best = None
        for part in parts:
            value = part(row, env)
            if value is None:
                continue
            if best is None or (less(best, value) if greatest else less(value, best)):
                best = value
        return best

    return evaluate


# ---- comparisons of many values ------------------------------------------------------------------


def _row_comparison(node: bound.RowComparison) -> Evaluate:
    left, right = [_compile(n) for n in node.left], [_compile(n) for n in node.right]
    equals = [_pair_function(proc, _pair_types(proc)) for proc in node.equals]
    less = [_pair_function(proc, _pair_types(proc)) for proc in node.less]
    return composites.row_comparison(node.operator, left, right, equals, less)


def _pair_types(proc: Any) -> tuple[int, ...]:
    types: tuple[int, ...] = proc.argument_types
    return types


#: Types whose values are equal in SQL exactly when they are equal (and hash alike) in Python.
_HASHABLE = {
    oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.TEXT, oids.VARCHAR, oids.NAME,
    oids.BYTEA, oids.UUID, oids.DATE, oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.NUMERIC,
}  # fmt: skip


def _array_comparison(node: bound.ArrayComparison) -> Evaluate:
    scalar, array = _compile(node.scalar), _compile(node.array)
    types = node.argument_types or _pair_types(node.proc)
    compare = _pair_function(node.proc, types)
    if (
        node.any
        and node.operator == "="
        and is_constant(array)
        and node.scalar.type in _HASHABLE
        and node.proc.name in _EQUALITIES
    ):
        constant = array((), _FOLDING_ENV)
        if isinstance(constant, Array) and not _has_nan(constant):
            return composites.in_set(scalar, constant)
    if node.any:
        return composites.any_of(scalar, array, compare, node.proc.is_strict)
    return composites.all_of(scalar, array, compare, node.proc.is_strict)


_EQUALITIES = {
    "booleq", "int2eq", "int4eq", "int8eq", "int24eq", "int42eq", "int28eq", "int82eq", "int48eq",
    "int84eq", "oideq", "texteq", "nameeq", "byteaeq", "uuid_eq", "date_eq", "time_eq",
    "timestamp_eq", "timestamptz_eq", "numeric_eq",
}  # fmt: skip


def _has_nan(array: Array) -> bool:
    return any(isinstance(item, Decimal) and item.is_nan() for item in array.items)
