"""json_to_record and json_populate_record make rows as PostgreSQL does: values, NULLs, errors."""

from typing import Any

import pytest

from storage.errors import DatabaseError
from storage.types import Array
from tests.tsql.functions.calls import ENV, oid_of, proc_of, read
from tsql.functions.registry import CallSite, implementation_of

RECORD = oid_of("record")


def to_record(kind: str, function: str, text: str, **columns: str) -> Any:
    proc = proc_of(f"{function}({kind})")
    fields = tuple((name, oid_of(type_name), -1) for name, type_name in columns.items())
    site = CallSite(proc, (oid_of(kind),), RECORD, (-1,), result_fields=fields)
    implementation = implementation_of(proc)
    assert implementation
    return implementation.build(site)(ENV, read(kind, text))


def populate(kind: str, function: str, given: tuple[Any, ...] | None, text: str | None) -> Any:
    arguments = "anyelement,json,bool" if kind == "json" else "anyelement,jsonb"
    proc = proc_of(f"{function}({arguments})")
    fields = (("f1", oid_of("int4")), ("f2", oid_of("text")))
    site = CallSite(proc, (RECORD, oid_of(kind)), RECORD, (-1, -1), (fields, None))
    implementation = implementation_of(proc)
    assert implementation
    extra = (False,) if kind == "json" else ()
    return implementation.build(site)(ENV, given, read(kind, text), *extra)


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_members_become_columns(kind: str) -> None:
    text = '{"a": "abc", "b": 1.50, "c": true, "d": null, "e": {"x": 1}, "f": [1, 2]}'
    row = to_record(
        kind,
        f"{kind}_to_record",
        text,
        a="text",
        b="text",
        c="bool",
        d="int4",
        e=kind,
        f="text",
        g="int4",
    )
    assert row[:4] == ("abc", "1.50", True, None)
    assert row[4:] == (read(kind, '{"x": 1}'), "[1, 2]", None)


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_arrays_become_arrays(kind: str) -> None:
    function = f"{kind}_to_record"
    assert to_record(kind, function, '{"a": [1, 2]}', a="_int4") == (Array.of((1, 2)),)
    assert to_record(kind, function, '{"a": [[1, 2], [3, 4]]}', a="_int4") == (
        Array((1, 2, 3, 4), (2, 2), (1, 1)),
    )
    assert to_record(kind, function, '{"a": "{1,2}"}', a="_int4") == (Array.of((1, 2)),)
    assert to_record(kind, function, '{"a": [[], []]}', a="_int4") == (Array.of(()),)
    assert to_record(kind, function, '{"a": [1, {"b": 2}]}', a="_text") == (
        Array.of(("1", '{"b": 2}')),
    )


@pytest.mark.parametrize("kind", ["json", "jsonb"])
@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('{"a": 5}', "expected JSON array", 'See the value of key "a".'),
        ('{"a": {"b": 1}}', "expected JSON array", 'See the value of key "a".'),
        ('{"a": [[1, 2], 3]}', "expected JSON array", 'See the array element [1] of key "a".'),
        ('{"a": [[1, 2], [3]]}', "malformed JSON array", None),
        ('{"a": [1, [2]]}', 'invalid input syntax for type integer: "[2]"', None),
        ("[1]", "cannot call populate_composite on an array", None),
        ("5", "cannot call populate_composite on a scalar", None),
    ],
)
def test_what_fits_no_array_is_refused(
    kind: str, text: str, message: str, hint: str | None
) -> None:
    with pytest.raises(DatabaseError) as caught:
        to_record(kind, f"{kind}_to_record", text, a="_int4")
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_sets_of_rows() -> None:
    text = '[{"a": 1}, {"b": 2}, {"a": "3"}]'
    for kind in ("json", "jsonb"):
        rows = to_record(kind, f"{kind}_to_recordset", text, a="int4", b="int4")
        assert rows == [(1, None), (None, 2), (3, None)]


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("json", "{}", "cannot call json_to_recordset on an object"),
        ("json", "5", "cannot call json_to_recordset on a scalar"),
        ("json", "[null]", "argument of json_to_recordset must be an array of objects"),
        ("jsonb", "{}", "cannot call jsonb_to_recordset on a non-array"),
        ("jsonb", "[[1]]", "argument of jsonb_to_recordset must be an array of objects"),
    ],
)
def test_what_is_no_set_of_rows_is_refused(kind: str, text: str, message: str) -> None:
    with pytest.raises(DatabaseError, match=message):
        to_record(kind, f"{kind}_to_recordset", text, a="int4")


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_a_given_record_keeps_what_isn_t_there(kind: str) -> None:
    name = f"{kind}_populate_record"
    assert populate(kind, name, (1, "x"), '{"f1": 5}') == (5, "x")
    assert populate(kind, name, (1, "x"), '{"f1": null}') == (None, "x")
    assert populate(kind, name, (1, "x"), None) == (1, "x")
    assert populate(kind, f"{name}set", (1, "x"), '[{"f1": 7}, {"f2": 3}]') == [(7, "x"), (1, "3")]
    assert populate(kind, f"{name}set", (1, "x"), None) == []


def test_without_columns_there_is_no_row() -> None:
    proc = proc_of("json_to_record(json)")
    implementation = implementation_of(proc)
    assert implementation
    function = implementation.build(CallSite(proc, (oid_of("json"),), RECORD))
    with pytest.raises(DatabaseError, match="could not determine row type for result of json_to"):
        function(ENV, "{}")
