"""What a view's query looks like now: names in the place of the numbers that the catalog keeps."""

from typing import Any

from storage.catalog import Catalog
from storage.objects import View
from storage.schema import Sequence, Table
from tsql.binder.views import OID_SCHEMA, parsed_view
from tsql.ddl.describe import is_visible, relation_by_id
from tsql.ddl.stored_query import columns_of
from tsql.deparse import deparse
from tsql.parser import Constant, ast, with_fields
from tsql.shown_types import shown_type


def view_text(view: View, catalog: Catalog, path: tuple[str, ...]) -> str:
    """Returns the query as SQL that can be read back."""
    return deparse(_named(parsed_view(view.sql), view, catalog, path))


def _named(value: Any, view: View, catalog: Catalog, path: tuple[str, ...]) -> Any:
    if type(value) is tuple:
        return tuple(_named(item, view, catalog, path) for item in value)
    if not isinstance(value, ast.Node) or isinstance(value, Constant):
        return value
    if isinstance(value, ast.RangeVar) and value.schemaname == OID_SCHEMA:
        return _relation(value, view, catalog, path)
    if isinstance(value, ast.TypeName) and value.names and value.names[-1].sval.isdigit():
        return _type(value, catalog, path)
    changes = {name: _named(getattr(value, name), view, catalog, path) for name in value}
    return with_fields(value, **changes)


def _type(node: Any, catalog: Catalog, path: tuple[str, ...]) -> Any:
    """Returns a type's name for its OID, as the view has it (tsql/ddl/stored_text.py)."""
    names = shown_type(catalog, path, int(node.names[-1].sval))
    if names is None:
        return node
    return with_fields(node, names=tuple(ast.String(sval=name) for name in names))


def _relation(node: Any, view: View, catalog: Catalog, path: tuple[str, ...]) -> Any:
    spec = view.relations[int(node.relname)]
    found: Table | Sequence | View | None = relation_by_id(catalog, spec.id)
    if found is None:
        return node
    now = dict(columns_of(found))
    names = [name for column_id, name in spec.columns if column_id in now]
    alias: Any = node.alias
    if list(now.values())[: len(names)] != names:
        # Columns have been renamed since: the query goes on under the names that it knows.
        alias = ast.Alias(
            aliasname=alias.aliasname, colnames=tuple(ast.String(sval=name) for name in names)
        )
    elif alias.aliasname == found.name:
        alias = None
    schema = None if is_visible(catalog, found, path) else found.schema
    return with_fields(node, schemaname=schema, relname=found.name, alias=alias)
