"""Every recorded conversation goes with TerraScale as it went with PostgreSQL 15.

The recordings are made by tests/wire/record.py; `--rewrite` doesn't touch them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import Server
from tests.wire.script import replay

#: A guard: what comes at all comes at once.
ANSWER_SECONDS_MAX = 10.0
FOLDER = Path(__file__).parents[1] / "golden" / "wire"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("wire") / "data") as running:
        yield running


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.txt")))
def test_conversation(name: str, server: Server) -> None:
    recorded = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    with server.connect() as client:
        client.sock.settimeout(ANSWER_SECONDS_MAX)
        assert replay(recorded, client).splitlines() == recorded.splitlines()
