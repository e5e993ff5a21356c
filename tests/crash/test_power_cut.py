"""Power cuts under load: every unsynced byte is gone, every acknowledged write is there."""

import asyncio
import pathlib
import random
import signal

import pytest

from tests.crash.cast import Cast
from tests.crash.consistency import disagreements
from tests.crash.power_cut import PowerCut
from tests.server import Server


def assert_all_is_there(cast: Cast, directory: pathlib.Path) -> None:
    assert asyncio.run(disagreements(directory)) == []
    with Server(directory) as found, found.connect() as client:
        cast.verify(client)


@pytest.mark.slow
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_a_power_cut_loses_nothing_acknowledged(
    tmp_path: pathlib.Path, seed: int, strict: bool
) -> None:
    cast = Cast.of(seed)
    cut = PowerCut(tmp_path / "data", tmp_path / "shim")
    server = Server(tmp_path / "data", env=cut.environment()).start()
    with server.connect() as client:
        cast.prepare(client)
    cast.cycle(server, random.Random(seed).randint(300, 5000))
    cut.after_cut(tmp_path / "after", strict=strict)
    assert_all_is_there(cast, tmp_path / "after")


@pytest.mark.slow
@pytest.mark.parametrize("at_sync", [*range(1, 16), *range(16, 400, 24)])
def test_a_power_cut_at_any_sync(tmp_path: pathlib.Path, at_sync: int) -> None:
    """The n-th sync never happens: in the first start, in DDL, in a flush or in an ingest."""
    cast = Cast.of(at_sync)
    cut = PowerCut(tmp_path / "data", tmp_path / "shim")
    server = Server(tmp_path / "data", env=cut.environment(at_sync=at_sync))
    is_prepared = False
    try:
        server.start()
        with server.connect() as client:
            cast.prepare(client)
        is_prepared = True
    except (RuntimeError, OSError, EOFError):
        pass  # it died before anything was promised that the cast could verify
    if is_prepared:
        cast.cycle(server)
    assert server.process is not None
    assert server.process.wait(timeout=20) == -signal.SIGKILL
    cut.after_cut(tmp_path / "after", strict=bool(at_sync % 2))
    if is_prepared:
        assert_all_is_there(cast, tmp_path / "after")
    else:
        with Server(tmp_path / "after") as found, found.connect() as client:
            assert client.simple_query("SELECT 1")[0].rows == [("1",)]
