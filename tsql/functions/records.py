"""Comparison of rows as values: ROW(1, 2) = ANY(path), arrays of records, ORDER BY a row."""

from tsql.functions.ordering import compare_records
from tsql.functions.registry import implements
from tsql.types.record import Record


@implements("record_eq")
def record_eq(a: Record, b: Record) -> bool:
    return compare_records(a, b) == 0


@implements("record_ne")
def record_ne(a: Record, b: Record) -> bool:
    return compare_records(a, b) != 0


@implements("record_lt")
def record_lt(a: Record, b: Record) -> bool:
    return compare_records(a, b) < 0


@implements("record_le")
def record_le(a: Record, b: Record) -> bool:
    return compare_records(a, b) <= 0


@implements("record_gt")
def record_gt(a: Record, b: Record) -> bool:
    return compare_records(a, b) > 0


@implements("record_ge")
def record_ge(a: Record, b: Record) -> bool:
    return compare_records(a, b) >= 0


@implements("btrecordcmp")
def btrecordcmp(a: Record, b: Record) -> int:
    return compare_records(a, b)
