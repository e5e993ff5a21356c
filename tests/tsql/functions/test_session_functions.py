"""Functions about the session: what they ask of env.session, and what they refuse without it."""

from dataclasses import dataclass, field
from typing import Any

import pytest

import tsql.functions.load  # noqa: F401 - registers
from storage.errors import DatabaseError
from tests.tsql.functions.calls import proc_of
from tsql.env import Env
from tsql.functions.registry import CallSite, implementation_of
from tsql.types.civil import SECOND


@dataclass
class FakeSession:
    """Remembers what it was asked for."""

    backend_pid: int = 4711
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    held: set[tuple[int, int, int]] = field(default_factory=set)

    def advisory_lock(
        self, key: tuple[int, int, int], *, shared: bool, wait: bool, transaction: bool
    ) -> bool:
        self.asked.append((key, shared, wait, transaction))
        if key in self.held:
            return False
        self.held.add(key)
        return True

    def advisory_unlock(self, key: tuple[int, int, int], *, shared: bool) -> bool:
        was_held = key in self.held
        self.held.discard(key)
        return was_held

    def pause(self, seconds: float) -> None:
        self.asked.append((seconds,))

    def nextval(self, sequence: int) -> int:
        return sequence + 1

    def relation_id(self, schema: str | None, name: str) -> int | None:
        return 50_000 if (schema, name) in {(None, "t"), ("public", "t")} else None

    def has_relation(self, oid: int) -> bool:
        return oid == 50_000

    def column_number(self, relation: int, name: str) -> int | None:
        return 1 if (relation, name) == (50_000, "a") else None


def call(env: Env, signature: str, *values: Any) -> Any:
    proc = proc_of(signature)
    implementation = implementation_of(proc)
    assert implementation is not None
    function = implementation.build(CallSite(proc, proc.argument_types, proc.result_type))
    return function(env, *values) if implementation.env else function(*values)


def refusal(env: Env, signature: str, *values: Any) -> tuple[str, str]:
    with pytest.raises(DatabaseError) as caught:
        call(env, signature, *values)
    return caught.value.sqlstate, caught.value.message


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def env(session: FakeSession) -> Env:
    return Env(session=session, user="ann", database="ann", get_setting=lambda name: f"<{name}>")


def test_one_and_two_numbers_are_different_locks(env: Env, session: FakeSession) -> None:
    assert call(env, "pg_try_advisory_lock(int8)", (7 << 32) + 9) is True
    assert call(env, "pg_try_advisory_lock(int4,int4)", 7, 9) is True
    assert call(env, "pg_try_advisory_lock(int4,int4)", 7, 9) is False
    assert session.held == {(7, 9, 1), (7, 9, 2)}


def test_negative_keys_are_words_of_32_bits(env: Env, session: FakeSession) -> None:
    call(env, "pg_advisory_lock(int8)", -1)
    call(env, "pg_advisory_xact_lock_shared(int4,int4)", -1, -2)
    assert session.asked == [
        ((0xFFFFFFFF, 0xFFFFFFFF, 1), False, True, False),
        ((0xFFFFFFFF, 0xFFFFFFFE, 2), True, True, True),
    ]


def test_unlocking_what_isnt_held_warns(env: Env) -> None:
    warnings: list[tuple[str, str, str]] = []
    env.notice = lambda *fields: warnings.append(fields)
    assert call(env, "pg_advisory_unlock(int8)", 1) is False
    assert call(env, "pg_advisory_unlock_shared(int4,int4)", 1, 2) is False
    assert warnings == [
        ("WARNING", "01000", "you don't own a lock of type ExclusiveLock"),
        ("WARNING", "01000", "you don't own a lock of type ShareLock"),
    ]


def test_sleeping_is_the_sessions_to_do(env: Env, session: FakeSession) -> None:
    env.clock = lambda: 10 * SECOND
    call(env, "pg_sleep(float8)", 0.5)
    call(env, "pg_sleep(float8)", -1.0)
    call(env, "pg_sleep_until(timestamptz)", 12 * SECOND)
    assert session.asked == [(0.5,), (0.0,), (2.0,)]


def test_without_a_session_what_needs_one_is_refused() -> None:
    bare = Env()
    assert refusal(bare, "pg_backend_pid()") == (
        "0A000",
        "function pg_backend_pid is not supported",
    )
    assert refusal(bare, "nextval(regclass)", 1)[0] == "0A000"
    assert refusal(bare, "pg_sleep(float8)", 1.0)[0] == "0A000"
    assert refusal(bare, "pg_advisory_lock(int8)", 1)[0] == "0A000"


def test_session_values(env: Env) -> None:
    assert call(env, "pg_backend_pid()") == 4711
    assert call(env, "nextval(regclass)", 41) == 42
    assert call(env, "current_user()") == "ann"
    assert call(env, "current_setting(text)", "a.b") == "<a.b>"
    assert call(env, "version()").startswith("PostgreSQL <server_version> (TerraScale ")


