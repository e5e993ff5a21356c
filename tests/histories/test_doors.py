"""Both doors at once are strictly serializable; with a bug planted in DynamoDB's they aren't."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from compat.dynamodb import short_ways, writes
from compat.dynamodb.expressions.condition import Condition
from compat.dynamodb.idempotency import ClientToken
from compat.dynamodb.stored_items import PlainTable
from compat.dynamodb.writes import Action, Writer
from storage.embedded import OpenStore
from storage.point import NewestState, evaluate
from tests.histories.doors import play
from tests.histories.graph import ViolationError

HISTORIES = 60
BUG_SEEDS = 60

Patch = pytest.MonkeyPatch


async def test_both_doors_are_strictly_serializable() -> None:
    committed = 0
    for seed in range(HISTORIES):
        history = await play(seed)
        committed += sum(record.is_committed for record in history.records)
    assert committed > HISTORIES * 100  # they don't just all fail


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_many_histories_of_both_doors() -> None:
    for seed in range(HISTORIES, 3000):
        await play(seed)


def _judges_what_is_durable(patch: Patch) -> None:
    """Conditions and updates see the newest snapshot, not the newest state."""

    def get(self: NewestState, key: bytes) -> bytes | None:
        return self._committer.newest.get(key)

    patch.setattr(NewestState, "get", get)


def _judges_nothing(patch: Patch) -> None:
    patch.setattr(Condition, "matches", lambda _self, _item: True)


def _waits_for_no_lock(patch: Patch) -> None:
    def point_now(self: OpenStore, _keys: Any, operation: Any) -> Any:
        return evaluate(self.committer, operation)

    patch.setattr(OpenStore, "point_now", point_now)


def _names_no_locks_on_the_short_way(patch: Patch) -> None:
    done = short_ways._done

    def put(service: Any, puts: Any) -> Any:
        def operation(newest: Any) -> None:
            for handle, key, stored in puts:
                handle.access.replace_body_point(newest, key, stored)

        return done(service.store.point_now((), operation))

    patch.setattr(short_ways, "_put", put)


def _reads_what_was(patch: Patch) -> None:
    """Every third read sees the snapshot of the read before it."""
    get_now = OpenStore.get_now
    seen: list[Any] = []

    def stale(self: OpenStore, key: bytes) -> bytes | None:
        seen.append(self.committer.newest)
        found = seen[-2].get(key) if len(seen) % 3 == 2 else None
        return found or get_now(self, key)

    patch.setattr(OpenStore, "get_now", stale)


def _splits_transactions(patch: Patch) -> None:
    """The actions of a transaction are done one by one."""
    attempt = Writer.attempt

    async def split(self: Writer, prepare: Any, *rest: Any) -> Any:
        actions: list[Action] = list(prepare())
        if len(actions) == 1:
            return await attempt(self, prepare, *rest)
        return [(await attempt(self, partial(_just, action)))[0] for action in actions]

    def _just(action: Action) -> list[Action]:
        return [action]

    patch.setattr(Writer, "attempt", split)


def _forgets_tokens(patch: Patch) -> None:
    patch.setattr(ClientToken, "claim", lambda _self, _newest: None)
    patch.setattr(ClientToken, "judge", lambda _self, _found: None)


def _keeps_what_it_read_first(patch: Patch) -> None:
    """An update by a part of an item puts back the rest as it was at the item's first update."""
    part, first = PlainTable.part, dict[Any, Any]()

    def old(self: PlainTable, stored: bytes, names: Any) -> Any:
        packed, item = part(self, stored, names)
        rest = first.setdefault((id(self), bytes(packed[1])), dict(packed))
        return {**packed, **{name: rest[name] for name in rest if name not in names}}, item

    patch.setattr(PlainTable, "part", old)


def _answers_before_it_writes(patch: Patch) -> None:
    """A request is answered at once; what it has decided is written when the group before is synced."""
    apply = writes._apply

    def twice(newest: Any, action: Action, held: list[bytes]) -> Any:
        outcome = apply(newest, action, held)
        if action.put is None and outcome.old is not None and outcome.new is not None:
            newest.writes.pop(action.key, None)
        return outcome

    patch.setattr(writes, "_apply", twice)


BUGS: list[Callable[[Patch], None]] = [
    _judges_what_is_durable,
    _judges_nothing,
    _waits_for_no_lock,
    _names_no_locks_on_the_short_way,
    _reads_what_was,
    _splits_transactions,
    _forgets_tokens,
    _keeps_what_it_read_first,
    _answers_before_it_writes,
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__.strip("_"))
async def test_a_planted_bug_shows(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)
    for seed in range(BUG_SEEDS):
        try:
            await play(seed)
        except ViolationError:
            return
    pytest.fail(f"{BUG_SEEDS} histories show nothing")
