"""FROM: tables, WITH queries, subqueries, functions, VALUES. One item, until joins come."""

from collections.abc import Iterable, Sequence
from typing import Any

from storage.catalog import Relation as CatalogEntry
from storage.errors import DatabaseError
from storage.objects import View
from storage.schema import ColumnPolicy, Table
from storage.schema import Sequence as SequenceRelation
from tsql.binder import context as clauses
from tsql.binder.calls import bind_function
from tsql.binder.coercion import coerce_to_boolean
from tsql.binder.context import Item, Level
from tsql.binder.functions import output_columns
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.names import column_name
from tsql.binder.nodes import is_a
from tsql.bound import (
    BoundSelect,
    CatalogRelation,
    Expression,
    Field,
    FunctionCall,
    FunctionRelation,
    Relation,
    SubqueryRelation,
    TableRelation,
)
from tsql.env import Env
from tsql.parser import ast
from tsql.types import oids

_UNNAMED_SUBQUERY = "unnamed_subquery"


def bind_from(level: Level, nodes: Sequence[Any] | None) -> Relation | None:
    """Binds the FROM clause, and makes its item known to the level. Raises 42P01, 0A000 …."""
    if not nodes:
        return None
    relations = [bind_item(level, node) for node in nodes]
    if len(relations) > 1:
        refuse(level, nodes[1], "FROM with more than one item")
    return relations[0]


def refuse(level: Level, node: Any, feature: str) -> None:
    """Notes that the query can't be run; binding goes on, for errors that PostgreSQL reports."""
    if level.refusal is None:
        level.refusal = unsupported_at(node, feature)


def bind_item(level: Level, node: Any) -> Relation:
    """Binds one item of FROM."""
    match node:
        case ast.RangeVar():
            return _named(level, node)
        case ast.RangeSubselect():
            return _subquery(level, node)
        case ast.RangeFunction():
            return _function(level, node)
        case ast.JoinExpr():
            return _join(level, node)
        case ast.RangeTableSample():
            raise unsupported_at(node.location, "TABLESAMPLE")
        case _:
            raise unsupported_at(node, type(node).__name__)


def _join(level: Level, node: Any) -> Relation:
    """Binds the parts of a join, which can't be run."""
    left = bind_item(level, node.larg)
    bind_item(level, node.rarg)
    refuse(level, _rightmost(node.larg), "JOIN")
    if node.usingClause or node.isNatural or node.alias is not None:
        assert level.refusal is not None
        raise level.refusal
    if node.quals is not None:
        condition = level.expression(node.quals, clauses.JOIN)
        coerce_to_boolean(level.context, condition, "JOIN/ON", node.quals)
    return left


def _rightmost(node: Any) -> Any:
    while isinstance(node, ast.JoinExpr):
        node = node.rarg
    return node


def _add(level: Level, item: Item) -> None:
    """Adds an item. Raises 42712 for a name that is in use."""
    if any(other.alias == item.alias for other in level.items):
        message = f'table name "{item.alias}" specified more than once'
        raise DatabaseError("42712", message)
    level.items.append(item)


def _renamed(fields: Sequence[Field], alias: Any, name: str) -> tuple[Field, ...]:
    """Returns the columns under the names that the alias gives them. Raises 42P10."""
    given = [part.sval for part in alias.colnames or ()] if alias is not None else []
    if len(given) > len(fields):
        raise DatabaseError(
            "42P10",
            f'table "{name}" has {len(fields)} columns available but {len(given)} columns specified',
        )
    renamed = [
        Field(new, f.type, f.typmod, f.table_id, f.column_number)
        for new, f in zip(given, fields, strict=False)
    ]
    return (*renamed, *fields[len(given) :])


# ---- tables --------------------------------------------------------------------------------------


def find_table(level: Level, node: Any) -> Table | None:
    """Returns the table that an `ast.RangeVar` names, or None. Raises 0A000, 42809."""
    found = find_relation(level, node)
    if found is None or isinstance(found, Table):
        return found
    if isinstance(found, View):
        raise unsupported_at(node, "reading a view")
    if isinstance(found, SequenceRelation):
        message = f'cannot change sequence "{found.name}"'
        raise error_at(None, "42809", message)
    message = f'cannot open relation "{node.relname}"'
    detail = "This operation is not supported for indexes."
    raise error_at(node, "42809", message, detail=detail)


def unknown_table(level: Level, node: Any) -> DatabaseError:
    """Returns the error for a table that isn't there."""
    shown = f"{node.schemaname}.{node.relname}" if node.schemaname else node.relname
    return error_at(node, "42P01", f'relation "{shown}" does not exist')


def table_item(table: Table, alias: str, relation: int = 0) -> Item:
    """Returns a table as names see it."""
    columns = tuple([Field(c.name, c.sql_type, c.typmod, table.id, c.id) for c in table.columns])
    return Item(
        relation,
        alias,
        columns,
        table,
        table.schema,
        is_dynamic=table.policy == ColumnPolicy.DYNAMIC,
    )


def table_relation(item: Item) -> TableRelation:
    """Returns the relation of an item; call it when all that names attributes has been bound."""
    assert item.table is not None
    return TableRelation(item.table, item.alias, tuple(item.attributes))


def _named(level: Level, node: Any) -> Relation:
    alias = node.relname if node.alias is None else node.alias.aliasname
    cte = None if node.schemaname else level.ctes.get(node.relname)
    if cte is not None:
        return _select_relation(level, cte, node, alias, node.relname)
    catalog = _catalog_relation(level, node, alias)
    if catalog is not None:
        return catalog
    sequence = _sequence(level, node)
    if sequence is not None:
        return _sequence_relation(level, sequence, node, alias)
    table = find_table(level, node)
    if table is None:
        raise unknown_table(level, node)
    item = table_item(table, alias)
    item.columns = _renamed(item.columns, node.alias, alias)
    _add(level, item)
    return table_relation(item)


