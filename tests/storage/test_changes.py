"""The change log's format is frozen, and its ranges cover what they say."""

from storage.changes import (
    change_key,
    encode_change,
    encode_reference,
    range_before,
    range_of_stamp,
)
from storage.items import SPILL_BIT


def test_the_format_of_keys_and_values() -> None:
    assert change_key(0x0102030405060708, 9).hex() == "20010203040506070800000009"
    assert encode_change(7, 2, b"key", b"new", None).hex() == "950702c4036b6579c4036e6577c0"
    assert encode_reference(5).hex() == "9105"


def test_keys_sort_by_commit_and_ordinal_and_spilled_ones_come_last() -> None:
    keys = [
        change_key(1, 0),
        change_key(1, 1),
        change_key(1, 300),
        change_key(2, 0),
        change_key(SPILL_BIT | 1, 0),
        change_key(SPILL_BIT | 1, 1 << 31),
        change_key(SPILL_BIT | 2, 0),
    ]
    assert keys == sorted(keys)


def test_ranges() -> None:
    start, end = range_of_stamp(5)
    assert start <= change_key(5, 0) < change_key(5, 2**32 - 1) < end == change_key(6, 0)
    start, end = range_before(5)
    assert start <= change_key(0, 0) < change_key(4, 2**32 - 1) < end == change_key(5, 0)
