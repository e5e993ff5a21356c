"""Texts of one shape split as they do piece by piece."""

from hypothesis import example, given
from hypothesis import strategies as st

from tsql.templates import split_literals

_NUMBERS = st.one_of(
    st.integers(0, 2**70).map(str),
    st.sampled_from(["2147483647", "2147483648", "9223372036854775807", "9223372036854775808"]),
    st.from_regex(r"[0-9]{1,12}\.[0-9]{0,4}([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)
_STRINGS = st.text("ab'\\$;\"1- é", max_size=6).map(
    lambda text: "'" + text.replace("'", "''") + "'"
)
_LITERALS = st.one_of(_NUMBERS, _STRINGS)
_BETWEEN = st.sampled_from(
    [
        ", ",
        " AND a=",
        " = -",
        "(",
        ") ",
        " ORDER BY x, ",
        " LIMIT ",
        '"q$1".',
        " t1 = ",
        "a",
        "_",
        ".",
        "'",
        '"',
        "",
    ]
)
_PARTS = st.lists(st.tuples(_BETWEEN, _LITERALS, _LITERALS), min_size=1, max_size=5)
_TAILS = st.sampled_from(["", ";", " ; ", ")", " LIMIT 5", ' "z1"', "e5", "x", " -- c", "$1"])


@given(_PARTS, _TAILS, _TAILS)
@example([("a = ", "1", "'1'")], "", ";")
@example([(" = ", "'a'", "'a''b'")], "", "")
@example([("(", "12345678901", "2147483648")], ")", ")")
def test_what_a_shape_matches_splits_as_the_text_it_is_of(
    parts: list[tuple[str, str, str]], tail: str, other_tail: str
) -> None:
    first = "select " + "".join(between + literal for between, literal, _ in parts) + tail
    second = "select " + "".join(between + literal for between, _, literal in parts) + other_tail
    split, other = split_literals(first), split_literals(second)
    if split is None:
        return
    shape = split.shape()
    itself = shape.fullmatch(first)
    if itself is not None:
        assert itself.groups() == tuple(split.texts)
    match = shape.fullmatch(second)
    if match is not None:
        assert other is not None
        # A text that ends in blanks leaves them to the shape's tail, or not.
        assert other.classes == split.classes
        assert other.key()[0].rstrip() == split.key()[0].rstrip()
        assert match.groups() == tuple(other.texts)


@given(st.integers(0, 2**63 - 1), st.integers(0, 999_999_999), st.text(max_size=20))
def test_texts_of_one_statement_have_one_shape(big: int, small: int, text: str) -> None:
    quoted = text.replace("'", "''").replace("\\", "")
    split = split_literals(f"UPDATE t SET a = {small}, b = '{quoted}' WHERE id = 3000000000")
    assert split is not None
    match = split.shape().fullmatch(f"UPDATE t SET a = 1, b = 'it''s' WHERE id = {big};")
    is_plain = (big > 2_147_483_648 and not 10**9 <= big < 3 * 10**9) and big < 9 * 10**18
    assert (match is not None) == is_plain
    if match is not None:
        assert match.groups() == ("1", "it''s", str(big))
