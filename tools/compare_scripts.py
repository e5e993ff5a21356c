"""Compares TerraScale with PostgreSQL 15 over psql scripts, statement by statement.

tools/postgres.sh python tools/compare_scripts.py [--before SETUP.sql …] [--protocol simple|extended] [--show N] [--skip-refused] SCRIPT.sql …

Each script runs on both sides in a fresh database in which the SETUP scripts have run; all its statements in order, whatever
they answer. Of each statement rows, column names and types, SQLSTATE, command tag and COPY's output are compared, and the texts of
errors by themselves. Files that COPY names are read here and sent as STDIN: neither server reads files for the script.

    agreed     the same answer (rows without ORDER BY in any order)
    order      the same rows in another order, where ORDER BY is somewhere: mostly ties
    text       the same, but for the text of an error
    refused    TerraScale says 0A000 where PostgreSQL doesn't
    follows    the statement names something that was refused to be made before
    differed   anything else: a fault of ours, or a difference that docs/compatibility.md admits

EXPLAIN isn't counted: plans are our own.

With --skip-refused what TerraScale refuses isn't run on PostgreSQL either (inside a transaction TerraScale goes back to before it), so
that both go on from the same state and nothing differs because of it.
"""

import argparse
import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import Final

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from tests.golden.script import result_lines
from tests.pgclient import PgClient, StartupError, StatementResult
from tests.server import Server
from tools.psql_script import ScriptReader, Step, interpolate, split_arguments, split_statements

#: What pg_regress sets for its scripts.
SETTINGS: Final = {
    "TimeZone": "PST8PDT",
    "DateStyle": "Postgres, MDY",
    "IntervalStyle": "postgres_verbose",
    "application_name": "compare",
}
SECONDS_MAX: Final = 60.0
VERDICTS: Final = ("agreed", "order", "text", "differed", "refused", "follows")
_SENDS: Final = frozenset({"", "g", "gx", "gset", "gexec", "gdesc", "crosstabview", "copy"})
_MADE: Final = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:(?:global|local|temp|temporary|unlogged|unique|trusted|procedural|constraint|recursive|"
    r"materialized|foreign|default)\s+)*(\w+)\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?([\w\".]+)",
    re.IGNORECASE,
)
_COPY_FILE: Final = re.compile(r"^(\s*copy\b.*?\b)(from|to)\s+'([^']*)'", re.IGNORECASE | re.DOTALL)
_NO_SAVEPOINT: Final = re.compile(
    r"\s*(abort|begin|commit|end|prepare\s+transaction|release|rollback|savepoint|set|start)\b",
    re.IGNORECASE,
)
_COPY_IN: Final = re.compile(r"\s*\\?copy\b.*\bfrom\s+std", re.IGNORECASE | re.DOTALL)


@dataclasses.dataclass
class Sent:
    """One query string as one side ran it."""

    step: Step
    sql: str
    results: list[StatementResult]
    data: bytes | None = None


@dataclasses.dataclass(frozen=True)
class Compared:
    """One query string and what the comparison says."""

    file: str
    line: int
    sql: str
    verdict: str
    oracle: str
    ours: str


