"""Writers that know what was acknowledged and readers that know what they saw, through SQL.

Each writer owns a row of `state` and its rows in `items` and `log`. Every step raises its sequence number by one, so that
what a step left behind tells whether it happened whole, in part or not at all:

    transactions   raise state.seq and write, change or delete some items, all with the new number
    statements     insert one row into `log` (autocommit), some with RETURNING

A step that was under way when the server died may have happened or not; one that was acknowledged must have. Whatever a
reader saw (a number, a row, a duplicate-key error) must still be there afterwards.
"""

import random
import threading
from dataclasses import dataclass, field

from tests.pgclient import StartupError, PgClient, StatementResult
from tests.server import Server

SCHEMA = """
CREATE TABLE state (writer int PRIMARY KEY, seq int NOT NULL);
CREATE TABLE items (writer int, n int, seq int NOT NULL, body text, PRIMARY KEY (writer, n));
CREATE INDEX items_seq ON items (writer, seq);
CREATE UNIQUE INDEX items_body ON items (body);
CREATE TABLE log (writer int, seq int, PRIMARY KEY (writer, seq))
"""
GONE = (OSError, EOFError, StartupError)
KEYS = 40


class StatementError(Exception):
    """A statement failed that nothing allows to fail."""


def ask(client: PgClient, sql: str) -> StatementResult:
    """Runs one query string; returns its last result."""
    result = client.simple_query(sql)[-1]
    if result.error is not None:
        raise StatementError(f"{sql[:200]}: {result.error}")
    return result


@dataclass
class Writer:
    """One writer's model of its rows: what is acknowledged, and what may have happened besides."""

    number: int
    random: random.Random
    seq: int = 0
    items: dict[int, int] = field(default_factory=dict)
    pending: tuple[int, dict[int, int]] | None = None
    log: int = 0
    log_pending: int | None = None
    steps: int = 0
    failure: BaseException | None = None

    def run(self, server: Server, stop: threading.Event) -> None:
        """Writes until told to stop or until the server is gone."""
        try:
            with server.connect() as client:
                while not stop.is_set():
                    if self.random.random() < 0.5:
                        self.transaction(client)
                    else:
                        self.statement(client)
                    self.steps += 1
        except GONE:
            return
        except BaseException as error:
            self.failure = error

    def transaction(self, client: PgClient) -> None:
        """Changes some items and the state row in one transaction."""
        seq, after = self.seq + 1, dict(self.items)
        statements = [f"UPDATE state SET seq = {seq} WHERE writer = {self.number}"]
        for n in self.random.sample(range(KEYS), self.random.randint(1, 6)):
            body = f"{self.number}-{n}-{seq}"
            if n not in after:
                statements.append(f"INSERT INTO items VALUES ({self.number}, {n}, {seq}, '{body}')")
                after[n] = seq
            elif self.random.random() < 0.3:
                statements.append(f"DELETE FROM items WHERE writer = {self.number} AND n = {n}")
                del after[n]
            else:
                statements.append(
                    f"UPDATE items SET seq = {seq}, body = '{body}' WHERE writer = {self.number} AND n = {n}"
                )
                after[n] = seq
        self.pending = (seq, after)
        if self.random.random() < 0.5:
            ask(client, "BEGIN; " + "; ".join(statements) + "; COMMIT")
        else:
            for sql in ("BEGIN", *statements, "COMMIT"):
                ask(client, sql)
        self.seq, self.items, self.pending = seq, after, None

    def statement(self, client: PgClient) -> None:
        """Inserts one row into the log."""
        self.log_pending = self.log + 1
        returning = " RETURNING seq" if self.random.random() < 0.5 else ""
        ask(client, f"INSERT INTO log VALUES ({self.number}, {self.log_pending}){returning}")
        self.log, self.log_pending = self.log_pending, None


