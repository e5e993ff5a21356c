"""The named limits of the PostgreSQL front door, each with its unit and reason."""

from typing import Final

from storage.records import dataclass

#: Bytes of a startup packet, as in PostgreSQL; more isn't a client of ours.
STARTUP_BYTES_MAX: Final = 10_000
#: Bytes of a password or SASL message, as in PostgreSQL.
AUTHENTICATION_BYTES_MAX: Final = 65_535
#: Bytes of messages that carry no data (Describe, Sync …), as in PostgreSQL.
SMALL_MESSAGE_BYTES_MAX: Final = 10_000
#: Bytes of any message: beyond it PostgreSQL takes the stream for garbage and closes it.
MESSAGE_BYTES_ABSOLUTE_MAX: Final = 0x3FFFFFFF - 1
#: Bytes of responses after which they are sent without waiting for Sync, as in PostgreSQL.
OUTPUT_BUFFER_BYTES: Final = 8_192
#: Bytes of one data row; the protocol could carry more, but a row is held in memory.
ROW_BYTES_MAX: Final = 256 << 20
#: Bytes of copied data handed to the session at once.
COPY_CHUNK_BYTES: Final = 32_768
#: Bytes of input that may wait while a statement runs; then the socket isn't read any more.
INPUT_BACKLOG_BYTES_MAX: Final = 262_144
#: Seconds of work after which a connection with more input lets others run.
TURN_SECONDS_MAX: Final = 0.002
#: Seconds to stay away then; see the design on why not zero.
TURN_PAUSE_SECONDS: Final = 0.001


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits that an operator may set.

    Attributes:
        connection_count_max: Sessions at a time; the next client gets 53300.
        message_bytes_max: Of one message; a longer one is read over, unkept, and answered by 54000.
        statement_count_max: Prepared statements by name in one session; the next one is 53200.
        portal_count_max: Portals by name in one transaction, likewise.
        authentication_seconds: From connect to the end of the authentication.
    """

    connection_count_max: int = 100
    message_bytes_max: int = 128 << 20
    statement_count_max: int = 10_000
    portal_count_max: int = 10_000
    authentication_seconds: float = 60.0
