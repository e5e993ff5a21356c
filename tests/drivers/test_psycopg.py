"""psycopg 3: types both ways, prepared statements, pipelines, COPY, errors, cancellation."""

import threading
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.drivers.samples import NESTED, ROUND_TRIPS
from tests.server import Server


def connect(server: Server, **options: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(
        f"host=127.0.0.1 port={server.port} user=terrascale dbname=terrascale", **options
    )


@pytest.mark.parametrize(("type_name", "value"), ROUND_TRIPS)
@pytest.mark.parametrize("binary", [False, True])
def test_value_comes_back(server: Server, type_name: str, value: Any, binary: bool) -> None:
    with connect(server) as connection, connection.cursor(binary=binary) as cursor:
        marker = "%b" if binary else "%t"
        row = cursor.execute(f"SELECT {marker}::{type_name}", (value,)).fetchone()
        assert row == (value,)


@pytest.mark.parametrize(("type_name", "value"), ROUND_TRIPS)
def test_value_is_stored_and_read_by_a_client_side_cursor(
    server: Server, type_name: str, value: Any
) -> None:
    with connect(server, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(f"CREATE TABLE one (id int PRIMARY KEY, v {type_name})")
        connection.execute("INSERT INTO one VALUES (1, %s)", (value,))
        assert connection.execute("SELECT v FROM one WHERE id = 1").fetchone() == (value,)
        connection.rollback()


def test_jsonb_documents_come_back(server: Server) -> None:
    with connect(server) as connection:
        row = connection.execute(
            "SELECT %s::jsonb, %s::jsonb -> 'a' ->> 2", (Jsonb(NESTED), Jsonb(NESTED))
        ).fetchone()
        assert row == (NESTED, "é✓")


def test_statements_are_prepared_after_some_runs(server: Server) -> None:
    with connect(server, prepare_threshold=2) as connection:
        for number in range(10):
            assert connection.execute("SELECT %s::int + 1", (number,)).fetchone() == (number + 1,)


def test_pipeline_runs_many_statements_in_one_go(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        connection.execute("CREATE TABLE piped (id int PRIMARY KEY, v text)")
        with connection.pipeline():
            for number in range(50):
                connection.execute("INSERT INTO piped VALUES (%s, %s)", (number, f"v{number}"))
            cursor = connection.execute("SELECT count(*) FROM piped")
        assert cursor.fetchone() == (50,)
        with pytest.raises(psycopg.errors.UniqueViolation), connection.pipeline():
            connection.execute("INSERT INTO piped VALUES (100, 'x')")
            connection.execute("INSERT INTO piped VALUES (1, 'dup')")
            connection.execute("INSERT INTO piped VALUES (101, 'never')")
        assert connection.execute("SELECT count(*) FROM piped WHERE id = 101").fetchone() == (0,)


def test_executemany_and_returning(server: Server) -> None:
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE many (id int PRIMARY KEY, v text)")
        cursor.executemany(
            "INSERT INTO many VALUES (%s, %s) RETURNING id",
            [(n, str(n)) for n in range(20)],
            returning=True,
        )
        assert cursor.fetchone() == (0,)
        assert cursor.execute("SELECT sum(id) FROM many").fetchone() == (190,)
        connection.rollback()


@pytest.mark.parametrize("form", ["TEXT", "BINARY"])
def test_copy_both_ways(server: Server, form: str) -> None:
    rows = [(n, f"row\t{n}\\", None if n % 3 else n * 1.5) for n in range(1000)]
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (id int PRIMARY KEY, t text, f float8)")
        with cursor.copy(f"COPY copied FROM STDIN (FORMAT {form})") as copy:
            copy.set_types(["int4", "text", "float8"])
            for row in rows:
                copy.write_row(row)
        with cursor.copy(f"COPY copied TO STDOUT (FORMAT {form})") as copy:
            copy.set_types(["int4", "text", "float8"])
            assert list(copy.rows()) == rows
        connection.rollback()


def test_copy_that_the_client_breaks_off_leaves_nothing(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE broken (id int PRIMARY KEY)")
        connection.commit()
        with (
            pytest.raises(ZeroDivisionError),
            connection.cursor() as cursor,
            cursor.copy("COPY broken FROM STDIN") as copy,
        ):
            copy.write_row((1,))
            raise ZeroDivisionError
        connection.rollback()
        assert connection.execute("SELECT count(*) FROM broken").fetchone() == (0,)


def test_errors_carry_their_fields(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE fields (id int PRIMARY KEY, v int NOT NULL CONSTRAINT positive CHECK (v > 0))"
        )
        connection.execute("INSERT INTO fields VALUES (1, 1)")
        with pytest.raises(psycopg.errors.UniqueViolation) as unique:
            connection.execute("INSERT INTO fields VALUES (1, 1)")
        assert unique.value.diag.constraint_name == "fields_pkey"
        assert unique.value.diag.table_name == "fields"
        assert unique.value.diag.message_detail == "Key (id)=(1) already exists."
        with pytest.raises(psycopg.errors.CheckViolation) as check:
            connection.execute("INSERT INTO fields VALUES (2, -1)")
        assert check.value.diag.constraint_name == "positive"
        with pytest.raises(psycopg.errors.NotNullViolation) as null:
            connection.execute("INSERT INTO fields VALUES (2, NULL)")
        assert null.value.diag.column_name == "v"
        with pytest.raises(psycopg.errors.UndefinedTable) as undefined:
            connection.execute("SELECT * FROM nowhere")
        assert undefined.value.diag.statement_position == "15"


def test_transactions_nest_as_savepoints(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE nested (id int PRIMARY KEY)")
        with connection.transaction():
            connection.execute("INSERT INTO nested VALUES (1)")
            with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
                connection.execute("INSERT INTO nested VALUES (2)")
                connection.execute("INSERT INTO nested VALUES (1)")
        assert connection.execute("SELECT array_agg(id) FROM nested").fetchone() == ([1],)


def test_cancel_stops_a_running_statement(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        timer = threading.Timer(0.2, connection.cancel)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT count(*) FROM generate_series(1, 1000000000)")
        timer.join()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_statement_timeout_stops_a_running_statement(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        connection.execute("SET statement_timeout = '100ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT count(*) FROM generate_series(1, 1000000000)")
        assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_asynchronous_connection(server: Server) -> None:
    address = f"host=127.0.0.1 port={server.port} user=terrascale dbname=terrascale"
    async with await psycopg.AsyncConnection.connect(address) as connection:
        cursor = await connection.execute("SELECT generate_series(1, %s)", (1000,))
        assert len(await cursor.fetchall()) == 1000


def test_a_second_writer_of_a_row_waits_and_sees_the_first_ones_value(server: Server) -> None:
    with connect(server) as first, connect(server) as second:
        first.execute("CREATE TABLE counters (id int PRIMARY KEY, n int)")
        first.execute("INSERT INTO counters VALUES (1, 0)")
        first.commit()
        first.execute("UPDATE counters SET n = n + 1 WHERE id = 1")
        done = threading.Event()

        def increment() -> None:
            second.execute("UPDATE counters SET n = n + 1 WHERE id = 1")
            second.commit()
            done.set()

        thread = threading.Thread(target=increment)
        thread.start()
        assert not done.wait(0.2)
        first.commit()
        thread.join()
        assert first.execute("SELECT n FROM counters").fetchone() == (2,)


def test_a_deadlock_ends_one_of_the_two(server: Server) -> None:
    with connect(server) as first, connect(server) as second:
        first.execute("CREATE TABLE pair (id int PRIMARY KEY, n int)")
        first.execute("INSERT INTO pair VALUES (1, 0), (2, 0)")
        first.commit()
        first.execute("UPDATE pair SET n = 1 WHERE id = 1")
        second.execute("UPDATE pair SET n = 2 WHERE id = 2")
        outcomes: list[str] = []

        def cross(connection: psycopg.Connection[Any], key: int) -> None:
            try:
                connection.execute("UPDATE pair SET n = 3 WHERE id = %s", (key,))
                connection.commit()
                outcomes.append("committed")
            except psycopg.errors.DeadlockDetected:
                connection.rollback()
                outcomes.append("deadlock")

        threads = [
            threading.Thread(target=cross, args=(first, 2)),
            threading.Thread(target=cross, args=(second, 1)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["committed", "deadlock"]


def test_an_idle_session_is_terminated_at_once(server: Server) -> None:
    with connect(server, autocommit=True) as one:
        other = connect(server, autocommit=True)
        other.execute("BEGIN")
        pid = other.info.backend_pid
        assert one.execute("SELECT pg_terminate_backend(%s)", (pid,)).fetchone() == (True,)
        with pytest.raises(psycopg.errors.AdminShutdown):
            other.execute("SELECT 1")
        assert other.closed
        assert one.execute("SELECT 1").fetchone() == (1,)


def test_a_running_session_is_terminated(server: Server) -> None:
    with connect(server, autocommit=True) as one, connect(server, autocommit=True) as holder:
        one.execute("SELECT pg_advisory_lock(4711)")
        pid = holder.info.backend_pid
        ended: list[BaseException] = []

        def wait() -> None:
            try:
                holder.execute("SELECT pg_advisory_lock(4711)")
            except psycopg.Error as error:
                ended.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        query = "SELECT state FROM pg_stat_activity WHERE pid = %s"
        while one.execute(query, (pid,)).fetchone() != ("active",):
            pass
        one.execute("SELECT pg_terminate_backend(%s)", (pid,))
        waiting.join(30)
        assert [type(error) for error in ended] == [psycopg.errors.AdminShutdown]


def test_a_session_ends_itself_or_cancels_itself(server: Server) -> None:
    connection = connect(server, autocommit=True)
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_cancel_backend(pg_backend_pid())")
    assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.errors.AdminShutdown):
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert connection.closed


def test_whole_rows_of_every_catalog_are_read(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace "
            "AND relkind IN ('r', 'v')"
        ).fetchall()
        assert len(names) > 100
        for (name,) in names:
            connection.execute(f'SELECT * FROM pg_catalog."{name}"').fetchone()


def test_xid_and_cid_from_text(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        row = connection.execute("SELECT %s::varchar::xid, '7'::cid", ("86722",)).fetchone()
        assert row == ("86722", "7")


@pytest.mark.parametrize("name", ["txid_snapshot", "pg_node_tree"])
def test_types_of_the_catalogs_alone_are_refused_elsewhere(server: Server, name: str) -> None:
    with connect(server, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.FeatureNotSupported, match=f"type {name} "):
            connection.execute(f"SELECT 'anything'::{name}")
        with pytest.raises(psycopg.errors.FeatureNotSupported, match=f"type {name} "):
            connection.execute(f"CREATE TABLE kept (a int PRIMARY KEY, b {name})")


@pytest.mark.parametrize("name", ["pg_lsn", "tid", "xid8"])
def test_places_and_numbers_are_values_that_no_table_keeps(server: Server, name: str) -> None:
    with connect(server, autocommit=True) as connection:
        assert connection.execute(f"SELECT NULL::{name}").fetchone() == (None,)
        with pytest.raises(psycopg.errors.FeatureNotSupported, match=f'type "?{name}"? '):
            connection.execute(f"CREATE TABLE kept (a int PRIMARY KEY, b {name})")
