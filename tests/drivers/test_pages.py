"""The Python programs of docs/clients run as they stand there."""

import pytest

from tests.pages import PAGES, blocks, with_ports
from tests.server import Server

PROGRAMS = [
    pytest.param(program, id=f"{page}-{number}")
    for page in PAGES
    for number, program in enumerate(blocks(page, "python"), 1)
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_page_runs(server: Server, program: str) -> None:
    text = with_ports(program, server.port, server.dynamodb_port)
    exec(compile(text, "page", "exec"), {"__name__": "page"})
