"""Dates, times, intervals and templates read, compute and print as PostgreSQL did (record_datetimes.py)."""

import pytest

from tests.tsql.functions.datetime_cases import recorded


@pytest.mark.parametrize("name", ["datetime_input", "interval_input", "calls", "templates"])
def test_answers_as_recorded(name: str) -> None:
    differing = [
        f"{case.settings} {case.sql()}: {told}, PostgreSQL {expected}"
        for case, expected in recorded(name)
        if (told := case.answer()) != expected
    ]
    assert not differing, f"{len(differing)} differ\n" + "\n".join(differing[:20])
