"""Types that users have made, of whatever class: how they are found in a catalog."""

from collections.abc import Iterable
from typing import Final

from storage.catalog import Catalog
from storage.objects import CompositeType, DomainType, EnumType

UserType = EnumType | DomainType | CompositeType
#: The classes, in an order that never matters.
USER_TYPES: Final[tuple[type[EnumType] | type[DomainType] | type[CompositeType], ...]] = (
    EnumType,
    DomainType,
    CompositeType,
)


def user_types(catalog: Catalog) -> list[UserType]:
    """Returns all of them, in the order of their ids."""
    found: list[UserType] = [each for kind in USER_TYPES for each in catalog.objects(kind)]
    return sorted(found, key=lambda each: each.id)


def user_type(catalog: Catalog, type_id: int) -> UserType | None:
    """Returns the type of that OID."""
    for kind in USER_TYPES:
        found: UserType | None = catalog.object(kind, type_id)
        if found is not None:
            return found
    return None


def user_type_of(catalog: Catalog, type_id: int) -> UserType | None:
    """Returns the type of that OID, or that of its arrays' OID."""
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
    return None
