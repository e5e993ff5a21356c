"""The incoming half: framing, limits, skipping, copying; the same for every cut of the bytes."""

import struct

import pytest
from hypothesis import given

from storage.errors import FatalError
from tests import pgclient
from tests.wire.messages import CONVERSATIONS, CUTS, pieces
from wire.pg import frontend
from wire.pg.connection import Connection, Disconnect
from wire.pg.limits import Limits
from wire.pg.startup import (
    CancelRequest,
    DirectTls,
    GssRequest,
    SslRequest,
    StartupMessage,
    UnsupportedProtocolError,
    parse_options,
)


def connection(**limits: int) -> Connection:
    return Connection(Limits(**limits))


def messages(conn: Connection) -> list[frontend.FrontendMessage]:
    found = []
    while (message := conn.next_message()) is not None:
        found.append(message)
    return found


def read(*data: bytes, **limits: int) -> list[frontend.FrontendMessage]:
    conn = connection(**limits)
    conn.receive(b"".join(data))
    return messages(conn)


class TestMessages:
    def test_all_kinds(self) -> None:
        assert read(
            pgclient.query("select 1"),
            pgclient.parse("s", "select $1", [23]),
            pgclient.bind("p", "s", ["x", None, b"\1"], [1]),
            pgclient.describe("S", "s"),
            pgclient.describe("P", "p"),
            pgclient.execute("p", 7),
            pgclient.close("S", "s"),
            pgclient.close("P", "p"),
            pgclient.FLUSH,
            pgclient.SYNC,
            pgclient.TERMINATE,
        ) == [
            frontend.Query("select 1"),
            frontend.Parse("s", "select $1", (23,)),
            frontend.Bind("p", "s", (0, 0, 1), (b"x", None, b"\1"), (1,)),
            frontend.DescribeStatement("s"),
            frontend.DescribePortal("p"),
            frontend.Execute("p", 7),
            frontend.CloseStatement("s"),
            frontend.ClosePortal("p"),
            frontend.Flush(),
            frontend.Sync(),
            frontend.Terminate(),
        ]

    def test_a_negative_row_limit_is_none(self) -> None:
        assert read(pgclient.execute("", -5)) == [frontend.Execute("", 0)]

    @pytest.mark.parametrize(
        ("kind", "payload", "text"),
        [
            (b"Q", b"select 1", "invalid string in message"),
            (b"Q", b"", "invalid string in message"),
            (b"Q", b"select 1\0x", "invalid message format"),
            (b"P", b"x", "invalid string in message"),
            (b"P", b"\0x\0\0\1", "insufficient data left in message"),
            (b"P", b"\0x\0\0\0x", "invalid message format"),
            (b"B", b"\0x", "invalid string in message"),
            (b"B", b"\0\0\0\1", "insufficient data left in message"),
            (b"B", b"\0\0\0\0\0\1\0\0\0\5abc\0\0", "insufficient data left in message"),
            (b"B", b"\0\0\0\0\0\0\0\0x", "invalid message format"),
            (b"D", b"", "no data left in message"),
            (b"D", b"x\0", "invalid DESCRIBE message subtype 120"),
            (b"C", b"x\0", "invalid CLOSE message subtype 120"),
            (b"E", b"\0\0", "insufficient data left in message"),
            (b"S", b"x", "invalid message format"),
            (b"H", b"x", "invalid message format"),
            (b"F", b"", "insufficient data left in message"),
        ],
    )
    def test_what_cannot_be_read_is_reported_and_passed(
        self, kind: bytes, payload: bytes, text: str
    ) -> None:
        malformed, query = read(pgclient.message(kind, payload), pgclient.query("x"))
        assert isinstance(malformed, frontend.Malformed)
        assert malformed.kind == kind[0]
        assert (malformed.error.sqlstate, malformed.error.message) == ("08P01", text)
        assert query == frontend.Query("x")

    def test_text_is_validated(self) -> None:
        (malformed,) = read(pgclient.query(b"select '\xe2\x28'"))
        assert isinstance(malformed, frontend.Malformed)
        assert malformed.error.sqlstate == "22021"

    @given(CONVERSATIONS, CUTS)
    def test_cuts_change_nothing(self, data: bytes, cuts: list[int]) -> None:
        whole, cut = connection(message_bytes_max=2000), connection(message_bytes_max=2000)
        whole.receive(data)
        expected = [_plain(message) for message in messages(whole)]
        found = []
        for piece in pieces(data, cuts):
            cut.receive(piece)
            found += [_plain(message) for message in messages(cut)]
        assert found == expected
        assert cut.backlog == whole.backlog


