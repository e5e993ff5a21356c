"""Records what PostgreSQL 15 says of the statements in tests/golden/binder.

python -m tests.tsql.binder.record_statements PORT
"""

import json
import struct
import sys
from typing import Any

from storage.errors import DatabaseError
from tests.pgclient import PgClient, describe, error_fields, message, parse, row_description
from tests.tsql.binder.statements import FOLDER, TABLE_SQL, bind, is_constant, recorded_type


def told(client: PgClient, sql: str) -> dict[str, Any]:
    """Returns what Parse and Describe bring."""
    client.send(parse("", sql), describe("S", ""), message(b"S"))
    result: dict[str, Any] = {}
    for kind, payload in client.read_until("Z"):
        if kind == "E":
            fields = error_fields(payload)
            position = int(fields["position"]) if "position" in fields else None
            names = ("sqlstate", "message", "detail", "hint")
            return {"error": [*(fields.get(name) for name in names), position]}
        if kind == "t":
            (count,) = struct.unpack_from("!H", payload)
            result["parameters"] = list(struct.unpack_from(f"!{count}I", payload, 2))
        elif kind == "T":
            result["fields"] = [
                [f.name, recorded_type(f.type), f.typmod] for f in row_description(payload)
            ]
        elif kind == "n":
            result["fields"] = None
    return result


def row(client: PgClient, sql: str) -> list[Any]:
    result = client.simple_query(sql)[-1]
    if result.error:
        return [[result.error["sqlstate"], result.error["message"]]]
    return list(result.rows[0])


def main() -> None:
    with PgClient.connect("127.0.0.1", int(sys.argv[1]), "postgres", "postgres") as admin:
        for sql in ("DROP DATABASE IF EXISTS h_binder", "CREATE DATABASE h_binder"):
            (result,) = admin.simple_query(sql)
            assert result.error is None, result.error
    lines = []
    with PgClient.connect("127.0.0.1", int(sys.argv[1]), "postgres", "h_binder") as client:
        client.simple_query(TABLE_SQL)
        for sql in (FOLDER / "statements.sql").read_text(encoding="utf-8").splitlines():
            if not sql or sql.startswith("--"):
                continue
            entry = {"sql": sql, **told(client, sql)}
            try:
                if "error" not in entry and is_constant(bind(sql)):
                    entry["row"] = row(client, sql)
            except DatabaseError:
                pass
            lines.append(json.dumps(entry, ensure_ascii=False))
    (FOLDER / "statements.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
