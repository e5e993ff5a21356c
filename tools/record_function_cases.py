"""Records what PostgreSQL 15 answers to typical, NULL, boundary and wrong arguments of every function and operator.

The denominator is every row of pg_proc and pg_operator whose argument types are all among the types TerraScale
stores, and arrays of these. One JSON array a line: [signature, sql, mode, sqlstate or null, type OID, rows]; `mode` is
"value", or "shape" where the answer depends on the moment (then rows only tell NULL from not NULL).

    tools/postgres.sh python tools/record_function_cases.py tests/golden/functions
"""

import itertools
import json
import pathlib
import sys
from collections.abc import Iterator

import psycopg
from psycopg import pq

SCALARS = {
    "bool": ["true", "false"],
    "int2": ["7", "-3", "0", "32767", "-32768"],
    "int4": ["42", "-5", "0", "2147483647", "-2147483648", "3"],
    "int8": ["1234567890123", "-7", "0", "9223372036854775807", "-9223372036854775808", "3"],
    "float4": ["1.5", "-2.25", "0", "3.4e38", "NaN", "Infinity", "1e-45"],
    "float8": ["1.5", "-0.1", "0", "1.7e308", "NaN", "-Infinity", "0.5", "123456789.987654321", "5e-324"],
    "numeric": ["12.50", "-3.7", "0", "99999999999999999999.999", "NaN", "Infinity", "0.000001", "2", "1e-20"],
    "text": ["abc", "", "Hello World", "héllo ✓", "a,b,,c", "  pad  ", "123"],
    "varchar": ["abc", "", "Hello", "zß"],
    "bpchar": ["abc", "", "ab  ", "Z"],
    "char": ["a", "", "~", "Z"],
    "name": ["abc", "", "pg_class", "Zed"],
    "bytea": ["\\\\x616263", "", "\\\\x00ff10", "\\\\xdeadbeef"],
    "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    "date": ["2024-02-29", "1999-12-31", "infinity", "0044-03-15 BC", "2000-01-01", "5874897-12-31"],
    "time": ["12:34:56.789", "00:00:00", "24:00:00", "23:59:59.999999"],
    "timetz": ["12:34:56+02", "00:00:00-08", "24:00:00+00", "12:34:56.5-03:30"],
    "timestamp": ["2024-02-29 12:34:56.789", "1999-12-31 23:59:59", "-infinity", "0044-03-15 01:02:03 BC", "294276-12-31 23:59:59"],
    "timestamptz": ["2024-02-29 12:34:56.789+00", "2024-07-01 00:00:00+02", "infinity", "1900-01-01 00:00:00+00", "294276-12-31 23:59:59+00"],
    "interval": ["1 day", "1 year 2 mons -3 days 04:05:06.789", "0", "-1 mon", "100000 hours", "30 days"],
    "json": ['{"a": 1, "b": [1, 2, {"c": null}]}', "[1,2,3]", '"x"', "null", "12.50", "{}"],
    "jsonb": ['{"a": 1, "b": [1, 2, {"c": null}]}', "[1,2,3]", '"x"', "null", "12.50", "{}", '{"a": 2}', "[]"],
    "oid": ["0", "42", "4294967295", "1259"],
}  # fmt: skip

