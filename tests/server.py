"""A TerraScale server of its own for a test: a real process, an empty data directory, a free port."""

import contextlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time
from types import TracebackType

from tests.pgclient import PgClient

#: Below those that systems give to outgoing connections, one of which may take a port between two lives of a server.
_PORTS = range(10_240, 32_768)


def free_port() -> int:
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


class Server:
    """`terrascale serve` as a subprocess; `start` returns when it says that it is ready."""

    def __init__(
        self,
        data_dir: pathlib.Path,
        *flags: str,
        env: dict[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "terrascale"),
    ) -> None:
        self.data_dir = data_dir
        self.flags = flags
        self.env = env or {}
        self.program = program
        self.port = free_port()
        self.dynamodb_port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.log_path = data_dir.with_name(data_dir.name + ".log")

    def start(self) -> "Server":
        arguments = [
            sys.executable, *self.program, "serve", "--data-dir", str(self.data_dir), "--pg-port", str(self.port),
            "--dynamodb-port", str(self.dynamodb_port), "--http-port", "0", "--socket-dir", str(self.data_dir.parent), *self.flags,
        ]  # fmt: skip
        log = self.log_path.open("a", encoding="utf-8")
        with log:
            self.process = subprocess.Popen(
                arguments, stdout=log, stderr=log, text=True, env={**os.environ, **self.env}
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log_path.read_text()}")
            try:
                for port in (self.port, self.dynamodb_port):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return self
        raise TimeoutError(self.log_path.read_text())

    def wait_for(self, text: str) -> None:
        """Returns when the server has written this to its log."""
        deadline = time.monotonic() + 60
        while text not in self.log_path.read_text():
            if time.monotonic() > deadline:
                raise TimeoutError(self.log_path.read_text())
            time.sleep(0.05)

    def connect(self, **settings: str) -> PgClient:
        return PgClient.connect("127.0.0.1", self.port, "terrascale", "terrascale", **settings)

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody is told."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def children(self) -> list[int]:
        """Returns the ids of the processes that it has started, from whichever thread."""
        assert self.process is not None
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(word) for task in tasks for word in task.read_text().split()]

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
