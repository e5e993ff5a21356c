"""Query and Scan: order, pages, indexes, segments."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.compat.dynamodb.door.conftest import MakeTable, index
from tests.compat.dynamodb.door.test_items import error_of

MANY = 240


def fill(client: Any, table: str, items: list[dict[str, Any]]) -> None:
    for at in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[at : at + 25]]
        assert not client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]


def pages(call: Any, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Yields all pages of a query or a scan."""
    while True:
        page = call(**arguments)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@pytest.fixture(scope="module")
def numbers(client: Any) -> str:
    """A table of MANY items in three partitions; odd ones have a color."""
    client.create_table(
        TableName="numbers",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "n", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
            {"AttributeName": "color", "AttributeType": "S"},
            {"AttributeName": "extent", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            index("colors", "color", "extent"),
            index("keys", "color", ProjectionType="KEYS_ONLY"),
            index("some", "color", ProjectionType="INCLUDE", NonKeyAttributes=["name"]),
        ],
        LocalSecondaryIndexes=[index("sizes", "pk", "extent", ProjectionType="KEYS_ONLY")],
    )
    items = []
    for n in range(MANY):
        item = {"pk": {"S": f"p{n % 3}"}, "n": {"N": str(n - 100)}, "name": {"S": f"name {n}"}}
        if n % 2:
            item |= {"color": {"S": "red" if n % 4 == 1 else "blue"}, "extent": {"N": str(-n)}}
        items.append(item)
    fill(client, "numbers", items)
    return "numbers"


def ns(answer: dict[str, Any]) -> list[int]:
    return [int(item["n"]["N"]) for item in answer["Items"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("pk = :p", [n - 100 for n in range(MANY) if n % 3 == 1]),
        ("pk = :p AND n = :low", [-9]),
        ("n < :low AND pk = :p", [n for n in range(-100, -9) if (n + 100) % 3 == 1]),
        ("pk = :p AND n <= :low", [n for n in range(-100, -8) if (n + 100) % 3 == 1]),
        ("pk = :p AND n > :high", [n for n in range(31, 140) if (n + 100) % 3 == 1]),
        ("pk = :p AND n >= :high", [n for n in range(30, 140) if (n + 100) % 3 == 1]),
        ("pk = :p AND n BETWEEN :low AND :high", [n for n in range(-9, 31) if (n + 100) % 3 == 1]),
    ],
)
@pytest.mark.parametrize("forward", [True, False])
def test_key_conditions_in_both_directions(
    client: Any, numbers: str, condition: str, expected: list[int], forward: bool
) -> None:
    values = {":p": {"S": "p1"}, ":low": {"N": "-9"}, ":high": {"N": "30"}}
    used = {name: value for name, value in values.items() if name in condition}
    answer = client.query(
        TableName=numbers,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=used,
        ScanIndexForward=forward,
    )
    assert ns(answer) == (expected if forward else expected[::-1])
    assert answer["Count"] == answer["ScannedCount"] == len(expected)
    assert "LastEvaluatedKey" not in answer


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 7, 80])
def test_pages_join_without_gap_or_overlap(
    client: Any, numbers: str, forward: bool, limit: int
) -> None:
    found: list[int] = []
    for page in pages(
        client.query,
        TableName=numbers,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "p0"}},
        ScanIndexForward=forward,
        Limit=limit,
    ):
        assert page["Count"] <= limit
        found += ns(page)
    expected = [n - 100 for n in range(MANY) if n % 3 == 0]
    assert found == (expected if forward else expected[::-1])


def test_a_filter_counts_what_it_drops(client: Any, numbers: str) -> None:
    answer = client.query(
        TableName=numbers,
        KeyConditionExpression="pk = :p",
        FilterExpression="begins_with(#name, :prefix)",
        ExpressionAttributeNames={"#name": "name"},
        ExpressionAttributeValues={":p": {"S": "p0"}, ":prefix": {"S": "name 1"}},
        Limit=10,
    )
    assert (answer["Count"], answer["ScannedCount"]) == (3, 10)
    assert answer["LastEvaluatedKey"] == {"pk": {"S": "p0"}, "n": {"N": "-73"}}


