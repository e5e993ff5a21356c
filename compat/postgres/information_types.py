"""How information_schema describes a type: data_type, lengths, precisions. Manual: 37.17.

The rules are the standard's, as PostgreSQL's information_schema applies them.
"""

from typing import Any, Final

from tsql.catalog import pg
from tsql.types import oids
from tsql.types.type_names import type_name

_OCTETS_MAX: Final = 1 << 30
_BYTES_PER_CHARACTER: Final = 4
_HEADER: Final = 4
_MICROSECOND_DIGITS: Final = 6
_INTERVAL_FULL: Final = 0xFFFF
_BITS: Final = {oids.INT2: 16, oids.INT4: 32, oids.INT8: 64, oids.FLOAT4: 24, oids.FLOAT8: 53}
_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})
_TIMES: Final = frozenset({oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ})
_SCALE_BITS: Final = 0x7FF


def data_type(type_: int) -> str:
    """Returns the standard's name of a type: ARRAY and USER-DEFINED where it has none."""
    row = pg.types().get(type_)
    if row is not None and row.element and row.length == -1:
        return "ARRAY"
    if row is None or type_ >= pg.FIRST_OWN_OID:
        return "USER-DEFINED"
    return type_name(type_, None)


def facets(type_: int, typmod: int) -> dict[str, Any]:
    """Returns the columns that give a type's lengths and precisions."""
    result: dict[str, Any] = {}
    if type_ in {oids.VARCHAR, oids.BPCHAR} and typmod >= 0:
        length = typmod - _HEADER
        result["character_maximum_length"] = length
        result["character_octet_length"] = length * _BYTES_PER_CHARACTER
    elif type_ in {oids.BIT, oids.VARBIT} and typmod >= 0:
        result["character_maximum_length"] = typmod
    elif type_ in {oids.VARCHAR, oids.BPCHAR, oids.TEXT}:
        result["character_octet_length"] = _OCTETS_MAX
    elif type_ in _BITS:
        result["numeric_precision"] = _BITS[type_]
        result["numeric_precision_radix"] = 2
        if type_ in _INTEGERS:
            result["numeric_scale"] = 0
    elif type_ == oids.NUMERIC:
        result["numeric_precision_radix"] = 10
        if typmod >= 0:
            result["numeric_precision"] = ((typmod - _HEADER) >> 16) & 0xFFFF
            scale = (typmod - _HEADER) & _SCALE_BITS
            result["numeric_scale"] = (scale ^ 1024) - 1024
    elif type_ == oids.DATE:
        result["datetime_precision"] = 0
    elif type_ in _TIMES:
        result["datetime_precision"] = _MICROSECOND_DIGITS if typmod < 0 else typmod
    elif type_ == oids.INTERVAL:
        precision = typmod & 0xFFFF
        is_full = typmod < 0 or precision == _INTERVAL_FULL
        result["datetime_precision"] = _MICROSECOND_DIGITS if is_full else precision
        fields = type_name(type_, typmod).removeprefix("interval").partition("(")[0].strip()
        if typmod >= 0 and fields:
            result["interval_type"] = fields.upper()
    return result
