"""Writes compat/postgres/data: what PostgreSQL 15's own catalogs look like in a new database.

    relations.jsonl      [schema, name, oid, kind, [[column, type, typmod, not null, collation, default], …]]
    rows/NAME.jsonl      the rows of catalog NAME, one JSON array a row, columns in their order
    views.jsonl          [schema, name, query, query with fewer parentheses, pg_relation_is_updatable()]

They are facts about PostgreSQL, never edited. OIDs stay numbers, whatever their type; arrays and
vectors become lists; in access control lists, $owner stands for the first role. Rows that tell of one
installation (sizes, transaction ids, the system's collations, PL/pgSQL) are left out or made neutral.

    tools/postgres.sh python tools/generate_system_catalogs.py
"""

import json
import pathlib
from typing import Any

import psycopg

TARGET = pathlib.Path(__file__).parent.parent / "compat" / "postgres" / "data"

RELATIONS = """
    SELECT n.nspname::text, c.relname::text, c.oid::int8, c.relkind::text,
           (SELECT json_agg(json_build_array(a.attname, a.atttypid::int8, a.atttypmod, a.attnotnull)
                            ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')
    ORDER BY 1, 2"""

VIEWS = """
    SELECT n.nspname::text, c.relname::text, pg_get_viewdef(c.oid), pg_get_viewdef(c.oid, true),
           pg_relation_is_updatable(c.oid, false)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind = 'v'
    ORDER BY 1, 2"""

#: Catalogs whose rows are recorded, and which of them. What is about users' objects is built instead.
ROWS = {
    "pg_aggregate": "true",
    "pg_am": "true",
    "pg_amop": "true",
    "pg_amproc": "true",
    "pg_attribute": "attrelid < 16384",
    "pg_cast": "true",
    "pg_class": "oid < 16384",
    "pg_collation": "oid < 12000 OR collprovider = 'i' OR collname IN ('ucs_basic', 'C.utf8')",
    "pg_constraint": "oid < 16384",
    "pg_conversion": "true",
    "pg_depend": "objid < 16384 AND NOT (classid = 'pg_extension'::regclass OR refclassid IN ('pg_extension'::regclass, 'pg_language'::regclass))",
    "pg_description": "objoid < 16384",
    "pg_index": "indexrelid < 16384",
    "pg_init_privs": "objoid <> 2200 AND privtype = 'i'",
    "pg_language": "lanname <> 'plpgsql'",
    "pg_namespace": "nspname <> 'public'",
    "pg_opclass": "true",
    "pg_operator": "true",
    "pg_opfamily": "true",
    "pg_proc": "proname NOT LIKE 'plpgsql%'",
    "pg_range": "true",
    "pg_rewrite": "ev_class < 16384 AND rulename = '_RETURN'",
    "pg_shdescription": "true",
    "pg_tablespace": "true",
    "pg_ts_config": "true",
    "pg_ts_config_map": "true",
    "pg_ts_dict": "true",
    "pg_ts_parser": "true",
    "pg_ts_template": "true",
    "pg_type": "oid < 16384",
    "sql_features": "true",
    "sql_implementation_info": "true",
    "sql_parts": "true",
    "sql_sizing": "true",
}
#: Columns that tell of one installation, and what stands there instead.
NEUTRAL: dict[str, Any] = {
    "relpages": 0,
    "reltuples": -1,
    "relallvisible": 0,
    "relfrozenxid": 0,
    "relminmxid": 0,
    "attmissingval": None,
    "ev_action": "'<>'",
}
OID_LIKE = {
    "oid", "regproc", "regprocedure", "regclass", "regtype", "regnamespace", "xid", "cid",
}  # fmt: skip


def expression(column: str, type_name: str) -> str:
    quoted = f'"{column}"'
    if type_name in OID_LIKE:
        return (
            f"{quoted}::text::oid::int8" if type_name in {"xid", "cid"} else f"{quoted}::oid::int8"
        )
    if type_name in {"oidvector", "_oid", "_regtype"}:
        return f"{quoted}::oid[]::int8[]"
    if type_name == "int2vector":
        return f"{quoted}::int2[]"
    if type_name in {"bool", "int2", "int4", "float4", "_int2", "_bool"}:
        return quoted
    if type_name == "_char":
        return f"{quoted}::text[]"
    if type_name == "_text":
        return quoted
    if type_name == "_aclitem":
        # The first role is called postgres there; grants to PUBLIC begin with =.
        return f"""regexp_replace(replace({quoted}::text, '/postgres', '/$owner'), '(?<=[{{,])postgres=', '$owner=', 'g')::text[]"""
    if type_name == "anyarray":
        return "NULL"
    return f"{quoted}::text"


def write(path: pathlib.Path, rows: list[Any]) -> None:
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(rows)} rows")


def main() -> None:
    (TARGET / "rows").mkdir(parents=True, exist_ok=True)
    with psycopg.connect() as connection:
        relations = connection.execute(RELATIONS).fetchall()
        write(TARGET / "relations.jsonl", [list(row) for row in relations])
        views = connection.execute(VIEWS).fetchall()
        write(TARGET / "views.jsonl", [list(row) for row in views])
        types = dict(connection.execute("SELECT oid::int8, typname::text FROM pg_type").fetchall())
        for schema, name, _oid, _kind, columns in relations:
            if name not in ROWS:
                continue
            parts = [
                "NULL" if NEUTRAL.get(column, 0) is None
                else str(NEUTRAL[column]) if column in NEUTRAL
                else expression(column, types[type_])
                for column, type_, _, _ in columns
            ]  # fmt: skip
            has_oid = any(column[0] == "oid" for column in columns)
            order = (
                "oid"
                if has_oid
                else ", ".join(str(at) for at in range(1, min(len(columns), 4) + 1))
            )
            query = f"SELECT {', '.join(parts)} FROM {schema}.{name} WHERE {ROWS[name]} ORDER BY {order}"
            rows = [list(row) for row in connection.execute(query).fetchall()]
            write(TARGET / "rows" / f"{name}.jsonl", rows)
        words = connection.execute("SELECT * FROM pg_get_keywords() ORDER BY word").fetchall()
        write(TARGET / "rows" / "pg_get_keywords.jsonl", [list(row) for row in words])


if __name__ == "__main__":
    main()
