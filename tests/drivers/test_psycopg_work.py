"""psycopg 3 at everyday work: NULLs and large values, long results, notifications, encodings, timeouts."""

import datetime
import json
import threading
from typing import Any
from xml.etree import ElementTree

import psycopg
import psycopg.rows
import pytest

from tests.drivers.samples import ROUND_TRIPS
from tests.server import Server

MEGABYTE = 1 << 20
TYPE_NAMES = sorted({name for name, _ in ROUND_TRIPS} | {"json", "jsonb", "timetz", "oid", "name"})


def connect(server: Server, **options: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(
        f"host=127.0.0.1 port={server.port} user=terrascale dbname=terrascale", **options
    )


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("type_name", TYPE_NAMES)
def test_null_comes_back(server: Server, type_name: str, binary: bool) -> None:
    with connect(server) as connection, connection.cursor(binary=binary) as cursor:
        assert cursor.execute(f"SELECT %s::{type_name}", (None,)).fetchone() == (None,)


@pytest.mark.parametrize(("type_name", "value"), ROUND_TRIPS)
def test_a_prepared_insert_and_select_keep_a_value(
    server: Server, type_name: str, value: Any
) -> None:
    with connect(server, prepare_threshold=0) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE kept (id int PRIMARY KEY, v {type_name})", prepare=False)
        for number in range(3):
            cursor.execute(
                f"INSERT INTO kept VALUES (%s, %s::{type_name})", (number, value), prepare=True
            )
        for number in range(3):
            cursor.execute("SELECT v FROM kept WHERE id = %s", (number,), prepare=True)
            assert cursor.fetchone() == (value,)
        connection.rollback()


@pytest.mark.parametrize("binary", [False, True])
def test_large_values_come_back(server: Server, binary: bool) -> None:
    text, data = "é✓x" * (MEGABYTE // 6), bytes(range(256)) * (MEGABYTE // 256)
    with connect(server) as connection, connection.cursor(binary=binary) as cursor:
        cursor.execute("CREATE TABLE large (id int PRIMARY KEY, t text, b bytea)")
        cursor.execute("INSERT INTO large VALUES (1, %s, %s)", (text, data))
        row = cursor.execute("SELECT t, b, length(t), length(b) FROM large").fetchone()
        assert row == (text, data, len(text), len(data))
        connection.rollback()


def test_ten_thousand_rows_in_each_way_of_fetching(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE lots (id int PRIMARY KEY, t text)")
        connection.execute(
            "INSERT INTO lots SELECT g, 'row ' || g FROM generate_series(1, 10000) g"
        )
        expected = [(n, f"row {n}") for n in range(1, 10001)]
        select = "SELECT id, t FROM lots ORDER BY id"
        assert connection.execute(select).fetchall() == expected
        with connection.cursor() as cursor:
            assert list(cursor.stream(select)) == expected
        assert connection.execute(select, binary=True).fetchall() == expected
        connection.rollback()


def test_a_listener_hears_what_commits(server: Server) -> None:
    with connect(server, autocommit=True) as listener, connect(server) as sender:
        listener.execute("LISTEN news")
        sender.execute("NOTIFY news, 'one'")
        sender.rollback()
        sender.execute("SELECT pg_notify('news', 'two')")
        sender.execute("NOTIFY news, 'two'")
        sender.execute("NOTIFY other, 'never'")
        sender.commit()
        notes = list(listener.notifies(timeout=30, stop_after=1))
        assert [(note.channel, note.payload) for note in notes] == [("news", "two")]
        assert notes[0].pid == sender.info.backend_pid
        listener.execute("UNLISTEN *")


@pytest.mark.parametrize("encoding", ["LATIN1", "UTF8", "WIN1252"])
def test_client_encodings(server: Server, encoding: str) -> None:
    with connect(server, client_encoding=encoding) as connection:
        assert connection.execute("SELECT %s || 'é', length('é')", ("ñ",)).fetchone() == ("ñé", 1)
        description = connection.execute("SELECT 'Größe' AS \"spaß\"").description
        assert [column.name for column in description or ()] == ["spaß"]


def test_a_character_that_the_client_has_not_is_an_error(server: Server) -> None:
    with connect(server, client_encoding="LATIN1", autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UntranslatableCharacter):
            connection.execute("SELECT chr(8364)")
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_transaction_left_idle_is_ended(server: Server) -> None:
    with connect(server) as connection, connect(server, autocommit=True) as other:
        connection.execute("CREATE TABLE forgotten (id int PRIMARY KEY)")
        connection.commit()
        connection.execute("SET idle_in_transaction_session_timeout = '50ms'")
        connection.execute("INSERT INTO forgotten VALUES (1)")
        # The lock on the row goes when the server ends the idle transaction.
        other.execute("INSERT INTO forgotten VALUES (1)")
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            connection.execute("SELECT 1")
        assert connection.closed


def test_a_lock_timeout_ends_the_wait(server: Server) -> None:
    with connect(server) as first, connect(server) as second:
        first.execute("CREATE TABLE held (id int PRIMARY KEY, n int)")
        first.execute("INSERT INTO held VALUES (1, 1)")
        first.commit()
        first.execute("UPDATE held SET n = 2")
        second.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute("UPDATE held SET n = 3 WHERE id = 1")
        second.rollback()
        first.rollback()


def test_rows_as_dictionaries_and_descriptions(server: Server) -> None:
    with connect(server, row_factory=psycopg.rows.dict_row) as connection:
        cursor = connection.execute(
            "SELECT 1 AS a, 'x'::varchar(5) AS b, 1.5::numeric(5,2) AS c, now() AS d"
        )
        row = cursor.fetchone()
        assert row is not None
        assert isinstance(row.pop("d"), datetime.datetime)
        assert {name: str(value) for name, value in row.items()} == {
            "a": "1",
            "b": "x",
            "c": "1.50",
        }
        assert [column.type_display for column in cursor.description or ()] == [
            "int4",
            "varchar(5)",
            "numeric(5,2)",
            "timestamptz",
        ]


def test_statement_parameters_with_given_and_guessed_types(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE guessed (id int8 PRIMARY KEY, d date, j jsonb, n numeric)")
        connection.execute(
            "INSERT INTO guessed VALUES (%s, %s, %s, %s)", (1, "2024-02-29", '{"a": 1}', "1.50")
        )
        row = connection.execute(
            "SELECT d + %s, j ->> %s, n * %s FROM guessed WHERE id = ANY (%s) AND d < %s",
            (1, "a", 2, [1, 2], datetime.date(2025, 1, 1)),
        ).fetchone()
        assert row is not None
        assert tuple(map(str, row)) == ("2024-03-01", "1", "3.00")
        connection.rollback()


def test_no_update_of_eight_writers_is_lost(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        connection.execute("CREATE TABLE tally (id int PRIMARY KEY, n int NOT NULL)")
        connection.execute("INSERT INTO tally VALUES (1, 0)")

        def work() -> None:
            with connect(server, autocommit=True) as own:
                for _ in range(25):
                    own.execute("UPDATE tally SET n = n + 1 WHERE id = 1")

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert connection.execute("SELECT n FROM tally").fetchone() == (200,)


def test_undeclared_attributes_are_written_and_returned(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE free (id int PRIMARY KEY) WITH (column_policy = 'dynamic')"
        )
        insert = "INSERT INTO free (id, color) VALUES (%s, 'red') RETURNING"
        assert connection.execute(f"{insert} id", (1,)).fetchall() == [(1,)]
        assert connection.execute(f"{insert} color, id", (2,)).fetchall() == [("red", 2)]
        assert connection.execute(f"{insert} *", (3,)).fetchall() == [(3, "red")]
        with connection.transaction():
            assert connection.execute(f"{insert} id", (4,)).fetchall() == [(4,)]
        count = "SELECT count(*) FROM free WHERE color = 'red'"
        assert connection.execute(count).fetchone() == (4,)


@pytest.mark.parametrize("form", ["text", "csv", "binary"])
def test_undeclared_attributes_are_copied_out_and_in(server: Server, form: str) -> None:
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS loose")
        cursor.execute("CREATE TABLE loose (id int PRIMARY KEY) WITH (column_policy = 'dynamic')")
        cursor.execute(
            "INSERT INTO loose (id, color, size, since, mixed) VALUES"
            " (1, 'red', 5, DATE '2024-05-01', 1), (2, NULL, 6, NULL, 2)"
        )
        cursor.execute("INSERT INTO loose (id, mixed) VALUES (3, 'three'::text)")
        everything = "SELECT * FROM loose ORDER BY id"
        before = cursor.execute(everything).fetchall()
        # As pg_dump asks: by the columns that the catalog tells of.
        names = (
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = 'loose'::regclass AND attnum > 0"
        )
        ((columns,),) = cursor.execute(names).fetchall()
        assert columns == "id, color, size, since, mixed"
        data = []
        for listed in ("", f"({columns})"):
            with cursor.copy(f"COPY loose {listed} TO STDOUT (FORMAT {form})") as copy:
                data.append(b"".join(copy))
        assert data[0] == data[1]
        for listed in ("", f"({columns})"):
            cursor.execute("DELETE FROM loose")
            with cursor.copy(f"COPY loose {listed} FROM STDIN (FORMAT {form})") as copy:
                copy.write(data[0])
            assert cursor.execute(everything).fetchall() == before
        cursor.execute("DELETE FROM loose")
        with cursor.copy(f"COPY loose FROM STDIN (FORMAT {form}) WHERE size > 5") as copy:
            copy.write(data[0])
        assert cursor.execute("SELECT id FROM loose").fetchall() == [(2,)]
        for statement in (
            "COPY loose (id, nosuch) FROM STDIN",
            "COPY loose FROM STDIN WHERE nosuch IS NULL",
            "COPY loose (nosuch) TO STDOUT",
        ):
            with (
                pytest.raises(
                    psycopg.errors.UndefinedColumn, match=r'"nosuch" of relation "loose"'
                ),
                cursor.copy(statement),
            ):
                pass


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ("p = 1 AND s = 2", "Get"),
        ("p = 1 AND s IN (1, 2, 3)", "MultiGet"),
        ("p = 1 AND s > 2", "KeyRange"),
        ("u = 'x'", "IndexGet"),
        ("v BETWEEN 1 AND 2", "IndexRange"),
        ("w = 1", "Scan"),
    ],
)
def test_explain_names_the_access_path(server: Server, condition: str, path: str) -> None:
    with connect(server) as connection:
        connection.execute(
            "CREATE TABLE paths (p int, s int, u text UNIQUE, v int, w int, PRIMARY KEY (p, s))"
        )
        connection.execute("CREATE INDEX ON paths (v)")
        explain = f"EXPLAIN (FORMAT json) SELECT * FROM paths WHERE {condition}"
        ((plans,),) = connection.execute(explain).fetchall()
        assert plans[0]["Plan"]["Node Type"] == path
        lines = connection.execute(f"EXPLAIN SELECT * FROM paths WHERE {condition}").fetchall()
        assert lines[0][0].startswith(f"{path} on paths")
        connection.rollback()


def test_explain_in_json_has_the_names_of_postgresqls_plans(server: Server) -> None:
    with connect(server) as connection:
        connection.execute('CREATE TABLE "Named" (a int PRIMARY KEY, b text)')

        def explained(options: str, statement: str) -> dict[str, Any]:
            ((plans,),) = connection.execute(f"EXPLAIN ({options}) {statement}").fetchall()
            whole: dict[str, Any] = plans[0]
            return whole

        plan = explained("FORMAT json", "SELECT 1 FROM pg_type t")["Plan"]
        assert (plan["Relation Name"], plan["Alias"]) == ("pg_type", "t")
        assert "Actual Total Time" not in plan
        filtered = "SELECT 1 FROM pg_type t WHERE typname = 'bool'"
        plan = explained("ANALYZE, FORMAT json", filtered)["Plan"]
        assert (plan["Relation Name"], plan["Actual Rows"]) == ("pg_type", 1)
        assert "Filter" in plan
        queried = "WITH q AS MATERIALIZED (SELECT 1 AS a) SELECT * FROM q WHERE a > 0"
        assert '"CTE Name": "q"' in json.dumps(explained("FORMAT json", queried))
        insert = "INSERT INTO \"Named\" AS n VALUES (1, 'x'), (2, 'y')"
        whole = explained("ANALYZE, FORMAT json", insert)
        plan = whole["Plan"]
        assert (plan["Node Type"], plan["Operation"]) == ("ModifyTable", "Insert")
        assert (plan["Relation Name"], plan["Alias"], plan["Actual Rows"]) == ("Named", "n", 2)
        assert 0 < plan["Actual Total Time"] <= whole["Execution Time"]
        plan = explained("ANALYZE, TIMING off, FORMAT json", 'SELECT * FROM "Named"')["Plan"]
        assert (plan["Alias"], plan["Actual Rows"]) == ("Named", 2)
        assert "Actual Total Time" not in plan
        connection.rollback()


@pytest.mark.parametrize("binary", [False, True])
def test_explain_in_xml_and_yaml_says_the_same(server: Server, binary: bool) -> None:
    with connect(server) as connection:
        cursor = connection.cursor(binary=binary)
        cursor.execute("CREATE TABLE said (a int PRIMARY KEY, b text)")
        query = "SELECT count(*) FROM said WHERE a > 1 AND b = '<\"é\"' GROUP BY b"
        ((plans,),) = cursor.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()
        ((yaml,),) = cursor.execute(f"EXPLAIN (FORMAT yaml) {query}").fetchall()
        ((xml,),) = cursor.execute(f"EXPLAIN (FORMAT xml) {query}").fetchall()
        root = ElementTree.fromstring(xml)
        space = "{http://www.postgresql.org/2009/explain}"
        plan, element = plans[0]["Plan"], root.find(f"{space}Query/{space}Plan")
        lines = yaml.split("\n")
        assert lines[0] == "- Plan: "
        depth = 2
        while True:
            assert element is not None
            for name, value in plan.items():
                if name != "Plans":
                    assert f"{'  ' * depth}{name}: {json.dumps(value, ensure_ascii=False)}" in [
                        line.replace("- ", "  ", 1) for line in lines
                    ]
                    child = element.find(space + name.replace(" ", "-"))
                    assert child is not None
                    assert child.text == str(value)
            if "Plans" not in plan:
                break
            plan, element = plan["Plans"][0], element.find(f"{space}Plans/{space}Plan")
            depth += 2
        connection.rollback()


def test_repeatable_read_sees_one_state(server: Server) -> None:
    with connect(server) as reader, connect(server, autocommit=True) as writer:
        writer.execute("CREATE TABLE steady (id int PRIMARY KEY, n int)")
        writer.execute("INSERT INTO steady VALUES (1, 1), (2, 1)")
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        total = "SELECT sum(n) FROM steady"
        assert reader.execute(total).fetchone() == (2,)
        writer.execute("UPDATE steady SET n = 5")
        assert reader.execute(total).fetchone() == (2,)
        with pytest.raises(psycopg.errors.SerializationFailure):
            reader.execute("UPDATE steady SET n = n + 1 WHERE id = 1")
        reader.rollback()
        assert reader.execute(total).fetchone() == (10,)


def test_serializable_keeps_what_both_have_counted_on(server: Server) -> None:
    with connect(server) as one, connect(server) as other:
        one.execute("CREATE TABLE on_call (name text PRIMARY KEY)")
        one.execute("INSERT INTO on_call VALUES ('ann'), ('ben')")
        one.commit()
        for connection in (one, other):
            connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
            assert connection.execute("SELECT count(*) FROM on_call").fetchone() == (2,)
        one.execute("DELETE FROM on_call WHERE name = 'ann'")
        other.execute("DELETE FROM on_call WHERE name = 'ben'")
        one.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            other.commit()
        assert other.execute("SELECT name FROM on_call").fetchall() == [("ben",)]