@dataclass
class Reader:
    """Remembers the highest numbers it saw, however it saw them."""

    random: random.Random
    writers: int
    state: dict[int, int] = field(default_factory=dict)
    log: dict[int, int] = field(default_factory=dict)
    failure: BaseException | None = None

    def run(self, server: Server, stop: threading.Event) -> None:
        try:
            with server.connect() as client:
                while not stop.is_set():
                    self.random.choice((self.scan, self.point, self.count, self.duplicate))(client)
        except GONE:
            return
        except BaseException as error:
            self.failure = error

    def scan(self, client: PgClient) -> None:
        for writer, seq in ask(client, "SELECT writer, seq FROM state").rows:
            self.saw(self.state, int(writer or 0), int(seq or 0))

    def point(self, client: PgClient) -> None:
        writer = self.random.randrange(self.writers)
        for (seq,) in ask(client, f"SELECT seq FROM state WHERE writer = {writer}").rows:
            self.saw(self.state, writer, int(seq or 0))
        for (seq,) in ask(client, f"SELECT max(seq) FROM items WHERE writer = {writer}").rows:
            self.saw(self.state, writer, int(seq or 0))

    def count(self, client: PgClient) -> None:
        for writer, count in ask(client, "SELECT writer, count(*) FROM log GROUP BY writer").rows:
            self.saw(self.log, int(writer or 0), int(count or 0))

    def duplicate(self, client: PgClient) -> None:
        """A refusal tells of a row: that row must survive. A row that isn't there yet is not left behind."""
        writer = self.random.randrange(self.writers)
        seq = self.log.get(writer, 0) + self.random.randint(0, 2)
        sql = f"BEGIN; INSERT INTO log VALUES ({writer}, {seq}); ROLLBACK"
        error = next((r.error for r in client.simple_query(sql) if r.error), None)
        if error is not None:
            if error["sqlstate"] != "23505":
                raise StatementError(str(error))
            self.saw(self.log, writer, seq)
            ask(client, "ROLLBACK")

    def saw(self, where: dict[int, int], writer: int, seq: int) -> None:
        where[writer] = max(where.get(writer, 0), seq)


def verify(client: PgClient, writers: list[Writer], readers: list[Reader]) -> None:
    """Compares the database with what the writers and the readers know; then the writers' models go on from it."""
    states = {
        int(w or 0): int(s or 0) for w, s in ask(client, "SELECT writer, seq FROM state").rows
    }
    rows = ask(client, "SELECT writer, n, seq, body FROM items").rows
    for writer in writers:
        mine = {int(n or 0): int(s or 0) for w, n, s, _ in rows if int(w or 0) == writer.number}
        allowed = [(writer.seq, writer.items)] + ([writer.pending] if writer.pending else [])
        found = (states.get(writer.number), mine)
        assert found in allowed, f"writer {writer.number}: found {found}, allowed {allowed}"
        writer.seq, writer.items, writer.pending = states[writer.number], mine, None
        numbers = [
            int(s or 0)
            for (s,) in ask(
                client, f"SELECT seq FROM log WHERE writer = {writer.number} ORDER BY seq"
            ).rows
        ]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) in (writer.log, writer.log_pending), (
            f"{len(numbers)}: {writer.log}, {writer.log_pending}"
        )
        writer.log, writer.log_pending = len(numbers), None
    for w, n, s, body in rows:
        assert body == f"{w}-{n}-{s}"
        for column, value in (("writer = " + str(w) + " AND seq", s), ("body", f"'{body}'")):
            found_by_index = ask(client, f"SELECT n FROM items WHERE {column} = {value}").rows
            assert (n,) in found_by_index, f"the index on {column} misses {value}"
    entries = ask(
        client,
        f"SELECT count(*) FROM items WHERE writer IN ({','.join(str(w.number) for w in writers)}) AND seq >= 0",
    ).rows
    assert entries == [(str(len(rows)),)]
    for reader in readers:
        for number, seq in reader.state.items():
            assert writers[number].seq >= seq, (
                f"a reader saw state {seq} of writer {number}, which is gone"
            )
        for number, seq in reader.log.items():
            assert writers[number].log >= seq, (
                f"a reader saw log row {seq} of writer {number}, which is gone"
            )


def prepare(client: PgClient, writers: int) -> None:
    """Makes the tables and the writers' rows."""
    for sql in SCHEMA.split(";"):
        ask(client, sql)
    values = ", ".join(f"({n}, 0)" for n in range(writers))
    ask(client, f"INSERT INTO state VALUES {values}")


def cycle(server: Server, writers: list[Writer], readers: list[Reader], milliseconds: int) -> None:
    """Lets them run for a while, then kills the server."""
    stop, killed = threading.Event(), threading.Event()
    threads = [
        threading.Thread(target=one.run, args=(server, stop)) for one in (*writers, *readers)
    ]
    for thread in threads:
        thread.start()
    killed.wait(milliseconds / 1000)
    server.kill()
    for thread in threads:
        thread.join()
    for one in (*writers, *readers):
        if one.failure is not None:
            raise one.failure
