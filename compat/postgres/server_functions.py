"""Functions that tools call about the server and its objects: sizes, keywords, options, properties."""

from collections.abc import Iterator
from typing import Any, Final

from compat.postgres import recorded
from compat.postgres.activity import pg_settings
from compat.postgres.definitions import catalog_of
from compat.postgres.relations import index_by_id
from compat.postgres.system_relations import Moment
from compat.postgres.system_views import is_system_table, system_view_by_id
from storage.errors import DatabaseError
from storage.objects import View
from storage.types import Array
from tsql.binder.view_targets import updatable_columns
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.functions.session_hooks import session_member
from tsql.temporary import is_temporary
from tsql.types.type_names import type_name


@implements("pg_get_keywords")
def pg_get_keywords() -> Iterator[tuple[Any, ...]]:
    yield from recorded.keywords()


@implements("show_all_settings", env=True)
def pg_show_all_settings(env: Env) -> Iterator[tuple[Any, ...]]:
    shape = recorded.shapes()[recorded.PG_CATALOG, "pg_settings"]
    for values in pg_settings(Moment(catalog_of(env), env)):
        yield shape.row(values)


@implements("pg_options_to_table")
def pg_options_to_table(options: Array) -> Iterator[tuple[str, str | None]]:
    for option in options.items:
        if option is None:
            raise DatabaseError("22004", "null array element not allowed in this context")
        name, equals, value = option.partition("=")
        yield name, value if equals else None


@implements("pg_tablespace_location")
def pg_tablespace_location(_oid: int) -> str:
    return ""


@implements("pg_get_function_sqlbody")
def pg_get_function_sqlbody(_oid: int) -> None:
    """No built-in function has a body in SQL's own form."""
    return


@implements("oidvectortypes")
def oidvectortypes(types: Array) -> str:
    return ", ".join(type_name(found) for found in types.items)


@implements("pg_relation_is_updatable", env=True)
def pg_relation_is_updatable(env: Env, oid: int, _include_triggers: bool) -> int:
    """Returns a bit mask of the writes that it takes: 4 UPDATE, 8 INSERT, 16 DELETE."""
    catalog = catalog_of(env)
    view = catalog.object(View, oid)
    if view is not None:
        columns = updatable_columns(view, catalog, env)
        return 0 if columns is None else 28 if any(columns) else 16
    recorded_view = system_view_by_id(oid)
    if recorded_view is not None:
        return recorded_view.updatable
    return 28 if catalog.table_by_id(oid) is not None or is_system_table(oid) else 0


@implements("pg_column_is_updatable", env=True)
def pg_column_is_updatable(env: Env, oid: int, column: int, _include_triggers: bool) -> bool:
    catalog = catalog_of(env)
    view = catalog.object(View, oid)
    if view is not None:
        columns = updatable_columns(view, catalog, env) or ()
        return 0 < column <= len(columns) and columns[column - 1]
    recorded_view = system_view_by_id(oid)
    if recorded_view is not None:
        return column > 0 and recorded_view.updatable != 0
    return column > 0 and (catalog.table_by_id(oid) is not None or is_system_table(oid))


@implements("pg_relation_is_publishable", env=True)
def pg_relation_is_publishable(env: Env, oid: int) -> bool | None:
    """Returns whether a publication, if there could be any, might have the relation: a permanent table."""
    if recorded.names_by_oid().get(oid) is not None:
        return False
    catalog = catalog_of(env)
    table = catalog.table_by_id(oid)
    if table is None:
        is_relation = (
            catalog.object(View, oid) or catalog.sequence_by_id(oid) or index_by_id(catalog, oid)
        )
        return False if is_relation else None
    return table.query is None and not table.is_unlogged and not is_temporary(table.schema)


@implements("pg_partition_ancestors", "pg_partition_tree")
def pg_partition_ancestors(_oid: int) -> tuple[int, ...]:
    """No table is a partition of another."""
    return ()


@implements("pg_partition_root")
def pg_partition_root(_oid: int) -> None:
    return


# ---- index properties (manual: 9.26.3, tables 9.73 to 9.75) ------------------------------------------

#: By the OID of the access method, those of these that it has.
_METHOD_PROPERTIES: Final = (
    "can_order",
    "can_unique",
    "can_multi_col",
    "can_exclude",
    "can_include",
)
_HAS: Final = {
    403: frozenset(_METHOD_PROPERTIES),
    405: frozenset({"can_exclude"}),
    783: frozenset({"can_multi_col", "can_exclude", "can_include"}),
    2742: frozenset({"can_multi_col"}),
    3580: frozenset({"can_multi_col"}),
    4000: frozenset({"can_exclude", "can_include"}),
}
#: A btree index has them all.
_INDEX_PROPERTIES: Final = frozenset({"clusterable", "index_scan", "bitmap_scan", "backward_scan"})


@implements("pg_indexam_has_property")
def pg_indexam_has_property(method: int, name: str) -> bool | None:
    has, property_ = _HAS.get(method), name.lower()
    return None if has is None or property_ not in _METHOD_PROPERTIES else property_ in has


@implements("pg_index_has_property", env=True)
def pg_index_has_property(env: Env, oid: int, name: str) -> bool | None:
    is_known = (
        recorded.index_definition(oid) is not None or index_by_id(catalog_of(env), oid) is not None
    )
    return True if is_known and name.lower() in _INDEX_PROPERTIES else None


