"""Scalar expressions: from each kind of syntax node to its bound expression.

`bind` looks up the node's class in one table; the larger families have modules of their own.
Operands are bound through `level.bind`, so that those modules need not import this one.
"""

from collections.abc import Callable
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder import comparisons, conditionals, containers, stars, sublinks
from tsql.binder.aggregates import owner_of
from tsql.binder.bulk import bind_placeholder
from tsql.binder.calls import bind_call
from tsql.binder.coercion import as_base, coerce_to, coerce_to_boolean
from tsql.binder.collations import bind_collate
from tsql.binder.columns import bind_column, lowered
from tsql.binder.context import Level
from tsql.binder.locations import error_at, position_at, unsupported_at
from tsql.binder.pathways import CoercionContext
from tsql.binder.shown_names import type_name
from tsql.binder.type_names import bind_type_name
from tsql.binder.written import CAST, as_written
from tsql.bound import (
    And,
    CoerceToDomain,
    Const,
    Expression,
    FunctionCall,
    GroupingCall,
    IsBoolean,
    IsNull,
    Not,
    Or,
)
from tsql.catalog import pg
from tsql.parser import Constant, Placeholder, ast, enums
from tsql.types import oids
from tsql.types.io import input_of
from tsql.types.kinds import base_type, is_domain
from tsql.types.numeric import numeric_of

Handler = Callable[[Level, Any], Expression]

_GROUPING_ARGUMENTS_MAX: Final = 31
_INT4_MIN: Final = -(2**31)
_INT8_MAX: Final = 2**63 - 1
_INT8_MIN: Final = -(2**63)


def bind(level: Level, node: Any) -> Expression:
    """Binds an expression."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise unsupported_at(node, _FEATURES.get(type(node), type(node).__name__))
    return handler(level, node)


# ---- literals and parameters ---------------------------------------------------------------------


def _constant(level: Level, node: Any) -> Expression:
    if node.isnull:
        return Const(None, oids.UNKNOWN)
    value = node.val
    kind = type(value)
    if kind is ast.Integer:
        return Const(value.ival, oids.INT4)
    if kind is ast.Float:
        return _number(value.fval)
    if kind is ast.Boolean:
        return Const(value.boolval, oids.BOOL)
    if kind is ast.String:
        return Const(value.sval, oids.UNKNOWN)
    try:
        return Const(input_of(oids.BIT)(value.bsval, -1, level.context.env), oids.BIT)
    except DatabaseError as error:
        raise error_at(node, error.sqlstate, error.message) from None


def _number(text: str) -> Const:
    """Types a number that isn't an int4: int8 if it is one, else numeric."""
    text = text.replace("_", "")
    try:
        number = int(text, 0) if text[1:2].lower() in {"x", "o", "b"} else int(text)
    except ValueError:
        return Const(numeric_of(text), oids.NUMERIC)
    if number == _INT4_MIN:
        return Const(number, oids.INT4)  # the minus sign has come to a number that was too large
    if _INT8_MIN <= number <= _INT8_MAX:
        return Const(number, oids.INT8)
    return Const(numeric_of(text), oids.NUMERIC)


def _parameter(level: Level, node: Any) -> Expression:
    parameter = level.context.parameter(node.number, node.location)
    if is_domain(parameter.type):
        # Its input function has tested it already, unless it is NULL.
        return CoerceToDomain(as_base(parameter), parameter.type)
    return parameter


# ---- casts ---------------------------------------------------------------------------------------


def _cast(level: Level, node: Any) -> Expression:
    target, typmod = bind_type_name(node.typeName, level.context.env)
    level.context.rely_on(target)
    argument_node = node.arg
    if isinstance(argument_node, ast.A_ArrayExpr):
        argument = containers.bind_array(level, argument_node, base_type(target))
    else:
        argument = level.bind(level, argument_node)
    try:
        converted = coerce_to(
            level.context, argument, target, typmod, CoercionContext.EXPLICIT, node=argument_node
        )
    except DatabaseError as error:
        if error.sqlstate == "42846" and node.location is not None:
            error.position = position_at(node.location)  # of a row it is the cast's own
        raise
    if converted is None:
        shown = f"{type_name(argument.type)} to {type_name(target)}"
        place = node.typeName.location if node.location is None else node.location
        raise error_at(place, "42846", f"cannot cast type {shown}")
    if level.context.keeps_written and converted is not argument:
        return as_written(converted, CAST)
    return converted


