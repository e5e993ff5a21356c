"""What a transaction has removed and written again: the same key then is another row.

The notes that savepoints keep for rolling back tell so; a transaction that is watched keeps them
without savepoints, too.
"""

from storage.spill import Spill
from storage.write_set import ABSENT, WriteSet


class RemovedKeys:
    """The part of a transaction that knows; see `storage.kv.store.Transaction`."""

    _writes: WriteSet
    _spill: Spill | None

    def watch(self) -> int:
        """Returns a mark for `was_removed`."""
        self._writes.is_watched = True
        return self._writes.mark().undo_count + self._spilled_count()

    def was_removed(self, key: bytes, since: int) -> bool | None:
        """Returns whether the key was removed and written again since a mark; None: not known any more."""
        is_own = key in self._writes.writes
        if not is_own and (self._spill is None or self._spill.get(key) is ABSENT):
            return False
        spilled = self._spilled_count()
        return None if since < spilled else self._writes.was_removed(key, since - spilled)

    def _spilled_count(self) -> int:
        return 0 if self._spill is None else self._spill.undo_count
