"""Enums of a server that is killed: labels, their order and what is stored of them are there again."""

import pathlib

from tests.crash.history import ask
from tests.server import Server


def test_an_enum_is_the_same_after_a_kill(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE TYPE mood AS ENUM ('sad', 'happy')")
        ask(client, "CREATE TABLE t (id int PRIMARY KEY, m mood UNIQUE)")
        ask(client, "INSERT INTO t VALUES (1, 'happy'), (2, 'sad')")
        ask(client, "ALTER TYPE mood ADD VALUE 'ok' BEFORE 'happy'")
        ask(client, "INSERT INTO t VALUES (3, 'ok')")
        ask(client, "BEGIN")
        ask(client, "ALTER TYPE mood RENAME VALUE 'sad' TO 'gone'")
        server.kill()
    with Server(tmp_path / "data") as server, server.connect() as client:
        rows = ask(client, "SELECT id, m FROM t ORDER BY m").rows
        assert rows == [("2", "sad"), ("3", "ok"), ("1", "happy")]
        assert ask(client, "SELECT id FROM t WHERE m = 'ok'").rows == [("3",)]
        ask(client, "ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok'")
        ask(client, "INSERT INTO t VALUES (4, 'meh')")
        assert ask(client, "SELECT enum_range(NULL::mood)").rows == [("{sad,meh,ok,happy}",)]