def _plain(message: frontend.FrontendMessage) -> object:
    if isinstance(message, frontend.Malformed):
        return (message.kind, message.error.sqlstate, message.error.message, message.error.detail)
    return message


class TestLimits:
    def test_a_message_too_long_to_keep_is_read_over(self) -> None:
        malformed, query = read(
            pgclient.query("x" * 101), pgclient.query("y"), message_bytes_max=100
        )
        assert isinstance(malformed, frontend.Malformed)
        assert (malformed.error.sqlstate, malformed.error.message) == ("54000", "out of memory")
        assert malformed.error.detail == (
            "Cannot enlarge string buffer containing 0 bytes by 102 more bytes."
        )
        assert query == frontend.Query("y")

    def test_it_is_not_kept_while_it_comes(self) -> None:
        conn = connection(message_bytes_max=100)
        conn.receive(b"Q" + struct.pack("!i", 100_004))
        for _ in range(100):
            assert messages(conn) == []
            conn.receive(b"x" * 1000)
            assert conn.backlog == 0
        assert len(messages(conn)) == 1

    @pytest.mark.parametrize(
        "header", [b"Q\0\0\0\3", b"D\0\1\0\0", b"S\0\0\x27\x20", b"Q\x7f\0\0\0"]
    )
    def test_an_impossible_length_closes_the_stream(self, header: bytes) -> None:
        with pytest.raises(Disconnect, match="invalid message length"):
            read(header)

    def test_an_unknown_type_is_fatal(self) -> None:
        with pytest.raises(FatalError) as caught:
            read(b"p\0\0\0\4")
        assert caught.value.message == "invalid frontend message type 112"


class TestSkipping:
    def test_everything_up_to_sync_is_dropped(self) -> None:
        conn = connection()
        conn.skip_until_sync()
        conn.receive(pgclient.query("x") + pgclient.FLUSH + pgclient.SYNC + pgclient.query("y"))
        assert messages(conn) == [frontend.Sync(), frontend.Query("y")]

    def test_terminate_still_counts(self) -> None:
        conn = connection()
        conn.skip_until_sync()
        conn.receive(pgclient.query("x") + pgclient.TERMINATE)
        assert messages(conn) == [frontend.Terminate()]

    def test_what_cannot_be_read_is_dropped_too(self) -> None:
        conn = connection(message_bytes_max=10)
        conn.skip_until_sync()
        conn.receive(pgclient.query("x" * 20) + pgclient.message(b"P") + pgclient.SYNC)
        assert messages(conn) == [frontend.Sync()]


class TestCopying:
    def test_copy_messages_outside_a_copy_are_dropped(self) -> None:
        data = pgclient.message(b"d", b"x") + pgclient.message(b"c") + pgclient.message(b"f", b"\0")
        assert read(data, pgclient.query("x")) == [frontend.Query("x")]

    def test_consecutive_data_is_joined(self) -> None:
        conn = connection()
        conn.begin_copy()
        conn.receive(
            pgclient.message(b"d", b"1\n")
            + pgclient.message(b"d", b"2\n")
            + pgclient.message(b"c")
            + pgclient.query("x")
        )
        assert conn.next_message() == frontend.CopyData(b"1\n2\n")
        assert conn.next_message() == frontend.CopyDone()
        conn.end_copy()
        assert conn.next_message() == frontend.Query("x")

    def test_any_other_message_loses_synchronization(self) -> None:
        conn = connection()
        conn.begin_copy()
        conn.receive(pgclient.query("x"))
        malformed = conn.next_message()
        assert isinstance(malformed, frontend.Malformed)
        assert malformed.error.message == "unexpected message type 0x51 during COPY from stdin"
        conn.end_copy()
        with pytest.raises(FatalError, match="protocol synchronization was lost"):
            conn.next_message()


def start(packet: bytes) -> object:
    conn = connection()
    for byte in packet:
        assert conn.next_startup() is None
        conn.receive(bytes((byte,)))
    return conn.next_startup()


