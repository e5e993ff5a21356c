"""Attackers: random bytes, mutated conversations, and statements that are valid and monstrous."""

import random
import socket
from collections.abc import Iterator

from tests import pgclient
from tests.pgclient import PgClient, message
from tests.server import Server

MEGABYTE = 1 << 20


def conversation(source: random.Random) -> bytes:
    """Returns a startup and some well-formed messages in random order."""
    packet = pgclient.startup_packet({"user": "terrascale", "database": "terrascale"})
    messages = [
        pgclient.query("SELECT 1; SELECT 'x' || $$y$$"),
        pgclient.query("CREATE TABLE IF NOT EXISTS fuzzed (a int PRIMARY KEY, b text)"),
        pgclient.query("INSERT INTO fuzzed VALUES (1, 'x') ON CONFLICT DO NOTHING"),
        pgclient.parse("s", "SELECT $1::int + 1", [23]),
        pgclient.bind("", "s", ["41"]),
        pgclient.bind("p", "s", [b"\x00\x00\x00\x05"], [1]),
        pgclient.describe("S", "s"),
        pgclient.execute("", 1),
        pgclient.execute("p", 0),
        pgclient.close("S", "s"),
        pgclient.query("COPY fuzzed FROM STDIN"),
        message(b"d", b"7\tseven\n"),
        message(b"c"),
        message(b"f", b"no more\0"),
        pgclient.SYNC,
        pgclient.FLUSH,
    ]
    return packet + b"".join(source.choices(messages, k=source.randint(1, 12))) + pgclient.SYNC


def mutate(source: random.Random, data: bytes) -> bytes:
    """Flips, cuts, doubles or inserts bytes."""
    result = bytearray(data)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(result) + 1)
        match source.randrange(4):
            case 0 if at < len(result):
                result[at] ^= 1 << source.randrange(8)
            case 1:
                del result[at : at + source.randint(1, 8)]
            case 2:
                result[at:at] = source.randbytes(source.randint(1, 16))
            case _:
                result[at:at] = result[at : at + source.randint(1, 64)]
    return bytes(result)


def throw(server: Server, data: bytes) -> None:
    """Sends bytes, reads what comes until the server closes or falls silent, and closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
        except OSError:
            return


def monsters(scale: int = 1) -> Iterator[tuple[str, str]]:
    """Yields (name, statement); `scale` divides the sizes."""
    n = 100_000 // scale
    yield "plus chain", "SELECT 1" + "+1" * n
    yield "short plus chain", "SELECT 1" + "+1" * 7000
    yield "concat chain", "SELECT 'a'" + "||'a'" * n
    yield "and chain", "SELECT true" + " AND true" * n
    yield "or chain of comparisons", "SELECT 1 WHERE 1 = 0" + " OR 1 = 2" * n
    yield "union chain", "SELECT 1" + " UNION ALL SELECT 1" * n
    yield "parentheses", "SELECT " + "(" * n + "1" + ")" * n
    yield "nested functions", "SELECT " + "abs(" * n + "1" + ")" * n
    yield "nested case", "SELECT " + "CASE WHEN true THEN " * n + "1" + " END" * n
    yield (
        "nested subqueries",
        "SELECT * FROM " + "(SELECT * FROM " * n + "generate_series(1, 2)" + ") x" * n,
    )
    yield "not chain", "SELECT " + "NOT " * n + "true"
    yield "minus chain", "SELECT " + "- " * n + "1"
    yield "cast chain", "SELECT 1" + "::int" * n
    yield (
        "in list",
        "SELECT 1 WHERE 1 IN (" + ",".join(map(str, range(MEGABYTE // 8 // scale))) + ")",
    )
    yield "values", "SELECT count(*) FROM (VALUES " + ",".join(f"({i})" for i in range(n)) + ") v"
    yield "many targets", "SELECT " + ",".join(["1"] * 3000)
    yield "many statements", "SELECT 1;" * (n // 10)
    yield "long string", "SELECT length('" + "x" * (64 * MEGABYTE // scale) + "')"
    yield "long identifier", 'SELECT 1 AS "' + "x" * (MEGABYTE // scale) + '"'
    yield "deep json", "SELECT '" + "[" * n + "]" * n + "'::jsonb"
    yield "deep json text", "SELECT '" + '{"a":' * n + "1" + "}" * n + "'::json"
    yield "deep array", "SELECT '" + "{" * n + "}" * n + "'::int[]"
    yield "repeat bomb", "SELECT length(repeat('a', 1000000000))"
    yield "lpad bomb", "SELECT length(lpad('', 1000000000, 'x'))"
    yield "power bomb", "SELECT 10::numeric ^ 100000"
    yield "factorial bomb", "SELECT factorial(30000)"
    yield "array bomb", "SELECT array_fill(1, ARRAY[100000000])"
    yield "regular expression bomb", "SELECT repeat('a', 30) ~ '^(a+)+$b'"
    yield "series into memory", "SELECT array_agg(g) FROM generate_series(1, 10000000) g"
    yield "sort of much", "SELECT g FROM generate_series(1, 10000000) g ORDER BY -g LIMIT 1"
    yield "unterminated", "SELECT '" + "x" * 1000
    yield "nul byte in unicode escape", "SELECT U&'\\0000'"


#: Small statements that want much, with what becomes of them.
BOMBS = {
    "a long string": ("SELECT repeat('a', 2000000000)", "54000"),
    "a large array": ("SELECT array_fill(1, ARRAY[1000000, 1000000])", "54000"),
    "a deep json": ("SELECT (repeat('[', 100000) || repeat(']', 100000))::jsonb", "54001"),
    "a broad number": ("SELECT 10::numeric ^ 1000000", "22003"),
    "a large factorial": ("SELECT factorial(1000000)", "22003"),
    "a large exponential": ("SELECT exp(1000000::numeric)", "22003"),
    "a number with many digits": ("SELECT repeat('9', 200000)::numeric", "22003"),
    "a wide bit of padding": ("SELECT lpad('', 2000000000, 'xy')", "54000"),
    "a template without end": ("SELECT to_char(1, repeat('9', 100000))", "54000"),
    "an expression with counters": ("SELECT 'a' ~ '((a{1,100}){1,100}){1,100}b'", "2201B"),
    "pairs of a json path": (
        "SELECT ('[' || repeat('1,', 20000) || '1]')::jsonb @? '$ ? (@[*] == $[*] + 5)'",
        "54000",
    ),
    "an array in memory": ("SELECT array_agg(g) FROM generate_series(1, 100000000) g", "53200"),
    "many distinct values": ("SELECT DISTINCT g FROM generate_series(1, 100000000) g", "53200"),
    "many groups": ("SELECT g FROM generate_series(1, 100000000) g GROUP BY g", "53200"),
    "a sort of too much": ("SELECT g FROM generate_series(1, 100000000) g ORDER BY -g", "53200"),
}


def attack(client: PgClient, sql: str) -> str:
    """Runs a statement; returns its tag or SQLSTATE."""
    result = client.simple_query(sql)[-1]
    return result.error["sqlstate"] if result.error else str(result.tag)
