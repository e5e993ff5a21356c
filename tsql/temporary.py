"""The temporary schema of one session: where CREATE TEMP puts tables, views and sequences.

They are ordinary objects of the catalog, in a schema that is the session's own: `pg_temp_N`, made when
it is first needed, first in the search path from then on, and dropped at the session's end. What a
crash leaves is dropped before the next start serves (tsql/ddl/temporary.py does both). The name
`pg_temp` stands for it.
"""

import enum
from collections.abc import Callable
from dataclasses import field
from typing import Final

from storage.records import dataclass

#: What a session calls its own temporary schema.
ALIAS: Final = "pg_temp"
PREFIX: Final = "pg_temp_"


class CommitAction(enum.Enum):
    """What each commit does to a temporary table."""

    DELETE_ROWS = "DELETE ROWS"
    DROP = "DROP"


@dataclass(slots=True)
class TemporarySchema:
    """The temporary schema of one session.

    Attributes:
        on_begin: Called when names may begin to be found in it.
        has_begun: Whether something has been made in it: then it is in the search path.
        commit_actions: By table id. A rollback may have taken the table away again.
    """

    name: str
    on_begin: Callable[[], None]
    has_begun: bool = False
    commit_actions: dict[int, CommitAction] = field(default_factory=dict)

    def begin(self) -> None:
        """Puts it into the search path."""
        if not self.has_begun:
            self.has_begun = True
            self.on_begin()


def is_temporary(schema: str) -> bool:
    """Returns whether a schema is some session's temporary one."""
    return schema.startswith(PREFIX)