class TestStartup:
    def test_requests(self) -> None:
        assert start(pgclient.message(b"", struct.pack("!i", 80877103))) == SslRequest()
        assert start(pgclient.message(b"", struct.pack("!i", 80877104))) == GssRequest()
        cancel = struct.pack("!iii", 80877102, 7, 8)
        assert start(pgclient.message(b"", cancel)) == CancelRequest(7, struct.pack("!i", 8))

    def test_startup_parameters(self) -> None:
        packet = pgclient.startup_packet(
            {
                "user": "me",
                "database": "db",
                "DateStyle": "ISO",
                "_pq_.x": "1",
                "options": "-c a=b",
            },
            196610,
        )
        assert start(packet) == StartupMessage(
            2, "me", "db", {"DateStyle": "ISO", "a": "b"}, ("_pq_.x",)
        )

    def test_the_database_is_named_like_the_user(self) -> None:
        message = start(pgclient.startup_packet({"user": "me"}))
        assert isinstance(message, StartupMessage)
        assert message.database == "me"

    @pytest.mark.parametrize(
        ("body", "sqlstate", "text"),
        [
            (
                b"user\0me\0",
                "08P01",
                "invalid startup packet layout: expected terminator as last byte",
            ),
            (
                b"user\0me\0\0x",
                "08P01",
                "invalid startup packet layout: expected terminator as last byte",
            ),
            (b"", "08P01", "invalid startup packet layout: expected terminator as last byte"),
            (b"\0", "28000", "no PostgreSQL user name specified in startup packet"),
            (
                b"user\0me\0replication\0foo\0\0",
                "22023",
                'invalid value for parameter "replication": "foo"',
            ),
            (
                b"user\0me\0replication\0on\0\0",
                "0A000",
                "replication connections are not supported",
            ),
            (b"user\0me\0options\0-c a\0\0", "42601", "-c a requires a value"),
            (
                b"user\0me\0options\0hello\0\0",
                "42601",
                "invalid command-line argument for server process: hello",
            ),
        ],
    )
    def test_faults(self, body: bytes, sqlstate: str, text: str) -> None:
        with pytest.raises(FatalError) as caught:
            start(pgclient.message(b"", struct.pack("!i", 196608) + body))
        assert (caught.value.sqlstate, caught.value.message) == (sqlstate, text)

    def test_other_versions_are_refused(self) -> None:
        with pytest.raises(UnsupportedProtocolError) as caught:
            start(pgclient.startup_packet({"user": "me"}, 2 << 16))
        assert not caught.value.speaks_version_3
        assert caught.value.message == (
            "unsupported frontend protocol 2.0: server supports 3.0 to 3.0"
        )

    def test_encryption_is_negotiated_once(self) -> None:
        conn = connection()
        request = pgclient.message(b"", struct.pack("!i", 80877103))
        conn.receive(request + request)
        assert conn.next_startup() == SslRequest()
        with pytest.raises(UnsupportedProtocolError, match=r"1234\.5679"):
            conn.next_startup()

    @pytest.mark.parametrize(
        "data", [b"GET / HTTP/1.0\r\n\r\n", b"\0\0\0\1", b"\0\0\0\x0c\x04\xd2\x16\x2e\0\0\0\5"]
    )
    def test_what_is_no_startup_packet_closes_the_stream(self, data: bytes) -> None:
        conn = connection()
        conn.receive(data)
        with pytest.raises(Disconnect):
            conn.next_startup()

    def test_tls_may_begin_at_once(self) -> None:
        conn = connection()
        conn.receive(b"\x16\x03\x01")
        assert conn.next_startup() == DirectTls()
        assert conn.take_raw() == b"\x16\x03\x01"
        conn.begin_tls()

    def test_unencrypted_bytes_before_tls_are_an_attack(self) -> None:
        conn = connection()
        conn.receive(pgclient.message(b"", struct.pack("!i", 80877103)) + b"x")
        conn.next_startup()
        with pytest.raises(FatalError, match="received unencrypted data after SSL request"):
            conn.begin_tls()

    def test_only_a_password_may_answer_the_question_for_one(self) -> None:
        conn = connection()
        conn.receive(pgclient.message(b"p", b"secret\0")[:5])
        assert conn.next_authentication("SASL") is None
        conn.receive(b"secret\0" + pgclient.query("x"))
        assert conn.next_authentication("SASL") == b"secret\0"
        with pytest.raises(FatalError, match="expected SASL response, got message type 81"):
            conn.next_authentication("SASL")


def test_options_are_split_like_a_command_line() -> None:
    assert parse_options(r"-c a=1 --some-name=x\ y  -cb=2") == {
        "a": "1",
        "some_name": "x y",
        "b": "2",
    }
