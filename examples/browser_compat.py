"""The nested documents of the npm package @mdn/browser-compat-data, in a jsonb column."""

import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from examples.runner import show

VERSION = "8.1.9"


def features(path: str, node: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields (path, document) of every feature below a node."""
    for name, child in node.items():
        if name == "__compat":
            yield path, child
        elif isinstance(child, dict):
            yield from features(f"{path}.{name}" if path else name, child)


def copy_line(feature: str, document: Any) -> bytes:
    """Returns a row in COPY's text format."""
    text = json.dumps(document, ensure_ascii=False).replace("\\", "\\\\")
    return f"{feature}\t{text}\n".encode()


def rows(folder: pathlib.Path) -> Iterator[bytes]:
    """Downloads the package by name and yields its features as COPY rows."""
    subprocess.run(
        ["npm", "pack", "--silent", f"@mdn/browser-compat-data@{VERSION}"], cwd=folder, check=True
    )
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/data.json")
        assert member is not None
        data = json.load(member)
    for area, node in data.items():
        if area not in ("__meta", "browsers"):
            yield from (copy_line(feature, document) for feature, document in features(area, node))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="terrascale-compat-") as name:
        show(pathlib.Path(__file__).with_suffix(".sql"), rows(pathlib.Path(name)))
