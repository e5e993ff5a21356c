"""Conversations without sockets: what is said, when it is sent, and that cuts change nothing."""

from typing import Any

from hypothesis import given, settings

from storage.errors import FatalError
from tests import pgclient
from tests.wire.fake_session import FakeSession
from tests.wire.messages import CONVERSATIONS, CUTS, pieces
from wire.pg.connection import Connection, Disconnect
from wire.pg.conversation import Conversation
from wire.pg.limits import Limits


class Wait:
    """Awaiting it suspends once."""

    def __await__(self) -> Any:
        yield self


class FakeChannel:
    """Keeps what is written; waits for more input by suspending."""

    is_blocked = False
    turn_end = float("inf")

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    post = write

    async def unblocked(self) -> None:
        raise AssertionError

    async def more_input(self) -> None:
        await Wait()

    async def next_turn(self) -> None:
        raise AssertionError

    def statement_began(self) -> None:
        pass

    def statement_ended(self) -> None:
        pass


class Talk:
    """A conversation that is given bytes."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.session = FakeSession()
        self.channel = FakeChannel()
        limits = limits or Limits()
        self.connection = Connection(limits)
        self.conversation = Conversation(
            self.connection, self.session, self.channel, self.channel, limits
        )
        self.is_over = False
        self._running: Any = None

    def feed(self, data: bytes) -> None:
        if self.is_over:
            return
        self.connection.receive(data)
        if self._running is None:
            self._running = self.conversation.run()
        try:
            self._running.send(None)
        except StopIteration:
            self._running = None
        except (Disconnect, FatalError):
            self.is_over = True

    @property
    def sent(self) -> bytes:
        return b"".join(self.channel.sent)

    def kinds(self) -> str:
        return "".join(chr(kind) for kind, _ in split(self.sent))


def split(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        length = int.from_bytes(data[1:5], "big")
        found.append((data[0], data[5 : length + 1]))
        data = data[length + 1 :]
    return found


@settings(max_examples=300)
@given(CONVERSATIONS, CUTS)
def test_cuts_change_nothing(data: bytes, cuts: list[int]) -> None:
    limits = Limits(message_bytes_max=2000)
    whole, cut = Talk(limits), Talk(limits)
    whole.feed(data)
    for piece in pieces(data, cuts):
        cut.feed(piece)
    for talk in (whole, cut):
        talk.conversation.output.flush()
    assert cut.sent == whole.sent
    assert cut.session.log == whole.session.log
    assert cut.session.copied == whole.session.copied


def test_responses_wait_for_sync() -> None:
    talk = Talk()
    talk.feed(pgclient.parse("", "select 1") + pgclient.bind("", "") + pgclient.execute(""))
    assert talk.channel.sent == []
    talk.feed(pgclient.SYNC)
    assert len(talk.channel.sent) == 1
    assert talk.kinds() == "12DCZ"


def test_responses_wait_for_flush() -> None:
    talk = Talk()
    talk.feed(pgclient.parse("", "select 1") + pgclient.FLUSH)
    assert talk.kinds() == "1"


def test_a_pipeline_is_answered_in_one_piece() -> None:
    talk = Talk()
    talk.feed(pgclient.query("select 1") + pgclient.query("select 2"))
    assert len(talk.channel.sent) == 1
    assert talk.kinds() == "TDCZTDCZ"


def test_much_is_sent_before_the_end() -> None:
    talk = Talk()
    talk.feed(pgclient.query("rows 5000 100"))
    assert len(talk.channel.sent) > 5
    assert talk.kinds().count("D") == 5000


def test_an_error_in_a_pipeline_skips_to_sync() -> None:
    talk = Talk()
    talk.feed(
        pgclient.parse("", "fail 22012 x")
        + pgclient.bind("", "")
        + pgclient.execute("")
        + pgclient.parse("", "select 1")
        + pgclient.SYNC
        + pgclient.parse("", "select 1")
        + pgclient.SYNC
    )
    assert talk.kinds() == "12EZ1Z"
    assert talk.session.log == ["parse ", "fail 22012 x", "sync failed", "parse ", "sync"]


def test_an_error_does_not_wait_for_sync() -> None:
    talk = Talk()
    talk.feed(pgclient.parse("", "select 1") + pgclient.execute("nope") + pgclient.FLUSH)
    assert talk.kinds() == "1E"
    talk.feed(pgclient.FLUSH + pgclient.SYNC)
    assert talk.kinds() == "1EZ"


def test_an_error_beside_a_sessions_results_reaches_the_session() -> None:
    talk = Talk()
    talk.feed(pgclient.query("set client_encoding LATIN1"))
    talk.feed(pgclient.query("text €; select 1".encode()))
    assert talk.kinds() == "CSZTDCTDCZ"
    talk = Talk()
    talk.feed(pgclient.query("set client_encoding SJIS; text ä; select 1"))
    assert talk.kinds() == "CTESZ"
    assert talk.session.log[-1].startswith("failed character with byte sequence 0xc3 0xa4")


def test_settings_are_reported_before_ready() -> None:
    talk = Talk()
    talk.feed(pgclient.query("set a 1; set b 2; select 1"))
    assert talk.kinds() == "CCTDCSSZ"


def test_a_copy_in_a_query_string_goes_on_with_the_next_statement() -> None:
    talk = Talk()
    talk.feed(pgclient.query("copyin; select 1"))
    assert talk.kinds() == "G"
    talk.feed(pgclient.message(b"d", b"1\n2") + pgclient.SYNC + pgclient.FLUSH)
    talk.feed(pgclient.message(b"d", b"\n") + pgclient.message(b"c"))
    assert talk.kinds() == "GCTDCZ"
    assert talk.session.copied == b"1\n2\n"


def test_a_failed_copy_drops_the_rest_of_the_data() -> None:
    talk = Talk()
    talk.feed(pgclient.query("copyin"))
    talk.feed(pgclient.message(b"d", b"bad\n"))
    talk.feed(pgclient.message(b"d", b"2\n") + pgclient.message(b"c") + pgclient.query("select 1"))
    assert talk.kinds() == "GEZTDCZ"


def test_a_client_can_give_up_its_copy() -> None:
    talk = Talk()
    talk.feed(pgclient.query("copyin") + pgclient.message(b"f", b"why not\0"))
    error = pgclient.error_fields(split(talk.sent)[1][1])
    assert error["sqlstate"] == "57014"
    assert error["message"] == "COPY from stdin failed: why not"


def test_a_query_during_a_copy_ends_the_connection() -> None:
    talk = Talk()
    talk.feed(pgclient.query("copyin") + pgclient.query("select 1"))
    errors = [pgclient.error_fields(payload) for kind, payload in split(talk.sent) if kind == 69]
    assert [(error["severity"], error["message"]) for error in errors] == [
        ("ERROR", "unexpected message type 0x51 during COPY from stdin"),
        ("FATAL", "terminating connection because protocol synchronization was lost"),
    ]
    assert talk.kinds() == "GEE"
    assert talk.session.copy_failure == "unexpected message type 0x51 during COPY from stdin"
    assert talk.is_over


def test_a_copy_in_an_extended_query_ends_at_its_sync() -> None:
    talk = Talk()
    talk.feed(
        pgclient.parse("", "copyin")
        + pgclient.bind("", "")
        + pgclient.describe("P", "")
        + pgclient.execute("")
        + pgclient.SYNC
        + pgclient.message(b"d", b"1\n")
        + pgclient.message(b"c")
        + pgclient.SYNC
    )
    assert talk.kinds() == "12nGCZ"


def test_function_calls_are_refused_without_losing_the_connection() -> None:
    talk = Talk()
    talk.feed(pgclient.message(b"F", b"\0\0\0\1\0\0\0\0\0\0") + pgclient.query("select 1"))
    assert talk.kinds() == "EZTDCZ"
    assert pgclient.error_fields(split(talk.sent)[0][1])["sqlstate"] == "0A000"


def test_a_fatal_error_is_told_and_ends_the_connection() -> None:
    talk = Talk()
    talk.feed(pgclient.query("fatal"))
    assert pgclient.error_fields(split(talk.sent)[0][1])["severity"] == "FATAL"
    assert talk.kinds() == "E"
    assert talk.is_over


def test_parameters_are_decoded_by_the_statements_types() -> None:
    talk = Talk()
    talk.feed(
        pgclient.parse("s", "echo", [23, 25])
        + pgclient.bind("", "s", [b"\0\0\0\7", "x"], [1, 0])
        + pgclient.execute("")
        + pgclient.bind("", "s", ["8", None], [])
        + pgclient.execute("")
        + pgclient.SYNC
    )
    rows = [pgclient.data_row(payload, [1, 0]) for kind, payload in split(talk.sent) if kind == 68]
    assert rows[0] == (b"\0\0\0\7", "x")
    assert talk.session.log.count("describe s") == 1


def test_a_reused_name_means_its_new_statement() -> None:
    talk = Talk()
    talk.feed(
        pgclient.parse("s", "echo", [23])
        + pgclient.bind("", "s", ["1"])
        + pgclient.close("S", "s")
        + pgclient.parse("s", "echo", [25])
        + pgclient.bind("", "s", ["x"])
        + pgclient.query("deallocate")
        + pgclient.parse("s", "echo", [16])
        + pgclient.bind("", "s", ["t"])
        + pgclient.SYNC
    )
    assert "E" not in talk.kinds()


def test_statements_are_counted() -> None:
    talk = Talk(Limits(statement_count_max=2))
    talk.feed(b"".join(pgclient.parse(name, "select 1") for name in "abc") + pgclient.SYNC)
    assert talk.kinds() == "11EZ"
    error = pgclient.error_fields(split(talk.sent)[2][1])
    assert error["sqlstate"] == "53200"
    talk.feed(pgclient.close("S", "a") + pgclient.parse("c", "select 1") + pgclient.SYNC)
    assert talk.kinds() == "11EZ31Z"


def test_portals_are_counted() -> None:
    talk = Talk(Limits(portal_count_max=2))
    talk.feed(pgclient.query("begin") + pgclient.parse("", "select 1"))
    talk.feed(b"".join(pgclient.bind(name, "") for name in "abc") + pgclient.SYNC)
    assert talk.kinds() == "CZ122EZ"
    talk.feed(pgclient.query("rollback") + pgclient.parse("", "select 1"))
    talk.feed(pgclient.bind("a", "") + pgclient.SYNC)
    assert talk.kinds() == "CZ122EZCZ12Z"


def test_a_suspended_portal_goes_on() -> None:
    talk = Talk()
    talk.feed(
        pgclient.parse("", "select 1")
        + pgclient.bind("", "")
        + pgclient.execute("", 1)
        + pgclient.execute("", 1)
        + pgclient.SYNC
    )
    assert talk.kinds() == "12DsCZ"


def test_wrong_result_formats() -> None:
    talk = Talk()
    talk.feed(
        pgclient.parse("", "select 1 2")
        + pgclient.bind("", "", [], [0, 0, 0])
        + pgclient.SYNC
        + pgclient.bind("", "", [], [7, 0])
        + pgclient.execute("")
        + pgclient.SYNC
    )
    errors = [pgclient.error_fields(payload) for kind, payload in split(talk.sent) if kind == 69]
    assert [error["message"] for error in errors] == [
        "bind message has 3 result formats but query has 2 columns",
        "unsupported format code: 7",
    ]
