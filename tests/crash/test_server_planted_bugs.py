"""Servers with a bug on purpose: the suites must notice each of them."""

import asyncio
import pathlib

import pytest

from storage.kv import synced_through
from tests.crash.cast import Cast
from tests.crash.consistency import disagreements
from tests.crash.history import StatementError
from tests.crash.power_cut import PowerCut
from tests.server import Server

#: A kill at one of these syncs; what a reader sees in between is a matter of luck.
SYNCS = (60, 90, 140, 200)


def planted(folder: pathlib.Path, bug: str, env: dict[str, str] | None = None) -> Server:
    return Server(folder / "data", env=env, program=("-m", "tests.crash.planted", bug))


def kill_and_verify(folder: pathlib.Path, bug: str, seed: int) -> None:
    """What test_server_kill.py does, with two lives of the server."""
    cast = Cast.of(seed)
    with Server(folder / "data") as server, server.connect() as client:
        cast.prepare(client)
    for _ in range(2):
        cast.cycle(planted(folder, bug).start(), 2500)
        assert asyncio.run(disagreements(folder / "data")) == []
        with Server(folder / "data") as server, server.connect() as client:
            cast.verify(client)


def cut_and_verify(folder: pathlib.Path, bug: str, at_sync: int) -> None:
    """What test_power_cut.py does; without the verdict, so that the loss itself has to show."""
    cast, cut = Cast.of(at_sync, watchers=4), PowerCut(folder / "data", folder / "shim")
    with Server(folder / "data", env=cut.environment()) as server, server.connect() as client:
        cast.prepare(client)
    cast.cycle(planted(folder, bug, cut.environment(at_sync=at_sync)).start())
    cut.after_cut(folder / "after", strict=False)
    synced_through.create(folder / "after" / "synced-through", 0)
    with Server(folder / "after") as found, found.connect() as client:
        cast.verify(client)


@pytest.mark.slow
def test_without_a_bug_nothing_is_noticed(tmp_path: pathlib.Path) -> None:
    kill_and_verify(tmp_path, "small", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bug", "message"),
    [
        ("drops-an-index-entry", "index"),
        ("skips-the-lock", "given (twice|before)"),
        ("loses-a-spilled-file", None),
    ],
)
def test_a_bug_is_noticed(tmp_path: pathlib.Path, bug: str, message: str | None) -> None:
    with pytest.raises((AssertionError, StatementError), match=message):
        kill_and_verify(tmp_path, bug, 2)


@pytest.mark.slow
@pytest.mark.parametrize("at_sync", SYNCS)
def test_a_slow_disk_is_no_bug(tmp_path: pathlib.Path, at_sync: int) -> None:
    cut_and_verify(tmp_path, "syncs-slowly", at_sync)


@pytest.mark.slow
def test_showing_unsynced_state_is_noticed(tmp_path: pathlib.Path) -> None:
    with pytest.raises(AssertionError, match="a reader saw"):
        for at_sync in SYNCS:
            folder = tmp_path / str(at_sync)
            folder.mkdir()
            cut_and_verify(folder, "shows-unsynced-state", at_sync)


@pytest.mark.slow
def test_acknowledging_before_the_sync_is_noticed(tmp_path: pathlib.Path) -> None:
    """By the verdict, which refuses to start; and without it by the loss itself."""
    cast, cut = Cast.of(3), PowerCut(tmp_path / "data", tmp_path / "shim")
    with Server(tmp_path / "data", env=cut.environment()) as server, server.connect() as client:
        cast.prepare(client)
    bug = planted(tmp_path, "acknowledges-before-the-sync", cut.environment()).start()
    cast.cycle(bug, 2500)
    cut.after_cut(tmp_path / "after", strict=False)
    with pytest.raises(RuntimeError, match="were acknowledged and are missing"):
        Server(tmp_path / "after").start()
    synced_through.create(tmp_path / "after" / "synced-through", 0)
    with (
        Server(tmp_path / "after") as found,
        found.connect() as client,
        pytest.raises(AssertionError),
    ):
        cast.verify(client)
