"""Where PostgreSQL would store an object inside a jsonb value.

.keyvalue() gives each object an id, so that members can be put together again; PostgreSQL takes the
object's offset in its binary form. The form: a container has a 4-byte header, 4 bytes per element
(or key and value), then their contents; numbers and containers begin at multiples of four.
"""

from decimal import Decimal
from typing import Any

_HEADER = 4
_ENTRY = 4
_NUMERIC_HEADER = 4
_SHORT_WEIGHTS = range(-64, 64)
_SHORT_SCALE_MAX = 63


def offsets(root: Any) -> dict[int, int]:
    """Returns the offsets of all containers in a document, by id() of the node."""
    found: dict[int, int] = {}
    if type(root) is dict or type(root) is list:
        _place(root, 0, found)
    return found


def _place(node: Any, start: int, found: dict[int, int]) -> int:
    """Places a container at an offset; returns where it ends."""
    found[id(node)] = start
    children = [*node, *node.values()] if type(node) is dict else node
    end = start + _HEADER + _ENTRY * len(children)
    for child in children:
        if type(child) is str:
            end += len(child.encode())
        elif type(child) is dict or type(child) is list:
            end = _place(child, _aligned(end), found)
        elif child is not None and type(child) is not bool:
            end = _aligned(end) + _numeric_size(Decimal(child))
    return end


def _aligned(offset: int) -> int:
    return -(-offset // 4) * 4


def _numeric_size(value: Decimal) -> int:
    """Returns the bytes of a stored numeric: header, sign and scale (2 or 4), 2 per four digits."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    scale = -exponent
    if not text:
        return _NUMERIC_HEADER + (2 if scale <= _SHORT_SCALE_MAX else 4)
    text += "0" * (exponent % 4)
    text = "0" * (-len(text) % 4) + text
    groups = len(text) // 4
    weight = groups + (exponent - exponent % 4) // 4 - 1
    while text.endswith("0000"):
        text = text[:-4]
        groups -= 1
    is_short = weight in _SHORT_WEIGHTS and scale <= _SHORT_SCALE_MAX
    return _NUMERIC_HEADER + (2 if is_short else 4) + 2 * groups
