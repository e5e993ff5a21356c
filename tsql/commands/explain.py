"""EXPLAIN [ANALYZE]: the plan in words, and with ANALYZE what running it has read and returned."""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.kv.store import Counts
from tsql.api import Result
from tsql.bound import Field
from tsql.commands.command import Command, Fields, Invocation
from tsql.commands.explain_formats import as_json_text, as_xml_text, as_yaml_text
from tsql.execution import check_allowed, prepare, revalidate
from tsql.executor.columnar import Chooser, ColumnarRows, pruned_count
from tsql.executor.compiler import Compiler, Start
from tsql.executor.run import Batches, Row, Run
from tsql.executor.statement_subqueries import Subqueries
from tsql.parser import ParsedStatement, ast
from tsql.planner import plan
from tsql.planner.explain import (
    Description,
    Profile,
    as_json,
    columnar_forms,
    describe,
    text_lines,
)
from tsql.planner.plan import Node
from tsql.prepared import Query, is_query
from tsql.session_state import SessionState
from tsql.setting_definitions import parse_bool
from tsql.types import oids

_FORMATS = {"text": oids.TEXT, "json": oids.JSON, "yaml": oids.TEXT, "xml": oids.XML}
_WRITERS = {"json": as_json_text, "yaml": as_yaml_text, "xml": as_xml_text}


@dataclass(frozen=True, slots=True)
class _Options:
    analyze: bool = False
    summary: bool | None = None
    timing: bool = True
    format: str = "text"


def _options(node: Any) -> _Options:
    found: dict[str, Any] = {}
    for option in node.options or ():
        name = option.defname
        text = _option_text(option.arg)
        if name == "format":
            if text.lower() not in _FORMATS:
                raise DatabaseError(
                    "22023", f'unrecognized value for EXPLAIN option "format": "{text}"'
                )
            found["format"] = text.lower()
            continue
        if name not in {"analyze", "verbose", "costs", "settings", "buffers", "wal", "timing"} | {
            "summary"
        }:
            raise DatabaseError("42601", f'unrecognized EXPLAIN option "{name}"')
        value = parse_bool(text)
        if value is None:
            raise DatabaseError("42601", f"{name} requires a Boolean value")
        if name in {"analyze", "summary", "timing"}:
            found[name] = value
    return _Options(**found)


def _option_text(argument: Any) -> str:
    match argument:
        case None:
            return "true"
        case ast.String(sval=text):
            return str(text)
        case ast.Integer(ival=value):
            return str(value)
        case ast.Boolean(boolval=value):
            return "true" if value else "false"
        case _:
            return str(getattr(argument, "fval", ""))


def explain_fields(_state: SessionState, node: Any) -> Fields:
    """Returns the one field of the answer."""
    return (Field("QUERY PLAN", _FORMATS[_options(node).format]),)


async def run_explain(invocation: Invocation) -> Result:
    """Runs an ExplainStmt."""
    node, state = invocation.node, invocation.state
    options = _options(node)
    query = _explained_query(invocation)
    profiles: dict[int, Profile] | None = None
    summary: list[tuple[str, Any]] = []
    from_columns = await _from_columns(query, state)
    root = _without_projection(describe(query.plan, from_columns))
    if options.analyze:
        if query.is_write:
            state.control.check_writable(query.command)
        profiles = {}
        run = state.run(state.statement_env(invocation.values))
        summary = await _analyze(query, run, state, profiles, options)
    fields = (Field("QUERY PLAN", _FORMATS[options.format]),)
    write = _WRITERS.get(options.format)
    if write is not None:
        text = write({"Plan": as_json(root, profiles), **dict(summary)})
        return Result(fields, [(text,)], tag="EXPLAIN")
    lines = text_lines(root, profiles)
    lines += [f"{label}: {_with_unit(value)}" for label, value in summary]
    return Result(fields, [(line,) for line in lines], tag="EXPLAIN")


def _with_unit(value: Any) -> str:
    """Returns a figure of the summary in words: the only one that isn't a count is a time."""
    return f"{value:.3f} ms" if isinstance(value, float) else str(value)


async def _from_columns(query: Query, state: SessionState) -> dict[int, Description]:
    """Returns the parts that the columns answer, in words."""
    found: dict[int, Description] = {}
    forms = list(columnar_forms(query.plan))
    if not forms:
        return found
    run = state.run(state.statement_env(()))
    for form in forms:
        chooser = Chooser(form)
        if not chooser.is_surely_first(run):
            continue
        chosen = await chooser.choose(run)
        if isinstance(chosen, str):
            continue
        tables = chosen.tables
        try:
            pruned = await pruned_count(chosen)
        finally:
            tables.release()
        details = [
            ("Tables", ", ".join(sorted(table.name for table in chooser.tables.values()))),
            ("Segments", tables.segment_count - (pruned or 0)),
            ("Rows", tables.row_count),
            ("Rows of the delta", tables.delta_row_count),
        ]
        if pruned is not None:
            details.insert(2, ("Segments pruned", pruned))
        found[id(form)] = Description("Columnar", details, node=form)
        if form is query.plan.columnar:
            break
    return found


def _without_projection(root: Description) -> Description:
    """Leaves out the outermost step, which every SELECT has and nobody needs to be told of."""
    while root.name == "Project" and root.children:
        rest = root.children[1:]
        root = root.children[0]
        root.children += rest
    return root


