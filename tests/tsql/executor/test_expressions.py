"""Expressions evaluate as SQL says: NULLs, laziness, constants, and chains longer than any stack.

That single calls agree with PostgreSQL is for the recorded functions to show; this is about what is between them.
"""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.types import Array
from tests.tsql.binder.statements import evaluate, target
from tsql.env import Env
from tsql.executor.expressions import compile_expression, compile_predicate, is_constant

ROW = (1, "x", Decimal("1.50"), 0, Array.of([1, 2, 3]), {"a": [1]}, 2.5, "vv", True)
NULLS = (None,) * 9


def over_table(expression: str, row: tuple[Any, ...] = ROW, *parameters: Any) -> Any:
    return evaluate(f"SELECT {expression} FROM t", row, *parameters)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a + 1", 2),
        ("a = 1", True),
        ("1 = a", True),
        ("a < 1", False),
        ("a >= $1", True),
        ("b || 'y'", "xy"),
        ("a IS NULL", False),
        ("a IS DISTINCT FROM NULL", True),
        ("ok IS NOT TRUE", False),
        ("a IN (1, 2, 3)", True),
        ("a NOT IN (2, 3)", True),
        ("a IN (2, NULL)", None),
        ("a NOT IN (1, NULL)", False),
        ("b IN ('x', 'z')", True),
        ("c IN (1.5, 2)", True),
        ("f IN (2.5)", True),
        ("a = ANY (e)", True),
        ("5 = ANY (e)", False),
        ("a < ALL (e)", False),
        ("e[2]", 2),
        ("e[9]", None),
        ("(j -> 'a') ->> 0", "1"),
        ("j['a'][0]", 1),
        ("CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", "one"),
        ("CASE WHEN a > 5 THEN 'big' END", None),
        ("CASE a WHEN 1.0 THEN 'numeric' END", "numeric"),
        ("NULLIF(a, 1)", None),
        ("NULLIF(a, 2)", 1),
        ("COALESCE(NULL, b)", "x"),
        ("GREATEST(a, NULL, 3)", 3),
        ("LEAST(a, f)", 1.0),
        ("(a, b) = (1, 'x')", True),
        ("(a, b) < (1, 'y')", True),
        ("(a, b) > (1, NULL)", None),
        ("(a, NULL) = (2, 1)", False),
        ("a BETWEEN SYMMETRIC 2 AND 0", True),
        ("(t).b", "x"),
        ("a::text", "1"),
        ("a::oid::int", 1),
        ("(-a)::oid::text", "4294967295"),
    ],
)
def test_over_a_row(expression: str, value: Any) -> None:
    assert over_table(expression, ROW, 1) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a + 1", None),
        ("a = 1", None),
        ("a IS NULL", True),
        ("NOT ok", None),
        ("ok AND false", False),
        ("ok OR true", True),
        ("ok AND true", None),
        ("ok OR false", None),
        ("a IS DISTINCT FROM 1", True),
        ("a IS NOT DISTINCT FROM NULL", True),
        ("a IN (1, 2)", None),
        ("a = ANY (e)", None),
        ("a = ANY ('{}')", False),
        ("a <> ALL ('{}')", True),
        ("CASE a WHEN NULL THEN 1 ELSE 2 END", 2),
        ("COALESCE(a, 5)", 5),
        ("(a, b) IS NULL", True),
        ("(a, 1) IS NULL", False),
        ("(a, 1) IS NOT NULL", False),
        ("t IS NULL", True),
        ("concat(a, 'x')", "x"),
        ("e[1]", None),
    ],
)
def test_over_nulls(expression: str, value: Any) -> None:
    assert over_table(expression, NULLS) is value or over_table(expression, NULLS) == value


def test_only_what_is_needed_is_evaluated() -> None:
    assert over_table("CASE WHEN a = 1 THEN 0 ELSE 1 / (a - 1) END") == 0
    assert over_table("COALESCE(a, 1 / (a - 1))") == 1
    assert over_table("a = 2 AND 1 / (a - 1) = 1") is False
    assert over_table("a = 1 OR 1 / (a - 1) = 1") is True


def test_constants_are_computed_when_compiled() -> None:
    assert is_constant(compile_expression(target("SELECT 1 + 2 * 3")))
    assert is_constant(compile_expression(target("SELECT upper('a') || 'b'")))
    assert is_constant(compile_expression(target("SELECT 5::text")))
    assert not is_constant(compile_expression(target("SELECT now()")))
    assert not is_constant(compile_expression(target("SELECT random()")))
    assert not is_constant(compile_expression(target("SELECT now()::text")))


