"""Collations by name and OID: those that sort by bytes, as everything here does, and PostgreSQL's others.

The others are ICU's. They are deterministic: strings are equal under them exactly if their bytes are.
So columns may have them; what asks for their order or their case mapping is refused where it is bound
(tsql/binder/derived_collations.py).
"""

from typing import Final

from tsql.catalog import pg

#: The database's own.
DEFAULT_COLLATION: Final = 100
#: Where those that sort by bytes have an OID of PostgreSQL's own; 0: a definition that names it is shown without it.
_BY_BYTES: Final = {
    "default": DEFAULT_COLLATION,
    "C": 950,
    "POSIX": 951,
    "ucs_basic": 0,
    "C.utf8": 0,
    "C.UTF-8": 0,
}
_OIDS_BY_BYTES: Final = frozenset(_BY_BYTES.values())
#: What stands for those without an OID where one overrides another.
_C: Final = 950


def collation_oid(name: str) -> int | None:
    """Returns a collation's OID, 0 for one that a definition is shown without, None if there is none."""
    found = _BY_BYTES.get(name)
    return pg.collations().get(name) if found is None else found


def collation_name(oid: int) -> str | None:
    """Returns the name of the collation, or None if there is none."""
    names = _BY_BYTES if oid in _OIDS_BY_BYTES else pg.collations()
    return next((name for name, found in names.items() if oid and found == oid), None)


def is_foreign(oid: int) -> bool:
    """Returns whether a collation sorts otherwise than by bytes."""
    return oid not in _OIDS_BY_BYTES


def overriding(oid: int) -> int:
    """Returns what COLLATE says of an expression: never 0."""
    return oid or _C
