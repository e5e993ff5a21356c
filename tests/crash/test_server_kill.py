"""SIGKILL at random moments under load: what was acknowledged or seen is there, nothing is there by half."""

import asyncio
import itertools
import pathlib
import random

import pytest

from tests.crash.cast import Cast
from tests.crash.consistency import disagreements
from tests.server import Server


def run_cycles(folder: pathlib.Path, cycles: int, seed: int) -> None:
    source = random.Random(seed)
    cast = Cast.of(seed)
    server = Server(folder / "data").start()
    try:
        with server.connect() as client:
            cast.prepare(client)
        for number in itertools.count():
            # On a slow machine some get nothing done in so short a life: the lives grow longer then.
            if number >= cycles and (cast.has_everybody_acted or number > 3 * cycles):
                break
            cast.cycle(server, source.randint(50, 1500) * (1 + number // cycles))
            assert asyncio.run(disagreements(server.data_dir)) == []
            server.start()
            with server.connect() as client:
                cast.verify(client)
    finally:
        server.kill()
    cast.assert_everybody_acted()


def test_five_kills_lose_nothing(tmp_path: pathlib.Path) -> None:
    run_cycles(tmp_path, 5, seed=1)


@pytest.mark.slow
def test_fifty_kills_lose_nothing(tmp_path: pathlib.Path) -> None:
    run_cycles(tmp_path, 50, seed=2)
