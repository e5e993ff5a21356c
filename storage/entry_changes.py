"""What a write does to a row's entries in indexes."""

from storage.index import IndexAccess
from storage.keyspace import PREFIX_SIZE
from storage.kv.store import Entry, Newest
from storage.records import dataclass


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What an update does to a row's entry in one index: `old` goes, `new` comes."""

    index: IndexAccess
    old: Entry | None
    new: Entry | None

    def is_of_key(self) -> bool:
        """Returns whether it changes a key by which other rows might refer to this one."""
        index = self.index.index
        return (
            index.is_exclusive
            and index.predicate_sql is None
            and not is_same_key(self.old, self.new)
        )


def is_same_key(old: Entry | None, new: Entry | None) -> bool:
    """Returns whether both entries have one key."""
    return old is not None and new is not None and old[0] == new[0]


def is_of(index: IndexAccess, entry: Entry, found: bytes | None, key: bytes) -> bool:
    """Returns whether what is found under an entry's key is the entry of the item under `key`."""
    if not index.is_exclusive(entry):
        return True
    return found is not None and index.primary_key((entry[0], found)) == key[PREFIX_SIZE:]


def own_change(newest: Newest, key: bytes, change: EntryChange) -> EntryChange:
    """Returns the change without the removal of another row's entry."""
    index, old = change.index, change.old
    if old is None or not index.is_contested or is_of(index, old, newest.get(old[0]), key):
        return change
    return EntryChange(index, None, change.new)
