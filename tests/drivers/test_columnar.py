"""SELECT on columns, through drivers: the same answers as by key, and nothing that a client would notice."""

import asyncio
import datetime as dt
import os
import pathlib
import signal
import threading
from collections.abc import Iterator
from typing import Any

import asyncpg
import psycopg
import pytest

from tests.server import Server

Connection = psycopg.Connection[tuple[Any, ...]]

ROWS = 20_000
TABLE = """
CREATE TABLE readings (
    id int PRIMARY KEY, sensor smallint, amount bigint, price numeric(12,2), free numeric, level real,
    heat double precision, ok boolean, day date, at timestamp, seen timestamptz, tod time,
    lasted interval, label text, code varchar(10), raw bytea, key uuid, doc jsonb)
"""
FILL = f"""
INSERT INTO readings SELECT i, i % 9, i * 1000003::bigint, i * 1.37, CASE WHEN i % 2 = 0 THEN i * 0.5 ELSE i * 1.250 END, i / 3.0, i / 7.0, i % 3 = 0,
    date '2001-01-01' + i % 4000, timestamp '2001-01-01' + i * interval '61.5 seconds',
    timestamptz '2001-01-01 00:00+00' + i * interval '1 hour', time '00:00' + i * interval '1 second',
    i % 50 * interval '1 day 1 second', 'label ' || i % 12, 'c' || i % 1000, decode(md5(i::text), 'hex'),
    md5(i::text)::uuid, jsonb_build_object('n', i % 5, 't', 'x' || i)
FROM generate_series(1, {ROWS}) AS i
"""
QUERIES = [
    "SELECT * FROM readings ORDER BY id",
    "SELECT count(*), count(free), min(label), max(day), sum(amount), avg(price) FROM readings",
    "SELECT sensor, count(*), sum(price), avg(price), avg(amount) FROM readings GROUP BY sensor ORDER BY 1",
    "SELECT label, sensor, count(*) FROM readings WHERE ok GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT r.id, s.label FROM readings r JOIN readings s ON r.id = s.id + 1 WHERE s.sensor = 3 ORDER BY 1",
    "SELECT id, price / 7, heat, level FROM readings WHERE price > 20000 ORDER BY price DESC, id",
    "SELECT id, row_number() OVER (PARTITION BY sensor ORDER BY id DESC) FROM readings ORDER BY id",
    "SELECT md5(label), count(*) FROM readings GROUP BY label ORDER BY 1",
    "SELECT id FROM readings WHERE id NOT IN (SELECT amount / 1000003 FROM readings WHERE ok) ORDER BY 1",
    "SELECT 1 / (sensor - 4) FROM readings",
    "SELECT price * 1e30::numeric * 1e9::numeric FROM readings WHERE id < 5 ORDER BY id",
    "SELECT label::int FROM readings",
]

#: Of these the key path raises PostgreSQL's error, or has digits that columns don't.
LEFT_TO_THE_KEY_PATH = QUERIES[-3:]


def connect(server: Server, path: str = "columnar") -> Connection:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", dbname="terrascale",
        autocommit=True, options=f"-c terrascale.path={path}",
    )  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("columnar")
    with Server(folder / "data") as running:
        with connect(running, "key") as client:
            client.execute(TABLE)
            client.execute(FILL)
        yield running


@pytest.fixture
def columnar(server: Server) -> Iterator[Connection]:
    with connect(server) as client:
        yield client


@pytest.fixture
def by_key(server: Server) -> Iterator[Connection]:
    with connect(server, "key") as client:
        yield client


def plan(client: Connection, sql: str) -> str:
    return "\n".join(line for (line,) in client.execute(b"EXPLAIN " + sql.encode()))


def answer(client: Connection, sql: str, *, binary: bool) -> Any:
    try:
        with client.cursor(binary=binary) as cursor:
            return cursor.execute(sql.encode(), prepare=binary).fetchall()
    except psycopg.Error as error:
        return error.sqlstate, error.diag.message_primary


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize("sql", QUERIES)
def test_both_paths_answer_the_same(
    columnar: Connection, by_key: Connection, sql: str, binary: bool
) -> None:
    assert "Columnar" in plan(columnar, sql)
    assert "Columnar" not in plan(by_key, sql)
    if sql not in LEFT_TO_THE_KEY_PATH:
        assert "By key" not in plan(columnar, f"(ANALYZE) {sql}")
    assert answer(columnar, sql, binary=binary) == answer(by_key, sql, binary=binary)


