"""DISTINCT and DISTINCT ON: the first row of each value, in the order in which rows come."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from tsql.bound import Expression
from tsql.executor.equality import Image, image_of
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.run import Batches, Row, Run, Source

KeyOf = Callable[[Row, Any], Hashable]


def distinct_rows(source: Source, types: Sequence[int], on: Sequence[Expression] | None) -> Source:
    """Lets the first row of each value through: of the whole row, or of the expressions."""
    images = [image_of(type_) for type_ in types]
    evaluates = None if on is None else [compile_expression(expression) for expression in on]
    key_of = group_key(evaluates, images)
    return lambda run: _Distinct(run, source(run), key_of)


def group_key(evaluates: Sequence[Evaluate] | None, images: Sequence[Image | None]) -> KeyOf:
    """Returns what makes a hashable of a row, equal for rows that SQL calls not distinct."""
    plain = not any(images)
    if evaluates is None:
        if plain:
            return lambda row, _env: tuple(row)
        return lambda row, _env: tuple(map(_imaged, images, row))
    if len(evaluates) == 1:
        (evaluate,), image = evaluates, images[0]
        if image is None:
            return evaluate
        return lambda row, env: _imaged(image, evaluate(row, env))
    if plain:
        return lambda row, env: tuple([evaluate(row, env) for evaluate in evaluates])
    return lambda row, env: tuple(
        [
            _imaged(image, evaluate(row, env))
            for image, evaluate in zip(images, evaluates, strict=True)
        ]
    )


def _imaged(image: Image | None, value: Any) -> Any:
    return value if image is None or value is None else image(value)


class _Distinct:
    __slots__ = ("_key_of", "_memory", "_run", "_seen", "_source")

    def __init__(self, run: Run, source: Batches, key_of: KeyOf) -> None:
        self._run = run
        self._source = source
        self._key_of = key_of
        self._seen: set[Hashable] = set()
        self._memory = run.memory("DISTINCT")

    async def next(self) -> list[Row] | None:
        key_of, seen, env = self._key_of, self._seen, self._run.env
        while (batch := await self._source.next()) is not None:
            rows = []
            for row in batch:
                key = key_of(row, env)
                if key not in seen:
                    seen.add(key)
                    self._memory.add_row(row)
                    rows.append(row)
            if rows:
                return rows
            await self._run.breathe()
        return None
