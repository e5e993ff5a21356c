"""The AWS command line interface: what an operator types at a table."""

import json
import os
import pathlib
import subprocess
from typing import Any

import pytest

from tests.server import Server

AWS = pathlib.Path(__file__).parent.parent / ".venv" / "awscli" / "bin" / "aws"


class Cli:
    """Runs `aws dynamodb` against a server."""

    def __init__(self, server: Server, home: pathlib.Path) -> None:
        self._flags = ["--endpoint-url", f"http://127.0.0.1:{server.dynamodb_port}"]
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs a command."""
        return subprocess.run(
            [str(AWS), "dynamodb", *words, *self._flags],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=self._environment,
        )

    def __call__(self, *words: str) -> Any:
        """Returns what a command prints."""
        result = self.run(*words)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout) if result.stdout.strip() else None


@pytest.fixture(scope="module")
def aws(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    return Cli(server, tmp_path_factory.mktemp("home"))


def test_a_table_by_hand(aws: Cli, tmp_path: pathlib.Path) -> None:
    table = ("--table-name", "Music")
    made = aws(
        "create-table", *table,
        "--attribute-definitions", "AttributeName=Artist,AttributeType=S", "AttributeName=SongTitle,AttributeType=S",
        "--key-schema", "AttributeName=Artist,KeyType=HASH", "AttributeName=SongTitle,KeyType=RANGE",
        "--provisioned-throughput", "ReadCapacityUnits=5,WriteCapacityUnits=5",
    )  # fmt: skip
    assert made["TableDescription"]["TableStatus"] == "CREATING"
    assert aws("wait", "table-exists", *table) is None
    songs = {
        "Music": [
            {
                "PutRequest": {
                    "Item": {
                        "Artist": {"S": "No One You Know"},
                        "SongTitle": {"S": f"Song {number:02}"},
                        "Awards": {"N": str(number)},
                    }
                }
            }
            for number in range(20)
        ]
    }
    batch = tmp_path / "songs.json"
    batch.write_text(json.dumps(songs))
    aws("batch-write-item", "--request-items", f"file://{batch}")
    key = json.dumps({"Artist": {"S": "No One You Know"}, "SongTitle": {"S": "Song 03"}})
    item = aws("get-item", *table, "--key", key, "--consistent-read")["Item"]
    assert item["Awards"] == {"N": "3"}
    # The CLI pages by itself, two items at a time.
    found = aws(
        "query", *table, "--page-size", "2",
        "--key-condition-expression", "Artist = :a AND SongTitle >= :s",
        "--expression-attribute-values", json.dumps({":a": {"S": "No One You Know"}, ":s": {"S": "Song 15"}}),
        "--query", "Items[].SongTitle.S",
    )  # fmt: skip
    assert found == [f"Song {number:02}" for number in range(15, 20)]
    updated = aws(
        "update-item", *table, "--key", key, "--update-expression", "SET Awards = Awards + :one REMOVE Nothing",
        "--expression-attribute-values", '{":one": {"N": "1"}}', "--return-values", "ALL_NEW",
        "--return-consumed-capacity", "TOTAL",
    )  # fmt: skip
    assert updated["Attributes"]["Awards"] == {"N": "4"}
    assert updated["ConsumedCapacity"] == {"TableName": "Music", "CapacityUnits": 1.0}
    scanned = aws("scan", *table, "--max-items", "7", "--select", "COUNT")
    assert scanned["Count"] == 20
    limited = aws("scan", *table, "--max-items", "7")
    assert len(limited["Items"]) == 7
    assert "NextToken" in limited
    refused = aws.run(
        "put-item", *table, "--item", key, "--condition-expression", "attribute_not_exists(Artist)"
    )
    assert refused.returncode != 0
    assert "(ConditionalCheckFailedException)" in refused.stderr
    assert "The conditional request failed" in refused.stderr
    arn = aws("describe-table", *table)["Table"]["TableArn"]
    aws("tag-resource", "--resource-arn", arn, "--tags", "Key=team,Value=blue")
    assert aws("list-tags-of-resource", "--resource-arn", arn)["Tags"] == [
        {"Key": "team", "Value": "blue"}
    ]
    assert "Music" in aws("list-tables")["TableNames"]
    aws("delete-table", *table)
    assert aws("wait", "table-not-exists", *table) is None
