"""Writes tsql/catalog/pg_settings.jsonl: PostgreSQL 15's settings as data.

One JSON array a row, sorted by name; the columns are those of `Definition` in
tsql/setting_definitions.py. Defaults are the built-in ones: what depends on a machine (paths,
addresses, locale) is set in tsql/settings.py.

    tools/postgres.sh python tools/generate_pg_settings.py
"""

import json
import pathlib

import psycopg

TARGET = pathlib.Path(__file__).parent.parent / "tsql" / "catalog" / "pg_settings.jsonl"

QUERY = """
    SELECT name, vartype, context, coalesce(unit, ''), min_val, max_val, enumvals,
           CASE name WHEN 'krb_server_keyfile' THEN ''
                     WHEN 'server_version' THEN split_part(boot_val, ' ', 1)
                     ELSE coalesce(boot_val, '') END,
           category, short_desc, coalesce(extra_desc, '')
    FROM pg_settings
    WHERE name <> 'extension_destdir'
    ORDER BY name COLLATE "C"
"""


def main() -> None:
    with psycopg.connect(autocommit=True) as connection:
        rows = connection.execute(QUERY).fetchall()
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"pg_settings: {len(rows)} rows")


if __name__ == "__main__":
    main()