class Side:
    """One server's run of a script."""

    def __init__(self, connect: "Connector", protocol: str) -> None:
        self.connect = connect
        self.client = connect()
        self.is_extended = protocol == "extended"
        self.variables: dict[str, str] = {"DBNAME": "terrascale", "USER": "terrascale"}

    def run(self, step: Step, copy_data: Iterable[bytes]) -> list[StatementResult] | None:
        """Runs a step; None if it sends nothing."""
        if step.command == "c":
            self._reconnect(split_arguments(step.arguments, self.variables))
        elif step.command and not step.sql and step.command != "copy":
            self._change_variables(step)
        sql = self._sql(step)
        if not sql or step.command not in _SENDS:
            return None
        match = _COPY_FILE.match(sql)
        if match is not None:
            sql = f"{match[1]}{match[2]} {'STDIN' if match[2].lower() == 'from' else 'STDOUT'}{sql[match.end() :]}"
            copy_data = _file_content(match[3])
        results = self._send(sql, copy_data)
        if step.command in {"gset", "gexec"} and results and results[-1].rows:
            self._use(step, results[-1])
        return results

    def _sql(self, step: Step) -> str:
        if step.command == "copy" and not step.sql:
            return "copy " + interpolate(step.arguments, self.variables)
        return interpolate(step.sql, self.variables)

    def _send(self, sql: str, copy_data: Iterable[bytes]) -> list[StatementResult]:
        try:
            if not self.is_extended or len(split_statements(sql)) > 1:
                return self.client.simple_query(sql, copy_data)
            needs_data = _COPY_IN.match(sql) is not None
            return [self.client.extended_query(sql, copy_data=copy_data if needs_data else ())]
        except (OSError, EOFError) as error:
            with contextlib.suppress(OSError):
                self.client.cancel()
            self.client.abort()
            self.client = self.connect()
            return [StatementResult(error={"sqlstate": "lost", "message": repr(error)})]

    def _reconnect(self, arguments: list[str]) -> None:
        user = arguments[1] if len(arguments) > 1 and arguments[1] != "-" else None
        self.client.close()
        try:
            self.client = self.connect(user)
        except StartupError:
            self.client = self.connect()

    def _change_variables(self, step: Step) -> None:
        arguments = split_arguments(step.arguments, self.variables)
        if step.command == "set" and arguments:
            self.variables[arguments[0]] = "".join(arguments[1:])
        elif step.command == "unset" and arguments:
            self.variables.pop(arguments[0], None)
        elif step.command == "getenv" and len(arguments) > 1 and arguments[1] in os.environ:
            self.variables[arguments[0]] = os.environ[arguments[1]]

    def _use(self, step: Step, result: StatementResult) -> None:
        """Does what \\gset and \\gexec do with a result."""
        if step.command == "gset":
            prefix = "".join(split_arguments(step.arguments, self.variables)[:1])
            for field, value in zip(result.fields or (), result.rows[0], strict=True):
                if value is not None:
                    self.variables[prefix + field.name] = str(value)
            return
        for row in result.rows:
            for value in row:
                if value is not None:
                    self._send(str(value), ())

    def run_or_go_back(
        self, step: Step, copy_data: Iterable[bytes]
    ) -> list[StatementResult] | None:
        """Runs a step; where it is refused inside a transaction, that goes on as if it had not been sent."""
        is_saved = self.client.status == "T" and not _NO_SAVEPOINT.match(step.sql)
        if is_saved:
            self._send("SAVEPOINT before_step", ())
        results = self.run(step, copy_data)
        if is_saved and self.client.status in {"T", "E"}:
            if results is not None and is_refused(results):
                self._send("ROLLBACK TO before_step", ())
            if self.client.status == "T":
                self._send("RELEASE before_step", ())
        return results


def _file_content(name: str) -> list[bytes]:
    path = pathlib.Path(name)
    return [path.read_bytes()] if path.is_file() else []


