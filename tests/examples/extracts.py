"""The extracts that the examples' tests load."""

import gzip
import json
import pathlib

from examples.browser_compat import copy_line

EXAMPLES = pathlib.Path(__file__).parent.parent.parent / "examples"


def extract(name: str) -> list[bytes]:
    """Returns COPY data of an example."""
    if name == "flights":
        return [gzip.decompress((EXAMPLES / "data" / "flights.csv.gz").read_bytes())]
    text = gzip.decompress((EXAMPLES / "data" / "browser_compat.jsonl.gz").read_bytes()).decode()
    documents = [json.loads(line) for line in text.splitlines()]
    return [copy_line(d["feature"], d["compat"]) for d in documents]
