"""Scripts of several sessions: who waits, who goes on when, and what each is answered.

A script is lines `session: SQL`, run in that order; `setup: SQL` lines come first and show nothing. A line that
begins with two spaces continues the one before. Each session is a connection of its own, opened when first named.

A step is over when its session has the answer, or waits for a lock: which of the two is asked of the server itself
(`pg_blocking_pids`), so no step depends on the clock. After each step, sessions that waited and have gone on are shown.

    alice: UPDATE accounts SET balance = 0 WHERE id = 1     answered
    bob: UPDATE accounts SET balance = 9 WHERE id = 1       shown as: waits
    alice: COMMIT                                           then: bob goes on

Besides SQL a step may be:
    \\wait          the session's wait ends by itself (a deadlock, a time-out; for an idle session, the server hanging up):
                   its answer is shown here, however soon it comes, and not before
    \\cancel        the session's statement is cancelled by a cancel request
    \\disconnect    the session says goodbye

Directives, as comments before a step. The recording is PostgreSQL's in any case:
    -- aborts: why        TerraScale answers 40001, PostgreSQL commits
    -- goes through: why  PostgreSQL fails, TerraScale doesn't
    -- differs: why       both answer, but not the same
    -- refused: why       TerraScale says 0A000
"""

import contextlib
import itertools
import pathlib
import re
import select
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tests.golden.script import FIELDS_SHOWN, result_lines
from tests.pgclient import SYNC, PgClient, StatementResult, bind, describe, execute, parse, query

#: A hang guard: nothing in a script takes that long.
SECONDS_MAX = 20.0
DIRECTIVES = ("aborts", "goes through", "differs", "refused")
_COMMANDS = ("\\wait", "\\cancel", "\\disconnect")
_STEP = re.compile(r"(\w+): (.*)\Z", re.DOTALL)
#: What differs between two runs: numbers of processes, transactions and relations.
_NUMBERS = (
    (re.compile(r"\btransaction \d+"), "transaction N"),
    (re.compile(r"\bvirtual transaction \d+/\d+"), "virtual transaction N"),
    (re.compile(r"\brelation \d+ of database \d+"), "relation N of database N"),
    (re.compile(r"\btuple \(\d+,\d+\)"), "tuple N"),
    (re.compile(r"\badvisory lock \[\d+,"), "advisory lock [N,"),
    # Which of the transactions of a dependency fails, and when, is nobody's promise.
    (re.compile(r"\bReason code: .*"), "Reason code: …"),
)
#: Where in a statement stands what had to wait, isn't told here.
_WITHOUT_POSITION = ("40P01", "55P03", "57014")
_FIELDS = tuple(name for name in FIELDS_SHOWN if name not in {"context", "schema"})


@dataclass(frozen=True)
class Step:
    """One line of a script."""

    session: str
    text: str
    comments: tuple[str, ...] = ()

    @property
    def is_command(self) -> bool:
        return self.text in _COMMANDS

    def directive(self) -> str | None:
        """Returns which of the directives stands before it."""
        for name in DIRECTIVES:
            if any(comment.startswith(f"-- {name}:") for comment in self.comments):
                return name
        return None


@dataclass(frozen=True)
class Script:
    """A script that has been read."""

    setup: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def sessions(self) -> list[str]:
        """The sessions, in the order in which they are first named."""
        return list(dict.fromkeys(step.session for step in self.steps))

    def ends_by_itself(self, number: int) -> bool:
        """Returns whether the wait of a step is over at the session's next one."""
        session = self.steps[number].session
        later = (step for step in self.steps[number + 1 :] if step.session == session)
        return next((step.text == "\\wait" for step in later), False)


def read_script(path: pathlib.Path) -> Script:
    """Reads a script file."""
    setup: list[str] = []
    steps: list[Step] = []
    comments: list[str] = []
    text = re.sub(r"\n  +", "\n  ", path.read_text(encoding="utf-8"))
    for line in re.split(r"\n(?!  )", text):
        if line.startswith("--"):
            comments.append(line)
            continue
        if not line.strip():
            comments.clear()
            continue
        match = _STEP.match(line.rstrip())
        assert match is not None, f"{path.name}: {line}"
        session, sql = match.groups()
        if session == "setup":
            setup.append(sql)
        else:
            steps.append(Step(session, sql, tuple(comments)))
        comments.clear()
    return Script(tuple(setup), tuple(steps))


