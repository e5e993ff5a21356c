"""What the front door remembers: prepared statements' parameter decoders, results' row encoders.

The session owns the statements; this only saves asking it again. The memory of a name goes when the
name may mean another statement: at Parse and Close, and after SQL's own PREPARE, DEALLOCATE and
DISCARD.
"""

from dataclasses import replace
from typing import Final

from storage.errors import DatabaseError
from tsql.api import StatementDescription
from tsql.bound import Field
from tsql.catalog import pg
from tsql.encodings import Encoding
from tsql.types.binary.registry import Receive
from tsql.types.kinds import base_of, is_domain
from wire.pg import backend
from wire.pg.codec import protocol_violation
from wire.pg.frontend import Bind
from wire.pg.parameters import check_format_count, decoders_of
from wire.pg.rows import RowEncoder, row_encoder, spread_formats

Fields = tuple[Field, ...]

_FORGETFUL_COMMANDS: Final = frozenset({"PREPARE", "DEALLOCATE", "DEALLOCATE ALL", "DISCARD ALL"})


class Statement:
    """The shape of one statement, filled in as it becomes known."""

    __slots__ = ("_decoders", "_formats", "description")

    def __init__(self) -> None:
        self.description: StatementDescription | None = None
        self._decoders: tuple[Receive, ...] = ()
        self._formats: tuple[int, ...] | None = None

    def decoders(self, message: Bind) -> tuple[Receive, ...]:
        """Returns the decoders of a Bind's parameters. Raises 08P01 for a wrong number."""
        assert self.description is not None
        if self._formats != message.formats or len(self._decoders) != len(message.values):
            types = self.description.parameter_types
            check_format_count(message)
            if len(message.values) != len(types):
                raise protocol_violation(
                    f"bind message supplies {len(message.values)} parameters, but prepared"
                    f' statement "{message.statement}" requires {len(types)}'
                )
            self._decoders = decoders_of(types, message.formats)
            self._formats = message.formats
        return self._decoders


class StatementCache:
    """The statements of one session, by name."""

    def __init__(self, named_count_max: int) -> None:
        self._statements: dict[str, Statement] = {}
        self._named_count_max = named_count_max

    def get(self, name: str) -> Statement:
        """Returns what is known of a name; it needn't exist."""
        statement = self._statements.get(name)
        return Statement() if statement is None else statement

    def check_room(self, name: str) -> None:
        """Raises 53200 if there are too many."""
        if name and len(self._statements) >= self._named_count_max:
            raise DatabaseError(
                "53200",
                "out of memory",
                detail=f"A session has at most {self._named_count_max} prepared statements.",
            )

    def add(self, name: str) -> None:
        """A statement was prepared under this name."""
        self._statements[name] = Statement()

    def forget(self, name: str) -> None:
        """The name may mean something else from now on."""
        self._statements.pop(name, None)

    def notice_command(self, tag: str) -> None:
        """Forgets everything if a command may have changed what names mean."""
        if tag in _FORGETFUL_COMMANDS:
            self._statements.clear()


class RowShapes:
    """Row descriptions and row encoders, found by the identity of the tuple of fields.

    A session gives the same tuple for every run of a plan, and comparing its fields would cost more
    than all the rest. The tuples are kept, so that no identity can come back as something else.
    """

    def __init__(self, count_max: int = 256) -> None:
        self._shapes: dict[tuple[int, tuple[int, ...], str], tuple[Fields, RowEncoder, bytes]] = {}
        self._count_max = count_max

    def encoder(self, fields: Fields, formats: tuple[int, ...], target: Encoding) -> RowEncoder:
        """Returns the encoder for rows of these fields in the formats that Bind asked for."""
        return self._shape(fields, formats, target)[1]

    def description(self, fields: Fields, formats: tuple[int, ...], target: Encoding) -> bytes:
        """Returns RowDescription."""
        return self._shape(fields, formats, target)[2]

    def _shape(
        self, fields: Fields, formats: tuple[int, ...], target: Encoding
    ) -> tuple[Fields, RowEncoder, bytes]:
        key = (id(fields), formats, target.name)
        shape = self._shapes.get(key)
        if shape is None:
            if len(self._shapes) >= self._count_max:
                self._shapes.clear()
            spread = spread_formats(formats, len(fields))
            shown = [_without_domain(field) for field in fields]
            encoder = row_encoder(tuple(field.type for field in shown), spread, target.name)
            description = backend.row_description(shown, spread, _length_of, target.encode)
            shape = self._shapes[key] = (fields, encoder, description)
        return shape


def _without_domain(field: Field) -> Field:
    """Returns the field as clients are told of it: of a domain they learn what it is over."""
    if not is_domain(field.type):
        return field
    type_, typmod = base_of(field.type, field.typmod)
    return replace(field, type=type_, typmod=typmod)


def _length_of(oid: int) -> int:
    row = pg.types().get(oid)
    return -1 if row is None else row.length
