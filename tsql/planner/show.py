"""Bound expressions as text, for EXPLAIN: near to SQL, made to be read."""

from collections.abc import Callable
from typing import Any, Final

from storage.errors import DatabaseError
from storage.types import Array
from tsql import bound
from tsql.bound import Expression
from tsql.catalog import pg
from tsql.env import Env
from tsql.identifiers import quoted
from tsql.types import oids
from tsql.types.io import output_of

_BARE_TYPES: Final = frozenset({oids.INT2, oids.INT4, oids.INT8, oids.NUMERIC, oids.OID})
_TEXTUAL: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.UNKNOWN})
_ENV: Final = Env()
#: Characters of an expression that are shown; a list of a thousand values isn't worth more.
SHOWN_CHARACTERS_MAX: Final = 400


def show(expression: Expression) -> str:
    """Returns the expression's text, cut if it is long."""
    try:
        text = _show(expression)
    except RecursionError:
        return "…"
    return text if len(text) <= SHOWN_CHARACTERS_MAX else text[:SHOWN_CHARACTERS_MAX] + " …"


def show_all(expressions: tuple[Expression, ...] | list[Expression]) -> str:
    """Returns the texts joined by AND."""
    if len(expressions) == 1:
        return show(expressions[0])
    return " AND ".join(f"({show(expression)})" for expression in expressions)


def _show(node: Expression) -> str:  # noqa: C901, PLR0912 - one case a node
    match node:
        case bound.Const():
            return _constant(node.value, node.type)
        case bound.Param(number=number):
            return f"${number}"
        case bound.ColumnRef(shown=shown) if shown:
            return shown
        case bound.ColumnRef(name=name) | bound.SystemColumn(name=name):
            return quoted(name)
        case bound.FunctionCall():
            return _call(node)
        case bound.AggregateCall():
            return _aggregate(node)
        case bound.Relabel(argument=argument):
            return _show(argument)
        case bound.CoerceViaIO() | bound.ArrayCoerce():
            return f"{_operand(node.argument)}::{_type(node.type)}"
        case bound.And(arguments=arguments):
            return " AND ".join(_operand(argument) for argument in arguments)
        case bound.Or(arguments=arguments):
            return " OR ".join(_operand(argument) for argument in arguments)
        case bound.Not(argument=argument):
            return f"NOT {_operand(argument)}"
        case bound.IsNull():
            return f"{_operand(node.argument)} {node.shown}"
        case bound.IsBoolean():
            word = {True: "TRUE", False: "FALSE", None: "UNKNOWN"}[node.value]
            return f"{_operand(node.argument)} IS {'NOT ' * node.negated}{word}"
        case bound.IsDistinct():
            left, right = (_operand(argument) for argument in node.equals.arguments)
            return f"{left} IS {'NOT ' * node.negated}DISTINCT FROM {right}"
        case bound.ArrayComparison():
            word = "ANY" if node.any else "ALL"
            return f"{_operand(node.scalar)} {node.operator} {word} ({_show(node.array)})"
        case bound.ArrayConstructor(elements=elements):
            return f"ARRAY[{_list(elements)}]"
        case bound.RowConstructor(fields=fields):
            return f"ROW({_list(fields)})"
        case bound.RowComparison():
            return f"({_list(node.left)}) {node.operator} ({_list(node.right)})"
        case _:
            return _other(node)


def _other(node: Expression) -> str:
    match node:
        case bound.Case():
            whens = " ".join(f"WHEN {_show(a)} THEN {_show(b)}" for a, b in node.whens)
            default = "" if node.default is None else f" ELSE {_show(node.default)}"
            return f"CASE {whens}{default} END"
        case bound.Coalesce(arguments=arguments):
            return f"COALESCE({_list(arguments)})"
        case bound.NullIf():
            return f"NULLIF({_list(node.equals.arguments)})"
        case bound.MinMax():
            return f"{'GREATEST' if node.greatest else 'LEAST'}({_list(node.arguments)})"
        case bound.Subscript():
            inside = "".join(f"[{_show(part)}]" for part in node.upper if part is not None)
            return f"{_operand(node.container)}{inside}"
        case bound.WholeRow():
            return "(row)"
        case bound.Slot(name=name):
            return f"outer.{quoted(name)}"
        case bound.SubqueryCall(number=number):
            return f"(subquery {number + 1})"
        case bound.WindowCall():
            inside = _list(node.arguments)
            return f"{node.proc.name}({inside}) OVER ({_window(node.window)})"
        case _:
            return f"({type(node).__name__})"


def _list(parts: tuple[Expression, ...]) -> str:
    return ", ".join(map(_show, parts))


_ATOMS: Final = (
    bound.Const,
    bound.Param,
    bound.ColumnRef,
    bound.Coalesce,
    bound.ArrayConstructor,
    bound.AggregateCall,
)


def _operand(node: Expression) -> str:
    bare = node
    while isinstance(bare, bound.Relabel):
        bare = bare.argument
    text = _show(bare)
    is_call = isinstance(bare, bound.FunctionCall) and bare.operator is None
    return text if is_call or isinstance(bare, _ATOMS) else f"({text})"


def _call(node: bound.FunctionCall) -> str:
    if node.operator is not None and len(node.arguments) == 2:
        left, right = node.arguments
        return f"{_operand(left)} {node.operator} {_operand(right)}"
    if node.operator is not None and len(node.arguments) == 1:
        return f"{node.operator} {_operand(node.arguments[0])}"
    if node.proc.name == _type(node.type) and len(node.arguments) <= 3:
        return _show(node.arguments[0])  # a cast
    return f"{node.proc.name}({_list(node.arguments)})"


def _window(window: bound.Window) -> str:
    parts = []
    for word, keys in (("PARTITION BY", window.partition_by), ("ORDER BY", window.order_by)):
        if keys:
            parts.append(f"{word} {_list(tuple([key.expression for key in keys]))}")
    return " ".join(parts)


def _aggregate(node: bound.AggregateCall) -> str:
    inside = _list(node.arguments) if node.arguments else "*"
    if node.distinct:
        inside = f"DISTINCT {inside}"
    return f"{node.proc.name}({inside})"


def _constant(value: Any, type_: int) -> str:
    if value is None:
        return "NULL"
    try:
        render: Callable[[Any, Env], str] = output_of(type_)
        text = str(value) if type_ == oids.UNKNOWN else render(value, _ENV)
    except DatabaseError:
        text = str(value)
    if type_ in _BARE_TYPES:
        return text
    if type_ == oids.BOOL:
        return "true" if value else "false"
    quoted_text = "'" + text.replace("'", "''") + "'"
    if type_ in _TEXTUAL and not isinstance(value, Array):
        return quoted_text
    return f"{quoted_text}::{_type(type_)}"


def _type(oid: int) -> str:
    row = pg.types().get(oid)
    if row is None:
        return str(oid)
    if row.category == "A" and row.element:
        return f"{_type(row.element)}[]"
    return row.name
