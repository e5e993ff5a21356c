"""Names and types resolved by PostgreSQL's rules: syntax trees to bound statements.

    bind_query(parse(sql)[0].node, catalog, env)  ->  BoundQuery

What a session needs is here; the modules beside are the binder's own business. Which is where:

    statements  select  insert  update  on_conflict     one kind of statement each
    from_items  targets  clause_items  grouping         the clauses of a SELECT
    expressions  comparisons  conditionals  containers  columns  calls  aggregates  sublinks
    functions  operators  candidates                    which function or operator is meant
    coercion  pathways  polymorphism  type_names        types
    defaults                                            texts that the catalog keeps
    context  locations  tree                            what all of them use
"""

from tsql.binder.context import CatalogRelations
from tsql.binder.defaults import (
    bind_default,
    bind_default_text,
    bind_expression,
    bind_expression_text,
    bind_generated,
    bind_transform,
    checks_of,
)
from tsql.binder.statements import bind_query
from tsql.binder.type_names import bind_type_name

__all__ = [
    "CatalogRelations",
    "bind_default",
    "bind_default_text",
    "bind_expression",
    "bind_expression_text",
    "bind_generated",
    "bind_query",
    "bind_transform",
    "bind_type_name",
    "checks_of",
]
