"""random() and setseed(): PostgreSQL's generator, so that a seed gives PostgreSQL's numbers.

xoroshiro128** by Blackman and Vigna, its state filled by splitmix64. A session that wants its own
sequence has an attribute `random` with a Generator; the others share one.
"""

import math
import secrets

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.types.floats import float8_text

_MASK = (1 << 64) - 1
_MANTISSA_BITS = 52


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _splitmix(state: int) -> tuple[int, int]:
    """Returns the next state and the number drawn."""
    state = (state + 0x9E3779B97F4A7C15) & _MASK
    value = state
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return state, value ^ (value >> 31)


class Generator:
    """One sequence of pseudo-random numbers."""

    def __init__(self) -> None:
        self._first = self._second = 1
        self._fill(secrets.randbits(64))

    def _fill(self, seed: int) -> None:
        state, self._first = _splitmix(seed & _MASK)
        _, self._second = _splitmix(state)

    def seed(self, fraction: float) -> None:
        """Starts the sequence that a number from -1 to 1 stands for."""
        self._fill(int(((1 << _MANTISSA_BITS) - 1) * fraction))

    def draw(self) -> float:
        """Returns the next number, 0 <= x < 1."""
        first, second = self._first, self._second
        value = (_rotate((first * 5) & _MASK, 7) * 9) & _MASK
        second ^= first
        self._first = _rotate(first, 24) ^ second ^ ((second << 16) & _MASK)
        self._second = _rotate(second, 37)
        return math.ldexp(value >> (64 - _MANTISSA_BITS), -_MANTISSA_BITS)


_SHARED = Generator()


def _generator(env: Env) -> Generator:
    generator = getattr(env.session, "random", None)
    return generator if isinstance(generator, Generator) else _SHARED


@implements("drandom", env=True)
def drandom(env: Env) -> float:
    return _generator(env).draw()


@implements("setseed", env=True)
def setseed(env: Env, fraction: float) -> str:
    if not -1.0 <= fraction <= 1.0:
        shown = float8_text(fraction)
        message = f"setseed parameter {shown} is out of allowed range [-1,1]"
        raise DatabaseError("22023", message)
    _generator(env).seed(fraction)
    return ""
