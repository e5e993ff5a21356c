"""pg_get_viewdef: a view's query as SQL that can be read back; PostgreSQL's line breaks are its own."""

from compat.postgres.definitions import catalog_of
from compat.postgres.visibility import relation_named
from storage.objects import View
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.view_text import view_text


@implements("pg_get_viewdef", env=True)
def pg_get_viewdef(env: Env, oid: int) -> str | None:
    catalog = catalog_of(env)
    view = catalog.object(View, oid)
    table = catalog.table_by_id(oid)
    if table is not None:
        view = table.query
    return None if view is None else f" {view_text(view, catalog, env.search_path)};"


@implements("pg_get_viewdef_ext", "pg_get_viewdef_wrap", env=True)
def pg_get_viewdef_ext(env: Env, oid: int, _style: bool | int) -> str | None:
    return pg_get_viewdef(env, oid)


@implements("pg_get_viewdef_name", env=True)
def pg_get_viewdef_name(env: Env, name: str) -> str | None:
    return pg_get_viewdef(env, relation_named(env, name))


@implements("pg_get_viewdef_name_ext", env=True)
def pg_get_viewdef_name_ext(env: Env, name: str, _pretty: bool) -> str | None:
    return pg_get_viewdef_name(env, name)
