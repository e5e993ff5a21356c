"""The two servers of a comparison: PostgreSQL 15 (given by the environment) and TerraScale (started here)."""

import os
import pathlib
import resource
import subprocess
from dataclasses import dataclass

from tests.pgclient import PgClient
from tests.server import Server


@dataclass(frozen=True)
class Peer:
    """A server that speaks PostgreSQL's protocol."""

    name: str
    host: str
    port: int
    user: str
    database: str
    #: Of the server's only process, if it has only one.
    process_id: int | None = None

    def connect(self) -> PgClient:
        client = PgClient.connect(self.host, self.port, self.user, self.database)
        client.sock.settimeout(900)
        return client

    def run(self, sql: str) -> None:
        """Runs statements; raises at the first error."""
        with self.connect() as client:
            for result in client.simple_query(sql):
                if result.error:
                    raise RuntimeError(f"{self.name}: {result.error}")

    def arguments(self) -> list[str]:
        """Connection arguments of psql and pgbench."""
        return ["-h", self.host, "-p", str(self.port), "-U", self.user]


def postgresql() -> Peer:
    """The oracle that tools/postgres.sh started: fsync on, default settings."""
    return Peer(
        "postgresql",
        os.environ["PGHOST"],
        int(os.environ["PGPORT"]),
        os.environ["PGUSER"],
        "postgres",
    )


def terrascale(server: Server) -> Peer:
    """Our own server, at default settings."""
    assert server.process is not None
    return Peer(
        "terrascale", "127.0.0.1", server.port, "terrascale", "terrascale", server.process.pid
    )


def cpu_seconds(peer: Peer) -> float:
    """CPU time that the server has taken so far; 0 where it has several processes."""
    if peer.process_id is None:
        return 0.0
    fields = pathlib.Path(f"/proc/{peer.process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Resident set size of a process."""
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def pgbench(
    peer: Peer, script: pathlib.Path | str, *, mode: str, clients: int, seconds: int
) -> tuple[float, int]:
    """Runs a script, a file or one of pgbench's own by its name; returns transactions per
    second, and how many there were.

    Raises if pgbench reports any failed transaction.
    """
    chosen = ["-b", script] if isinstance(script, str) else ["-f", str(script)]
    command = [
        "pgbench", "-n", *chosen, "-M", mode, "-c", str(clients), "-j", "1", "-T", str(seconds),
        *peer.arguments(), peer.database,
    ]  # fmt: skip
    output = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    lines = output.stdout.splitlines()
    failed = [
        line
        for line in lines
        if line.startswith("number of failed transactions") and ": 0 " not in line
    ]
    if output.returncode or failed:
        raise RuntimeError(f"{peer.name}: {output.stderr[-2000:]} {failed}")
    (rate,) = (line.split()[2] for line in lines if line.startswith("tps ="))
    (count,) = (
        line.split()[-1].split("/")[0]
        for line in lines
        if line.startswith("number of transactions actually processed")
    )
    return float(rate), int(count)
