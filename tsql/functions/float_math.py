"""Mathematical functions of float8 (manual 9.3.2, 9.3.4): roots, powers, logarithms, angles.

C's library does the work, as in PostgreSQL; what is left is which arguments and results are errors.
Degrees are computed so that exact angles give exact results: the functions are scaled by the very
values that the library gives at 30, 45 and 60 degrees.
"""

import math
from collections.abc import Callable

from storage.errors import DatabaseError
from tsql.functions.float import divide, multiply, overflow, underflow
from tsql.functions.registry import implements


def _out_of_domain() -> DatabaseError:
    return DatabaseError("22003", "input is out of range")


def _logarithm_of(what: str) -> DatabaseError:
    return DatabaseError("2201E", f"cannot take logarithm of {what}")


# ---- rounding ----------------------------------------------------------------------------------


def _rounding(function: Callable[[float], int]) -> Callable[[float], float]:
    def rounded(a: float) -> float:
        if not math.isfinite(a):
            return a
        return math.copysign(float(function(a)), a)

    return rounded


implements("dround")(_rounding(round))
implements("dtrunc")(_rounding(math.trunc))
implements("dceil")(_rounding(math.ceil))
implements("dfloor")(_rounding(math.floor))


@implements("dsign")
def dsign(a: float) -> float:
    return float((a > 0) - (a < 0))


# ---- roots, powers, logarithms -----------------------------------------------------------------


@implements("dsqrt")
def dsqrt(a: float) -> float:
    if a < 0:
        raise DatabaseError("2201F", "cannot take square root of a negative number")
    return math.sqrt(a)


implements("dcbrt")(math.cbrt)


@implements("dpow")
def dpow(a: float, b: float) -> float:
    if math.isnan(a):
        return 1.0 if b == 0.0 else a
    if math.isnan(b):
        return 1.0 if a == 1.0 else b
    if a == 0.0 and b < 0:
        raise DatabaseError("2201F", "zero raised to a negative power is undefined")
    if a < 0 and math.isfinite(b) and math.floor(b) != b:
        message = "a negative number raised to a non-integer power yields a complex result"
        raise DatabaseError("2201F", message)
    try:
        result = math.pow(a, b)
    except OverflowError:
        raise overflow() from None
    if result == 0.0 and a != 0.0 and math.isfinite(a) and math.isfinite(b):
        raise underflow()
    return result


@implements("dexp")
def dexp(a: float) -> float:
    try:
        result = math.exp(a)
    except OverflowError:
        raise overflow() from None
    if result == 0.0 and math.isfinite(a):
        raise underflow()
    return result


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    def logarithm(a: float) -> float:
        if a == 0.0:
            raise _logarithm_of("zero")
        if a < 0:
            raise _logarithm_of("a negative number")
        return function(a)

    return logarithm


implements("dlog1")(_logarithm(math.log))
implements("dlog10")(_logarithm(math.log10))

# ---- angles in radians -------------------------------------------------------------------------


def _angle(function: Callable[[float], float]) -> Callable[[float], float]:
    """Returns the function, infinite arguments refused."""

    def of_angle(a: float) -> float:
        if math.isinf(a):
            raise _out_of_domain()
        return function(a)

    return of_angle


def _inverse(function: Callable[[float], float]) -> Callable[[float], float]:
    """Returns the function of arguments from -1 to 1."""

    def of_ratio(a: float) -> float:
        if a < -1.0 or a > 1.0:
            raise _out_of_domain()
        return function(a)

    return of_ratio


def _cotangent(a: float) -> float:
    tangent = math.tan(a)
    return 1.0 / tangent if tangent else math.copysign(math.inf, tangent)


implements("dsin")(_angle(math.sin))
implements("dcos")(_angle(math.cos))
implements("dtan")(_angle(math.tan))
implements("dcot")(_angle(_cotangent))
implements("dasin")(_inverse(math.asin))
implements("dacos")(_inverse(math.acos))
implements("datan")(math.atan)
implements("datan2")(math.atan2)
implements("dpi")(lambda: math.pi)


@implements("degrees")
def degrees(a: float) -> float:
    return divide(a, _RADIANS_PER_DEGREE)


@implements("radians")
def radians(a: float) -> float:
    return multiply(a, _RADIANS_PER_DEGREE)


_RADIANS_PER_DEGREE = 0.0174532925199432957692

# ---- hyperbolic functions ----------------------------------------------------------------------


@implements("dsinh")
def dsinh(a: float) -> float:
    try:
        return math.sinh(a)
    except OverflowError:
        return math.copysign(math.inf, a)


@implements("dcosh")
def dcosh(a: float) -> float:
    try:
        return math.cosh(a)
    except OverflowError:
        return math.inf


