"""Tables whose constraints, indexes and generated columns read a field of another relation's rows: (r).x.

Their texts have the field's name, so a field that they read keeps it, and isn't dropped.
"""

from collections.abc import Iterator

from storage.errors import DatabaseError, not_supported
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
    readers = list(_readers(table, column, ddl))
    if not readers:
        return
    path = ddl.env.search_path
    shown = describe(relation(table.id, column.id), ddl.catalog, path)
    if cascades:
        raise not_supported(f"dropping {shown} by CASCADE, on which {readers[0]} depends,")
    raise DatabaseError(
        "2BP01",
        f"cannot drop {shown} because other objects depend on it",
        detail="\n".join([f"{reader} depends on {shown}" for reader in readers]),
        hint="Use DROP ... CASCADE to drop the dependent objects too.",
    )


def check_renameable(table: Table, column: Column, ddl: Ddl) -> None:
    """Raises 0A000 for a column that another table reads as a field."""
    for reader in _readers(table, column, ddl):
        shown = describe(relation(table.id, column.id), ddl.catalog, ddl.env.search_path)
        raise not_supported(f"renaming {shown}, which {reader} reads,")


def _readers(table: Table, column: Column, ddl: Ddl) -> Iterator[str]:
    """Yields what messages call the readers."""
    if column not in table.columns:
        return  # It is as new as the statement.
    rows = row_type_of(table)
    for other in ddl.catalog.tables:
        if other.id == table.id:
            continue
        if not any(holds(each.sql_type, rows, ddl.catalog) for each in other.columns):
            continue
        for shown, sql in _texts(other, ddl):
            if _reads(sql, other, (rows.id, table.position(column.id)), ddl):
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
