"""What is finished outside of DuckDB, by the key path's own functions."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tsql.functions.numeric import numeric_div
from tsql.functions.statistics import _exact_variance

_VARIANCES = {
    "var_pop": (False, False),
    "var_samp": (True, False),
    "stddev_pop": (False, True),
    "stddev_samp": (True, True),
}


def finish(kind: str, parts: Sequence[Any]) -> Any:
    """Returns the value of an unfinished result."""
    if kind == "numeric_scaled":
        return _scaled(*parts)
    if kind == "quotient":
        dividend, divisor = _scaled(*parts[:2]), _scaled(*parts[2:])
        if dividend is None or divisor is None:
            return None
        return numeric_div(dividend, divisor)
    count, scale = parts[0], parts[3]
    total, squares = _scaled(parts[1], scale), _scaled(parts[2], 2 * (scale or 0))
    if total is None or squares is None:
        return None
    sample, root = _VARIANCES[kind]
    return _exact_variance(count, total, squares, sample=sample, root=root)


def _scaled(value: Any, scale: int | None) -> Decimal | None:
    if value is None:
        return None
    assert scale is not None
    return Decimal(value).quantize(Decimal((0, (1,), -scale)))