@implements("pg_index_column_has_property", env=True)
def pg_index_column_has_property(env: Env, oid: int, column: int, name: str) -> bool | None:
    index = index_by_id(catalog_of(env), oid)
    if index is None and 1 <= column <= recorded.index_column_count(oid):
        return _key_properties(False, False).get(name.lower())
    if index is None or not 1 <= column <= len(index.parts) + len(index.included):
        return None
    is_key = column <= len(index.parts)
    if not is_key:
        known = {"returnable": True, "orderable": False, "distance_orderable": False}
        return known.get(name.lower())
    part = index.parts[column - 1]
    return _key_properties(part.descending, part.nulls_first).get(name.lower())


def _key_properties(descending: bool, nulls_first: bool) -> dict[str, bool]:
    """Returns the properties of a key column of a btree index."""
    return {
        "asc": not descending,
        "desc": descending,
        "nulls_first": nulls_first,
        "nulls_last": not nulls_first,
        "orderable": True,
        "distance_orderable": False,
        "returnable": True,
        "search_array": True,
        "search_nulls": True,
    }


# ---- privileges as aclitem (nothing is granted to others yet) ----------------------------------------

_ALL_RIGHTS: Final = {
    "r": "arwdDxt", "S": "rwU", "d": "CTc", "f": "X", "l": "U", "L": "rw", "n": "UC", "t": "C",
    "F": "U", "s": "rw", "T": "U", "c": "", "p": "sA",
}  # fmt: skip
_PUBLIC_RIGHTS: Final = {"d": "Tc", "f": "X", "l": "U", "T": "U"}


@implements("acldefault_sql", env=True)
def acldefault(env: Env, kind: str, owner: int) -> Array:
    if kind not in _ALL_RIGHTS:
        raise DatabaseError("XX000", f"unrecognized object type abbreviation: {kind}")
    name = session_member(env, "role_name", "function acldefault")(owner) or str(owner)
    items = []
    if kind in _PUBLIC_RIGHTS:
        items.append(f"={_PUBLIC_RIGHTS[kind]}/{name}")
    if _ALL_RIGHTS[kind]:
        items.append(f"{name}={_ALL_RIGHTS[kind]}/{name}")
    return Array.of(items)


@implements("aclitem_eq")
def aclitem_eq(a: str, b: str) -> bool:
    return a == b


_RIGHT_NAMES: Final = {
    "a": "INSERT", "r": "SELECT", "w": "UPDATE", "d": "DELETE", "D": "TRUNCATE", "x": "REFERENCES",
    "t": "TRIGGER", "X": "EXECUTE", "U": "USAGE", "C": "CREATE", "T": "TEMPORARY", "c": "CONNECT",
    "s": "SET", "A": "ALTER SYSTEM",
}  # fmt: skip


@implements("aclexplode", env=True)
def aclexplode(env: Env, items: Array) -> Iterator[tuple[int, int, str, bool]]:
    for item in items.items:
        grantee, _, rest = item.partition("=")
        rights, _, grantor = rest.partition("/")
        role_id = session_member(env, "role_id", "function aclexplode")
        # A role that isn't there any more is written as its number.
        from_, to = (
            role_id(name) or (int(name) if name.isdigit() else 0) for name in (grantor, grantee)
        )
        for at, letter in enumerate(rights):
            if letter != "*":
                yield from_, to, _RIGHT_NAMES[letter], rights[at + 1 : at + 2] == "*"


# ---- sizes -------------------------------------------------------------------------------------------
# Bytes of keys and values, as storage/sizes.py knows them. A table's rows lie in its primary key, whose
# index has no size of its own.

_FORKS: Final = ("main", "fsm", "vm", "init")


@implements("pg_relation_size", "pg_relation_size(regclass)", env=True)
def pg_relation_size(env: Env, oid: int, fork: str = "main") -> int | None:
    if fork not in _FORKS:
        hint = 'Valid fork names are "main", "fsm", "vm", and "init".'
        raise DatabaseError("22023", "invalid fork name", hint=hint)
    size = env.session.relation_size(oid)
    if size is None:
        return None
    return int(size.size_bytes) if fork == "main" else 0


@implements("pg_table_size", env=True)
def pg_table_size(env: Env, oid: int) -> int | None:
    return pg_relation_size(env, oid)


@implements("pg_indexes_size", env=True)
def pg_indexes_size(env: Env, oid: int) -> int | None:
    table = catalog_of(env).table_by_id(oid)
    if table is None:
        return None if env.session.relation_size(oid) is None else 0
    return sum(pg_relation_size(env, index.id) or 0 for index in table.indexes)


@implements("pg_total_relation_size", env=True)
def pg_total_relation_size(env: Env, oid: int) -> int | None:
    size, of_indexes = pg_table_size(env, oid), pg_indexes_size(env, oid)
    return None if size is None or of_indexes is None else size + of_indexes


@implements("pg_tablespace_size_name", "pg_tablespace_size_oid", env=True)
def pg_tablespace_size(env: Env, tablespace: str | int) -> int | None:
    """Returns the store's size for pg_default, which holds it all."""
    for oid, name, *_ in recorded.rows(recorded.shapes()[recorded.PG_CATALOG, "pg_tablespace"]):
        if tablespace in {oid, name}:
            return int(env.session.stored_bytes()) if name == "pg_default" else 0
    if isinstance(tablespace, int):
        return None
    raise DatabaseError("42704", f'tablespace "{tablespace}" does not exist')


@implements("pg_database_size_name", env=True)
def pg_database_size_by_name(env: Env, database: str) -> int:
    if env.session.database_id(database) is None:
        raise DatabaseError("3D000", f'database "{database}" does not exist')
    return int(env.session.stored_bytes())


@implements("pg_database_size_oid", env=True)
def pg_database_size_by_oid(env: Env, database: int) -> int | None:
    is_known = any(record.id == database for record, _ in env.session.databases())
    return int(env.session.stored_bytes()) if is_known else None
