"""CREATE [OR REPLACE] VIEW."""

from typing import Any, Final

import msgspec

from storage.catalog import Catalog
from storage.errors import DatabaseError, not_supported
from storage.objects import TRUE_WORDS, TYPES, Address, View, ViewColumn
from storage.row_types import relation_of, row_type_of
from storage.user_types import user_type
from tsql.binder import bind_query
from tsql.binder.view_targets import why_not_updatable
from tsql.bound import Field
from tsql.bound_query import BoundQuery
from tsql.ddl.alteration.finish import lock_users, write_values_again
from tsql.ddl.alteration.state import without_position
from tsql.ddl.context import Ddl
from tsql.ddl.create_table import type_exists
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.describe import relation_by_id
from tsql.ddl.options import text_of
from tsql.ddl.stored_query import StoredQuery, stored_query
from tsql.ddl.user_types import hold_type
from tsql.parser import ast, enums, with_fields
from tsql.temporary import is_temporary
from tsql.types import oids
from tsql.types.type_names import type_name

_OPTIONS: Final = frozenset({"security_barrier", "security_invoker", "check_option"})
_FALSE: Final = ("false", "off", "no", "0")
_CHECKS: Final = enums.ViewCheckOption


async def create_view(node: Any, ddl: Ddl) -> str:
    """Runs a ViewStmt; returns the command tag."""
    relation = node.view
    if relation.relpersistence == "u":
        raise DatabaseError("42601", "views cannot be unlogged because they do not have storage")
    _check_query(node.query)
    bound = bind_query(
        node.query, ddl.catalog, ddl.env, None, catalog_relations=ddl.catalog_relations
    )
    columns = _columns(bound, node, ddl.catalog)
    options = _options(node)
    query = stored_query(node.query, ddl)
    with without_position():
        schema = await ddl.creation_schema(_with_persistence(relation, query, ddl))
    await hold(bound, ddl)
    old = ddl.catalog.relation(schema, relation.relname)
    view = View(
        id=0,
        schema=schema,
        name=relation.relname,
        columns=columns,
        sql=query.sql,
        relations=query.relations,
        relies_on=relies_on(bound, query, ddl),
        settings=view_settings(ddl),
        check_option=options.pop("check_option", ""),
        options=options,
        owner=ddl.env.user,
    )
    if view.check_option:
        check_updatable(view, ddl)
    if old is None:
        if ddl.catalog.is_named(TYPES, schema, relation.relname):
            raise type_exists(relation.relname)
        view = msgspec.structs.replace(view, id=await ddl.catalogs.new_relation_id())
        taken = DatabaseError("42P07", f'relation "{relation.relname}" already exists')
        view = await ddl.changes.create_object(view, taken=taken)
        await give_default_privileges(view, ddl)
        return "CREATE VIEW"
    if not node.replace:
        raise DatabaseError("42P07", f'relation "{relation.relname}" already exists')
    if not isinstance(old, View):
        raise DatabaseError("42809", f'"{relation.relname}" is not a view')
    locked = await ddl.changes.lock_object(View, old.id)
    if locked is None:
        raise DatabaseError("42P01", f'relation "{relation.relname}" does not exist')
    _check_replaces(locked, columns)
    view = msgspec.structs.replace(view, id=old.id, owner=locked.owner)
    users = (
        [] if len(columns) == len(locked.columns) else await lock_users(row_type_of(locked), ddl)
    )
    await ddl.changes.replace_object(view)
    await write_values_again(row_type_of(locked), row_type_of(view), users, ddl)
    return "CREATE VIEW"


def _with_persistence(relation: Any, query: StoredQuery, ddl: Ddl) -> Any:
    """Returns the view's name, as that of a temporary view if it reads something temporary."""
    if relation.relpersistence == "t" or not reads_temporary(query, ddl):
        return relation
    message = f'view "{relation.relname}" will be a temporary view'
    ddl.notice("NOTICE", "00000", message)
    return with_fields(relation, relpersistence="t", location=None)


def reads_temporary(query: StoredQuery, ddl: Ddl) -> bool:
    """Returns whether a query reads something temporary."""
    found = [relation_by_id(ddl.catalog, each.id) for each in query.relations]
    return any(each is not None and is_temporary(each.schema) for each in found)


async def change_view(view: View, ddl: Ddl, **changes: Any) -> None:
    """Gives a view another name or schema. Raises 42P01, 42P07."""
    locked = await ddl.changes.lock_object(View, view.id)
    if locked is None:
        raise DatabaseError("42P01", f'relation "{view.name}" does not exist')
    changed = msgspec.structs.replace(locked, **changes)
    taken = DatabaseError("42P07", f'relation "{changed.name}" already exists')
    await ddl.changes.replace_object(changed, taken=taken)


async def rename_view_column(view: View, old: str, new: str, ddl: Ddl) -> None:
    """ALTER VIEW … RENAME COLUMN. Raises 42703, 42701."""
    names = [column.name for column in view.columns]
    if old not in names:
        raise DatabaseError("42703", f'column "{old}" does not exist')
    if new in names:
        message = f'column "{new}" of relation "{view.name}" already exists'
        raise DatabaseError("42701", message)
    columns = tuple(
        msgspec.structs.replace(column, name=new) if column.name == old else column
        for column in view.columns
    )
    await change_view(view, ddl, columns=columns)


def view_settings(ddl: Ddl) -> tuple[str, ...]:
    """Returns the settings by which a view's literals are read."""
    env = ddl.env
    return env.time_zone, env.date_style, env.date_order, env.interval_style


