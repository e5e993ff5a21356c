"""COLLATE: collations that sort by bytes, as the database's own does, and marks of those that don't.

PostgreSQL's "C" also keeps case mapping to ASCII, which ours doesn't (docs/compatibility.md).
"""

from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder.coercion import coerce
from tsql.binder.context import Level
from tsql.binder.derived_collations import derived
from tsql.binder.locations import position_at
from tsql.binder.pathways import true_element
from tsql.binder.shown_names import type_name
from tsql.binder.written import Collated
from tsql.bound import Expression, Relabel
from tsql.types import oids
from tsql.types.collations import collation_oid, is_foreign, overriding
from tsql.types.kinds import base_type

_COLLATABLE: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME})


def collation_named(clause: Any, type_: int) -> int:
    """Returns a collation's OID. Raises 42704 for one that there isn't, 42804 for a type that has none."""
    names = [part.sval for part in clause.collname]
    found = collation_oid(names[-1]) if len(names) == 1 or names[0] == "pg_catalog" else None
    if found is None:
        shown = ".".join(names)
        message = f'collation "{shown}" for encoding "UTF8" does not exist'
        raise DatabaseError("42704", message, position=position_at(clause.location))
    if element_of(base_type(type_)) not in _COLLATABLE:
        message = f"collations are not supported by type {type_name(type_)}"
        raise DatabaseError("42804", message, position=position_at(clause.location))
    return found


def element_of(type_: int) -> int:
    """Returns an array's element type, else the type itself."""
    return true_element(type_) or type_


def bind_collate(level: Level, node: Any) -> Expression:
    """Binds an expression with COLLATE: it is the expression, if nothing but bytes is asked for."""
    argument: Expression = level.bind(level, node.arg)
    if argument.type == oids.UNKNOWN:
        argument = coerce(level.context, argument, oids.TEXT)
    collation = collation_named(node, argument.type)
    is_shown = level.context.keeps_written or level.context.keeps_collations
    written = Collated(node.collname[-1].sval) if is_shown else None
    if is_foreign(collation) or derived(argument):
        return Relabel(
            argument, argument.type, argument.typmod, written, collation=overriding(collation)
        )
    return Relabel(argument, argument.type, argument.typmod, written) if written else argument