def test_a_sparse_index_has_the_items_with_its_key(client: Any, numbers: str) -> None:
    answer = client.query(
        TableName=numbers,
        IndexName="colors",
        KeyConditionExpression="color = :c AND extent < :s",
        ExpressionAttributeValues={":c": {"S": "red"}, ":s": {"N": "-200"}},
        ReturnConsumedCapacity="INDEXES",
    )
    sizes = [-n for n in range(MANY) if n % 4 == 1 and n > 200]
    assert [int(item["extent"]["N"]) for item in answer["Items"]] == sizes[::-1]
    assert answer["Items"][0]["name"] == {"S": f"name {-sizes[-1]}"}
    assert answer["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {
        "colors": {"CapacityUnits": 0.5}
    }
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0.0}


def test_projections_of_indexes(client: Any, numbers: str) -> None:
    for name, expected in (
        ("keys", {"pk", "n", "color"}),
        ("some", {"pk", "n", "color", "name"}),
        ("colors", {"pk", "n", "color", "name", "extent"}),
    ):
        answer = client.query(
            TableName=numbers,
            IndexName=name,
            KeyConditionExpression="color = :c",
            ExpressionAttributeValues={":c": {"S": "blue"}},
        )
        assert set(answer["Items"][0]) == expected
        assert answer["Count"] == MANY // 4


def test_a_local_index_fetches_what_it_does_not_have(client: Any, numbers: str) -> None:
    arguments: dict[str, Any] = {
        "TableName": numbers,
        "IndexName": "sizes",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "p1"}},
        "ReturnConsumedCapacity": "INDEXES",
        "ConsistentRead": True,
        "Limit": 3,
    }
    answer = client.query(**arguments)
    assert [set(item) for item in answer["Items"]] == [{"pk", "n", "extent"}] * 3
    assert answer["ConsumedCapacity"]["Table"]["CapacityUnits"] == 0
    answer = client.query(**arguments, Select="ALL_ATTRIBUTES")
    assert [set(item) for item in answer["Items"]] == [{"pk", "n", "extent", "color", "name"}] * 3
    assert answer["ConsumedCapacity"]["Table"]["CapacityUnits"] == 3
    assert answer["ConsumedCapacity"]["LocalSecondaryIndexes"]["sizes"]["CapacityUnits"] == 1


@pytest.mark.parametrize("index_name", [None, "colors", "sizes"])
@pytest.mark.parametrize("total", [1, 3, 50])
def test_segments_share_everything_once(
    client: Any, numbers: str, index_name: str | None, total: int
) -> None:
    found: list[int] = []
    more = {} if index_name is None else {"IndexName": index_name}
    for segment in range(total):
        for page in pages(
            client.scan,
            TableName=numbers,
            Segment=segment,
            TotalSegments=total,
            Limit=17,
            **more,
        ):
            found += ns(page)
    step = 1 if index_name is None else 2
    assert sorted(found) == [n - 100 for n in range(step - 1, MANY, step)]


def test_a_page_ends_at_a_megabyte(client: Any, make_table: MakeTable) -> None:
    table = make_table("pk:S sk:N")
    for n in range(6):
        item = {"pk": {"S": "a"}, "sk": {"N": str(n)}, "v": {"S": "x" * 300_000}}
        client.put_item(TableName=table, Item=item)
    first = client.scan(TableName=table, ReturnConsumedCapacity="TOTAL", Select="COUNT")
    assert (first["Count"], first["LastEvaluatedKey"]["sk"]) == (4, {"N": "3"})
    assert "Items" not in first
    assert first["ConsumedCapacity"]["CapacityUnits"] == 146.5
    counts = [page["Count"] for page in pages(client.scan, TableName=table)]
    assert counts == [4, 2]


def test_faults_of_queries(client: Any, numbers: str) -> None:
    query = {"TableName": numbers, "ExpressionAttributeValues": {":p": {"S": "p1"}}}
    by_key = {**query, "KeyConditionExpression": "pk = :p"}
    assert error_of(client.query, **by_key, IndexName="none") == (
        "ValidationException",
        "The table does not have the specified index: none",
    )
    assert error_of(client.query, **by_key, IndexName="colors", ConsistentRead=True) == (
        "ValidationException",
        "Consistent reads are not supported on global secondary indexes",
    )
    assert error_of(client.query, **by_key, FilterExpression="pk = :p") == (
        "ValidationException",
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk",
    )
    assert error_of(client.query, TableName=numbers)[1].startswith("Either the KeyConditions or")
    outside = {"pk": {"S": "p2"}, "n": {"N": "1"}}
    assert error_of(client.query, **by_key, ExclusiveStartKey=outside)[1] == (
        "The provided starting key is outside query boundaries based on provided conditions"
    )
    assert error_of(client.scan, TableName=numbers, TotalSegments=2)[1].startswith(
        "The Segment parameter is required"
    )
