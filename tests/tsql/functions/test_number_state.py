"""What recorded answers don't show: random numbers, laziness, sizes, and states of aggregates."""

import dataclasses
import itertools
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.types import Array
from tests.tsql.functions.calls import ENV, oid_of, proc_of
from tsql.functions.array import array_fill
from tsql.functions.random import Generator, drandom, setseed
from tsql.functions.registry import Accumulator, CallSite, aggregate_of
from tsql.functions.series import generate_series, generate_series_numeric


@pytest.mark.parametrize(
    ("seed", "numbers"),
    [
        (0.5, (0.9851677175347999, 0.825301858027981, 0.12974610012450416)),
        (0.0, (0.8702553105818676, 0.426569726107606, 0.6684808914837377)),
        (-0.7, (0.23520594261148386, 0.7526006542758814, 0.29566403676059205)),
    ],
)
def test_a_seed_gives_postgresqls_numbers(seed: float, numbers: tuple[float, ...]) -> None:
    generator = Generator()
    generator.seed(seed)
    assert tuple(generator.draw() for _ in numbers) == numbers


def test_each_session_has_its_own_sequence() -> None:
    mine, yours = (
        dataclasses.replace(ENV, session=SimpleNamespace(random=Generator())) for _ in range(2)
    )
    setseed(mine, 0.25)
    first = drandom(mine)
    setseed(mine, 0.25)
    setseed(yours, -0.25)
    drandom(yours)
    assert drandom(mine) == first


@pytest.mark.parametrize("seed", [1.5, -2.0, float("nan")])
def test_seeds_out_of_range(seed: float) -> None:
    with pytest.raises(DatabaseError) as caught:
        setseed(ENV, seed)
    assert caught.value.sqlstate == "22023"


def test_long_series_cost_nothing_until_asked() -> None:
    assert list(itertools.islice(generate_series(1, 2**62), 3)) == [1, 2, 3]
    numbers = generate_series_numeric(Decimal(1), Decimal("1e1000"))
    assert list(itertools.islice(numbers, 2)) == [1, 2]


def test_arrays_beyond_the_value_size_are_refused_unbuilt() -> None:
    small = dataclasses.replace(ENV, value_bytes_max=1000)
    assert array_fill(small, 7, Array.of([10])).items == (7,) * 10
    with pytest.raises(DatabaseError) as caught:
        array_fill(small, 7, Array.of([1000]))
    assert caught.value.sqlstate == "54000"


def accumulator(signature: str, type_name: str) -> Accumulator:
    implementation = aggregate_of(proc_of(signature))
    assert implementation is not None
    oid = oid_of(type_name)
    return implementation.build(CallSite(proc_of(signature), (oid,), oid))()


@given(st.lists(st.integers(-(2**62), 2**62), min_size=2))
def test_exact_aggregates_do_not_depend_on_order(values: list[int]) -> None:
    shuffled = sorted(values)
    for name in ("sum", "avg", "var_samp", "stddev_pop"):
        results = []
        for order in (values, shuffled):
            state = accumulator(f"{name}(int8)", "int8")
            for value in order:
                state.add(value)
            results.append(state.result())
        assert results[0].as_tuple() == results[1].as_tuple()


def test_collecting_states_tell_their_size() -> None:
    state = accumulator("array_agg(anynonarray)", "text")
    before = state.size()
    state.add("x" * 10_000)
    assert state.size() - before >= 10_000


def test_results_can_be_asked_for_between_rows() -> None:
    state = accumulator("sum(int4)", "int4")
    assert state.result() is None
    state.add(5)
    assert state.result() == 5
    state.add(6)
    assert state.result() == 11
