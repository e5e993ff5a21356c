"""Our functions and aggregates answer seeded random calls as PostgreSQL did (record_calls.py).

Unlike tests/golden/functions these run without a server and hold every error to message and detail.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.errors import DatabaseError
from tests.tsql.functions.calls import AggregateRun, Call
from tsql.functions.registry import SortOrder

GOLDEN = Path(__file__).parents[2] / "golden" / "calls"


def lines(name: str) -> list[Any]:
    text = (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def outcome(call: Call | AggregateRun) -> Any:
    try:
        return call.answer()
    except DatabaseError as error:
        return {"sqlstate": error.sqlstate, "message": error.message, "detail": error.detail}


@pytest.mark.parametrize("name", ["numbers", "arrays"])
def test_functions_answer_as_recorded(name: str) -> None:
    differing = []
    for (signature, types, texts, result), expected in lines(name):
        call = Call(signature, tuple(types), tuple(texts), result)
        if (told := outcome(call)) != expected:
            differing.append(f"{call.sql()}: {told}, PostgreSQL {expected}")
    assert not differing, "\n".join(differing[:20])


def test_aggregates_answer_as_recorded() -> None:
    differing = []
    for (signature, types, rows, result, direct_types, direct, order), expected in lines(
        "aggregates"
    ):
        run = AggregateRun(
            signature,
            tuple(types),
            tuple(tuple(row) for row in rows),
            result,
            tuple(direct_types),
            tuple(direct),
            tuple(SortOrder(*each) for each in order),
        )
        if (told := outcome(run)) != expected:
            differing.append(f"{run.sql()}: {told}, PostgreSQL {expected}")
    assert not differing, "\n".join(differing[:20])
