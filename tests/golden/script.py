"""SQL scripts and what a server answers to them, as text.

A script is blocks separated by blank lines. A block is one query string; it may begin with `--` lines: comments, or
directives. After a line `\\data` it holds the payload of COPY FROM STDIN. Each script runs twice from an empty database:
by the simple protocol, and by the extended one (blocks with several statements stay simple). The answer is printed
once where both protocols agree.

Directives:
    -- refused: why      PostgreSQL answers, TerraScale says 0A000
    -- unordered         the rows' order is nobody's promise: compared sorted
"""

import pathlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.pgclient import FieldInfo, PgClient, StatementResult
from tsql.catalog import pg

_FIRST_OWN_OID = 16384
FIELDS_SHOWN = (
    "detail",
    "hint",
    "position",
    "context",
    "schema",
    "table",
    "column",
    "datatype",
    "constraint",
)


@dataclass(frozen=True)
class Block:
    """One query string of a script."""

    comments: tuple[str, ...]
    sql: str
    data: bytes | None

    @property
    def is_refused(self) -> bool:
        return any(line.startswith("-- refused:") for line in self.comments)

    @property
    def is_unordered(self) -> bool:
        return "-- unordered" in self.comments


def read_script(path: pathlib.Path) -> list[Block]:
    """Returns the blocks of a script file."""
    blocks = []
    for text in path.read_text(encoding="utf-8").split("\n\n"):
        lines = text.strip("\n").split("\n")
        comments = []
        while lines and lines[0].startswith("--"):
            comments.append(lines.pop(0))
        if not lines or not any(lines):
            continue
        data = None
        if "\\data" in lines:
            at = lines.index("\\data")
            data = "".join(line + "\n" for line in lines[at + 1 :]).encode()
            lines = lines[:at]
        blocks.append(Block(tuple(comments), "\n".join(lines), data))
    return blocks


def answers(client: PgClient, block: Block, *, extended: bool) -> list[StatementResult]:
    """Runs a block; several statements in one block always go by the simple protocol."""
    copy_data = [block.data] if block.data is not None else []
    if extended and block.sql.rstrip(";").count(";") == 0:
        return [client.extended_query(block.sql.rstrip().rstrip(";"), copy_data=copy_data or ())]
    return client.simple_query(block.sql, copy_data)


def render(results: list[StatementResult], *, unordered: bool = False) -> str:
    """Returns the answers as text."""
    return "".join(
        line + "\n" for result in results for line in result_lines(result, unordered=unordered)
    )


def result_lines(
    result: StatementResult, shown: tuple[str, ...] = FIELDS_SHOWN, *, unordered: bool = False
) -> Iterator[str]:
    """Returns one statement's answer as lines, with these fields of its messages."""
    for notice in result.notices:
        yield from _message_lines(notice, shown)
    if result.fields is not None:
        yield " | ".join(_field(f) for f in result.fields) or "()"
        rows = [" | ".join(_value(v) for v in row) if row else "()" for row in result.rows]
        yield from sorted(rows) if unordered else rows
    if result.copy_data is not None:
        yield from (
            result.copy_data.decode("utf-8", "backslashreplace").removesuffix("\n").split("\n")
        )
    if result.error is not None:
        yield from _message_lines(result.error, shown)
    elif result.tag is not None:
        yield f"[{result.tag}]"


def _field(field: FieldInfo) -> str:
    # OIDs of types that the script has made are nobody's promise.
    if field.type >= _FIRST_OWN_OID:
        name = "made"
    else:
        row = pg.types().get(field.type)
        name = row.name if row else str(field.type)
    return f"{field.name} {name}" + (f"({field.typmod})" if field.typmod != -1 else "")


def _value(value: str | bytes | None) -> str:
    if value is None:
        return "\\N"
    text = value if isinstance(value, str) else value.hex()
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _message_lines(fields: dict[str, str], shown: tuple[str, ...]) -> Iterator[str]:
    yield f"{fields.get('severity', '?')} {fields.get('sqlstate')}: {fields.get('message')}"
    for name in shown:
        if name in fields:
            yield f"  {name}: " + fields[name].replace("\n", "\\n")


def transcript(path: pathlib.Path, connect: Callable[[], PgClient]) -> str:
    """Runs a script in both protocols, each on a connection to an empty database; returns the .out text."""
    blocks = read_script(path)
    runs = []
    for extended in (False, True):
        with connect() as client:
            runs.append([
                render(answers(client, b, extended=extended), unordered=b.is_unordered) for b in blocks
            ])  # fmt: skip
    parts = []
    for block, simple, extended_text in zip(blocks, *runs, strict=True):
        shown = "".join(f"> {line}\n" for line in block.sql.split("\n"))
        parts.append(shown + simple)
        if extended_text != simple:
            parts[-1] += "extended:\n" + extended_text
    return "\n".join(parts)


def read_transcript(text: str) -> list[tuple[str, str, str]]:
    """Returns (sql, simple answer, extended answer) per block of a .out file."""
    entries: list[tuple[list[str], list[str], list[str] | None]] = []
    for line in text.split("\n"):
        if line.startswith("> ") or line == ">":
            if not entries or entries[-1][1]:
                entries.append(([], [], None))
            entries[-1][0].append(line[2:])
        elif line == "extended:":
            entries[-1] = (entries[-1][0], entries[-1][1], [])
        elif entries and (line or entries[-1][1]):
            (entries[-1][1] if entries[-1][2] is None else entries[-1][2]).append(line)
    return [
        ("\n".join(sql), _join(simple), _join(simple if ext is None else ext))
        for sql, simple, ext in entries
    ]


def _join(lines: list[str]) -> str:
    while lines and not lines[-1]:
        lines = lines[:-1]
    return "".join(line + "\n" for line in lines)
