"""Quotients that DuckDB has to compute have PostgreSQL's value and display scale."""

import json
import pathlib
from decimal import Decimal

from tests.tsql.analytics.duck import ERRORS, session
from tests.tsql.analytics.recorded import evaluate
from tests.tsql.binder.statements import target
from tsql import bound
from tsql.analytics.emitted import Emitted
from tsql.analytics.families.division import quotient, settled
from tsql.analytics.literals import literal
from tsql.types import oids

RECORDED = pathlib.Path(__file__).parents[2] / "golden" / "calls" / "columnar.jsonl"


def test_a_quotient_inside_of_an_expression_has_the_recorded_value() -> None:
    duck, count = session(), 0
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        signature, sql, _, sqlstate, _, rows = json.loads(line)
        if signature != "numeric_div(numeric,numeric)":
            continue
        call = target(sql)
        assert isinstance(call, bound.FunctionCall)
        sides = [literal(evaluate(side), oids.NUMERIC) for side in call.arguments]
        value = settled(quotient(*sides))
        try:
            reader = duck.run(f"SELECT {value.sql} AS v, {value.shown} AS s", {}, [], 10)
            (row,) = reader.read_all().to_pylist()
        except ERRORS:
            continue  # The key path says what it is.
        assert sqlstate is None, sql
        assert f"{row['v'].quantize(Decimal((0, (1,), -row['s']))):f}" == rows[0][0], sql
        assert row["v"] == Decimal(rows[0][0]), sql
        count += 1
    assert count > 150


def test_a_quotient_of_null_is_null() -> None:
    nothing = Emitted("CAST(NULL AS DECIMAL(38, 2))", oids.NUMERIC, 2, 2)
    one = literal(Decimal("1.50"), oids.NUMERIC)
    duck = session()
    for sides in ((nothing, one), (one, nothing)):
        (row,) = (
            duck.run(f"SELECT {settled(quotient(*sides)).sql} AS v", {}, [], 10)
            .read_all()
            .to_pylist()
        )
        assert row["v"] is None
