"""pgx: an application's work, line by line what it is with PostgreSQL."""

import pathlib

from clients.peers import Peers, differences, printed
from tests.pages import address

PROGRAM = pathlib.Path(__file__).parent.parent / ".venv" / "go" / "pgx_work"


def test_an_applications_work(peers: Peers) -> None:
    theirs, ours = (
        printed([str(PROGRAM), address("pgx", port)])
        for port in (peers.postgresql, peers.terrascale)
    )
    assert not differences(theirs, ours)
    assert len(ours) > 30
