"""The commands of docs/clients run as they stand there, one page after the other in a folder of its own."""

import os
import pathlib
import subprocess

import pytest

from tests.pages import PAGES, blocks, with_ports
from tests.server import Server

COMMANDS = {
    page: [line[2:] for block in blocks(page, "console") for line in block.splitlines()]
    for page in PAGES
}
AWS = pathlib.Path(__file__).parent.parent / ".venv" / "awscli" / "bin"


@pytest.mark.parametrize("page", [page for page, commands in COMMANDS.items() if commands])
def test_a_page_runs(page: str, tmp_path: pathlib.Path) -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "key"}
    path = f"{AWS}{os.pathsep}{os.environ['PATH']}"
    with Server(tmp_path / "data") as server:
        for command in COMMANDS[page]:
            result = subprocess.run(
                with_ports(command, server.port, server.dynamodb_port),
                shell=True,
                cwd=tmp_path,
                input="",
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
                env={**os.environ, **credentials, "PATH": path},
            )
            assert result.returncode == 0, (command, result.stderr)
