"""SQL's names of types: format_type and regtype."""

import pytest

from storage.errors import DatabaseError
from tests.tsql.functions.calls import call, oid_of, read, shown
from tsql.types.type_names import type_name


@pytest.mark.parametrize(
    ("name", "typmod", "expected"),
    [
        ("int4", -1, "integer"),
        ("int4", 5, "integer"),
        ("_int2", None, "smallint[]"),
        ("bpchar", None, "character"),
        ("bpchar", -1, "bpchar"),
        ("bpchar", 14, "character(10)"),
        ("_varchar", 14, "character varying(10)[]"),
        ("char", None, '"char"'),
        ("numeric", 327686, "numeric(5,2)"),
        ("timestamptz", 3, "timestamp(3) with time zone"),
        ("time", -1, "time without time zone"),
        ("interval", (3080 << 16) | 3, "interval day to minute(3)"),
        ("interval", (4 << 16) | 0xFFFF, "interval year"),
        ("text", 4, "text(4)"),
        ("bit", -1, '"bit"'),
    ],
)
def test_format(name: str, typmod: int | None, expected: str) -> None:
    assert type_name(oid_of(name), typmod) == expected


def test_no_such_type() -> None:
    assert type_name(0) == "-"
    assert type_name(99_999) == "???"
    with pytest.raises(DatabaseError) as caught:
        type_name(oid_of("interval"), 4)
    assert caught.value.message == "invalid INTERVAL typmod: 0x4"


def test_regtype() -> None:
    for text in ("integer", "int4", "23", " INTEGER "):
        assert shown("regtype", read("regtype", text)) == "integer"
    assert shown("regtype", read("regtype", "double   precision[]")) == "double precision[]"
    assert read("regtype", "-") == 0
    for text, expected in (
        ("pg_catalog.int4", "integer"),
        ('"char"', '"char"'),
        ("varchar(10)", "character varying"),
        ("timestamp(3) with time zone", "timestamp with time zone"),
        ("float(10)", "real"),
        ("int4[3][]", "integer[]"),
        ("int array", "integer[]"),
    ):
        assert shown("regtype", read("regtype", text)) == expected
        assert call("to_regtype(text)", text) == expected
    assert call("to_regtype(text)", '"INT4"') is None
    assert call("to_regtype(text)", "nothing") is None
    for text, message in (("", 'invalid type name ""'), ("a b", 'syntax error at or near "b"')):
        with pytest.raises(DatabaseError) as caught:
            call("to_regtype(text)", text)
        assert (caught.value.sqlstate, caught.value.message) == ("42601", message)
    with pytest.raises(DatabaseError) as caught:
        read("regtype", "nothing")
    assert (caught.value.sqlstate, caught.value.message) == (
        "42704",
        'type "nothing" does not exist',
    )
