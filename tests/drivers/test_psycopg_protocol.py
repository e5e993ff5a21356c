"""What psycopg's own tests ask of a server beside values: parameters of commands, notices, COPY's faults, other sessions."""

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import errors, pq

from tests.drivers.test_psycopg_work import connect
from tests.server import Server

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
INT4 = 23


def status_of(result: Any) -> tuple[pq.ExecStatus, bytes]:
    return pq.ExecStatus(result.status), result.command_status


@pytest.mark.parametrize(
    ("sql", "tag"), [("BEGIN", b"BEGIN"), ("CREATE TABLE made (x int)", b"CREATE TABLE"), ("", b"")]
)
def test_commands_take_the_parameters_that_were_declared(
    server: Server, sql: str, tag: bytes
) -> None:
    with connect(server, autocommit=True) as connection:
        wire = connection.pgconn
        result = wire.exec_params(sql.encode(), [b"1"], [INT4])
        assert result.command_status == tag
        wire.exec_(b"ROLLBACK")
        wire.exec_(b"DROP TABLE IF EXISTS made")
        wire.prepare(b"declared", sql.encode(), [INT4])
        described = wire.describe_prepared(b"declared")
        assert (described.nparams, described.param_type(0)) == (1, INT4)


@pytest.mark.parametrize("sql", ["CREATE TABLE made (x int)", "COPY (SELECT $1) TO stdout"])
def test_commands_parameters_need_a_type(server: Server, sql: str) -> None:
    with connect(server, autocommit=True) as connection:
        result = connection.pgconn.exec_params(sql.encode(), [b"1"], [0])
        assert b"could not determine data type of parameter $1" in result.error_message


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE made AS SELECT %s AS x, %s::text AS y",
        "SELECT %s AS x, %s::text AS y INTO made",
    ],
)
def test_a_table_is_made_of_a_query_with_parameters(server: Server, sql: str) -> None:
    with connect(server) as connection:
        cursor = connection.execute(sql, (5, "five"))
        assert cursor.statusmessage == "SELECT 1"
        assert connection.execute("SELECT * FROM made").fetchall() == [(5, "five")]
        connection.rollback()
        with pytest.raises(errors.UndefinedParameter):
            connection.execute("CREATE MATERIALIZED VIEW made AS SELECT %s AS x", (5,))


def test_an_empty_parameter_is_shown_empty(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        for text, shown in (("", "''"), ("x", "'...'")):
            with pytest.raises(errors.InvalidTextRepresentation) as failure:
                connection.execute("SELECT %s::int", (text,))
            assert failure.value.diag.context == f"unnamed portal parameter $1 = {shown}"


def test_notifications_wait_for_the_end_of_the_transaction(server: Server) -> None:
    heard: list[str] = []
    with connect(server, autocommit=True) as listener, connect(server, autocommit=True) as other:
        listener.add_notify_handler(lambda notification: heard.append(notification.payload))
        for channel in ("zulu", "alpha"):
            listener.execute(f"LISTEN {channel}")
        rows = listener.execute("SELECT pg_listening_channels()").fetchall()
        assert rows == [("zulu",), ("alpha",)]
        listener.execute("BEGIN")
        other.execute("NOTIFY alpha, 'while it was open'")
        for _ in range(3):
            listener.execute("SELECT 1")
            time.sleep(0.02)
        assert heard == []
        listener.execute("COMMIT")
        assert heard == ["while it was open"]


def test_a_session_is_ended_and_seen_gone(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        other = connect(server, autocommit=True)
        pid = other.info.backend_pid
        row = connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)).fetchone()
        assert row == (True,)
        counted = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", (pid,))
        assert counted.fetchone() == (0,)
        with pytest.raises(errors.AdminShutdown):
            other.execute("SELECT 1")


