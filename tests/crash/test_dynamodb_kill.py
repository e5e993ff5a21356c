"""SIGKILL under load through the DynamoDB API and SQL at once: what was acknowledged is there, and nothing by half."""

import asyncio
import pathlib
import random
import threading

import pytest

from tests.crash.consistency import disagreements
from tests.crash.dynamodb_actors import Connection, Counter, Counters, Pair, Putter, prepare
from tests.server import Server


def run_cycles(folder: pathlib.Path, cycles: int, seed: int) -> None:
    source = random.Random(seed)
    counters = [Counter(f"counter-{n}", by_sql=n % 2 == 0) for n in range(4)]
    actors = [
        *[Putter(f"putter-{n}") for n in range(4)],
        *[Pair(f"pair-{n}") for n in range(3)],
        *counters,
    ]
    together = Counters(counters)
    server = Server(folder / "data").start()
    try:
        prepare(server)
        for _ in range(cycles):
            stopping = threading.Event()
            threads = [
                threading.Thread(target=actor.run, args=(server, stopping)) for actor in actors
            ]
            for actor in actors:
                actor.acknowledged = threading.Semaphore(0)
            for thread in threads:
                thread.start()
            for awaited in [*actors, *[source.choice(actors)] * source.randint(0, 100)]:
                assert awaited.acknowledged.acquire(timeout=60)
            server.kill()
            stopping.set()
            for thread in threads:
                thread.join()
            assert [actor.failure for actor in actors if actor.failure] == []
            assert asyncio.run(disagreements(server.data_dir)) == []
            server.start()
            with Connection(server) as connection:
                for actor in actors:
                    actor.verify(connection)
                together.verify(server, connection)
    finally:
        server.kill()
    assert all(actor.done for actor in actors)


def test_three_kills_lose_nothing(tmp_path: pathlib.Path) -> None:
    run_cycles(tmp_path, 3, seed=1)


@pytest.mark.slow
def test_forty_kills_lose_nothing(tmp_path: pathlib.Path) -> None:
    run_cycles(tmp_path, 40, seed=2)
