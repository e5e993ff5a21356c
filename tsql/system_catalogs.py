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


class NoSystemCatalogs:
    """There are none: what tests of smaller parts use."""

    def relation(self, _schema: str, _name: str) -> CatalogRelation | None:
        return None

    def relation_id(self, _schema: str, _name: str) -> int | None:
        return None

    def relation_name(self, _oid: int) -> tuple[str, str] | None:
        return None
