"""What TerraScale tells of itself in SQL, in the schema terrascale: its tables' columns.

    terrascale.columns     each table that has columns, and how far they have come
    terrascale.segments    their segments
    terrascale.attributes  what is at the paths of their documents: rows of the segments by sort of value

They are read from the keeper (storage/columns) for every statement.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from tsql.bound import CatalogRelation, Field
from tsql.env import Env
from tsql.types import oids

Row = tuple[Any, ...]

SCHEMA: Final = "terrascale"

_TABLE: Final = (
    Field("table_schema", oids.NAME),
    Field("table_name", oids.NAME),
    Field("storage_id", oids.INT8),
)
_COLUMNS: Final = (
    *_TABLE,
    Field("phase", oids.TEXT),
    Field("rows_built", oids.INT8),
    Field("segments", oids.INT8),
    Field("delta_rows", oids.INT8),
    Field("problem", oids.TEXT),
)
_SEGMENTS: Final = (
    *_TABLE,
    Field("segment", oids.TEXT),
    Field("rows", oids.INT8),
    Field("dead_rows", oids.INT8),
    Field("bytes", oids.INT8),
)

_ATTRIBUTES: Final = (
    *_TABLE,
    Field("column_name", oids.NAME),
    Field("path", oids.TEXT),
    Field("kind", oids.TEXT),
    Field("rows", oids.INT8),
)


def _names(env: Env) -> dict[int, tuple[str, str]]:
    return {table.storage_id: (table.schema, table.name) for table in env.session.catalog.tables}


def _columns(env: Env) -> Iterable[Row]:
    names = _names(env)
    return [
        (
            *names[table.storage_id],
            table.storage_id,
            table.phase,
            table.row_count,
            len(table.segments),
            table.delta_row_count,
            table.problem or None,
        )
        for table in env.session.column_figures()
        if table.storage_id in names
    ]


def _segments(env: Env) -> Iterable[Row]:
    names = _names(env)
    return [
        (*names[table.storage_id], table.storage_id, *segment)
        for table in env.session.column_figures()
        if table.storage_id in names
        for segment in table.segments
    ]


def _attributes(env: Env) -> Iterable[Row]:
    tables = {table.storage_id: table for table in env.session.catalog.tables}
    rows = []
    for figures in env.session.column_figures():
        table = tables.get(figures.storage_id)
        if table is None:
            continue
        names = {f"c{column.id}": column.name for column in table.columns}
        for column, path, sort, count in figures.paths:
            # An undeclared attribute has its name there, behind a letter.
            name = names.get(column, column[1:])
            rows.append(
                (table.schema, table.name, table.storage_id, name, ".".join(path), sort, count)
            )
    return rows


_ROWS: Final[dict[str, tuple[tuple[Field, ...], Callable[[Env], Iterable[Row]]]]] = {
    "columns": (_COLUMNS, _columns),
    "segments": (_SEGMENTS, _segments),
    "attributes": (_ATTRIBUTES, _attributes),
}


def own_relation(name: str) -> CatalogRelation | None:
    """Returns a relation of the schema, or None."""
    found = _ROWS.get(name)
    return None if found is None else CatalogRelation(name, name, *found)
