"""What the committer is given beside the engine: who keeps its numbers, and who opens the engine anew."""

from typing import Protocol

from storage.kv.batches import BatchRecord
from storage.kv.engine import Engine


class SyncedNumbers(Protocol):
    """Where the number of the last synced batch is kept, beside the store."""

    def record(self, number: int) -> None:
        """Notes that this batch is synced."""


class Reopening(Protocol):
    """Opens the engine anew after a failed write."""

    def __call__(self, failed: Engine) -> tuple[Engine, BatchRecord]:
        """Closes the failed engine and opens another on the same data.

        Returns it and the record of its last batch. Raises EngineError if it can't be opened yet.
        """
