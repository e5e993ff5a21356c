"""SQL cursors through psycopg's server-side cursors, and what they show while others write."""

import psycopg

from tests.server import Server

ROWS = 5000


def connect(server: Server) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", dbname="terrascale"
    )


def prepare(connection: psycopg.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS cursor_rows")
    connection.execute("CREATE TABLE cursor_rows (id int PRIMARY KEY)")
    connection.execute("INSERT INTO cursor_rows SELECT generate_series(1, %s::int)", (ROWS,))
    connection.commit()


def test_a_named_cursor_takes_parameters_and_gives_rows_in_steps(server: Server) -> None:
    with connect(server) as connection:
        prepare(connection)
        with connection.cursor("steps", scrollable=True) as cursor:
            cursor.itersize = 100
            cursor.execute("SELECT id FROM cursor_rows WHERE id > %s ORDER BY id", (10,))
            assert cursor.fetchone() == (11,)
            assert [row[0] for row in cursor.fetchmany(3)] == [12, 13, 14]
            cursor.scroll(-2)
            assert cursor.fetchone() == (13,)
            cursor.scroll(100, mode="absolute")
            assert cursor.fetchone() == (111,)
            assert [row[0] for row in cursor] == list(range(112, ROWS + 1))


def test_a_held_cursor_outlives_its_transaction(server: Server) -> None:
    with connect(server) as connection:
        prepare(connection)
        cursor = connection.cursor("held", withhold=True)
        cursor.execute("SELECT id FROM cursor_rows ORDER BY id")
        connection.commit()
        connection.execute("DELETE FROM cursor_rows")
        connection.commit()
        assert len(cursor.fetchall()) == ROWS
        cursor.close()


def test_a_cursor_shows_what_was_there_when_it_was_declared(server: Server) -> None:
    with connect(server) as connection, connect(server) as other:
        prepare(connection)
        with connection.cursor("fixed") as cursor:
            cursor.execute("SELECT id FROM cursor_rows ORDER BY id")
            assert cursor.fetchone() == (1,)
            other.execute("INSERT INTO cursor_rows VALUES (%s)", (ROWS + 1,))
            other.execute("DELETE FROM cursor_rows WHERE id = %s", (ROWS - 1,))
            other.commit()
            assert connection.execute("SELECT count(*) FROM cursor_rows").fetchone() == (ROWS,)
            connection.execute("INSERT INTO cursor_rows VALUES (%s)", (ROWS + 2,))
            assert [row[0] for row in cursor.fetchall()] == list(range(2, ROWS + 1))


def test_volatile_functions_are_called_for_the_rows_that_are_fetched(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TEMP SEQUENCE fetched")
        with connection.cursor("lazy") as cursor:
            cursor.execute("SELECT nextval('fetched') FROM generate_series(1, 10)")
            cursor.itersize = 2
            assert cursor.fetchmany(2) == [(1,), (2,)]
            assert connection.execute("SELECT nextval('fetched')").fetchone() == (3,)
            assert cursor.fetchone() == (4,)
