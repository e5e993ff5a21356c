"""Bound expressions as the SQL text that PostgreSQL shows of them: pg_get_expr and its relatives.

The rules are those of PostgreSQL's utils/adt/ruleutils.c in its plain form: every operator in
parentheses, every constant with its type unless it reads back as that type anyway. Whether a cast
was written or implied isn't kept by binding; casts are shown, as PostgreSQL shows implied ones
inside an expression.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from storage.errors import not_supported
from storage.schema import Column, Table
from tsql import bound
from tsql.binder import bind_type_name
from tsql.binder.defaults import bind_default_text, bind_expression_text
from tsql.bound import Expression
from tsql.catalog import pg
from tsql.env import Env
from tsql.identifiers import quoted
from tsql.parser import ast, parse_expression
from tsql.types import oids
from tsql.types.composites import attributes_of, composite_type, is_composite
from tsql.types.io import output_of
from tsql.types.kinds import base_type, is_domain
from tsql.types.type_names import type_name_in

_UNLABELLED: Final = frozenset({oids.BOOL, oids.UNKNOWN})


def expression_text(
    expression: Expression,
    env: Env,
    *,
    pretty: bool = False,
    name_of: Callable[[str], str] = quoted,
) -> str:
    """Returns an expression as PostgreSQL shows a default or a condition.

    The pretty form leaves out the parentheses that precedence makes needless; `name_of` tells what
    columns are called.
    """
    inner = expression
    while isinstance(inner, bound.Relabel) or _is_cast(inner):
        inner = _cast_argument(inner)
    # A constant's conversion to the column's type is implied, and isn't shown.
    return _Printer(env, name_of, pretty=pretty).text(
        inner if isinstance(inner, bound.Const) else expression
    )


def _is_cast(node: Expression) -> bool:
    if isinstance(node, bound.CoerceViaIO | bound.ArrayCoerce | bound.CoerceToDomain):
        return True
    if not isinstance(node, bound.FunctionCall) or node.operator is not None:
        return False
    if not node.arguments:
        return False
    source = node.argument_types[0] if node.argument_types else node.proc.argument_types[0]
    cast = pg.casts().get((source, node.type))
    return cast is not None and cast.function == node.proc.oid


def _keyword(node: Expression) -> str | None:
    """Returns CURRENT_DATE or the like, if the node stands for one."""
    inner = node
    while isinstance(inner, bound.Relabel) or _is_cast(inner):
        inner = _cast_argument(inner)
    if not isinstance(inner, bound.FunctionCall) or inner.keyword is None:
        return None
    text, *known = inner.keyword
    return text if [node.type, node.typmod] == known else None


def _cast_argument(node: Expression) -> Expression:
    match node:
        case bound.FunctionCall():
            return node.arguments[0]
        case bound.Relabel() | bound.CoerceViaIO() | bound.ArrayCoerce() | bound.CoerceToDomain():
            return node.argument
        case _:
            raise AssertionError(type(node).__name__)


#: They have brackets or keywords around what is inside.
_BRACKETED: Final = (
    bound.Subscript,
    bound.ArrayConstructor,
    bound.RowConstructor,
    bound.Coalesce,
    bound.MinMax,
    bound.NullIf,
    bound.Case,
    bound.WholeRow,
    bound.FieldAccess,
)
_ATOMS: Final = (bound.Const, bound.ColumnRef, bound.SystemColumn, bound.Param, *_BRACKETED)
_LOW, _HIGH = frozenset("+-"), frozenset("*/%")


def _is_simple(node: Expression, parent: Expression) -> bool:
    """Returns whether the pretty form needs no parentheses around a node, inside its parent."""
    match node:
        case bound.Relabel() | bound.CoerceViaIO() | bound.ArrayCoerce() | bound.CoerceToDomain():
            return _is_simple(node.argument, node)
        case bound.FunctionCall(operator=None):
            return True
        case bound.FunctionCall() if _is_operator(parent):
            assert isinstance(parent, bound.FunctionCall)
            return _binds_tighter(node, parent)
        case bound.And() | bound.Not() if isinstance(parent, bound.And | bound.Or):
            return True
        case bound.Or() if isinstance(parent, bound.Or):
            return True
        case bound.And() | bound.Or() | bound.Not():
            return _has_brackets(parent)
        case _ if isinstance(node, _ATOMS):
            return True
        case _:
            return isinstance(parent, bound.And | bound.Or | bound.Not) or _has_brackets(parent)


def _is_operator(node: Expression) -> bool:
    return isinstance(node, bound.FunctionCall) and node.operator is not None


def _has_brackets(node: Expression) -> bool:
    is_call = isinstance(node, bound.FunctionCall) and node.operator is None
    return isinstance(node, _BRACKETED) or (is_call and not _is_cast(node))


def _binds_tighter(node: bound.FunctionCall, parent: bound.FunctionCall) -> bool:
    """Returns whether arithmetic inside arithmetic reads the same without parentheses."""
    inner, outer = node.operator, parent.operator
    if inner in _HIGH and outer in _LOW:
        return True
    same = (inner in _LOW and outer in _LOW) or (inner in _HIGH and outer in _HIGH)
    return same and parent.arguments[0] is node


class _Printer:
    """Prints one expression; `env` shows constants and names."""

    def __init__(self, env: Env, name_of: Callable[[str], str], *, pretty: bool) -> None:
        self._env = env
        self._name_of = name_of
        self._pretty = pretty

    def _wrapped(self, text: str) -> str:
        return text if self._pretty else f"({text})"

    def _operand(self, node: Expression, parent: Expression) -> str:
        text = self.text(node)
        return f"({text})" if self._pretty and not _is_simple(node, parent) else text

    def text(self, node: Expression) -> str:  # noqa: C901 - one case a node
        match node:
            case bound.Const():
                return self._constant(node)
            case bound.ColumnRef(name=name) | bound.SystemColumn(name=name):
                return self._name_of(name)
            case (
                bound.Relabel() | bound.CoerceViaIO() | bound.ArrayCoerce() | bound.CoerceToDomain()
            ):
                return _keyword(node) or self._cast(_cast_argument(node), node)
            case bound.FunctionCall():
                return _keyword(node) or self._call(node)
            case bound.And(arguments=arguments):
                return self._wrapped(" AND ".join(self._operand(part, node) for part in arguments))
            case bound.Or(arguments=arguments):
                return self._wrapped(" OR ".join(self._operand(part, node) for part in arguments))
            case bound.Not(argument=argument):
                return self._wrapped(f"NOT {self._operand(argument, node)}")
            case bound.IsNull():
                shown = self._operand(node.argument, node)
                return self._wrapped(f"{shown} IS {'NOT ' * node.negated}NULL")
            case bound.IsBoolean():
                word = {True: "TRUE", False: "FALSE", None: "UNKNOWN"}[node.value]
                shown = self._operand(node.argument, node)
                return self._wrapped(f"{shown} IS {'NOT ' * node.negated}{word}")
            case bound.IsDistinct():
                left, right = (self._operand(part, node) for part in node.equals.arguments)
                shown = self._wrapped(f"{left} IS DISTINCT FROM {right}")
                return self._wrapped(f"NOT {shown}") if node.negated else shown
            case bound.ArrayComparison():
                word = "ANY" if node.any else "ALL"
                array = self._operand(node.array, node)
                scalar = self._operand(node.scalar, node)
                return self._wrapped(f"{scalar} {node.operator} {word} ({array})")
            case bound.ArrayConstructor():
                inside = f"ARRAY[{self._list(node.elements)}]"
                return (
                    inside
                    if node.elements
                    else f"{inside}::{type_name_in(self._env, node.type, -1)}"
                )
            case _:
                return self._other(node)

    def _other(self, node: Expression) -> str:
        match node:
            case bound.Case():
                return self._case(node)
            case bound.Coalesce(arguments=arguments):
                return f"COALESCE({self._list(arguments)})"
            case bound.NullIf():
                return f"NULLIF({self._list(node.equals.arguments)})"
            case bound.MinMax():
                return f"{'GREATEST' if node.greatest else 'LEAST'}({self._list(node.arguments)})"
            case bound.RowComparison():
                left, right = self._list(node.left), self._list(node.right)
                return f"(ROW({left}) {node.operator} ROW({right}))"
            case bound.Subscript():
                return self._subscript(node)
            case bound.RowConstructor(fields=fields, type=oids.RECORD):
                return f"ROW({self._list(fields)})"
            case bound.RowConstructor(fields=fields):
                return f"ROW({self._list(fields)})::{type_name_in(self._env, node.type)}"
            case bound.WholeRow() if is_composite(node.type):
                return f"{quoted(composite_type(node.type, self._env).name)}.*"
            case bound.FieldAccess() if is_composite(base_type(node.record.type)):
                return self._field(node)
            case _:
                raise not_supported(f"showing {type(node).__name__} as text")

    def _field(self, node: bound.FieldAccess) -> str:
        record = node.record
        shown = self.text(record)
        if not isinstance(record, bound.FieldAccess | bound.Subscript):
            shown = f"({shown})"
        attributes = attributes_of(base_type(record.type), self._env)
        return f"{shown}.{quoted(attributes[node.position].name)}"

    def _list(self, parts: tuple[Expression, ...]) -> str:
        return ", ".join(map(self.text, parts))

    def _cast(self, argument: Expression, node: Expression) -> str:
        name = type_name_in(self._env, node.type, node.typmod)
        if isinstance(node, bound.CoerceToDomain):
            argument = _unfitted(argument)
        if isinstance(argument, bound.Const) and argument.type == node.type:
            return f"{self._constant(argument, labelled=False)}::{name}"
        return f"{self._wrapped(self._operand(argument, node))}::{name}"

    def _call(self, node: bound.FunctionCall) -> str:
        if node.operator is not None and len(node.arguments) == 2:
            left, right = (self._operand(part, node) for part in node.arguments)
            return self._wrapped(f"{left} {node.operator} {right}")
        if node.operator is not None and len(node.arguments) == 1:
            return self._wrapped(f"{node.operator} {self._operand(node.arguments[0], node)}")
        if _is_cast(node):
            return self._cast(node.arguments[0], node)
        name = node.proc.name
        variadic = node.variadic_array or node.proc.variadic_type
        arguments = list(map(self.text, node.arguments))
        if variadic and arguments and node.variadic_array:
            arguments[-1] = f"VARIADIC {arguments[-1]}"
        return f"{quoted(name)}({', '.join(arguments)})"

    def _case(self, node: bound.Case) -> str:
        parts = ["CASE"]
        if node.operand is not None:
            parts.append(self.text(node.operand))
        for condition, result in node.whens:
            shown = condition
            if node.operand is not None and isinstance(condition, bound.FunctionCall):
                shown = condition.arguments[-1]
            parts += ["WHEN", self.text(shown), "THEN", self.text(result)]
        default = node.default
        parts += [
            "ELSE",
            "NULL::" + type_name_in(self._env, node.type, -1)
            if default is None
            else self.text(default),
        ]
        return " ".join([*parts, "END"])

    def _subscript(self, node: bound.Subscript) -> str:
        container = self.text(node.container)
        if not isinstance(node.container, bound.ColumnRef):
            container = f"({container})"
        if not node.lower:
            return container + "".join(
                f"[{self.text(part)}]" for part in node.upper if part is not None
            )
        ends = zip(node.lower, node.upper, strict=True)
        return container + "".join(
            f"[{'' if low is None else self.text(low)}:{'' if high is None else self.text(high)}]"
            for low, high in ends
        )

    def _constant(self, node: bound.Const, *, labelled: bool = True) -> str:
        name = type_name_in(self._env, node.type, node.typmod)
        if node.value is None:
            return f"NULL::{name}" if labelled else "NULL"
        if node.type == oids.UNKNOWN:
            return _literal(str(node.value))
        text: str = output_of(node.type)(node.value, self._env)
        label = labelled and node.type not in _UNLABELLED
        if node.type == oids.BOOL:
            return "true" if node.value else "false"
        if node.type == oids.INT4:
            return f"'{text}'::integer" if text.startswith("-") else text
        if node.type == oids.NUMERIC and text[:1].isdigit() and any(c in "eE." for c in text):
            return f"{text}::{name}" if label and node.typmod >= 0 else text
        return f"{_literal(text)}::{name}" if label else _literal(text)


def _unfitted(node: Expression) -> Expression:
    """Returns a value before it was fitted to a length, which a domain over its type implies."""
    while isinstance(node, bound.Relabel) or _is_cast(node):
        inner = _cast_argument(node)
        if inner.type != node.type:
            break
        node = inner
    return node


def _literal(text: str) -> str:
    shown = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return "E" + shown if "\\" in text else shown


def column_default_text(
    table: Table, column_id: int, env: Env, *, pretty: bool = False
) -> str | None:
    """Returns a column's default, or the expression that it is generated by; None if it has none."""
    column = table.column_by_id(column_id)
    if column.generated_sql is not None:
        return expression_text(
            bind_expression_text(column.generated_sql, table), env, pretty=pretty
        )
    if column.default_sql is None or column.identity:
        return None
    return default_text(column.default_sql, column, env, pretty=pretty)


def default_text(sql: str, column: Column, env: Env, *, pretty: bool = False) -> str:
    """Returns the DEFAULT of a column, or of a domain whose values are the column's."""
    expression = bind_default_text(sql, column, env)
    # Its conversion to the column's type is implied, unless it was written as a cast.
    written = parse_expression(sql)
    domain = 0
    if isinstance(written, ast.TypeCast):
        type_, _ = bind_type_name(written.typeName, env)
        domain = type_ if is_domain(type_) else 0
    if domain or not isinstance(written, ast.TypeCast):
        while isinstance(expression, bound.Relabel) or _is_cast(expression):
            if _keyword(expression) or expression.type == domain:
                break
            expression = _cast_argument(expression)
    if isinstance(expression, bound.CoerceToDomain):
        return _Printer(env, quoted, pretty=pretty).text(expression)
    if isinstance(expression, bound.RowConstructor) and not isinstance(written, ast.TypeCast):
        expression = replace(expression, type=oids.RECORD)
    return expression_text(expression, env, pretty=pretty)