# ---- logic ---------------------------------------------------------------------------------------

_NAMES: Final = {
    enums.BoolExprType.AND_EXPR: "AND",
    enums.BoolExprType.OR_EXPR: "OR",
    enums.BoolExprType.NOT_EXPR: "NOT",
}


def _logic(level: Level, node: Any) -> Expression:
    name = _NAMES[node.boolop]
    arguments = tuple(
        [
            coerce_to_boolean(level.context, level.bind(level, argument), name, argument)
            for argument in node.args
        ]
    )
    if name == "NOT":
        return Not(arguments[0])
    return And(arguments) if name == "AND" else Or(arguments)


def _null_test(level: Level, node: Any) -> Expression:
    argument = level.bind(level, node.arg)
    return IsNull(argument, node.nulltesttype == enums.NullTestType.IS_NOT_NULL)


_BOOLEAN_TESTS: Final = {
    enums.BoolTestType.IS_TRUE: ("IS TRUE", True, False),
    enums.BoolTestType.IS_NOT_TRUE: ("IS NOT TRUE", True, True),
    enums.BoolTestType.IS_FALSE: ("IS FALSE", False, False),
    enums.BoolTestType.IS_NOT_FALSE: ("IS NOT FALSE", False, True),
    enums.BoolTestType.IS_UNKNOWN: ("IS UNKNOWN", None, False),
    enums.BoolTestType.IS_NOT_UNKNOWN: ("IS NOT UNKNOWN", None, True),
}


def _boolean_test(level: Level, node: Any) -> Expression:
    name, value, negated = _BOOLEAN_TESTS[node.booltesttype]
    argument = coerce_to_boolean(level.context, level.bind(level, node.arg), name, node.arg)
    return IsBoolean(argument, value, negated)


# ---- current_date and the like -------------------------------------------------------------------

_Op = enums.SQLValueFunctionOp
#: Each as the function call that gives the same: its name, its arguments' types.
_VALUES: Final = {
    _Op.SVFOP_CURRENT_TIMESTAMP: ("now", oids.TIMESTAMPTZ),
    _Op.SVFOP_CURRENT_TIMESTAMP_N: ("now", oids.TIMESTAMPTZ),
    _Op.SVFOP_CURRENT_DATE: ("now", oids.DATE),
    _Op.SVFOP_CURRENT_TIME: ("now", oids.TIMETZ),
    _Op.SVFOP_CURRENT_TIME_N: ("now", oids.TIMETZ),
    _Op.SVFOP_LOCALTIMESTAMP: ("now", oids.TIMESTAMP),
    _Op.SVFOP_LOCALTIMESTAMP_N: ("now", oids.TIMESTAMP),
    _Op.SVFOP_LOCALTIME: ("now", oids.TIME),
    _Op.SVFOP_LOCALTIME_N: ("now", oids.TIME),
    _Op.SVFOP_CURRENT_ROLE: ("current_user", oids.NAME),
    _Op.SVFOP_CURRENT_USER: ("current_user", oids.NAME),
    _Op.SVFOP_USER: ("current_user", oids.NAME),
    _Op.SVFOP_SESSION_USER: ("session_user", oids.NAME),
    _Op.SVFOP_CURRENT_CATALOG: ("current_database", oids.NAME),
    _Op.SVFOP_CURRENT_SCHEMA: ("current_schema", oids.NAME),
}


def _sql_value(level: Level, node: Any) -> Expression:
    name, target = _VALUES[node.op]
    (proc,) = [row for row in pg.procs_by_name()[name] if row.argument_count == 0]
    typmod = node.typmod if node.typmod is not None else -1
    written = node.op.name.removeprefix("SVFOP_").removesuffix("_N")
    if typmod >= 0:
        written += f"({typmod})"
    call = FunctionCall(proc, (), proc.result_type, keyword=(written, target, typmod))
    converted = coerce_to(level.context, call, target, typmod, CoercionContext.EXPLICIT)
    assert converted is not None
    return converted


