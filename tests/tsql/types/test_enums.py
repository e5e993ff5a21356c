"""Codes of enum labels: always one more in between, in order, none twice."""

from hypothesis import given
from hypothesis import strategies as st

from tsql.types.enums import code_between, first_codes


@given(st.integers(0, 2000), st.lists(st.integers(0, 10**6), max_size=200))
def test_codes_stay_in_order_wherever_labels_are_added(count: int, places: list[int]) -> None:
    codes = first_codes(count)
    assert codes == sorted(set(codes))
    for place in places:
        at = place % (len(codes) + 1)
        low = codes[at - 1] if at else b""
        high = codes[at] if at < len(codes) else None
        codes.insert(at, code_between(low, high))
    assert codes == sorted(set(codes))


def test_codes_stay_short_where_labels_are_added_at_one_end() -> None:
    for at_front in (True, False):
        codes = first_codes(1)
        for _ in range(500):
            low, high = (b"", codes[0]) if at_front else (codes[-1], None)
            codes.insert(0 if at_front else len(codes), code_between(low, high))
        assert codes == sorted(set(codes))
        assert max(map(len, codes)) <= 90
