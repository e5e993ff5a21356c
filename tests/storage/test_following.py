"""What of a group of commits a follower hears, and what can't be told any more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage.following import FollowedFile, Following, read_followed_file
from storage.keyspace import ITEMS, prefix_range, storage_prefix
from storage.kv.engine import Change, KeyRange

ONE, OTHER = storage_prefix(ITEMS, 1), storage_prefix(ITEMS, 2)


class Heard:
    """A follower that remembers."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.lost_ids: list[int] = []

    def told(self, _timestamp: int, changes: Sequence[Change] | Path) -> None:
        if isinstance(changes, Path):
            with changes.open("rb") as file:
                self.changes += read_followed_file(file)
        else:
            self.changes += changes

    def lost(self, storage_id: int) -> None:
        self.lost_ids.append(storage_id)

    def missed(self) -> None:
        raise AssertionError


@dataclass
class Large:
    """A large transaction's group."""

    spans: Sequence[KeyRange]
    followed: Sequence[Change] | FollowedFile | None
    timestamp: int = 7
    ranges: Sequence[KeyRange] = ()
    changes: dict[bytes, bytes | None] = field(default_factory=dict)


def test_a_table_followed_while_a_large_transaction_was_written_is_lost(tmp_path: Path) -> None:
    following, heard = Following(), Heard()
    following.follower = heard
    following.begin(1)
    file = FollowedFile(tmp_path / "followed", following)
    assert file.wants(ONE)
    file.add(ONE + b"a", b"1")
    assert not file.wants(OTHER)
    file.close()
    following.begin(2)
    following.tell(Large([prefix_range(ONE), prefix_range(OTHER)], file))
    assert heard.changes == [(ONE + b"a", b"1")]
    assert heard.lost_ids == [2]
    assert not following.is_followed(2)
    assert following.is_followed(1)