# ---- what isn't there ----------------------------------------------------------------------------


def _default(_level: Level, node: Any) -> Expression:
    raise error_at(node, "42601", "DEFAULT is not allowed in this context")


def _grouping(level: Level, node: Any) -> Expression:
    """Binds GROUPING(…): whether the arguments are keys shows with the whole query."""
    mark = level.mark()
    arguments = tuple([level.bind(level, argument) for argument in node.args])
    owner = owner_of(level, arguments)
    if owner is not level:
        level.forget(mark)
        return lowered(level, owner, owner.bind(owner, node))
    if not level.clause.allows_aggregates:
        message = f"grouping operations are not allowed in {level.clause.name}"
        raise error_at(node.location, "42803", message)
    if len(node.args) > _GROUPING_ARGUMENTS_MAX:
        message = "GROUPING must have fewer than 32 arguments"
        raise error_at(node.location, "54023", message)
    level.has_aggregates = True
    return GroupingCall(arguments)


def _named_argument(_level: Level, node: Any) -> Expression:
    raise error_at(node, "42601", "named arguments are only allowed in function calls")


def _json_literal(level: Level, node: Any) -> Expression:
    """Binds json('…'): in PostgreSQL 15 a cast."""
    if node.unique_keys or node.output is not None or node.expr.format.encoding:
        raise unsupported_at(node, "SQL/JSON constructor")
    argument = level.bind(level, node.expr.raw_expr)
    converted = coerce_to(
        level.context, argument, oids.JSON, -1, CoercionContext.EXPLICIT, node=node.expr.raw_expr
    )
    if converted is None:
        raise DatabaseError(
            "42846",
            f"cannot cast type {type_name(argument.type)} to json",
            position=position_at(node.location),
        )
    return converted


_HANDLERS: Final[dict[type[Any], Handler]] = {
    Constant: _constant,
    ast.A_ArrayExpr: containers.bind_array,
    ast.A_Expr: comparisons.bind_operator,
    ast.A_Indirection: containers.bind_indirection,
    ast.BoolExpr: _logic,
    ast.BooleanTest: _boolean_test,
    ast.CaseExpr: conditionals.bind_case,
    ast.CoalesceExpr: conditionals.bind_coalesce,
    ast.CollateClause: bind_collate,
    ast.ColumnRef: bind_column,
    ast.FuncCall: bind_call,
    ast.GroupingFunc: _grouping,
    ast.JsonParseExpr: _json_literal,
    ast.MinMaxExpr: conditionals.bind_min_max,
    ast.NamedArgExpr: _named_argument,
    ast.NullTest: _null_test,
    ast.ParamRef: _parameter,
    ast.RowExpr: stars.bind_row,
    ast.SQLValueFunction: _sql_value,
    ast.SetToDefault: _default,
    ast.SubLink: sublinks.bind_sublink,
    ast.TypeCast: _cast,
    Placeholder: bind_placeholder,
}


#: What errors call the nodes that nothing binds.
_FEATURES: Final[dict[type[Any], str]] = {
    ast.CurrentOfExpr: "WHERE CURRENT OF",
    ast.XmlExpr: "XML",
    ast.XmlSerialize: "XML",
    ast.JsonObjectConstructor: "SQL/JSON constructor",
    ast.JsonArrayConstructor: "SQL/JSON constructor",
    ast.JsonArrayQueryConstructor: "SQL/JSON constructor",
    ast.JsonObjectAgg: "SQL/JSON aggregate",
    ast.JsonArrayAgg: "SQL/JSON aggregate",
    ast.JsonScalarExpr: "SQL/JSON constructor",
    ast.JsonSerializeExpr: "SQL/JSON constructor",
    ast.JsonFuncExpr: "SQL/JSON query function",
    ast.JsonIsPredicate: "IS JSON",
    ast.MergeSupportFunc: "MERGE",
    ast.MultiAssignRef: "this form of multiple assignment",
}
