"""What drivers ask of the catalog as they connect is answered while the columns' processes don't run."""

import os
import pathlib
import signal
from collections.abc import Iterator

import asyncpg
import psycopg
import pytest
from psycopg.types.composite import CompositeInfo
from psycopg.types.enum import EnumInfo

from tests.server import Server

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b mood);
CREATE TABLE people (id int PRIMARY KEY, moods mood[], pairs pair[]);
INSERT INTO people SELECT i, '{happy}', '{"(1,sad)"}' FROM generate_series(1, 1000) AS i
"""


def columnar_processes(server: Server) -> list[int]:
    return [
        pid
        for pid in server.children()
        if b"storage.columns" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[Server]:
    """A server whose columnar processes have begun and are stopped."""
    with Server(tmp_path / "data") as server:
        with psycopg.connect(f"{dsn(server)}", autocommit=True) as client:
            client.execute(SCHEMA)
            client.execute("SET terrascale.path = 'columnar'")
            assert client.execute("SELECT count(*) FROM people").fetchone() == (1000,)
        stopped = columnar_processes(server)
        assert stopped
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield server
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)


def dsn(server: Server) -> str:
    return f"host=127.0.0.1 port={server.port} user=terrascale dbname=terrascale"


def test_psycopg_finds_types(server: Server) -> None:
    with psycopg.connect(dsn(server)) as client:
        enum, composite = EnumInfo.fetch(client, "mood"), CompositeInfo.fetch(client, "pair")
        assert enum is not None
        assert list(enum.labels) == ["sad", "happy"]
        assert composite is not None
        assert list(composite.field_names) == ["a", "b"]


async def test_asyncpg_finds_types(server: Server) -> None:
    client = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", database="terrascale"
    )
    row = await client.fetchrow("SELECT moods, pairs FROM people WHERE id = 7")
    assert row["moods"] == ["happy"]
    assert [tuple(pair) for pair in row["pairs"]] == [(1, "sad")]
    await client.close()
