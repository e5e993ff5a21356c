"""Views: a view in FROM is the subquery that its text says, bound as when it was made.

The text names relations by number, pg_oid."0" and so on (storage/objects.py, `View.relations`), with the
columns that they had and the names that these had then: so renaming what it reads changes nothing,
and a `*` in it means what it meant.
"""

import functools
from typing import Any, Final

from storage.errors import DatabaseError
from storage.objects import View
from storage.schema import Sequence, Table
from tsql.binder.context import Item, Level
from tsql.binder.joins import add_relation, renamed
from tsql.bound import CatalogRelation, Field, Relation, SubqueryRelation, reference_to
from tsql.parser import Constant, ast, enums, parse, with_fields

#: In front of a number in a view's text. Only there does it mean anything.
OID_SCHEMA: Final = "pg_oid"
#: In front of a function's name there: the call has words of its own, as EXTRACT(year FROM d) has.
SYNTAX_SCHEMA: Final = "pg_syntax"


@functools.lru_cache(maxsize=500)
def parsed_view(sql: str) -> Any:
    """Returns the tree of a view's query."""
    node = parse(sql)[0].node
    return _with_syntax(node) if SYNTAX_SCHEMA in sql else node


def _with_syntax(value: Any) -> Any:
    """Returns a tree with the calls as they were before tsql/ddl/stored_query.py has marked them."""
    if type(value) is tuple:
        return tuple(_with_syntax(item) for item in value)
    if not isinstance(value, ast.Node) or isinstance(value, Constant):
        return value
    value = with_fields(value, **{name: _with_syntax(getattr(value, name)) for name in value})
    if isinstance(value, ast.FuncCall) and value.funcname:
        schema, *rest = value.funcname
        if schema.sval == SYNTAX_SCHEMA:
            names = (ast.String(sval="pg_catalog"), *rest)
            form = enums.CoercionForm.COERCE_SQL_SYNTAX
            return with_fields(value, funcname=names, funcformat=form)
    return value


def bind_view(level: Level, view: View, node: Any, alias: str) -> tuple[Relation, list[Item]]:
    """Binds a view in FROM; its query sees nothing of the statement around it."""
    context = level.context
    if any(outer.id == view.id for outer in context.views):
        message = f'infinite recursion detected in rules for relation "{view.name}"'
        raise DatabaseError("42P17", message)
    context.tables[view.id] = view.version
    need = context.need(view.id)
    need.on("r")
    inner = Level(context, level.bind, level.bind_select, depth=level.depth)
    with context.inside(view):
        select = context.bind_body(inner, parsed_view(view.sql), False)
    fields = [
        Field(
            column.name,
            column.sql_type,
            column.typmod,
            view.id,
            number,
            collation=select.fields[number - 1].collation,
        )
        for number, column in enumerate(view.columns, 1)
    ]
    item = add_relation(level, alias, renamed(fields, node.alias, alias))
    item.schema, item.is_plain, item.need = view.schema, node.alias is None, need
    item.parts, item.row_of = inner.relations, view
    return SubqueryRelation(select, alias, item.columns), [item]


def bind_system_view(
    level: Level, found: CatalogRelation, schema: str, node: Any, alias: str
) -> tuple[Relation, list[Item]]:
    """Binds one of the system's views in FROM, as its query is recorded of PostgreSQL."""
    context = level.context
    context.need_system_relation(found)
    inner = Level(context, level.bind, level.bind_select, depth=level.depth)
    with context.inside_system_view():
        select = context.bind_body(inner, found.query, False)
    item = add_relation(level, alias, renamed(found.fields, node.alias, alias))
    item.schema, item.is_plain = schema, node.alias is None
    item.parts = inner.relations
    return SubqueryRelation(select, alias, item.columns), [item]


def numbered_relation(level: Level, number: int) -> Table | View | Sequence:
    """Returns the n-th relation of the view that is being bound."""
    context = level.context
    relation_id = context.views[-1].relations[number].id
    catalog = context.catalog
    found = (
        catalog.table_by_id(relation_id)
        or catalog.object(View, relation_id)
        or catalog.sequence_by_id(relation_id)
    )
    if found is None:
        raise DatabaseError("XX000", f"could not open relation with OID {relation_id}")
    context.tables[relation_id] = found.version
    return found


def as_it_was(level: Level, number: int, whole: Item) -> Item:
    """Returns the relation's item with the columns that the view knows, under its names for them."""
    spec = level.context.views[-1].relations[number]
    known = spec.columns
    positions = {field.column_number: at for at, field in enumerate(whole.columns)}
    fields, values = [], []
    for column_id, name in known:
        at = positions.get(column_id)
        if at is None:
            continue  # Dropped since, which the view's own use of it would have prevented.
        field = whole.columns[at]
        fields.append(
            Field(
                name, field.type, field.typmod, field.table_id, column_id, collation=field.collation
            )
        )
        values.append(reference_to(whole.relation, at, field))
    return Item(
        whole.relation,
        whole.alias,
        tuple(fields),
        whole.table,
        schema=spec.schema or whole.schema,
        values=tuple(values),
        is_plain=bool(spec.schema) and not spec.aliased,
        need=whole.need,
        parts=whole.parts,
        row_of=whole.row_of,
        whole=whole,
    )
