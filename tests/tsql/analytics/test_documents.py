"""What is found in documents is what the key path finds, or is left to it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.types import JSON_NULL
from tests.tsql.analytics.duck import ERRORS, arrow_table, run, session
from tests.tsql.analytics.recorded import ENV, evaluate
from tests.tsql.binder.statements import bind
from tsql.analytics.translate import translate
from tsql.bound import BoundSelect
from tsql.executor.expressions import compile_expression

EXPRESSIONS = (
    "j ->> 'a'",
    "j -> 'b' ->> 'a'",
    "j #>> '{b, a}'",
    "j['b'] ->> 'a b'",
    "(j ->> 'a')::numeric + 1",
    "(j ->> 'a')::float8",
    "(j -> 'a')::int",
    "(j -> 'b' -> 'a')::numeric",
    "(j -> 'a')::bool",
    "j ? 'a'",
    "j -> 'b' ? 'a'",
    "j -> 'a' IS NULL",
    "(j ->> 'a')::bool",
    "(j ->> 'a')::date",
    "(j ->> 'a')::int",
    "(j ->> 'a')::numeric",
    "j ->> 'x\"a'",
    """j @> '{"a": 1.50}'""",
    """j @> '{"a": "12", "b": {}}'""",
    """j @> '{"b": {"a": true}}'""",
    """j @> '{"b": {"a": null}}'""",
    """'{"a": 5}' <@ j""",
    "j -> 'b' -> 'a' IS NOT NULL",
    "j ->> 'a-b'",
    "(j -> 'été')::numeric",
    "j #>> '{été, a-b}'",
    "(j -> 'x.y')::float8",
    "j ? 'a-b'",
)
NUMBERS = st.one_of(
    st.integers(-(10**25), 10**25),
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
    ),
    st.sampled_from([Decimal("1.50"), Decimal("0.1000000000000000055"), Decimal("1E-7"), 0, -0, 5]),
)
TEXTS = st.sampled_from(
    [
        "",
        "x",
        "12",
        "1.50",
        " 7 ",
        "1e3",
        "2024-02-29",
        "2023-02-29",
        '"a": 5',
        'q"a": 1',
        "é\n",
        "true",
        "\\",
    ]
)
SCALARS = st.one_of(NUMBERS, TEXTS, st.booleans(), st.none())
KEYS = st.sampled_from(["a", "b", "a b", 'x"a', "ab", "a-b", "été", "x.y", "xay"])
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4), st.just({})
    ),
    max_leaves=12,
)
DUCK = session()


@pytest.mark.parametrize("expression", EXPRESSIONS)
@settings(max_examples=60, deadline=None)
@given(document=st.one_of(st.dictionaries(KEYS, DOCUMENTS, max_size=5), DOCUMENTS))
def test_a_path_finds_what_the_key_path_finds(expression: str, document: Any) -> None:
    value = JSON_NULL if document is None else _stored(document)
    select = bind(f"SELECT {expression} FROM t").statement
    assert isinstance(select, BoundSelect)
    query = translate(select, evaluate, ENV).query
    assert query is not None
    (spec,) = query.tables
    try:
        ((got,),) = run(DUCK, query, {spec.name: arrow_table(spec, [[value]])})
    except ERRORS:
        return  # The key path answers.
    row = (1, None, None, None, None, value, None, None, None)
    try:
        expected = compile_expression(select.targets[0].expression)(row, ENV)
    except DatabaseError as error:
        pytest.fail(f"{document}: {error.message}, columns {got!r}")
    assert repr(got) == repr(expected), document


def _stored(tree: Any) -> Any:
    """Returns a tree as a jsonb value: keys in PostgreSQL's order, no negative zero."""
    if isinstance(tree, dict):
        ordered = sorted(tree, key=lambda key: (len(key.encode()), key.encode()))
        return {key: _stored(tree[key]) for key in ordered}
    if isinstance(tree, list):
        return [_stored(item) for item in tree]
    if isinstance(tree, Decimal):
        plain = Decimal(f"{tree:f}")
        return plain or plain.copy_abs()
    return tree
