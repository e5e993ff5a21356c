"""The examples answer on their extracts what PostgreSQL 15 answered."""

import pathlib

import pytest

from examples.runner import transcript
from tests.examples.extracts import EXAMPLES, extract
from tests.server import Server

RECORDED = pathlib.Path(__file__).parent.parent / "golden" / "examples"


@pytest.mark.parametrize("name", ["browser_compat", "flights"])
def test_example_answers_as_postgresql(name: str, tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        answers = transcript(client, EXAMPLES / f"{name}.sql", extract(name))
        text = "\n".join(f"> {sql}\n{answer}" for sql, answer in answers)
    assert text == (RECORDED / f"{name}.out").read_text(encoding="utf-8")
