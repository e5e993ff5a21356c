"""One server for a module, boto3's client and resource for it, and tables of one's own."""

import pathlib
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import boto3
import psycopg
import pytest
from botocore.config import Config

from tests.server import Server

MakeTable = Callable[..., str]


def client_for(server: Server, **changes: Any) -> Any:
    settings: dict[str, Any] = {
        "endpoint_url": f"http://127.0.0.1:{server.dynamodb_port}",
        "region_name": "us-east-1",
        "aws_access_key_id": "anybody",
        "aws_secret_access_key": "anything",
        "config": Config(retries={"total_max_attempts": 1}),
        **changes,
    }
    return boto3.client("dynamodb", **settings)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("dynamodb")
    with Server(folder / "data") as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return client_for(server)


@pytest.fixture
def sql(server: Server) -> Iterator["psycopg.Connection[Any]"]:
    address = f"host=127.0.0.1 port={server.port} user=terrascale"
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


_names = count()


@pytest.fixture
def make_table(client: Any) -> MakeTable:
    """Makes a table with keys pk and, if asked for, sk; returns its name."""

    def make(key: str = "pk:S", **more: Any) -> str:
        """`key` is "pk:S" or "pk:S sk:N"; attributes of indexes are listed behind: "pk:S, a:N"."""
        own, *others = key.split(", ")
        attributes = [part.split(":") for part in [*own.split(), *others]]
        name = f"table-{next(_names)}"
        schema = [
            {"AttributeName": part.split(":")[0], "KeyType": kind}
            for part, kind in zip(own.split(), ("HASH", "RANGE"), strict=False)
        ]
        client.create_table(
            TableName=name,
            KeySchema=schema,
            AttributeDefinitions=[
                {"AttributeName": n, "AttributeType": letter} for n, letter in attributes
            ],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )
        client.get_waiter("table_exists").wait(TableName=name)
        return name

    return make


def index(name: str, hash_: str, range_: str | None = None, **projection: Any) -> dict[str, Any]:
    """Returns an index's definition; all is projected unless said otherwise."""
    schema = [{"AttributeName": hash_, "KeyType": "HASH"}]
    if range_ is not None:
        schema.append({"AttributeName": range_, "KeyType": "RANGE"})
    projection = projection or {"ProjectionType": "ALL"}
    return {"IndexName": name, "KeySchema": schema, "Projection": projection}
