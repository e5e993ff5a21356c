"""Laws of text functions: LIKE against a slow model, encodings that undo each other, case."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tsql.functions import ctype
from tsql.functions.encode import decode, encode
from tsql.functions.like import like_escape, like_matcher
from tsql.functions.regexp import regexp_split_to_array, textregexeq
from tsql.functions.text_quote import parse_ident, quote_ident
from tsql.types.bytea import decode_octal_escapes, escape_text

texts = st.text("ab_%\\é", max_size=8)
patterns = st.text("ab_%é", max_size=6)


def like_slowly(text: str, pattern: str) -> bool:
    expression = "".join(
        ".*" if char == "%" else "." if char == "_" else re.escape(char) for char in pattern
    )
    return re.fullmatch(expression, text, re.DOTALL) is not None


@given(texts, patterns)
def test_like_matches_as_a_regular_expression_does(text: str, pattern: str) -> None:
    assert like_matcher(pattern)(text) is like_slowly(text, pattern)


@given(texts)
def test_an_escaped_text_is_like_itself_only(text: str) -> None:
    pattern = "".join("#" + char if char in "_%#" else char for char in text)
    assert like_matcher(like_escape(pattern, "#"))(text)
    assert not like_matcher(like_escape(pattern, "#"))(text + "a")


@given(st.binary(max_size=200))
def test_encodings_undo_each_other(value: bytes) -> None:
    for name in ("hex", "base64", "escape"):
        assert decode(encode(value, name), name) == value
    assert decode_octal_escapes(escape_text(value).encode()) == value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_case_never_changes_the_length(text: str) -> None:
    assert len(ctype.upper(text)) == len(ctype.lower(text)) == len(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_a_quoted_identifier_parses_back(name: str) -> None:
    assert parse_ident(quote_ident(name), True).items == (name,)


@given(st.lists(st.text("ab ", max_size=3), max_size=5))
def test_splitting_undoes_joining(pieces: list[str]) -> None:
    assert "".join(regexp_split_to_array(",".join(pieces), ",", "").items) == "".join(pieces)


@given(st.text("ab.*(|[", max_size=6), st.text("ab.*(|[", max_size=6))
def test_a_literal_expression_finds_substrings(text: str, sought: str) -> None:
    assert textregexeq(text, "***=" + sought) is (sought in text)
