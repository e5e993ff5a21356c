"""A server on a real file system that fills up: writes are refused, and come back when there is room."""

import asyncio
import contextlib
import os
import pathlib
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.crash.consistency import disagreements
from tests.crash.history import ask, integers
from tests.crash.small_disk import small_disk
from tests.pgclient import PgClient
from tests.server import Server

pytestmark = pytest.mark.slow

MIB = 1 << 20
CLIENTS = 4
REFUSED = "53100"
UNKNOWN = "40003"


@dataclass
class Rows:
    """What is known of each row."""

    acknowledged: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    errors: list[dict[str, str]] = field(default_factory=list)

    def verify(self, client: PgClient) -> None:
        found = {n for (n,) in integers(client, "SELECT n FROM rows")}
        assert not self.acknowledged - found, "acknowledged rows are gone"
        assert not found - self.acknowledged - self.unknown, "rows that were refused are there"
        lengths = integers(client, "SELECT n, length(body) FROM rows")
        assert {length for _, length in lengths} <= {20_000}


def insert(client: PgClient, n: int, rows: Rows) -> dict[str, str] | None:
    """Inserts a row; notes what became of it and returns the error."""
    body = random.Random(n).randbytes(10_000).hex()
    error = client.simple_query(f"INSERT INTO rows VALUES ({n}, {n}, '{body}')")[-1].error
    if error is None:
        rows.acknowledged.add(n)
    elif error["sqlstate"] == UNKNOWN:
        rows.unknown.add(n)
    return error


def fill(server: Server, rows: Rows, first: int, count_max: int = 100_000) -> None:
    """Inserts with several clients until each is refused."""

    def run(number: int) -> None:
        with server.connect() as client:
            for n in range(first + number, first + count_max, CLIENTS):
                error = insert(client, n, rows)
                if error is not None:
                    rows.errors.append(error)
                    return

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def squeeze(filler: pathlib.Path, free_mb: int) -> None:
    """Fills the disk by a file until only so much is free."""
    figures = os.statvfs(filler.parent)
    surplus = figures.f_bavail * figures.f_frsize - free_mb * MIB
    if surplus > 0:
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, surplus)


@contextlib.contextmanager
def nearly_full(
    folder: pathlib.Path, floor_mb: int, free_mb: int
) -> Iterator[tuple[Server, pathlib.Path]]:
    """Yields a server, and a file whose removal makes room; so much is free beside the floor."""
    with small_disk(folder, 768) as disk:
        environment = {"TERRASCALE_FREE_SPACE_FLOOR_MB": str(floor_mb)}
        server = Server(disk / "data", env=environment)
        server.log_path = folder / "log"
        filler = disk / "filler"
        try:
            server.start()
            with server.connect() as client:
                ask(client, "CREATE TABLE rows (n int PRIMARY KEY, k int UNIQUE, body text)")
                ask(client, "CREATE TABLE copied (n int PRIMARY KEY, body text)")
            squeeze(filler, floor_mb + free_mb)
            yield server, filler
        finally:
            if server.process is not None and server.process.poll() is None:
                server.kill()


def write_when_there_is_room(server: Server, rows: Rows, n: int) -> None:
    """Tries again and again, as an application would; a supervisor would start the server again."""
    for _ in range(200):
        assert server.process is not None
        assert server.process.poll() is None, server.log_path.read_text()
        with server.connect() as client:
            error = insert(client, n, rows)
            if error is None:
                return
            assert error["sqlstate"] in (REFUSED, UNKNOWN), error
            if error["sqlstate"] == UNKNOWN:
                n += 1
            ask(client, "SELECT pg_sleep(0.1)")
    raise AssertionError("writes never came back")


def after_a_kill(server: Server, rows: Rows) -> None:
    server.kill()
    assert asyncio.run(disagreements(server.data_dir)) == []
    with server, server.connect() as client:
        rows.verify(client)