def find_relation(level: Level, node: Any) -> CatalogEntry | None:
    """Returns what an `ast.RangeVar` names, or None; the plan then relies on it. Raises 0A000."""
    context = level.context
    if node.catalogname and node.catalogname != context.env.database:
        shown = f'"{node.catalogname}.{node.schemaname}.{node.relname}"'
        message = f"cross-database references are not implemented: {shown}"
        raise error_at(node, "0A000", message)
    return context.find_relation(node.schemaname, node.relname)


def _sequence(level: Level, node: Any) -> SequenceRelation | None:
    found = find_relation(level, node)
    return found if isinstance(found, SequenceRelation) else None


def _sequence_relation(
    level: Level, sequence: SequenceRelation, node: Any, alias: str
) -> CatalogRelation:
    """Returns the one row of a sequence; log_cnt is always 0."""
    columns = (("last_value", oids.INT8), ("log_cnt", oids.INT8), ("is_called", oids.BOOL))
    fields = tuple(
        Field(name, type_, table_id=sequence.id, column_number=number)
        for number, (name, type_) in enumerate(columns, 1)
    )
    fields = _renamed(fields, node.alias, alias)
    _add(level, Item(len(level.items), alias, fields, None, sequence.schema))

    def rows(env: Env) -> Iterable[tuple[int, int, bool]]:
        last_value, is_called = env.session.sequence_state(sequence.id)
        return [(last_value, 0, is_called)]

    return CatalogRelation(sequence.name, alias, fields, rows)


def _catalog_relation(level: Level, node: Any, alias: str) -> Relation | None:
    lookup = level.context.catalog_relations
    if lookup is None or node.schemaname not in {None, "pg_catalog", "information_schema"}:
        return None
    schema = node.schemaname or "pg_catalog"
    found = lookup(schema, node.relname)
    if found is None:
        return None
    fields = _renamed(found.fields, node.alias, alias)
    _add(level, Item(len(level.items), alias, fields, None, schema))
    return type(found)(found.name, alias, fields, found.rows)


# ---- subqueries ----------------------------------------------------------------------------------


def _subquery(level: Level, node: Any) -> Relation:
    select = level.bind_select(level.child(), node.subquery)
    alias = _UNNAMED_SUBQUERY if node.alias is None else node.alias.aliasname
    return _select_relation(level, select, node, alias, alias)


def _select_relation(
    level: Level, select: BoundSelect, node: Any, alias: str, name: str
) -> Relation:
    fields = _renamed(select.fields, node.alias, name)
    _add(level, Item(len(level.items), alias, fields))
    return SubqueryRelation(select, alias, fields)


# ---- functions -----------------------------------------------------------------------------------


def _function(level: Level, node: Any) -> Relation:
    calls: list[FunctionCall] = []
    fields: list[Field] = []
    nodes = [call for call, _ in node.functions]
    if node.coldeflist or any(definitions for _, definitions in node.functions):
        raise unsupported_at(node.functions[0][0], "column definition list")
    expanded = [single for call in nodes for single in _unnests(call)]
    for call_node in expanded:
        bound = _call(level, call_node)
        calls.append(bound)
        alias_name = node.alias.aliasname if node.alias and len(expanded) == 1 else None
        fields += _function_fields(bound, call_node, alias_name)
    is_scalar = len(fields) == 1 and output_columns(calls[0].proc) is None
    if node.ordinality:
        fields.append(Field("ordinality", oids.INT8))
    alias = column_name(nodes[0]) if node.alias is None else node.alias.aliasname
    renamed = _renamed(fields, node.alias, alias)
    item = Item(len(level.items), alias, renamed)
    item.is_scalar = is_scalar and not node.ordinality
    _add(level, item)
    return FunctionRelation(tuple(calls), alias, renamed, bool(node.ordinality))


def _unnests(node: Any) -> list[Any]:
    """Takes unnest(a, b) apart: PostgreSQL has only unnest(a), and ROWS FROM of several."""
    is_unnest = (
        is_a(node, ast.FuncCall)
        and [part.sval for part in node.funcname] == ["unnest"]
        and len(node.args or ()) > 1
        and not node.agg_order
        and not node.func_variadic
    )
    if not is_unnest:
        return [node]
    return [
        ast.FuncCall(
            funcname=node.funcname,
            args=(argument,),
            funcformat=node.funcformat,
            location=node.location,
        )
        for argument in node.args
    ]


def _call(level: Level, node: Any) -> FunctionCall:
    with level.within(clauses.FROM_FUNCTION):
        bound: Expression = (
            bind_function(level, node)
            if isinstance(node, ast.FuncCall)
            else level.bind(level, node)
        )
    if not isinstance(bound, FunctionCall):
        raise unsupported_at(node, "this expression in FROM")
    return bound


def _function_fields(call: FunctionCall, node: Any, alias: str | None) -> list[Field]:
    columns = output_columns(call.proc)
    if columns is not None and (len(columns) > 1 or call.type == oids.RECORD):
        return [Field(name, type_) for name, type_ in columns]
    if call.type == oids.RECORD:
        message = 'a column definition list is required for functions returning "record"'
        raise error_at(node, "42601", message)
    if columns is not None:
        return [Field(columns[0][0], call.type, call.typmod)]
    return [Field(alias or column_name(node), call.type, call.typmod)]
