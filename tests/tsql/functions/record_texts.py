"""Asks PostgreSQL again what the recorded calls of text and JSON functions answer.

    python -m tests.tsql.functions.record_texts PORT

The calls are those in the files themselves (texts.jsonl, json.jsonl: add a line with null as its
answer); jsonpaths and regular expressions come from the lists and the seeded generator here. One JSON
line each: what was asked, and the answer as in record_calls.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

from tests.pgclient import PgClient
from tests.tsql.functions.calls import Call, literal, proc_of
from tests.tsql.functions.record_calls import answer

GOLDEN = Path(__file__).parents[2] / "golden" / "calls"
DOCUMENT = (
    '{"a": {"b": [1, 2, {"c": "xyz"}], "d": null, "e": true}, "f": 1.50, "g": "12.5", '
    '"h": [], "i": [[1, 2], [3]], "j": {}}'
)
VARIABLES = '{"x": 1, "y": "12"}'
REGEX_COUNT = 1500


def ask_again(client: PgClient, name: str) -> None:
    path = GOLDEN / f"{name}.jsonl"
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        (signature, types, texts, result), _ = json.loads(line)
        call = Call(signature, tuple(types), tuple(texts), result)
        told = answer(client, sql_of(call))
        if isinstance(told, list) and not proc_of(signature).returns_set:
            told = told[0]
        lines.append([[signature, types, texts, result], told])
    write(name, lines)


def sql_of(call: Call) -> str:
    """Returns the call's SQL; an array for a VARIADIC parameter has to be marked as one."""
    proc = proc_of(call.signature)
    sql = call.sql()
    if not proc.variadic_type or call.argument_types[-1][0] != "_":
        return sql
    last = literal(call.argument_types[-1], call.texts[-1])
    return f"{sql[: -len(last) - 1]}VARIADIC {last})"


def write(name: str, lines: list[Any]) -> None:
    texts = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines]
    (GOLDEN / f"{name}.jsonl").write_text("".join(text + "\n" for text in texts))


def one(client: PgClient, sql: str) -> Any:
    told = answer(client, sql)
    return told[0] if isinstance(told, list) else told


def record_paths(client: PgClient) -> None:
    """For each path, lax and strict: its text; then query_array, the same silently, exists, match."""
    lines = []
    for path in json.loads((GOLDEN / "jsonpaths.json").read_text(encoding="utf-8")):
        for mode in ("", "strict "):
            text = one(client, f"SELECT {literal('jsonpath', mode + path)}::text")
            answers = [
                one(client, f"SELECT jsonb_path_{function}({arguments(mode + path)}, {silent})")
                for function, silent in (
                    ("query_array", "false"),
                    ("query_array", "true"),
                    ("exists", "false"),
                    ("match", "true"),
                )
            ]
            lines.append([mode + path, text, answers if isinstance(text, str) else []])
    write("jsonpaths", lines)


def arguments(path: str) -> str:
    document, variables = literal("jsonb", DOCUMENT), literal("jsonb", VARIABLES)
    return f"{document}, {literal('jsonpath', path)}, {variables}"


def expression(chance: random.Random, depth: int, *, lazy: bool) -> str:
    """Returns a random regular expression over few letters, so that they often match."""
    kind = chance.randrange(12)
    if depth <= 0 or kind < 4:
        return chance.choice(["a", "b", "c", ".", "[ab]", "[^a]", "\\w", "x"])

    def inner() -> str:
        return expression(chance, depth - 1, lazy=lazy)

    match kind:
        case 4 | 5:
            return inner() + inner()
        case 6:
            return f"({inner()}|{inner()})"
        case 7:
            return f"({inner()})"
        case 8:
            return f"(?:{inner()}|{inner()})"
        case 9 | 10:
            atom = chance.choice([f"({inner()})", f"(?:{inner()})", "a", "[ab]"])
            count = chance.choice(["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{1,1}"])
            return atom + count + (chance.choice(["", "?"]) if lazy else "")
        case _:
            place = [
                "^",
                "$",
                "\\m",
                "\\M",
                "\\y",
                "(?=a)",
                "(?!b)",
                "(?<=a)",
                "(?<!b)",
                "\\1",
                "()",
            ]
            return chance.choice(place) + inner()


def record_regexes(client: PgClient) -> None:
    chance = random.Random("regexes")
    asked = json.loads((GOLDEN / "regexes.json").read_text(encoding="utf-8"))
    for _ in range(REGEX_COUNT):
        pattern = expression(chance, 4, lazy=chance.random() < 0.6)
        text = "".join(chance.choice("aabbcx ") for _ in range(chance.randrange(9)))
        asked.append([text, pattern, chance.choice(["", "", "", "i", "n"])])
    lines = []
    for text, pattern, flags in asked:
        given = ", ".join(literal("text", each) for each in (text, pattern))
        letters = literal("text", flags)
        match = one(client, f"SELECT regexp_match({given}, {letters})")
        begin = one(client, f"SELECT regexp_instr({given}, 1, 1, 0, {letters})")
        end = one(client, f"SELECT regexp_instr({given}, 1, 1, 1, {letters})")
        lines.append([[text, pattern, flags], match, [begin, end]])
    write("regexes", lines)


def main() -> None:
    with PgClient.connect(port=int(sys.argv[1]), TimeZone="UTC") as client:
        ask_again(client, "texts")
        ask_again(client, "json")
        record_paths(client)
        record_regexes(client)


if __name__ == "__main__":
    main()
