"""The named limits of an HTTP front door, each with its unit and reason."""

from typing import Final

from storage.records import dataclass

#: Requests of one connection that may wait behind the one at work; then the socket isn't read.
PIPELINE_REQUESTS_MAX: Final = 16
#: Bytes of a body up to which nobody counts it among the larger ones.
SMALL_BODY_BYTES: Final = 64 << 10
#: Seconds between two looks at all connections for those that are too slow.
SWEEP_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Limits that an operator may set.

    Attributes:
        connection_count_max: Connections at a time; the next one is closed at once.
        head_bytes_max: Of a request line with all its headers (431).
        body_bytes_max: Of a body, as sent and as decompressed (413).
        body_bytes_all_max: Of the larger bodies of all connections that are held at a time (503).
        request_seconds: From a request's first byte to its last (408).
        idle_seconds: Of a connection without a request; then it is closed.
        stall_seconds: That a client may take none of its responses.
        linger_seconds: That a refused client may still send what it has begun.
    """

    connection_count_max: int = 1000
    head_bytes_max: int = 64 << 10
    body_bytes_max: int = 17 << 20
    body_bytes_all_max: int = 256 << 20
    request_seconds: float = 30.0
    idle_seconds: float = 350.0
    stall_seconds: float = 60.0
    linger_seconds: float = 10.0
