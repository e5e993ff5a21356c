"""Records PostgreSQL's answers to many calls with seeded random arguments, into tests/golden/calls.

    python -m tests.tsql.functions.record_calls PORT

One JSON line per call: its description and the answer, a text, a list of texts, or an error of
SQLSTATE, message and detail. Answers of more than a few hundred characters are left out.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.pgclient import PgClient
from tests.tsql.functions.calls import AggregateRun, Call, proc_of
from tsql.catalog import pg
from tsql.functions.registry import SortOrder, implementation_of

GOLDEN = Path(__file__).parents[2] / "golden" / "calls"
ANSWER_LENGTH_MAX = 300
PER_FUNCTION = 6
PER_POLYMORPHIC = 25

POOL = {
    "bool": ["t", "f"],
    "int2": ["0", "1", "-1", "7", "-32768", "32767", "100", "-5"],
    "int4": ["0", "1", "-1", "7", "-2147483648", "2147483647", "100", "-5", "31", "33"],
    "int8": ["0", "1", "-1", "7", "-9223372036854775808", "9223372036854775807", "-5", "4294967296"],
    "oid": ["0", "1", "4294967295", "17"],
    "float4": ["0", "1", "-2.5", "0.1", "3.4028235e38", "1e-45", "NaN", "Infinity", "-0", "16777217"],
    "float8": [
        "0", "1", "-2.5", "0.1", "1.7976931348623157e308", "5e-324", "NaN", "-Infinity", "-0", "0.5",
        "9007199254740993", "2147483647.5", "30", "60", "90", "-746", "1e10",
    ],
    "numeric": [
        "0", "0.00", "1", "-2.50", "0.1", "3", "1e20", "1e-20", "123456789.123456789", "NaN",
        "Infinity", "-Infinity", "-0.5", "9999", "1.0001", "2147483647.5", "-32768.5", "7",
        "9223372036854775807.5", "0.000300", "99999.5",
    ],
    "text": ["a", "", "A b", "é", "NULL"],
    "bpchar": ["a", "a ", "b"],
    "date": ["2001-01-01", "infinity"],
    "time": ["10:00:00", "00:00:00"],
    "timetz": ["10:00:00+01", "09:00:00+00"],
    "timestamp": ["2001-01-01 00:00:00", "-infinity"],
    "timestamptz": ["2001-01-01 00:00:00+00", "infinity"],
    "interval": ["1 mon", "30 days", "1 day", "-5:00"],
    "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000"],
    "bytea": ["\\x01", "\\x", "\\x0102"],
    "jsonb": ['{"a": 1}', "1", "[]"],
}  # fmt: skip
NUMBERS = ("bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric")
#: Volatile, of the session, or about the catalog; and the families recorded elsewhere.
SKIPPED = frozenset({"random", "setseed", "pg_sleep", "format_type"})
ELEMENTS = ("int4", "text", "float8", "numeric", "bpchar", "interval", "uuid", "jsonb", "bool")
PAIRS = ("array_eq", "array_ne", "array_lt", "array_le", "array_gt", "array_ge")
CONTAINS = ("arraycontains", "arraycontained", "arrayoverlap")


def scalar(chance: random.Random, type_name: str) -> str | None:
    if chance.random() < 0.05:
        return None
    if chance.random() < 0.6:
        return chance.choice(POOL[type_name])
    match type_name:
        case "int2" | "int4" | "int8":
            bits = chance.randint(1, int(type_name[3]) * 8 - 1)
            return str(chance.randint(-(2**bits), 2**bits - 1))
        case "float4" | "float8":
            return f"{chance.uniform(-10, 10) * chance.choice([1, 1e-3, 1e3, 1e10]):.7g}"
        case "numeric":
            digits = chance.randint(0, 9)
            return f"{chance.uniform(-10, 10) * chance.choice([1, 1e-3, 1e3, 1e10]):.{digits}f}"
        case _:
            pass
    return chance.choice(POOL[type_name])


def element(chance: random.Random, type_name: str) -> str | None:
    return None if chance.random() < 0.1 else chance.choice(POOL[type_name])


def quoted(text: str | None) -> str:
    if text is None:
        return "NULL"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def array(chance: random.Random, type_name: str) -> str | None:
    def items(count: int) -> str:
        return "{" + ",".join(quoted(element(chance, type_name)) for _ in range(count)) + "}"

    shape = chance.random()
    if shape < 0.06:
        return None
    if shape < 0.14:
        return "{}"
    if shape < 0.8:
        count = chance.randint(1, 4)
        low = chance.choice([1, 1, 1, 0, -1, 5])
        return ("" if low == 1 else f"[{low}:{low + count - 1}]=") + items(count)
    rows, columns = chance.randint(1, 2), chance.randint(1, 2)
    body = "{" + ",".join(items(columns) for _ in range(rows)) + "}"
    return (f"[0:{rows - 1}][1:{columns}]=" if chance.random() < 0.2 else "") + body


def number_calls(chance: random.Random) -> Iterator[Call]:
    by_oid = pg.types()
    for proc in pg.procs().values():
        names = [by_oid[oid].name for oid in proc.argument_types]
        if (
            proc.kind != "f"
            or not names
            or proc.returns_set
            or implementation_of(proc) is None
            or proc.name in SKIPPED
            or proc.name.startswith(("pg_", "has_", "binary_upgrade", "make_", "to_", "lo_"))
            or not set(names) <= set(NUMBERS)
            or proc.result_type not in by_oid
            or by_oid[proc.result_type].name not in (*NUMBERS, "cstring", "bytea")
        ):
            continue
        for _ in range(PER_FUNCTION):
            texts = tuple(scalar(chance, name) for name in names)
            yield Call(pg.signature(proc), (), texts)


def array_calls(chance: random.Random) -> Iterator[Call]:
    for _ in range(PER_POLYMORPHIC):
        one = chance.choice(ELEMENTS)
        many = f"_{one}"
        number = chance.choice(["0", "1", "2", "3", "-1", None])

        def arrays(count: int, name: str = one) -> tuple[str | None, ...]:
            return tuple(array(chance, name) for _ in range(count))

        def item(name: str = one) -> str | None:
            return element(chance, name)

        def made(
            signature: str, types: tuple[str, ...], texts: tuple[str | None, ...], result: str
        ) -> Call:
            return Call(signature, types, texts, result)

        appendable = "anycompatiblearray,anycompatible"
        yield made(f"array_append({appendable})", (many, one), (*arrays(1), item()), many)
        yield made(
            "array_prepend(anycompatible,anycompatiblearray)",
            (one, many),
            (item(), *arrays(1)),
            many,
        )
        yield made(
            "array_cat(anycompatiblearray,anycompatiblearray)", (many, many), arrays(2), many
        )
        for name in (*PAIRS, *CONTAINS):
            yield made(f"{name}(anyarray,anyarray)", (many, many), arrays(2), "bool")
        for name in ("array_larger", "array_smaller"):
            yield made(f"{name}(anyarray,anyarray)", (many, many), arrays(2), many)
        yield made("btarraycmp(anyarray,anyarray)", (many, many), arrays(2), "int4")
        for name in ("array_upper", "array_lower", "array_length"):
            yield made(f"{name}(anyarray,int4)", (many, "int4"), (*arrays(1), number), "int4")
        for name, result in (
            ("array_ndims", "int4"),
            ("cardinality", "int4"),
            ("array_dims", "text"),
        ):
            yield made(f"{name}(anyarray)", (many,), arrays(1), result)
        yield made(f"array_position({appendable})", (many, one), (*arrays(1), item()), "int4")
        yield made(
            f"array_position({appendable},int4)",
            (many, one, "int4"),
            (*arrays(1), item(), number),
            "int4",
        )
        yield made(f"array_positions({appendable})", (many, one), (*arrays(1), item()), "_int4")
        yield made(f"array_remove({appendable})", (many, one), (*arrays(1), item()), many)
        yield made(
            f"array_replace({appendable},anycompatible)",
            (many, one, one),
            (*arrays(1), item(), item()),
            many,
        )
        yield made("trim_array(anyarray,int4)", (many, "int4"), (*arrays(1), number), many)
        yield made(
            "array_to_string(anyarray,text)",
            (many, "text"),
            (*arrays(1), chance.choice([",", "", None])),
            "text",
        )
        yield made(
            "array_to_string(anyarray,text,text)",
            (many, "text", "text"),
            (*arrays(1), chance.choice([",", None]), chance.choice(["*", None])),
            "text",
        )
        sizes = chance.choice(
            ["{1}", "{2,1}", "{}", "{-1}", "{0}", None, "{1,1,1,1,1,1,1}", "{NULL}"]
        )
        bounds = chance.choice(["{1}", "{2,-1}", "{}", "{2147483647}", None])
        yield made("array_fill(anyelement,_int4)", (one, "_int4"), (item(), sizes), many)
        yield made(
            "array_fill(anyelement,_int4,_int4)",
            (one, "_int4", "_int4"),
            (item(), sizes, bounds),
            many,
        )
        yield made("unnest(anyarray)", (many,), arrays(1), one)
        yield made(
            "generate_subscripts(anyarray,int4)", (many, "int4"), (*arrays(1), number), "int4"
        )
        yield made("hash_array(anyarray)", (many,), arrays(1), "int4")
        yield made("hash_array_extended(anyarray,int8)", (many, "int8"), (*arrays(1), "7"), "int8")
        yield made("array_send(anyarray)", (many,), arrays(1), "bytea")
        yield made(
            "width_bucket(anycompatible,anycompatiblearray)",
            (one, many),
            (item(), *arrays(1)),
            "int4",
        )
        yield from series_calls(chance)


def series_calls(chance: random.Random) -> Iterator[Call]:
    for name in ("int4", "int8", "numeric"):
        ends = [chance.choice(["0", "1", "3", "-2", None]) for _ in range(2)]
        step = chance.choice(["0", "1", "2", "-1", None])
        yield Call(f"generate_series({name},{name})", (), tuple(ends))
        yield Call(f"generate_series({name},{name},{name})", (), (*ends, step))
    odd = [chance.choice(["1.0", "NaN", "Infinity", "2.50", "-1"]) for _ in range(3)]
    yield Call("generate_series(numeric,numeric,numeric)", (), tuple(odd))
    text = chance.choice(["a,b,,c", "abc", "", None, ",,"])
    separator, null_text = chance.choice([",", "", "a", None]), chance.choice(["", "a", None])
    for name in ("string_to_array", "string_to_table"):
        yield Call(f"{name}(text,text)", (), (text, separator))
        yield Call(f"{name}(text,text,text)", (), (text, separator, null_text))


def aggregate_runs(chance: random.Random) -> Iterator[AggregateRun]:
    by_oid = pg.types()
    for proc in pg.procs().values():
        names = tuple(by_oid[oid].name for oid in proc.argument_types)
        if proc.kind != "a" or not names or not set(names) <= set(POOL):
            continue
        if pg.aggregates()[proc.oid].kind != "n":
            continue
        for _ in range(PER_FUNCTION):
            count = chance.choice([0, 1, 2, 3, 5])
            rows = tuple(tuple(scalar(chance, name) for name in names) for _ in range(count))
            yield AggregateRun(pg.signature(proc), names, rows, by_oid[proc.result_type].name)
    for _ in range(PER_POLYMORPHIC):
        one = chance.choice(ELEMENTS)
        rows = tuple((scalar(chance, one),) for _ in range(chance.randint(0, 4)))
        yield AggregateRun("count(any)", (one,), rows, "int8")
        yield AggregateRun("array_agg(anynonarray)", (one,), rows, f"_{one}")
        arrays = tuple((array(chance, one),) for _ in range(chance.randint(0, 3)))
        yield AggregateRun("array_agg(anyarray)", (f"_{one}",), arrays, f"_{one}")
        yield AggregateRun("max(anyarray)", (f"_{one}",), arrays, f"_{one}")
        yield AggregateRun("min(anyarray)", (f"_{one}",), arrays, f"_{one}")
        yield from ordered_runs(chance, one, rows)


def ordered_runs(
    chance: random.Random, one: str, rows: tuple[tuple[str | None, ...], ...]
) -> Iterator[AggregateRun]:
    order = (SortOrder(chance.random() < 0.5, chance.random() < 0.5),)
    fraction = chance.choice(["0", "1", "0.5", "0.3", "2", "NaN", None])
    fractions = chance.choice(["{0.1,NULL,1}", "{}", "{{0,1},{0.5,0.2}}", "{3}", None])
    for kind, direct in (("float8", fraction), ("_float8", fractions)):
        many = "_" if kind == "_float8" else ""
        yield AggregateRun(
            f"percentile_disc({kind},anyelement)",
            (one,),
            rows,
            many + one,
            (kind,),
            (direct,),
            order,
        )
        if one in ("float8", "interval"):
            yield AggregateRun(
                f"percentile_cont({kind},{one})",
                (one,),
                rows,
                many + one,
                (kind,),
                (direct,),
                order,
            )
    yield AggregateRun("mode(anyelement)", (one,), rows, one, (), (), order)
    row = (scalar(chance, one),)
    for name, result in (
        ("rank", "int8"), ("dense_rank", "int8"), ("percent_rank", "float8"), ("cume_dist", "float8")
    ):  # fmt: skip
        yield AggregateRun(f"{name}(any)", (one,), rows, result, (one,), row, order)


def answer(client: PgClient, sql: str) -> Any:
    (result,) = client.simple_query(sql)
    if result.error:
        return {key: result.error.get(key) for key in ("sqlstate", "message", "detail")}
    return [row[0] for row in result.rows]


def record(client: PgClient, name: str, calls: Iterator[Call] | Iterator[AggregateRun]) -> None:
    lines = []
    for each in calls:
        told = answer(client, each.sql())
        if isinstance(told, list) and not proc_of(each.signature).returns_set:
            told = told[0]
        fields = json.dumps([_fields(each), told], ensure_ascii=False, separators=(",", ":"))
        if len(fields) <= ANSWER_LENGTH_MAX * 2 and len(json.dumps(told)) <= ANSWER_LENGTH_MAX:
            lines.append(fields)
    (GOLDEN / f"{name}.jsonl").write_text("".join(line + "\n" for line in lines))


def _fields(call: Call | AggregateRun) -> list[Any]:
    if isinstance(call, Call):
        return [call.signature, call.types, call.texts, call.result]
    order = [[order.descending, order.nulls_first] for order in call.order]
    return [
        call.signature, call.types, call.rows, call.result, call.direct_types, call.direct, order
    ]  # fmt: skip


MAKERS: dict[str, Callable[[random.Random], Iterator[Any]]] = {
    "numbers": number_calls,
    "arrays": array_calls,
    "aggregates": aggregate_runs,
}


def main() -> None:
    with PgClient.connect(port=int(sys.argv[1]), TimeZone="UTC") as client:
        for name, make in MAKERS.items():
            record(client, name, make(random.Random(name)))


if __name__ == "__main__":
    main()
