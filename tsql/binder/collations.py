"""COLLATE: all collations there are sort by bytes, as the database's own does, so none changes a value.

PostgreSQL's "C" also keeps case mapping to ASCII, which ours doesn't (docs/compatibility.md).
"""

from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder.coercion import coerce
from tsql.binder.context import Level
from tsql.binder.locations import position_at
from tsql.binder.pathways import true_element
from tsql.binder.shown_names import type_name
from tsql.binder.written import Collated
from tsql.bound import Expression, Relabel
from tsql.types import oids

#: Their OIDs, where those are PostgreSQL's own; 0: a definition that names it is shown without it.
_KNOWN: Final = {"default": 100, "C": 950, "POSIX": 951, "ucs_basic": 0, "C.utf8": 0, "C.UTF-8": 0}
_COLLATABLE: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME})


def collation_named(clause: Any, type_: int) -> int:
    """Returns a collation's OID. Raises 42704 for one that there isn't, 42804 for a type that has none."""
    names = [part.sval for part in clause.collname]
    is_known = names[-1] in _KNOWN and (len(names) == 1 or names[0] == "pg_catalog")
    if not is_known:
        shown = ".".join(names)
        message = f'collation "{shown}" for encoding "UTF8" does not exist'
        raise DatabaseError("42704", message, position=position_at(clause.location))
    if type_ not in _COLLATABLE and element_of(type_) not in _COLLATABLE:
        message = f"collations are not supported by type {type_name(type_)}"
        raise DatabaseError("42804", message, position=position_at(clause.location))
    return _KNOWN[names[-1]]


def element_of(type_: int) -> int:
    """Returns an array's element type, else the type itself."""
    return true_element(type_) or type_


def bind_collate(level: Level, node: Any) -> Expression:
    """Binds an expression with COLLATE: it is the expression."""
    argument: Expression = level.bind(level, node.arg)
    if argument.type == oids.UNKNOWN:
        argument = coerce(level.context, argument, oids.TEXT)
    collation_named(node, argument.type)
    if level.context.keeps_written:
        return Relabel(argument, argument.type, argument.typmod, Collated(node.collname[-1].sval))
    return argument
