"""Whatever way a row is found, it is the same row: access paths against a plain scan.

Each random condition is written twice: over the columns, so that keys and indexes may answer, and
over `column + 0` and the like, which nothing but a filter can. Both must give the same rows.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.embedded import open_memory_store
from tests.tsql.harness import Client
from tsql.database import Database, SessionOptions

_PLAIN = {
    "a": "a + 0",
    "b": "b + 0",
    "c": "c || ''",
    "d": "d + 0",
    "f": "f + 0::real",
    "at": "at + 0",
}
_VALUES: dict[str, Any] = {
    "a": st.sampled_from(["-1", "0", "1", "2", "3", "3000000000", "2.5", "NULL", "1::int2"]),
    "b": st.sampled_from(["0", "1", "2", "9", "-3000000000", "NULL"]),
    "c": st.sampled_from(["'a'", "'ab'", "'abc'", "'b'", "''", "NULL", "'a'::varchar(2)"]),
    "d": st.sampled_from(["0", "1.5", "1.50", "2", "NULL", "'NaN'", "-0.001"]),
    "f": st.sampled_from(["0", "0.1", "0.1::real", "1e300", "'NaN'", "'-Infinity'", "NULL"]),
    "at": st.sampled_from(
        ["'2024-01-01'", "timestamp '2024-01-02 12:00'", "'infinity'", "NULL", "'2024-01-03'"]
    ),
}
_OPERATORS = st.sampled_from(["=", "<", "<=", ">", ">="])


@st.composite
def _conditions(draw: st.DrawFn) -> tuple[str, str]:
    """Returns a condition over columns, and the same one over expressions."""
    column = draw(st.sampled_from(sorted(_VALUES)))
    values = _VALUES[column]
    match draw(st.integers(0, 7)):
        case 0:
            listed = ", ".join(draw(st.lists(values, min_size=1, max_size=4)))
            form = "{} IN (" + listed + ")"
        case 1:
            form = "{} IS " + draw(st.sampled_from(["", "NOT "])) + "NULL"
        case 2 if column == "c":
            form = "{} LIKE " + draw(st.sampled_from(["'a%'", "'%b'", "'a_'", r"'a\%'", "''"]))
        case 3:
            form = "({} = " + draw(values) + " OR {} = " + draw(values) + ")"
        case _:
            form = "{} " + draw(_OPERATORS) + " " + draw(values)
    return form.replace("{}", column), form.replace("{}", f"({_PLAIN[column]})")


_ROW_CONDITION = st.tuples(
    st.sampled_from(["<", "<=", ">", ">="]),
    st.sampled_from(["(1, 2)", "(2, 0)", "(0, 9)", "(1, NULL)", "(NULL, 1)"]),
)
_ORDERS = st.sampled_from(
    ["", "ORDER BY a, b", "ORDER BY a DESC, b DESC", "ORDER BY d, a, b", "ORDER BY c, a, b"]
)


async def _rows(client: Client, sql: str) -> Any:
    answer = (await client.run(sql))[-1]
    return answer.error.sqlstate if answer.error else answer.rows


async def _filled(client: Client) -> None:
    await client.run(
        """
        CREATE TABLE t (a int, b int8, c text, d numeric, f real, at date, PRIMARY KEY (a, b));
        CREATE INDEX ON t (c, d DESC);
        CREATE INDEX ON t (d NULLS FIRST) INCLUDE (c);
        CREATE INDEX ON t (f, at);
        CREATE INDEX ON t (at DESC, c);
        INSERT INTO t SELECT
            g / 8 - 1, g % 8, (ARRAY['a', 'ab', 'abc', 'b', '', NULL])[g % 6 + 1],
            (ARRAY[0, 1.5, 1.50, 2, NULL, 'NaN'])[g % 5 + 1],
            (ARRAY[0, 0.1, 1, NULL, 'NaN', '-Infinity'])[g % 6 + 1]::real,
            (ARRAY['2024-01-01', '2024-01-02', '2024-01-03', 'infinity', NULL])[g % 5 + 1]::date
        FROM generate_series(0, 40) g;
        """
    )


@pytest.mark.parametrize("scheme", ["range", "hash"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    conditions=st.lists(_conditions(), min_size=1, max_size=4),
    row=st.none() | _ROW_CONDITION,
    order=_ORDERS,
)
async def test_keys_and_filters_agree(
    scheme: str,
    conditions: list[tuple[str, str]],
    row: tuple[str, str] | None,
    order: str,
) -> None:
    store = await open_memory_store()
    database = await Database.open(store)
    client = Client(database.session(SessionOptions()))
    await _filled(client)
    if scheme == "hash":
        await client.run(
            "CREATE TABLE h (a int, b int8, c text, d numeric, f real, at date,"
            " PRIMARY KEY (a, b)) WITH (scheme = 'hash'); INSERT INTO h SELECT * FROM t"
        )
    table = "h" if scheme == "hash" else "t"
    keyed = [condition for condition, _ in conditions]
    plain = [condition for _, condition in conditions]
    if row is not None:
        keyed.append(f"(a, b) {row[0]} {row[1]}")
        plain.append(f"(a + 0, b + 0) {row[0]} {row[1]}")
    select = f"SELECT * FROM {table} WHERE"
    fast = await _rows(client, f"{select} {' AND '.join(keyed)} {order}")
    slow = await _rows(client, f"{select} {' AND '.join(plain)} {order}")
    if not order and isinstance(fast, list):
        fast, slow = sorted(map(repr, fast)), sorted(map(repr, slow))
    assert repr(fast) == repr(slow)
    counted = await _rows(client, f"SELECT count(*) FROM {table} WHERE {' AND '.join(keyed)}")
    if isinstance(fast, list):
        assert counted == [(len(fast),)]
    await client.session.close()
    await store.close()
