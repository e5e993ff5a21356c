"""Every SQL script answers what PostgreSQL 15 answered when it was recorded, in both protocols."""

import pathlib

import pytest

from tests.golden.script import answers, read_script, read_transcript, render
from tests.server import Server

FOLDER = pathlib.Path(__file__).parent / "golden" / "sql"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.sql"))


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_script_answers_as_postgresql(name: str, protocol: str, tmp_path: pathlib.Path) -> None:
    blocks = read_script(FOLDER / f"{name}.sql")
    recorded = read_transcript((FOLDER / f"{name}.out").read_text(encoding="utf-8"))
    assert [b.sql for b in blocks] == [sql for sql, _, _ in recorded], (
        "stale recording: make oracle"
    )
    differences = []
    # As many connections as the recorded PostgreSQL takes: SHOW tells.
    limit = {"TERRASCALE_MAX_CONNECTIONS": "100"}
    with Server(tmp_path / "data", env=limit) as server, server.connect() as client:
        for block, (sql, simple, extended) in zip(blocks, recorded, strict=True):
            got = answers(client, block, extended=protocol == "extended")
            if block.is_refused:
                if not got or got[-1].error is None or got[-1].error["sqlstate"] != "0A000":
                    differences.append(f"{sql}\n--- should be refused (0A000)\n{render(got)}")
                continue
            text, expected = (
                render(got, unordered=block.is_unordered),
                simple if protocol == "simple" else extended,
            )
            if text != expected:
                differences.append(f"{sql}\n--- PostgreSQL\n{expected}--- TerraScale\n{text}")
    assert not differences, f"{len(differences)} of {len(blocks)} differ\n\n" + "\n".join(
        differences
    )