def test_settings_shape_the_text_as_ever(columnar: Connection, by_key: Connection) -> None:
    sql = b"SELECT day::text, at, seen, heat, raw, lasted FROM readings WHERE id < 50 ORDER BY id"
    for settings in (
        b"SET datestyle = 'German'; SET timezone = 'Europe/Vienna'; SET bytea_output = 'escape'",
        b"SET datestyle = 'ISO'; SET extra_float_digits = 0; SET intervalstyle = 'iso_8601'",
        b"SET client_encoding = 'LATIN1'",
    ):
        answers = []
        for client in (columnar, by_key):
            client.execute(settings)
            cursor = client.execute(sql)
            result = cursor.pgresult
            assert result is not None
            answers.append(
                [
                    [result.get_value(row, column) for column in range(6)]
                    for row in range(result.ntuples)
                ]
            )
        assert answers[0] == answers[1]


def test_parameters_are_values(columnar: Connection) -> None:
    sql = (
        "SELECT count(*), max(price) FROM readings WHERE sensor = %s AND day >= %s AND label <> %s"
    )
    values = (3, dt.date(2005, 1, 1), "label 3")
    for _ in range(8):  # psycopg prepares it on the way
        columnar.execute(sql, values)
    expected = [row for row in columnar.execute("SELECT sensor, day, label FROM readings").fetchall()
                if row[0] == 3 and row[1] >= values[1] and row[2] != "label 3"]  # fmt: skip
    assert columnar.execute(sql, values).fetchall()[0][0] == len(expected)


async def test_asyncpg_reads_columns(server: Server) -> None:
    rows = {}
    for path in ("key", "columnar"):
        client = await asyncpg.connect(
            host="127.0.0.1", port=server.port, user="terrascale", database="terrascale",
            server_settings={"terrascale.path": path},
        )  # fmt: skip
        rows[path] = await client.fetch("SELECT * FROM readings WHERE sensor <> $1 ORDER BY id", 4)
        async with client.transaction():
            some = [
                record
                async for record in client.cursor(
                    "SELECT id FROM readings ORDER BY 1", prefetch=300
                )
            ]
            assert [record["id"] for record in some] == list(range(1, ROWS + 1))
        await client.close()
    assert rows["key"] == rows["columnar"]


def test_views_tell_of_the_columns(columnar: Connection) -> None:
    columnar.execute("SELECT count(*) FROM readings")
    sql = (
        "SELECT phase, segments > 0, problem FROM terrascale.columns WHERE table_name = 'readings'"
    )
    assert columnar.execute(sql).fetchall() == [("ready", True, None)]
    sql = "SELECT sum(rows - dead_rows), min(bytes) > 0 FROM terrascale.segments WHERE table_name = %s"
    assert columnar.execute(sql, ("readings",)).fetchall() == [(ROWS, True)]
    sql = "SELECT column_name, path, kind, rows FROM terrascale.attributes WHERE table_name = %s ORDER BY 2"
    assert columnar.execute(sql, ("readings",)).fetchall() == [
        ("doc", "", "object", ROWS),
        ("doc", "n", "int", ROWS),
        ("doc", "t", "string", ROWS),
    ]


def test_a_large_table_gets_columns_by_being_read(server: Server) -> None:
    with connect(server, "auto") as client:
        client.execute("CREATE TABLE grown (id int PRIMARY KEY, g int, label text)")
        client.execute("CREATE INDEX ON grown (g)")
        client.execute(
            "INSERT INTO grown SELECT i, i / 10, 'x' || i % 5 FROM generate_series(1, 30000) i"
        )
        grouped = "SELECT label, count(*), max(id) FROM grown GROUP BY 1 ORDER BY 1"
        expected = client.execute(grouped.encode()).fetchall()
        phase = "SELECT phase FROM terrascale.columns WHERE table_name = 'grown'"
        while client.execute(phase).fetchall() != [("ready",)]:
            pass
        assert "Columnar" in plan(client, grouped)
        assert client.execute(grouped.encode()).fetchall() == expected
        # What ends soon stays with the keys; what doesn't after all goes to the columns.
        for sql in (
            "SELECT * FROM grown WHERE id = 7",
            "SELECT id FROM grown ORDER BY id LIMIT 10",
        ):
            assert "Columnar" not in plan(client, sql)
        few, many = (
            "SELECT count(*), max(id) FROM grown WHERE g < 5",
            "SELECT count(*), max(id) FROM grown WHERE g < 2000",
        )
        assert client.execute(few.encode()).fetchall() == [(49, 49)]
        assert "By key after all" not in plan(client, f"(ANALYZE) {many}")
        assert client.execute(many.encode()).fetchall() == [(19_999, 19_999)]
        assert "Index entries read: 49" in plan(client, f"(ANALYZE) {few}")
        assert "Index entries read: 19999" not in plan(client, f"(ANALYZE) {many}")
        with client.transaction():
            client.execute("INSERT INTO grown VALUES (0, 0, 'x0')")
            assert "Columnar" not in plan(client, grouped)


