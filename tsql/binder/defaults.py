"""Expressions that the catalog keeps as text: defaults, checks, and what indexes are made of.

They are bound to a table alone, as relation 0.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import msgspec

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.objects import DomainType
from storage.schema import Column, Table
from tsql.binder import context as clauses
from tsql.binder.assignments import Destination
from tsql.binder.coercion import coerce, coerce_to, coerce_to_boolean, known
from tsql.binder.context import Clause, Context, FieldPlaces, Level
from tsql.binder.expressions import bind
from tsql.binder.from_items import table_item
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.pathways import CoercionContext, true_element
from tsql.binder.select import bind_select
from tsql.binder.shown_names import type_name
from tsql.binder.tree import replaced, walk
from tsql.bound import (
    CoerceToDomain,
    CoerceViaIO,
    ColumnRef,
    Const,
    Expression,
    FunctionCall,
    RowRule,
    SetColumn,
    SystemColumn,
    WholeRow,
)
from tsql.env import Env
from tsql.functions.registry import IDENTITY_VALUE
from tsql.parser import ast, parse_expression
from tsql.types import oids
from tsql.types.composites import is_row
from tsql.types.domains import domain_type
from tsql.types.kinds import base_of, is_domain, kinds_of_type

_PURPOSES: Final = {
    "check": clauses.CHECK,
    "index": clauses.INDEX,
    "index_predicate": clauses.INDEX_PREDICATE,
    "default": clauses.DEFAULT,
    "copy_where": clauses.COPY_WHERE,
    "execute": clauses.EXECUTE,
    "transform": clauses.TRANSFORM,
}
#: What the purposes that are conditions are called in the errors of what isn't one.
_CONDITIONS: Final = {"check": "CHECK", "index_predicate": "WHERE", "copy_where": "WHERE"}
_IMMUTABLE: Final = {"index": "index expression", "index_predicate": "index predicate"}
_CONCATENATIONS: Final = frozenset({"textanycat", "anytextcat"})
#: Types whose text depends on settings.
_UNSTABLE_TEXT: Final = frozenset(
    {oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.INTERVAL, oids.REGCLASS}
)
_UNSTABLE_INPUT: Final = _UNSTABLE_TEXT | {oids.TIME, oids.TIMETZ, oids.INTERVAL}


def bind_expression(node: Any, table: Table | None, env: Env, purpose: str) -> Expression:
    """Binds an expression's tree over the table's columns."""
    level = _level(table, env)
    if table is not None and purpose == "copy_where":
        # COPY's rows have all the attributes that are known.
        level.items[0].attributes += [name for name, _ in table.attributes]
    clause = _PURPOSES[purpose]
    _check_columns(node, clause)
    expression = level.expression(node, clause)
    if purpose in _CONDITIONS:
        expression = coerce_to_boolean(level.context, expression, _CONDITIONS[purpose], node)
    else:
        expression = known(level.context, expression, node)
    if purpose in _IMMUTABLE:
        _check_immutable(expression, _IMMUTABLE[purpose])
    if purpose == "check":
        _check_no_system_columns(expression, node)
    return expression


def _check_no_system_columns(expression: Expression, node: Any) -> None:
    for part in walk(expression):
        if isinstance(part, SystemColumn) and part.name != "tableoid":
            place = next((each for each in _syntax_parts(node) if _names(each, part.name)), None)
            message = f'system column "{part.name}" reference in check constraint is invalid'
            raise error_at(place, "42P10", message)


def _names(node: Any, name: str) -> bool:
    if not isinstance(node, ast.ColumnRef):
        return False
    fields: tuple[Any, ...] = node.fields or ()
    return getattr(fields[-1], "sval", None) == name


def bind_expression_text(
    sql: str, table: Table, env: Env | None = None, *, shown: bool = False
) -> Expression:
    """Binds an expression of an index or a check over the table's columns (relation 0).

    What is to be `shown` has its COLLATE.
    """
    level = _level(table, env or Env())
    level.context.keeps_collations = shown
    node = parse_expression(sql)
    return known(level.context, level.expression(node, clauses.INDEX), node)


def bind_default(node: Any, column: Column, env: Env, *, shown: bool = False) -> Expression:
    """Binds a DEFAULT expression and coerces it to the column's type, as an assignment does."""
    level = _level(None, env)
    level.context.keeps_collations = shown
    _check_columns(node, clauses.DEFAULT)
    expression = level.expression(node, clauses.DEFAULT)
    to = Destination(0, column.name, column.sql_type, column.typmod)
    converted = coerce_to(
        level.context, expression, to.type, to.typmod, CoercionContext.ASSIGNMENT, node=node
    )
    if converted is None:
        raise DatabaseError(
            "42804",
            f'column "{column.name}" is of type {type_name(column.sql_type)}'
            f" but default expression is of type {type_name(expression.type)}",
            hint="You will need to rewrite or cast the expression.",
        )
    return converted


