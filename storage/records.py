"""Dataclasses that are made quickly: there are hundreds, and a start waits for all of them.

`dataclasses.dataclass` compiles up to six functions for each class, which took two fifths of all
imports. This one compiles `__init__` only. What it makes is a dataclass in every other respect
(`fields`, `replace`, `match`), with one difference: that nobody assigns to an attribute of a frozen
one is mypy's business, and not looked after while the program runs.
"""

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, **options: Any) -> Any:
        """Stands for `dataclasses.dataclass`."""
        if "eq" in options or "repr" in options:
            return dataclasses.dataclass(frozen=frozen, **options)

        def decorate(cls: Any) -> Any:
            made = dataclasses.dataclass(cls, eq=False, repr=False, **options)
            _complete(made, is_frozen=frozen)
            return made

        return decorate


def _complete(cls: Any, *, is_frozen: bool) -> None:
    """Adds what isn't compiled: comparison, hash and text, unless the class has its own."""
    fields = dataclasses.fields(cls)
    values = _getter([field.name for field in fields if field.compare])
    shown = [field.name for field in fields if field.repr]

    def equals(self: Any, other: Any) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def hash_(self: Any) -> int:
        return hash(values(self))

    def text(self: Any) -> str:
        parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{self.__class__.__qualname__}({parts})"

    for name, function in (
        ("__eq__", equals),
        ("__hash__", hash_ if is_frozen else None),
        ("__repr__", text),
    ):
        if name not in cls.__dict__:
            setattr(cls, name, function)


def _getter(names: list[str]) -> Any:
    return attrgetter(*names) if names else lambda _record: ()


__all__ = ["dataclass"]
