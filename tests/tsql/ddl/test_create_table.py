"""CREATE TABLE: names that are made up, faults in PostgreSQL's order, our own options."""

import pytest

from storage.schema import ColumnPolicy, KeyScheme
from tests.tsql.harness import Client
from tsql.database import Database

LONG = "averyveryverylongtablename_averyveryverylongtablename_averyvery"


async def test_names_of_constraints(alice: Client, database: Database) -> None:
    await alice.run(
        "CREATE TABLE t (a int, b int, c text CHECK (c <> '') CHECK (c <> 'x'), UNIQUE (a, b),"
        " UNIQUE (b, a), UNIQUE (a), CHECK (a > 1), CHECK (a > b), CHECK (b < 3), PRIMARY KEY (a))"
    )
    table = database.shared.catalogs.current.table("public", "t")
    assert table is not None
    assert table.primary_key_constraint == "t_pkey"
    assert [index.name for index in table.indexes] == ["t_a_b_key", "t_b_a_key"]
    assert [check.name for check in table.checks] == [
        "t_a_check",
        "t_b_check",
        "t_c_check",
        "t_c_check1",
        "t_check",
    ]


async def test_long_names_are_cut(alice: Client, database: Database) -> None:
    column = "averyveryverylongcolumnname"
    await alice.run(f"CREATE TABLE {LONG} ({column} int PRIMARY KEY CHECK ({column} > 1))")
    table = database.shared.catalogs.current.table("public", LONG)
    assert table is not None
    assert table.primary_key_constraint == f"{LONG[:58]}_pkey"
    assert table.checks[0].name == f"{LONG[:29]}_{column}_check"


async def test_taken_names_get_numbers(alice: Client, database: Database) -> None:
    await alice.run("CREATE TABLE t_pkey (a int); CREATE TABLE t (a int PRIMARY KEY)")
    table = database.shared.catalogs.current.table("public", "t")
    assert table is not None
    assert table.primary_key_constraint == "t_pkey1"


async def test_redundant_unique_constraint_is_dropped(alice: Client, database: Database) -> None:
    await alice.run("CREATE TABLE t (a int UNIQUE PRIMARY KEY, b int UNIQUE, UNIQUE (b))")
    table = database.shared.catalogs.current.table("public", "t")
    assert table is not None
    assert [index.name for index in table.indexes] == ["t_b_key"]


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message"),
    [
        ("(a int, a int)", "42701", 'column "a" specified more than once'),
        (
            "(a int PRIMARY KEY, b int PRIMARY KEY)",
            "42P16",
            'multiple primary keys for table "x" are not allowed',
        ),
        (
            "(a int, PRIMARY KEY (a, a))",
            "42701",
            'column "a" appears twice in primary key constraint',
        ),
        ("(a int, UNIQUE (z))", "42703", 'column "z" named in key does not exist'),
        (
            "(a int, CONSTRAINT c CHECK (a > 1), CONSTRAINT c CHECK (a > 2))",
            "42710",
            'check constraint "c" already exists',
        ),
        (
            "(a int NULL NOT NULL)",
            "42601",
            'conflicting NULL/NOT NULL declarations for column "a" of table "x"',
        ),
        (
            "(a int DEFAULT 1 DEFAULT 2)",
            "42601",
            'multiple default values specified for column "a" of table "x"',
        ),
        ("(a nothing)", "42704", 'type "nothing" does not exist'),
        (
            "(a json PRIMARY KEY)",
            "42704",
            'data type json has no default operator class for access method "btree"',
        ),
        ("(a int) WITH (foo = 1)", "22023", 'unrecognized parameter "foo"'),
        (
            "(a int) WITH (fillfactor = 1)",
            "22023",
            'value 1 out of bounds for option "fillfactor"',
        ),
        (
            "(a int DEFAULT true)",
            "42804",
            'column "a" is of type integer but default expression is of type boolean',
        ),
        ("(a int DEFAULT b)", "0A000", "cannot use column reference in DEFAULT expression"),
        ("(a int CHECK (a))", "42804", "argument of CHECK must be type boolean, not type integer"),
        ("(a void)", "42P16", 'column "a" has pseudo-type void'),
        ("(xmin int)", "42701", 'column name "xmin" conflicts with a system column name'),
        ("(a int) USING foo", "42704", 'access method "foo" does not exist'),
        ("(a int) PARTITION BY LIST (a)", "0A000", "PARTITION BY is not supported"),
        ("(a int REFERENCES missing)", "42P01", 'relation "missing" does not exist'),
        (
            "(a int PRIMARY KEY, b int) WITH (partition_key = 'b')",
            "22023",
            "partition_key must name the first columns of the primary key, in its order",
        ),
        (
            "(a int) WITH (column_policy = 'loose')",
            "22023",
            'invalid value for enum option "column_policy": loose',
        ),
    ],
)
async def test_faults(alice: Client, sql: str, sqlstate: str, message: str) -> None:
    error = await alice.error(f"CREATE TABLE x {sql}")
    assert (error.sqlstate, error.message) == (sqlstate, message)
    assert (await alice.error("SELECT * FROM x")).sqlstate == "42P01"