def refused(client: PgClient, sql: str, copy_data: tuple[bytes, ...] = ()) -> None:
    error = client.simple_query(sql, copy_data)[-1].error
    assert error is not None, f"{sql[:100]} went through"
    assert error["sqlstate"] == REFUSED, error


def test_below_the_floor_only_deletes_and_reads_go_on(tmp_path: pathlib.Path) -> None:
    rows = Rows()
    with nearly_full(tmp_path, 192, 40) as (server, filler):
        fill(server, rows, 0)
        assert {error["sqlstate"] for error in rows.errors} == {REFUSED}
        assert len(rows.acknowledged) > 500
        assert not rows.unknown
        with server.connect() as client:
            some = sorted(rows.acknowledged)
            # What was just written shrinks when it moves from logs to tables: that room goes too.
            squeeze(filler.with_name("filler2"), 132)
            refused(client, f"UPDATE rows SET body = 'x' WHERE n = {some[0]}")
            refused(client, "UPDATE rows SET body = 'x'")
            refused(client, "INSERT INTO rows SELECT n + 1000000, n + 1000000, body FROM rows")
            refused(client, "CREATE INDEX ON rows (body)")
            lines = tuple(b"%d\t%s\n" % (n, b"x" * 1000) for n in range(2000))
            refused(client, "COPY copied FROM STDIN", lines)
            assert integers(client, "SELECT count(*) FROM copied") == [(0,)]
            rows.verify(client)
            ask(client, f"DELETE FROM rows WHERE n = {some[0]}")
            ask(client, f"BEGIN; DELETE FROM rows WHERE n > {some[-50]}; COMMIT")
            rows.acknowledged -= {some[0], *some[-49:]}
            rows.verify(client)
            filler.unlink()
            filler.with_name("filler2").unlink(missing_ok=True)
            assert insert(client, 900_000, rows) is None
            ask(client, "UPDATE rows SET k = -1 WHERE n = 900000")
        fill(server, rows, 1_000_000, 400)
        assert {error["sqlstate"] for error in rows.errors} == {REFUSED}
        after_a_kill(server, rows)


def test_without_a_floor_rocksdb_itself_meets_the_end(tmp_path: pathlib.Path) -> None:
    rows = Rows()
    with nearly_full(tmp_path, 0, 60) as (server, filler):
        fill(server, rows, 0)
        assert {error["sqlstate"] for error in rows.errors} <= {REFUSED, UNKNOWN}
        assert len(rows.acknowledged) > 500
        with server.connect() as client:
            rows.verify(client)
        filler.unlink()
        write_when_there_is_room(server, rows, 900_000)
        rows.errors.clear()
        fill(server, rows, 1_000_000, 400)
        assert not rows.errors
        after_a_kill(server, rows)


def double(client: PgClient, rows: Rows, number: int) -> dict[str, str] | None:
    """Inserts every row once more, in one transaction."""
    more = 2_000_000 << number
    sql = f"INSERT INTO rows SELECT n + {more}, k + {more}, body FROM rows"
    error = client.simple_query(sql)[-1].error
    if error is None:
        rows.acknowledged |= {n + more for n in rows.acknowledged}
    elif error["sqlstate"] == UNKNOWN:
        rows.unknown |= {n + more for n in rows.acknowledged}
    return error


def test_a_large_transaction_meets_the_end(tmp_path: pathlib.Path) -> None:
    """Its files are what fills the disk; the transaction is refused as a whole, the others go on."""
    rows = Rows()
    with nearly_full(tmp_path, 0, 60) as (server, filler), server.connect() as client:
        fill(server, rows, 0, 800)
        errors = [error for error in map(double, [client] * 6, [rows] * 6, range(6)) if error]
        assert {error["sqlstate"] for error in errors} == {REFUSED}, errors
        rows.verify(client)
        filler.unlink()
        write_when_there_is_room(server, rows, 900_000)
        rows.verify(client)
        assert server.stop() == 0
        server.start()
        with server.connect() as again:
            rows.verify(again)
