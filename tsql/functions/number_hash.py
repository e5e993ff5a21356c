"""PostgreSQL's hashes of numbers and arrays: equal values hash alike, whatever their width or scale."""

import math
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.catalog import pg
from tsql.functions.hashing import (
    hash_bytes,
    hash_bytes_extended,
    hash_number,
    hash_number_extended,
    hash_uint32,
    hash_uint32_extended,
)
from tsql.functions.ordering import element_of
from tsql.functions.registry import CallSite, Function, builds, implementation_of, implements
from tsql.types import oids
from tsql.types.range_types import MULTIRANGES, RANGES
from tsql.types.type_names import type_name

_DOUBLE = struct.Struct("<d")

#: The hash function of each type's hash operator class; the seeded one has `extended` behind it.
_HASHES = {
    oids.INT2: "hashint2",
    oids.INT4: "hashint4",
    oids.INT8: "hashint8",
    oids.OID: "hashoid",
    oids.FLOAT4: "hashfloat4",
    oids.FLOAT8: "hashfloat8",
    oids.NUMERIC: "hash_numeric",
    oids.TEXT: "hashtext",
    oids.VARCHAR: "hashtext",
    oids.BPCHAR: "hashbpchar",
    oids.NAME: "hashname",
    oids.CHAR: "hashchar",
    oids.BYTEA: "hashvarlena",
    oids.UUID: "uuid_hash",
    oids.INET: "hashinet",
    oids.CIDR: "hashinet",
    oids.MACADDR: "hashmacaddr",
    oids.MACADDR8: "hashmacaddr8",
    oids.DATE: "hashint4",
    oids.TIME: "time_hash",
    oids.TIMETZ: "timetz_hash",
    oids.TIMESTAMP: "timestamp_hash",
    oids.TIMESTAMPTZ: "timestamp_hash",
    oids.INTERVAL: "interval_hash",
    oids.JSONB: "jsonb_hash",
}


def signed(value: int, bits: int) -> int:
    """Returns the integer of so many bits that has these."""
    return (value + (1 << (bits - 1))) % (1 << bits) - (1 << (bits - 1))


implements("hashint2", "hashint4", "hashoid")(hash_uint32)
implements("hashint2extended", "hashint4extended", "hashoidextended")(hash_uint32_extended)


def _folded(value: int) -> int:
    """Returns 32 bits of an int8 that are the value itself if an int4 could hold it."""
    high = value >> 32 & 0xFFFFFFFF
    return (value & 0xFFFFFFFF) ^ (high if value >= 0 else high ^ 0xFFFFFFFF)


@implements("hashint8")
def hashint8(value: int) -> int:
    return hash_uint32(_folded(value))


@implements("hashint8extended")
def hashint8extended(value: int, seed: int) -> int:
    return hash_uint32_extended(_folded(value), seed)


def _double_bytes(value: float) -> bytes:
    return _DOUBLE.pack(math.nan if math.isnan(value) else value)


@implements("hashfloat4", "hashfloat8")
def hashfloat8(value: float) -> int:
    return hash_bytes(_double_bytes(value)) if value else 0


@implements("hashfloat4extended", "hashfloat8extended")
def hashfloat8extended(value: float, seed: int) -> int:
    return hash_bytes_extended(_double_bytes(value), seed) if value else seed


@implements("hash_numeric")
def hash_numeric(value: Decimal) -> int:
    return hash_number(value) if value.is_finite() else 0


@implements("hash_numeric_extended")
def hash_numeric_extended(value: Decimal, seed: int) -> int:
    return hash_number_extended(value, seed) if value.is_finite() else seed


def _bool_hash(value: bool) -> int:
    return hash_uint32(int(value))


def _bool_hash_extended(value: bool, seed: int) -> int:
    return hash_uint32_extended(int(value), seed)


def type_hash(oid: int, *, extended: bool) -> Callable[..., int]:
    """Returns the hash function of a type's values. Raises 42883 if they have none."""
    if oid == oids.BOOL:
        return _bool_hash_extended if extended else _bool_hash
    name = _HASHES.get(oid)
    if oid in RANGES or oid in MULTIRANGES:
        name = "hash_range" if oid in RANGES else "hash_multirange"
    if name is not None:
        underscored = "_" in name and extended
        suffix = "_extended" if underscored else "extended" if extended else ""
        for proc in pg.procs_by_name().get(name + suffix, ()):
            if implementation := implementation_of(proc):
                types = (oid, *proc.argument_types[1:])
                return implementation.build(CallSite(proc, types, proc.result_type))
    what = "an extended hash function" if extended else "a hash function"
    raise DatabaseError("42883", f"could not identify {what} for type {type_name(oid)}")


@builds("hash_array")
def hash_array(call: CallSite) -> Function:
    hash_element = type_hash(element_of(call.argument_types[0]), extended=False)

    def hash_elements(array: Array) -> int:
        result = 1
        for item in array.items:
            result = (result * 31 + (0 if item is None else hash_element(item))) & 0xFFFFFFFF
        return signed(result, 32)

    return hash_elements


@builds("hash_array_extended")
def hash_array_extended(call: CallSite) -> Function:
    hash_element = type_hash(element_of(call.argument_types[0]), extended=True)

    def hash_elements(array: Array, seed: int) -> int:
        result = 1
        for item in array.items:
            item_hash: Any = 0 if item is None else hash_element(item, seed)
            result = (result * 31 + item_hash) & 0xFFFFFFFFFFFFFFFF
        return signed(result, 64)

    return hash_elements
