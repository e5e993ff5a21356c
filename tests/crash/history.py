"""Writers that know what was acknowledged and readers that know what they saw, through SQL.

Every actor is one client and raises numbers by one, so that what a step left behind tells whether it happened whole, in
part or not at all:

    Writer         its row of `state` and its rows of `items`, all in one transaction; rows of `log`, in autocommit
    LargeWriter    all its rows of `big` in one statement: too many for a batch, so they are spilled and ingested
    Counter        one row that several raise: by an expression, or by reading it under a lock
    Builder        tables and indexes, made and dropped beside the others

A step that was under way when the server died may have happened or not; one that was acknowledged must have. Whatever a
reader saw (a number, a row, a refusal) must still be there afterwards. A connection may only be lost because the server
died, and the server may only die by SIGKILL.
"""

import abc
import random
import signal
import threading
from dataclasses import dataclass, field

from tests.pgclient import PgClient, StartupError, StatementResult, Value
from tests.server import Server

SCHEMA = """
CREATE TABLE state (writer int PRIMARY KEY, seq int NOT NULL);
CREATE TABLE items (writer int, n int, seq int NOT NULL, body text, PRIMARY KEY (writer, n));
CREATE INDEX items_seq ON items (writer, seq) INCLUDE (body);
CREATE UNIQUE INDEX items_body ON items (body);
CREATE TABLE log (writer int, seq int, PRIMARY KEY (writer, seq));
CREATE TABLE big (writer int, n int, seq int NOT NULL, body text, PRIMARY KEY (writer, n));
CREATE INDEX big_seq ON big (writer, seq);
CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO counter VALUES (0, 0)
"""
GONE = (OSError, EOFError, StartupError)
KEYS = 40
BIG_ROWS = 2600  # more than one batch takes (storage/transaction.py)


class StatementError(Exception):
    """A statement failed that nothing allows to fail."""


def ask(client: PgClient, sql: str) -> StatementResult:
    """Runs one query string; returns its last result."""
    result = client.simple_query(sql)[-1]
    if result.error is not None:
        raise StatementError(f"{sql[:200]}: {result.error}")
    return result


def integers(client: PgClient, sql: str) -> list[tuple[int, ...]]:
    """Runs a query whose columns are all integers."""
    return [tuple(map(integer, row)) for row in ask(client, sql).rows]


def integer(value: Value) -> int:
    return int(value or 0)


class Actor(abc.ABC):
    """A client of its own.

    Attributes:
        steps: How many were acknowledged.
        failure: Why it gave up, if nothing allows that.
    """

    steps = 0
    failure: BaseException | None = None
    random: random.Random

    def run(self, server: Server) -> None:
        """Goes on until the server is dead."""
        try:
            with server.connect() as client:
                while True:
                    self.step(client)
                    self.steps += 1
        except GONE as error:
            self._expect_death(server, error)
        except BaseException as error:
            self.failure = error

    def _expect_death(self, server: Server, error: BaseException) -> None:
        assert server.process is not None
        try:
            code = server.process.wait(timeout=20)
        except Exception:
            self.failure = AssertionError(f"the server lives, and the connection is lost: {error}")
        else:
            if code != -signal.SIGKILL:
                self.failure = AssertionError(f"the server ended by itself, with {code}")

    @abc.abstractmethod
    def step(self, client: PgClient) -> None:
        """Does one thing, and notes before and after what may and what must have happened."""

    @abc.abstractmethod
    def verify(self, client: PgClient) -> None:
        """Compares what is there with what it knows, and goes on from there."""


