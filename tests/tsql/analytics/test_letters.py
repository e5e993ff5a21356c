"""Upper and lower case of every letter is DuckDB's, but where the form says otherwise."""

import pyarrow as pa

from tests.tsql.analytics.duck import session
from tsql.functions import ctype


def test_the_case_of_every_character() -> None:
    characters = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c <= 0xDFFF]
    duck = session()
    sql = "SELECT upper(x) AS upper, lower(x) AS lower FROM t"
    made = duck.run(sql, {"t": pa.table({"x": characters})}, [], 100_000).read_all()
    lower = zip(characters, made["lower"].to_pylist(), strict=True)
    assert [one for one, got in lower if got != ctype.lower_char(one)] == []
    upper = zip(characters, made["upper"].to_pylist(), strict=True)
    assert [one for one, got in upper if got != ctype.upper_char(one)] == ["ß"]
