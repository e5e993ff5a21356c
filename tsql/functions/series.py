"""generate_series over integers and numeric. They make their values one by one, as they are asked for."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, Overflow

from storage.errors import DatabaseError
from tsql.functions.registry import implements
from tsql.types.decimals import EXACT, ONE


def _zero_step() -> DatabaseError:
    return DatabaseError("22023", "step size cannot equal zero")


@implements(
    "generate_series_int4",
    "generate_series_step_int4",
    "generate_series_int8",
    "generate_series_step_int8",
)
def generate_series(start: int, stop: int, step: int = 1) -> Iterable[int]:
    if step == 0:
        raise _zero_step()
    return range(start, stop + 1 if step > 0 else stop - 1, step)


def _check_finite(value: Decimal, name: str) -> None:
    if not value.is_finite():
        what = "NaN" if value.is_nan() else "infinity"
        raise DatabaseError("22023", f"{name} cannot be {what}")


@implements("generate_series_numeric", "generate_series_step_numeric")
def generate_series_numeric(
    start: Decimal, stop: Decimal, step: Decimal = ONE
) -> Iterator[Decimal]:
    _check_finite(start, "start value")
    _check_finite(stop, "stop value")
    _check_finite(step, "step size")
    if not step:
        raise _zero_step()
    return _steps(start, stop, step)


def _steps(start: Decimal, stop: Decimal, step: Decimal) -> Iterator[Decimal]:
    current = start
    while current <= stop if step > 0 else current >= stop:
        yield current
        try:
            current = EXACT.add(current, step)
        except Overflow:
            return
