"""One program run against PostgreSQL 15 and against TerraScale: what it prints must be the same."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

USER = "terrascale"


@dataclass(frozen=True)
class Peers:
    """The ports of two servers; each has a superuser and an empty database called terrascale."""

    postgresql: int
    terrascale: int


def psql(*statements: str) -> None:
    """Runs statements in PostgreSQL's own first database."""
    commands = [word for statement in statements for word in ("-c", statement)]
    subprocess.run(["psql", "-X", "-q", *commands], check=True, capture_output=True)


def empty_database() -> int:
    """Makes PostgreSQL's database terrascale anew; returns the port."""
    remove_database()
    psql(f"CREATE ROLE {USER} SUPERUSER LOGIN")
    psql(f"CREATE DATABASE {USER} OWNER {USER} TEMPLATE template0")
    return int(os.environ["PGPORT"])


def remove_database() -> None:
    """Leaves nothing of `empty_database` behind."""
    psql(f"DROP DATABASE IF EXISTS {USER}", f"DROP ROLE IF EXISTS {USER}")


def printed(command: Sequence[str], **environment: str) -> list[str]:
    """Returns the lines that a program prints. It must end well."""
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return result.stdout.splitlines()


def differences(theirs: Sequence[str], ours: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the lines that differ, PostgreSQL's first."""
    pairs = zip(theirs, ours, strict=False)
    found = [(one, other) for one, other in pairs if one != other]
    if len(theirs) != len(ours):
        found.append((f"{len(theirs)} lines", f"{len(ours)} lines"))
    return found
