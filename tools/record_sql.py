"""Records what PostgreSQL 15 answers to the SQL scripts: NAME.sql -> NAME.out.

tools/postgres.sh python tools/record_sql.py tests/golden/sql [NAME …]
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from examples import runner
from tests.examples.extracts import EXAMPLES, extract
from tests.golden.script import transcript
from tests.pgclient import PgClient


def connect(database: str) -> PgClient:
    host, port, user = (os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER"))
    return PgClient.connect(host, int(port), user, database)


def fresh() -> PgClient:
    with connect("postgres") as admin:
        for sql in (
            "DROP DATABASE IF EXISTS terrascale",
            "CREATE DATABASE terrascale TEMPLATE template0",
        ):
            (result,) = admin.simple_query(sql)
            if result.error:
                raise SystemExit(f"{sql}: {result.error['message']}")
    return connect("terrascale")


def main() -> None:
    folder, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    for path in sorted(folder.glob("*.sql")):
        if not wanted or path.stem in wanted:
            path.with_suffix(".out").write_text(transcript(path, fresh), encoding="utf-8")
            print(path.stem)
    for name in ("browser_compat", "flights"):
        with fresh() as client:
            pairs = runner.transcript(client, EXAMPLES / f"{name}.sql", extract(name))
            text = "\n".join(f"> {sql}\n{answer}" for sql, answer in pairs)
        (folder.parent / "examples" / f"{name}.out").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
