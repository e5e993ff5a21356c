"""Writes compat/dynamodb/service_model.json: what requests of the DynamoDB API look like.

    python tools/generate_dynamodb_model.py

The source is the service model that botocore ships (Apache License 2.0; the facts of it are taken,
no text). Kept are the operations' names and, for the shapes of their requests, types, members,
required members, lengths, ranges, patterns and enumerations, under short keys:

    {"operations": {"GetItem": "GetItemInput", ...},
     "shapes": {"GetItemInput": {"t": "structure", "m": {"TableName": "TableArn"}, "r": [...]},
                "TableName": {"t": "string", "min": 3, "max": 255, "p": "[a-zA-Z0-9_.-]+"},
                "Select": {"t": "string", "e": ["ALL_ATTRIBUTES", ...]},
                "KeyList": {"t": "list", "v": "Key", "min": 1}, "Key": {"t": "map", "k": ..., "v": ...}}}
"""

import json
import pathlib
from typing import Any

import botocore.loaders

TARGET = pathlib.Path(__file__).parent.parent / "compat" / "dynamodb" / "service_model.json"


def compact(shape: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"t": shape["type"]}
    for key, short in (
        ("min", "min"),
        ("max", "max"),
        ("pattern", "p"),
        ("enum", "e"),
        ("required", "r"),
    ):
        if key in shape:
            record[short] = shape[key]
    if "members" in shape:
        record["m"] = {name: member["shape"] for name, member in shape["members"].items()}
    for key, short in (("member", "v"), ("key", "k"), ("value", "v")):
        if key in shape:
            record[short] = shape[key]["shape"]
    return record


def model_text() -> str:
    model = botocore.loaders.Loader().load_service_model("dynamodb", "service-2")
    operations = {
        name: operation["input"]["shape"] if "input" in operation else ""
        for name, operation in sorted(model["operations"].items())
    }
    shapes: dict[str, Any] = {}
    pending = [name for name in operations.values() if name]
    while pending:
        name = pending.pop()
        if name not in shapes:
            record = shapes[name] = compact(model["shapes"][name])
            pending += record.get("m", {}).values()
            pending += [record[key] for key in ("k", "v") if key in record]
    lines = ",\n".join(
        f"{json.dumps(name)}:{json.dumps(shapes[name], separators=(',', ':'))}"
        for name in sorted(shapes)
    )
    return f'{{"operations":{json.dumps(operations, separators=(",", ":"))},\n"shapes":{{\n{lines}\n}}}}\n'


if __name__ == "__main__":
    TARGET.write_text(model_text())
