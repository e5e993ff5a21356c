"""What was made from texts and may be needed again, bounded by how much it takes.

A plan takes some hundred bytes for every character of its text, whatever the text is, so that a bound
on the number of plans says nothing: two thousand of the longest would be gigabytes.
"""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

_T = TypeVar("_T")

#: What the shortest text's plan takes, in characters of a longer one's.
_LEAST_CHARACTERS: Final = 100


class Kept(dict[Any, _T], Generic[_T]):
    """A dictionary whose oldest entries go once the texts of all take too many characters.

    It is read like any other; `keep` and `forget` change it.
    """

    __slots__ = ("_characters", "_characters_max", "_text_of")

    def __init__(self, characters_max: int, text_of: Callable[[Any], str]) -> None:
        super().__init__()
        self._characters = 0
        self._characters_max = characters_max
        self._text_of = text_of

    def keep(self, key: Any, value: _T) -> None:
        """Adds or replaces an entry, which is the newest from then on."""
        self.forget(key)
        self[key] = value
        self._characters += self._taken(key)
        while self._characters > self._characters_max:
            self.forget(next(iter(self)))

    def forget(self, key: Any) -> None:
        """Removes an entry if there is one."""
        if key in self:
            del self[key]
            self._characters -= self._taken(key)

    def _taken(self, key: Any) -> int:
        return _LEAST_CHARACTERS + len(self._text_of(key))