def test_cursors_move_over_columns(columnar: Connection) -> None:
    with columnar.transaction():
        columnar.execute("DECLARE c SCROLL CURSOR FOR SELECT id FROM readings ORDER BY id DESC")
        assert columnar.execute("FETCH 2 FROM c").fetchall() == [(ROWS,), (ROWS - 1,)]
        columnar.execute("MOVE 10 IN c")
        assert columnar.execute("FETCH 1 FROM c").fetchall() == [(ROWS - 12,)]
        assert columnar.execute("FETCH BACKWARD 1 FROM c").fetchall() == [(ROWS - 11,)]
        assert columnar.execute("FETCH LAST FROM c").fetchall() == [(1,)]


def test_every_acknowledged_write_is_counted(columnar: Connection, by_key: Connection) -> None:
    sql = "SELECT count(*), sum(n), min(id) FROM counted"
    by_key.execute("CREATE TABLE counted (id int PRIMARY KEY, n int)")
    for number in range(1, 60):
        by_key.execute("INSERT INTO counted VALUES (%s, %s)", (number, number))
        if number % 3 == 0:
            by_key.execute("UPDATE counted SET n = n + 100 WHERE id = %s", (number - 1,))
        if number % 5 == 0:
            by_key.execute("DELETE FROM counted WHERE id = %s", (number - 4,))
        assert columnar.execute(sql).fetchall() == by_key.execute(sql).fetchall()
    assert "Columnar" in plan(columnar, sql)


def test_a_transaction_sees_its_own_writes_and_its_snapshot(
    columnar: Connection, by_key: Connection
) -> None:
    sql = "SELECT count(*), sum(n) FROM moved"
    by_key.execute("CREATE TABLE moved (id int PRIMARY KEY, n int)")
    by_key.execute("INSERT INTO moved SELECT i, 1 FROM generate_series(1, 100) i")
    columnar.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    assert columnar.execute(sql).fetchall() == [(100, 100)]
    by_key.execute("UPDATE moved SET n = 2 WHERE id <= 10")
    assert columnar.execute(sql).fetchall() == [(100, 100)]
    columnar.execute("DELETE FROM moved WHERE id > 90")
    assert columnar.execute(sql).fetchall() == [(90, 90)]
    columnar.execute("ROLLBACK")
    assert columnar.execute(sql).fetchall() == [(100, 110)]
    columnar.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
    assert "Columnar" not in plan(columnar, sql)
    columnar.execute("ROLLBACK")


def test_transfers_between_tables_never_show_half(server: Server, by_key: Connection) -> None:
    by_key.execute(
        "CREATE TABLE one (id int PRIMARY KEY, n int); CREATE TABLE two (id int PRIMARY KEY, n int)"
    )
    by_key.execute("INSERT INTO one SELECT i, 100 FROM generate_series(1, 50) i")
    by_key.execute("INSERT INTO two SELECT i, 100 FROM generate_series(1, 50) i")
    is_over = threading.Event()

    def transfer() -> None:
        with connect(server, "key") as client:
            number = 0
            while not is_over.is_set():
                number += 1
                with client.transaction():
                    client.execute("UPDATE one SET n = n - 1 WHERE id = %s", (number % 50 + 1,))
                    client.execute("UPDATE two SET n = n + 1 WHERE id = %s", (number % 50 + 1,))

    writer = threading.Thread(target=transfer)
    writer.start()
    try:
        with connect(server) as client:
            for _ in range(60):
                sql = "SELECT (SELECT sum(n) FROM one) + (SELECT sum(n) FROM two)"
                joined = "SELECT sum(a.n + b.n) FROM one a JOIN two b USING (id)"
                assert client.execute(joined).fetchall() == [(10_000,)]
                assert client.execute(sql.encode()).fetchall() == [(10_000,)]
    finally:
        is_over.set()
        writer.join()


# ---- ends ----------------------------------------------------------------------------------------

LONG = "SELECT count(*) FROM readings a, readings b WHERE a.heat + b.heat < a.level * b.level"


