"""Types of a server that is killed: what they are and what is stored of them is there again."""

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


def test_a_domain_is_the_same_after_a_kill(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE DOMAIN positive AS int DEFAULT 7 CHECK (VALUE > 0)")
        ask(client, "CREATE TABLE t (id int PRIMARY KEY, p positive)")
        ask(client, "ALTER DOMAIN positive ADD CONSTRAINT few CHECK (VALUE < 100)")
        ask(client, "INSERT INTO t VALUES (1, 5)")
        ask(client, "BEGIN")
        ask(client, "ALTER DOMAIN positive DROP CONSTRAINT few")
        server.kill()
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "INSERT INTO t VALUES (2)")
        (refused,) = client.simple_query("INSERT INTO t VALUES (3, 100)")
        assert refused.error is not None
        assert refused.error["constraint"] == "few"
        rows = ask(client, "SELECT id, p FROM t ORDER BY id").rows
        assert rows == [("1", "5"), ("2", "7")]


def test_a_composite_type_is_the_same_after_a_kill(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE TYPE pair AS (a int, b numeric[])")
        ask(client, "CREATE TABLE t (k pair PRIMARY KEY, ps pair[])")
        ask(client, "INSERT INTO t VALUES ('(2,{1.50})', '{\"(1,)\"}'), ('(1,)', NULL)")
        ask(client, "BEGIN")
        ask(client, "DROP TYPE pair CASCADE")
        server.kill()
    with Server(tmp_path / "data") as server, server.connect() as client:
        rows = ask(client, "SELECT (k).a, (k).b, ps FROM t ORDER BY k").rows
        assert rows == [("1", None, None), ("2", "{1.50}", '{"(1,)"}')]
        assert ask(client, "SELECT ps FROM t WHERE k = '(2,{1.5})'::pair").rows == [('{"(1,)"}',)]


def test_a_row_type_is_the_same_after_a_kill(tmp_path: pathlib.Path) -> None:
    oids = "SELECT 't'::regtype::oid, 't[]'::regtype::oid, 'v'::regtype::oid"
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE TABLE t (id int PRIMARY KEY, a text)")
        ask(client, "CREATE VIEW v AS SELECT id FROM t")
        ask(client, "CREATE TABLE u (r t PRIMARY KEY, rs t[])")
        ask(client, "INSERT INTO t VALUES (1, 'one'), (2, NULL)")
        ask(client, "INSERT INTO u SELECT t, ARRAY[t] FROM t")
        ask(client, "ALTER TABLE t RENAME COLUMN a TO b")
        ask(client, "ALTER TABLE t ADD COLUMN c int")
        before = ask(client, oids).rows
        ask(client, "BEGIN")
        ask(client, "ALTER TABLE t DROP COLUMN b")
        server.kill()
    with Server(tmp_path / "data") as server, server.connect() as client:
        assert ask(client, oids).rows == before
        rows = ask(client, "SELECT (r).b, r, rs FROM u ORDER BY r").rows
        assert rows == [("one", "(1,one,)", '{"(1,one,)"}'), (None, "(2,,)", '{"(2,,)"}')]
        assert ask(client, "SELECT (r).id FROM u WHERE r = '(1,one,)'::t").rows == [("1",)]
        assert ask(client, "SELECT t FROM t ORDER BY t").rows == [("(1,one,)",), ("(2,,)",)]
