"""Attribute values for properties, in wire form: small, and often equal to one another."""

from typing import Any

from hypothesis import strategies as st

Wire = dict[str, Any]

NUMBERS = ["0", "1", "2", "10", "-1", "0.5", "1E2", "3"]
strings = st.sampled_from(["", "a", "ab", "abc", "b", "\U0001f600", "é"])
binaries = st.sampled_from(["", "YQ==", "YWI=", "Yg=="])  # of "", "a", "ab", "b"

scalars: st.SearchStrategy[Wire] = st.one_of(
    strings.map(lambda s: {"S": s}),
    st.sampled_from(NUMBERS).map(lambda n: {"N": n}),
    binaries.map(lambda b: {"B": b}),
    st.booleans().map(lambda b: {"BOOL": b}),
    st.just({"NULL": True}),
)
sets: st.SearchStrategy[Wire] = st.one_of(
    st.lists(strings, min_size=1, max_size=3, unique=True).map(lambda s: {"SS": s}),
    st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True).map(
        lambda n: {"NS": n}
    ),
    st.lists(binaries, min_size=1, max_size=3, unique=True).map(lambda b: {"BS": b}),
)
values: st.SearchStrategy[Wire] = st.recursive(
    scalars | sets,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: {"L": items}),
        st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2).map(lambda m: {"M": m}),
    ),
    max_leaves=5,
)
items: st.SearchStrategy[dict[str, Wire]] = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), values, max_size=3
)
