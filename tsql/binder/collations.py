"""COLLATE: all collations there are sort by bytes, as the database's own does, so none changes a value.

PostgreSQL's "C" also keeps case mapping to ASCII, which ours doesn't (docs/compatibility.md).
"""

from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder.coercion import coerce
from tsql.binder.context import Level
from tsql.binder.locations import position_at
from tsql.binder.pathways import true_element
from tsql.bound import Expression
from tsql.types import oids
from tsql.types.type_names import type_name

_KNOWN: Final = frozenset({"default", "C", "POSIX", "ucs_basic", "C.utf8", "C.UTF-8"})
_COLLATABLE: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME})


def check_collation(clause: Any, type_: int) -> None:
    """Raises 42704 for a collation that there isn't, 42804 for a type that has none."""
    names = [part.sval for part in clause.collname]
    is_known = names[-1] in _KNOWN and (len(names) == 1 or names[0] == "pg_catalog")
    if not is_known:
        shown = ".".join(names)
        message = f'collation "{shown}" for encoding "UTF8" does not exist'
        raise DatabaseError("42704", message, position=position_at(clause.location))
    if type_ not in _COLLATABLE and element_of(type_) not in _COLLATABLE:
        message = f"collations are not supported by type {type_name(type_)}"
        raise DatabaseError("42804", message, position=position_at(clause.location))


def element_of(type_: int) -> int:
    """Returns an array's element type, else the type itself."""
    return true_element(type_) or type_


def bind_collate(level: Level, node: Any) -> Expression:
    """Binds an expression with COLLATE: it is the expression."""
    argument: Expression = level.bind(level, node.arg)
    if argument.type == oids.UNKNOWN:
        argument = coerce(level.context, argument, oids.TEXT)
    check_collation(node, argument.type)
    return argument
