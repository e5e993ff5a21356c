"""Domains over the wire: parameters, results, COPY, DynamoDB, changes beside prepared statements."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import boto3
import psycopg
import pytest
from botocore.exceptions import ClientError
from psycopg import errors

from tests.server import Server

DEFINITIONS = """
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE DOMAIN code AS varchar(5) NOT NULL CHECK (VALUE = lower(VALUE));
    CREATE TABLE t (id positive PRIMARY KEY, c code, ps positive[]);
"""


def address(server: Server) -> str:
    return f"host=127.0.0.1 port={server.port} dbname=terrascale user=terrascale"


@pytest.fixture
def connection(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address(server), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute("DROP DOMAIN IF EXISTS positive, code")
        connection.execute(DEFINITIONS)
        yield connection


@pytest.mark.parametrize("binary", [False, True])
def test_values_go_both_ways(connection: psycopg.Connection[Any], binary: bool) -> None:
    mark = "%b" if binary else "%t"
    insert = f"INSERT INTO t VALUES ({mark}, {mark}, {mark}) RETURNING *"
    with connection.cursor(binary=binary) as cursor:
        row = cursor.execute(insert, [5, "ab", [1, 2]]).fetchone()
        assert row is not None
        assert row[:2] == (5, "ab")
        described = cursor.description
        assert described is not None
        assert [column.type_code for column in described[:2]] == [23, 1043]
        with pytest.raises(errors.CheckViolation) as caught:
            cursor.execute(insert, [0, "ab", [1]])
        assert caught.value.diag.datatype_name == "positive"
        assert caught.value.diag.constraint_name == "positive_check"
        with pytest.raises(errors.NotNullViolation):
            cursor.execute(insert, [6, None, [1]])
        with pytest.raises(errors.CheckViolation):
            cursor.execute(insert, [6, "ab", [1, -1]])


def test_what_becomes_one_is_tested_whatever_door_it_comes_by(
    connection: psycopg.Connection[Any], server: Server
) -> None:
    with (
        pytest.raises(errors.CheckViolation),
        connection.cursor().copy("COPY t FROM STDIN") as copy,
    ):
        copy.write_row([0, "ab", None])
    client = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{server.dynamodb_port}",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    client.put_item(TableName="t", Item={"id": {"N": "1"}, "c": {"S": "ab"}})
    for item in (
        {"id": {"N": "2"}, "c": {"S": "AB"}},
        {"id": {"N": "0"}, "c": {"S": "ab"}},
        {"id": {"N": "2"}},
    ):
        with pytest.raises(ClientError, match="domain"):
            client.put_item(TableName="t", Item=item)
    with pytest.raises(ClientError, match="domain"):
        client.update_item(
            TableName="t",
            Key={"id": {"N": "1"}},
            UpdateExpression="SET c = :c",
            ExpressionAttributeValues={":c": {"S": "UP"}},
        )
    assert connection.execute("SELECT id, c FROM t").fetchall() == [(1, "ab")]


def test_a_prepared_statement_hears_of_a_new_constraint(
    connection: psycopg.Connection[Any], server: Server
) -> None:
    insert = "INSERT INTO t VALUES (%s, %s)"
    connection.execute(insert, [50, "a"], prepare=True)
    with psycopg.connect(address(server), autocommit=True) as other:
        other.execute("DROP TABLE IF EXISTS u")
        other.execute("ALTER TABLE t DROP COLUMN ps")
        other.execute("ALTER DOMAIN positive ADD CONSTRAINT few CHECK (VALUE < 100)")
    with pytest.raises(errors.CheckViolation):
        connection.execute(insert, [500, "b"], prepare=True)
    connection.execute(insert, [51, "b"], prepare=True)


def test_rollback_takes_a_constraint_back(connection: psycopg.Connection[Any]) -> None:
    connection.execute("ALTER TABLE t DROP COLUMN ps")
    with pytest.raises(errors.CheckViolation), connection.transaction():
        connection.execute("ALTER DOMAIN positive ADD CONSTRAINT few CHECK (VALUE < 100)")
        connection.execute("INSERT INTO t VALUES (500, 'a')")
    connection.execute("INSERT INTO t VALUES (500, 'a')")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)


async def test_asyncpg_knows_domains(server: Server) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", database="terrascale"
    )
    try:
        await connection.execute("CREATE DOMAIN short AS text CHECK (length(VALUE) < 4)")
        await connection.execute("CREATE TABLE shorts (id int PRIMARY KEY, s short, l short[])")
        await connection.execute("INSERT INTO shorts VALUES (1, $1, $2)", "abc", ["a", "b"])
        row = await connection.fetchrow("SELECT * FROM shorts WHERE s = $1", "abc")
        assert row is not None
        assert tuple(row) == (1, "abc", ["a", "b"])
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("INSERT INTO shorts VALUES (2, $1, $2)", "abcd", None)
        assert await connection.fetchval("SELECT $1::short", "x") == "x"
    finally:
        await connection.close()
