"""pg_table_is_visible and its relatives, pg_my_temp_schema, to_regclass …: names and the search path.

Built-in objects are in pg_catalog, which the path always has. Manual: 9.26.3.
"""

from typing import Any

from compat.postgres import recorded
from compat.postgres.definitions import catalog_of
from storage.errors import DatabaseError
from storage.objects import CompositeType, View
from storage.user_types import user_type_named, user_type_of
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.types import oids
from tsql.types.io import input_of
from tsql.types.registered import lookup


@implements("pg_table_is_visible", env=True)
def pg_table_is_visible(env: Env, oid: int) -> bool | None:
    system = recorded.names_by_oid().get(oid)
    if system is not None:
        return system[0] == recorded.PG_CATALOG and not system[1].startswith("pg_toast")
    name = _bare_name(env, oid)
    return None if name is None else bool(env.session.relation_id(None, name) == oid)


def _bare_name(env: Env, oid: int) -> str | None:
    catalog = catalog_of(env)
    found: Any = (
        catalog.table_by_id(oid) or catalog.sequence_by_id(oid) or catalog.object(View, oid)
    )
    if found is not None:
        return str(found.name)
    for table in catalog.tables:
        if table.primary_key_constraint is not None and table.primary_key_index_id == oid:
            return table.primary_key_constraint
        for index in table.indexes:
            if index.id == oid:
                return index.name
    for composite in catalog.objects(CompositeType):
        if composite.relation_id == oid:
            return composite.name
    return None


@implements("pg_type_is_visible", env=True)
def pg_type_is_visible(env: Env, oid: int) -> bool | None:
    catalog = catalog_of(env)
    users = user_type_of(catalog, oid)
    if users is not None:
        if _is_behind_catalog(env.search_path, users.schema) and users.name in pg.types_by_name():
            return False
        found = user_type_named(catalog, env.search_path, users.name)
        return found is not None and found.id == users.id
    return True if oid in pg.types() else None


def _is_behind_catalog(path: tuple[str, ...], schema: str) -> bool:
    """Returns whether pg_catalog comes before a schema: first of all, unless the path names it."""
    if recorded.PG_CATALOG not in path or schema not in path:
        return True
    return path.index(recorded.PG_CATALOG) < path.index(schema)


@implements("pg_function_is_visible")
def pg_function_is_visible(oid: int) -> bool | None:
    return True if oid in pg.procs() else None


@implements("pg_operator_is_visible")
def pg_operator_is_visible(oid: int) -> bool | None:
    return True if oid in pg.operators() else None


def _is_recorded(name: str, oid: int) -> bool | None:
    shape = recorded.shapes()[recorded.PG_CATALOG, name]
    return True if any(row[0] == oid for row in recorded.rows(shape)) else None


@implements("pg_opclass_is_visible")
def pg_opclass_is_visible(oid: int) -> bool | None:
    return _is_recorded("pg_opclass", oid)


@implements("pg_opfamily_is_visible")
def pg_opfamily_is_visible(oid: int) -> bool | None:
    return _is_recorded("pg_opfamily", oid)


@implements("pg_collation_is_visible")
def pg_collation_is_visible(oid: int) -> bool | None:
    return _is_recorded("pg_collation", oid)


def _register(function: str, catalog: str) -> None:
    @implements(function)
    def is_visible(oid: int) -> bool | None:
        return _is_recorded(catalog, oid)


for _function, _catalog in (
    ("pg_conversion_is_visible", "pg_conversion"),
    ("pg_ts_config_is_visible", "pg_ts_config"),
    ("pg_ts_dict_is_visible", "pg_ts_dict"),
    ("pg_ts_parser_is_visible", "pg_ts_parser"),
    ("pg_ts_template_is_visible", "pg_ts_template"),
):
    _register(_function, _catalog)


@implements("pg_statistics_obj_is_visible")
def pg_statistics_obj_is_visible(_oid: int) -> None:
    """There are no extended statistics."""
    return


def relation_named(env: Env, name: str) -> int:
    """Returns the OID of a relation by name; a number is a name like any other. Raises 42P01, 42602."""
    found: int = input_of(oids.REGCLASS)(f'"{name}"' if name.isdigit() else name, -1, env)
    return found


@implements("to_regclass", env=True)
def to_regclass(env: Env, name: str) -> int | None:
    try:
        found: int = relation_named(env, name)
    except DatabaseError as error:
        if error.sqlstate in {"42P01", "3F000"}:
            return None
        raise
    return found


@implements("to_regproc", env=True)
def to_regproc(env: Env, name: str) -> int | None:
    return _quietly(oids.REGPROC, name, env)


@implements("to_regprocedure", env=True)
def to_regprocedure(env: Env, name: str) -> int | None:
    return lookup(oids.REGPROCEDURE, name, env)


@implements("to_regoper", env=True)
def to_regoper(env: Env, name: str) -> int | None:
    return _quietly(oids.REGOPER, name, env)


@implements("to_regoperator", env=True)
def to_regoperator(env: Env, name: str) -> int | None:
    return lookup(oids.REGOPERATOR, name, env)


@implements("to_regnamespace", env=True)
def to_regnamespace(env: Env, name: str) -> int | None:
    return lookup(oids.REGNAMESPACE, name, env)


@implements("to_regrole", env=True)
def to_regrole(env: Env, name: str) -> int | None:
    return lookup(oids.REGROLE, name, env)


@implements("to_regcollation", env=True)
def to_regcollation(env: Env, name: str) -> int | None:
    return lookup(oids.REGCOLLATION, name, env)


def _quietly(type_: int, name: str, env: Env) -> int | None:
    """Returns None for a name that several objects have, too."""
    try:
        return lookup(type_, name, env)
    except DatabaseError as error:
        if error.sqlstate == "42725":
            return None
        raise


@implements("text_regclass", env=True)
def text_regclass(env: Env, name: str) -> int:
    return relation_named(env, name)
