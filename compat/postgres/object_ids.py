"""OIDs of what the catalog of TerraScale doesn't number: constraints, defaults, rules.

They are made of what identifies the object, so that they are the same after a restart, in a range
that the catalog's own ids (from 16384, growing) won't reach. Two of one kind that met by chance, one
in two thousand million, would only be taken for each other in a join.
"""

from typing import Final

from tsql.derived_ids import constraint_id, derived

__all__ = ["constraint_id", "derived"]

#: The catalogs' own OIDs (pg_class.oid), for pg_depend and pg_description.
PG_TYPE: Final = 1247
PG_PROC: Final = 1255
PG_CLASS: Final = 1259
PG_DATABASE: Final = 1262
PG_CONSTRAINT: Final = 2606
PG_ATTRDEF: Final = 2604
PG_NAMESPACE: Final = 2615
PG_REWRITE: Final = 2618
#: The first role's OID.
OWNER: Final = 10
#: Access methods and tablespaces that rows name.
HEAP: Final = 2
BTREE: Final = 403


def default_id(relation_id: int, column_id: int) -> int:
    """Returns a default's OID (pg_attrdef)."""
    return derived("default", relation_id, column_id)


def rule_id(relation_id: int) -> int:
    """Returns the OID of a view's rule (pg_rewrite)."""
    return derived("rule", relation_id)