TEXT_ARGUMENTS = {
    ("to_char", 1): ["YYYY-MM-DD HH24:MI:SS.US", "FMDay, DDth Month YYYY", "9,999.99", "FM0000", "S9.99EEEE", "RN", "HH12 AM J Q WW IW", ""],
    ("to_date", 0): ["2024-02-29", "05 Dec 2000", "bogus"],
    ("to_date", 1): ["YYYY-MM-DD", "DD Mon YYYY", "YYYY"],
    ("to_timestamp", 0): ["2024-02-29 13:14:15", "05 Dec 2000", "x"],
    ("to_timestamp", 1): ["YYYY-MM-DD HH24:MI:SS", "DD Mon YYYY", "J"],
    ("to_number", 0): ["12,454.8-", "1234", "$5.2", "abc"],
    ("to_number", 1): ["99G999D9S", "9999", "L9.9", "999"],
    ("date_trunc", 0): ["hour", "month", "week", "century", "bogus", "microseconds"],
    ("date_part", 0): ["epoch", "dow", "year", "microseconds", "timezone", "bogus", "julian"],
    ("extract", 0): ["epoch", "isodow", "week", "second", "quarter", "bogus", "day"],
    ("timezone", 0): ["America/New_York", "UTC", "+03:30", "PST8PDT", "Nowhere/Land"],
    ("date_trunc", 2): ["America/New_York", "Asia/Tokyo", "bogus"],
    ("encode", 1): ["hex", "base64", "escape", "bogus"],
    ("decode", 0): ["616263", "YWJj", "a\\\\000b", "zz"],
    ("decode", 1): ["hex", "base64", "escape", "bogus"],
    ("regexp_flags", 0): ["g", "i", "", "x"],
    ("substring", 1): ["b.", "(l+)", "[", "o"],
    ("format", 0): ["%s-%I-%L", "no args", "%%", "%2$s", "%z"],
    ("normalize", 1): ["NFC", "NFD", "NFKC", "bogus"],
    ("is_normalized", 1): ["NFC", "NFD", "bogus"],
    ("convert_to", 1): ["UTF8", "LATIN1", "bogus"],
    ("convert_from", 1): ["UTF8", "LATIN1", "bogus"],
    ("current_setting", 0): ["TimeZone", "no.such", "server_encoding"],
    ("set_config", 0): ["application_name", "no_such"],
    ("split_part", 1): [",", "", "b"],
    ("string_to_array", 1): [",", "", "b"],
    ("string_to_table", 1): [",", "", "b"],
    ("pg_size_bytes", 0): ["10 kB", "1.5GB", "-1", "bogus"],
    ("parse_ident", 0): ['a.b', '"A b".c', "1x", ""],
    ("unistr", 0): ["d\\\\0061t\\\\+000061", "plain", "\\\\zzzz"],
    ("jsonb_path", 1): ["$.a", "$.b[*]", "$.b[*] ? (@ > 1)", "strict $.zzz", "$["],
    ("to_regtype", 0): ["int4", "no_such", "character varying"],
    ("width_bucket", 3): ["5", "0", "-1", "10"],
}  # fmt: skip

ARRAY_SAMPLES = 3
CALLS_MAX = 12
ROWS_MAX = 50

# They stop, slow, rotate or reset the server, read its files, or answer from its own clusters' state.
EXCLUDED_PREFIXES = (
    "pg_terminate", "pg_cancel", "pg_sleep", "pg_read", "pg_ls", "pg_stat_file", "pg_rotate", "pg_reload", "pg_promote", "pg_switch",
    "pg_create", "pg_drop", "pg_copy_", "pg_start", "pg_stop", "pg_backup", "pg_wal", "pg_stat_reset", "lo_", "loread", "lowrite", "pg_logical", "pg_replication",
    "pg_log", "pg_export", "pg_import", "binary_upgrade", "pg_current_logfile", "pg_hba", "pg_ident", "pg_show", "be_lo", "pg_stop", "pg_notify", "pg_advisory", "pg_try_advisory", "query_to", "cursor_to", "table_to", "schema_to", "database_to",
    "pg_tablespace", "pg_database_size", "pg_stat_force", "ts_", "pg_control", "pg_get_wal", "pg_last", "pg_partition", "xml", "pg_stat_have", "pg_stat_clear", "pg_nextoid", "pg_stop_making",
)  # fmt: skip
MOMENTARY = {"pg_backend_pid", "pg_typeof_", "txid_current", "age", "version", "inet_server_port"}


def literal(text: str, type_name: str) -> str:
    quoted = "E'" + text.replace("'", "''") + "'"
    return f'{quoted}::"{type_name}"' if type_name in ("char", "name") else f"{quoted}::{type_name}"


