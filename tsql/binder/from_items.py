"""FROM: tables, WITH queries and subqueries; joins and functions have modules of their own.

Each item is bound to a relation, a leaf of the tree of joins, and to what names can mean by it. The
relations of a query are numbered from the left; ColumnRef has the number.
"""

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from storage.catalog import Relation as CatalogEntry
from storage.errors import DatabaseError
from storage.objects import CompositeType, View
from storage.schema import Column, ColumnPolicy, Table
from storage.schema import Sequence as SequenceRelation
from storage.user_types import user_type_named
from tsql.access.privileges import require_usage
from tsql.binder.context import Cte, Item, Level
from tsql.binder.joins import add_relation, bind_join, check_names, renamed
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.range_functions import bind_range_function
from tsql.binder.views import (
    OID_SCHEMA,
    as_it_was,
    bind_system_view,
    bind_view,
    numbered_relation,
)
from tsql.binder.with_names import use_cte
from tsql.bound import (
    CatalogRelation,
    CteRelation,
    Field,
    JoinRelation,
    Relation,
    SubqueryRelation,
    TableRelation,
    WorkingTable,
)
from tsql.env import Env
from tsql.parser import ast
from tsql.types import oids
from tsql.types.collations import is_foreign

_UNNAMED_SUBQUERY = "unnamed_subquery"


def bind_from(level: Level, nodes: Sequence[Any] | None) -> Relation | None:
    """Binds the FROM clause, and makes its items known to the level. Raises 42P01, 42712 …."""
    result: Relation | None = None
    for node in nodes or ():
        relation, items = bind_item(level, node)
        check_names(level.items, items)
        for item in items:
            item.lateral_only, item.lateral_ok = True, True
        level.items += items
        result = relation if result is None else JoinRelation("inner", result, relation)
    for item in level.items:
        item.lateral_only = False
    return result


def bind_item(level: Level, node: Any) -> tuple[Relation, list[Item]]:
    """Binds one item of FROM; returns it with what names can mean by it."""
    match node:
        case ast.RangeVar():
            return _named(level, node)
        case ast.RangeSubselect():
            return _subquery(level, node)
        case ast.RangeFunction():
            return bind_range_function(level, node)
        case ast.JoinExpr():
            return bind_join(level, node, bind_item)
        case ast.RangeTableSample():
            raise unsupported_at(node.location, "TABLESAMPLE")
        case _:
            raise unsupported_at(node, type(node).__name__)


# ---- tables --------------------------------------------------------------------------------------


def find_target(level: Level, node: Any) -> Table | View | None:
    """Returns the table or view that an `ast.RangeVar` names, or None. Raises 0A000, 42809."""
    found = find_relation(level, node)
    if found is None or isinstance(found, Table | View):
        return found
    if isinstance(found, SequenceRelation):
        message = f'cannot change sequence "{found.name}"'
        raise error_at(None, "42809", message)
    message = f'cannot open relation "{node.relname}"'
    detail = "This operation is not supported for indexes."
    raise error_at(node, "42809", message, detail=detail)


def note_read_table(level: Level, table: Table) -> None:
    """Notes a table that is read: a materialized view may have nothing to read yet."""
    if not table.is_populated:
        level.context.unpopulated = table.name


def unknown_table(level: Level, node: Any) -> DatabaseError:
    """Returns the error for a table that isn't there, or can only be read."""
    lookup = level.context.catalog_relations
    if lookup is not None and lookup(node.schemaname or "pg_catalog", node.relname) is not None:
        message = f'permission denied: "{node.relname}" is a system catalog'
        return DatabaseError("42501", message)
    shown = f"{node.schemaname}.{node.relname}" if node.schemaname else node.relname
    context = level.context
    type_ = user_type_named(context.catalog, context.env.schemas(node.schemaname), node.relname)
    if isinstance(type_, CompositeType):
        return error_at(node, "42809", f'"{node.relname}" is a composite type')
    return error_at(node, "42P01", f'relation "{shown}" does not exist')


def _table_field(table_id: int, column: Column) -> Field:
    collation = column.collation if is_foreign(column.collation) else 0
    return Field(
        column.name, column.sql_type, column.typmod, table_id, column.id, collation=collation
    )


def table_item(table: Table, alias: str, relation: int = 0) -> Item:
    """Returns a table as names see it."""
    columns = tuple(map(functools.partial(_table_field, table.id), table.columns))
    is_dynamic = table.policy == ColumnPolicy.DYNAMIC
    # A row with attributes that nobody has declared is a record of what it has.
    row_of = None if is_dynamic else table
    return Item(relation, alias, columns, table, table.schema, is_dynamic=is_dynamic, row_of=row_of)


def table_relation(item: Item) -> TableRelation:
    """Returns the relation of an item; call it when all that names attributes has been bound."""
    base = item.base
    assert base.table is not None
    return TableRelation(base.table, item.alias, tuple(item.attributes))


def refreshed(relation: Relation, level: Level, first: int = 0) -> Relation:
    """Returns the relations with all attributes that the query was found to name."""
    numbers = itertools.count(first)

    def fresh(part: Relation) -> Relation:
        if isinstance(part, JoinRelation):
            return replace(part, left=fresh(part.left), right=fresh(part.right))
        number = next(numbers)
        if isinstance(part, TableRelation):
            return table_relation(level.relations[number])
        return part

    return fresh(relation)


