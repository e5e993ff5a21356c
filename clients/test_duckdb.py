"""DuckDB's postgres extension: an analyst's work, line by line what it is with PostgreSQL."""

import pathlib

from clients.peers import Peers, differences, printed
from tests.pages import blocks, with_ports

HERE = pathlib.Path(__file__).parent
PYTHON = HERE.parent / ".venv" / "duckdb" / "bin" / "python"


def test_an_analysts_work(peers: Peers, tmp_path: pathlib.Path) -> None:
    (statements,) = blocks("duckdb", "sql")
    theirs, ours = (
        printed(
            [str(PYTHON), str(HERE / "duckdb_work.py"), with_ports(statements, port), str(tmp_path)]
        )
        for port in (peers.postgresql, peers.terrascale)
    )
    assert not differences(theirs, ours)
    assert len(ours) > 30
