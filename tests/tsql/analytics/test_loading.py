"""What the server loads while it serves is all that a first query over columns needs."""

import subprocess
import sys

PROGRAM = """
import sys
from tsql.analytics.load import load_next
while load_next():
    pass
before = set(sys.modules)
import tsql.analytics.translate, tsql.executor.columnar
print(sorted(name for name in set(sys.modules) - before if name.startswith("tsql.analytics")))
print("tsql.analytics.translator" in before)
"""


def test_the_translation_is_loaded_ahead() -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert found == ["[]", "True"]
