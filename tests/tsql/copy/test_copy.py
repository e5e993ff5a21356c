"""COPY: what goes out comes back, in every format, however the bytes are cut."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.embedded import open_memory_store
from tests.tsql.harness import Client
from tsql.copy.fields import csv_joiner, csv_splitter, text_joiner, text_splitter
from tsql.copy.lines import LineReader
from tsql.copy.options import CopyOptions, Format
from tsql.database import Database, SessionOptions

_TEXTS = st.text(
    st.sampled_from("ab\t\n\r\\,\"'|;N. \u00e9\u4e2d\U0001f600"), max_size=12
) | st.sampled_from(["\\.", "\\N", "", "NULL", "\\\\", '"'])
_FIELDS = st.lists(st.none() | _TEXTS, min_size=1, max_size=4)
_OPTIONS = st.sampled_from(
    [
        CopyOptions(),
        CopyOptions(delimiter="|", null="NULL"),
        CopyOptions(format=Format.CSV, delimiter=",", null=""),
        CopyOptions(format=Format.CSV, delimiter=";", null="NULL", quote="'", escape="\\"),
        CopyOptions(format=Format.CSV, delimiter="\t", null="\\N", quote="|", escape="|"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(_FIELDS, max_size=6), options=_OPTIONS, cuts=st.lists(st.integers(1, 9)))
def test_any_fields_survive_any_cuts(
    rows: list[list[Any]], options: CopyOptions, cuts: list[int]
) -> None:
    width = max((len(row) for row in rows), default=1)
    rows = [row + [None] * (width - len(row)) for row in rows]
    if not options.is_csv:
        # As in PostgreSQL, a text that is the NULL string itself is read as NULL.
        rows = [[None if item == options.null else item for item in row] for row in rows]
        rows = [[None if item == "NULL" else item for item in row] for row in rows]
    join = csv_joiner(options, [False] * width) if options.is_csv else text_joiner(options)
    split = (
        csv_splitter(options, [False] * width, [False] * width)
        if options.is_csv
        else text_splitter(options)
    )
    data = "".join(join(row) for row in rows).encode()
    reader = LineReader(options)
    lines = []
    at = 0
    for size in [*cuts, len(data)]:
        lines += reader.feed(data[at : at + size])
        at += size
    lines += reader.finish()
    assert [split(line.decode()) for _, line in lines] == rows


@pytest.mark.parametrize(
    "options",
    ["", "(FORMAT csv)", "(FORMAT binary)", "(FORMAT csv, HEADER match, FORCE_QUOTE *)"],
)
async def test_table_goes_out_and_comes_back(options: str) -> None:
    store = await open_memory_store()
    client = Client((await Database.open(store)).session(SessionOptions()))
    await client.run(
        "CREATE TABLE t (id int PRIMARY KEY, b bool, n numeric, f float8, t text, d date,"
        " s timestamptz, i interval, u uuid, x bytea, j jsonb, a int[])"
    )
    await client.run(
        """INSERT INTO t VALUES
        (1, true, 1.50, 0.1, E'tab\\tline\\n\\\\', '2024-02-29', '2024-01-01 12:00+02', '1 mon -2 days',
         'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '{"k": [1, null, "\\u00e9"]}', '{1,NULL}'),
        (2, NULL, 'NaN', '-Infinity', '', 'infinity', NULL, NULL, NULL, '', 'null', '{}'),
        (3, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"""
    )
    out = options.replace("match", "true")
    back = options.replace(", FORCE_QUOTE *", "")
    data = (await client.run(f"COPY t TO STDOUT {out}"))[-1].data
    before = await client.rows("SELECT t::text FROM t ORDER BY id")
    await client.run("TRUNCATE t")
    assert await client.tag(f"COPY t FROM STDIN {back}", data) == "COPY 3"
    assert await client.rows("SELECT t::text FROM t ORDER BY id") == before
    await client.session.close()
    await store.close()


@pytest.fixture
async def table(alice: Client) -> None:
    await alice.run(
        "CREATE TABLE c (a int PRIMARY KEY, b text, n int NOT NULL DEFAULT 5 CHECK (n > 0))"
    )


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("copy", "data", "sqlstate", "context"),
    [
        ("COPY c FROM STDIN", "1\tx\n", "22P04", 'COPY c, line 1: "1\tx"'),
        ("COPY c FROM STDIN", "1\tx\t2\t3\n", "22P04", 'COPY c, line 1: "1\tx\t2\t3"'),
        ("COPY c FROM STDIN", "1\tx\t1\nx\ty\t1\n", "22P02", 'COPY c, line 2, column a: "x"'),
        ("COPY c FROM STDIN", "1\tx\t\\N\n", "23502", 'COPY c, line 1: "1\tx\t\\N"'),
        ("COPY c FROM STDIN", "1\tx\t-1\n", "23514", 'COPY c, line 1: "1\tx\t-1"'),
        ("COPY c FROM STDIN", "1\tx\t1\n1\ty\t1\n", "23505", "COPY c, line 2"),
        ("COPY c (a, b) FROM STDIN CSV", '1,"x\n', "22P04", 'COPY c, line 1: "1,"x\n"'),
        ("COPY c (a, b) FROM STDIN CSV HEADER", "a,b\n1,x,y\n", "22P04", 'COPY c, line 2: "1,x,y"'),
        ("COPY c (a, b) FROM STDIN", "1\tx\r2\ty\n", "22P04", None),
        ("COPY c (a) FROM STDIN (HEADER match)", "b\n", "22P04", 'COPY c, line 1: "b"'),
        ("COPY c (a) FROM STDIN (FORMAT binary)", "nonsense, and long", "22P04", None),
    ],
)
async def test_faults_say_where(
    alice: Client, copy: str, data: str, sqlstate: str, context: str | None
) -> None:
    error = await alice.error(copy, data.encode())
    assert error.sqlstate == sqlstate
    if context is not None:
        assert error.context == context
    assert await alice.value("SELECT count(*) FROM c") == 0


@pytest.mark.usefixtures("table")
async def test_lines_end_in_any_way_and_a_marker_ends_them(alice: Client) -> None:
    for end in ("\n", "\r\n", "\r"):
        data = end.join(["1\tx", "2\ty", "\\.", "garbage"]) + end
        assert await alice.tag("COPY c (a, b) FROM STDIN", data.encode()) == "COPY 2"
        assert await alice.rows("SELECT a, b FROM c ORDER BY a") == [(1, "x"), (2, "y")]
        await alice.run("TRUNCATE c")


@pytest.mark.usefixtures("table")
async def test_where_and_options(alice: Client) -> None:
    assert await alice.tag("COPY c (a, b) FROM STDIN WHERE a > 1", b"1\tx\n2\ty\n") == "COPY 1"
    sql = "COPY c (a, b) FROM STDIN (FORMAT csv, FORCE_NULL (b), NULL '-')"
    assert await alice.tag(sql, b'7,"-"\n') == "COPY 1"
    sql = "COPY c (a, b) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (b))"
    assert await alice.tag(sql, b"8,\n") == "COPY 1"
    assert await alice.rows("SELECT a, b FROM c ORDER BY a") == [(2, "y"), (7, None), (8, "")]


@pytest.mark.usefixtures("table")
async def test_failed_copy_leaves_the_session_usable(alice: Client) -> None:
    await alice.error("COPY c FROM STDIN", b"bad\n")
    assert await alice.tag("COPY c FROM STDIN", b"1\tx\t1\n") == "COPY 1"


@pytest.mark.usefixtures("table")
async def test_encoding(alice: Client) -> None:
    data = "1\t\u00e9\n".encode("latin-1")
    assert await alice.tag("COPY c (a, b) FROM STDIN (ENCODING 'latin1')", data) == "COPY 1"
    assert await alice.value("SELECT b FROM c") == "\u00e9"
    error = await alice.error("COPY c (a, b) FROM STDIN", data)
    assert error.sqlstate == "22021"
    assert (await alice.run("COPY c (b) TO STDOUT (ENCODING 'latin1')"))[-1].data == b"\xe9\n"
