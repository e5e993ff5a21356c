"""Tests of syntax nodes that leave their type alone.

pglast's stubs call every field of every node optional, though the grammar always sets most. So nodes
are `Any` here; `isinstance` would narrow them to the stubs' types again.
"""

from typing import Any


def is_a(node: Any, kind: type[Any]) -> bool:
    """Returns whether the node is of the class."""
    return isinstance(node, kind)
