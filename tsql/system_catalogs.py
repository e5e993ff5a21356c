"""What SQL is given to read of pg_catalog and information_schema: made elsewhere, handed in at the start."""

from typing import Protocol

from tsql.bound import CatalogRelation


class SystemCatalogs(Protocol):
    """The system's own relations. The rows are made when a statement reads them."""

    def relation(self, schema: str, name: str) -> CatalogRelation | None:
        """Returns a relation to read from, or None."""

    def relation_id(self, schema: str, name: str) -> int | None:
        """Returns its OID, or None."""

    def relation_name(self, oid: int) -> tuple[str, str] | None:
        """Returns the schema and name of an OID, or None."""

    def function_roles(self, oid: int) -> tuple[str, ...] | None:
        """Returns the roles that may call a built-in function, beside superusers; None: everybody may."""

    def type_id(self, schema: str, name: str) -> int | None:
        """Returns the OID of a type, also of those that no expression can have: of system relations' rows."""

    def type_name(self, oid: int) -> str | None:
        """Returns what such a type is called; None if there is none."""


class NoSystemCatalogs:
    """There are none: what tests of smaller parts use."""

    def relation(self, _schema: str, _name: str) -> CatalogRelation | None:
        return None

    def relation_id(self, _schema: str, _name: str) -> int | None:
        return None

    def relation_name(self, _oid: int) -> tuple[str, str] | None:
        return None

    def function_roles(self, _oid: int) -> tuple[str, ...] | None:
        return None

    def type_id(self, _schema: str, _name: str) -> int | None:
        return None

    def type_name(self, _oid: int) -> str | None:
        return None
