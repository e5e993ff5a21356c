"""Roles at the door: who logs in as whom, by which password, and how often."""

import pathlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.server import Server

PASSWORD = "of the first role"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("roles")
    with Server(folder / "data", env={"TERRASCALE_PASSWORD": PASSWORD}) as running:
        yield running


def _connect(
    server: Server, user: str = "terrascale", password: str = PASSWORD
) -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        dbname="terrascale",
        user=user,
        password=password,
        autocommit=True,
    )


def _trusted(server: Server, user: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host="127.0.0.1", port=server.port, dbname="terrascale", user=user, autocommit=True
    )


def test_a_role_logs_in_by_its_password(server: Server) -> None:
    with _connect(server) as first:
        first.execute("CREATE ROLE ann LOGIN PASSWORD 'pässword'")
        first.execute("CREATE TABLE secret (a int)")
        with _connect(server, "ann", "pässword") as ann:
            row = ann.execute("SELECT current_user, session_user").fetchone()
            assert row == ("ann", "ann")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ann.execute("SELECT * FROM secret")
            first.execute("GRANT SELECT ON secret TO ann")
            assert ann.execute("SELECT * FROM secret").fetchall() == []
            first.execute("REVOKE SELECT ON secret FROM ann")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ann.execute("SELECT * FROM secret")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            _connect(server, "ann", "wrong")
        first.execute("ALTER ROLE ann PASSWORD 'another'")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            _connect(server, "ann", "pässword")
        _connect(server, "ann", "another").close()


def test_a_verifier_is_taken_as_it_is(server: Server) -> None:
    verifier = "SCRAM-SHA-256$4096:MDEyMzQ1Njc4OWFiY2RlZg==$NOT_BASE64:AAAA"
    with _connect(server) as first:
        encrypted = first.pgconn.encrypt_password(b"known", b"vera", b"scram-sha-256").decode()
        first.execute(f"CREATE ROLE vera LOGIN PASSWORD '{encrypted}'")
        _connect(server, "vera", "known").close()
        first.execute(f"CREATE ROLE odd LOGIN PASSWORD '{verifier}'")
        # It only looks like one: then it is the password itself.
        _connect(server, "odd", verifier).close()


@pytest.mark.parametrize(
    "options", ["NOLOGIN PASSWORD 'x'", "LOGIN", "LOGIN PASSWORD 'x' VALID UNTIL '2001-01-01'"]
)
def test_who_may_not_log_in(server: Server, options: str) -> None:
    with _connect(server) as first:
        first.execute(f"CREATE ROLE locked {options}")
        try:
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                _connect(server, "locked", "x")
        finally:
            first.execute("DROP ROLE locked")


def test_connection_limit_and_settings(server: Server) -> None:
    with _connect(server) as first:
        first.execute("CREATE ROLE few LOGIN PASSWORD 'x' CONNECTION LIMIT 1")
        first.execute("ALTER ROLE few SET work_mem = '7MB'")
        with _connect(server, "few", "x") as few:
            assert few.execute("SHOW work_mem").fetchone() == ("7MB",)
            with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
                _connect(server, "few", "x")
        first.execute("ALTER ROLE few RESET work_mem")


def test_whom_a_role_may_cancel(server: Server) -> None:
    with _connect(server) as first:
        first.execute("CREATE ROLE one LOGIN PASSWORD 'x'")
        first.execute("CREATE ROLE two LOGIN PASSWORD 'x'")
        with _connect(server, "one", "x") as one, _connect(server, "two", "x") as two:
            pids = [each.info.backend_pid for each in (first, one, two)]
            for pid, words in ((pids[0], "must be a superuser"), (pids[2], "must be a member")):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match=words):
                    one.execute("SELECT pg_terminate_backend(%s)", [pid])
            first.execute("GRANT two TO one")
            assert one.execute("SELECT pg_cancel_backend(%s)", [pids[2]]).fetchone() == (True,)
            assert two.execute("SELECT 1").fetchone() == (1,)


def test_roles_outlive_the_server(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as running:
        with _trusted(running, "terrascale") as first:
            first.execute("CREATE ROLE ann LOGIN")
            first.execute("CREATE TABLE t (a int)")
            first.execute("GRANT INSERT ON t TO ann")
        running.kill()
        running.start()
        # Nobody is asked for a password here: a role is itself.
        with _trusted(running, "ann") as ann:
            assert ann.execute("SELECT current_user").fetchone() == ("ann",)
            ann.execute("INSERT INTO t VALUES (1)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ann.execute("SELECT * FROM t")


def test_another_name_means_the_first_role_until_one_is_made(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as running:
        with _trusted(running, "nobody") as nobody:
            assert nobody.execute("SELECT current_user").fetchone() == ("terrascale",)
            nobody.execute("CREATE ROLE ann")
        with pytest.raises(psycopg.OperationalError, match='role "nobody" does not exist'):
            _trusted(running, "nobody")
        with _trusted(running, "terrascale") as first:
            first.execute("DROP ROLE ann")
        _trusted(running, "nobody").close()
