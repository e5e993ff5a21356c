"""Numbers: 38 digits, magnitudes from 1E-130 to 9.99E+125, one text for equal numbers.

Rules and texts: "Supported data types and naming rules in Amazon DynamoDB" (Number), and the
emulators' and conformance suites' recordings of the service's messages.
"""

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compat.dynamodb.errors import DynamoError, WrongValueError
from compat.dynamodb.numbers import add, format_number, parse_number, subtract

_WIDE = Context(prec=1000, Emax=999_999, Emin=-999_999)
OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0e125", "0"),
        ("00042", "42"),
        ("+3", "3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.0", "1"),
        ("3.1400", "3.14"),
        ("1.5E2", "150"),
        ("1e2", "100"),
        ("-17.4E3", "-17400"),
        ("1E-3", "0.001"),
        ("1E125", "1" + "0" * 125),
        ("1E-130", "0." + "0" * 129 + "1"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("0." + "1" * 38 + "000", "0." + "1" * 38),
        ("9." + "9" * 37 + "E125", "9" * 38 + "0" * 88),
    ],
)
def test_a_number_has_one_text(text: str, stored: str) -> None:
    assert format_number(parse_number(text)) == stored


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", NOT_NUMERIC),
        ("abc", f"{NOT_NUMERIC}: abc"),
        (" 1", f"{NOT_NUMERIC}:  1"),
        ("1 ", f"{NOT_NUMERIC}: 1 "),
        ("NaN", f"{NOT_NUMERIC}: NaN"),
        ("-Infinity", f"{NOT_NUMERIC}: -Infinity"),
        ("1_000", f"{NOT_NUMERIC}: 1_000"),
        ("\u0661", f"{NOT_NUMERIC}: \u0661"),
        ("0x10", f"{NOT_NUMERIC}: 0x10"),
        (".", f"{NOT_NUMERIC}: ."),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("1." + "0" * 500 + "1", "Attempting to store more than 38 significant digits in a Number"),
        (
            "1E126",
            OVERFLOW,
        ),
        (
            "-11E125",
            OVERFLOW,
        ),
        (
            "1e99999999999999999999",
            f"{NOT_NUMERIC}: 1e99999999999999999999",
        ),
        (
            "0.9E-130",
            UNDERFLOW,
        ),
        (
            "1e-99999999999999999999",
            f"{NOT_NUMERIC}: 1e-99999999999999999999",
        ),
    ],
)
def test_what_is_no_number(text: str, message: str) -> None:
    with pytest.raises(DynamoError) as raised:
        parse_number(text)
    assert (raised.value.kind, raised.value.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("text", "older", "current"),
    [
        ("", NOT_NUMERIC, f"{NOT_NUMERIC}: "),
        ("1e2147483647", UNDERFLOW, OVERFLOW),
        ("1e2147483648", f"{NOT_NUMERIC}: 1e2147483648", OVERFLOW),
        ("-1e99999999999", f"{NOT_NUMERIC}: -1e99999999999", OVERFLOW),
        ("1e-99999999999", f"{NOT_NUMERIC}: 1e-99999999999", UNDERFLOW),
        ("1e126", OVERFLOW, OVERFLOW),
        ("0e126", OVERFLOW, OVERFLOW),
        ("0e-131", UNDERFLOW, UNDERFLOW),
    ],
)
def test_some_are_told_of_in_two_ways(text: str, older: str, current: str) -> None:
    with pytest.raises(WrongValueError) as raised:
        parse_number(text)
    assert (raised.value.message, raised.value.current) == (older, current)


digits = st.text("0123456789", min_size=1, max_size=38).map(lambda text: text.lstrip("0") or "0")
numbers = st.builds(
    lambda sign, mantissa, exponent: Decimal(f"{sign}{mantissa}E{exponent}"),
    st.sampled_from(["", "-"]),
    digits,
    st.integers(-130, 125),
).filter(lambda number: not number or -130 <= number.adjusted() <= 125)


@given(numbers)
def test_text_and_value_agree_over_the_whole_range(number: Decimal) -> None:
    text = format_number(parse_number(str(number)))
    assert Decimal(text) == number
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))
    assert text == "0" or not text.lstrip("-").startswith("00")
    assert format_number(parse_number(text)) == text


@given(numbers, numbers)
def test_sums_are_exact_or_refused(left: Decimal, right: Decimal) -> None:
    def exactly(operation: str) -> tuple[int, int]:
        scale = -min(int(left.as_tuple().exponent), int(right.as_tuple().exponent), 0)
        one, other = (int(number.scaleb(scale, _WIDE)) for number in (left, right))
        return (one + other if operation == "+" else one - other), scale

    for operation, function in (("+", add), ("-", subtract)):
        unscaled, scale = exactly(operation)
        significant = str(abs(unscaled)).rstrip("0")
        magnitude = len(str(abs(unscaled))) - 1 - scale
        try:
            result = function(left, right)
        except DynamoError:
            assert len(significant) > 38 or magnitude > 125 or magnitude < -130
        else:
            assert len(significant) <= 38
            assert result.scaleb(scale, _WIDE) == unscaled


def test_the_sum_of_38_digits_and_one_more_overflows() -> None:
    with pytest.raises(DynamoError, match="Number overflow"):
        add(Decimal("1e50"), Decimal(1))
    with pytest.raises(DynamoError, match="Number overflow"):
        add(Decimal("9.9e125"), Decimal("9.9e125"))


@pytest.mark.parametrize(
    ("number", "text"), [(7, "7"), (1.5, "1.5"), (Decimal("1.50"), "1.5"), (Decimal("0.00"), "0")]
)
def test_numbers_that_sql_wrote_are_shown_alike(number: Decimal | float, text: str) -> None:
    assert format_number(number) == text
