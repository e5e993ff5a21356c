"""SIGKILL at random moments under load: what was acknowledged or seen is there, nothing is there by half."""

import pathlib
import random

import pytest

from tests.crash.history import Reader, Writer, cycle, prepare, verify
from tests.server import Server


def run_cycles(folder: pathlib.Path, cycles: int, seed: int) -> None:
    source = random.Random(seed)
    writers = [Writer(number, random.Random(seed * 100 + number)) for number in range(6)]
    readers = [Reader(random.Random(seed * 100 + 50 + number), len(writers)) for number in range(2)]
    server = Server(folder / "data").start()
    try:
        with server.connect() as client:
            prepare(client, len(writers))
        for _ in range(cycles):
            cycle(server, writers, readers, source.randint(50, 800))
            server.start()
            with server.connect() as client:
                verify(client, writers, readers)
    finally:
        server.kill()
    assert all(writer.steps for writer in writers), (
        "a writer never got to write: the test shows nothing"
    )


def test_five_kills_lose_nothing(tmp_path: pathlib.Path) -> None:
    run_cycles(tmp_path, 5, seed=1)


@pytest.mark.slow
def test_fifty_kills_lose_nothing(tmp_path: pathlib.Path) -> None:
    run_cycles(tmp_path, 50, seed=2)
