"""Tables whose constraints, indexes and generated columns read a field of another relation's rows: (r).x.

A field that they read isn't dropped.
"""

from collections.abc import Iterator

from storage.errors import DatabaseError, not_supported
from storage.objects import Address, Attribute, CompositeType, View
from storage.row_types import row_type_of
from storage.schema import Column, Table
from tsql.binder.defaults import bind_expression_text
from tsql.bound import FieldAccess
from tsql.ddl.composite_values import holds
from tsql.ddl.context import Ddl
from tsql.ddl.dependencies import relation
from tsql.ddl.describe import describe
from tsql.planner.walk import walk
from tsql.types.kinds import base_type


def check_droppable(table: Table, column: Column, ddl: Ddl, *, cascades: bool) -> None:
    """Raises 2BP01 for a column that another table reads as a field; 0A000 if that were to go, too."""
    if column not in table.columns:
        return  # It is as new as the statement.
    rows = row_type_of(table)
    readers = list(_readers(rows, table.position(column.id), ddl, but=table.id))
    _refuse(readers, relation(table.id, column.id), ddl, cascades=cascades)


def check_attribute_droppable(
    found: CompositeType, attribute: Attribute, ddl: Ddl, *, cascades: bool
) -> None:
    """Raises 2BP01 for an attribute that a table or a view reads; 0A000 if that were to go, too."""
    address = Address("type", found.id, attribute.number)
    readers = list(_readers(found, found.attributes.index(attribute), ddl))
    views = [view for view in ddl.catalog.objects(View) if address in view.relies_on]
    materialized = [
        table for table in ddl.catalog.tables if table.query and address in table.query.relies_on
    ]
    path = ddl.env.search_path
    ids = [*[view.id for view in views], *[table.id for table in materialized]]
    readers += [describe(relation(each), ddl.catalog, path) for each in ids]
    _refuse(readers, address, ddl, cascades=cascades)


def _refuse(readers: list[str], on: Address, ddl: Ddl, *, cascades: bool) -> None:
    if not readers:
        return
    shown = describe(on, ddl.catalog, ddl.env.search_path)
    if cascades:
        raise not_supported(f"dropping {shown} by CASCADE, on which {readers[0]} depends,")
    raise DatabaseError(
        "2BP01",
        f"cannot drop {shown} because other objects depend on it",
        detail="\n".join([f"{reader} depends on {shown}" for reader in readers]),
        hint="Use DROP ... CASCADE to drop the dependent objects too.",
    )


def _readers(rows: CompositeType, position: int, ddl: Ddl, but: int = 0) -> Iterator[str]:
    """Yields what messages call the tables' parts that read a field, but those of one table."""
    for table in ddl.catalog.tables:
        if table.id == but:
            continue
        if not any(holds(each.sql_type, rows, ddl.catalog) for each in table.columns):
            continue
        for shown, sql in _texts(table, ddl):
            if _reads(sql, table, (rows.id, position), ddl):
                yield shown


def _texts(table: Table, ddl: Ddl) -> Iterator[tuple[str, str]]:
    whole = describe(relation(table.id), ddl.catalog, ddl.env.search_path)
    for check in table.checks:
        yield f"constraint {check.name} on {whole}", check.check_sql
    for column in table.columns:
        if column.generated_sql is not None:
            yield f"column {column.name} of {whole}", column.generated_sql
    for index in table.indexes:
        texts = [part.expression_sql for part in index.parts]
        for sql in (*texts, index.predicate_sql):
            if sql is not None:
                yield f"index {index.name}", sql


def _reads(sql: str, table: Table, field: tuple[int, int], ddl: Ddl) -> bool:
    return any(
        isinstance(part, FieldAccess) and (base_type(part.record.type), part.position) == field
        for part in walk(bind_expression_text(sql, table, ddl.env))
    )
