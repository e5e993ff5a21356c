"""CREATE INDEX: checked, named, built over the rows that are there.

The table is locked against writers while the index is built, in slices; readers go on. The entries
become visible with the index, at the commit. CONCURRENTLY nobody waits: storage/online_build.py.
"""

from typing import Any, Final

import msgspec

from storage.catalog import IndexRef
from storage.errors import DatabaseError, not_supported
from storage.index_build import build_index
from storage.lock_modes import TableLockMode
from storage.online_build import OnlineBuilds
from storage.schema import Index, KeyPart, Projection, Table
from storage.transaction import EmbeddedTransaction
from tsql.binder import bind_expression
from tsql.binder.collations import collation_named
from tsql.binder.names import UNNAMED, column_name
from tsql.bound import ColumnRef, Expression, FunctionCall
from tsql.catalog import pg
from tsql.ddl.columns import SYSTEM_COLUMNS, check_can_be_key, type_name
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.names import free_name, index_columns_part, index_part_names
from tsql.ddl.options import index_options
from tsql.ddl.stored_text import stored_text
from tsql.parser import ast, enums, with_fields
from tsql.planner.walk import columns_of, walk
from tsql.types.kinds import storable_kinds

_ORDERED_METHODS: Final = frozenset({"btree", "hash"})
_OTHER_METHODS: Final = frozenset({"gin", "gist", "spgist", "brin"})
_PATTERN_CLASSES: Final = frozenset(
    {"text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops", "varchar_ops"}
)
_SORT = enums.SortByDir
_NULLS = enums.SortByNulls


async def create_index(node: Any, ddl: Ddl) -> str:
    """Runs an IndexStmt; returns the command tag."""
    table = _checked(node, ddl)
    if table is None:
        return "CREATE INDEX"
    await ddl.changes.lock_table(table.id, TableLockMode.SHARE)
    # SHARE lets two indexes be made at once; the record of the table is changed by one at a time.
    locked = await ddl.changes.lock_record(table.id)
    if locked is None:
        raise no_such_relation(node.relation, ddl)
    ddl.require_owner(locked)
    ddl.require_create(locked.schema)
    ddl.check_no_events(locked, "CREATE INDEX")
    index = await _index(node, locked, ddl)
    changed = await ddl.changes.replace_table(
        msgspec.structs.replace(locked, indexes=(*locked.indexes, index))
    )
    access = ddl.tables.access(changed)
    await build_index(ddl.txn, ddl.catalogs, access, index.id)
    return "CREATE INDEX"


async def create_index_online(
    node: Any, ddl: Ddl, builds: OnlineBuilds, guard: EmbeddedTransaction
) -> str:
    """Runs CREATE INDEX CONCURRENTLY; `guard` keeps other DDL off the table meanwhile."""
    table = _checked(node, ddl)
    if table is None:
        return "CREATE INDEX"
    locked = await ddl.changes.lock_definition(table.id)
    if locked is None:
        raise no_such_relation(node.relation, ddl)
    ddl.require_owner(locked)
    ddl.require_create(locked.schema)
    index = await _index(node, locked, ddl)
    await builds.create(guard, locked.id, index, "CREATE INDEX CONCURRENTLY")
    return "CREATE INDEX"


def _checked(node: Any, ddl: Ddl) -> Table | None:
    """Returns the table; None if IF NOT EXISTS finds the index there. Raises 42P07, 0A000."""
    table = _table(node, ddl)
    if node.idxname is not None and ddl.catalog.relation(table.schema, node.idxname) is not None:
        message = f'relation "{node.idxname}" already exists'
        if node.if_not_exists:
            ddl.notice("NOTICE", "42P07", f"{message}, skipping")
            return None
        raise DatabaseError("42P07", message)
    _refuse(node)
    return table


def _table(node: Any, ddl: Ddl) -> Table:
    relation = node.relation
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        raise no_such_relation(relation, ddl)
    if not isinstance(found, Table):
        kind = "indexes" if isinstance(found, IndexRef) else "sequences"
        raise DatabaseError(
            "42809",
            f'cannot create index on relation "{relation.relname}"',
            detail=f"This operation is not supported for {kind}.",
        )
    return found


def _refuse(node: Any) -> None:
    method = node.accessMethod or "btree"
    if method not in _ORDERED_METHODS:
        if method in _OTHER_METHODS:
            raise not_supported(f'access method "{method}"')
        raise DatabaseError("42704", f'access method "{method}" does not exist')
    if method == "hash":
        if node.unique:
            raise DatabaseError("0A000", 'access method "hash" does not support unique indexes')
        if len(node.indexParams) > 1:
            raise DatabaseError(
                "0A000", 'access method "hash" does not support multicolumn indexes'
            )
    if node.tableSpace is not None:
        raise not_supported("TABLESPACE")


