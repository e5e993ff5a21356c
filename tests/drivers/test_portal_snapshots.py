"""What a portal sees is what there was at its Bind, as in PostgreSQL, however late Execute comes."""

import pytest

from tests.pgclient import SYNC, PgClient, bind, error_fields, execute, message, parse, query
from tests.server import Server

FLUSH = message(b"H")


def executed_late(
    server: Server, sql: str, meanwhile: str, *, begin: str = "", portal: str = ""
) -> list[str]:
    """Returns what a statement gives if another session does something between Bind and Execute."""
    with server.connect() as client, server.connect() as other:
        if begin:
            client.simple_query(begin)
        client.send(parse("", sql), bind(portal, ""), FLUSH)
        client.read_until("2")
        (result,) = other.simple_query(meanwhile)
        assert result.error is None
        client.send(execute(portal), SYNC)
        return values(client)


def values(client: PgClient) -> list[str]:
    """Returns the first value of each row up to ReadyForQuery."""
    messages = client.read_until("Z")
    assert "E" not in [kind for kind, _ in messages]
    return [payload[6:].decode() for kind, payload in messages if kind == "D"]


@pytest.fixture(autouse=True)
def table(server: Server) -> None:
    with server.connect() as client:
        for sql in (
            "DROP TABLE IF EXISTS t",
            "CREATE TABLE t (id int PRIMARY KEY)",
            "INSERT INTO t VALUES (1)",
        ):
            (result,) = client.simple_query(sql)
            assert result.error is None


@pytest.mark.parametrize("begin", ["", "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ"])
@pytest.mark.parametrize(
    ("sql", "seen"),
    [
        ("SELECT id FROM t ORDER BY id", ["1"]),
        ("SELECT count(*) FROM t", ["1"]),
        ("SELECT id FROM t WHERE id = 2", []),
        ("SELECT id FROM t WHERE id = 2 FOR UPDATE", []),
    ],
)
def test_a_later_commit_is_not_seen(server: Server, sql: str, seen: list[str], begin: str) -> None:
    meanwhile = "INSERT INTO t VALUES (2)"
    assert executed_late(server, sql, meanwhile, begin=begin) == seen
    with server.connect() as client:
        client.simple_query("DELETE FROM t WHERE id = 2")
    assert executed_late(server, sql, meanwhile, begin=begin, portal="p") == seen


def test_what_is_deleted_later_is_still_there(server: Server) -> None:
    sql = "SELECT id FROM t WHERE id = 1"
    assert executed_late(server, sql, "DELETE FROM t", begin="BEGIN") == ["1"]


def test_what_changes_rows_sees_the_newest_ones(server: Server) -> None:
    meanwhile = "INSERT INTO t VALUES (2), (3)"
    assert executed_late(server, "DELETE FROM t WHERE id = 2 RETURNING id", meanwhile) == ["2"]
    sql = "WITH gone AS (DELETE FROM t WHERE id = 3) SELECT count(*) FROM t"
    assert executed_late(server, sql, "INSERT INTO t VALUES (5)") == ["3"]


def test_the_next_portal_sees_more(server: Server) -> None:
    with server.connect() as client, server.connect() as other:
        client.simple_query("BEGIN")
        client.send(parse("s", "SELECT count(*) FROM t"), bind("a", "s"), FLUSH)
        client.read_until("2")
        other.simple_query("INSERT INTO t VALUES (2)")
        client.send(bind("b", "s"), FLUSH)
        client.read_until("2")
        other.simple_query("INSERT INTO t VALUES (3)")
        client.send(execute("a"), execute("b"), SYNC)
        assert values(client) == ["1", "2"]
        (fetched,) = client.simple_query("SELECT count(*) FROM t")
        assert fetched.rows == [("3",)]


def test_own_writes_after_the_bind_are_not_seen(server: Server) -> None:
    with server.connect() as client:
        client.simple_query("BEGIN")
        client.send(parse("s", "SELECT count(*) FROM t"), bind("a", "s"), FLUSH)
        client.read_until("2")
        client.send(parse("", "INSERT INTO t VALUES (9)"), bind("", ""), execute(""), FLUSH)
        client.read_until("C")
        client.send(execute("a"), SYNC)
        assert values(client) == ["1"]


def test_the_tables_of_a_portal_are_locked(server: Server) -> None:
    with server.connect() as client, server.connect() as other:
        client.send(parse("", "SELECT id FROM t"), bind("", ""), FLUSH)
        client.read_until("2")
        other.simple_query("SET lock_timeout = 1")
        (refused,) = other.simple_query("DROP TABLE t")
        assert refused.error is not None
        assert refused.error["sqlstate"] == "55P03"
        client.send(execute(""), SYNC)
        assert values(client) == ["1"]


def test_a_portal_that_is_left_at_a_sync_sees_what_there_was_then(server: Server) -> None:
    with server.connect() as client, server.connect() as other:
        client.simple_query("BEGIN")
        client.send(parse("", "SELECT count(*) FROM t"), bind("p", ""), SYNC)
        client.read_until("Z")
        other.simple_query("INSERT INTO t VALUES (2)")
        client.send(execute("p"), SYNC)
        assert values(client) == ["1"]


@pytest.mark.parametrize("ends", [SYNC, FLUSH, query("SELECT 1")])
def test_what_fails_at_the_bind_is_told_once(server: Server, ends: bytes) -> None:
    with server.connect() as client:
        client.simple_query("BEGIN READ ONLY")
        client.simple_query("SAVEPOINT s")
        client.send(parse("", "SELECT id FROM t FOR UPDATE"), bind("p", ""), ends)
        (fields,) = [error_fields(told) for kind, told in client.read_until("E") if kind == "E"]
        assert fields["sqlstate"] == "25006"
        if ends != SYNC:
            client.send(SYNC)
        assert [kind for kind, _ in client.read_until("Z")] == ["Z"]
        assert client.status == "E"
        (result,) = client.simple_query("ROLLBACK TO s")
        assert result.error is None
        (result,) = client.simple_query("SELECT count(*) FROM t")
        assert result.rows == [("1",)]


def test_what_fails_when_it_is_executed_is_told_once(server: Server) -> None:
    with server.connect() as client:
        client.simple_query("BEGIN READ ONLY")
        client.simple_query("SAVEPOINT s")
        client.send(parse("", "SELECT id FROM t FOR UPDATE"), bind("", ""), execute(""), SYNC)
        assert [kind for kind, _ in client.read_until("Z") if kind in "EZ"] == ["E", "Z"]
        (result,) = client.simple_query("ROLLBACK TO s")
        assert result.error is None
