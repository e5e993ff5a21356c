"""Foreign keys while many sessions insert, delete and change keys, and the server is killed: no orphan.

Point operations insert referencing rows without holding a lock until they are durable; deletes of the
referenced rows have to see them all the same, and whatever a crash leaves must hold together.
"""

import pathlib
import random
import threading

from tests.crash.history import ask, integers
from tests.server import Server

SESSIONS = 8
PARENT_COUNT = 12
ACTION_COUNT = 120
ROUNDS = 3

DEFINITIONS = (
    "CREATE TABLE p (id int PRIMARY KEY, u int UNIQUE)",
    "CREATE TABLE kept (id bigserial PRIMARY KEY, p int REFERENCES p)",
    "CREATE TABLE gone (id bigserial PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE)",
    "CREATE TABLE freed (id bigserial PRIMARY KEY, u int REFERENCES p (u) ON DELETE SET NULL)",
    "CREATE TABLE later (id bigserial PRIMARY KEY, p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE leaf (g bigint REFERENCES gone ON DELETE CASCADE)",
    "CREATE INDEX ON gone (p)",
)
ORPHANS = (
    "SELECT id FROM kept WHERE p NOT IN (SELECT id FROM p)",
    "SELECT id FROM gone WHERE p NOT IN (SELECT id FROM p)",
    "SELECT id FROM freed WHERE u NOT IN (SELECT u FROM p)",
    "SELECT id FROM later WHERE p NOT IN (SELECT id FROM p)",
    "SELECT g FROM leaf WHERE g NOT IN (SELECT id FROM gone)",
)


def _statements(chance: random.Random) -> list[str]:
    """Returns what one session does next: a statement, or a transaction."""
    one, other = chance.randrange(PARENT_COUNT), chance.randrange(PARENT_COUNT)
    actions = (
        f"INSERT INTO p VALUES ({one}, {one}) ON CONFLICT DO NOTHING",
        f"INSERT INTO kept (p) VALUES ({one})",
        f"INSERT INTO gone (p) VALUES ({one})",
        f"INSERT INTO freed (u) VALUES ({one})",
        f"INSERT INTO later (p) VALUES ({one})",
        f"INSERT INTO leaf SELECT id FROM gone WHERE p = {one} LIMIT 1",
        f"DELETE FROM p WHERE id = {one}",
        f"DELETE FROM p WHERE id IN ({one}, {other})",
        f"DELETE FROM kept WHERE p = {one}",
        f"DELETE FROM later WHERE p = {one}",
        f"UPDATE p SET id = {other} WHERE id = {one}",
        f"UPDATE p SET u = {other} WHERE id = {one}",
        f"UPDATE gone SET p = {other} WHERE id = (SELECT max(id) FROM gone WHERE p = {one})",
    )
    if chance.random() < 0.7:
        return [chance.choice(actions)]
    return ["BEGIN", chance.choice(actions), chance.choice(actions), "COMMIT"]


def _work(server: Server, seed: int, count: int | None, enough: threading.Event) -> None:
    chance = random.Random(seed)
    done = 0
    try:
        with server.connect(lock_timeout="100ms") as client:
            while count is None or done < count:
                for sql in _statements(chance):
                    client.simple_query(sql)  # refusals are part of it
                done += 1
                if done == ACTION_COUNT:
                    enough.set()
            enough.set()
    except (EOFError, OSError):
        return


def _no_orphans(server: Server) -> None:
    with server.connect() as client:
        for sql in ORPHANS:
            assert integers(client, sql) == [], sql


def test_nobody_is_left_without_what_he_refers_to(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        for sql in DEFINITIONS:
            ask(client, sql)
    for number in range(ROUNDS):
        is_killed = number < ROUNDS - 1
        with Server(tmp_path / "data") as server:
            enough = threading.Event()
            count = None if is_killed else ACTION_COUNT
            workers = [
                threading.Thread(target=_work, args=(server, number * SESSIONS + n, count, enough))
                for n in range(SESSIONS)
            ]
            for worker in workers:
                worker.start()
            if is_killed:
                assert enough.wait(120)
                server.kill()
            for worker in workers:
                worker.join()
            if not is_killed:
                _no_orphans(server)
        with Server(tmp_path / "data") as server:
            _no_orphans(server)
            with server.connect() as client:
                (rows,) = integers(
                    client, "SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM kept)"
                )
                assert rows[0] > 0


def test_a_cascade_is_whole_or_not_there(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE TABLE p (id int PRIMARY KEY)")
        ask(client, "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE)")
        ask(client, "INSERT INTO p SELECT generate_series(1, 100)")
        ask(client, "INSERT INTO c SELECT n, n % 100 + 1 FROM generate_series(1, 20000) n")
        deleting = threading.Thread(target=_delete_all, args=(server,))
        deleting.start()
        while not integers(
            client, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DELETE%' AND state = 'active'"
        ):
            pass
        server.kill()
        deleting.join()
    with Server(tmp_path / "data") as server, server.connect() as client:
        ((parents, children),) = integers(
            client, "SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM c)"
        )
        assert (parents, children) in {(100, 20000), (0, 0)}


def _delete_all(server: Server) -> None:
    try:
        with server.connect() as client:
            client.simple_query("DELETE FROM p")
    except (EOFError, OSError):
        return
