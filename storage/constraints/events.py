"""The events of foreign keys: a row that refers to another, a referenced row that has gone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from storage.constraints.faults import delete_text, search_text, update_text
from storage.constraints.queue import ConstraintQueue
from storage.constraints.reference import Reference
from storage.constraints.rules import RowRules
from storage.errors import DatabaseError
from storage.items import Row
from storage.kv.store import Transaction
from storage.lock_modes import LockMode
from storage.records import dataclass
from storage.schema import AT_ONCE, Action, Timing

_ROWS_PER_LOOK: Final = 64
_WORDS: Final = {Action.SET_NULL: "NULL", Action.SET_DEFAULT: "DEFAULT"}


@contextmanager
def _inside(context: str) -> Iterator[None]:
    """Names the statement of PostgreSQL's inside of which an error would have come up."""
    try:
        yield
    except DatabaseError as error:
        error.context = error.context or context
        raise


@dataclass(frozen=True, slots=True)
class ReferringRow:
    """A row was inserted, or refers to another row than before.

    Attributes:
        item_key: Of the row.
        wanted: What it refers to: `Reference.child_key`.
    """

    reference: Reference
    item_key: bytes
    wanted: bytes

    @property
    def constraint_id(self) -> int:
        return self.reference.key.id

    @property
    def table_id(self) -> int:
        return self.reference.child.table.id

    async def run(self, txn: Transaction) -> None:
        reference = self.reference
        row = await reference.child.get_newest(txn, self.item_key)
        if row is None or reference.child_key(row) != self.wanted:
            return  # It has gone, or another event is about what it is now.
        if not await reference.find(txn, self.wanted):
            await txn.settled()
            raise reference.missing(row)

    async def settle_early(self, txn: Transaction) -> bool:
        return await self.reference.find(txn, self.wanted)


@dataclass(frozen=True, slots=True)
class ReferencedRow:
    """A row that others may refer to was deleted, or has another key.

    Attributes:
        old: Its referenced values before.
        new: And after; None: it was deleted.
        queue: Where the actions' own events go.
        rules: Of the referencing table.
    """

    reference: Reference
    old: tuple[Any, ...]
    new: tuple[Any, ...] | None
    queue: ConstraintQueue
    rules: RowRules

    @property
    def constraint_id(self) -> int:
        return self.reference.key.id

    @property
    def table_id(self) -> int:
        return self.reference.parent.table.id

    @property
    def action(self) -> Action:
        """What is to be done about the rows that refer to it."""
        key = self.reference.key
        return key.on_delete if self.new is None else key.on_update

    @property
    def timing(self) -> Timing:
        """When it is due: only NO ACTION can be put off."""
        return self.reference.key.timing if self.action is Action.NO_ACTION else AT_ONCE

    async def run(self, txn: Transaction) -> None:
        match self.action:
            case Action.NO_ACTION:
                await self._check(txn, may_be_back=True)
            case Action.RESTRICT:
                await self._check(txn, may_be_back=False)
            case Action.CASCADE:
                if self.new is None:
                    await self._delete(txn)
                else:
                    await self._change(txn, self.new)
            case Action.SET_NULL:
                await self._change(txn, [None] * len(self.old))
            case Action.SET_DEFAULT:
                positions = self.reference.child_positions
                await self._change(txn, [self.rules.default(p) for p in positions], of_child=True)
                # A row whose default is the very key that has gone was not changed.
                await self._check(txn, may_be_back=True)

    async def settle_early(self, txn: Transaction) -> bool:
        reference = self.reference
        if self.action in {Action.NO_ACTION, Action.RESTRICT}:
            if not reference.has_path:
                return False
            return await anext(reference.rows_to(txn, self.old), None) is None
        if reference.is_circular or reference.child.table.referenced_by:
            return False
        await self.run(txn)
        return True

    async def _check(self, txn: Transaction, *, may_be_back: bool) -> None:
        """Raises 23503 if anything refers to the old values, and no row has them again."""
        reference = self.reference
        if may_be_back and await reference.is_there(txn, self.old):
            return
        if await self._is_referenced(txn):
            await txn.settled()
            raise reference.still_referenced(self.old)

    async def _is_referenced(self, txn: Transaction) -> bool:
        reference = self.reference
        with _inside(search_text(reference.key, reference.child.table)):
            async for key, _ in reference.rows_to(txn, self.old):
                if await reference.locked(txn, key, self.old, LockMode.KEY_SHARE) is not None:
                    return True
        return False

    async def _delete(self, txn: Transaction) -> None:
        reference = self.reference
        count = 0
        with _inside(delete_text(reference.key, reference.child.table)):
            async for key, _ in reference.rows_to(txn, self.old):
                row = await reference.locked(txn, key, self.old, LockMode.UPDATE)
                if row is not None:
                    await reference.child.delete(txn, key, row)
                count += 1
                if not count % _ROWS_PER_LOOK:
                    await txn.pressure()

    async def _change(
        self, txn: Transaction, values: Sequence[Any], *, of_child: bool = False
    ) -> None:
        reference = self.reference
        count = 0
        word = _WORDS.get(self.action)
        is_delete = self.new is None
        text = update_text(reference.key, reference.child.table, word, is_delete=is_delete)
        with _inside(text):
            async for key, _ in reference.rows_to(txn, self.old):
                row = await reference.locked(txn, key, self.old, LockMode.NO_KEY_UPDATE)
                if row is not None:
                    changed = self._changed(row, values, of_child=of_child)
                    await reference.child.update(txn, key, row, self.rules.complete(changed))
                count += 1
                if not count % _ROWS_PER_LOOK:
                    await txn.pressure()

    def _changed(self, row: Row, values: Sequence[Any], *, of_child: bool) -> Row:
        """Returns the row with the values, or with those that ON DELETE SET … names."""
        reference = self.reference
        changed = list(row) if of_child else reference.with_values(row, values)
        if of_child:
            for position, value in zip(reference.child_positions, values, strict=True):
                changed[position] = value
        only = reference.key.set_column_ids
        if self.new is None and only:
            table = reference.child.table
            kept = {table.position(c) for c in reference.key.column_ids if c not in only}
            for position in kept:
                changed[position] = row[position]
        return changed
