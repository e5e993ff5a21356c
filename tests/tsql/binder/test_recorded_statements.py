"""Statements bind as in PostgreSQL: types of parameters and columns, names, values, and errors in all their fields."""

import itertools
import json

import pytest

from tests.tsql.binder.statements import FOLDER, described


def _refused() -> set[str]:
    lines = (FOLDER / "statements.sql").read_text(encoding="utf-8").splitlines()
    return {sql for before, sql in itertools.pairwise(lines) if before == "-- refused"}


REFUSED = _refused()
RECORDED = [
    json.loads(line)
    for line in (FOLDER / "statements.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_the_recording_is_of_these_statements() -> None:
    lines = (FOLDER / "statements.sql").read_text(encoding="utf-8").splitlines()
    statements = [line for line in lines if line and not line.startswith("--")]
    assert statements == [entry["sql"] for entry in RECORDED]


@pytest.mark.parametrize("chunk", range(10))
def test_statements_bind_as_in_postgresql(chunk: int) -> None:
    differences = []
    for entry in RECORDED[chunk::10]:
        sql = entry["sql"]
        expected = {key: value for key, value in entry.items() if key != "sql"}
        got = described(sql)
        is_refusal = sql in REFUSED and got.get("error", [None])[0] == "0A000"
        if got != expected and not is_refusal:
            differences.append(f"{sql}\n  PostgreSQL {expected}\n  TerraScale {got}")
    assert not differences, "\n".join(differences)