def array_literals(element: str) -> list[str]:
    def item(text: str) -> str:
        text = text.replace("\\\\", "\\")
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    values = SCALARS[element]
    bodies = [
        "{" + ",".join(item(v) for v in values[:3]) + "}",
        "{}",
        "{" + item(values[0]) + ",NULL," + item(values[-1]) + "}",
        "{{" + item(values[0]) + "},{" + item(values[1 % len(values)]) + "}}",
    ]
    name = '"char"[]' if element == "char" else f"{element}[]"
    return ["'" + b.replace("'", "''") + f"'::{name}" for b in bodies]


def samples(type_name: str, function: str, position: int) -> list[str]:
    if type_name.startswith("_"):
        return array_literals(type_name[1:])
    if type_name == "text":
        for (name, at), values in TEXT_ARGUMENTS.items():
            if name == function and at == position:
                return [literal(v, "text") for v in values]
        if function.startswith("regexp") and position == 1:
            return [
                literal(v, "text") for v in ("l+", "(h)(e)", "[", "", "o|W", "\\\\d+", "^a.*c$")
            ]
        if function.startswith("regexp") and position >= 2:
            return [literal(v, "text") for v in ("g", "i", "X", "\\\\1", "gi")]
    return [literal(v, type_name) for v in SCALARS[type_name]]


def argument_lists(types: list[str], function: str) -> Iterator[list[str]]:
    """Yields diverse argument lists: diagonals through the samples, then a NULL in each place."""
    if not types:
        yield []
        return
    choices = [samples(t, function, i) for i, t in enumerate(types)]
    seen = set()
    rounds = max(len(c) for c in choices)
    for shift in range(3):
        for n in range(rounds):
            picked = [c[(n + i * shift) % len(c)] for i, c in enumerate(choices)]
            if tuple(picked) not in seen and len(seen) < CALLS_MAX:
                seen.add(tuple(picked))
                yield picked
    for i, t in enumerate(types):
        name = (
            '"char"'
            if t == "char"
            else ('"char"[]' if t == "_char" else (t[1:] + "[]" if t[0] == "_" else t))
        )
        picked = [c[0] for c in choices]
        picked[i] = f"NULL::{name}"
        yield picked


def calls(connection: psycopg.Connection) -> Iterator[tuple[str, str, str, str]]:
    """Yields (family, signature, sql, mode)."""
    names = list(SCALARS) + [f"_{n}" for n in SCALARS]
    procs = connection.execute(
        """SELECT proname::text, prokind::text, provolatile::text, proretset, provariadic <> 0,
                  ARRAY(SELECT typname::text FROM unnest(proargtypes) WITH ORDINALITY a(t, n) JOIN pg_type ON oid = t ORDER BY n)
           FROM pg_proc p WHERE prokind IN ('f', 'a') AND pronamespace = 'pg_catalog'::regnamespace
             AND NOT EXISTS (SELECT 1 FROM unnest(proargtypes) a JOIN pg_type t ON t.oid = a WHERE t.typname <> ALL (%s))
             AND prorettype NOT IN ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype, 'event_trigger'::regtype, 'language_handler'::regtype, 'index_am_handler'::regtype)
           ORDER BY proname, oid""",
        [names],
    ).fetchall()
    for name, kind, volatility, _, variadic, types in procs:
        if name.startswith(EXCLUDED_PREFIXES):
            continue
        signature = f"{name}({','.join(types)})"
        family = types[0].lstrip("_") if types else "none"
        moment = (
            volatility == "v"
            or not types
            or name in MOMENTARY
            or (name.startswith("pg_stat") and volatility != "i")
        )
        mode = "shape" if moment and name != "set_config" else "value"
        if kind == "a":
            yield from ((family, signature, sql, "value") for sql in aggregate_calls(name, types))
            continue
        for arguments in argument_lists(types, name):
            listed = ", ".join(arguments)
            if variadic:
                head, last = arguments[:-1], arguments[-1]
                listed = ", ".join([*head, f"VARIADIC {last}"])
            yield family, signature, f'SELECT "{name}"({listed})', mode
    operators = connection.execute(
        """SELECT oprname::text, l.typname::text, r.typname::text FROM pg_operator o
           LEFT JOIN pg_type l ON l.oid = oprleft JOIN pg_type r ON r.oid = oprright
           WHERE (oprleft = 0 OR l.typname = ANY (%s)) AND r.typname = ANY (%s) ORDER BY o.oid""",
        [names, names],
    ).fetchall()
    for name, left, right in operators:
        types = [t for t in (left, right) if t is not None]
        signature = f"operator {left or ''} {name} {right}"
        for arguments in argument_lists(types, f"operator{name}"):
            sql = (
                f"SELECT {arguments[0]} {name} {arguments[1]}"
                if left
                else f"SELECT {name} {arguments[0]}"
            )
            yield types[0].lstrip("_"), signature, sql, "value"


