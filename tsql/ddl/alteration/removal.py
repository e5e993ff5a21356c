"""Taking a column out of a table's definition, with the indexes and constraints it is part of.

Items keep the value until they are written again: nothing reads an id that isn't declared, and ids
are never given twice.
"""

from storage.schema import Column, Index, Table
from tsql.binder import bind_expression_text
from tsql.ddl.alteration.state import Alteration
from tsql.planner.walk import columns_of


def remove_column(alteration: Alteration, column: Column) -> None:
    """Removes the column, its indexes and its constraints from the definition."""
    table = alteration.table
    indexes = tuple(index for index in table.indexes if column.id not in columns_in(index, table))
    checks = tuple(check for check in table.checks if column.id not in check.column_ids)
    if column.id in {*table.key_column_ids, *table.primary_key_included_ids}:
        drop_primary_key(alteration)
    columns = tuple(other for other in table.columns if other.id != column.id)
    alteration.change(columns=columns, indexes=indexes, checks=checks)


def drop_primary_key(alteration: Alteration) -> None:
    """Takes the primary key away; the rows move to hidden keys."""
    alteration.change(
        key_column_ids=(),
        hidden_key=True,
        primary_key_constraint=None,
        primary_key_index_id=0,
        primary_key_included_ids=(),
        primary_key_options={},
        partition_column_count=1,
    )
    alteration.is_rewrite = True


def columns_in(index: Index, table: Table) -> set[int]:
    """Returns the ids of the columns that an index is made of, or reads."""
    ids = set(index.included_column_ids)
    texts = [index.predicate_sql] if index.predicate_sql is not None else []
    for part in index.parts:
        if part.column_id is not None:
            ids.add(part.column_id)
        elif part.expression_sql is not None:
            texts.append(part.expression_sql)
    for text in texts:
        positions = columns_of(bind_expression_text(text, table))
        ids |= {table.columns[position].id for position in positions}
    return ids