@dataclass
class Played:
    """What one step showed: its own answer, and then who went on."""

    answer: str
    others: list[tuple[str, str]] = field(default_factory=list)

    def text(self) -> str:
        """Returns it as it is recorded."""
        return self.answer + "".join(f"{name} goes on:\n{text}" for name, text in self.others)


class _Actor:
    """One session of a running script."""

    def __init__(self, name: str, client: PgClient) -> None:
        self.name = name
        self.client = client
        self.is_pending = False
        self.is_deferred = False
        self.is_gone = False

    def send(self, sql: str, *, extended: bool) -> None:
        self.is_pending = True
        if extended:
            self.client.send(
                parse("", sql),
                describe("S", ""),
                bind("", ""),
                describe("P", ""),
                execute(""),
                SYNC,
            )
        else:
            self.client.send(query(sql))

    def has_answer(self) -> bool:
        """Reads what has come; returns whether the answer is whole."""
        client = self.client
        while select.select([client.sock], [], [], 0)[0]:
            chunk = client.sock.recv(65536)
            if not chunk:
                self.is_gone = True
                return True
            client.buffer += chunk
        at = 0
        while at + 5 <= len(client.buffer):
            if client.buffer[at] == ord("Z"):
                return len(client.buffer) >= at + 6
            at += 1 + int.from_bytes(client.buffer[at + 1 : at + 5], "big")
        return False

    def results(self) -> list[StatementResult]:
        self.is_pending = self.is_deferred = False
        return self.client.results_until_closed()


class Connect(Protocol):
    """Opens a connection, with startup parameters."""

    def __call__(self, **settings: str) -> PgClient: ...


