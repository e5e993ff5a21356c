"""What a history of transactions may not show: Adya's anomalies, as circles of dependencies.

Every write has a value of its own, so a read tells which write it saw. From that follow, between
committed transactions:

    ww   one overwrites the other's version of a key (versions in the order of their writes, under locks)
    wr   one reads the other's version
    rw   one reads the version that the other overwrites: it must come before the other
    rt   one was acknowledged before the other began

A range read is a read of every key in the range, present or not. A key exists once: it is there from the
beginning and may go, or comes and stays. So that a key is absent, too, is one certain version.

| level           | forbidden                                                                        |
|-----------------|----------------------------------------------------------------------------------|
| all             | reads of aborted or intermediate versions (G1a, G1b), own writes not seen,       |
|                 | circles of ww, wr, rt (G0, G1c); a key made twice; a counter that is changed     |
|                 | under an advisory lock and misses a change                                       |
| REPEATABLE READ | circles in which no two rw follow each other (G-single, lost update, read skew)  |
| SERIALIZABLE    | any circle (G2, predicates included)                                             |
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from storage.kv.store import Isolation

#: The version that a key has at first; and what is read of an absent key.
INITIAL = 0
ABSENT = None

Version = int
Edges = dict[int, set[int]]


class ViolationError(AssertionError):
    """The history shows what its isolation level forbids."""


@dataclass
class Record:
    """One transaction as its client saw it.

    Attributes:
        began, ended: Moments, counted over the whole history.
        is_committing: It has asked for the commit, and heard nothing yet.
        reads: (key, version seen) of other transactions' writes, in order.
        writes: By key, the versions written, and when the last of them was.
        deletions: Versions that stand for a deletion.
        guarded: (key, version seen) of what it has changed for sure from this version on: a counter
            under a lock, a key that it has made.
    """

    number: int
    began: int
    ended: int = 0
    is_committing: bool = False
    is_committed: bool = False
    reads: list[tuple[int, Version | None]] = field(default_factory=list)
    writes: dict[int, list[Version]] = field(default_factory=dict)
    written_at: dict[int, int] = field(default_factory=dict)
    deletions: set[Version] = field(default_factory=set)
    guarded: list[tuple[int, Version | None]] = field(default_factory=list)


class History:
    """All transactions of one run over some keys, of which `initial` were there from the beginning."""

    def __init__(self, initial: Iterable[int]) -> None:
        self.initial = frozenset(initial)
        self.records: list[Record] = []

    def check(self, level: Isolation) -> None:
        """Raises ViolationError."""
        committed = [record for record in self.records if record.is_committed]
        versions = _Versions(self.initial, committed)
        before, anti = _edges(committed, versions)
        _require_acyclic(before, "G0 or G1c")
        for record in committed:
            for key, seen in record.guarded:
                if versions.next_of(key, versions.seen(key, seen)) != record.writes[key][-1]:
                    raise ViolationError(f"a change of key {key} was lost")
        if level is Isolation.REPEATABLE_READ:
            _require_acyclic(_with_one_step(before, anti), "G-single")
        if level is Isolation.SERIALIZABLE:
            _require_acyclic(_union(before, anti), "G2")

    def resolve(self, found: dict[int, Version], moment: int) -> None:
        """Decides, by what a crash has left, which of the commits in flight there were.

        They held their locks, so nobody has written over them. Raises ViolationError for a half one.
        """
        for record in self.records:
            if not record.is_committing or not record.writes:
                continue
            shown = {
                found.get(key) == (None if versions[-1] in record.deletions else versions[-1])
                for key, versions in record.writes.items()
            }
            if len(shown) > 1:
                raise ViolationError(f"transaction {record.number} was committed by half")
            record.is_committed = shown.pop()
            record.ended = moment

    def last(self) -> dict[int, Version]:
        """Returns what each key must show at the end; absent ones are missing."""
        committed = [record for record in self.records if record.is_committed]
        return _Versions(self.initial, committed).last()


class _Versions:
    """The committed versions of each key in order, and who wrote them."""

    def __init__(self, initial: frozenset[int], committed: list[Record]) -> None:
        self._initial = initial
        self._deletions: set[Version] = set()
        self.writers: dict[tuple[int, Version], int] = {}
        self._order: dict[int, list[Version]] = defaultdict(lambda: [INITIAL])
        self._places: dict[tuple[int, Version], int] = {}
        for record in sorted(committed, key=lambda r: r.number):
            self._deletions |= record.deletions
            for key, written in record.writes.items():
                self.writers[key, written[-1]] = record.number
        writes = sorted(
            (record.written_at[key], key, written[-1])
            for record in committed
            for key, written in record.writes.items()
        )
        for _, key, version in writes:
            self._order[key].append(version)
            self._places[key, version] = len(self._order[key]) - 1

    def seen(self, key: int, found: Version | None) -> Version:
        """Returns the version that a read saw. Raises ViolationError if there is no such version."""
        if found is not ABSENT:
            if found == INITIAL and key in self._initial:
                return INITIAL
            if (key, found) not in self.writers:
                raise ViolationError(f"key {key}: version {found} was never committed (G1a, G1b)")
            return found
        if key not in self._initial:
            return INITIAL
        gone = [version for version in self._order[key] if version in self._deletions]
        if not gone:
            raise ViolationError(f"key {key} was missed though nobody has deleted it")
        return gone[0]

    def next_of(self, key: int, version: Version) -> Version | None:
        """Returns the version that overwrote this one."""
        order = self._order[key]
        place = self._places.get((key, version), 0) + 1
        return order[place] if place < len(order) else None

    def order_of(self, key: int) -> list[Version]:
        return self._order[key]

    def written_keys(self) -> list[int]:
        return list(self._order)

    def last(self) -> dict[int, Version]:
        found = dict.fromkeys(self._initial, INITIAL)
        for key, order in self._order.items():
            if order[-1] in self._deletions:
                found.pop(key, None)
            elif len(order) > 1:
                found[key] = order[-1]
        return found


def _edges(committed: list[Record], versions: _Versions) -> tuple[Edges, Edges]:
    """Returns who comes before whom by ww, wr and rt; and by rw."""
    before: Edges = defaultdict(set)
    anti: Edges = defaultdict(set)
    writers = versions.writers
    for key in versions.written_keys():
        order = versions.order_of(key)[1:]
        for one, other in itertools.pairwise(order):
            before[writers[key, one]].add(writers[key, other])
    for record in committed:
        for key, found in record.reads:
            version = versions.seen(key, found)
            writer = writers.get((key, version))
            if writer is not None and writer != record.number:
                before[writer].add(record.number)
            overwritten = versions.next_of(key, version)
            if overwritten is not None:
                next_writer = writers[key, overwritten]
                if next_writer != record.number:
                    anti[record.number].add(next_writer)
    _add_real_time(before, committed)
    return before, anti


def _add_real_time(before: Edges, committed: list[Record]) -> None:
    """Adds a chain of moments (negative numbers) through which the acknowledged come first."""
    moments = sorted(
        [(record.ended, 1, record.number) for record in committed]
        + [(record.began, 0, record.number) for record in committed]
    )
    now = -1
    for _, is_end, number in moments:
        if is_end:
            before[now].add(now - 1)
            now -= 1
            before[number].add(now)
        else:
            before[now].add(number)


def _union(one: Edges, other: Edges) -> Edges:
    return {node: one.get(node, set()) | other.get(node, set()) for node in {*one, *other}}


def _with_one_step(before: Edges, anti: Edges) -> Edges:
    """Returns `before`, and `before` followed by one rw: acyclic if and only if it is a snapshot."""
    nothing: set[int] = set()
    return {
        node: targets.union(*(anti.get(target, nothing) for target in targets))
        for node, targets in before.items()
    }


def _require_acyclic(edges: Edges, what: str) -> None:
    state: dict[int, int] = {}
    for root in edges:
        if root in state:
            continue
        stack = [(root, iter(edges.get(root, ())))]
        state[root] = 1
        while stack:
            node, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                state[node] = 2
                stack.pop()
            elif state.get(target) == 1:
                circle = [each for each, _ in stack]
                raise ViolationError(f"{what}: {circle[circle.index(target) :]}")
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(edges.get(target, ()))))
