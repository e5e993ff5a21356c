"""Documents whose attributes come, go and change their types, and questions about them."""

import json
import random
from collections.abc import Iterator
from typing import Any

TABLE = "CREATE TABLE docs (id int PRIMARY KEY, doc jsonb)"
PATHS = ("a", "b", "of.a", "of.deep.a", "n", "word", "day", "rare", "a b", "gone")
CASTS = ("int", "bigint", "numeric", "float8", "boolean", "date", "text")
CONDITIONS = (
    "{text} = 'x'",
    "{text} IN ('x', '12', 'true')",
    "coalesce({text}, 'x') = 'x'",
    "{text} LIKE '%z%' OR {text} = ''",
    "{text}::int < 3",
    "({value})::numeric IN (7, 1.5)",
    "{text}::date >= '2024-06-01'",
)
CONTAINED = (
    '{"a": 1}', '{"a": 1.0}', '{"n": "12"}', '{"of": {"a": "x"}}', '{"of": {}}', '{"word": ""}',
    '{"b": null}', '{"b": true, "word": "é"}', '{"a": 12345678901234567890123}', "{}",
)  # fmt: skip


class Documents:
    """A source of documents; each `evolve` makes others of what may be in them."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)
        self._kinds: dict[str, list[str]] = {}
        self.evolve()

    def evolve(self) -> None:
        """Changes which attributes there are and of which types."""
        source = self._source
        kinds = ["int", "number", "word", "digits", "day", "bool", "null", "huge", "odd", "nest"]
        for path in PATHS:
            chosen = source.choices(kinds, k=source.choice([1, 1, 1, 2, 4]))
            self._kinds[path] = chosen if source.random() < 0.85 else []

    def _value(self, kind: str) -> str:
        source = self._source
        match kind:
            case "int":
                return str(source.randrange(-5, 40))
            case "number":
                return f"{source.randrange(-4000, 4000) / 1000:.{source.randrange(4)}f}"
            case "word":
                return json.dumps(source.choice(["", "x", "é", "鍵", "z z", '"q": 1']))
            case "digits":
                return json.dumps(str(source.randrange(-9, 300) / source.choice([1, 2, 4])))
            case "day":
                return f'"2024-0{source.randrange(1, 10)}-{source.randrange(10, 29)}"'
            case "bool":
                return source.choice(["true", "false"])
            case "null":
                return "null"
            case "huge":
                return source.choice(
                    ["12345678901234567890123", "0.12345678901234567890", "-0.0", "1e20"]
                )
            case "odd":
                return source.choice(['"true"', '" 7 "', '"1e3"', '"2023-02-29"', '"infinity"'])
            case _:
                return source.choice(["[]", "{}", '[1, {"a": 2}]', '{"a": {"a": 1.50}}'])

    def document(self) -> str | None:
        """Returns a document as a client would write it, or NULL."""
        source = self._source
        if source.random() < 0.02:
            return source.choice([None, "null", "[]", "5", '"a"', "{}"])
        members: dict[str, list[str]] = {"": [], "of": [], "of.deep": []}
        for path, kinds in self._kinds.items():
            if kinds and source.random() < (0.01 if path == "rare" else 0.8):
                parent, _, key = path.rpartition(".")
                member = f"{json.dumps(key)}: {self._value(source.choice(kinds))}"
                members[parent] += [member] * source.choice([1, 1, 1, 2])
        members["of"].append(f'"deep": {{{", ".join(members["of.deep"])}}}')
        members[""].append(f'"of": {{{", ".join(members["of"])}}}')
        source.shuffle(members[""])
        return f"{{{', '.join(members[''])}}}"


def questions() -> Iterator[str]:
    """Yields SELECTs."""
    for number, path in enumerate(PATHS):
        *before, key = path.split(".")
        way = "doc" + "".join(f" -> '{step}'" for step in before)
        text, value = f"({way} ->> '{key}')", f"({way} -> '{key}')"
        yield f"SELECT {text}, count(*) FROM docs GROUP BY 1 ORDER BY 1"
        yield f"SELECT id, {text}, {value} IS NULL, {text} IS NULL, {way} ? '{key}' FROM docs ORDER BY id"
        yield f"SELECT max({text}::numeric) FROM docs WHERE id % 7 = 0 AND {text} < 'a'"
        yield f"SELECT count(*) FROM docs WHERE doc #>> '{{{','.join(path.split('.'))}}}' > 'm'"
        for condition in CONDITIONS[number % 3 :: 3]:
            yield f"SELECT count(*), min(id) FROM docs WHERE {condition.format(text=text, value=value)}"
        for key_of_order in (f"{text}::numeric DESC NULLS LAST", f"({value})::int"):
            yield f"SELECT id, {text} FROM docs ORDER BY {key_of_order}, id LIMIT 3"
        for type_ in CASTS:
            yield f"SELECT id, {text}::{type_} FROM docs ORDER BY id"
        for type_ in ("int", "numeric", "float8", "boolean"):
            yield f"SELECT id, {value}::{type_} FROM docs ORDER BY id"
    yield """SELECT count(*) FROM docs a LEFT JOIN docs b ON b.id = a.id + 200
        WHERE coalesce(b.doc ->> 'word', 'x') = 'x' AND a.doc ->> 'word' <> 'x'"""
    for tree in CONTAINED:
        yield f"SELECT count(*), max(id) FROM docs WHERE doc @> '{tree}'"
        yield f"SELECT id, doc @> '{tree}' FROM docs ORDER BY id"


def changes(documents: Documents, row_count: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yields statements that change some of the documents."""
    source = random.Random(row_count)
    for _ in range(60):
        id_ = source.randrange(row_count + 20)
        yield (
            "INSERT INTO docs VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
            (id_, documents.document()),
        )
    first = source.randrange(row_count)
    yield "DELETE FROM docs WHERE id BETWEEN %s AND %s", (first, first + row_count // 20)
