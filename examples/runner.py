"""Runs an example's statements and shows what comes back."""

import pathlib
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator

from tests.golden.script import render
from tests.pgclient import PgClient
from tests.server import Server


def statements(path: pathlib.Path) -> list[str]:
    """Returns the statements of an example, without their comments."""
    text = "\n".join(
        line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith("--")
    )
    return [block.strip() for block in text.split(";\n") if block.strip()]


def transcript(
    client: PgClient, path: pathlib.Path, data: Iterable[bytes]
) -> Iterator[tuple[str, str]]:
    """Yields each statement with its answer; the COPY statement takes the data."""
    for sql in statements(path):
        copy_data = data if sql.startswith("COPY") else ()
        yield sql, render(client.simple_query(sql, copy_data))


def show(path: pathlib.Path, data: Iterable[bytes]) -> None:
    """Runs an example on a server of its own; exits with 1 at the first error."""
    with (
        tempfile.TemporaryDirectory(prefix="terrascale-example-") as folder,
        Server(pathlib.Path(folder) / "data") as server,
        server.connect() as client,
    ):
        client.sock.settimeout(600)
        began = time.perf_counter()
        for sql, answer in transcript(client, path, data):
            elapsed, began = time.perf_counter() - began, time.perf_counter()
            print(f"{sql};\n{answer}({elapsed * 1000:.0f} ms)\n", flush=True)
            if "ERROR" in answer:
                sys.exit(1)