def test_both_ends_of_the_connection_are_known(server: Server) -> None:
    with connect(server) as connection:
        row = connection.execute(
            "SELECT inet_client_addr()::text, inet_server_addr()::text, inet_server_port(),"
            " client_port = inet_client_port(), client_addr = inet_client_addr()"
            " FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        ).fetchone()
        assert row == ("127.0.0.1/32", "127.0.0.1/32", server.port, True, True)


@pytest.mark.parametrize("command", ["VACUUM", "CREATE INDEX CONCURRENTLY ON piped (x)"])
def test_what_must_be_alone_refuses_a_pipeline(server: Server, command: str) -> None:
    with connect(server, autocommit=True) as connection:
        connection.execute("CREATE TABLE piped (x int)")
        try:
            with (
                pytest.raises(
                    errors.ActiveSqlTransaction, match="cannot be executed within a pipeline"
                ),
                connection.pipeline(),
            ):
                connection.execute("SELECT 1")
                connection.execute(command)
        finally:
            connection.execute("DROP TABLE piped")


def test_values_that_only_clients_use_go_both_ways(server: Server) -> None:
    with connect(server) as connection:
        wire = connection.pgconn
        for type_, raw in (("jsonpath", b'\x01$."a"'), ("void", b""), ("tid", b"\0\0\0\1\0\2")):
            oid = connection.execute(f"SELECT '{type_}'::regtype::oid").fetchone()
            assert oid is not None
            result = wire.exec_params(b"SELECT $1", [raw], [oid[0]], [1], 1)
            assert (status_of(result)[0], result.get_value(0, 0)) == (pq.ExecStatus.TUPLES_OK, raw)
        failed = wire.exec_params(b"SELECT $1::jsonpath", [b"\2$"], None, [1])
        assert b"unsupported jsonpath version number: 2" in failed.error_message


def test_a_rows_literals_have_no_type(server: Server) -> None:
    with connect(server) as connection:
        row = connection.execute("SELECT ROW(1, 'a', 'b'::text, NULL)", binary=True).fetchone()
        assert row == ((1, b"a", "b", None),)


BINARY_FAULTS: Sequence[tuple[bytes, str, str | None]] = (
    (b"nonsense", "COPY file signature not recognized", None),
    (b"", "COPY file signature not recognized", None),
    (
        SIGNATURE[:11] + b"\0\2\0\0" + b"\0" * 4,
        "unrecognized critical flags in COPY file header",
        None,
    ),
    (SIGNATURE + b"\0\2\0\0\0\4\0\0", "unexpected EOF in COPY data", "line 1, column id"),
    (SIGNATURE + b"\0\2\xff\xff\xff\xfe", "invalid field size", "line 1, column id"),
    (SIGNATURE + b"\xff\xffmore", "received copy data after EOF marker", "line 1"),
    (SIGNATURE + b"\0\1\0\0\0\4\0\0\0\1", "row field count is 1, expected 2", "line 1"),
)


@pytest.mark.parametrize(("data", "message", "place"), BINARY_FAULTS)
def test_faults_of_binary_copies_have_their_place(
    server: Server, data: bytes, message: str, place: str | None
) -> None:
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (id int, t text)")
        with (
            pytest.raises(errors.BadCopyFileFormat) as failure,
            cursor.copy("COPY copied FROM stdin (FORMAT binary)") as copy,
        ):
            copy.write(data)
        assert failure.value.diag.message_primary == message
        where = None if place is None else f"COPY copied, {place}"
        assert failure.value.diag.context == where
        connection.rollback()


def test_a_header_that_must_match_has_to_be_there(server: Server) -> None:
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (id int, t text)")
        message = "wrong number of fields in header line: got 1, expected 2"
        with (
            pytest.raises(errors.BadCopyFileFormat, match=message),
            cursor.copy("COPY copied FROM stdin (HEADER match)"),
        ):
            pass


def test_the_error_before_the_commit_names_no_line_that_cant_be_read(server: Server) -> None:
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (id int, t text)")
        with (
            pytest.raises(errors.CharacterNotInRepertoire) as failure,
            cursor.copy("COPY copied FROM stdin") as copy,
        ):
            copy.write(b"1\t\xff\n")
        assert failure.value.diag.context == "COPY copied, line 1"


@pytest.mark.parametrize("name", ["EUC_TW", "euc_jis_2004", "SHIFT_JIS_2004", "mule_internal"])
def test_encodings_without_a_conversion_are_refused_by_name(server: Server, name: str) -> None:
    with connect(server) as connection:
        with pytest.raises(errors.FeatureNotSupported) as failure:
            connection.execute(f"SET client_encoding = '{name}'")
        assert failure.value.diag.message_detail == (
            f"Conversion between {name.upper()} and UTF8 is not supported."
        )


def test_a_closed_connection_is_told_why(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match='database "no_such" does not exist'):
        psycopg.connect(f"host=127.0.0.1 port={server.port} user=terrascale dbname=no_such")


def test_the_rows_before_one_that_fails_are_given(server: Server) -> None:
    with connect(server) as connection:
        for sql in (
            "SELECT 100 / (5 - n) FROM generate_series(0, 9) n",
            "SELECT n FROM generate_series(0, 9) n WHERE 100 / (5 - n) > 0",
            "SELECT 100 / (5 - generate_series(0, 9))",
        ):
            given: list[Any] = []
            with pytest.raises(errors.DivisionByZero):
                given.extend(connection.cursor().stream(sql))
            assert len(given) == 5
            connection.rollback()
            assert len(connection.execute(f"{sql} LIMIT 5").fetchall()) == 5


def test_fetch_is_prepared_before_its_cursor_is_there(server: Server) -> None:
    with connect(server) as connection:
        wire = connection.pgconn
        wire.exec_(b"BEGIN")
        wire.prepare(b"fetch", b"FETCH 2 FROM later")
        assert wire.describe_prepared(b"fetch").nfields == 0
        wire.exec_(b"DECLARE later CURSOR FOR SELECT generate_series(1, 3)")
        result = wire.exec_prepared(b"fetch", None)
        assert [result.get_value(row, 0) for row in range(result.ntuples)] == [b"1", b"2"]
        assert wire.describe_prepared(b"fetch").nfields == 1
        wire.exec_(b"CLOSE later")
        failed = wire.exec_prepared(b"fetch", None)
        assert b'cursor "later" does not exist' in failed.error_message


def test_the_time_of_a_statement_is_that_of_all_its_messages(server: Server) -> None:
    with connect(server, autocommit=True) as connection, connect(server) as other:
        connection.execute("SET statement_timeout = '20ms'")
        wire = connection.pgconn
        wire.enter_pipeline_mode()
        wire.send_prepare(b"late", b"SELECT 1")
        wire.send_flush_request()
        wire.flush()
        other.execute("SELECT pg_sleep(0.1)")
        wire.send_describe_prepared(b"late")
        wire.pipeline_sync()
        statuses = []
        while True:
            result = wire.get_result()
            if result is None:
                continue
            statuses.append(result.error_field(pq.DiagnosticField.SQLSTATE))
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                break
        assert statuses == [None, b"57014", None]
        wire.exit_pipeline_mode()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_each_statement_of_a_string_has_the_time_of_one(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        pause = "SELECT pg_sleep(0.15); " * 3
        connection.execute(f"SET statement_timeout = '300ms'; {pause}".encode())
        with pytest.raises(errors.QueryCanceled):
            connection.execute(b"SET statement_timeout = '20ms'; SELECT pg_sleep(30)")
        assert connection.execute("SHOW statement_timeout").fetchone() == ("300ms",)


def test_what_keys_and_serial_columns_bring_along_is_told_to_who_debugs(server: Server) -> None:
    with connect(server) as connection:
        told: list[tuple[str | None, str | None]] = []
        connection.add_notice_handler(lambda d: told.append((d.severity, d.message_primary)))
        connection.execute("SET client_min_messages = debug1")
        connection.execute("CREATE TABLE bringing (id serial PRIMARY KEY, b int UNIQUE)")
        connection.execute("ALTER TABLE bringing ADD c serial, ADD UNIQUE (c)")
        made = "will create implicit"
        assert told == [
            ("DEBUG", f'CREATE TABLE {made} sequence "bringing_id_seq" for serial column "bringing.id"'),
            ("DEBUG", f'CREATE TABLE / PRIMARY KEY {made} index "bringing_pkey" for table "bringing"'),
            ("DEBUG", f'CREATE TABLE / UNIQUE {made} index "bringing_b_key" for table "bringing"'),
            ("DEBUG", f'ALTER TABLE {made} sequence "bringing_c_seq" for serial column "bringing.c"'),
            ("DEBUG", f'ALTER TABLE / ADD UNIQUE {made} index "bringing_c_key" for table "bringing"'),
        ]  # fmt: skip


def test_the_largest_numbers_go_in_binary(server: Server) -> None:
    with connect(server) as connection:
        number = Decimal(10) ** 131071
        cursor = connection.cursor(binary=True)
        (sent,) = cursor.execute("SELECT (1::text || repeat('0', 131071))::numeric").fetchall()
        assert sent == (number,)
        assert cursor.execute("SELECT %b::numeric", (number,)).fetchall() == [(number,)]
