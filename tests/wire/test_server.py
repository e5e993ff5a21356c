"""The front door with real sockets: who may come in, what waits for what, how it ends."""

import asyncio
import errno
import socket
import struct
import threading
from pathlib import Path

import pytest

from tests import pgclient
from tests.pgclient import PgClient, StartupError
from tests.wire.door import Door, open_door
from tests.wire.fake_session import FakeSession
from wire.pg.limits import Limits


def rows(client: PgClient, sql: str) -> list[tuple[pgclient.Value, ...]]:
    return client.simple_query(sql)[0].rows


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class TestStartup:
    async def test_welcome(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                assert client.parameters["server_version"] == "15.0"
                assert client.process_id > 0
                assert len(client.secret_key) == 4
                assert client.status == "I"
                assert client.notices == []

            await door.talk(use)

    async def test_a_newer_protocol_is_answered_with_3_0(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> list[tuple[str, bytes]]:
                parameters = {"user": "terrascale", "_pq_.x": "1"}
                client.send(pgclient.startup_packet(parameters, 196610))
                return client.read_until("Z")

            messages = await door.raw(use)
            assert messages[0] == ("v", struct.pack("!ii", 196608, 1) + b"_pq_.x\0")
            assert messages[1] == ("R", b"\0\0\0\0")

    async def test_an_ancient_client_gets_an_error_it_can_read(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> bytes:
                client.send(pgclient.startup_packet({"user": "x"}, 2 << 16))
                return client.sock.recv(1000)

            answer = await door.raw(use)
            assert answer == (
                b"EFATAL:  unsupported frontend protocol 2.0: server supports 3.0 to 3.0\n\0"
            )

    async def test_encryption_is_declined_and_the_startup_goes_on(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                for code in (80877104, 80877103):
                    client.send(pgclient.message(b"", struct.pack("!i", code)))
                    assert client.sock.recv(1) == b"N"
                client.startup("terrascale")
                assert client.status == "I"

            await door.raw(use)

    async def test_an_error_of_the_session_is_fatal(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                with pytest.raises(StartupError) as caught:
                    client.startup("terrascale", nosuch="1")
                assert caught.value.fields["severity"] == "FATAL"
                assert caught.value.fields["sqlstate"] == "42704"

            await door.raw(use)
        assert door.server.sessions.count == 0

    async def test_garbage_closes_without_a_word(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> bytes:
                client.send(b"GET / HTTP/1.0\r\n\r\n")
                return client.sock.recv(100)

            assert await door.raw(use) == b""

    async def test_unix_sockets(self, tmp_path: Path) -> None:
        async with open_door(folder=tmp_path) as door:

            def use() -> None:
                with PgClient.connect(str(tmp_path), door.port, "terrascale") as client:
                    assert rows(client, "select 7") == [("7",)]

            await asyncio.to_thread(use)
            with pytest.raises(OSError, match="in use") as caught:
                await door.server.listen_unix(tmp_path, door.port)
            assert caught.value.errno == errno.EADDRINUSE
        assert names(tmp_path) == []

    async def test_a_socket_left_behind_is_replaced(self, tmp_path: Path) -> None:
        async with open_door() as door:
            stale = socket.socket(socket.AF_UNIX)
            stale.bind(str(tmp_path / f".s.PGSQL.{door.port}"))
            stale.close()
            await door.server.listen_unix(tmp_path, door.port)


class TestNames:
    async def test_an_unknown_user_means_the_default_one(self) -> None:
        async with open_door() as door:
            notices = await door.talk(lambda client: client.notices, user="bob")
            assert [notice["message"] for notice in notices] == [
                'user "bob" and database "bob" mean "terrascale" here'
            ]
            assert door.requests[0].user == "terrascale"
            assert door.requests[0].database == "terrascale"

    async def test_another_database_does_not_exist(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                with pytest.raises(StartupError, match='3D000: database "other" does not exist'):
                    client.startup("bob", "other")

            await door.raw(use)


class TestLimits:
    async def test_too_many_clients(self) -> None:
        async with open_door(Limits(connection_count_max=1)) as door:

            def use(_first: PgClient) -> None:
                with pytest.raises(StartupError) as caught:
                    PgClient.connect(port=door.port, user="terrascale")
                assert caught.value.fields["sqlstate"] == "53300"
                assert caught.value.fields["message"] == "sorry, too many clients already"

            await door.talk(use)
            await door.talk(lambda client: rows(client, "select 1"))

    async def test_sockets_that_say_nothing_are_bounded_and_timed_out(self) -> None:
        limits = Limits(connection_count_max=1, authentication_seconds=0.2)
        async with open_door(limits) as door:

            def use() -> list[bytes]:
                clients = [PgClient.open(port=door.port) for _ in range(12)]
                try:
                    return [client.sock.recv(1) for client in clients[:10]]
                finally:
                    for client in clients:
                        client.abort()

            assert await asyncio.to_thread(use) == [b""] * 10

    async def test_a_message_too_long_is_an_error(self) -> None:
        async with open_door(Limits(message_bytes_max=1000)) as door:

            def use(client: PgClient) -> None:
                (result,) = client.simple_query("x" * 2000)
                assert result.error is not None
                assert result.error["sqlstate"] == "54000"
                assert rows(client, "select 1") == [("1",)]

            await door.talk(use)


class TestTimeouts:
    async def test_statement_timeout(self) -> None:
        async with open_door(settings={"statement_timeout": "30"}) as door:

            def use(client: PgClient) -> None:
                (result,) = client.simple_query("wait")
                assert result.error is not None
                assert result.error["sqlstate"] == "57014"
                assert result.error["message"] == "canceling statement due to statement timeout"
                assert client.extended_query("select 1").tag == "SELECT 1"

            await door.talk(use)

    @pytest.mark.parametrize(
        ("setting", "before", "sqlstate", "text"),
        [
            ("idle_session_timeout", "", "57P05", "idle-session timeout"),
            (
                "idle_in_transaction_session_timeout",
                "begin",
                "25P03",
                "idle-in-transaction timeout",
            ),
        ],
    )
    async def test_idle_timeouts(self, setting: str, before: str, sqlstate: str, text: str) -> None:
        async with open_door(settings={setting: "30"}) as door:

            def use(client: PgClient) -> None:
                client.simple_query(before)
                ((kind, payload),) = client.read_until("E")
                assert kind == "E"
                error = pgclient.error_fields(payload)
                assert (error["severity"], error["sqlstate"]) == ("FATAL", sqlstate)
                assert error["message"] == f"terminating connection due to {text}"
                with pytest.raises(EOFError):
                    client.read_message()

            await door.talk(use)
            assert door.sessions[0].is_closed


class TestCancel:
    async def test_the_right_key_cancels(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                client.send(pgclient.query("wait"))
                asyncio.run_coroutine_threadsafe(door.sessions[0].waiting.wait(), loop).result()
                client.cancel()
                error = pgclient.error_fields(client.read_until("E")[-1][1])
                assert error["message"] == "canceling statement due to user request"

            loop = asyncio.get_running_loop()
            await door.talk(use)

    async def test_a_wrong_key_does_nothing(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                client.send(pgclient.query("wait"))
                asyncio.run_coroutine_threadsafe(door.sessions[0].waiting.wait(), loop).result()
                right, client.secret_key = client.secret_key, b"\0\0\0\0"
                client.cancel()
                client.secret_key = right
                loop.call_soon_threadsafe(door.sessions[0].gate.set)
                assert client.read_until("Z")[0] == ("C", b"WAIT\0")

            loop = asyncio.get_running_loop()
            await door.talk(use)


class TestFlow:
    async def test_a_client_that_does_not_read_blocks_only_itself(self) -> None:
        async with open_door() as door:

            def use(slow: PgClient) -> None:
                slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                slow.send(pgclient.query("rows 5000000 1000"))
                with PgClient.connect(port=door.port, user="terrascale") as quick:
                    for number in range(20):
                        assert rows(quick, f"select {number}") == [(str(number),)]
                # What was made fits into the buffers along the way; the rest waits.
                assert door.sessions[0].rows_made < 2_500_000
                slow.abort()

            await door.talk(use)
        assert door.sessions[0].is_closed

    async def test_short_answers_to_a_client_that_does_not_read_do_not_pile_up(self) -> None:
        count = 60_000
        async with open_door() as door:

            def use(client: PgClient) -> None:
                question = pgclient.query("text " + "x" * 1000)

                def ask() -> None:
                    for _ in range(count):
                        client.sock.sendall(question)

                sender = threading.Thread(target=ask)
                sender.start()
                sender.join(1.0)
                assert sender.is_alive()  # answers wait, and so does reading more questions
                ready = 0
                while ready < count:
                    ready += client.read_message()[0] == "Z"
                sender.join()

            await door.talk(use)

    async def test_a_slow_client_gets_everything(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                results = client.simple_query("rows 200000 1000; big 3000000")
                assert [row[0] for row in results[0].rows] == [str(n) for n in range(200_000)]
                assert results[1].rows[0][0] == "x" * 3_000_000

            await door.talk(use)

    async def test_input_that_piles_up_is_not_read(self) -> None:
        async with open_door() as door:
            loop = asyncio.get_running_loop()

            def use(client: PgClient) -> None:
                client.send(pgclient.query("wait"))
                asyncio.run_coroutine_threadsafe(door.sessions[0].waiting.wait(), loop).result()
                flood = pgclient.query("select 1" + " " * 2000) * 10_000
                sender = threading.Thread(target=client.sock.sendall, args=(flood,))
                sender.start()
                sender.join(0.5)
                assert sender.is_alive()  # the server doesn't take it all
                loop.call_soon_threadsafe(door.sessions[0].gate.set)
                ready = 0
                while ready < 10_001:
                    ready += client.read_message()[0] == "Z"
                sender.join()

            await door.talk(use)

    async def test_a_long_pipeline_leaves_room_for_others(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                client.send(pgclient.query("select 1") * 20_000)
                with PgClient.connect(port=door.port, user="terrascale") as other:
                    assert rows(other, "select 2") == [("2",)]
                ready = 0
                while ready < 20_000:
                    ready += client.read_message()[0] == "Z"

            await door.talk(use)

    async def test_queries_sent_before_hanging_up_are_run(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> bytes:
                client.startup("terrascale")
                client.send(pgclient.query("pause; nothing"), pgclient.query("select 1"))
                client.sock.shutdown(socket.SHUT_WR)
                received = b""
                while chunk := client.sock.recv(1000):
                    received += chunk
                return received

            assert (await door.raw(use)).count(b"SELECT 1") == 1
            assert door.sessions[0].log == ["pause", "nothing", "select 1"]
            assert door.sessions[0].is_closed

    async def test_statements_that_wait_keep_their_order(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                client.send(pgclient.query("pause; select 1"), pgclient.query("pause; select 2"))
                first, second = client.read_until("Z"), client.read_until("Z")
                assert [kind for kind, _ in first] == list("CTDCZ")
                assert [kind for kind, _ in second] == list("CTDCZ")

            await door.talk(use)

    async def test_copy_in_chunks(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                lines = [b"%d\n" % number for number in range(50_000)]
                (result,) = client.simple_query("copyin", lines)
                assert result.tag == "COPY 50000"
                assert door.sessions[0].copied == b"".join(lines)

            await door.talk(use)

    async def test_a_client_that_vanishes_in_a_copy(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                client.send(pgclient.query("copyin"), pgclient.message(b"d", b"1\n"))
                client.read_until("G")
                client.abort()

            await door.talk(use)
        session = door.sessions[0]
        assert session.copy_failure == (
            "unexpected EOF on client connection with an open transaction"
        )
        assert session.copied == b""
        assert session.is_closed

    async def test_notifications_wake_an_idle_client(self) -> None:
        async with open_door() as door:
            loop = asyncio.get_running_loop()

            def wake() -> None:
                door.sessions[0].events.notifications.append(("news", "extra", 7))
                door.requests[0].wake()

            def use(client: PgClient) -> None:
                client.simple_query("select 1")
                loop.call_soon_threadsafe(wake)
                client.read_until("A")
                assert client.notifications == [("news", "extra", 7)]

            await door.talk(use)


class TestShutdown:
    async def test_idle_clients_are_told(self) -> None:
        async with open_door() as door:
            loop = asyncio.get_running_loop()

            def use(client: PgClient) -> None:
                asyncio.run_coroutine_threadsafe(door.server.close(1.0), loop).result()
                error = pgclient.error_fields(client.read_until("E")[-1][1])
                assert error["sqlstate"] == "57P01"
                assert error["message"] == ("terminating connection due to administrator command")
                with pytest.raises(EOFError):
                    client.read_message()

            await door.talk(use)

    async def test_running_statements_finish(self) -> None:
        async with open_door() as door:
            loop = asyncio.get_running_loop()

            def use(client: PgClient) -> None:
                client.send(pgclient.query("wait; select 1"))
                session = door.sessions[0]
                asyncio.run_coroutine_threadsafe(session.waiting.wait(), loop).result()
                closing = asyncio.run_coroutine_threadsafe(door.server.close(10.0), loop)
                loop.call_soon_threadsafe(session.gate.set)
                assert [kind for kind, _ in client.read_until("E")] == list("CTDCZE")
                closing.result()
                assert session.is_closed

            await door.talk(use)

    async def test_statements_that_do_not_finish_are_cancelled(self) -> None:
        async with open_door() as door:
            loop = asyncio.get_running_loop()

            def use(client: PgClient) -> None:
                client.send(pgclient.query("wait"))
                session = door.sessions[0]
                asyncio.run_coroutine_threadsafe(session.waiting.wait(), loop).result()
                asyncio.run_coroutine_threadsafe(door.server.close(0.05), loop).result()
                error = pgclient.error_fields(client.read_until("E")[-1][1])
                assert (error["severity"], error["sqlstate"]) == ("FATAL", "57P01")
                assert session.is_closed

            await door.talk(use)

    async def test_new_clients_are_turned_away(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                door.server.sessions.is_closing = True
                with pytest.raises(StartupError, match="57P03"):
                    client.startup("terrascale")
                door.server.sessions.is_closing = False

            await door.raw(use)


async def test_an_exception_that_is_no_database_error_is_internal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_door() as door:

        def use(client: PgClient) -> None:
            (result,) = client.simple_query("crash")
            assert result.error is not None
            assert result.error["sqlstate"] == "XX000"
            assert rows(client, "select 1") == [("1",)]

        await door.talk(use)
    assert "internal_error" in caplog.text


def _count(door: Door) -> int:
    return door.server.sessions.count


async def test_places_are_given_back() -> None:
    async with open_door() as door:
        for _ in range(3):
            await door.talk(lambda client: rows(client, "select 1"))
        gone = asyncio.Event()
        door.server.sessions.when_empty(gone.set)
        await gone.wait()
        assert _count(door) == 0


class TestCommits:
    """Writes that are answered when their commit has settled, without a task of their own."""

    async def test_what_was_sent_behind_a_write_is_answered_after_it(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> list[str]:
                client.send(pgclient.query("write 1"), pgclient.query("select 7"))
                return [kind for kind, _ in client.read_until("Z") + client.read_until("Z")]

            talking = asyncio.create_task(door.talk(use))
            session = await _waiting_session(door)
            assert session.log == ["write 1"]
            session.settle()
            assert await talking == [*"CZTDCZ"]

    async def test_a_client_that_leaves_meanwhile_is_let_go_when_it_has_settled(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> None:
                client.send(pgclient.query("write 1"))

            await door.talk(use)
            session = await _waiting_session(door)
            assert not session.is_closed
            emptied = asyncio.Event()
            session.settle()
            door.server.sessions.when_empty(emptied.set)
            await emptied.wait()
            assert session.is_closed

    async def test_a_shutdown_waits_for_the_commit_and_its_answer(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> list[str]:
                client.send(pgclient.query("write 1"))
                return [kind for kind, _ in client.read_until("Z") + client.read_until("E")]

            talking = asyncio.create_task(door.talk(use))
            session = await _waiting_session(door)
            closing = asyncio.create_task(door.server.close(drain_seconds=30))
            await asyncio.sleep(0)
            session.settle()
            await closing
            assert await talking == [*"CZE"]

    async def test_notifications_wait_for_the_answer(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> list[str]:
                client.send(pgclient.query("write 1"))
                return [kind for kind, _ in client.read_until("Z")]

            talking = asyncio.create_task(door.talk(use))
            session = await _waiting_session(door)
            session.events.notifications.append(("channel", "payload", 1))
            door.requests[0].wake()
            session.settle()
            assert await talking == [*"CAZ"]


async def _waiting_session(door: Door) -> FakeSession:
    """Returns the first session when it waits for something."""
    await door.opened.wait()
    await door.sessions[0].waiting.wait()
    return door.sessions[0]
