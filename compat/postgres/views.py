"""pg_get_viewdef and pg_get_ruledef: what views are made of."""

from compat.postgres.definitions import catalog_of, is_visible, qualified
from compat.postgres.object_ids import rule_id
from compat.postgres.query_text import view_definition
from compat.postgres.system_views import system_view_by_id
from compat.postgres.visibility import relation_named
from storage.errors import not_supported
from storage.objects import View
from storage.schema import Table
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.identifiers import quoted


def _definition(env: Env, oid: int, *, pretty: bool = False, wrap: int = 0) -> str | None:
    recorded = system_view_by_id(oid)
    if recorded is not None:
        if wrap:
            raise not_supported("wrapping the lines of a system view")
        return recorded.pretty_text if pretty else recorded.text
    catalog = catalog_of(env)
    found: View | Table | None = catalog.object(View, oid) or catalog.table_by_id(oid)
    if found is None or (isinstance(found, Table) and found.query is None):
        return None
    return view_definition(found, catalog, env, pretty=pretty, wrap=wrap)


@implements("pg_get_viewdef", env=True)
def pg_get_viewdef(env: Env, oid: int) -> str | None:
    return _definition(env, oid)


@implements("pg_get_viewdef_ext", env=True)
def pg_get_viewdef_ext(env: Env, oid: int, pretty: bool) -> str | None:
    return _definition(env, oid, pretty=pretty)


@implements("pg_get_viewdef_wrap", env=True)
def pg_get_viewdef_wrap(env: Env, oid: int, wrap: int) -> str | None:
    return _definition(env, oid, pretty=True, wrap=wrap)


@implements("pg_get_viewdef_name", env=True)
def pg_get_viewdef_name(env: Env, name: str) -> str | None:
    return _definition(env, relation_named(env, name))


@implements("pg_get_viewdef_name_ext", env=True)
def pg_get_viewdef_name_ext(env: Env, name: str, pretty: bool) -> str | None:
    return _definition(env, relation_named(env, name), pretty=pretty)


@implements("pg_get_ruledef", env=True)
def pg_get_ruledef(env: Env, oid: int) -> str | None:
    return _rule(env, oid, pretty=False)


@implements("pg_get_ruledef_ext", env=True)
def pg_get_ruledef_ext(env: Env, oid: int, pretty: bool) -> str | None:
    return _rule(env, oid, pretty=pretty)


def _rule(env: Env, oid: int, *, pretty: bool) -> str | None:
    """Returns the rule that a view is, the only kind that there is."""
    catalog = catalog_of(env)
    materialized = [table for table in catalog.tables if table.query is not None]
    candidates: tuple[View | Table, ...] = (*catalog.objects(View), *materialized)
    found = next((each for each in candidates if rule_id(each.id) == oid), None)
    if found is None:
        return None
    name = quoted(found.name)
    if not (pretty and is_visible(env, found)):
        name = qualified(found.schema, found.name)
    text = view_definition(found, catalog, env, pretty=pretty)
    return f'CREATE RULE "_RETURN" AS\n    ON SELECT TO {name} DO INSTEAD {text}'
