"""Which range types there are: pg_range's rows (tsql/types/ranges.py has their values)."""

from typing import Final, NamedTuple

from tsql.types import oids


class RangeType(NamedTuple):
    """A range type, by OIDs: itself, the type of its bounds, the type of its multiranges."""

    oid: int
    subtype: int
    multirange: int


RANGES: Final = {
    row.oid: row
    for row in (
        RangeType(3904, oids.INT4, 4451),
        RangeType(3906, oids.NUMERIC, 4532),
        RangeType(3908, oids.TIMESTAMP, 4533),
        RangeType(3910, oids.TIMESTAMPTZ, 4534),
        RangeType(3912, oids.DATE, 4535),
        RangeType(3926, oids.INT8, 4536),
    )
}
MULTIRANGES: Final = {row.multirange: row for row in RANGES.values()}
#: By the range's or the multirange's OID.
ALL_RANGES: Final = {**RANGES, **MULTIRANGES}
