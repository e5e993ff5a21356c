"""Names and types resolved by PostgreSQL's rules: syntax trees to bound statements.

    bind_query(parse(sql)[0].node, catalog, env)  ->  BoundQuery

What a session needs is here; the modules beside are the binder's own business.
"""

from collections.abc import Callable, Sequence
from typing import Any

from storage.catalog import Catalog
from storage.errors import not_supported
from storage.schema import Column, Table
from tsql.bound import BoundQuery, CatalogRelation, Expression
from tsql.env import Env

#: (schema, name) -> the catalog table of that name, or None.
CatalogRelations = Callable[[str, str], CatalogRelation | None]


def bind_query(
    node: Any,
    catalog: Catalog,
    env: Env,
    parameter_types: Sequence[int] = (),
    *,
    catalog_relations: CatalogRelations | None = None,
) -> BoundQuery:
    """Binds a SELECT, VALUES, INSERT, UPDATE or DELETE.

    Type 0 or UNKNOWN among `parameter_types` (or none at all) means: infer. `env` gives the search
    path, and the settings by which literals are read.
    """
    raise not_supported("binding")


def bind_expression_text(sql: str, table: Table, env: Env | None = None) -> Expression:
    """Binds an expression of an index or a check over the table's columns (relation 0)."""
    raise not_supported("binding")


def bind_expression(node: Any, table: Table | None, env: Env, purpose: str) -> Expression:
    """Binds an expression's tree over the table's columns.

    `purpose` is one of: check, index, index_predicate, default, copy_where, execute (arguments of
    EXECUTE). It decides what is allowed in it (no aggregates in a check: 42803 …) and the words of
    those errors.
    """
    raise not_supported("binding")


def bind_default(node: Any, column: Column, env: Env) -> Expression:
    """Binds a DEFAULT expression and coerces it to the column's type, as an assignment does."""
    raise not_supported("binding")


def bind_default_text(sql: str, column: Column, env: Env | None = None) -> Expression:
    """Likewise, from its text."""
    raise not_supported("binding")


def bind_type_name(node: Any) -> tuple[int, int]:
    """Returns OID and typmod of an `ast.TypeName`.

    Raises 42704 for an unknown type, 22023 for bad modifiers.
    """
    raise not_supported("binding")
