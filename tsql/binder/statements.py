"""The front of the binder: a statement's tree to a BoundQuery."""

import contextlib
from collections.abc import Sequence
from typing import Any

from storage.catalog import Catalog
from storage.errors import DatabaseError, not_supported
from storage.objects import View
from tsql.binder.context import CatalogRelations, Context, FieldPlaces, Level
from tsql.binder.expressions import bind
from tsql.binder.insert import bind_insert
from tsql.binder.select import bind_query_body, bind_select
from tsql.binder.sublinks import bind_row_comparison
from tsql.binder.update import bind_delete, bind_update
from tsql.bound import BoundStatement
from tsql.bound_merge import AnyStatement
from tsql.bound_query import BoundQuery
from tsql.env import Env
from tsql.functions import load  # noqa: F401 - for the functions and types that it registers
from tsql.parser import ast


def bind_query(
    node: Any,
    catalog: Catalog,
    env: Env,
    parameter_types: Sequence[int] | None = (),
    *,
    catalog_relations: CatalogRelations | None = None,
    view: View | None = None,
    keeps_written: bool = False,
) -> BoundQuery:
    """Binds a SELECT, VALUES, INSERT, UPDATE or DELETE.

    Type 0 or UNKNOWN among `parameter_types` (or none at all) means: infer; None: the statement may
    have no parameters. `env` gives the search path, and the settings by which literals are read.
    `view`: the statement is this view's query. `keeps_written`: bound nodes tell how they were written.
    """
    types = None if parameter_types is None else list(parameter_types)
    context = Context(catalog, env, types, catalog_relations)
    context.keeps_written = keeps_written
    return _bound(context, node, view)


def fields_in_query(
    node: Any, catalog: Catalog, env: Env, catalog_relations: CatalogRelations | None, view: View
) -> FieldPlaces:
    """Returns where a view's query names fields of composite types."""
    context = Context(catalog, env, None, catalog_relations)
    context.field_places = []
    _bound(context, node, view)
    return context.field_places


def _bound(context: Context, node: Any, view: View | None) -> BoundQuery:
    context.bind_body = bind_query_body
    context.bind_statement = _statement
    context.bind_row_comparison = bind_row_comparison
    level = Level(context, bind, bind_select, is_top=True)
    try:
        with contextlib.nullcontext() if view is None else context.inside(view):
            statement = _any_statement(level, node)
        return BoundQuery(
            statement,
            context.parameter_types(),
            tuple(context.tables.items()),
            absent_names=tuple(context.absent),
            used_columns=tuple(sorted(context.used_columns)),
            is_cacheable=not context.reads_clock,
            needs=tuple(context.needs),
            unpopulated=context.unpopulated,
            used_keys=tuple(sorted(context.used_keys)),
        )
    except RecursionError:
        hint = "Write the statement with less nesting."
        raise DatabaseError("54001", "stack depth limit exceeded", hint=hint) from None


def _any_statement(level: Level, node: Any) -> AnyStatement:
    if isinstance(node, ast.MergeStmt):
        from tsql.binder.merge import bind_merge  # noqa: PLC0415 - loaded when first needed

        return bind_merge(level, node)
    return _statement(level, node)


def _statement(level: Level, node: Any) -> BoundStatement:
    match node:
        case ast.SelectStmt():
            return bind_select(level, node)
        case ast.InsertStmt():
            return bind_insert(level, node)
        case ast.UpdateStmt():
            return bind_update(level, node)
        case ast.DeleteStmt():
            return bind_delete(level, node)
        case _:
            raise not_supported(type(node).__name__.removesuffix("Stmt"))
