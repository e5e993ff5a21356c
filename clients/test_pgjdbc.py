"""pgjdbc: an application's work and DatabaseMetaData, line by line what they are with PostgreSQL."""

import pathlib

from clients.peers import Peers, differences, printed
from tests.pages import address

HERE = pathlib.Path(__file__).parent
DRIVER = HERE.parent / ".venv" / "java" / "postgresql.jar"


def test_an_applications_work(peers: Peers) -> None:
    program = ["java", "-Duser.timezone=UTC", "-cp", str(DRIVER), str(HERE / "PgjdbcWork.java")]
    theirs, ours = (
        printed([*program, address("pgjdbc", port)])
        for port in (peers.postgresql, peers.terrascale)
    )
    assert not differences(theirs, ours)
    assert len(ours) > 500