async def _index(node: Any, table: Table, ddl: Ddl) -> Index:
    parts = tuple(_key_part(element, table, ddl) for element in node.indexParams)
    included = [_included_column(element, table) for element in node.indexIncludingParams or ()]
    predicate = None
    if node.whereClause is not None:
        bound = bind_expression(node.whereClause, table, ddl.env, "index_predicate")
        _require_declared(bound, table)
        _require_immutable(bound, "index predicate")
        predicate, _ = stored_text(node.whereClause, ddl.env)
    name = node.idxname or _chosen_name(node, table, ddl)
    index = Index(
        id=await ddl.catalogs.new_relation_id(),
        name=name,
        storage_id=await ddl.catalogs.new_storage_id(),
        parts=parts,
        unique=node.unique,
        nulls_distinct=not node.nulls_not_distinct,
        predicate_sql=predicate,
        options=index_options(node.options, node.accessMethod or "btree"),
    )
    if included:
        index = msgspec.structs.replace(
            index, projection=Projection.INCLUDE, included_column_ids=tuple(included)
        )
    return index


def _chosen_name(node: Any, table: Table, ddl: Ddl) -> str:
    elements = [*node.indexParams, *(node.indexIncludingParams or ())]
    names = index_part_names([_element_name(element) for element in elements])

    def is_taken(name: str) -> bool:
        return ddl.catalog.relation(table.schema, name) is not None

    return free_name(table.name, index_columns_part(names), "idx", is_taken)


def _element_name(element: Any) -> str | None:
    """Returns what the part is called as a result column would be, None where that is nothing."""
    if element.name is not None:
        return str(element.name)
    name = column_name(element.expr)
    return None if name == UNNAMED else name


def _key_part(element: Any, table: Table, ddl: Ddl) -> KeyPart:
    while isinstance(element.expr, ast.CollateClause):
        # ((a COLLATE "C")) is (a) COLLATE "C".
        clause = element.expr
        collation = element.collation or clause.collname
        element = with_fields(element, expr=clause.arg, collation=collation)
    descending = element.ordering == _SORT.SORTBY_DESC
    nulls_first = descending
    if element.nulls_ordering != _NULLS.SORTBY_NULLS_DEFAULT:
        nulls_first = element.nulls_ordering == _NULLS.SORTBY_NULLS_FIRST
    column, expression = None, None
    if element.name is not None:
        column = table.column(element.name)
        if column is None and element.name in SYSTEM_COLUMNS:
            raise DatabaseError("0A000", "index creation on system columns is not supported")
        if column is None:
            raise DatabaseError("42703", f'column "{element.name}" does not exist')
    else:
        expression = bind_expression(element.expr, table, ddl.env, "index")
        _require_declared(expression, table)
        if isinstance(expression, ColumnRef) and expression.position < len(table.columns):
            column = table.columns[expression.position]  # (a) is a, and so is ((t).a)
    if column is not None:
        operator_class = _operator_class(element, column.sql_type)
        check_can_be_key(column.kind, column.element_kind, column.sql_type)
        return KeyPart(
            column_id=column.id,
            kind=column.kind,
            element_kind=column.element_kind,
            sql_type=column.sql_type,
            typmod=column.typmod,
            descending=descending,
            nulls_first=nulls_first,
            operator_class=operator_class,
            collation=_collation(element, column.sql_type),
        )
    assert expression is not None
    _require_immutable(expression, "index expression")
    operator_class = _operator_class(element, expression.type)
    kinds = storable_kinds(expression.type)
    if kinds is None:
        raise not_supported(f"an index on type {type_name(expression.type)}")
    kind, element_kind = kinds
    check_can_be_key(kind, element_kind, expression.type)
    return KeyPart(
        expression_sql=stored_text(element.expr, ddl.env)[0],
        kind=kind,
        element_kind=element_kind,
        sql_type=expression.type,
        typmod=expression.typmod,
        descending=descending,
        nulls_first=nulls_first,
        operator_class=operator_class,
        collation=_collation(element, expression.type),
    )


def _collation(element: Any, type_: int) -> int:
    if not element.collation:
        return 0
    clause = ast.CollateClause(collname=element.collation, location=None)
    return collation_named(clause, type_)


def _operator_class(element: Any, type_: int) -> str:
    """Returns the operator class, '' for the type's own, if it orders as keys do. Raises 0A000."""
    if not element.opclass:
        return ""
    name = str(element.opclass[-1].sval)
    if element.opclassopts:
        raise DatabaseError("22023", f"operator class {name} has no options")
    if name in _PATTERN_CLASSES:
        return name
    if name in {
        f"{type_name(type_)}_ops",
        "text_ops",
        "array_ops",
        f"{pg.types()[type_].name}_ops",
    }:
        return ""
    if name not in {f"{row.name}_ops" for row in pg.types().values()}:
        method = "btree"
        message = f'operator class "{name}" does not exist for access method "{method}"'
        raise DatabaseError("42704", message)
    raise not_supported(f'operator class "{name}"')


def _require_immutable(expression: Expression, what: str) -> None:
    if any(
        isinstance(node, FunctionCall) and node.proc.volatility != "i" for node in walk(expression)
    ):
        raise DatabaseError("42P17", f"functions in {what} must be marked IMMUTABLE")


def _require_declared(expression: Expression, table: Table) -> None:
    """Raises 0A000 for an undeclared attribute: the kind of its values may change at any time."""
    if any(position >= len(table.columns) for position in columns_of(expression)):
        raise not_supported("an index on an undeclared attribute")


def _included_column(element: Any, table: Table) -> int:
    if element.name is None:
        raise DatabaseError("0A000", "expressions are not supported in included columns")
    column = table.column(element.name)
    if column is None:
        raise DatabaseError("42703", f'column "{element.name}" does not exist')
    return column.id