def bind_default_text(
    sql: str, column: Column, env: Env | None = None, *, shown: bool = False
) -> Expression:
    """Likewise, from its text; to be `shown` with its COLLATE."""
    return bind_default(parse_expression(sql), column, env or Env(), shown=shown)


def bind_transform(
    node: Any, table: Table, column: Column, env: Env
) -> tuple[Expression | None, tuple[str, ...]]:
    """Binds what ALTER TYPE makes a column's new values of (USING), over the table as it was.

    `column` is the new one. Returns the expression, or None if its type can't be assigned to the
    column's, and the undeclared attributes that it names, in the order of their positions.
    """
    level = _level(table, env)
    expression = level.expression(node, clauses.TRANSFORM)
    converted = coerce_to(
        level.context,
        expression,
        column.sql_type,
        column.typmod,
        CoercionContext.ASSIGNMENT,
        node=node,
    )
    return converted, tuple(level.items[0].attributes)


def default_of(column: Column, env: Env) -> Expression:
    """Returns the column's default, NULL if it has none; a generated column is NULL until it is computed."""
    if column.generated_sql is not None:
        return Const(None, column.sql_type, column.typmod)
    if column.default_sql is None:
        if is_domain(column.sql_type):
            return _default_of_domain(column, env)
        return Const(None, column.sql_type, column.typmod)
    default = bind_default_text(column.default_sql, column, env)
    return replaced(default, _identity_value) if column.identity else default


def as_plain(column: Column, default_sql: str | None) -> Column:
    """Returns a column as a view has it: with a default of its own, and no way to make its values."""
    return msgspec.structs.replace(column, default_sql=default_sql, generated_sql=None, identity="")


def has_domain_default(oid: int, env: Env) -> bool:
    """Returns whether a type is a domain that has a default."""
    return is_domain(oid) and domain_type(oid, env).default_sql is not None


def _default_of_domain(column: Column, env: Env) -> Expression:
    """Returns its domain's default; NULL, too, has to be one of the domain's values."""
    found = domain_type(column.sql_type, env)
    if found.default_sql is not None:
        default = bind_default_text(found.default_sql, column_of_base(found), env)
        return coerce(_level(None, env).context, default, column.sql_type)
    return CoerceToDomain(Const(None, *base_of(column.sql_type, -1)), column.sql_type)


def column_of_base(domain: DomainType) -> Column:
    """Returns a column of the type that a domain is over."""
    kinds = kinds_of_type(domain.base)
    assert kinds is not None
    return Column(
        id=1,
        name="value",
        kind=kinds[0],
        element_kind=kinds[1],
        sql_type=domain.base,
        typmod=domain.typmod,
    )


def fields_in_expression(node: Any, table: Table, env: Env) -> FieldPlaces:
    """Returns where an expression over the table's columns names fields of composite types."""
    level = _level(table, env)
    level.context.field_places = []
    level.expression(node, clauses.INDEX)
    return level.context.field_places


def domain_table(domain: DomainType) -> Table:
    """Returns the row of one column, the VALUE, that a domain's constraints are over."""
    return Table(id=0, schema="", name="", storage_id=0, columns=(column_of_base(domain),))


def bind_domain_check(node: Any, domain: DomainType, env: Env) -> Expression:
    """Binds a CHECK constraint of a domain: over a row of one column, the VALUE."""
    return bind_expression(node, domain_table(domain), env, "check")


def _identity_value(node: Any) -> Any:
    """Returns for nextval() what asks for no privilege on the sequence."""
    if isinstance(node, FunctionCall) and node.proc.src == "nextval_oid":
        return replace(node, proc=msgspec.structs.replace(node.proc, src=IDENTITY_VALUE))
    return None


