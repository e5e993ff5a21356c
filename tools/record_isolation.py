"""Records what PostgreSQL 15 answers to the scripts of several sessions: NAME.txt -> NAME.out.

tools/postgres.sh python tools/record_isolation.py tests/golden/isolation [NAME …]
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from tests.golden.interleaving import Places, transcript
from tests.pgclient import PgClient


def connect(**settings: str) -> PgClient:
    host, port, user = (os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER"))
    return PgClient.connect(host, int(port), user, "postgres", **settings)


def main() -> None:
    folder, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    places = Places(connect)
    for path in sorted(folder.glob("*.txt")):
        if not wanted or path.stem in wanted:
            path.with_suffix(".out").write_text(transcript(path, places), encoding="utf-8")
            print(path.stem)


if __name__ == "__main__":
    main()
