"""Records the conversations of tests/golden/wire from a real PostgreSQL 15.

python -m tests.wire.record PORT [NAME ...]
"""

import sys
from pathlib import Path

from tests.pgclient import PgClient
from tests.wire.script import replay

FOLDER = Path(__file__).parents[1] / "golden" / "wire"
DATABASE = "wire_recording"


def main() -> None:
    port = int(sys.argv[1])
    names = sys.argv[2:] or sorted(path.stem for path in FOLDER.glob("*.txt"))
    for name in names:
        path = FOLDER / f"{name}.txt"
        with PgClient.connect(port=port) as owner:
            owner.simple_query(f"drop database if exists {DATABASE}")
            owner.simple_query(f"create database {DATABASE}")
        with PgClient.connect(port=port, database=DATABASE) as client:
            path.write_text(replay(path.read_text(encoding="utf-8"), client), encoding="utf-8")


if __name__ == "__main__":
    main()
