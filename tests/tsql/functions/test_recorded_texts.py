"""Text and JSON functions, regular expressions and jsonpaths answer as PostgreSQL did (record_texts.py)."""

import json
from typing import Any

import pytest

from storage.errors import DatabaseError
from storage.types import JSON_NULL
from tests.tsql.functions.calls import ENV, AggregateRun, Call, call, proc_of
from tests.tsql.functions.record_texts import DOCUMENT, VARIABLES
from tests.tsql.functions.test_recorded_calls import lines, outcome
from tsql.functions.registry import CallSite, implementation_of

#: What is refused on purpose: compared as 0A000.
REFUSED = 'datetime("'


@pytest.mark.parametrize("name", ["texts", "json"])
def test_functions_answer_as_recorded(name: str) -> None:
    differing = []
    for (signature, types, texts, result), expected in lines(name):
        one = Call(signature, tuple(types), tuple(texts), result)
        if (told := outcome(one)) != expected:
            differing.append(f"{one.sql()}: {told}, PostgreSQL {expected}")
    assert not differing, "\n".join(differing[:20])


def told(signature: str, *texts: str | None) -> Any:
    return outcome(Call(signature, (), texts))


def test_members_come_in_their_order_and_all_of_them() -> None:
    function = Call("json_each(json)", (), ()).function()
    assert function('{"b":1,"a" : [1, 2],"b":null}') == [("b", "1"), ("a", "[1, 2]"), ("b", "null")]
    function = Call("json_each_text(json)", (), ()).function()
    assert function('{"a":"\\u00e9","b":null}') == [("a", "é"), ("b", None)]
    function = Call("jsonb_each(jsonb)", (), ()).function()
    assert list(function({"a": None, "bb": [1]})) == [("a", JSON_NULL), ("bb", [1])]
    function = Call("jsonb_each_text(jsonb)", (), ()).function()
    assert list(function({"a": None, "b": "x", "c": [1]})) == [
        ("a", None),
        ("b", "x"),
        ("c", "[1]"),
    ]


@pytest.mark.parametrize(
    ("signature", "types", "rows", "expected"),
    [
        ("json_agg(anyelement)", ("int4",), [["1"], [None], ["2"]], "[1, null, 2]"),
        ("json_agg(anyelement)", ("_int4",), [["{1,2}"], [None], ["{3}"]], "[[1,2], null, \n [3]]"),
        ("json_agg(anyelement)", ("int4",), [], None),
        ("jsonb_agg(anyelement)", ("text",), [["a"], [None]], '["a", null]'),
        ("jsonb_agg(anyelement)", ("text",), [], None),
        ("json_object_agg(any,any)", ("text", "int4"), [["a", "1"], ["b", None]], '{ "a" : 1, "b" : null }'),
        ("jsonb_object_agg(any,any)", ("text", "int4"), [["bb", "1"], ["a", "2"], ["bb", "3"]], '{"a": 2, "bb": 3}'),
        ("json_object_agg(any,any)", ("text", "int4"), [], None),
    ],
)  # fmt: skip
def test_aggregates_build_documents(
    signature: str, types: tuple[str, ...], rows: list[list[str | None]], expected: str | None
) -> None:
    result = "jsonb" if signature.startswith("jsonb") else "json"
    run = AggregateRun(signature, types, tuple(map(tuple, rows)), result)
    assert run.answer() == expected


def test_aggregates_refuse_a_null_key() -> None:
    for name in ("json_object_agg", "jsonb_object_agg"):
        run = AggregateRun(f"{name}(any,any)", ("text", "int4"), ((None, "1"),), "text")
        with pytest.raises(DatabaseError, match="field name must not be null"):
            run.answer()


def test_rows_become_objects() -> None:
    fields = (("id", 23), ("name", 25))
    site = CallSite(proc_of("row_to_json(record)"), (2249,), 114, (-1,), (fields,))
    implementation = implementation_of(site.proc)
    assert implementation
    assert implementation.build(site)(ENV, (1, None)) == '{"id":1,"name":null}'


