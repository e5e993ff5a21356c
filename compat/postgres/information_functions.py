"""The functions that information_schema's views are made with; drivers call them, too.

PostgreSQL has them in SQL (information_schema.sql).
"""

import functools
from collections.abc import Iterator
from typing import Any, Final

from compat.postgres.definitions import catalog_of
from compat.postgres.information_types import facets
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.system_relations import Moment, rows_of
from storage.types import Array
from tsql.env import Env
from tsql.functions.registry import implements

#: Function -> column of information_schema.columns that it computes.
_FACETS: Final = {
    "_pg_char_max_length": "character_maximum_length",
    "_pg_char_octet_length": "character_octet_length",
    "_pg_numeric_precision": "numeric_precision",
    "_pg_numeric_precision_radix": "numeric_precision_radix",
    "_pg_numeric_scale": "numeric_scale",
    "_pg_datetime_precision": "datetime_precision",
    "_pg_interval_type": "interval_type",
}


@implements("_pg_expandarray(anyarray)")
def _pg_expandarray(array: Array) -> Iterator[tuple[Any, int]]:
    """Yields each element with its number; the elements of more dimensions have no one subscript."""
    if len(array.dimensions) > 1:
        yield from ((None, number + 1) for number in range(array.dimensions[0]))
        return
    for number, item in enumerate(array.items, 1):
        yield item, number


@implements("_pg_index_position(oid,int2)", env=True)
def _pg_index_position(env: Env, index_id: int, column: int) -> int | None:
    """Returns where a column stands in an index."""
    for row in rows_of(PG_CATALOG, "pg_index", Moment(catalog_of(env), env)):
        columns = row["indkey"].items
        if row["indexrelid"] == index_id and column in columns:
            return int(columns.index(column)) + 1
    return None


def _facet_of(name: str, type_: int, typmod: int) -> Any:
    return facets(type_, typmod).get(name)


for _name, _facet in _FACETS.items():
    implements(f"{_name}(oid,int4)")(functools.partial(_facet_of, _facet))
