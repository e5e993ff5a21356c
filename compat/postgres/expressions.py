"""Bound expressions as the SQL text that PostgreSQL shows of them: pg_get_expr and its relatives.

The rules are those of PostgreSQL's utils/adt/ruleutils.c: every operator in parentheses (the pretty
form has only those that precedence asks for), every constant with its type unless it reads back as that
type anyway, CASE in lines of its own. Whether a cast was written or implied is known of queries alone
(tsql/binder/written.py); otherwise casts are shown, as PostgreSQL shows implied ones inside an expression.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from compat.postgres.call_words import words_of_call
from storage.errors import not_supported
from storage.schema import Column, Table
from tsql import bound
from tsql.binder import bind_type_name
from tsql.binder.defaults import bind_default_text, bind_expression_text
from tsql.binder.written import Collated, WrittenCall
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

#: Begins a line of its own. Spaces before it are dropped at the end, when it becomes a line feed.
NEW_LINE: Final = "\0"
#: Around an item of a list: behind the first F for the first one, T for one that a broken one before it puts on
#: a new line, L for any other; and the indentation that this has.
ITEM: Final = "\1"
END: Final = "\2"
#: What a line is indented by in a query, and inside of CASE.
STEP: Final = 8
CASE_STEP: Final = 4
_INDENT_MAX: Final = 40
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
    shown = inner if isinstance(inner, bound.Const) else expression
    return finished(Printer(env, name_of, pretty=pretty).text(shown))


def finished(text: str) -> str:
    """Returns what a printer has printed, with its line breaks."""
    return re.sub(f" *{NEW_LINE}", "\n", text)


def with_breaks(text: str, wrap: int) -> str:
    """Returns likewise, with the items of lists on lines of their own where those would be too long."""
    return _Wrapping(text, wrap).text()


def _is_cast(node: Expression) -> bool:
    if isinstance(node, bound.CoerceViaIO | bound.ArrayCoerce | bound.CoerceToDomain):
        return True
    if not isinstance(node, bound.FunctionCall) or node.operator is not None:
        return False
    if not node.arguments or isinstance(node.written, WrittenCall):
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
_CALLS: Final = (bound.AggregateCall, bound.WindowCall, bound.GroupingCall)
_ATOMS: Final = (
    bound.Const, bound.ColumnRef, bound.SystemColumn, bound.Param, bound.Slot, *_CALLS, *_BRACKETED
)  # fmt: skip
_LOW, _HIGH = frozenset("+-"), frozenset("*/%")


def _is_simple(node: Expression, parent: Expression) -> bool:
    """Returns whether the pretty form needs no parentheses around a node, inside its parent."""
    match node:
        case bound.Relabel(written=Collated()):
            return _has_brackets(parent)
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
        case bound.ArrayComparison():
            return False
        case _:
            return isinstance(parent, bound.And | bound.Or | bound.Not) or _has_brackets(parent)


def _is_operator(node: Expression) -> bool:
    return isinstance(node, bound.FunctionCall) and node.operator is not None


def _has_brackets(node: Expression) -> bool:
    if not isinstance(node, bound.FunctionCall):
        return isinstance(node, _BRACKETED)
    has_words = isinstance(node.written, WrittenCall) and node.written.is_syntax
    return node.operator is None and not has_words and not _is_cast(node)


def _binds_tighter(node: bound.FunctionCall, parent: bound.FunctionCall) -> bool:
    """Returns whether arithmetic inside arithmetic reads the same without parentheses."""
    if len(node.arguments) < 2 or len(parent.arguments) < 2:
        return False
    inner, outer = node.operator, parent.operator
    if inner in _HIGH and outer in _LOW:
        return True
    same = (inner in _LOW and outer in _LOW) or (inner in _HIGH and outer in _HIGH)
    return same and parent.arguments[0] is node


class _Wrapping:
    """Decides where lists break: each item is finished before it is known how long it is."""

    def __init__(self, text: str, wrap: int) -> None:
        self._parts = re.split(f"({ITEM}[A-Z][0-9]+;|{END}|{NEW_LINE})", text)
        self._at = 0
        self._wrap = wrap

    def text(self) -> str:
        """Returns what there is up to the end, or that of the item."""
        done = ""
        is_multiline = False
        while self._at < len(self._parts):
            part = self._parts[self._at]
            self._at += 1
            if part == END:
                break
            if part == NEW_LINE:
                done = done.rstrip(" ") + "\n"
            elif part.startswith(ITEM):
                item = self.text()
                done = self._with_item(done, item, part, is_multiline=is_multiline)
                is_multiline = part[1] in "FT" and "\n" in item[1:]
            else:
                done += part
        return done

    def _with_item(self, done: str, item: str, mark: str, *, is_multiline: bool) -> str:
        if self._wrap < 0:
            return done + item
        if mark[1] == "F":
            return done.rstrip(" ") + item if item.startswith("\n") else done + item
        if item.startswith("\n"):
            return done.rstrip(" ") + item
        last = done[done.rfind("\n") + 1 :]
        is_long = len(last) + len(item) > self._wrap
        if is_multiline or is_long:
            return done.rstrip(" ") + "\n" + " " * int(mark[2:-1]) + item
        return done + item


class Printer:
    """Prints one expression; `env` shows constants and names.

    `indent` is that of the lines that it begins.
    """

    #: Whether nodes tell how they were written.
    knows_written = False

    def __init__(self, env: Env, name_of: Callable[[str], str] = quoted, *, pretty: bool) -> None:
        self.env = env
        self.indent = 0
        self.pretty = pretty
        self._name_of = name_of

    def line(self, text: str, before: int = 0, after: int = 0, plus: int = 0) -> str:
        """Returns text on a line of its own; the indentation changes before and after it."""
        self.indent += before
        width = max(self.indent, 0)
        if width >= _INDENT_MAX:
            width = (_INDENT_MAX + (width - _INDENT_MAX) // (STEP // 2)) % _INDENT_MAX
        self.indent = max(self.indent + after, 0)
        return NEW_LINE + " " * (width + plus) + text

    def wrapped(self, text: str) -> str:
        """Returns text in the parentheses that only the plain form has."""
        return text if self.pretty else f"({text})"

    def operand(self, node: Expression, parent: Expression, *, implied: bool = True) -> str:
        """Returns a part of an expression; a conversion that nobody wrote shows if it is `implied`."""
        if isinstance(node, bound.RowComparison):
            node = _by_pairs(node)
        text = self.text(node, implied=implied)
        return f"({text})" if self.pretty and not _is_simple(node, parent) else text

    def column(self, node: bound.ColumnRef | bound.SystemColumn) -> str:
        """Returns a column's name."""
        return self._name_of(node.name)

    def text(self, node: Expression, *, implied: bool = True) -> str:
        """Returns an expression's text."""
        if not implied and self.is_implied(node):
            return self.text(_cast_argument(node), implied=False)
        match node:
            case bound.Const():
                return self.constant(node)
            case bound.ColumnRef() | bound.SystemColumn():
                return self.column(node)
            case bound.Relabel(written=Collated(name=name)):
                shown = self.operand(node.argument, node)
                return self.wrapped(f"{shown} COLLATE {quoted(name)}")
            case (
                bound.Relabel() | bound.CoerceViaIO() | bound.ArrayCoerce() | bound.CoerceToDomain()
            ):
                return _keyword(node) or self._cast(_cast_argument(node), node)
            case bound.FunctionCall():
                return _keyword(node) or self._call(node)
            case bound.And() | bound.Or() | bound.Not() | bound.IsNull() | bound.IsBoolean():
                return self._test(node)
            case bound.IsDistinct():
                left, right = (self.operand(part, node) for part in node.equals.arguments)
                shown = self.wrapped(f"{left} IS DISTINCT FROM {right}")
                return self.wrapped(f"NOT {shown}") if node.negated else shown
            case bound.ArrayComparison():
                return self._array_comparison(node)
            case bound.ArrayConstructor():
                inside = f"ARRAY[{self.listed(node.elements)}]"
                return inside if node.elements else f"{inside}::{self.type_name(node.type)}"
            case _:
                return self.other(node)

    def type_name(self, type_: int, typmod: int = -1) -> str:
        """Returns a type's name, with its schema where the path doesn't find it."""
        return type_name_in(self.env, type_, typmod)

    def is_implied(self, node: Expression) -> bool:
        """Returns whether a node is a conversion that nobody wrote."""
        return (
            self.knows_written
            and (isinstance(node, bound.Relabel) or _is_cast(node))
            and getattr(node, "written", None) is None
            and _keyword(node) is None
        )

    def _array_comparison(self, node: bound.ArrayComparison) -> str:
        word = "ANY" if node.any else "ALL"
        scalar = self.operand(node.scalar, node)
        array = self.operand(node.array, node)
        if isinstance(node.array, bound.Subquery):
            # Without the cast it would be read as a subquery's rows.
            array += f"::{self.type_name(node.array.type)}"
        return self.wrapped(f"{scalar} {node.operator} {word} ({array})")

    def _test(self, node: bound.And | bound.Or | bound.Not | bound.IsNull | bound.IsBoolean) -> str:
        shown = ""
        match node:
            case bound.And(arguments=arguments) | bound.Or(arguments=arguments):
                word = " AND " if isinstance(node, bound.And) else " OR "
                shown = word.join(self.operand(part, node, implied=False) for part in arguments)
            case bound.Not(argument=argument):
                shown = f"NOT {self.operand(argument, node, implied=False)}"
            case bound.IsNull():
                shown = f"{self.operand(node.argument, node)} {node.shown}"
            case bound.IsBoolean():
                word = {True: "TRUE", False: "FALSE", None: "UNKNOWN"}[node.value]
                shown = self.operand(node.argument, node, implied=False)
                shown += f" IS {'NOT ' * node.negated}{word}"
        return self.wrapped(shown)

    def other(self, node: Expression) -> str:
        """Returns the text of what is less common."""
        match node:
            case bound.Case():
                return self._case(node)
            case bound.Coalesce(arguments=arguments):
                return f"COALESCE({self.listed(arguments)})"
            case bound.NullIf():
                return f"NULLIF({self.listed(node.equals.arguments)})"
            case bound.MinMax():
                return f"{'GREATEST' if node.greatest else 'LEAST'}({self.listed(node.arguments)})"
            case bound.RowComparison():
                pairs = _by_pairs(node)
                if pairs is not node:
                    return self.text(pairs)
                left, right = self.listed(node.left), self.listed(node.right)
                return f"(ROW({left}) {node.operator} ROW({right}))"
            case bound.Subscript():
                return self._subscript(node)
            case bound.RowConstructor(fields=fields, type=oids.RECORD):
                return f"ROW({', '.join(map(self.top, fields))})"
            case bound.RowConstructor(fields=fields):
                return f"ROW({', '.join(map(self.top, fields))})::{self.type_name(node.type)}"
            case bound.WholeRow() if is_composite(node.type):
                return f"{quoted(composite_type(node.type, self.env).name)}.*"
            case bound.FieldAccess() if is_composite(base_type(node.record.type)):
                attributes = attributes_of(base_type(node.record.type), self.env)
                return self.field(node.record, attributes[node.position].name)
            case _:
                raise not_supported(f"showing {type(node).__name__} as text")

    def field(self, record: Expression, name: str) -> str:
        """Returns the field of a row."""
        shown = self.text(record)
        if not isinstance(record, bound.FieldAccess | bound.Subscript):
            shown = f"({shown})"
        return f"{shown}.{quoted(name)}"

    def top(self, node: Expression, *, implied: bool = True) -> str:
        """Returns what stands in a list where a row would fall apart into its fields."""
        return self.text(node, implied=implied)

    def listed(self, parts: tuple[Expression, ...]) -> str:
        """Returns expressions with commas between them."""
        return ", ".join(map(self.text, parts))

    def _cast(self, argument: Expression, node: Expression) -> str:
        name = self.type_name(node.type, node.typmod)
        if isinstance(node, bound.CoerceToDomain):
            argument = _unfitted(argument)
        if isinstance(argument, bound.Const) and argument.type == node.type:
            return f"{self.constant(argument, labelled=False)}::{name}"
        return f"{self.wrapped(self.operand(argument, node, implied=False))}::{name}"

    def _call(self, node: bound.FunctionCall) -> str:
        if node.operator is not None and len(node.arguments) == 2:
            left, right = (self.operand(part, node) for part in node.arguments)
            return self.wrapped(f"{left} {node.operator} {right}")
        if node.operator is not None and len(node.arguments) == 1:
            return self.wrapped(f"{node.operator} {self.operand(node.arguments[0], node)}")
        if _is_cast(node):
            return self._cast(node.arguments[0], node)
        return self.function(node)

    def function(self, node: bound.FunctionCall) -> str:
        """Returns a call."""
        written = node.written
        if isinstance(written, WrittenCall) and written.is_syntax:
            given = [node.arguments[at] for at in written.order]
            operands = [self.operand(part, node, implied=False) for part in given]
            plain = [self.text(part, implied=False) for part in given]
            shown = words_of_call(node, operands, plain)
            if shown is not None:
                return shown
        arguments = list(map(self.text, node.arguments))
        if isinstance(written, WrittenCall):
            if not node.proc.variadic_type:
                arguments = [arguments[at] for at in written.order]
            first_named = len(arguments) - len(written.names)
            for at, name in enumerate(written.names, first_named):
                arguments[at] = f"{quoted(name)} => {arguments[at]}"
        is_array = node.proc.variadic_type not in {0, None, oids.ANY}
        if arguments and (node.variadic_array or is_array):
            arguments[-1] = f"VARIADIC {arguments[-1]}"
        return f"{quoted(node.proc.name)}({', '.join(arguments)})"

    def _case(self, node: bound.Case) -> str:
        text = self.line("CASE", 0, CASE_STEP)
        if node.operand is not None:
            text += f" {self.text(node.operand)}"
        for condition, result in node.whens:
            shown = condition
            if node.operand is not None and isinstance(condition, bound.FunctionCall):
                shown = condition.arguments[-1]
            text += self.line("WHEN ") + self.text(shown, implied=False)
            text += " THEN " + self.text(result)
        text += self.line("ELSE ")
        default = node.default
        text += f"NULL::{self.type_name(node.type)}" if default is None else self.text(default)
        return text + self.line("END", -CASE_STEP)

    def _subscript(self, node: bound.Subscript) -> str:
        container = self.text(node.container)
        if not isinstance(node.container, bound.ColumnRef | bound.Slot | bound.GroupRef):
            container = f"({container})"

        def index(part: Expression | None) -> str:
            return "" if part is None else self.text(part, implied=False)

        if not node.lower:
            return container + "".join(f"[{index(part)}]" for part in node.upper)
        ends = zip(node.lower, node.upper, strict=True)
        return container + "".join(f"[{index(low)}:{index(high)}]" for low, high in ends)

    def constant(self, node: bound.Const, *, labelled: bool = True, forced: bool = False) -> str:
        """Returns a constant; with its type if it is `labelled`, and even if it needs none if `forced`."""
        name = self.type_name(node.type, node.typmod)
        if node.value is None:
            return f"NULL::{name}" if labelled else "NULL"
        if node.type == oids.UNKNOWN:
            return _literal(str(node.value))
        text: str = output_of(node.type)(node.value, self.env)
        label = forced or (labelled and node.type not in _UNLABELLED)
        if node.type == oids.BOOL:
            text = "true" if node.value else "false"
        elif node.type == oids.INT4 and not text.startswith("-"):
            label = forced
        elif node.type == oids.NUMERIC and text[:1].isdigit() and any(c in "eE." for c in text):
            label = forced or (label and node.typmod >= 0)
        elif node.type == oids.INT4:
            label, text = True, _literal(text)
        else:
            text = _literal(text)
        return f"{text}::{name}" if label else text


