"""One server for a module of client tests."""

import pathlib
from collections.abc import Iterator

import pytest

from clients.peers import Peers, empty_database, remove_database
from tests.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("clients")
    with Server(folder / "data") as running:
        yield running


@pytest.fixture(scope="module")
def peers(server: Server) -> Iterator[Peers]:
    yield Peers(empty_database(), server.port)
    remove_database()
