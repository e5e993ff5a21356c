"""One server for a module of client tests."""

import pathlib
from collections.abc import Iterator

import pytest

from tests.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("clients")
    with Server(folder / "data") as running:
        yield running