def _by_pairs(node: bound.RowComparison) -> Expression:
    """Returns what PostgreSQL makes of (a, b) = (c, d) and of <>; any other comparison as it is."""
    if node.operator not in {"=", "<>"}:
        return node
    tests = tuple(
        bound.FunctionCall(proc, (left, right), oids.BOOL, operator=node.operator)
        for proc, left, right in zip(node.equals, node.left, node.right, strict=True)
    )
    return bound.And(tests) if node.operator == "=" else bound.Or(tests)


def _unfitted(node: Expression) -> Expression:
    """Returns a value before it was fitted to a length, which a domain over its type implies."""
    while isinstance(node, bound.Relabel) or _is_cast(node):
        inner = _cast_argument(node)
        if inner.type != node.type:
            break
        node = inner
    return node


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def column_default_text(
    table: Table, column_id: int, env: Env, *, pretty: bool = False
) -> str | None:
    """Returns a column's default, or the expression that it is generated by; None if it has none."""
    column = table.column_by_id(column_id)
    if column.generated_sql is not None:
        return expression_text(
            bind_expression_text(column.generated_sql, table, shown=True), env, pretty=pretty
        )
    if column.default_sql is None or column.identity:
        return None
    return default_text(column.default_sql, column, env, pretty=pretty)


def default_text(sql: str, column: Column, env: Env, *, pretty: bool = False) -> str:
    """Returns the DEFAULT of a column, or of a domain whose values are the column's."""
    expression = bind_default_text(sql, column, env, shown=True)
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
            if isinstance(expression, bound.Relabel) and isinstance(expression.written, Collated):
                break
            expression = _cast_argument(expression)
    if isinstance(expression, bound.CoerceToDomain):
        return finished(Printer(env, pretty=pretty).text(expression))
    if isinstance(expression, bound.RowConstructor) and not isinstance(written, ast.TypeCast):
        expression = replace(expression, type=oids.RECORD)
    return expression_text(expression, env, pretty=pretty)
