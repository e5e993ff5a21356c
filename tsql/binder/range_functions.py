"""Functions in FROM: ROWS FROM, WITH ORDINALITY, column definition lists.

Their arguments see the FROM items before them, LATERAL or not.
"""

from dataclasses import replace
from typing import Any

from storage.user_types import composite_type
from tsql.binder import context as clauses
from tsql.binder.calls import bind_function
from tsql.binder.context import Item, Level
from tsql.binder.functions import output_columns
from tsql.binder.joins import add_relation, renamed
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.names import column_name
from tsql.binder.nodes import is_a
from tsql.binder.type_names import bind_type_name
from tsql.bound import Expression, Field, FunctionCall, FunctionRelation, Relation
from tsql.parser import ast
from tsql.types import oids
from tsql.types.composites import attributes_of, is_composite
from tsql.types.kinds import base_type


def bind_range_function(level: Level, node: Any) -> tuple[Relation, list[Item]]:
    """Binds an `ast.RangeFunction`."""
    calls: list[FunctionCall] = []
    fields: list[Field] = []
    nodes = [call for call, _ in node.functions]
    expanded = [
        (single, definitions) for call, definitions in node.functions for single in _unnests(call)
    ]
    if node.coldeflist:
        _check_whole_list(node, len(expanded))
        expanded = [(expanded[0][0], node.coldeflist)]
    level.is_lateral = True
    try:
        for call_node, definitions in expanded:
            bound = _call(level, call_node)
            alias_name = node.alias.aliasname if node.alias and len(expanded) == 1 else None
            if definitions:
                bound = _defined(level, bound, definitions)
                fields += [Field(*column) for column in bound.columns or ()]
            else:
                bound = _with_attributes(level, bound)
                fields += _function_fields(bound, call_node, alias_name)
            calls.append(bound)
    finally:
        level.is_lateral = False
    is_scalar = len(fields) == 1 and calls[0].columns is None and output_columns(calls[0]) is None
    if node.ordinality:
        fields.append(Field("ordinality", oids.INT8))
    alias = column_name(nodes[0]) if node.alias is None else node.alias.aliasname
    item = add_relation(level, alias, renamed(fields, node.alias, alias))
    item.is_scalar = is_scalar and not node.ordinality
    if len(calls) == 1 and not node.ordinality:
        item.row_of = composite_type(level.context.catalog, base_type(calls[0].type))
    return FunctionRelation(tuple(calls), alias, item.columns, bool(node.ordinality)), [item]


def _check_whole_list(node: Any, count: int) -> None:
    """Raises 42601 where a column definition list can't be that of all functions."""
    if count > 1:
        what = "ROWS FROM() with multiple functions" if node.is_rowsfrom else None
        what = what or "UNNEST() with multiple arguments"
        hint = "Put a separate column definition list for each function inside ROWS FROM()."
        if not node.is_rowsfrom:
            hint = "Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition"
            hint += " list to each one."
        message = f"{what} cannot have a column definition list"
        raise error_at(node.coldeflist[0].location, "42601", message, hint=hint)
    if node.ordinality:
        message = "WITH ORDINALITY cannot be used with a column definition list"
        hint = "Put the column definition list inside ROWS FROM()."
        raise error_at(node.coldeflist[0].location, "42601", message, hint=hint)


def _defined(level: Level, call: FunctionCall, nodes: Any) -> FunctionCall:
    """Returns the call with the columns of its column definition list. Raises 42601, 42P16."""
    if call.type != oids.RECORD:
        message = 'a column definition list is only allowed for functions returning "record"'
        raise error_at(nodes[0].location, "42601", message)
    if output_columns(call) is not None:
        message = "a column definition list is redundant for a function with OUT parameters"
        raise error_at(nodes[0].location, "42601", message)
    columns: list[tuple[str, int, int]] = []
    for definition in nodes:
        name = definition.colname
        if any(name == other for other, _, _ in columns):
            message = f'column name "{name}" specified more than once'
            raise error_at(None, "42701", message)
        columns.append((name, *bind_type_name(definition.typeName, level.context.env)))
    return replace(call, columns=tuple(columns))


def _with_attributes(level: Level, call: FunctionCall) -> FunctionCall:
    """Returns a call whose result is of a composite type with the columns that this has."""
    type_ = base_type(call.type)
    if not is_composite(type_):
        return call
    level.context.rely_on(type_)
    attributes = attributes_of(type_, level.context.env)
    return replace(call, columns=tuple((a.name, a.sql_type, a.typmod) for a in attributes))


def _unnests(node: Any) -> list[Any]:
    """Takes unnest(a, b) apart: PostgreSQL has only unnest(a), and ROWS FROM of several."""
    is_unnest = (
        is_a(node, ast.FuncCall)
        and [part.sval for part in node.funcname] == ["unnest"]
        and len(node.args or ()) > 1
        and not node.agg_order
        and not node.func_variadic
    )
    if not is_unnest:
        return [node]
    return [
        ast.FuncCall(
            funcname=node.funcname,
            args=(argument,),
            funcformat=node.funcformat,
            location=node.location,
        )
        for argument in node.args
    ]


def _call(level: Level, node: Any) -> FunctionCall:
    with level.within(clauses.FROM_FUNCTION):
        bound: Expression = (
            bind_function(level, node)
            if isinstance(node, ast.FuncCall)
            else level.bind(level, node)
        )
    if not isinstance(bound, FunctionCall):
        raise unsupported_at(node, "this expression in FROM")
    return bound


def _function_fields(call: FunctionCall, node: Any, alias: str | None) -> list[Field]:
    if call.columns is not None:
        return [Field(*column) for column in call.columns]
    columns = output_columns(call)
    if columns is not None and (len(columns) > 1 or call.type == oids.RECORD):
        return [Field(name, type_) for name, type_ in columns]
    if call.type == oids.RECORD:
        message = 'a column definition list is required for functions returning "record"'
        raise error_at(node, "42601", message)
    if columns is not None:
        return [Field(columns[0][0], call.type, call.typmod)]
    return [Field(alias or column_name(node), call.type, call.typmod)]
