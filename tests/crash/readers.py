"""Readers that remember what they saw, in rows, counts, refusals and locked rows."""

import random
from dataclasses import dataclass, field

from tests.crash.history import BIG_ROWS, Actor, StatementError, ask, integer, integers
from tests.pgclient import PgClient


@dataclass
class Reader(Actor):
    """Remembers the highest numbers it saw, by what they were and whose."""

    random: random.Random
    writers: int
    seen: dict[tuple[str, int], int] = field(default_factory=dict)

    def step(self, client: PgClient) -> None:
        ways = (
            self.scan,
            self.point,
            self.index,
            self.count,
            self.large,
            self.duplicate,
            self.locked,
        )
        self.random.choice(ways)(client)

    def saw(self, what: str, whose: int, number: int) -> None:
        self.seen[what, whose] = max(self.seen.get((what, whose), 0), number)

    def scan(self, client: PgClient) -> None:
        for writer, seq in integers(client, "SELECT writer, seq FROM state"):
            self.saw("state", writer, seq)

    def point(self, client: PgClient) -> None:
        writer = self.random.randrange(self.writers)
        for (seq,) in integers(client, f"SELECT seq FROM state WHERE writer = {writer}"):
            self.saw("state", writer, seq)
        for (number,) in integers(client, "SELECT n FROM counter WHERE id = 0"):
            self.saw("counter", 0, number)

    def index(self, client: PgClient) -> None:
        writer = self.random.randrange(self.writers)
        sql = f"SELECT seq, body FROM items WHERE writer = {writer} AND seq > 0 ORDER BY seq DESC LIMIT 3"
        for seq, body in ask(client, sql).rows:
            assert str(body).endswith(f"-{seq!s}"), f"the index says {seq!s}, the row {body!s}"
            self.saw("state", writer, integer(seq))

    def count(self, client: PgClient) -> None:
        for writer, count in integers(client, "SELECT writer, count(*) FROM log GROUP BY writer"):
            self.saw("log", writer, count)

    def large(self, client: PgClient) -> None:
        sql = "SELECT writer, min(seq), max(seq), count(*) FROM big GROUP BY writer"
        for writer, low, high, count in integers(client, sql):
            assert low == high, f"a reader saw half of a transaction: {low} to {high}"
            assert count == BIG_ROWS, f"a reader saw {count} rows"
            self.saw("big", writer, high)

    def duplicate(self, client: PgClient) -> None:
        """A refusal tells of a row: that row must survive. A row that isn't there yet is not left behind."""
        writer = self.random.randrange(self.writers)
        seq = self.seen.get(("log", writer), 0) + self.random.randint(0, 2)
        if not seq:
            return
        if self.random.random() < 0.5:
            sql = f"BEGIN; INSERT INTO log VALUES ({writer}, {seq}); ROLLBACK"
            error = next((r.error for r in client.simple_query(sql) if r.error), None)
            if error is None:
                return
            if error["sqlstate"] != "23505":
                raise StatementError(str(error))
            ask(client, "ROLLBACK")
        else:
            ask(client, "BEGIN")
            sql = f"INSERT INTO log VALUES ({writer}, {seq}) ON CONFLICT DO NOTHING"
            tag = ask(client, sql).tag
            ask(client, "ROLLBACK")
            if tag != "INSERT 0 0":
                return
        self.saw("log", writer, seq)

    def locked(self, client: PgClient) -> None:
        """After a wait for the lock it sees the newest row, which must be durable when it is told."""
        writer = self.random.randrange(self.writers)
        ask(client, "BEGIN")
        sql = f"SELECT seq FROM state WHERE writer = {writer} FOR SHARE"
        found = integers(client, sql)
        for (seq,) in found:
            self.saw("state", writer, seq)
        ask(client, "ROLLBACK")

    def verify(self, client: PgClient) -> None:
        now = {("counter", 0): integers(client, "SELECT n FROM counter WHERE id = 0")[0][0]}
        for what, sql in (
            ("state", "SELECT writer, seq FROM state"),
            ("log", "SELECT writer, max(seq) FROM log GROUP BY writer"),
            ("big", "SELECT writer, min(seq) FROM big GROUP BY writer"),
        ):
            now.update({(what, writer): seq for writer, seq in integers(client, sql)})
        for (what, whose), number in self.seen.items():
            found = now.get((what, whose), 0)
            assert found >= number, (
                f"a reader saw {what} {number} of {whose}, and now it is {found}"
            )


class Watcher(Reader):
    """A reader that never waits for anybody, and so sees what is new as soon as it shows."""

    def step(self, client: PgClient) -> None:
        self.random.choice((self.scan, self.count))(client)