class Connector:
    """Connects to one side's database."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    def __call__(self, user: str | None = None) -> PgClient:
        client = PgClient.connect(
            self.host, self.port, user or "terrascale", "terrascale", **SETTINGS
        )
        client.sock.settimeout(SECONDS_MAX)
        return client


class Oracle:
    """PostgreSQL: one database per script, made from a template in which the setup has run."""

    def __init__(self) -> None:
        host, port, self.user = (os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER"))
        self.connector = Connector(host, int(port))
        self._admin("CREATE ROLE terrascale SUPERUSER LOGIN", may_fail=True)
        self._admin("DROP DATABASE IF EXISTS setup")
        self.roles: set[str] = set()

    def fresh(self, template: str) -> None:
        """Makes the database `terrascale` anew; roles that scripts have left are dropped."""
        self._admin("DROP DATABASE IF EXISTS terrascale WITH (FORCE)")
        for name in self._rows(
            "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND rolname <> 'terrascale'"
        ):
            self._admin(f'DROP ROLE "{name}"', may_fail=True)
        self._admin(f"CREATE DATABASE terrascale OWNER terrascale TEMPLATE {template}")

    def keep_as_setup(self) -> None:
        """Keeps what has run in `terrascale` as the setup of all scripts."""
        self._admin("ALTER DATABASE terrascale RENAME TO setup")

    def _admin(self, sql: str, *, may_fail: bool = False) -> None:
        for result in self._results(sql):
            if result.error and not may_fail:
                raise SystemExit(f"{sql}: {result.error['message']}")

    def _rows(self, sql: str) -> list[str]:
        return [str(row[0]) for row in self._results(sql)[0].rows]

    def _results(self, sql: str) -> list[StatementResult]:
        with PgClient.connect(
            self.connector.host, self.connector.port, self.user, "postgres"
        ) as client:
            return client.simple_query(sql)


def run_script(path: pathlib.Path, sides: tuple[Side, Side]) -> Iterator[tuple[Sent, Sent]]:
    """Runs a script on both sides at once; the oracle says where the data of COPY is."""
    reader = ScriptReader(path.read_text(encoding="utf-8", errors="replace"))
    oracle, ours = sides
    while (step := reader.next_step()) is not None:
        taken: list[bytes] = []

        def data(taken: list[bytes] = taken) -> Iterator[bytes]:
            taken.append(reader.take_copy_data())
            yield taken[0]

        expected = oracle.run(step, data())
        got = ours.run(step, taken or (b"",) if _COPY_IN.match(step.sql) or taken else ())
        if expected is not None and got is not None:
            yield Sent(step, step.sql, expected), Sent(step, step.sql, got)


def run_script_without_refused(
    path: pathlib.Path, sides: tuple[Side, Side]
) -> Iterator[tuple[Sent, Sent]]:
    """Runs a script on both sides, on the oracle only what ours doesn't refuse."""
    reader = ScriptReader(path.read_text(encoding="utf-8", errors="replace"))
    oracle, ours = sides
    while (step := reader.next_step()) is not None:
        taken = [reader.take_copy_data()] if _COPY_IN.match(step.sql) else []
        got = ours.run_or_go_back(step, taken)
        # What ends a transaction ends both.
        is_skipped = got is not None and is_refused(got) and _NO_SAVEPOINT.match(step.sql) is None
        expected = [] if is_skipped else oracle.run(step, taken)
        if expected is not None and got is not None:
            yield Sent(step, step.sql, expected), Sent(step, step.sql, got)


def compare(
    path: pathlib.Path, sides: tuple[Side, Side], refused: set[str], *, is_skipping: bool = False
) -> list[Compared]:
    """Returns the comparison of each statement of a script; adds the names that were refused to be made."""
    compared = []
    run = run_script_without_refused if is_skipping else run_script
    for expected, got in run(path, sides):
        sql = expected.sql or "\\copy " + expected.step.arguments
        if re.match(r"\s*explain\b", sql, re.IGNORECASE):
            continue
        verdict = _verdict(sql, expected.results, got.results, refused)
        if not is_skipping and verdict in {"refused", "follows"} and (match := _MADE.match(sql)):
            refused.add(match[2].strip('"').split(".")[-1].lower())
        texts = [_text(each.results) for each in (expected, got)]
        compared.append(Compared(path.stem, expected.step.line, sql, verdict, *texts))
    return compared


def _verdict(
    sql: str, expected: list[StatementResult], got: list[StatementResult], refused: set[str]
) -> str:
    is_ordered = re.search(r"\border\s+by\b", sql, re.IGNORECASE) is not None
    if _lines(expected, is_ordered) == _lines(got, is_ordered):
        if _messages(expected) == _messages(got):
            return "agreed"
        return "refused" if is_refused(got) else "text"
    if is_refused(got):
        return "refused"
    if _lines(expected, False) == _lines(got, False):
        return "order"
    words = {word.lower() for word in re.findall(r"\w+", sql)}
    return "follows" if words & refused else "differed"


def is_refused(results: list[StatementResult]) -> bool:
    """True if all that went wrong is that a feature isn't there."""
    return _states(results) == ["0A000"]


def _states(results: list[StatementResult]) -> list[str]:
    return [result.error.get("sqlstate", "?") for result in results if result.error]


def _messages(results: list[StatementResult]) -> list[dict[str, str]]:
    names = ("message", "detail", "hint")
    return [
        {name: result.error.get(name, "") for name in names} for result in results if result.error
    ]


