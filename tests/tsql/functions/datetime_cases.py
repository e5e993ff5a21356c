"""Date and time texts, templates and calls, under any DateStyle, IntervalStyle and TimeZone.

A case knows its SQL, for PostgreSQL, and how to run on our implementation; its answer is a text, None,
a list of texts, or an error's four fields.
"""

import itertools
import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import tsql.functions.load  # noqa: F401 - registers
from storage.errors import DatabaseError
from tests.tsql.functions.calls import literal, oid_of, proc_of
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.registry import CallSite, implementation_of
from tsql.types.io import input_of, output_of

GOLDEN = Path(__file__).parents[2] / "golden" / "datetimes"
SERIES_LENGTH_MAX = 20


@dataclass(frozen=True)
class Settings:
    """What shapes dates and times in a session."""

    style: str = "ISO"
    order: str = "MDY"
    intervals: str = "postgres"
    zone: str = "UTC"

    def sql(self) -> str:
        return (
            f"SET datestyle TO '{self.style}, {self.order}'; "
            f"SET intervalstyle TO {self.intervals}; SET timezone TO '{self.zone}'; "
        )

    def env(self) -> Env:
        return Env(
            time_zone=self.zone,
            date_style=self.style,
            date_order=self.order,
            interval_style=self.intervals,
        )


@dataclass(frozen=True)
class Case:
    """One input (`signature` is a type, or `type|type as SQL writes it`), or one call."""

    settings: Settings
    signature: str
    texts: tuple[str | None, ...]
    typmod: int = -1

    @property
    def is_call(self) -> bool:
        return self.signature.endswith(")") and "|" not in self.signature

    def sql(self) -> str:
        if not self.is_call:
            return f"SELECT {literal(self.signature, self.texts[0])}"
        proc = proc_of(self.signature)
        by_oid = pg.types()
        names = [by_oid[oid].name for oid in proc.argument_types]
        arguments = ", ".join(map(literal, names, self.texts))
        return f'SELECT "{proc.name}"({arguments})'

    def answer(self) -> Any:
        env = self.settings.env()
        try:
            return self._called(env) if self.is_call else self._read(env)
        except DatabaseError as error:
            return [error.sqlstate, error.message, error.detail, error.hint]

    def _read(self, env: Env) -> str:
        oid = oid_of(self.signature.partition("|")[0])
        (text,) = self.texts
        assert text is not None
        return output_of(oid)(input_of(oid)(text, self.typmod, env), env)

    def _called(self, env: Env) -> Any:
        proc = proc_of(self.signature)
        values = [
            None if text is None else input_of(oid)(text, -1, env)
            for oid, text in zip(proc.argument_types, self.texts, strict=True)
        ]
        if proc.is_strict and None in values:
            return [] if proc.returns_set else None
        implementation = implementation_of(proc)
        assert implementation is not None, self.signature
        call = implementation.build(CallSite(proc, proc.argument_types, proc.result_type))
        answer = call(env, *values) if implementation.env else call(*values)
        render = output_of(proc.result_type)
        if proc.returns_set:
            return [render(value, env) for value in itertools.islice(answer, SERIES_LENGTH_MAX)]
        return None if answer is None else render(answer, env)

    def to_json(self, answer: Any) -> str:
        fields = [astuple(self.settings), self.signature, self.texts, self.typmod, answer]
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def recorded(name: str) -> list[tuple[Case, Any]]:
    """Returns the cases of a golden file with PostgreSQL's answers."""
    cases = []
    for line in (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        settings, signature, texts, typmod, answer = json.loads(line)
        cases.append((Case(Settings(*settings), signature, tuple(texts), typmod), answer))
    return cases
