"""Types whose modules are loaded when they are first asked for are there before anything else has loaded them."""

import subprocess
import sys

_PROGRAM = """
import tsql.binder.statements, tsql.database
from storage.errors import DatabaseError
from tsql.catalog import pg
from tsql.types.io import input_of

def known():
    found = set()
    for oid, row in pg.types().items():
        try:
            input_of(oid)
        except DatabaseError:
            continue
        found.add(row.name)
    return found

before = known()
import compat.postgres.load
print(sorted(known() - before), len(before))
"""


def test_no_type_waits_for_the_catalogs_to_be_read() -> None:
    """Else a session's first statement would be refused for a type that later ones may use."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    late, count = done.stdout.rsplit(maxsplit=1)
    assert late == "[]"
    assert int(count) > 50
