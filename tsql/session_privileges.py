"""What has_…_privilege and pg_has_role ask of their session: roles and grants as it sees them."""

from collections.abc import Sequence
from typing import Any, Final

from storage.catalog import Catalog
from storage.objects import View
from storage.row_types import is_row_type
from storage.user_types import user_type_of
from tsql.access.databases import all_databases, find_database
from tsql.access.letters import LETTERS
from tsql.access.privileges import PUBLIC, Secured, grants_on, owns, privileges_of
from tsql.access.roles import (
    find_role,
    has_privileges_of,
    is_admin,
    is_member,
    is_superuser,
    role_by_id,
    roles_of,
)

#: The OID of the only trusted one: a language that everybody may use.
_SQL_LANGUAGE: Final = 14
_GRANT_OPTION: Final = " WITH GRANT OPTION"
_ADMIN_OPTIONS: Final = (" WITH ADMIN OPTION", _GRANT_OPTION)


class SessionPrivileges:
    """Answers about privileges, for the functions of one session."""

    def __init__(self, state: Any) -> None:
        self._state = state

    @property
    def _catalog(self) -> Any:
        return self._state.catalog

    def role_name(self, role: str | int) -> str | None:
        """Returns the name of a role by its name or OID, '' for PUBLIC, None if there is none."""
        if role in {"public", 0}:
            return PUBLIC
        catalog = self._catalog
        found = find_role(catalog, role) if isinstance(role, str) else role_by_id(catalog, role)
        return None if found is None else found.name

    def role_id(self, name: str) -> int | None:
        """Returns a role's OID."""
        found = find_role(self._catalog, name)
        return None if found is None else found.id

    def schema_id(self, name: str) -> int | None:
        """Returns a schema's OID."""
        found = self._catalog.schema(name)
        return None if found is None else found.id

    def database_id(self, name: str) -> int | None:
        """Returns a database's OID."""
        found = find_database(self._catalog, name)
        return None if found is None else found.id

    def has_database(self, database_id: int) -> bool:
        """Returns whether there is a database of that OID."""
        return any(record.id == database_id for record in all_databases(self._catalog))

    def is_sequence(self, relation_id: int) -> bool:
        """Returns whether a relation is a sequence."""
        return self._catalog.sequence_by_id(relation_id) is not None

    def has(
        self, role: str, kind: str, object_id: int, names: Sequence[str], column: int = 0
    ) -> bool | None:
        """Returns whether a role has one of the privileges; None if there is no such object or column.

        `column` is a column's number; -1: any column, 0: the whole object.
        """
        if kind == "database":
            return self._has_on_database(role, object_id, names)
        if kind in {"function", "language", "tablespace"}:
            return self._has_on_built_in(role, kind, object_id, names)
        secured = self._secured(kind, object_id)
        if secured is None:
            return (
                self._has_on_system(role, object_id, names, column) if kind == "relation" else None
            )
        if column > 0 and not self._has_column(object_id, column):
            return None
        return any(self._has(self._catalog, role, secured, name, column) for name in names)

    def _has_on_database(self, role: str, database_id: int, names: Sequence[str]) -> bool | None:
        for record, catalog in self._state.functions.databases():
            if record.id == database_id:
                secured = Secured.database(record)
                return any(self._has(catalog, role, secured, name, 0) for name in names)
        return None

    def _has_on_built_in(self, role: str, kind: str, object_id: int, names: Sequence[str]) -> bool:
        """Of what PostgreSQL brings along, and nobody can grant here."""
        if self.is_superuser(role):
            return True
        if kind == "tablespace":
            return False
        if all(name.endswith(_GRANT_OPTION) for name in names):
            return False
        if kind == "language":
            return object_id == _SQL_LANGUAGE  # The others aren't trusted.
        roles = self._state.database.system_catalogs.function_roles(object_id)
        if roles is None:
            return True
        return role != PUBLIC and not roles_of(self._catalog, role).isdisjoint(roles)

    def is_superuser(self, role: str) -> bool:
        """Returns whether a role may do everything."""
        return role != PUBLIC and is_superuser(self._catalog, role)

    def _has_on_system(
        self, role: str, relation_id: int, names: Sequence[str], column: int
    ) -> bool | None:
        """Of a system relation: everybody may read most of them, superusers do all."""
        catalogs = self._state.database.system_catalogs
        place = catalogs.relation_name(relation_id)
        relation = None if place is None else catalogs.relation(*place)
        if relation is None or column > len(relation.fields):
            return None
        if role != PUBLIC and is_superuser(self._catalog, role):
            return any(LETTERS[name.removesuffix(_GRANT_OPTION)] for name in names)
        if "SELECT" not in names:
            return False
        is_reader = role != PUBLIC and not roles_of(self._catalog, role).isdisjoint(
            relation.readers
        )
        return relation.private is None or is_reader

    def _has_column(self, table_id: int, number: int) -> bool:
        table = self._catalog.table_by_id(table_id)
        return table is None or any(column.id == number for column in table.columns)

    def _secured(self, kind: str, object_id: int) -> Secured | None:
        catalog = self._catalog
        if kind == "schema":
            for schema in catalog.schemas:
                if schema.id == object_id:
                    return Secured.of(schema)
            return None
        if kind == "type":
            type_ = user_type_of(catalog, object_id)
            if type_ is None or is_row_type(type_.id):
                return None
            return Secured("type", ("type", type_.id), type_.name, type_.owner)
        found = (
            catalog.table_by_id(object_id)
            or catalog.sequence_by_id(object_id)
            or catalog.object(View, object_id)
        )
        return None if found is None else Secured.of(found)

    def _has(self, catalog: Catalog, role: str, secured: Secured, name: str, column: int) -> bool:
        is_grantable = name.endswith(_GRANT_OPTION)
        letter = LETTERS[name.removesuffix(_GRANT_OPTION)]
        if not letter:
            return False
        if role != PUBLIC and is_superuser(catalog, role):
            return True
        if is_grantable and role != PUBLIC and owns(catalog, role, secured.owner):
            return True
        return any(
            letter in _letters(catalog, role, secured, column_id, grantable=is_grantable)
            for column_id in self._columns(secured, column)
        )

    def _columns(self, secured: Secured, column: int) -> list[int]:
        table = self._catalog.table_by_id(secured.address[1])
        if not column or table is None:
            return [0]
        if column > 0:
            return [0, column]
        return [0, *[each.id for each in table.columns]]

    def is_in(self, member: str, role: str, names: Sequence[str]) -> bool:
        """Returns pg_has_role's answer."""
        return any(self._is_in(member, role, name) for name in names)

    def _is_in(self, member: str, role: str, name: str) -> bool:
        catalog = self._catalog
        if name.endswith(_ADMIN_OPTIONS):
            return is_admin(catalog, member, role)
        if name == "USAGE":
            return has_privileges_of(catalog, member, role)
        return is_member(catalog, member, role)


def _letters(
    catalog: Catalog, role: str, secured: Secured, column_id: int, *, grantable: bool
) -> str:
    if not grantable and role != PUBLIC:
        return privileges_of(catalog, role, secured, column_id)
    roles = {PUBLIC} if role == PUBLIC else roles_of(catalog, role)
    return "".join(
        grant.grantable if grantable else grant.privileges
        for grant in grants_on(catalog, secured, column_id)
        if grant.grantee in roles
    )