@pytest.mark.parametrize(
    "expression",
    ["1/0", "a = 1 AND 1/0 = 1", "CASE WHEN a = 1 THEN 1 ELSE 1/0 END", "COALESCE(a, 1/0)"],
)
def test_errors_of_constants_come_before_any_row(expression: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        compile_expression(target(f"SELECT {expression} FROM t"))
    assert caught.value.sqlstate == "22012"


@pytest.mark.parametrize(
    "expression",
    [
        "false AND 1/0 = 1",
        "true OR 1/0 = 1",
        "CASE WHEN true THEN 1 ELSE 1/0 END",
        "CASE WHEN false THEN 1/0 END",
        "COALESCE(1, 1/0)",
    ],
)
def test_constants_that_cannot_matter_are_not_computed(expression: str) -> None:
    assert is_constant(compile_expression(target(f"SELECT {expression}")))


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("1" + "+1" * 7990, 7991),
        ("a" + "+a" * 7900, 7901),
        ("a" + "-1+1" * 3900, 1),
        ("'a'" + "||'x'" * 3000, "a" + "x" * 3000),
        ("b" + "||b" * 3000, "x" * 3001),
        ("b" + "||1" * 3000, "x" + "1" * 3000),
        ("true" + " AND true" * 1500, True),
        ("a = 2" + " OR a = 1" * 1500, True),
        ("1.5" + "+1" * 3000, Decimal("3001.5")),
        ("j" + "->'a'" * 2000, None),
    ],
    ids=lambda value: str(value)[:12],
)
def test_long_chains(sql: str, value: Any) -> None:
    assert over_table(sql) == value


def test_a_simple_case_inside_another_keeps_its_own_operand() -> None:
    inner = "CASE b WHEN 'x' THEN CASE a WHEN 1 THEN 'both' ELSE 'b' END ELSE 'none' END"
    assert over_table(inner) == "both"
    nested_condition = "CASE a WHEN CASE b WHEN 'x' THEN 1 END THEN 'yes' ELSE 'no' END"
    assert over_table(nested_condition) == "yes"


def test_an_array_parameter_is_searched_each_time_anew() -> None:
    find = compile_expression(target("SELECT a = ANY ($1) FROM t"))
    many = Array.of(list(range(100)))
    env = Env(parameters=(many,))
    assert [find((n, *ROW[1:]), env) for n in (5, 99, 100, None)] == [True, True, False, None]
    other = Env(parameters=(Array.of([*range(200, 300), None]),))
    assert [find((n, *ROW[1:]), other) for n in (250, 5)] == [True, None]


def test_a_predicate_counts_null_as_false() -> None:
    holds = compile_predicate(target("SELECT a > 0 AND ok FROM t"))
    assert holds(ROW, Env())
    assert not holds(NULLS, Env())


def test_variadic_arrays_are_spread_when_they_are_known() -> None:
    sql = "SELECT concat_ws('-', VARIADIC $1::text[])"
    call = compile_expression(target(sql))
    assert call((), Env(parameters=(Array.of(["a", None, "b"]),))) == "a-b"
    assert call((), Env(parameters=(Array.of(["c"]),))) == "c"
    assert call((), Env(parameters=(None,))) is None


THREE = st.sampled_from([True, False, None])


def slow_and(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


@given(st.lists(THREE, min_size=2, max_size=5))
def test_logic_is_three_valued(values: list[bool | None]) -> None:
    names = [f"${n}::bool" for n in range(1, len(values) + 1)]
    both = compile_expression(target(f"SELECT {' AND '.join(names)}"))
    either = compile_expression(target(f"SELECT {' OR '.join(names)}"))
    env = Env(parameters=tuple(values))
    assert both((), env) is slow_and(values)
    negated = [None if value is None else not value for value in values]
    expected = slow_and(negated)
    assert either((), env) is (None if expected is None else not expected)


@given(
    st.lists(st.none() | st.integers(-3, 3), min_size=2, max_size=2),
    st.lists(st.none() | st.integers(-3, 3), min_size=2, max_size=2),
)
def test_row_comparisons_look_at_fields_from_the_left(
    left: list[int | None], right: list[int | None]
) -> None:
    env = Env(parameters=(*left, *right))

    def value(operator: str) -> Any:
        sql = f"SELECT ($1::int, $2::int) {operator} ($3::int, $4::int)"
        return compile_expression(target(sql))((), env)

    equal = [None if None in pair else pair[0] == pair[1] for pair in zip(left, right, strict=True)]
    assert value("=") is slow_and(equal)
    first = next((pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]), None)
    for a, b in zip(left, right, strict=True):
        if a is None or b is None:
            assert value("<") is None
            return
        if a != b:
            break
    assert value("<") is (first is not None and first[0] < first[1])  # type: ignore[operator]  # neither is None
