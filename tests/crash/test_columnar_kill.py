"""Keeper and query processes are killed again and again while clients write and scan.

Money moves between two tables; every scan must find all of it, and every row that was acknowledged
before it began. Documents are written anew, all in one transaction; every scan must find all of one
turn. In the end both paths see the same rows. (Each step of a flush, a merge and a build has its deaths
in tests/storage/columns/test_keeper_dies.py.)
"""

import contextlib
import os
import pathlib
import random
import signal
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.server import Server

ACCOUNTS = 3_000
SCANS_OF = {"some": 40, "many": 400}


def connect(server: Server, path: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", dbname="terrascale",
        autocommit=True, options=f"-c terrascale.path={path}",
    )  # fmt: skip


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[Server]:
    with Server(tmp_path / "data") as running:
        with connect(running, "key") as client:
            for name in ("here", "there"):
                client.execute(
                    f"CREATE TABLE {name} (id int PRIMARY KEY, n int, label text)".encode()
                )
                client.execute(
                    f"INSERT INTO {name} SELECT i, 100, 'x' || i % 7 FROM generate_series(1, {ACCOUNTS}) i".encode()
                )
            client.execute("CREATE TABLE noted (id int PRIMARY KEY)")
        yield running


class Writer(threading.Thread):
    """Moves money, and notes numbers; `noted` of them are acknowledged."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self.noted = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        source = random.Random(1)
        with connect(self._server, "key") as client:
            while not self.is_over.is_set():
                with client.transaction():
                    one, other = source.randint(1, ACCOUNTS), source.randint(1, ACCOUNTS)
                    client.execute("UPDATE here SET n = n - 1 WHERE id = %s", (one,))
                    client.execute("UPDATE there SET n = n + 1 WHERE id = %s", (other,))
                client.execute("INSERT INTO noted VALUES (%s)", (self.noted + 1,))
                self.noted += 1


@pytest.mark.parametrize("amount", ["some", pytest.param("many", marks=pytest.mark.slow)])
def test_scans_are_right_whoever_dies(server: Server, amount: str) -> None:
    source = random.Random(2)
    writer = Writer(server)
    writer.start()
    failures = 0
    try:
        with connect(server, "columnar") as client:
            for number in range(SCANS_OF[amount]):
                if number % 4 == 3:
                    os.kill(source.choice(server.children()), signal.SIGKILL)
                before = writer.noted
                sql = b"SELECT (SELECT sum(n) FROM here) + (SELECT sum(n) FROM there), (SELECT count(*) FROM noted)"
                try:
                    total, noted = client.execute(sql).fetchall()[0]
                except psycopg.errors.SystemError:
                    failures += 1  # it died after its first row
                    continue
                assert total == 2 * ACCOUNTS * 100
                assert before <= noted <= writer.noted + 1
    finally:
        writer.is_over.set()
        writer.join()
    assert failures < SCANS_OF[amount] // 4
    with connect(server, "columnar") as columnar, connect(server, "key") as by_key:
        for name in ("here", "there", "noted"):
            sql = f"SELECT * FROM {name} ORDER BY id".encode()
            assert columnar.execute(sql).fetchall() == by_key.execute(sql).fetchall()


DOCUMENTS = 20_000
TURNS = 24
DEATHS = 50


class Rewriter(threading.Thread):
    """Writes all documents anew, again and again."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def run(self) -> None:
        with connect(self._server, "key") as client:
            for _ in range(TURNS):
                client.execute(
                    "UPDATE documents SET turn = turn + 1,"
                    " doc = doc || jsonb_build_object('turn', turn + 1, 'word', 'w' || (turn + 1))"
                )


def kill_some(pids: list[int]) -> int:
    """Kills processes; returns how many were there."""
    count = 0
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            count += 1
    return count


def streamed(client: psycopg.Connection[tuple[Any, ...]], server: Server) -> int | None:
    """Has processes die within a result; returns how many rows came, or None where the query died."""
    count = 0
    try:
        for _ in client.cursor().stream(
            "SELECT a.id, b.id, a.doc FROM documents a JOIN documents b ON b.id <= 10"
        ):
            count += 1
            if count == 1:
                kill_some(server.children())
    except psycopg.errors.SystemError:
        return None
    return count


@pytest.mark.slow
def test_documents_are_right_whoever_dies(server: Server) -> None:
    source = random.Random(3)
    rewriter = Rewriter(server)
    with connect(server, "columnar") as client:
        client.execute(b"CREATE TABLE documents (id int PRIMARY KEY, turn int, doc jsonb)")
        client.execute(
            "INSERT INTO documents SELECT i, 0, jsonb_build_object('turn', 0, 'word', 'w0')"
            f" FROM generate_series(1, {DOCUMENTS}) i".encode()
        )
        rewriter.start()
        deaths = scans = 0
        while rewriter.is_alive() or deaths < DEATHS:
            if scans % 3 == 2:
                children = server.children()
                deaths += kill_some(source.sample(children, min(1, len(children))))
            scans += 1
            if scans % 10 == 0:
                assert streamed(client, server) in {None, DOCUMENTS * 10}
                deaths += 1
            with contextlib.suppress(psycopg.errors.SystemError):
                found = client.execute(
                    "SELECT count(*), min(turn), max(turn), count(*) FILTER (WHERE (doc->>'turn')::int = turn),"
                    " count(*) FILTER (WHERE doc->>'word' = 'w' || turn) FROM documents"
                ).fetchall()
                turn = found[0][1]
                assert found == [(DOCUMENTS, turn, turn, DOCUMENTS, DOCUMENTS)]
                words = client.execute(
                    f"SELECT count(*) FROM documents WHERE doc->>'word' = 'w{turn}'".encode()
                ).fetchall()
                assert words in ([(DOCUMENTS,)], [(0,)])
        rewriter.join()
        with connect(server, "key") as by_key:
            sql = "SELECT * FROM documents ORDER BY id"
            assert client.execute(sql).fetchall() == by_key.execute(sql).fetchall()
            assert by_key.execute("SELECT max(turn) FROM documents").fetchall() == [(TURNS,)]
