"""Details of errors that show what is stored: a client is told as much of a row as it may read.

PostgreSQL's rule: who may SELECT from the table is shown all; others a key only if they may read each of its
columns, and of a row the columns that they may read or have given values for themselves. An
error begins without such a detail; what knows the client's rights fills it in (`reveal`).
"""

from collections.abc import Callable

from storage.records import dataclass

#: Whether somebody may read a column, by its id; 0: the whole table.
MayRead = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class KeyDetail:
    """A key that an error is about.

    Attributes:
        column_ids: Its columns; None: some of its parts are expressions.
        text: The detail, with the key.
    """

    table_id: int
    column_ids: tuple[int, ...] | None
    text: str

    def seen(self, may_read: MayRead) -> str | None:
        """Returns the detail for somebody; None if they may not see the key."""
        if may_read(0):
            return self.text
        is_shown = self.column_ids is not None and all(map(may_read, self.column_ids))
        return self.text if is_shown else None


@dataclass(frozen=True, slots=True)
class RowDetail:
    """A row that violates a constraint.

    Attributes:
        columns: Id, name and the value's text of each column.
        given: Ids of the columns that the statement gives values for; None: shown whole, as a foreign
            key's action acts for the table's owner.
    """

    table_id: int
    columns: tuple[tuple[int, str, str], ...]
    given: frozenset[int] | None

    def seen(self, may_read: MayRead) -> str | None:
        """Returns the detail for somebody; None if no column may be shown."""
        if self.given is None or may_read(0):
            return f"Failing row contains ({', '.join(text for _, _, text in self.columns)})."
        shown = [
            (name, text)
            for column_id, name, text in self.columns
            if column_id in self.given or may_read(column_id)
        ]
        if not shown:
            return None
        names = ", ".join(name for name, _ in shown)
        return f"Failing row contains ({names}) = ({', '.join(text for _, text in shown)})."
