"""A translation is kept while all is as it was when it was made, and no longer."""

from dataclasses import replace
from decimal import Decimal

from storage.columns.messages import Extent, NumberPlace
from tests.tsql.analytics.recorded import ENV
from tests.tsql.binder.statements import bind
from tsql.analytics.translator import Translator
from tsql.bound import BoundSelect
from tsql.executor.expressions import compile_expression
from tsql.types import oids


def nobody_knows(_place: NumberPlace) -> Extent | None:
    return None


def translator(sql: str, *types: int) -> Translator:
    statement = bind(sql, types).statement
    assert isinstance(statement, BoundSelect)
    return Translator(statement, compile_expression)


def test_it_is_kept_for_the_same_parameters() -> None:
    one = translator("SELECT b FROM t WHERE c = $1", oids.NUMERIC)
    env = replace(ENV, parameters=(Decimal("1.5"),))
    first = one.translate(env, nobody_knows)
    assert first.query is not None
    assert one.translate(replace(ENV, parameters=(Decimal("1.5"),)), nobody_knows) is first
    # An equal number of another scale is shown otherwise.
    other = one.translate(replace(ENV, parameters=(Decimal("1.50"),)), nobody_knows)
    assert other.query is not None
    assert other.query.sql != first.query.sql


def test_it_isnt_kept_when_something_has_changed() -> None:
    one = translator("SELECT (j->>'n')::numeric, d FROM t WHERE d < now()")
    first = one.translate(ENV, nobody_knows)
    assert first.query is not None
    later = replace(ENV, transaction_timestamp=ENV.transaction_timestamp + 1)
    assert one.translate(later, nobody_knows) != first
    narrow = one.translate(later, lambda _: Extent(5, 2, True))
    assert narrow != one.translate(later, nobody_knows)
    elsewhere = replace(later, time_zone="Europe/Berlin")
    kept = one.translate(later, nobody_knows)
    assert one.translate(later, nobody_knows) is kept
    assert one.translate(elsewhere, nobody_knows) is not kept


def test_what_cant_be_translated_is_tried_again() -> None:
    one = translator("SELECT b FROM t WHERE a = 1 / $1", oids.INT4)
    assert one.translate(replace(ENV, parameters=(0,)), nobody_knows).query is None
    assert one.translate(replace(ENV, parameters=(1,)), nobody_knows).query is not None