def aggregate_calls(name: str, types: list[str]) -> Iterator[str]:
    if not types:
        yield f"SELECT {name}(*) FROM generate_series(1, 3)"
        return
    if name.startswith(("percentile", "mode", "rank", "dense_rank", "percent_rank", "cume_dist")):
        inside = "0.5::float8" if types[0] == "float8" else "'{0.25,0.5}'::float8[]"
        other = types[-1]
        for rows in column_rows([other]):
            yield f"SELECT {name}({inside}) WITHIN GROUP (ORDER BY a) FROM (VALUES {rows}) AS v(a)"
        return
    columns = ", ".join("abcdef"[: len(types)])
    order = (
        " ORDER BY a"
        if name.startswith(("array", "string", "json")) and types[0] not in ("json", "_json")
        else ""
    )
    for rows in column_rows(types):
        yield f"SELECT {name}({columns}{order}) FROM (VALUES {rows}) AS v({columns})"
        yield f"SELECT {name}({columns}{order}) FROM (VALUES {rows}) AS v({columns}) WHERE false"


def column_rows(types: list[str]) -> Iterator[str]:
    choices = [samples(t, "", 0) for t in types]
    n = max(len(c) for c in choices)
    full = [tuple(c[i % len(c)] for c in choices) for i in range(n)]
    nulls = tuple("NULL" for _ in types)
    for rows in (full[:2], full[:1], [full[0], nulls, full[1]], full, [*full, *full[:3]]):
        typed = [tuple(rows[0])] + [tuple(r) for r in rows[1:]]
        yield ", ".join("(" + ", ".join(r) + ")" for r in typed)


def record(
    connection: psycopg.Connection, sql: str, mode: str
) -> tuple[str | None, int, list[list[str | None]]]:
    result = connection.pgconn.exec_(sql.encode())
    if result.status != pq.ExecStatus.TUPLES_OK:
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        return state, 0, []
    rows = [
        [
            None if (v := result.get_value(r, c)) is None else v.decode(errors="backslashreplace")
            for c in range(result.nfields)
        ]
        for r in range(min(result.ntuples, ROWS_MAX))
    ]
    if mode == "shape":
        rows = [[None if v is None else "" for v in row] for row in rows[:1]]
    return None, result.ftype(0), rows


def main() -> None:
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    families: dict[str, list[str]] = {}
    with psycopg.connect(autocommit=True) as connection:
        connection.execute("SET statement_timeout = '5s'")
        connection.execute("SET timezone = 'UTC'")
        for family, signature, sql, mode in calls(connection):
            if "generate_series" in sql and "294276" in sql:
                continue  # millions of rows before the error
            state, oid, rows = record(connection, sql, mode)
            if state in (
                "57014",
                "42883",
                "42725",
            ):  # took too long, or isn't callable that way in SQL
                continue
            line = json.dumps(
                [signature, sql, mode, state, oid, rows], ensure_ascii=False, separators=(",", ":")
            )
            families.setdefault(family, []).append(line)
    for family, lines in sorted(families.items()):
        unique = list(itertools.chain(dict.fromkeys(lines)))
        (target / f"{family}.jsonl").write_text("\n".join(unique) + "\n", encoding="utf-8")
        print(f"{family}: {len(unique)} cases")


if __name__ == "__main__":
    main()
