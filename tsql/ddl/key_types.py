"""Which types may stand on the two sides of a foreign key, and how a value crosses over.

PostgreSQL compares by the referenced index's own equality if its family has one for the two types
(integers of any width); otherwise the referencing value is converted implicitly first.
"""

from collections.abc import Callable
from typing import Any, Final

from storage.errors import not_supported
from storage.schema import Column, Table
from tsql.binder import bind_expression_text
from tsql.binder.pathways import CoercionContext, is_binary_coercible, pathway
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.types import oids
from tsql.types.kinds import kinds_of_type
from tsql.types.type_names import type_name

_FAMILIES: Final = (
    frozenset({oids.INT2, oids.INT4, oids.INT8}),
    frozenset({oids.FLOAT4, oids.FLOAT8}),
    frozenset({oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ}),
    frozenset({oids.TEXT, oids.VARCHAR, oids.NAME}),
)
#: Families whose values are the same on both sides.
_IDENTICAL: Final = (_FAMILIES[0], _FAMILIES[3])
#: Equality across these types isn't that of either type's keys.
_INEXACT: Final = frozenset(
    {
        (oids.FLOAT8, oids.FLOAT4),
        (oids.TIMESTAMP, oids.DATE),
        (oids.TIMESTAMPTZ, oids.DATE),
        (oids.DATE, oids.TIMESTAMPTZ),
        (oids.TIMESTAMP, oids.TIMESTAMPTZ),
        (oids.TIMESTAMPTZ, oids.TIMESTAMP),
    }
)
_ENV: Final = Env()


def is_comparable(child: int, parent: int) -> bool:
    """Returns whether a column of one type may refer to one of the other. Raises 0A000."""
    if child == parent:
        return True
    if (child, parent) in _INEXACT:
        raise not_supported(f"a foreign key from {type_name(child)} to {type_name(parent)}")
    if any(child in family and parent in family for family in _FAMILIES):
        return True
    return (
        is_binary_coercible(child, parent)
        or pathway(parent, child, CoercionContext.IMPLICIT) is not None
    )


def conversion(column: Column, other: Column) -> Callable[[Any], Any] | None:
    """Returns what makes a value of one column one of the other; None: it is one."""
    source, target = column.sql_type, other.sql_type
    if source == target or any(source in f and target in f for f in _IDENTICAL):
        return None
    if kinds_of_type(source) == kinds_of_type(target):
        return None
    value = Table(id=0, schema="", name="v", storage_id=0, columns=(column,))
    quoted = '"' + column.name.replace('"', '""') + '"'
    evaluate = compile_expression(
        bind_expression_text(f"CAST({quoted} AS {type_name(target)})", value)
    )
    return lambda given: evaluate((given,), _ENV)