def test_jsonpaths_answer_as_recorded() -> None:
    differing = []
    for path, text, answers in lines("jsonpaths"):
        shown = told("jsonpath_out(jsonpath)", path)
        if shown != text:
            differing.append(f"{path}: {shown}, PostgreSQL {text}")
        for (function, silent), expected in zip(
            (("query_array", "f"), ("query_array", "t"), ("exists", "f"), ("match", "t")),
            answers,
            strict=False,
        ):
            signature = f"jsonb_path_{function}(jsonb,jsonpath,jsonb,bool)"
            answer = told(signature, DOCUMENT, path, VARIABLES, silent)
            refused = REFUSED in path and isinstance(answer, dict)
            if answer != expected and not (refused and answer["sqlstate"] == "0A000"):
                differing.append(f"{function} {path}: {answer}, PostgreSQL {expected}")
    assert not differing, "\n".join(differing[:20])


def test_regular_expressions_match_as_recorded() -> None:
    differing = []
    for (text, pattern, flags), expected, (begin, end) in lines("regexes"):
        match = told("regexp_match(text,text,text)", text, pattern, flags)
        places = [
            told(
                "regexp_instr(text,text,int4,int4,int4,text)", text, pattern, "1", "1", side, flags
            )
            for side in ("0", "1")
        ]
        if match != expected or places != [begin, end]:
            differing.append(f"{text!r} {pattern!r} {flags}: {match} {places}, {expected}")
    assert not differing, "\n".join(differing[:20])


def test_an_expression_that_would_take_forever_ends_with_an_error() -> None:
    with pytest.raises(DatabaseError) as caught:
        call("regexp_match(text,text)", "ab" * 4000, r"(?=(?:a|b)*c)(a|b)*\1")
    assert caught.value.sqlstate == "54000"


@pytest.mark.parametrize(
    ("signature", "texts", "types"),
    [
        ("repeat(text,int4)", ("ab", "1000000000"), ()),
        ("lpad(text,int4,text)", ("ab", "2000000000", "x"), ()),
        ("replace(text,text,text)", ("a" * 100_000, "a", "b" * 100_000), ()),
        ("regexp_replace(text,text,text,text)", ("a" * 100_000, "a", "b" * 100_000, "g"), ()),
        ("format(text,any)", ("%300000000s", "a"), ("text", "text")),
    ],
)
def test_what_would_be_too_large_is_refused_before_it_is_built(
    signature: str, texts: tuple[str, ...], types: tuple[str, ...]
) -> None:
    with pytest.raises(DatabaseError) as caught:
        Call(signature, types, texts, "text").answer()
    assert (caught.value.sqlstate, caught.value.message) == ("54000", "requested length too large")


@pytest.mark.parametrize("text", ["[" * 251 + "]" * 251, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_deep_documents_are_refused(text: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        call("jsonb_out(jsonb)", text)
    assert caught.value.sqlstate == "54001"


def test_documents_as_deep_as_allowed_pass_all_functions() -> None:
    deep = '{"a": ' * 250 + "1" + "}" * 250
    assert call("jsonb_out(jsonb)", deep) == deep
    assert call("jsonb_eq(jsonb,jsonb)", deep, deep) == "t"
    assert call("jsonb_contains(jsonb,jsonb)", deep, deep) == "t"
    assert call("jsonb_strip_nulls(jsonb)", deep) == deep
    assert call("jsonb_path_exists_opr(jsonb,jsonpath)", deep, "$.** ? (@ == 1)") == "t"
    assert call("jsonb_delete_path(jsonb,_text)", deep, "{" + ",".join("a" * 251) + "}") == deep
    assert len(json.loads(call("jsonb_pretty(jsonb)", deep))) == 1


def test_expressions_that_read_lines() -> None:
    assert call("regexp_matches(text,text,text)", "a\nb", "^.$", "gn") == ["{a}", "{b}"]
