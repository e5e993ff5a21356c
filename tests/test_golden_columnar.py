"""SQL scripts answer what PostgreSQL answered with every SELECT on columns that can run there.

The order of rows that nothing asks for is not compared.
"""

import pathlib

import pytest

from tests.golden.script import answers, read_script, read_transcript, render
from tests.server import Server

FOLDER = pathlib.Path(__file__).parent / "golden" / "sql"
ALWAYS = ("aggregates_groups", "grouping_sets", "joins", "paths_into_documents", "windows")
MORE = (
    "collations", "composite_types", "cursors", "domains", "enums", "expressions_over_rows", "group_forms", "grouping_sets_keys", "foreign_collations", "jsonb_documents", "keys_ranges", "money",
    "queries_over_several_tables", "row_types", "select_expressions", "select_forms", "set_operations", "subqueries",
    "subqueries_in_every_place", "transactions", "type_forms", "views", "with_queries",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", [*ALWAYS, *[pytest.param(name, marks=pytest.mark.slow) for name in MORE]]
)
def test_script_answers_as_postgresql_on_columns(name: str, tmp_path: pathlib.Path) -> None:
    blocks = read_script(FOLDER / f"{name}.sql")
    recorded = read_transcript((FOLDER / f"{name}.out").read_text(encoding="utf-8"))
    differences = []
    settings = {"terrascale.path": "columnar"}
    with Server(tmp_path / "data") as server, server.connect(**settings) as client:
        for block, (sql, simple, _) in zip(blocks, recorded, strict=True):
            got = answers(client, block, extended=False)
            if block.is_refused:
                continue
            text = render(got, unordered=block.is_unordered)
            if sorted(text.split("\n")) != sorted(simple.split("\n")):
                differences.append(f"{sql}\n--- PostgreSQL\n{simple}--- TerraScale\n{text}")
    assert not differences, "\n".join(differences)