def _named(level: Level, node: Any) -> tuple[Relation, list[Item]]:
    alias = node.relname if node.alias is None else node.alias.aliasname
    if not node.schemaname:
        cte = level.ctes.get(node.relname)
        if cte is not None:
            return _cte(level, cte, node, alias)
    catalog = _catalog_relation(level, node, alias)
    if catalog is not None:
        return catalog
    if node.schemaname == OID_SCHEMA and level.context.views:
        return _numbered(level, node, alias)
    found = find_relation(level, node)
    if isinstance(found, SequenceRelation):
        return _sequence_relation(level, found, node, alias)
    if isinstance(found, View):
        return bind_view(level, found, node, alias)
    table = find_target(level, node)
    if table is None:
        raise unknown_table(level, node)
    assert isinstance(table, Table)
    note_read_table(level, table)
    item = table_item(table, alias, len(level.relations))
    item.need = level.context.need(table.id)
    item.need.on("r")
    item.columns = renamed(item.columns, node.alias, alias)
    item.is_plain = node.alias is None
    level.relations.append(item)
    return table_relation(item), [item]


def _numbered(level: Level, node: Any, alias: str) -> tuple[Relation, list[Item]]:
    """Binds pg_oid."n" in a view's query: its n-th relation, as it was when the view was made."""
    number = int(node.relname)
    found = numbered_relation(level, number)
    if isinstance(found, SequenceRelation):
        relation, (row,) = _sequence_relation(level, found, node, alias)
        spec = level.context.views[-1].relations[number]
        row.schema, row.is_plain = spec.schema, bool(spec.schema) and not spec.aliased
        return relation, [row]
    if isinstance(found, View):
        relation, (whole,) = bind_view(level, found, node, alias)
        return relation, [as_it_was(level, number, whole)]
    note_read_table(level, found)
    whole = table_item(found, alias, len(level.relations))
    whole.need = level.context.need(found.id)
    whole.need.on("r")
    level.relations.append(whole)
    return table_relation(whole), [as_it_was(level, number, whole)]


def find_relation(level: Level, node: Any) -> CatalogEntry | None:
    """Returns what an `ast.RangeVar` names, or None; the plan then relies on it. Raises 0A000."""
    context = level.context
    if node.catalogname and node.catalogname != context.env.database:
        shown = f'"{node.catalogname}.{node.schemaname}.{node.relname}"'
        message = f"cross-database references are not implemented: {shown}"
        raise error_at(node, "0A000", message)
    if node.schemaname is not None and not context.views:
        # What a view reads was found when it was made.
        schema = node.schemaname, error_at(node, "", "").position
        require_usage(context.catalog, context.env.user, *schema)
        context.need(0).schema = schema
    return context.find_relation(node.schemaname, node.relname)


def _sequence_relation(
    level: Level, sequence: SequenceRelation, node: Any, alias: str
) -> tuple[Relation, list[Item]]:
    """Returns the one row of a sequence; log_cnt is always 0."""
    columns = (("last_value", oids.INT8), ("log_cnt", oids.INT8), ("is_called", oids.BOOL))
    fields = tuple(
        Field(name, type_, table_id=sequence.id, column_number=number)
        for number, (name, type_) in enumerate(columns, 1)
    )
    item = add_relation(level, alias, renamed(fields, node.alias, alias))
    item.schema, item.is_plain = sequence.schema, node.alias is None
    level.context.need(sequence.id).letters = "r"

    def rows(env: Env) -> Iterable[tuple[int, int, bool]]:
        last_value, is_called = env.session.sequence_state(sequence.id)
        return [(last_value, 0, is_called)]

    return CatalogRelation(sequence.name, alias, item.columns, rows), [item]


_SYSTEM_SCHEMAS: Final = frozenset({None, "pg_catalog", "information_schema", "terrascale"})


def _catalog_relation(level: Level, node: Any, alias: str) -> tuple[Relation, list[Item]] | None:
    lookup = level.context.catalog_relations
    if lookup is None or node.schemaname not in _SYSTEM_SCHEMAS:
        return None
    schema = node.schemaname or "pg_catalog"
    found = lookup(schema, node.relname)
    if found is None:
        return None
    if found.query is not None:
        return bind_system_view(level, found, schema, node, alias)
    item = add_relation(level, alias, renamed(found.fields, node.alias, alias))
    item.schema, item.is_plain = schema, node.alias is None
    level.context.need_system_relation(found)
    return type(found)(found.name, alias, item.columns, found.rows), [item]


def _cte(level: Level, cte: Cte, node: Any, alias: str) -> tuple[Relation, list[Item]]:
    number = use_cte(level, cte, node)
    item = add_relation(level, alias, renamed(cte.fields, node.alias, cte.name))
    reference = WorkingTable if cte.is_working else CteRelation
    return reference(number, cte.name, alias, item.columns), [item]


# ---- subqueries ----------------------------------------------------------------------------------


def _subquery(level: Level, node: Any) -> tuple[Relation, list[Item]]:
    alias = _UNNAMED_SUBQUERY if node.alias is None else node.alias.aliasname
    if node.lateral:
        inner = level.child()
        level.is_lateral = True
        try:
            select = level.bind_select(inner, node.subquery)
        finally:
            level.is_lateral = False
        slots, outer = tuple(inner.slots), tuple(inner.outer)
    else:
        inner = level.beside()
        select = level.bind_select(inner, node.subquery)
        slots, outer = (), ()
    item = add_relation(level, alias, renamed(select.fields, node.alias, alias))
    item.parts = inner.relations
    return SubqueryRelation(select, alias, item.columns, slots, outer), [item]