class Places:
    """Schemas of one server, one for each run of a script."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._numbers = itertools.count(1)

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Callable[[], PgClient]]:
        """Makes a schema; gives what opens connections that find and make tables there."""
        name = f"place_{next(self._numbers)}"
        self._run(f"CREATE SCHEMA {name}")
        yield lambda: self._connect(search_path=name, client_min_messages="warning")
        self._run(f"DROP SCHEMA {name} CASCADE")

    def _run(self, sql: str) -> None:
        with self._connect(client_min_messages="warning") as client:
            (result,) = client.simple_query(sql)
            assert result.error is None, (sql, result.error)


class Performance:
    """A script at work against one server, in one protocol.

    Args:
        connect: Opens a connection to the server.
    """

    def __init__(self, script: Script, connect: Callable[[], PgClient], *, extended: bool) -> None:
        self._script = script
        self._connect = connect
        self._extended = extended
        self._actors: dict[str, _Actor] = {}
        self._names: dict[str, str] = {}

    def play(self) -> Iterator[tuple[Step, Played]]:
        """Runs the script; yields each step with what it showed."""
        self._control = self._connect()
        try:
            for sql in self._script.setup:
                for result in self._control.simple_query(sql):
                    assert result.error is None, (sql, result.error)
            for number, step in enumerate(self._script.steps):
                yield step, self._played(number, step)
        finally:
            for actor in self._actors.values():
                actor.client.close()
            self._control.close()

    def _played(self, number: int, step: Step) -> Played:
        actor = self._actor(step.session)
        match step.text:
            case "\\wait":
                self._await(actor)
                played = Played(self._answer(actor))
            case "\\cancel":
                actor.client.cancel()
                self._await(actor)
                played = Played(self._answer(actor))
            case "\\disconnect":
                actor.client.say_goodbye()
                actor.is_gone = True
                played = Played("")
            case sql:
                assert not actor.is_pending, f"{step.session} still waits: {sql}"
                actor.send(sql, extended=self._extended)
                actor.is_deferred = self._script.ends_by_itself(number)
                played = Played(self._own_answer(actor))
        if not actor.is_deferred:
            # Its wait may be over any moment, and what follows from that belongs to its next step.
            played.others = self._gone_on()
        return played

    def _actor(self, name: str) -> _Actor:
        actor = self._actors.get(name)
        if actor is None:
            actor = self._actors[name] = _Actor(name, self._connect())
            self._names[str(actor.client.process_id)] = name
        return actor

    def _own_answer(self, actor: _Actor) -> str:
        while not actor.has_answer():
            if self._is_blocked(actor):
                return "waits\n"
        return "waits\n" if actor.is_deferred else self._answer(actor)

    def _gone_on(self) -> list[tuple[str, str]]:
        """Returns the answers of those who don't wait any more, when all others surely do."""
        found: dict[str, str] = {}
        while True:
            waiting = [a for a in self._actors.values() if a.is_pending and not a.is_deferred]
            was_quiet = True
            for actor in waiting:
                while not actor.has_answer():
                    if self._is_blocked(actor):
                        break
                else:
                    found[actor.name] = self._answer(actor)
                    was_quiet = False
            if was_quiet:
                return [(name, found[name]) for name in self._script.sessions if name in found]

    def _await(self, actor: _Actor) -> None:
        deadline = time.monotonic() + SECONDS_MAX
        while not actor.has_answer():
            assert time.monotonic() < deadline, f"{actor.name} waits for ever"
            select.select([actor.client.sock], [], [], 0.1)

    def _is_blocked(self, actor: _Actor) -> bool:
        """Asks the server whether a session waits for others; gives it a moment, to find out."""
        deadline = time.monotonic() + SECONDS_MAX
        while not select.select([actor.client.sock], [], [], 0.002)[0]:
            pid = actor.client.process_id
            ((result),) = self._control.simple_query(f"SELECT pg_blocking_pids({pid})")
            assert result.error is None, result.error
            if result.rows != [("{}",)]:
                return True
            assert time.monotonic() < deadline, f"{actor.name} neither answers nor waits"
        return False

    def _answer(self, actor: _Actor) -> str:
        lines: list[str] = []
        for result in actor.results():
            if result.error is not None and result.error["sqlstate"] in _WITHOUT_POSITION:
                result.error.pop("position", None)
            lines += result_lines(result, _FIELDS)
        if actor.is_gone:
            lines.append("(connection closed)")
        return "".join(self._without_numbers(line) + "\n" for line in lines)

    def _without_numbers(self, line: str) -> str:
        line = re.sub(
            r"([Pp]rocess) (\d+)", lambda m: f"{m[1]} {self._names.get(m[2], m[2])}", line
        )
        for pattern, replacement in _NUMBERS:
            line = pattern.sub(replacement, line)
        return line


def transcript(path: pathlib.Path, places: Places) -> str:
    """Runs a script in both protocols; returns the .out text."""
    script = read_script(path)
    runs = []
    for extended in (False, True):
        with places.fresh() as connect:
            performance = Performance(script, connect, extended=extended)
            runs.append([played.text() for _, played in performance.play()])
    parts = []
    for step, simple, extended_text in zip(script.steps, *runs, strict=True):
        parts.append(f"> {step.session}: {step.text}\n{simple}")
        if extended_text != simple:
            parts[-1] += "extended:\n" + extended_text
    return "\n".join(parts)


def read_transcript(text: str) -> list[tuple[str, str, str]]:
    """Returns (step, simple answer, extended answer) per step of a .out file."""
    entries = []
    for part in ("\n" + text).split("\n> ")[1:]:
        step, answer = _split_step(part)
        simple, mark, extended = answer.partition("extended:\n")
        entries.append((step, simple.rstrip("\n"), (extended if mark else simple).rstrip("\n")))
    return entries


def _split_step(part: str) -> tuple[str, str]:
    lines = part.split("\n")
    count = 1
    while count < len(lines) and lines[count].startswith("  ") and not _is_field(lines[count]):
        count += 1
    return "\n".join(lines[:count]), "\n".join(lines[count:])


def _is_field(line: str) -> bool:
    return line.strip().split(":")[0] in _FIELDS
