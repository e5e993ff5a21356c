"""Row types: each table and view is a type, too, of its rows.

Nothing of them is stored. A row type's name, schema, owner and fields are its relation's, and its
OID is made of the relation's id, one to one, so that it is the same for the relation's life and
tells the relation by itself. The numbers are above all that the catalog hands out.
"""

from typing import Final

from storage.objects import Attribute, CompositeType, View
from storage.schema import Table

_FIRST: Final = 1 << 30
_END: Final = 1 << 31
#: Row types that are kept once they have been made, by relation id.
_KEPT_MAX: Final = 10_000
_kept: dict[int, tuple[Table | View, CompositeType]] = {}


def row_type_id(relation_id: int) -> int:
    """Returns the OID of a relation's row type."""
    return _FIRST + 2 * relation_id


def row_array_id(relation_id: int) -> int:
    """Returns the OID of arrays of a relation's rows."""
    return row_type_id(relation_id) + 1


def is_row_type(type_id: int) -> bool:
    """Returns whether the OID is that of a relation's row type; that of its arrays isn't."""
    return _FIRST <= type_id < _END and not type_id & 1


def relation_of(type_id: int) -> int | None:
    """Returns the id of the relation whose row type, or arrays of it, the OID is; else None."""
    return (type_id - _FIRST) // 2 if _FIRST <= type_id < _END else None


def row_type_of(relation: Table | View) -> CompositeType:
    """Returns a relation's row type."""
    found = _kept.get(relation.id)
    if found is not None and found[0] is relation:
        return found[1]
    if len(_kept) >= _KEPT_MAX:
        _kept.clear()
    made = _made(relation)
    _kept[relation.id] = relation, made
    return made


def _made(relation: Table | View) -> CompositeType:
    if isinstance(relation, Table):
        attributes = tuple(
            [
                Attribute(each.id, each.name, each.sql_type, each.typmod, each.collation)
                for each in relation.columns
            ]
        )
    else:
        attributes = tuple(
            [
                Attribute(number, each.name, each.sql_type, each.typmod)
                for number, each in enumerate(relation.columns, 1)
            ]
        )
    return CompositeType(
        id=row_type_id(relation.id),
        array_id=row_array_id(relation.id),
        relation_id=relation.id,
        schema=relation.schema,
        name=relation.name,
        attributes=attributes,
        owner=relation.owner,
        version=relation.version,
    )
