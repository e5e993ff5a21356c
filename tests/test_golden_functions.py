"""Every recorded call of every function and operator agrees with PostgreSQL, or is refused with 0A000.

docs/functions.md is the table of them, and says of each signature whether it works or is refused. A signature *works*
if every recorded call agrees in value, type and SQLSTATE. Rewrite the table with `pytest … --rewrite`.
"""

import json
import pathlib
from collections import defaultdict

import pytest

from tests.functions_table import judge_all, render_table
from tests.server import Server

GOLDEN = pathlib.Path(__file__).parent / "golden" / "functions"
TABLE = pathlib.Path(__file__).parent.parent / "docs" / "functions.md"


def test_every_function_agrees_or_is_refused(
    tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    cases = defaultdict(list)
    for path in sorted(GOLDEN.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            signature, *rest = json.loads(line)
            cases[signature].append(rest)
    with Server(tmp_path / "data") as server, server.connect() as client:
        verdicts = judge_all(client, cases)
    differing = {s: v for s, v in verdicts.items() if v.differences}
    text = render_table(verdicts)
    if request.config.getoption("--rewrite"):
        TABLE.write_text(text, encoding="utf-8")
    listing = "\n".join(f"{s}: {d}" for s, v in differing.items() for d in v.differences[:2])
    assert not differing, f"{len(differing)} signatures differ silently\n{listing}"
    assert text == TABLE.read_text(encoding="utf-8"), "docs/functions.md is out of date"
    working = sum(v.works for v in verdicts.values())
    assert working / len(verdicts) >= 0.85
