"""Documents that evolve: columns, and the rows by their keys, answer alike at every moment."""

import pathlib
from typing import Any

import psycopg
import pytest

from tests.drivers.evolving_documents import TABLE, Documents, changes, questions
from tests.server import Server

Connection = psycopg.Connection[tuple[Any, ...]]
ROWS = 300


def connect(server: Server, path: str) -> Connection:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", dbname="terrascale",
        autocommit=True, options=f"-c terrascale.path={path}",
    )  # fmt: skip


def answer(client: Connection, sql: str) -> Any:
    try:
        return client.execute(sql.encode()).fetchall()
    except psycopg.Error as error:
        return error.sqlstate


def differences(columnar: Connection, by_key: Connection) -> list[str]:
    """Returns the questions that aren't answered alike; floats have one text each."""
    found = []
    for sql in questions():
        expected, got = answer(by_key, sql), answer(columnar, sql)
        if repr(got) != repr(expected):
            found.append(f"{sql}\n--- by key\n{expected!r:.2000}\n--- on columns\n{got!r:.2000}")
    return found


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_documents_that_evolve(tmp_path: pathlib.Path, seed: int) -> None:
    documents = Documents(seed)
    with (
        Server(tmp_path / "data") as server,
        connect(server, "columnar") as columnar,
        connect(server, "key") as by_key,
    ):
        by_key.execute(TABLE)
        rows = [(number, documents.document()) for number in range(ROWS)]
        by_key.cursor().executemany("INSERT INTO docs VALUES (%s, %s)", rows)
        assert not differences(columnar, by_key)
        for _ in range(1 if seed == 1 else 3):
            documents.evolve()
            for sql, values in changes(documents, ROWS):
                by_key.execute(sql.encode(), values)
            assert not differences(columnar, by_key)
