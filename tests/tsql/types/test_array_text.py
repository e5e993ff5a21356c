"""Text input and output of arrays."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.types import Array
from tests.tsql.functions.calls import read, shown
from tsql.types.array import ELEMENTS_MAX, array_elements, array_text, check_bounds, read_array

ACCEPTED = [
    ("{}", "{}"),
    (" { } ", "{}"),
    ("{ a , b }", "{a,b}"),
    ("{NULL,null,\"NULL\"}", '{NULL,NULL,"NULL"}'),
    ("{nu\\ll}", '{"null"}'),
    ("{1 2}", '{"1 2"}'),
    ('{"a\\"b"}', '{"a\\"b"}'),
    ("{a\\ }", '{"a "}'),
    ("[0:1]={1,2}", "[0:1]={1,2}"),
    ("[2]={1,2}", "{1,2}"),
    (" [1:2] = {1,2}", "{1,2}"),
    ("{{1} ,{2} }", "{{1},{2}}"),
    ("[0:1][3:4]={{1,2},{3,4}}", "[0:1][3:4]={{1,2},{3,4}}"),
    ("{{{{{{1}}}}}}", "{{{{{{1}}}}}}"),
]  # fmt: skip
REFUSED = [
    ("", 'Array value must start with "{" or dimension information.'),
    ("{1,}", 'Unexpected "}" character.'),
    ("{,1}", 'Unexpected "," character.'),
    ("{1", "Unexpected end of input."),
    ("{1}x", "Junk after closing right brace."),
    ('{"1"2}', "Unexpected array element."),
    ("{1,{2}}", 'Unexpected "{" character.'),
    ("{{1,2},{3}}", "Multidimensional arrays must have sub-arrays with matching dimensions."),
    ("[1:3]={1,2}", "Specified array dimensions do not match array contents."),
    ("[1:2]{1,2}", 'Missing "=" after array dimensions.'),
    ("[]={1}", '"[" must introduce explicitly-specified array dimensions.'),
    ("[1:b]={1}", "Missing array dimension value."),
    ("[1:1]=", 'Array contents must start with "{".'),
]


@pytest.mark.parametrize(("text", "expected"), ACCEPTED)
def test_input_and_output(text: str, expected: str) -> None:
    assert shown("_text", read("_text", text)) == expected


@pytest.mark.parametrize(("text", "detail"), REFUSED)
def test_malformed(text: str, detail: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        read("_text", text)
    assert (caught.value.sqlstate, caught.value.detail) == ("22P02", detail)
    assert caught.value.message.startswith("malformed array literal: ")


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [
        ("{{{{{{{1}}}}}}}", "54000"),
        ("[2:1]={1}", "2202E"),
        ("[2147483647:2147483647]={1}", "54000"),
    ],
)
def test_limits(text: str, sqlstate: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        read("_text", text)
    assert caught.value.sqlstate == sqlstate


def test_structure_is_checked_before_elements() -> None:
    with pytest.raises(DatabaseError) as caught:
        read("_int4", "{x,{1}}")
    assert caught.value.detail == 'Unexpected "{" character.'
    with pytest.raises(DatabaseError) as caught:
        read("_int4", "{x,1}")
    assert caught.value.message == 'invalid input syntax for type integer: "x"'


def test_size_limit() -> None:
    check_bounds((ELEMENTS_MAX,), (1,))
    with pytest.raises(DatabaseError, match="array size exceeds the maximum allowed"):
        check_bounds((ELEMENTS_MAX // 2, 3), (1, 1))


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    dimensions = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    count = 1
    for length in dimensions:
        count *= length
    items = draw(
        st.lists(st.none() | st.text(max_size=4), min_size=count, max_size=count).map(tuple)
    )
    bounds = st.lists(st.integers(-5, 5), min_size=len(dimensions), max_size=len(dimensions))
    return Array(items, dimensions, tuple(draw(bounds)))


@given(arrays())
def test_text_reads_back_the_same(array: Array) -> None:
    assert read_array(array_text(array, str), str) == array


@given(st.text(alphabet='{},"\\ aN1[]:=null', max_size=14))
def test_the_quick_ways_agree_with_the_state_machine(text: str) -> None:
    def slow() -> Array:
        items, dimensions, bounds = array_elements(text)
        return Array(tuple(items), dimensions, bounds)

    assert outcome(lambda: read_array(text, str)) == outcome(slow)


def outcome(run: Callable[[], Array]) -> object:
    try:
        return run()
    except DatabaseError as error:
        return error.sqlstate, error.message, error.detail
