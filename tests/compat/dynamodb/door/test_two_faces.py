"""One table, two faces: what one API writes, the other sees, the same instant and with its types."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.compat.dynamodb.door.conftest import MakeTable, index
from tests.compat.dynamodb.door.test_items import EVERY_TYPE, error_of

Sql = psycopg.Connection[Any]


def test_an_item_is_a_row_with_the_right_types(
    client: Any, sql: Sql, make_table: MakeTable
) -> None:
    table = make_table()
    client.put_item(TableName=table, Item=EVERY_TYPE)
    row = sql.execute(
        f'select pk, text, number, "binary", yes, nothing, strings, numbers, binaries, list, map from "{table}"'
    ).fetchone()
    assert row == (
        "all",
        "grün\0",
        Decimal("-12345678901234567890.123456789012345678"),
        b"\x00\xff",
        True,
        None,
        ["a", "b"],
        [Decimal(1), Decimal("2.5")],
        [b"x", b"y"],
        [1, [], {}, ["s"], None],
        {"longer": False, "a": {"deep": "eg=="}},
    )


def test_types_as_sql_names_them(client: Any, sql: Sql, make_table: MakeTable) -> None:
    table = make_table()
    client.put_item(TableName=table, Item=EVERY_TYPE)
    found = sql.execute(
        f"select pg_typeof(text), pg_typeof(number), pg_typeof(yes), pg_typeof(strings),"
        f' pg_typeof(list), pg_typeof(map) from "{table}"'
    ).fetchone()
    assert found == ("text", "numeric", "boolean", "text[]", "jsonb", "jsonb")


def test_a_row_is_an_item(client: Any, sql: Sql, make_table: MakeTable) -> None:
    table = make_table("pk:S sk:N")
    sql.execute(
        f'insert into "{table}" (pk, sk, name, count, ok, doc, day, at, id) values'
        " ('a', 1.50, 'n', 7, true, '{\"x\": [1, null]}'::jsonb, date '2026-02-03',"
        " timestamp '2026-02-03 04:05:06.7', uuid '00000000-0000-0000-0000-00000000000f')"
    )
    found = client.get_item(TableName=table, Key={"pk": {"S": "a"}, "sk": {"N": "1.5"}})["Item"]
    assert found == {
        "pk": {"S": "a"},
        "sk": {"N": "1.5"},
        "name": {"S": "n"},
        "count": {"N": "7"},
        "ok": {"BOOL": True},
        "doc": {"M": {"x": {"L": [{"N": "1"}, {"NULL": True}]}}},
        "day": {"S": "2026-02-03"},
        "at": {"S": "2026-02-03T04:05:06.7"},
        "id": {"S": "00000000-0000-0000-0000-00000000000f"},
    }


def test_sql_changes_an_attribute_and_leaves_the_others(
    client: Any, sql: Sql, make_table: MakeTable
) -> None:
    table = make_table()
    client.put_item(TableName=table, Item=EVERY_TYPE)
    sql.execute(
        f"update \"{table}\" set text = 'changed', strings = array['c'] where pk = 'all' and nothing is null"
    )
    found = client.get_item(TableName=table, Key={"pk": {"S": "all"}})["Item"]
    assert found["text"] == {"S": "changed"}
    assert found["strings"] == {"SS": ["c"]}
    assert found["nothing"] == {"NULL": True}
    assert found["binaries"] == EVERY_TYPE["binaries"]


def test_an_update_by_sql_moves_index_entries(client: Any, sql: Sql, make_table: MakeTable) -> None:
    table = make_table("pk:S, color:S", GlobalSecondaryIndexes=[index("colors", "color")])
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "color": {"S": "red"}})

    def with_color(color: str) -> int:
        count: int = client.query(
            TableName=table,
            IndexName="colors",
            KeyConditionExpression="color = :c",
            ExpressionAttributeValues={":c": {"S": color}},
        )["Count"]
        return count

    sql.execute(f"update \"{table}\" set color = 'blue'")
    assert (with_color("red"), with_color("blue")) == (0, 1)
    sql.execute(f'update "{table}" set color = null')
    assert (with_color("red"), with_color("blue")) == (0, 0)


def test_a_table_made_in_sql(client: Any, sql: Sql) -> None:
    sql.execute(
        "create table orders (customer uuid, placed date, amount numeric(8, 2) not null, note varchar(5),"
        " tags text[], constraint total_positive check (amount > 0), unique (note),"
        " primary key (customer, placed))"
    )
    sql.execute("create index orders_amount on orders (amount)")
    customer = UUID(int=7)
    key = {"customer": {"S": str(customer)}, "placed": {"S": "2026-01-02"}}
    client.put_item(
        TableName="orders",
        Item={**key, "amount": {"N": "12.5"}, "note": {"S": "hi"}, "tags": {"SS": ["b", "a"]}},
    )
    assert sql.execute("select * from orders").fetchall() == [
        (customer, date(2026, 1, 2), Decimal("12.50"), "hi", ["a", "b"])
    ]
    sql.execute("insert into orders values (%s, '2026-01-03', 1)", [customer])
    answer = client.query(
        TableName="orders",
        KeyConditionExpression="customer = :c AND placed > :d",
        ExpressionAttributeValues={":c": key["customer"], ":d": {"S": "2026-01-02"}},
    )
    assert answer["Items"] == [
        {"customer": key["customer"], "placed": {"S": "2026-01-03"}, "amount": {"N": "1"}}
    ]
    by_total = client.query(
        TableName="orders",
        IndexName="orders_amount",
        KeyConditionExpression="amount = :t",
        ExpressionAttributeValues={":t": {"N": "12.5"}},
    )
    assert by_total["Items"][0]["tags"] == {"L": [{"S": "a"}, {"S": "b"}]}
    description = client.describe_table(TableName="orders")["Table"]
    assert description["KeySchema"] == [
        {"AttributeName": "customer", "KeyType": "HASH"},
        {"AttributeName": "placed", "KeyType": "RANGE"},
    ]
    names = {each["IndexName"] for each in description["GlobalSecondaryIndexes"]}
    assert names == {"orders_note_key", "orders_amount"}
    assert description["ItemCount"] == 2


def test_constraints_hold_and_are_named(client: Any, sql: Sql) -> None:
    sql.execute(
        "create table limited (id int primary key, v int not null constraint small check (v < 10),"
        " u text constraint only_one unique)"
    )
    put = {"TableName": "limited"}
    client.put_item(**put, Item={"id": {"N": "1"}, "v": {"N": "1"}, "u": {"S": "x"}})
    for item, named in (
        ({"id": {"N": "2"}, "v": {"N": "11"}}, "small"),
        ({"id": {"N": "2"}}, '"v"'),
        ({"id": {"N": "2"}, "v": {"N": "1"}, "u": {"S": "x"}}, "only_one"),
        ({"id": {"N": "2"}, "v": {"N": "1.5"}}, "attribute: v"),
        ({"id": {"N": "2"}, "v": {"S": "1"}}, "Type mismatch for attribute v"),
        ({"id": {"N": "2"}, "v": {"N": "1"}, "w": {"N": "1"}}, "no column w"),
    ):
        code, message = error_of(client.put_item, **put, Item=item)
        assert code == "ValidationException"
        assert named in message
    assert client.scan(TableName="limited")["Count"] == 1


def test_when_sql_has_made_a_table_is_not_told(client: Any, sql: Sql) -> None:
    sql.execute("create table undated (id text primary key)")
    described = client.describe_table(TableName="undated")["Table"]
    assert "CreationDateTime" not in described
    assert described["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}


def test_defaults_fill_what_must_not_be_null(client: Any, sql: Sql) -> None:
    sql.execute(
        "create table defaulted (id text primary key, at timestamptz not null default now()"
        " check (at <= now()), state text not null default 'new', note text default 'none',"
        " number int generated by default as identity)"
    )
    table: dict[str, Any] = {"TableName": "defaulted"}
    message = error_of(client.put_item, **table, Item={"id": {"S": "a"}})[1]
    assert 'null value in column "number"' in message
    before = sql.execute("select now()").fetchone()
    put = {"id": {"S": "a"}, "number": {"N": "1"}}
    client.put_item(**table, Item=put)
    answer = client.update_item(
        **table,
        Key={"id": {"S": "b"}},
        UpdateExpression="SET #n = :n",
        ExpressionAttributeNames={"#n": "number"},
        ExpressionAttributeValues={":n": {"N": "2"}},
        ReturnValues="ALL_NEW",
    )
    shown = answer["Attributes"]
    assert {**shown, "at": 0} == {
        "id": {"S": "b"},
        "number": {"N": "2"},
        "state": {"S": "new"},
        "at": 0,
    }
    client.put_item(**table, Item={**put, "state": {"S": "old"}, "note": {"S": "x"}})
    rows = sql.execute(
        "select id, state, note, at >= %s from defaulted order by id", before
    ).fetchall()
    assert rows == [("a", "old", "x", True), ("b", "new", None, True)]
    message = error_of(
        client.update_item, **table, Key={"id": {"S": "a"}}, UpdateExpression="REMOVE #s",
        ExpressionAttributeNames={"#s": "state"},
    )[1]  # fmt: skip
    assert 'null value in column "state"' in message


def test_what_has_no_form_here_is_refused_by_name(client: Any, sql: Sql) -> None:
    sql.execute("create table floats (id text primary key, v float8, n numeric)")
    sql.execute(
        "insert into floats values ('nan', 'NaN', 1), ('long', 1, 1.234567890123456789012345678901234567890)"
    )
    for key, attribute in (("nan", "v"), ("long", "n")):
        code, message = error_of(client.get_item, TableName="floats", Key={"id": {"S": key}})
        assert code == "ValidationException"
        assert f"attribute {attribute}" in message


def test_tables_that_have_no_face_here(client: Any, sql: Sql) -> None:
    sql.execute("create table keyless (v int)")
    sql.execute("create table wide (a int, b int, c int, primary key (a, b, c))")
    answer = client.list_tables()
    assert not {"keyless", "wide"} & set(answer["TableNames"])
    for name, reason in (("keyless", "no primary key"), ("wide", "at most one sort key column")):
        code, message = error_of(client.describe_table, TableName=name)
        assert code == "ValidationException"
        assert reason in message


def test_bit_strings_are_texts_of_digits(client: Any, sql: Sql) -> None:
    sql.execute("create table flags (id text primary key, v varbit, b bit(3))")
    item = {"id": {"S": "a"}, "v": {"S": "0101"}, "b": {"S": "110"}}
    client.put_item(TableName="flags", Item=item)
    assert sql.execute("select v, b & b'011' from flags").fetchall() == [("0101", "010")]
    assert client.get_item(TableName="flags", Key={"id": {"S": "a"}})["Item"] == item
    for attribute, text in (("v", "2"), ("b", "1")):
        code, message = error_of(
            client.put_item, TableName="flags", Item={**item, attribute: {"S": text}}
        )
        assert code == "ValidationException"
        assert f"(attribute: {attribute})" in message
    sql.execute("create table by_flags (id varbit primary key)")
    code, message = error_of(client.describe_table, TableName="by_flags")
    assert (code, "none of S, N and B" in message) == ("ValidationException", True)


def test_money_is_text(client: Any, sql: Sql) -> None:
    sql.execute("create table priced (id text primary key, price money, seen money[])")
    item = {"id": {"S": "a"}, "price": {"S": "$1,234.50"}, "seen": {"L": [{"S": "$1.00"}]}}
    client.put_item(TableName="priced", Item={**item, "price": {"S": "1234.5"}})
    assert sql.execute("select price::numeric from priced").fetchall() == [(Decimal("1234.50"),)]
    assert client.get_item(TableName="priced", Key={"id": {"S": "a"}})["Item"] == item
    code, message = error_of(
        client.put_item, TableName="priced", Item={**item, "price": {"N": "5"}}
    )
    assert (code, "price" in message) == ("ValidationException", True)
    sql.execute("create table by_price (id money primary key)")
    code, message = error_of(client.describe_table, TableName="by_price")
    assert (code, "none of S, N and B" in message) == ("ValidationException", True)


def test_a_locked_item_is_a_conflict(client: Any, sql: Sql, make_table: MakeTable) -> None:
    table = make_table()
    item = {"pk": {"S": "a"}, "v": {"N": "1"}}
    client.put_item(TableName=table, Item=item)
    with sql.transaction():
        sql.execute(f"update \"{table}\" set v = 2 where pk = 'a'")
        code, _ = error_of(client.put_item, TableName=table, Item=item)
        assert code == "TransactionConflictException"
        with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
            client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": table, "Item": {"pk": {"S": "b"}}}},
                    {"Put": {"TableName": table, "Item": item}},
                ]
            )
        codes = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
        assert codes == ["None", "TransactionConflict"]
        answer = client.batch_write_item(
            RequestItems={
                table: [
                    {"PutRequest": {"Item": item}},
                    {"PutRequest": {"Item": {"pk": {"S": "c"}}}},
                ]
            }
        )
        assert answer["UnprocessedItems"] == {table: [{"PutRequest": {"Item": item}}]}
        assert client.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"] == item
    found = client.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"]
    assert found["v"] == {"N": "2"}


def test_moments_of_sql_are_iso_8601(client: Any, sql: Sql) -> None:
    sql.execute("create table moments (at timestamptz primary key)")
    sql.execute("insert into moments values ('2026-05-06 07:08:09+02')")
    (item,) = client.scan(TableName="moments")["Items"]
    moment = datetime.fromisoformat(item["at"]["S"])
    assert moment == datetime(2026, 5, 6, 5, 8, 9, tzinfo=UTC)
    assert client.get_item(TableName="moments", Key=item)["Item"] == item


def test_foreign_keys_hold_for_items(client: Any, sql: Sql) -> None:
    sql.execute("create table parent (id text primary key)")
    sql.execute("create table kept (id text primary key, p text references parent)")
    sql.execute(
        "create table gone (id text primary key, p text references parent on delete cascade)"
    )
    sql.execute("insert into parent values ('a'), ('b')")

    def put(table: str, key: str, parent: str | None = None) -> dict[str, Any]:
        item = {"id": {"S": key}} | ({} if parent is None else {"p": {"S": parent}})
        return {"TableName": table, "Item": item}

    client.put_item(**put("kept", "1", "a"))
    client.put_item(**put("gone", "1", "b"))
    code, message = error_of(client.put_item, **put("kept", "2", "none"))
    assert code == "ValidationException"
    assert 'violates foreign key constraint "kept_p_fkey"' in message
    changes = {
        "UpdateExpression": "SET p = :p",
        "ExpressionAttributeValues": {":p": {"S": "none"}},
    }
    code, _ = error_of(client.update_item, TableName="kept", Key={"id": {"S": "1"}}, **changes)
    assert code == "ValidationException"
    code, _ = error_of(client.delete_item, TableName="parent", Key={"id": {"S": "a"}})
    assert code == "ValidationException"
    client.delete_item(TableName="parent", Key={"id": {"S": "b"}})
    assert sql.execute("select count(*) from gone").fetchone() == (0,)
    # What is put together may refer to each other, in any order.
    client.transact_write_items(
        TransactItems=[{"Put": put("kept", "3", "c")}, {"Put": put("parent", "c")}]
    )
    assert sql.execute("select id from kept order by id").fetchall() == [("1",), ("3",)]


def test_foreign_keys_hold_in_both_directions(client: Any, sql: Sql) -> None:
    sql.execute("create table parents (id text primary key)")
    sql.execute(
        "create table children (id text primary key, parent text constraint has_parent references parents,"
        " big numeric generated always as (length(id) * 2) stored)"
    )
    child = {"id": {"S": "abc"}, "parent": {"S": "p"}}
    code, message = error_of(client.put_item, TableName="children", Item=child)
    assert code == "ValidationException"
    assert "has_parent" in message
    client.put_item(TableName="parents", Item={"id": {"S": "p"}})
    client.put_item(TableName="children", Item=child)
    assert sql.execute("select * from children").fetchall() == [("abc", "p", Decimal(6))]
    code, message = error_of(client.delete_item, TableName="parents", Key={"id": {"S": "p"}})
    assert code == "ValidationException"
    assert "has_parent" in message
    client.transact_write_items(
        TransactItems=[
            {"Delete": {"TableName": "children", "Key": {"id": {"S": "abc"}}}},
            {"Delete": {"TableName": "parents", "Key": {"id": {"S": "p"}}}},
        ]
    )
    assert sql.execute("select count(*) from parents").fetchone() == (0,)


def test_a_table_of_dynamodb_changes_in_sql(client: Any, sql: Sql, make_table: MakeTable) -> None:
    table = make_table()
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "n": {"N": "1"}})
    sql.execute(f'alter table "{table}" add column extra int')
    client.put_item(TableName=table, Item={"pk": {"S": "b"}, "extra": {"N": "5"}})
    code, message = error_of(
        client.put_item, TableName=table, Item={"pk": {"S": "c"}, "extra": {"S": "x"}}
    )
    assert (code, "extra" in message) == ("ValidationException", True)
    sql.execute(f'alter table "{table}" rename to renamed')
    sql.execute("alter table renamed rename column pk to id")
    found = client.scan(TableName="renamed")["Items"]
    assert sorted(found, key=str) == [
        {"id": {"S": "a"}, "n": {"N": "1"}},
        {"id": {"S": "b"}, "extra": {"N": "5"}},
    ]
    description = client.describe_table(TableName="renamed")["Table"]
    assert description["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]
    sql.execute("truncate renamed")
    assert client.scan(TableName="renamed")["Count"] == 0
    sql.execute("drop table renamed")
    assert error_of(client.scan, TableName="renamed")[0] == "ResourceNotFoundException"


def test_an_attribute_becomes_a_column(client: Any, sql: Sql, make_table: MakeTable) -> None:
    table = make_table("pk:S, c:S", GlobalSecondaryIndexes=[index("by-c", "c")])
    client.put_item(TableName=table, Item={"pk": {"S": "old"}, "c": {"S": "x"}})
    sql.execute(f'alter table "{table}" add column c text')
    client.put_item(TableName=table, Item={"pk": {"S": "new"}, "c": {"S": "x"}})
    items = {item["pk"]["S"]: item for item in client.scan(TableName=table)["Items"]}
    assert items["new"] == {"pk": {"S": "new"}, "c": {"S": "x"}}
    assert sql.execute(f"select pk from \"{table}\" where c = 'x' order by pk").fetchall() == [
        ("new",),
        ("old",),
    ]
