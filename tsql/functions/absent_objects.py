"""Kinds of objects that TerraScale has none of: no OID names one, so no definition is found.

Each answers NULL for an unknown OID in PostgreSQL. A function leaves this module when its kind
comes.
"""

from typing import Final

from tsql.functions.registry import implements

_DEFINITIONS: Final = (
    "pg_get_triggerdef",
    "pg_get_triggerdef_ext",
    "pg_get_partkeydef",
    "pg_get_partition_constraintdef",
    "pg_get_statisticsobjdef",
    "pg_get_statisticsobjdef_columns",
    "pg_get_statisticsobjdef_expressions",
)


@implements(*_DEFINITIONS)
def no_such_object(_oid: int, *_options: object) -> None:
    return None