@dataclass
class Writer(Actor):
    """One writer's model of its rows: what is acknowledged, and what may have happened besides."""

    number: int
    random: random.Random
    seq: int = 0
    items: dict[int, int] = field(default_factory=dict)
    pending: tuple[int, dict[int, int]] | None = None
    log: int = 0
    log_pending: int | None = None

    def step(self, client: PgClient) -> None:
        if self.random.random() < 0.5:
            self.transaction(client)
        else:
            self.statement(client)

    def transaction(self, client: PgClient) -> None:
        """Changes some items and the state row in one transaction."""
        seq, after = self.seq + 1, dict(self.items)
        statements = [f"UPDATE state SET seq = {seq} WHERE writer = {self.number}"]
        for n in self.random.sample(range(KEYS), self.random.randint(1, 6)):
            body = f"{self.number}-{n}-{seq}"
            where = f"WHERE writer = {self.number} AND n = {n}"
            if n not in after:
                statements.append(f"INSERT INTO items VALUES ({self.number}, {n}, {seq}, '{body}')")
                after[n] = seq
            elif self.random.random() < 0.3:
                statements.append(f"DELETE FROM items {where}")
                del after[n]
            else:
                statements.append(f"UPDATE items SET seq = {seq}, body = '{body}' {where}")
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
        row = f"({self.number}, {self.log_pending})"
        ending = self.random.choice(("", " RETURNING seq", " ON CONFLICT DO NOTHING"))
        result = ask(client, f"INSERT INTO log VALUES {row}{ending}")
        assert result.tag == "INSERT 0 1", result.tag
        self.log, self.log_pending = self.log_pending, None

    def verify(self, client: PgClient) -> None:
        ((state,),) = integers(client, f"SELECT seq FROM state WHERE writer = {self.number}")
        rows = ask(client, f"SELECT n, seq, body FROM items WHERE writer = {self.number}").rows
        mine = {integer(n): integer(seq) for n, seq, _ in rows}
        allowed = [(self.seq, self.items)] + ([self.pending] if self.pending else [])
        assert (state, mine) in allowed, f"writer {self.number}: {state, mine}, not in {allowed}"
        for n, seq, body in rows:
            assert body == f"{self.number}-{integer(n)}-{integer(seq)}"
            for found in (f"writer = {self.number} AND seq = {seq!s}", f"body = '{body}'"):
                numbers = ask(client, f"SELECT n FROM items WHERE {found}").rows
                assert (n,) in numbers, f"no index entry for {found}"
        self.seq, self.items, self.pending = state, mine, None
        sql = f"SELECT seq FROM log WHERE writer = {self.number} ORDER BY seq"
        numbers_in_log = [seq for (seq,) in integers(client, sql)]
        assert numbers_in_log == list(range(1, len(numbers_in_log) + 1))
        assert len(numbers_in_log) in (self.log, self.log_pending), (
            f"writer {self.number}: {len(numbers_in_log)} rows in the log, "
            f"{self.log} acknowledged, {self.log_pending} under way"
        )
        self.log, self.log_pending = len(numbers_in_log), None


@dataclass
class LargeWriter(Actor):
    """Raises many rows in one statement."""

    number: int
    random: random.Random
    seq: int = 0
    pending: int | None = None

    def step(self, client: PgClient) -> None:
        self.pending = self.seq + 1
        tag = ask(client, f"UPDATE big SET seq = seq + 1 WHERE writer = {self.number}").tag
        assert tag == f"UPDATE {BIG_ROWS}", tag
        self.seq, self.pending = self.pending, None

    def verify(self, client: PgClient) -> None:
        sql = f"SELECT min(seq), max(seq), count(*) FROM big WHERE writer = {self.number}"
        ((low, high, count),) = integers(client, sql)
        assert count == BIG_ROWS, f"{count} rows of {BIG_ROWS}"
        assert low == high, f"half of a transaction: {low} to {high}"
        assert low in (self.seq, self.pending), f"{low}: {self.seq}, {self.pending}"
        self.seq, self.pending = low, None


@dataclass
class Tally:
    """What all counters have done together since the last verification."""

    start: int = 0
    given: set[int] = field(default_factory=set)
    under_way: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, number: int, counter: int) -> None:
        with self.lock:
            assert number not in self.given, f"{number} was given twice"
            assert number > self.start, f"{number} was given before, up to {self.start}"
            self.given.add(number)
            self.under_way.remove(counter)

    def verify(self, client: PgClient) -> None:
        """Compares the counter with what was acknowledged; once more changes nothing."""
        ((found,),) = integers(client, "SELECT n FROM counter WHERE id = 0")
        at_least = max(*self.given, self.start + len(self.given), self.start)
        at_most = self.start + len(self.given) + len(self.under_way)
        assert at_least <= found <= at_most, f"the counter is {found}, not {at_least} to {at_most}"
        self.start = found
        self.given.clear()
        self.under_way.clear()


