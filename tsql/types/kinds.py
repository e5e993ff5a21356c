"""Which kind of stored value each SQL type has (storage/types.py), and which array type."""

import functools
from typing import Final

from storage.row_types import is_row_type, relation_of
from storage.types import Kind
from tsql.catalog import pg
from tsql.env import Env
from tsql.types import oids
from tsql.types.range_types import MULTIRANGES, RANGES

_KINDS: Final = {
    oids.BOOL: Kind.BOOL,
    oids.INT2: Kind.INT2,
    oids.INT4: Kind.INT4,
    oids.MONEY: Kind.INT8,
    oids.INT8: Kind.INT8,
    oids.OID: Kind.OID,
    oids.FLOAT4: Kind.FLOAT4,
    oids.FLOAT8: Kind.FLOAT8,
    oids.NUMERIC: Kind.DECIMAL,
    oids.BIT: Kind.TEXT,
    oids.VARBIT: Kind.TEXT,
    oids.TEXT: Kind.TEXT,
    oids.VARCHAR: Kind.VARCHAR,
    oids.BPCHAR: Kind.CHAR,
    oids.NAME: Kind.NAME,
    oids.CHAR: Kind.SINGLE_CHAR,
    oids.BYTEA: Kind.BYTES,
    oids.UUID: Kind.UUID,
    oids.DATE: Kind.DATE,
    oids.TIME: Kind.TIME,
    oids.TIMETZ: Kind.TIMETZ,
    oids.TIMESTAMP: Kind.TIMESTAMP,
    oids.TIMESTAMPTZ: Kind.TIMESTAMPTZ,
    oids.INTERVAL: Kind.INTERVAL,
    oids.JSON: Kind.JSON,
    oids.JSONB: Kind.JSONB,
    oids.INET: Kind.NETWORK,
    oids.CIDR: Kind.NETWORK,
    oids.MACADDR8: Kind.NETWORK,
    oids.MACADDR: Kind.NETWORK,
    **dict.fromkeys(RANGES, Kind.RANGE),
    **dict.fromkeys(MULTIRANGES, Kind.MULTIRANGE),
}

_TYPES: Final = {kind: oid for oid, kind in _KINDS.items()}


#: Domains: what they are over in the end, and its typmod.
_BASES: dict[int, tuple[int, int]] = {}


def base_type(oid: int) -> int:
    """Returns the type that a domain is over in the end; any other type itself."""
    found = _BASES.get(oid)
    return oid if found is None else found[0]


def base_of(oid: int, typmod: int) -> tuple[int, int]:
    """Returns likewise type and typmod: a domain brings its own."""
    return _BASES.get(oid) or (oid, typmod)


def is_domain(oid: int) -> bool:
    """Returns whether the OID is a domain's."""
    return oid in _BASES


def is_elsewhere(oid: int, env: Env | None) -> bool:
    """Returns whether an OID is that of a type that users made, or its array, and not in this database.

    All databases share the table of types; OIDs are given once over all of them.
    """
    has_type = None if env is None else getattr(env.session, "has_type", None)
    row = pg.types().get(oid)
    if has_type is None or row is None:
        return False
    of_users = pg.types().get(row.element, row)
    return of_users.kind in {"c", "d", "e"} and not has_type(of_users.oid)


def is_of_domain(oid: int) -> bool:
    """Returns whether the OID is a domain's, or that of its arrays."""
    return oid in _BASES or element_type_of(oid) in _BASES


def register_base(oid: int, base: int, typmod: int) -> None:
    """Makes known what a domain is over."""
    _BASES[oid] = base_of(base, typmod)
    kinds_of_type.cache_clear()


@functools.cache
def kinds_of_type(oid: int) -> tuple[Kind, Kind | None] | None:
    """Returns the kind of a type's values and, for an array, of its elements, or None."""
    oid = base_type(oid)
    if relation_of(oid) is not None:
        return (Kind.COMPOSITE, None) if is_row_type(oid) else (Kind.ARRAY, Kind.COMPOSITE)
    kind = _KINDS.get(oid)
    if kind is not None:
        return kind, None
    row = pg.types().get(oid)
    if row is not None and row.category == "A":
        of_element = kinds_of_type(row.element)
        return None if of_element is None else (Kind.ARRAY, of_element[0])
    return None


def storable_kinds(oid: int) -> tuple[Kind, Kind | None] | None:
    """Returns likewise what can be stored: not arrays of arrays (of a domain over arrays, of int2vector)."""
    kinds = kinds_of_type(oid)
    return None if kinds == (Kind.ARRAY, Kind.ARRAY) else kinds


def type_of_kind(kind: Kind) -> int:
    """Returns the type whose values have a kind, or 0."""
    return _TYPES.get(kind, 0)


def register_kind(oid: int, array: int, kind: Kind) -> None:
    """Makes the kind of a new type's values known, and that of its arrays."""
    _KINDS[oid] = kind
    kinds_of_type.cache_clear()
    assert kinds_of_type(array) == (Kind.ARRAY, kind)


def array_type_of(oid: int) -> int:
    """Returns the type of arrays of a type, or 0."""
    row = pg.types().get(oid)
    return 0 if row is None else row.array


def element_type_of(oid: int) -> int:
    """Returns the type of an array type's elements, or 0 for any other type."""
    if oid == oids.RECORD_ARRAY:
        return oids.RECORD
    row = pg.types().get(oid)
    return row.element if row is not None and row.category == "A" else 0