async def test_table_that_is_there(alice: Client) -> None:
    await alice.run("CREATE TABLE x (a int)")
    assert (await alice.error("CREATE TABLE x (a int DEFAULT true)")).sqlstate == "42P07"
    assert await alice.tag("CREATE TABLE IF NOT EXISTS x (b text)") == "CREATE TABLE"
    assert alice.notices() == [("42P07", 'relation "x" already exists, skipping')]


async def test_options(alice: Client, database: Database) -> None:
    await alice.run(
        "CREATE TABLE t (a int, b int, c int, PRIMARY KEY (a, b, c)) WITH"
        " (partition_key = 'a, b', scheme = hash, column_policy = dynamic, fillfactor = 70)"
    )
    table = database.shared.catalogs.current.table("public", "t")
    assert table is not None
    assert (table.partition_column_count, table.scheme, table.policy, table.options) == (
        2,
        KeyScheme.HASH,
        ColumnPolicy.DYNAMIC,
        {"fillfactor": "70"},
    )


async def test_serial_columns_count_by_themselves(alice: Client) -> None:
    await alice.run(
        "CREATE TABLE t (id serial PRIMARY KEY, n bigint GENERATED BY DEFAULT AS IDENTITY"
        " (START 10 INCREMENT 5), x text)"
    )
    assert await alice.rows("INSERT INTO t (x) VALUES ('a'), ('b') RETURNING id, n") == [
        (1, 10),
        (2, 15),
    ]
    await alice.run("INSERT INTO t (x) SELECT 'c' FROM generate_series(1, 500)")
    assert await alice.rows("SELECT max(id), max(n), count(*) FROM t") == [(502, 2515, 502)]
    assert await alice.tag("COPY t (x) FROM STDIN", b"d\ne\n") == "COPY 2"
    assert await alice.value("SELECT max(id) FROM t") == 504
    assert await alice.value("SELECT currval('t_id_seq')") == 504
    assert (await alice.error("DROP SEQUENCE t_id_seq")).sqlstate == "2BP01"
    await alice.run("DROP TABLE t")
    assert (await alice.error("SELECT nextval('t_id_seq')")).sqlstate == "42P01"


async def test_sequences(alice: Client, bob: Client) -> None:
    await alice.run("CREATE SEQUENCE s START 3 INCREMENT 2 MAXVALUE 8 CYCLE")
    assert [await alice.value("SELECT nextval('s')") for _ in range(4)] == [3, 5, 7, 1]
    assert (await bob.error("SELECT currval('s')")).sqlstate == "55000"
    assert await alice.value("SELECT setval('s', 7)") == 7
    assert await bob.value("SELECT nextval('s')") == 1
    assert (await alice.error("SELECT setval('s', 9)")).sqlstate == "22003"
    await alice.run("CREATE SEQUENCE once MAXVALUE 2; SELECT nextval('once'), nextval('once')")
    assert (await alice.error("SELECT nextval('once')")).sqlstate == "2200H"
