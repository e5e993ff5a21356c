"""Writes tsql/catalog/*.jsonl: PostgreSQL 15's own types, functions, operators, casts and aggregates.

One JSON array a row, one row a line, sorted by OID, so that a new PostgreSQL shows up as a readable diff.
The columns are those of the Structs in tsql/catalog/pg.py, in their order.

    tools/postgres.sh python tools/generate_pg_catalog.py
"""

import json
import pathlib

import psycopg

TARGET = pathlib.Path(__file__).parent.parent / "tsql" / "catalog"

PROCS = """
        SELECT oid::int8, proname::text, prokind::text, proisstrict, proretset, provolatile::text,
               pronargs, pronargdefaults, prorettype::int8, provariadic::int8,
               proargtypes::oid[]::int8[], proallargtypes::int8[], proargmodes::text[], proargnames,
               prosrc,
               CASE WHEN pronargdefaults > 0 THEN pg_get_expr(proargdefaults, 0) END
        FROM pg_proc
    """

QUERIES = {
    "pg_type": """
        SELECT oid::int8, typname::text, typlen, typtype::text, typcategory::text, typispreferred,
               typelem::int8, typarray::int8, typdelim::text, typalign::text, typstorage::text, typbyval
        FROM pg_type WHERE typtype IN ('b', 'p') OR (typtype = 'r' AND oid < 10000) OR typtype = 'm'
        ORDER BY oid""",
    "pg_proc": PROCS + "WHERE pronamespace = 'pg_catalog'::regnamespace ORDER BY oid",
    # Its other functions take rows of pg_attribute and pg_type.
    "pg_proc_information_schema": PROCS
    + """WHERE pronamespace = 'information_schema'::regnamespace AND proname NOT LIKE '%truetyp%'
        ORDER BY oid""",
    # Numbered as nothing of PostgreSQL's own is; only what tsql/ddl/extensions.py says is built in.
    "pg_proc_extensions": """
        SELECT 9000 + row_number() OVER (ORDER BY proname COLLATE "C", proargtypes), proname::text, prokind::text,
               proisstrict, proretset, provolatile::text, pronargs, pronargdefaults, prorettype::int8,
               provariadic::int8, proargtypes::oid[]::int8[], proallargtypes::int8[],
               proargmodes::text[], proargnames, prosrc, NULL::text
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            AND (proname LIKE 'uuid%' OR proname IN ('digest', 'hmac', 'gen_random_bytes'))
        ORDER BY 1""",
    "pg_operator": """
        SELECT oid::int8, oprname::text, oprkind::text, oprleft::int8, oprright::int8,
               oprresult::int8, oprcode::oid::int8, oprcom::int8, oprnegate::int8, oprcanhash, oprcanmerge
        FROM pg_operator ORDER BY oid""",
    "pg_cast": """
        SELECT oid::int8, castsource::int8, casttarget::int8, castfunc::int8,
               castcontext::text, castmethod::text
        FROM pg_cast ORDER BY oid""",
    "pg_collation": """
        SELECT oid::int8, collname::text FROM pg_collation WHERE collprovider = 'i' ORDER BY oid""",
    "pg_aggregate": """
        SELECT aggfnoid::oid::int8, aggkind::text, aggnumdirectargs, aggtransfn::text, aggfinalfn::text
        FROM pg_aggregate ORDER BY aggfnoid::oid""",
}


def main() -> None:
    with psycopg.connect() as connection:
        connection.execute('CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION pgcrypto')
        for name, query in QUERIES.items():
            rows = connection.execute(query).fetchall()
            lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
            (TARGET / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
            print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
