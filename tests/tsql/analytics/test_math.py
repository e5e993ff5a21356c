"""Functions of the C library give the same bits in DuckDB as on the key path."""

import random

import pyarrow as pa
import pytest

from storage.errors import DatabaseError
from tests.tsql.analytics.duck import session
from tests.tsql.analytics.recorded import ENV
from tests.tsql.binder.statements import target
from tsql.executor.expressions import compile_expression

FUNCTIONS = {
    "acos": "acos", "asin": "asin", "atan": "atan", "cbrt": "cbrt", "cos": "cos", "exp": "exp", "ln": "ln",
    "log": "log10", "radians": "radians", "sin": "sin", "sqrt": "sqrt", "tan": "tan",
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_bits(name: str) -> None:
    pick = random.Random(name)
    values = [pick.uniform(-1, 1) for _ in range(1500)] + [
        pick.uniform(-700, 700) for _ in range(1500)
    ]
    values += [10 ** pick.uniform(-30, 30) for _ in range(1000)]
    evaluate = compile_expression(target(f"SELECT {name}(f) FROM t"))
    known, expected = [], []
    for value in values:
        try:
            result = evaluate((0, None, None, None, None, None, value), ENV)
        except DatabaseError:
            continue
        known.append(value)
        expected.append(result)
    assert len(known) > 700
    table = pa.table({"x": known})
    sql = f"SELECT {FUNCTIONS[name]}(x) AS y FROM t"
    assert session().run(sql, {"t": table}, [], 10_000).read_all()["y"].to_pylist() == expected