def _options(node: Any) -> dict[str, str]:
    """Returns what WITH (…) and WITH CHECK OPTION say. Raises 22023."""
    options = {definition.defname: view_option(definition) for definition in node.options or ()}
    if node.withCheckOption != _CHECKS.NO_CHECK_OPTION:
        is_local = node.withCheckOption == _CHECKS.LOCAL_CHECK_OPTION
        if "check_option" in options:
            message = 'parameter "check_option" specified more than once'
            raise DatabaseError("42601", message)
        options["check_option"] = "local" if is_local else "cascaded"
    return options


def view_option(definition: Any) -> str:
    """Returns the value of a view's option. Raises 22023, 0A000."""
    name = definition.defname
    if name not in _OPTIONS:
        raise DatabaseError("22023", f'unrecognized parameter "{name}"')
    value = text_of(definition.arg)
    if name == "check_option":
        if value not in {"local", "cascaded"}:
            raise DatabaseError(
                "22023",
                f'invalid value for enum option "check_option": {value}',
                detail='Valid values are "local" and "cascaded".',
            )
        return value
    if value.lower() not in {*TRUE_WORDS, *_FALSE}:
        raise DatabaseError("22023", f'invalid value for boolean option "{name}": {value}')
    return value


def check_updatable(view: View, ddl: Ddl) -> None:
    """Raises 0A000 for a check option of a view that can't be written to."""
    reason = why_not_updatable(view, ddl.catalog, ddl.env)
    if reason is not None:
        message = "WITH CHECK OPTION is supported only on automatically updatable views"
        raise DatabaseError("0A000", message, hint=reason)


def _check_query(query: Any) -> None:
    if not isinstance(query, ast.SelectStmt):
        raise not_supported("a view of this statement")
    if query.intoClause is not None:
        raise DatabaseError("0A000", "views must not contain SELECT INTO")
    for cte in (query.withClause and query.withClause.ctes) or ():
        if not isinstance(cte.ctequery, ast.SelectStmt):
            raise DatabaseError("0A000", "views must not contain data-modifying statements in WITH")


def _columns(bound: BoundQuery, node: Any, catalog: Catalog) -> tuple[ViewColumn, ...]:
    fields = bound.statement.fields
    names = [alias.sval for alias in node.aliases or ()]
    if len(names) > len(fields):
        message = "CREATE VIEW specifies more column names than columns"
        raise DatabaseError("42601", message)
    columns: list[ViewColumn] = []
    for at, field in enumerate(fields):
        name = names[at] if at < len(names) else field.name
        if field.type in {oids.RECORD, oids.RECORD_ARRAY}:
            shown = type_name(field.type)
            raise DatabaseError("42P16", f'column "{name}" has pseudo-type {shown}')
        if any(column.name == name for column in columns):
            raise DatabaseError("42701", f'column "{name}" specified more than once')
        collation = field.collation or _collation_of_source(field, catalog)
        columns.append(ViewColumn(name, field.type, field.typmod, collation=collation))
    return tuple(columns)


def _collation_of_source(field: Field, catalog: Catalog) -> int:
    """Returns the collation of the column that a column of a query is; 0 if it has its type's own."""
    table = catalog.table_by_id(field.table_id)
    if table is not None:
        found = [column for column in table.columns if column.id == field.column_number]
        return found[0].collation if found else 0
    view = catalog.object(View, field.table_id)
    return 0 if view is None else view.columns[field.column_number - 1].collation


def _check_replaces(old: View, columns: tuple[ViewColumn, ...]) -> None:
    """Raises 42P16 unless all that the view has stays as it is."""
    if len(columns) < len(old.columns):
        raise DatabaseError("42P16", "cannot drop columns from view")
    for before, after in zip(old.columns, columns, strict=False):
        if before.name != after.name:
            raise DatabaseError(
                "42P16",
                f'cannot change name of view column "{before.name}" to "{after.name}"',
                hint="Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.",
            )
        if (before.sql_type, before.typmod) != (after.sql_type, after.typmod):
            raise DatabaseError(
                "42P16",
                f'cannot change data type of view column "{before.name}" from'
                f" {type_name(before.sql_type, before.typmod)} to"
                f" {type_name(after.sql_type, after.typmod)}",
            )


async def hold(bound: BoundQuery, ddl: Ddl) -> None:
    """Keeps what the view reads from being dropped until the view is there."""
    catalog = ddl.catalog
    for object_id, _ in bound.table_versions:
        type_ = user_type(catalog, object_id)
        if type_ is not None:
            await hold_type(type_, ddl)
        if catalog.table_by_id(object_id) is not None:
            await ddl.changes.hold_table(object_id)
        if catalog.object(View, object_id) is not None:
            await ddl.changes.hold_object(View, object_id)


def relies_on(bound: BoundQuery, query: StoredQuery, ddl: Ddl) -> tuple[Address, ...]:
    """Returns what a view depends on."""
    columns = [
        Address(
            "relation" if user_type(ddl.catalog, object_id) is None else "type", object_id, number
        )
        for object_id, number in bound.used_columns
    ]
    with_columns = {address.id for address in columns}
    types = [
        Address("type", object_id)
        for object_id, _ in bound.table_versions
        if user_type(ddl.catalog, object_id) is not None
        and (relation_of(object_id) or object_id) not in with_columns
    ]
    whole = [
        Address("relation", relation.id)
        for relation in query.relations
        if relation.id not in with_columns
    ]
    keys = [Address("primary key", table_id) for table_id in bound.used_keys]
    return tuple(dict.fromkeys((*columns, *types, *whole, *keys, *query.constants)))
