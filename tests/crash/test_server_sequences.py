"""Sequences of a server that is killed: no value comes twice, and ALTER SEQUENCE is whole or not there."""

import pathlib
import threading

from tests.crash.history import ask, integers
from tests.server import Server

SESSIONS = 3


def take_until_the_end(server: Server, taken: list[int], enough: threading.Event) -> None:
    try:
        with server.connect() as client:
            while True:
                taken += [row[0] for row in integers(client, "SELECT nextval('s')")]
                if len(taken) > 100:
                    enough.set()
    except (EOFError, OSError):
        return


def test_no_value_of_a_killed_server_comes_again(tmp_path: pathlib.Path) -> None:
    seen: set[int] = set()
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE SEQUENCE s")
    for _ in range(3):
        taken: list[list[int]] = [[] for _ in range(SESSIONS)]
        with Server(tmp_path / "data") as server:
            enough = threading.Event()
            takers = [
                threading.Thread(target=take_until_the_end, args=(server, mine, enough))
                for mine in taken
            ]
            for taker in takers:
                taker.start()
            assert enough.wait(60)
            server.kill()
            for taker in takers:
                taker.join()
        values = [value for mine in taken for value in mine]
        assert len(values) == len(set(values))
        assert not seen & set(values)
        assert not seen or min(values) > max(seen)
        seen |= set(values)


def test_a_killed_server_has_altered_a_sequence_or_not(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE SEQUENCE s")
        ask(client, "SELECT nextval('s') FROM generate_series(1, 10)")
        ask(client, "BEGIN")
        ask(client, "ALTER SEQUENCE s INCREMENT 1000 RESTART 5000")
        assert integers(client, "SELECT nextval('s')") == [(5000,)]
        server.kill()
    with Server(tmp_path / "data") as server, server.connect() as client:
        # Not committed: it goes on where it was, after what had been reserved.
        ((value,),) = integers(client, "SELECT nextval('s')")
        assert 10 < value < 1000
        ask(client, "ALTER SEQUENCE s INCREMENT 1000 RESTART 5000")
        assert integers(client, "SELECT nextval('s')") == [(5000,)]
        server.kill()
    with Server(tmp_path / "data") as server, server.connect() as client:
        ((value,),) = integers(client, "SELECT nextval('s')")
        assert value > 5000
        assert value % 1000 == 0