def test_missing_settings_may_be_null() -> None:
    def unknown(name: str) -> str:
        raise DatabaseError("42704", f'unrecognized configuration parameter "{name}"')

    env = Env(get_setting=unknown)
    assert call(env, "current_setting(text,bool)", "a.b", True) is None
    assert refusal(env, "current_setting(text,bool)", "a.b", False)[0] == "42704"
    assert refusal(env, "set_config(text,text,bool)", None, "x", False)[0] == "22004"


def test_schemas_that_exist() -> None:
    env = Env(search_path=("ann", "public", "nowhere"))
    assert call(env, "current_schema()") == "public"
    assert call(env, "current_schemas(bool)", False).items == ("public",)
    assert call(env, "current_schemas(bool)", True).items == ("pg_catalog", "public")
    assert call(Env(search_path=()), "current_schema()") is None


def test_notifications_check_their_channel(env: Env) -> None:
    assert refusal(env, "pg_notify(text,text)", "", "x")[1] == "channel name cannot be empty"
    assert refusal(env, "pg_notify(text,text)", "a" * 64, "x")[1] == "channel name too long"
    assert refusal(env, "pg_notify(text,text)", "a", "x" * 8000)[1] == "payload string too long"


def test_the_user_may_do_everything_with_what_exists(env: Env) -> None:
    assert call(
        env, "has_table_privilege(text,text)", "public.t", "select, UPDATE with grant option"
    )
    assert call(env, "has_table_privilege(name,text,text)", "ann", '"t"', "insert") is True
    assert call(env, "has_table_privilege(oid,text)", 50_000, "select") is True
    assert call(env, "has_table_privilege(oid,text)", 50_001, "select") is None
    assert call(env, "has_column_privilege(text,text,text)", "t", "a", "select") is True
    assert call(env, "has_database_privilege(text,text)", "ann", "connect") is True
    assert call(env, "has_type_privilege(oid,text)", 23, "usage") is True
    assert call(env, "pg_has_role(name,text)", "ann", "member") is True


@pytest.mark.parametrize(
    ("signature", "values", "sqlstate", "message"),
    [
        ("has_table_privilege(text,text)", ("u", "select"), "42P01", 'relation "u" does not exist'),
        ("has_table_privilege(text,text)", ("a..b", "select"), "42602", "invalid name syntax"),
        ("has_table_privilege(text,text)", ("x.t", "select"), "3F000", 'schema "x" does not exist'),
        ("has_table_privilege(text,text)", ("t", "fly"), "22023", 'unrecognized privilege type: "fly"'),
        ("has_table_privilege(name,text,text)", ("bob", "t", "select"), "42704", 'role "bob" does not exist'),
        ("has_table_privilege(name,text,text)", ("public", "t", "select"), "0A000",
         "privileges of roles other than the user is not supported"),
        ("has_column_privilege(text,text,text)", ("t", "z", "select"), "42703",
         'column "z" of relation "t" does not exist'),
        ("has_schema_privilege(text,text)", ("x", "usage"), "3F000", 'schema "x" does not exist'),
        ("has_server_privilege(text,text)", ("x", "usage"), "42704", 'server "x" does not exist'),
        ("pg_has_role(name,text)", ("bob", "member"), "42704", 'role "bob" does not exist'),
        ("pg_event_trigger_ddl_commands()", (), "39P03", "can only be called in an event trigger function"),
    ],
)  # fmt: skip
def test_refusals(
    env: Env, signature: str, values: tuple[Any, ...], sqlstate: str, message: str
) -> None:
    assert refusal(env, signature, *values) == (sqlstate, message)


def test_zone_lists_show_the_offset_of_now() -> None:
    env = Env(transaction_timestamp=180 * 86_400 * SECOND)  # Late June 2000.
    zones = {row[0]: row[1:] for row in call(env, "pg_timezone_names()")}
    assert zones["America/New_York"] == ("EDT", (0, 0, -4 * 3600 * SECOND), True)
    abbreviations = {row[0]: row[1:] for row in call(env, "pg_timezone_abbrevs()")}
    assert abbreviations["EST"] == ((0, 0, -5 * 3600 * SECOND), False)
    assert abbreviations["MSK"] == ((0, 0, 3 * 3600 * SECOND), False)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1e3", 1000), ("1.5 kB ", 1536), (".5MB", 524_288), ("-.5kB", -512), ("1 Mb", 1 << 20)],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert call(Env(), "pg_size_bytes(text)", text) == size


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [("1EB", "22023"), (".", "22023"), ("9999999 PB", "22003"), ("1e", "22023")],
)
def test_sizes_that_arent(text: str, sqlstate: str) -> None:
    assert refusal(Env(), "pg_size_bytes(text)", text)[0] == sqlstate


@pytest.mark.parametrize(
    ("size", "text"),
    [(10_239, "10239 bytes"), (10_240, "10 kB"), (-10_240, "-10 kB"), (20_971_000, "20 MB")],
)
def test_sizes_are_shown(size: int, text: str) -> None:
    assert call(Env(), "pg_size_pretty(int8)", size) == text
