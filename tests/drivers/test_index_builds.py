"""psycopg 3 watching an index being built online, in the views that administrators look at."""

import threading

import psycopg

from tests.drivers.test_psycopg_work import connect
from tests.server import Server

PROGRESS = """SELECT c.relname, i.relname, command, phase, lockers_total, lockers_done
    FROM pg_stat_progress_create_index p JOIN pg_class c ON c.oid = p.relid JOIN pg_class i ON i.oid = p.index_relid"""
STATE = "SELECT indisvalid, indisready FROM pg_index WHERE indexrelid = 'watched_n'::regclass"


def test_progress_and_state_of_a_build(server: Server) -> None:
    with connect(server, autocommit=True) as watcher, connect(server) as writer:
        watcher.execute("CREATE TABLE watched (id int PRIMARY KEY, n int)")
        watcher.execute("INSERT INTO watched SELECT g, g % 7 FROM generate_series(1, 1000) g")
        writer.execute("UPDATE watched SET n = 100 WHERE id = 1")
        failures: list[psycopg.Error] = []

        def build() -> None:
            try:
                with connect(server, autocommit=True) as builder:
                    builder.execute("CREATE INDEX CONCURRENTLY watched_n ON watched (n)")
            except psycopg.Error as error:
                failures.append(error)

        thread = threading.Thread(target=build)
        thread.start()
        rows: list[tuple[object, ...]] = []
        while thread.is_alive() and not (rows and rows[0][4]):
            rows = watcher.execute(PROGRESS).fetchall()
        assert rows == [
            (
                "watched",
                "watched_n",
                "CREATE INDEX CONCURRENTLY",
                "waiting for writers before build",
                1,
                0,
            )
        ]
        assert watcher.execute(STATE).fetchone() == (False, False)
        writer.commit()
        thread.join()
        assert failures == []
        assert watcher.execute(STATE).fetchone() == (True, True)
        assert watcher.execute(PROGRESS).fetchall() == []
        plan = watcher.execute("EXPLAIN SELECT id FROM watched WHERE n = 100").fetchall()
        assert "watched_n" in str(plan)
        assert watcher.execute("SELECT id FROM watched WHERE n = 100").fetchall() == [(1,)]