def _lines(results: list[StatementResult], is_ordered: bool) -> list[list[str]]:
    """Returns what is compared: everything but notices and the texts of errors."""
    shown = []
    for result in results:
        error = result.error and {
            "severity": "ERROR",
            "sqlstate": result.error.get("sqlstate", "?"),
        }
        plain = dataclasses.replace(result, error=error, notices=[])
        if error is not None:
            # Rows that went out before the error are seen by no client.
            plain = dataclasses.replace(plain, fields=None, rows=[])
        if plain.copy_data is not None and not is_ordered:
            plain.copy_data = b"".join(sorted(plain.copy_data.splitlines(keepends=True)))
        shown.append(list(result_lines(plain, (), unordered=not is_ordered)))
    return shown


def _text(results: list[StatementResult]) -> str:
    lines = [
        line
        for result in results
        for line in result_lines(dataclasses.replace(result, notices=[]), ("detail", "hint"))
    ]
    return "\n".join(lines if len(lines) < 60 else [*lines[:50], f"… {len(lines)} lines"])


class Comparison:
    """Both sides, with the setup ready to be copied."""

    def __init__(
        self, folder: pathlib.Path, before: list[pathlib.Path], *, is_skipping: bool = False
    ) -> None:
        self.folder = folder
        self.is_skipping = is_skipping
        self.oracle = Oracle()
        self.template = "template0"
        self.refused: set[str] = set()
        if before:
            self._prepare(before)

    def _prepare(self, before: list[pathlib.Path]) -> None:
        self.oracle.fresh("template0")
        with Server(self.folder / "setup") as server:
            sides = self._sides(server, "simple")
            for path in before:
                compare(path, sides, self.refused, is_skipping=self.is_skipping)
            for side in sides:
                side.client.close()
            server.stop()
        self.oracle.keep_as_setup()
        self.template = "setup"

    def _sides(self, server: Server, protocol: str) -> tuple[Side, Side]:
        return Side(self.oracle.connector, protocol), Side(
            Connector("127.0.0.1", server.port), protocol
        )

    def run(self, path: pathlib.Path, protocol: str) -> list[Compared]:
        """Compares a script in databases of its own."""
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        if (self.folder / "setup").exists():
            shutil.copytree(self.folder / "setup", data)
        self.oracle.fresh(self.template)
        with Server(data) as server:
            sides = self._sides(server, protocol)
            try:
                return compare(path, sides, set(self.refused), is_skipping=self.is_skipping)
            finally:
                for side in sides:
                    side.client.close()


def show(compared: list[Compared], count_max: int) -> None:
    """Prints the first differences."""
    for each in [each for each in compared if each.verdict == "differed"][:count_max]:
        print(
            f"--- {each.file}:{each.line}\n{each.sql}\n--- PostgreSQL\n{each.oracle}\n--- TerraScale\n{each.ours}\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("scripts", nargs="+", type=pathlib.Path)
    parser.add_argument("--before", nargs="*", type=pathlib.Path, default=[])
    parser.add_argument("--protocol", choices=["simple", "extended", "both"], default="both")
    parser.add_argument("--show", type=int, default=0, help="differences shown per script")
    parser.add_argument("--json", type=pathlib.Path, help="where all comparisons are written")
    parser.add_argument("--skip-refused", action="store_true", help="run on neither side")
    options = parser.parse_args()
    protocols = ["simple", "extended"] if options.protocol == "both" else [options.protocol]
    everything: list[Compared] = []
    print("| script | protocol | statements | " + " | ".join(VERDICTS) + " |")
    with tempfile.TemporaryDirectory(prefix="terrascale-compare.") as folder:
        comparison = Comparison(
            pathlib.Path(folder), options.before, is_skipping=options.skip_refused
        )
        for path in options.scripts:
            for protocol in protocols:
                compared = comparison.run(path, protocol)
                everything += compared
                counts = collections.Counter(each.verdict for each in compared)
                cells = [str(counts[verdict]) for verdict in VERDICTS]
                print(
                    f"| {path.stem} | {protocol} | {len(compared)} | " + " | ".join(cells) + " |",
                    flush=True,
                )
                show(compared, options.show)
                if options.json:
                    records = [dataclasses.asdict(each) for each in everything]
                    options.json.write_text(json.dumps(records, indent=1), encoding="utf-8")
    features = collections.Counter(each.ours for each in everything if each.verdict == "refused")
    for feature, count in features.most_common():
        print(f"{count:5} refused: {feature.splitlines()[-1]}")


if __name__ == "__main__":
    main()
