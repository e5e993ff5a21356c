"""Types that users have made, of whatever class: how they are found in a catalog.

The row types of their tables and views are found like any other, but aren't among `user_types()`.
"""

from collections.abc import Iterable
from typing import Final

from storage.catalog import Catalog
from storage.objects import CompositeType, DomainType, EnumType, View
from storage.row_types import is_row_type, relation_of, row_type_of
from storage.schema import Table

UserType = EnumType | DomainType | CompositeType
#: The classes, in an order that never matters.
USER_TYPES: Final[tuple[type[EnumType] | type[DomainType] | type[CompositeType], ...]] = (
    EnumType,
    DomainType,
    CompositeType,
)


def user_types(catalog: Catalog) -> list[UserType]:
    """Returns all that have been made as types, in the order of their ids."""
    found: list[UserType] = [each for kind in USER_TYPES for each in catalog.objects(kind)]
    return sorted(found, key=lambda each: each.id)


def user_type(catalog: Catalog, type_id: int) -> UserType | None:
    """Returns the type of that OID."""
    if is_row_type(type_id):
        return row_type(catalog, type_id)
    for kind in USER_TYPES:
        found: UserType | None = catalog.object(kind, type_id)
        if found is not None:
            return found
    return None


def user_type_of(catalog: Catalog, type_id: int) -> UserType | None:
    """Returns the type of that OID, or that of its arrays' OID."""
    if relation_of(type_id) is not None:
        return row_type(catalog, type_id & ~1)
    found = user_type(catalog, type_id)
    if found is not None:
        return found
    return next((each for each in user_types(catalog) if each.array_id == type_id), None)


def user_type_named(catalog: Catalog, schemas: Iterable[str], name: str) -> UserType | None:
    """Returns the type of that name in the first of the schemas that has one."""
    for schema in schemas:
        for kind in USER_TYPES:
            found: UserType | None = catalog.named(kind, schema, name)
            if found is not None:
                return found
        relation = catalog.relation(schema, name)
        if isinstance(relation, Table | View):
            return row_type_of(relation)
    return None


def array_name(catalog: Catalog, found: UserType) -> str:
    """Returns the name of arrays of a type: _name, unless something has that; then one more _."""
    name = f"_{found.name}"
    while user_type_named(catalog, (found.schema,), name) is not None:
        name = f"_{name}"
    return name


def array_type_named(catalog: Catalog, schemas: Iterable[str], name: str) -> UserType | None:
    """Returns the type whose arrays have that name, in the first of the schemas that has one."""
    for schema in schemas:
        for start in range(1, len(name) - len(name.lstrip("_")) + 1):
            found = user_type_named(catalog, (schema,), name[start:])
            if found is not None and array_name(catalog, found) == name:
                return found
    return None


def composite_type(catalog: Catalog, type_id: int) -> CompositeType | None:
    """Returns the composite type of that OID, a row type perhaps."""
    found = user_type(catalog, type_id)
    return found if isinstance(found, CompositeType) else None


def row_type(catalog: Catalog, type_id: int) -> CompositeType | None:
    """Returns the row type of that OID."""
    relation_id = relation_of(type_id)
    if relation_id is None:
        return None
    relation = catalog.table_by_id(relation_id) or catalog.object(View, relation_id)
    return None if relation is None else row_type_of(relation)
