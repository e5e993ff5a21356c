"""node-postgres and Knex: an application's work, line by line what it is with PostgreSQL."""

import pathlib

import pytest

from clients.peers import Peers, differences, printed
from tests.pages import address

HERE = pathlib.Path(__file__).parent
NODE = HERE.parent / ".venv" / "node"


@pytest.mark.parametrize("page", ["node-postgres", "knex"])
def test_an_applications_work(peers: Peers, page: str) -> None:
    # Modules are looked for beside the program.
    program = NODE / f"{page}.mjs"
    program.write_text((HERE / f"{page.replace('-', '_')}_work.mjs").read_text())
    theirs, ours = (
        printed(["node", str(program), address(page, port)], TZ="UTC")
        for port in (peers.postgresql, peers.terrascale)
    )
    assert not differences(theirs, ours)
    assert len(ours) > 20