def checks_of(table: Table, env: Env) -> tuple[RowRule, ...]:
    """Returns what is computed and tested of a new row: generated columns, then CHECKs."""
    generated = [
        SetColumn(position, bind_generated(parse_expression(column.generated_sql), table, column))
        for position, column in enumerate(table.columns)
        if column.generated_sql is not None
    ]
    checks = [
        (check.name, bind_expression(parse_expression(check.check_sql), table, env, "check"))
        for check in table.checks
    ]
    return (*generated, *checks)


def bind_generated(node: Any, table: Table, column: Column, env: Env | None = None) -> Expression:
    """Binds a generation expression, coerced to the column's type. Raises 42P17, 42804."""
    level = _level(table, env or Env())
    expression = level.expression(node, clauses.GENERATED)
    for part in walk(expression):
        if isinstance(part, ColumnRef) and part.position < len(table.columns):
            other = table.columns[part.position]
            if other.generated_sql is not None or other.id == column.id:
                raise error_at(
                    level.place_of(part),
                    "42P17",
                    f'cannot use generated column "{other.name}" in column generation expression',
                    detail="A generated column cannot reference another generated column.",
                )
        if isinstance(part, WholeRow):
            raise error_at(
                node,
                "42P17",
                "cannot use whole-row variable in column generation expression",
                detail="This would cause the generated column to depend on its own value.",
            )
        if isinstance(part, SystemColumn) and part.name == "tableoid":
            raise unsupported_at(node, "tableoid in a generation expression")
        if isinstance(part, SystemColumn):
            message = f'cannot use system column "{part.name}" in column generation expression'
            raise error_at(node, "42P10", message)
    converted = coerce_to(
        level.context,
        expression,
        column.sql_type,
        column.typmod,
        CoercionContext.ASSIGNMENT,
        node=node,
    )
    if converted is None:
        raise DatabaseError(
            "42804",
            f'column "{column.name}" is of type {type_name(column.sql_type)}'
            f" but default expression is of type {type_name(expression.type)}",
            hint="You will need to rewrite or cast the expression.",
        )
    if any(_is_mutable(part) for part in walk(converted)):
        raise DatabaseError("42P17", "generation expression is not immutable")
    return converted


def _level(table: Table | None, env: Env) -> Level:
    level = Level(Context(_NO_TABLES, env, None, None), bind, bind_select)
    if table is not None:
        level.items.append(table_item(table, table.name))
        level.relations.append(level.items[0])
    return level


_NO_TABLES: Final = Catalog.of((), (), ())


def _check_columns(node: Any, clause: Clause) -> None:
    """Raises 0A000 for a column in a default."""
    if clause is not clauses.DEFAULT:
        return
    for part in _syntax_parts(node):
        if isinstance(part, ast.ColumnRef):
            message = f"cannot use column reference in {clauses.DEFAULT.no_subqueries}"
            raise error_at(part, "0A000", message)


def _syntax_parts(node: Any) -> Iterator[Any]:
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            pending += reversed(part)
        elif isinstance(part, ast.Node) and not isinstance(part, ast.SubLink):
            yield part
            pending += [getattr(part, name) for name in part]


def _check_immutable(expression: Expression, what: str) -> None:
    if any(_is_mutable(part) for part in walk(expression)):
        message = f"functions in {what} must be marked IMMUTABLE"
        raise DatabaseError("42P17", message)


def _is_mutable(part: Any) -> bool:
    match part:
        case FunctionCall(proc=proc, arguments=arguments) if proc.name in _CONCATENATIONS:
            # Written in SQL, and as mutable as the conversion of the other argument to text.
            return any(_has_unstable_text(argument.type) for argument in arguments)
        case FunctionCall(proc=proc):
            return bool(proc.volatility != "i")
        case CoerceViaIO(argument=argument, type=target):
            is_read_so = _base(target) in _UNSTABLE_INPUT or is_row(_base(target))
            return is_read_so or _has_unstable_text(argument.type)
        case _:
            return False


def _has_unstable_text(oid: int) -> bool:
    base = _base(oid)
    return base in _UNSTABLE_TEXT or is_row(base)


def _base(oid: int) -> int:
    return true_element(oid) or oid
