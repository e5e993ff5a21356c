"""Power cuts under load: every unsynced byte is gone, every acknowledged write is there."""

import pathlib
import random

import pytest

from tests.crash.history import Reader, Writer, cycle, prepare, verify
from tests.crash.power_cut import PowerCut
from tests.server import Server


def writers_and_readers(seed: int) -> tuple[list[Writer], list[Reader]]:
    writers = [Writer(number, random.Random(seed * 100 + number)) for number in range(6)]
    return writers, [Reader(random.Random(seed * 100 + 50), len(writers))]


@pytest.mark.slow
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_a_power_cut_loses_nothing_acknowledged(
    tmp_path: pathlib.Path, seed: int, strict: bool
) -> None:
    writers, readers = writers_and_readers(seed)
    cut = PowerCut(tmp_path / "data", tmp_path / "shim")
    server = Server(tmp_path / "data", env=cut.environment()).start()
    with server.connect() as client:
        prepare(client, len(writers))
    cycle(server, writers, readers, random.Random(seed).randint(300, 3000))
    lost = cut.after_cut(tmp_path / "after", strict=strict)
    print(f"{lost} unsynced bytes rolled back")
    with Server(tmp_path / "after") as found, found.connect() as client:
        verify(client, writers, readers)


@pytest.mark.slow
@pytest.mark.parametrize("at_sync", range(1, 40, 3))
def test_a_power_cut_at_any_sync_of_a_start_and_a_stop(
    tmp_path: pathlib.Path, at_sync: int
) -> None:
    """The n-th sync of the process never happens: in its first start, in DDL, in a flush or in its shutdown."""
    writers, readers = writers_and_readers(at_sync)
    cut = PowerCut(tmp_path / "data", tmp_path / "shim")
    server = Server(tmp_path / "data", env=cut.environment(at_sync=at_sync))
    prepared = False
    try:
        server.start()
        with server.connect() as client:
            prepare(client, len(writers))
            prepared = True
        cycle(server, writers, readers, 1500)
    except (RuntimeError, OSError, EOFError):
        pass  # the process died where it was told to
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
    cut.after_cut(tmp_path / "after", strict=True)
    with Server(tmp_path / "after") as found, found.connect() as client:
        if prepared:
            verify(client, writers, readers)
