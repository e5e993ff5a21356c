"""Shortcuts: point statements that are answered at once say what the general way says."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import DatabaseError, FatalError
from tests import pgclient
from tests.wire.fake_session import FakePoint, FakeSession
from tests.wire.messages import CUTS, FORMATS, PARAMETERS, pieces
from tests.wire.test_conversation import FakeChannel, split
from wire.pg.connection import Connection, Disconnect
from wire.pg.conversation import Conversation, Progress
from wire.pg.limits import Limits


class Talk:
    """A conversation that is given bytes, and takes shortcuts where the session has point forms."""

    def __init__(self, *, has_points: bool = True) -> None:
        self.session = FakeSession(has_points=has_points)
        self.channel = FakeChannel()
        self.connection = Connection(Limits())
        self.conversation = Conversation(
            self.connection, self.session, self.channel, self.channel, Limits()
        )
        self.awaits_commit = False
        self.fatal: FatalError | None = None
        self._running: Any = None

    def feed(self, *data: bytes) -> None:
        self.connection.receive(b"".join(data))
        if not self.awaits_commit:
            self._go_on()

    def _go_on(self) -> None:
        try:
            if self._running is None:
                progress = self.conversation.take_shortcuts(self._told)
                self.awaits_commit = progress is Progress.COMMIT
                if progress is not Progress.MORE:
                    return
                self._running = self.conversation.run()
            self._running.send(None)
        except StopIteration:
            self._running = None
        except (Disconnect, FatalError):
            pass

    def _told(self, error: FatalError | None) -> None:
        self.awaits_commit = False
        self.fatal = error
        if error is None:
            self._go_on()

    def responses(self) -> list[tuple[int, bytes]]:
        """Returns and forgets the messages sent so far."""
        sent, self.channel.sent = self.channel.sent, []
        return split(b"".join(sent))

    def kinds(self) -> str:
        return "".join(chr(kind) for kind, _ in self.responses())


def run(name: str = "s", *values: Any, formats: Any = (), is_described: bool = True) -> bytes:
    described = pgclient.describe("P", "") if is_described else b""
    bound = pgclient.bind("", name, values, formats)
    return bound + described + pgclient.execute("") + pgclient.SYNC


def prepared(*sqls: str, types: Any = ()) -> Talk:
    """A conversation with these statements prepared, as s, t, u …"""
    talk = Talk()
    for name, sql in zip("stuvw", sqls, strict=False):
        talk.feed(pgclient.parse(name, sql, types), pgclient.SYNC)
    assert set(talk.kinds()) <= {"1", "Z"}
    return talk


# ---- the same answers ----------------------------------------------------------------------------

PREPARED = {
    "a": "select 1 2",
    "b": "echo",
    "c": "nothing",
    "d": "fail 22012 x",
    "e": "notice hi",
    "f": "rows 5 2",
    "g": "text äö€",
    "h": "begin",
    "i": "commit",
    "j": "write 1",
}
RUNS = st.builds(
    run,
    st.sampled_from([*PREPARED, "nosuch"]),
    st.sampled_from(["1", "x", None, b"\0\0\0\1", b"\xff"]),
    formats=FORMATS,
    is_described=st.booleans(),
)
BARE_RUNS = st.builds(run, st.sampled_from([*PREPARED]), is_described=st.booleans())
WRONG_RUNS = st.builds(
    lambda name, values, formats: (
        pgclient.bind("", name, values, formats) + pgclient.execute("") + pgclient.SYNC
    ),
    st.sampled_from([*PREPARED]),
    PARAMETERS,
    FORMATS,
)
PIECES = st.lists(
    st.one_of(
        RUNS,
        BARE_RUNS,
        WRONG_RUNS,
        st.sampled_from(
            [
                *map(pgclient.query, PREPARED.values()),
                pgclient.query("begin"),
                pgclient.query("rollback"),
                pgclient.query("select 1; select 2"),
                pgclient.query("set client_encoding LATIN1"),
                pgclient.query("set client_encoding UTF8"),
                pgclient.query("deallocate"),
                pgclient.query(b"text \xff"),
                pgclient.bind("p", "a"),
                pgclient.close("S", "a"),
                pgclient.parse("a", "text x"),
                pgclient.parse("", "select 1"),
                run(""),
                pgclient.FLUSH,
                pgclient.SYNC,
                pgclient.message(b"B", b"\0a\0\0\1"),
            ]
        ),
    ),
    max_size=8,
).map(b"".join)


@settings(max_examples=400)
@given(PIECES, CUTS)
def test_shortcuts_and_cuts_change_nothing(data: bytes, cuts: list[int]) -> None:
    short, long, cut = Talk(), Talk(has_points=False), Talk()
    for talk in (short, long, cut):
        for name, sql in PREPARED.items():
            talk.feed(pgclient.parse(name, sql, [23] if name == "b" else []), pgclient.SYNC)
    short.feed(data)
    long.feed(data)
    for piece in pieces(data, cuts):
        cut.feed(piece)
    for talk in (short, long, cut):
        while talk.session.unsettled:
            talk.session.settle()
        talk.conversation.output.flush()
    expected = long.responses()
    assert short.responses() == expected
    assert cut.responses() == expected
    assert _done(short) == _done(cut) == _done(long)


def _done(talk: Talk) -> list[str]:
    """What the session was told to do (it needn't be asked to describe)."""
    return [line for line in talk.session.log if not line.startswith("describe")]


def test_a_run_is_one_call() -> None:
    talk = prepared("echo", types=[23])
    talk.session.log.clear()
    talk.feed(run("s", "7"), run("s", "8", is_described=False))
    assert talk.session.log == ["echo", "sync", "echo", "sync"]
    assert talk.kinds() == "2TDCZ2DCZ"


def test_the_whole_of_a_run_must_be_there() -> None:
    talk = prepared("echo", types=[23])
    whole = run("s", "7")
    for end in range(len(whole)):
        talk.feed(whole[:end])
        assert "Z" not in talk.kinds()
        talk.feed(whole[end:])
        talk.responses()
        talk.feed(whole)
        assert talk.kinds() == "2TDCZ"


def test_lengths_that_lie_are_left_to_the_general_way() -> None:
    talk = prepared("echo", types=[23])
    good = run("s", "7", is_described=False)
    # The value claims to be longer than its message, as far as into what follows.
    lying = good.replace(b"\0\0\0\x017", b"\0\0\0\x0a7")
    talk.feed(lying)
    responses = talk.responses()
    assert [chr(kind) for kind, _ in responses] == ["E", "Z"]
    assert pgclient.error_fields(responses[0][1])["sqlstate"] == "08P01"


def test_parameters_follow_the_formats_of_each_bind() -> None:
    talk = prepared("echo", types=[23])
    talk.feed(run("s", b"\0\0\0\7"), run("s", "8"), run("s", None), run("s", "x"))
    rows = [pgclient.data_row(body) for kind, body in talk.responses() if kind == ord("D")]
    assert rows == [("7",), ("8",), (None,)]


def test_a_name_that_means_another_statement_now() -> None:
    talk = prepared("text old")
    talk.feed(run(is_described=False))
    talk.feed(pgclient.close("S", "s"), pgclient.parse("s", "text new"), pgclient.SYNC)
    talk.feed(run(is_described=False))
    rows = [pgclient.data_row(body) for kind, body in talk.responses() if kind == ord("D")]
    assert rows == [("old",), ("new",)]


def test_rows_are_in_the_encoding_as_it_is_now() -> None:
    talk = prepared("text ä")
    talk.feed(run(is_described=False))
    talk.feed(pgclient.query("set client_encoding LATIN1"))
    talk.feed(run(is_described=False))
    assert [body[6:] for kind, body in talk.responses() if kind == ord("D")] == [
        b"\xc3\xa4",
        b"\xe4",
    ]


def test_a_row_that_the_encoding_has_no_character_for() -> None:
    talk = prepared("text €")
    talk.feed(pgclient.query("set client_encoding LATIN1"))
    talk.responses()
    talk.feed(run())
    responses = talk.responses()
    assert "".join(chr(kind) for kind, _ in responses) == "2TEZ"
    assert pgclient.error_fields(responses[2][1])["sqlstate"] == "22P05"


def test_notices_and_settings_come_where_the_general_way_sends_them() -> None:
    talk = prepared("notice hi")
    talk.feed(run(), pgclient.query("notice hi"))
    assert talk.kinds() == "2nNCZNCZ"
    talk.session.events.parameters["TimeZone"] = "UTC"
    talk.session.events.notifications.append(("channel", "payload", 7))
    talk.feed(run())
    assert talk.kinds() == "2nNCASZ"


def test_an_error_in_the_middle_of_a_pipeline_costs_only_its_own_run() -> None:
    talk = prepared("select 1", "fail 22012 oops")
    talk.feed(run("s"), run("t"), run("s"))
    assert talk.kinds() == "2TDCZ2nEZ2TDCZ"


def test_a_query_forgets_the_unnamed_statement() -> None:
    talk = Talk()
    talk.feed(pgclient.parse("", "echo", [23]), pgclient.SYNC, run("", "1"))
    talk.feed(pgclient.query("select 1"))
    talk.feed(pgclient.parse("", "echo", [25]), pgclient.SYNC, run("", "x"))
    assert talk.kinds() == "1Z2TDCZTDCZ1Z2TDCZ"


# ---- commits that are waited for -----------------------------------------------------------------


def test_a_write_is_answered_when_it_is_durable() -> None:
    talk = prepared("write 1")
    talk.feed(run())
    assert len(talk.session.unsettled) == 1
    assert talk.responses() == []
    talk.session.settle()
    assert talk.kinds() == "2nCZ"


def test_what_comes_behind_a_write_waits_for_it() -> None:
    talk = prepared("write 1", "select 1")
    talk.feed(run("t"), run("s"), run("t"), pgclient.query("write 2"), pgclient.query("begin"))
    assert talk.kinds() == "2TDCZ"
    talk.feed(run("t", is_described=False))
    assert talk.responses() == []
    talk.session.settle()
    assert talk.kinds() == "2nCZ2TDCZ"
    talk.session.settle()
    assert talk.kinds() == "CZCZ2DCZ"


def test_a_commit_that_failed() -> None:
    talk = prepared("write 1")
    for message in (run(), pgclient.query("write 1")):
        talk.feed(message)
        talk.session.settle(DatabaseError("40003", "the outcome of the commit is unknown"))
    assert talk.kinds() == "2nEZEZ"


def test_a_fatal_outcome_ends_the_connection() -> None:
    talk = prepared("write 1")
    talk.feed(run())
    talk.session.settle(DatabaseError("57P01", "terminating connection"))
    assert talk.fatal is not None
    ((_, body),) = [item for item in talk.responses() if item[0] == ord("E")]
    assert pgclient.error_fields(body)["severity"] == "FATAL"


def test_a_write_with_something_in_its_way_goes_the_general_way() -> None:
    talk = prepared("write blocked")
    talk.feed(run(), pgclient.query("write blocked"))
    assert not talk.awaits_commit
    assert talk.kinds() == "2nCZCZ"
    assert not any(isinstance(item, FakePoint) for item in talk.session.unsettled)