implements("dtanh")(math.tanh)
implements("dasinh")(math.asinh)


@implements("dacosh")
def dacosh(a: float) -> float:
    if a < 1.0:
        raise _out_of_domain()
    return math.acosh(a)


@implements("datanh")
def datanh(a: float) -> float:
    if a < -1.0 or a > 1.0:
        raise _out_of_domain()
    if abs(a) == 1.0:
        return math.copysign(math.inf, a)
    return math.atanh(a)


# ---- angles in degrees -------------------------------------------------------------------------

_SIN_30 = math.sin(math.radians(30.0))
_ONE_MINUS_COS_60 = 1.0 - math.cos(math.radians(60.0))
_ASIN_HALF = math.asin(0.5)
_ACOS_HALF = math.acos(0.5)
_ATAN_ONE = math.atan(1.0)
_QUARTER = 90.0


def _small_sine(a: float) -> float:
    """Returns the sine of 0 to 30 degrees, exactly 1/2 at 30."""
    return (math.sin(a * _RADIANS_PER_DEGREE) / _SIN_30) / 2.0


def _small_cosine(a: float) -> float:
    """Returns the cosine of 0 to 60 degrees, exactly 1/2 at 60."""
    return 1.0 - ((1.0 - math.cos(a * _RADIANS_PER_DEGREE)) / _ONE_MINUS_COS_60) / 2.0


def _first_quadrant_sine(a: float) -> float:
    return _small_sine(a) if a <= 30.0 else _small_cosine(_QUARTER - a)


def _first_quadrant_cosine(a: float) -> float:
    return _small_cosine(a) if a <= 60.0 else _small_sine(_QUARTER - a)


_TAN_45 = _first_quadrant_sine(45.0) / _first_quadrant_cosine(45.0)
_COT_45 = _first_quadrant_cosine(45.0) / _first_quadrant_sine(45.0)


def _folded(a: float) -> tuple[float, float, float]:
    """Returns the angle in the first quadrant, and the signs of sine and cosine there."""
    if math.isinf(a):
        raise _out_of_domain()
    a = math.fmod(a, 360.0)
    sine = cosine = 1.0
    if a < 0.0:
        a, sine = -a, -1.0
    if a > 180.0:
        a, sine = 360.0 - a, -sine
    if a > _QUARTER:
        a, cosine = 180.0 - a, -1.0
    return a, sine, cosine


@implements("dsind")
def dsind(a: float) -> float:
    if math.isnan(a):
        return a
    angle, sign, _ = _folded(a)
    return sign * _first_quadrant_sine(angle)


@implements("dcosd")
def dcosd(a: float) -> float:
    if math.isnan(a):
        return a
    angle, _, sign = _folded(a)
    return sign * _first_quadrant_cosine(angle)


@implements("dtand")
def dtand(a: float) -> float:
    if math.isnan(a):
        return a
    angle, sine, cosine = _folded(a)
    value = _ratio(_first_quadrant_sine(angle), _first_quadrant_cosine(angle)) / _TAN_45
    return sine * cosine * value + 0.0


@implements("dcotd")
def dcotd(a: float) -> float:
    if math.isnan(a):
        return a
    angle, sine, cosine = _folded(a)
    value = _ratio(_first_quadrant_cosine(angle), _first_quadrant_sine(angle)) / _COT_45
    return sine * cosine * value + 0.0


def _ratio(a: float, b: float) -> float:
    return a / b if b else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _arcsine_degrees(a: float) -> float:
    """Returns the arcsine of 0 to 1, exactly 30 at 1/2."""
    if a <= 0.5:
        return (math.asin(a) / _ASIN_HALF) * 30.0
    return _QUARTER - (math.acos(a) / _ACOS_HALF) * 60.0


def _arccosine_degrees(a: float) -> float:
    """Returns the arccosine of 0 to 1, exactly 60 at 1/2."""
    if a <= 0.5:
        return _QUARTER - (math.asin(a) / _ASIN_HALF) * 30.0
    return (math.acos(a) / _ACOS_HALF) * 60.0


def _dasind(a: float) -> float:
    return _arcsine_degrees(a) if a >= 0.0 else -_arcsine_degrees(-a)


def _dacosd(a: float) -> float:
    return _arccosine_degrees(a) if a >= 0.0 else _QUARTER + _arcsine_degrees(-a)


implements("dasind")(_inverse(lambda a: a if math.isnan(a) else _dasind(a)))
implements("dacosd")(_inverse(lambda a: a if math.isnan(a) else _dacosd(a)))


@implements("datand")
def datand(a: float) -> float:
    return (math.atan(a) / _ATAN_ONE) * 45.0


@implements("datan2d")
def datan2d(a: float, b: float) -> float:
    return (math.atan2(a, b) / _ATAN_ONE) * 45.0
