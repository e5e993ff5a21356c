"""What an error shows of stored rows, to whom."""

from storage.errors import DatabaseError
from storage.row_details import KeyDetail, MayRead, RowDetail

_ROW = RowDetail(7, ((1, "a", "x"), (2, "b", "null"), (3, "c", "z")), frozenset({2}))


def _may_read(*column_ids: int) -> MayRead:
    return lambda column_id: column_id in column_ids


def _shown(shows: KeyDetail | RowDetail, may_read: MayRead) -> str | None:
    error = DatabaseError("23505", "…", detail="less").showing(shows)
    asked = []

    def may_read_of(table_id: int) -> MayRead:
        asked.append(table_id)
        return may_read

    assert error.detail == "less"
    error.reveal(may_read_of)
    detail = error.detail
    error.reveal(may_read_of)  # It is settled.
    assert (asked, error.detail) == ([7], detail)
    return detail


def test_who_reads_the_table_is_shown_all() -> None:
    assert _shown(_ROW, _may_read(0)) == "Failing row contains (x, null, z)."
    assert _shown(KeyDetail(7, None, "Key (lower(a))=(x)."), _may_read(0)) == "Key (lower(a))=(x)."


def test_of_a_row_the_given_columns_are_shown_and_those_that_may_be_read() -> None:
    assert _shown(_ROW, _may_read()) == "Failing row contains (b) = (null)."
    assert _shown(_ROW, _may_read(3)) == "Failing row contains (b, c) = (null, z)."
    nothing = RowDetail(7, _ROW.columns, frozenset())
    assert _shown(nothing, _may_read()) == "less"


def test_a_row_that_the_owner_acts_on_is_shown_whole() -> None:
    assert _shown(RowDetail(7, _ROW.columns, None), _may_read()) == (
        "Failing row contains (x, null, z)."
    )


def test_a_key_is_shown_if_all_its_columns_may_be_read() -> None:
    key = KeyDetail(7, (1, 3), "Key (a, c)=(x, z) already exists.")
    assert _shown(key, _may_read(1, 3)) == key.text
    assert _shown(key, _may_read(1, 2)) == "less"
    assert _shown(KeyDetail(7, None, "Key (lower(a))=(x)."), _may_read(1, 2, 3)) == "less"
