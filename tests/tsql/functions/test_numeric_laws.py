"""Laws of integer and numeric arithmetic, and its limits."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from tests.tsql.functions.calls import Call, call
from tsql.functions.integer import remainder
from tsql.functions.numeric import (
    numeric_add,
    numeric_cmp,
    numeric_div,
    numeric_eq,
    numeric_fac,
    numeric_gcd,
    numeric_lcm,
    numeric_lt,
    numeric_mod,
    numeric_mul,
    numeric_sub,
)
from tsql.functions.numeric_power import numeric_exp, numeric_ln, numeric_power, square_root
from tsql.types.decimals import division_scale, scale_of

numerics = st.builds(
    lambda digits, scale: Decimal((int(digits < 0 and digits != 0), _digits(digits), -scale)),
    st.integers(-(10**60), 10**60),
    st.integers(0, 40),
)
any_numerics = numerics | st.sampled_from(
    [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")]
)
int4s = st.integers(-(2**31), 2**31 - 1)


def _digits(value: int) -> tuple[int, ...]:
    return tuple(map(int, str(abs(value))))


@given(numerics, numerics)
def test_sums_and_products_are_exact(a: Decimal, b: Decimal) -> None:
    assert Fraction(numeric_add(a, b)) == Fraction(a) + Fraction(b)
    assert Fraction(numeric_sub(a, b)) == Fraction(a) - Fraction(b)
    assert Fraction(numeric_mul(a, b)) == Fraction(a) * Fraction(b)
    assert scale_of(numeric_add(a, b)) == max(scale_of(a), scale_of(b))
    assert scale_of(numeric_mul(a, b)) == scale_of(a) + scale_of(b)


@given(numerics, numerics)
def test_quotients_are_rounded_half_away_from_zero(a: Decimal, b: Decimal) -> None:
    assume(b != 0)
    scale = division_scale(a, b)
    exact = Fraction(a) / Fraction(b) * 10**scale
    rounded = math.floor(abs(exact) + Fraction(1, 2))
    assert Fraction(numeric_div(a, b)) * 10**scale == (rounded if exact >= 0 else -rounded)
    assert scale_of(numeric_div(a, b)) == scale


@given(numerics, numerics)
def test_remainder_has_the_sign_of_the_dividend(a: Decimal, b: Decimal) -> None:
    assume(b != 0)
    rest = numeric_mod(a, b)
    quotient = (Fraction(a) - Fraction(rest)) / Fraction(b)
    assert quotient.denominator == 1
    assert abs(rest) < abs(b)
    assert rest == 0 or (rest < 0) == (a < 0)


@given(any_numerics, any_numerics, any_numerics)
def test_numerics_are_totally_ordered(a: Decimal, b: Decimal, c: Decimal) -> None:
    assert numeric_cmp(a, b) == -numeric_cmp(b, a)
    assert numeric_eq(a, b) == (numeric_cmp(a, b) == 0)
    assert numeric_lt(a, b) == (numeric_cmp(a, b) < 0)
    if numeric_cmp(a, b) <= 0 and numeric_cmp(b, c) <= 0:
        assert numeric_cmp(a, c) <= 0


@given(any_numerics, any_numerics)
def test_no_negative_zero_comes_out(a: Decimal, b: Decimal) -> None:
    for operation in (numeric_add, numeric_sub, numeric_mul):
        result = operation(a, b)
        assert not (result.is_zero() and result.is_signed())


@given(st.integers(0, 10**60), st.integers(0, 30), st.integers(0, 30))
def test_square_root_is_the_nearest(digits: int, scale: int, wanted: int) -> None:
    value = Decimal((0, _digits(digits), -scale))
    root, half = Fraction(square_root(value, wanted)), Fraction(1, 2 * 10**wanted)
    assert (root + half) ** 2 > Fraction(value)
    assert root == 0 or (root - half) ** 2 <= Fraction(value)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_divisors_and_multiples(a: int, b: int, scale: int) -> None:
    x, y = Decimal(a).scaleb(-scale), Decimal(b)
    assert numeric_gcd(x, y) == Decimal(math.gcd(a, b * 10**scale)).scaleb(-scale)
    assert numeric_lcm(x, y) == Decimal(math.lcm(a, b * 10**scale)).scaleb(-scale)


def test_divisors_of_long_numbers() -> None:
    with localcontext(prec=3000):
        common = Decimal("7" * 600 + ".5")
        a, b = common * (2**61 - 1), common * (2**31 - 1)
        assert numeric_gcd(a, b) == common


@given(st.decimals("0.001", "1000", places=6))
def test_exponential_undoes_the_logarithm(value: Decimal) -> None:
    assert abs(numeric_exp(numeric_ln(value)) - value) <= value * Decimal("1e-13")


@given(st.integers(1, 30), st.integers(0, 20))
def test_whole_powers_are_exact(base: int, exponent: int) -> None:
    assert numeric_power(Decimal(base), Decimal(exponent)) == base**exponent


@given(int4s, int4s)
def test_integer_division_truncates(a: int, b: int) -> None:
    assume(b != 0)
    assume((a, b) != (-(2**31), -1))
    quotient = int(call("int4div(int4,int4)", str(a), str(b)))
    assert quotient == math.trunc(Fraction(a, b))
    assert quotient * b + remainder(a, b) == a


@given(int4s, st.integers(-100, 100))
def test_shifts_take_the_count_modulo_32(a: int, count: int) -> None:
    shifted = int(call("int4shl(int4,int4)", str(a), str(count)))
    assert (shifted - (a << (count % 32))) % 2**32 == 0
    assert -(2**31) <= shifted < 2**31
    assert call("int4shr(int4,int4)", str(a), str(count)) == str(a >> (count % 32))


def test_factorial_at_its_limit() -> None:
    assert numeric_fac(30) == math.factorial(30)
    assert numeric_fac(32_177).adjusted() == 131_067
    with pytest.raises(DatabaseError, match="value overflows numeric format"):
        numeric_fac(32_178)


@pytest.mark.parametrize(
    ("signature", "texts"),
    [
        ("numeric_mul(numeric,numeric)", ("1e131071", "10")),
        ("numeric_add(numeric,numeric)", ("9e131071", "9e131071")),
        ("numeric_div(numeric,numeric)", ("1e131071", "1e-10")),
        ("power(numeric,numeric)", ("10", "131072")),
        ("power(numeric,numeric)", ("1.5", "1e9")),
        ("exp(numeric)", ("6000",)),
        ("round(numeric,int4)", ("9e131071", "-131072")),
    ],
)
def test_numeric_overflow(signature: str, texts: tuple[str, ...]) -> None:
    with pytest.raises(DatabaseError) as caught:
        Call(signature, (), texts).answer()
    assert (caught.value.sqlstate, caught.value.message) == (
        "22003",
        "value overflows numeric format",
    )


def test_products_are_cut_at_the_largest_scale() -> None:
    product = numeric_mul(Decimal("1.5e-16000"), Decimal("1.55e-1000"))
    assert scale_of(product) == 16_383
    assert product == 0
