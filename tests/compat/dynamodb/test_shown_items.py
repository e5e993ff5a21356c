"""What is kept of items that were shown is shown again, and only as long as it is right."""

from typing import Any, cast

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from compat.dynamodb.shown_items import ShownItems
from compat.dynamodb.tables import TableHandle


class Handle:
    """A version of a table: shows a stored item with its own number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.shown_count = 0

    def wire_item(self, stored: bytes) -> dict[str, Any]:
        self.shown_count += 1
        return {"version": {"N": str(self.number)}, "of": {"S": stored.decode()}}

    def as_table(self) -> TableHandle:
        return cast(TableHandle, self)


def one(shown: ShownItems, handle: Handle, key: bytes, stored: bytes) -> Any:
    return msgspec.json.decode(shown.one(handle.as_table(), key, stored))


asked = st.tuples(
    st.integers(0, 1), st.sampled_from([b"k1", b"k2", b"k3"]), st.sampled_from([b"a", b"b" * 300])
)


@given(st.lists(asked, max_size=60))
def test_an_item_is_shown_as_it_is_stored_and_named_now(
    requests: list[tuple[int, bytes, bytes]],
) -> None:
    handles = [Handle(1), Handle(2)]
    shown = ShownItems(bytes_max=3_000)
    for version, key, stored in requests:
        handle = handles[version]
        expected = {"version": {"N": str(handle.number)}, "of": {"S": stored.decode()}}
        assert one(shown, handle, key, stored) == expected
        (again,) = shown.many(handle.as_table(), [(key, stored)])
        assert msgspec.json.decode(again) == expected


def test_what_is_asked_for_again_is_kept_and_the_rest_goes() -> None:
    handle, shown = Handle(1), ShownItems(bytes_max=20_000)
    for number in range(200):
        one(shown, handle, b"hot", b"h")
        one(shown, handle, b"%d" % number, b"x")
    assert handle.shown_count == 201
    one(shown, handle, b"0", b"x")
    assert handle.shown_count == 202
    one(shown, handle, b"199", b"x")
    assert handle.shown_count == 202


def test_a_huge_item_is_not_kept() -> None:
    handle, shown = Handle(1), ShownItems()
    for _ in range(2):
        one(shown, handle, b"k", b"x" * 100_000)
    assert handle.shown_count == 2
