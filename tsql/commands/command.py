"""What a command is: how it runs, and what a client may learn of it before."""

from collections.abc import Awaitable, Callable
from typing import Any

from storage.records import dataclass
from tsql.api import Result
from tsql.bound import Field
from tsql.parser import ParsedStatement
from tsql.session_state import SessionState

Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a command.

    Attributes:
        parameter_types: Of the values; None: there can be none.
        is_alone: Whether it is the only statement of its string or message (VACUUM must be).
    """

    state: SessionState
    parsed: ParsedStatement
    values: tuple[Any, ...]
    is_alone: bool
    parameter_types: tuple[int, ...] | None = None

    @property
    def node(self) -> Any:
        """The syntax tree."""
        return self.parsed.node


def no_fields(_state: SessionState, _node: Any) -> Fields | None:
    """Says that a command returns no rows."""
    return None


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    Attributes:
        run: Runs it.
        fields: Tells the fields of its rows, without running it.
        name: As in "cannot execute … in a read-only transaction", where it changes data; else None.
        ends_failure: Tells whether a failed transaction lets it run.
    """

    run: Callable[[Invocation], Awaitable[Result]]
    fields: Callable[[SessionState, Any], Fields | None] = no_fields
    name: str | None = None
    ends_failure: Callable[[Any], bool] = lambda _node: False

    def name_of(self, node: Any) -> str:
        """Returns the name with the kind of what a DROP removes."""
        removed = getattr(node, "removeType", None)
        if removed is None:
            return self.name or ""
        return f"{self.name} {removed.name.removeprefix('OBJECT_').replace('_', ' ')}"