@dataclass
class Counter(Actor):
    """Raises what others raise too: a lost update shows as a number given twice."""

    number: int
    random: random.Random
    tally: Tally

    def step(self, client: PgClient) -> None:
        self.tally.under_way.add(self.number)
        if self.random.random() < 0.5:
            sql = "UPDATE counter SET n = n + 1 WHERE id = 0 RETURNING n"
            ((after,),) = integers(client, sql)
        else:
            ask(client, "BEGIN")
            ((before,),) = integers(client, "SELECT n FROM counter WHERE id = 0 FOR UPDATE")
            after = before + 1
            ask(client, f"UPDATE counter SET n = {after} WHERE id = 0")
            ask(client, "COMMIT")
        self.tally.give(after, self.number)

    def verify(self, client: PgClient) -> None:
        self.tally.verify(client)


@dataclass
class Builder(Actor):
    """Makes, changes and drops tables and indexes: generation k replaces generation k - 1 in one transaction."""

    random: random.Random
    generation: int = 0
    pending: int | None = None
    index_there: bool = False
    index_pending: bool | None = None

    def step(self, client: PgClient) -> None:
        choice = self.random.random()
        if choice < 0.4:
            self.replace(client)
        elif choice < 0.5 and self.generation:
            self.rewrite(client)
        else:
            self.toggle(client)

    def replace(self, client: PgClient) -> None:
        new = self.pending = self.generation + 1
        rows = ", ".join(f"({n}, {new})" for n in range(50))
        statements = [
            f"CREATE TABLE gen{new} (n int PRIMARY KEY, v int)",
            f"INSERT INTO gen{new} VALUES {rows}",
            f"CREATE INDEX gen{new}_v ON gen{new} (v)",
            f"ALTER TABLE gen{new} ADD COLUMN w serial, ADD CHECK (w > 0)",
            *([f"DROP TABLE gen{new - 1}"] if self.generation else []),
        ]
        ask(client, "BEGIN; " + "; ".join(statements) + "; COMMIT")
        self.generation, self.pending = new, None

    def rewrite(self, client: PgClient) -> None:
        """Writes all rows again: whatever becomes of it, they read the same."""
        sql_type = self.random.choice(("bigint", "int", "numeric"))
        ask(client, f"ALTER TABLE gen{self.generation} ALTER v TYPE {sql_type}")

    def toggle(self, client: PgClient) -> None:
        self.index_pending = not self.index_there
        online = self.random.choice(("", "CONCURRENTLY "))
        sql = (
            f"DROP INDEX {online}items_extra"
            if self.index_there
            else f"CREATE INDEX {online}items_extra ON items (seq)"
        )
        ask(client, sql)
        self.index_there, self.index_pending = self.index_pending, None

    def verify(self, client: PgClient) -> None:
        there = [
            g
            for g in range(max(self.generation - 1, 1), self.generation + 2)
            if exists(client, f"gen{g}")
        ]
        allowed = [[g] for g in (self.generation, self.pending) if g] or [[]]
        assert there in allowed or (not self.generation and not there), (there, allowed)
        self.generation, self.pending = (there[0] if there else 0), None
        for g in there:
            assert integers(client, f"SELECT count(*) FROM gen{g} WHERE v = {g}") == [(50,)]
        error = client.simple_query("BEGIN; CREATE INDEX items_extra ON items (seq)")[-1].error
        ask(client, "ROLLBACK")
        index_is_there = error is not None and error["sqlstate"] == "42P07"
        assert index_is_there in (self.index_there, self.index_pending), error
        self.index_there, self.index_pending = index_is_there, None


def exists(client: PgClient, table: str) -> bool:
    error = client.simple_query(f"SELECT count(*) FROM {table}")[-1].error
    assert error is None or error["sqlstate"] == "42P01", error
    return error is None


def prepare(client: PgClient, writers: int, large: int = 1) -> None:
    """Makes the tables and the writers' rows."""
    for sql in SCHEMA.split(";"):
        ask(client, sql)
    ask(client, "INSERT INTO state VALUES " + ", ".join(f"({n}, 0)" for n in range(writers)))
    for writer in range(large):
        rows = ", ".join(f"({writer}, {n}, 0, 'row {n}')" for n in range(BIG_ROWS))
        ask(client, f"INSERT INTO big VALUES {rows}")