def query_processes(server: Server) -> list[int]:
    """Returns the ids of the server's query processes."""
    return [
        child
        for child in server.children()
        if b"query_program" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def wait_until_busy(server: Server) -> int:
    """Returns the id of a query process that has worked for half a second."""
    begun: dict[int, int] = {}
    while True:
        for process_id in query_processes(server):
            ticks = int(
                pathlib.Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[11]
            )
            if ticks - begun.setdefault(process_id, ticks) > 50:
                return process_id


def test_a_statement_is_cancelled(server: Server, columnar: Connection) -> None:
    assert "Columnar" in plan(columnar, LONG)

    def cancel() -> None:
        wait_until_busy(server)
        columnar.cancel_safe()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(psycopg.errors.QueryCanceled):
        columnar.execute(LONG.encode())
    canceller.join()
    assert columnar.execute("SELECT count(*) FROM readings").fetchall() == [(ROWS,)]


def test_a_statement_times_out(columnar: Connection) -> None:
    columnar.execute("SET statement_timeout = '300ms'")
    with pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"):
        columnar.execute(LONG.encode())
    columnar.execute("RESET statement_timeout")
    assert columnar.execute("SELECT count(*) FROM readings").fetchall() == [(ROWS,)]


def test_the_death_of_a_query_process_isnt_seen(server: Server, columnar: Connection) -> None:
    sql = (
        "SELECT count(*) FROM readings a, readings b WHERE a.sensor = b.sensor AND a.heat < b.level"
    )
    expected = columnar.execute(sql).fetchall()

    def kill() -> None:
        for process_id in query_processes(server):
            os.kill(process_id, signal.SIGKILL)

    for _ in range(5):
        kill()
        assert columnar.execute(sql).fetchall() == expected


def test_a_death_in_mid_result_is_an_error_and_the_connection_lives(
    server: Server, columnar: Connection
) -> None:
    sql = b"SELECT a.id, a.at, b.label FROM readings a JOIN readings b ON a.sensor = b.sensor"
    with columnar.transaction(force_rollback=True), columnar.cursor() as cursor:
        rows = cursor.stream(sql)
        next(rows)
        for process_id in query_processes(server):
            os.kill(process_id, signal.SIGKILL)
        with pytest.raises(psycopg.errors.SystemError) as raised:
            for _ in rows:
                pass
        assert raised.value.sqlstate == "58000"
    assert columnar.execute("SELECT count(*) FROM readings").fetchall() == [(ROWS,)]


def test_a_client_that_goes_away_ends_its_query(server: Server) -> None:
    client = connect(server)
    thread = threading.Thread(target=lambda: _ignored(client))
    thread.start()
    process_id = wait_until_busy(server)
    client.pgconn.finish()
    thread.join()
    pidfd_wait(process_id)


def _ignored(client: Connection) -> None:
    with pytest.raises(psycopg.Error):
        client.execute(LONG.encode())


def pidfd_wait(process_id: int) -> None:
    """Returns when a process has ended, or has nothing to do any more."""
    before = -1
    while pathlib.Path(f"/proc/{process_id}").exists():
        ticks = int(
            pathlib.Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[11]
        )
        if ticks == before:
            return
        before = ticks
        asyncio.run(asyncio.sleep(0.5))


def test_an_attribute_of_integers_and_decimals_is_numeric_on_both_paths(server: Server) -> None:
    with connect(server, "key") as by_key, connect(server) as on_columns:
        by_key.execute("CREATE TABLE loose (id int PRIMARY KEY) WITH (column_policy = 'dynamic')")
        by_key.execute("INSERT INTO loose (id, n) SELECT i, i FROM generate_series(1, 4000) i")
        kind = "SELECT pg_typeof(n)::text, count(*) FROM loose GROUP BY 1"
        assert by_key.execute(kind).fetchall() == [("bigint", 4000)]
        by_key.execute(
            "INSERT INTO loose (id, n) SELECT i, i / 4.0 FROM generate_series(4001, 8000) i"
        )
        by_key.execute("INSERT INTO loose (id, n) VALUES (0, 9223372036854775807), (-1, NULL)")
        assert by_key.execute(kind).fetchall() == [("numeric", 8002)]
        for question in (
            "SELECT id, n, n::text, n + 1 FROM loose ORDER BY id",
            "SELECT count(*), sum(n), min(n), max(n), avg(n) FROM loose WHERE n > 1000.5",
            "SELECT n, array_agg(id ORDER BY id) FROM loose GROUP BY n ORDER BY n LIMIT 1500",
            "SELECT a.id, b.id FROM loose a JOIN loose b ON a.n = b.n AND a.id < b.id ORDER BY 1, 2",
        ):
            expected = by_key.execute(question).fetchall()
            assert on_columns.execute(question).fetchall() == expected
            assert len(expected) > 0
        assert on_columns.execute("EXPLAIN SELECT sum(n) FROM loose").fetchall()[0] == ("Columnar",)
        update = "UPDATE loose SET n = n + 0.5 WHERE id = 5 RETURNING n = 5.5, pg_typeof(n)::text"
        assert by_key.execute(update).fetchall() == [(True, "numeric")]
        # Anything else beside numbers makes a document of it, as before.
        by_key.execute("INSERT INTO loose (id, n) VALUES (-2, 'many'::text)")
        assert by_key.execute("SELECT pg_typeof(n)::text FROM loose WHERE id = 1").fetchall() == [
            ("jsonb",)
        ]