def _query_of(node: Any, *, analyzes: bool) -> Any:
    """Returns the query that a cursor or a table is made of; ANALYZE would have to make the table."""
    if isinstance(node, ast.DeclareCursorStmt):
        return node.query
    is_made = isinstance(node, ast.CreateTableAsStmt)
    return node.query if is_made and not analyzes else node


def _explained_query(invocation: Invocation) -> Query:
    inner = _query_of(invocation.node.query, analyzes=_options(invocation.node).analyze)
    state = invocation.state
    if isinstance(inner, ast.ExecuteStmt):
        prepared = state.prepared(str(inner.name))
        revalidate(state, prepared)
        if prepared.query is None or inner.params:
            raise not_supported("EXPLAIN EXECUTE with parameters")
        return prepared.query
    if not is_query(inner):
        raise not_supported("EXPLAIN of this statement")
    source = invocation.parsed
    parsed = ParsedStatement(inner, source.location, source.length, source.text)
    query = prepare(state, parsed, invocation.parameter_types).query
    assert query is not None
    check_allowed(state, query)
    return query


# ---- ANALYZE -----------------------------------------------------------------------------------


class _Observed:
    """An operator that counts what it gives, what was read meanwhile, and how long that took."""

    __slots__ = ("_batches", "_is_timed", "_profile", "_reads", "_run")

    def __init__(
        self, run: Run, batches: Batches, profile: Profile, *, reads: bool, is_timed: bool
    ) -> None:
        self._run = run
        self._batches = batches
        self._profile = profile
        self._reads = reads
        self._is_timed = is_timed

    async def next(self) -> list[Row] | None:
        counts = self._run.txn.counts
        before = dataclasses.asdict(counts)
        began = time.perf_counter()
        rows = await self._batches.next()
        if self._is_timed:
            self._profile.seconds = (self._profile.seconds or 0) + time.perf_counter() - began
        if self._reads:
            for name, value in dataclasses.asdict(counts).items():
                if name.endswith("_read"):
                    seen = self._profile.counts.get(name, 0)
                    self._profile.counts[name] = seen + value - before[name]
        if rows is not None:
            self._profile.rows += len(rows)
        elif isinstance(self._batches, ColumnarRows):
            self._profile.problem = self._batches.problem
        return rows


def _observer(profiles: dict[int, Profile], *, is_timed: bool) -> Callable[[Node, Start], Start]:
    def observe(node: Node, start: Start) -> Start:
        profile = profiles.setdefault(id(node), Profile())
        reads = isinstance(node, plan.Access)

        def observed(run: Run, wanted: int | None) -> Batches:
            batches = start(run, wanted)
            return _Observed(run, batches, profile, reads=reads, is_timed=is_timed)

        return observed

    return observe


async def _analyze(
    query: Query,
    run: Run,
    state: SessionState,
    profiles: dict[int, Profile],
    options: _Options,
) -> list[tuple[str, Any]]:
    observer = _observer(profiles, is_timed=options.timing)
    compiler = Compiler(state.database.tables, observer)
    before = dataclasses.asdict(run.txn.counts)
    began = time.perf_counter()
    await query.lock_tables(run.txn)
    root = query.plan.root
    returned = 0
    if query.is_write:
        write = compiler.write(root)
        written = await Subqueries(query.plan, compiler).write(write, run)
        seconds = time.perf_counter() - began if options.timing else None
        profiles[id(root)] = Profile(rows=written.count, seconds=seconds)
        returned = len(written.rows)
    else:
        batches = await _started(query, compiler, run, profiles, is_timed=options.timing)
        while (rows := await batches.next()) is not None:
            returned += len(rows)
    total = time.perf_counter() - began
    counts = _difference(run.txn.counts, before)
    summary: list[tuple[str, Any]] = [
        ("Items read", counts["items_read"]),
        ("Bytes read", counts["bytes_read"]),
    ]
    if counts["index_entries_read"]:
        summary.append(("Index entries read", counts["index_entries_read"]))
    if counts["items_written"]:
        summary.append(("Items written", counts["items_written"]))
        summary.append(("Bytes written", counts["bytes_written"]))
    summary.append(("Rows returned", returned))
    if options.timing and options.summary is not False:
        summary.append(("Execution Time", round(total * 1000, 3)))
    return summary


async def _started(
    query: Query,
    compiler: Compiler,
    run: Run,
    profiles: dict[int, Profile],
    *,
    is_timed: bool,
) -> Batches:
    """Starts a SELECT on the path that it would take."""
    source = compiler.source(query.plan.root)

    async def key_path(run: Run) -> Batches:
        return await Subqueries(query.plan, compiler).start(source, run)

    form = query.plan.columnar
    if form is not None:
        batches = await Chooser(form).start(run, key_path)
        if batches is not None:
            profile = profiles.setdefault(id(form), Profile())
            return _Observed(run, batches, profile, reads=False, is_timed=is_timed)
    return await key_path(run)


def _difference(counts: Counts, before: dict[str, int]) -> dict[str, int]:
    return {name: value - before[name] for name, value in dataclasses.asdict(counts).items()}


EXPLAIN = Command(run_explain, explain_fields)
