"""The type jsonpath, and the functions and operators that run one over a jsonb value."""

import functools
from collections.abc import Iterator
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions.json_values import inner, top
from tsql.functions.jsonpath.datetimes import PathTime, time_string
from tsql.functions.jsonpath.errors import PathError
from tsql.functions.jsonpath.evaluate import Evaluator
from tsql.functions.jsonpath.parser import parse
from tsql.functions.jsonpath.printer import path_text
from tsql.functions.jsonpath.syntax import JsonPath
from tsql.functions.registry import implements
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io, insufficient
from tsql.types.io import text_io

_VERSION: Final = 1
_parse = functools.lru_cache(maxsize=256)(parse)


def _path_in(text: str, typmod: int, env: Env) -> JsonPath:
    return _parse(text)


def _path_out(value: JsonPath, env: Env) -> str:
    return path_text(value)


def _path_send(value: JsonPath, context: Context) -> bytes:
    return bytes((_VERSION,)) + context.encoding.encode(path_text(value))


def _path_receive(raw: bytes, context: Context) -> JsonPath:
    if not raw:
        raise insufficient()
    if raw[0] != _VERSION:
        raise DatabaseError("XX000", f"unsupported jsonpath version number: {raw[0]}")
    return _parse(context.encoding.decode(raw[1:]))


text_io(oids.JSONPATH, _path_in, _path_out)
binary_io(oids.JSONPATH, _path_send, _path_receive)


def _items(
    env: Env, target: Any, path: JsonPath, variables: Any, *, silent: bool, use_zone: bool
) -> Iterator[Any]:
    """Yields a path's items; a silent call ends with the first error."""
    evaluator = Evaluator(path, inner(target), variables, env, use_zone=use_zone)
    try:
        for item in evaluator.run():
            yield time_string(item) if type(item) is PathTime else item
    except PathError:
        if not silent:
            raise


def _exists(
    env: Env, target: Any, path: JsonPath, variables: Any, *, silent: bool, use_zone: bool
) -> bool | None:
    evaluator = Evaluator(path, inner(target), variables, env, use_zone=use_zone)
    try:
        return evaluator.exists()
    except PathError:
        if not silent:
            raise
        return None


def _match(
    env: Env, target: Any, path: JsonPath, variables: Any, *, silent: bool, use_zone: bool
) -> bool | None:
    items = list(_items(env, target, path, variables, silent=silent, use_zone=use_zone))
    if len(items) == 1:
        if type(items[0]) is bool:
            return items[0]
        if items[0] is None:
            return None
    if silent:
        return None
    raise DatabaseError("22038", "single boolean result is expected")


@implements("jsonb_path_exists", env=True)
def jsonb_path_exists(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> bool | None:
    return _exists(env, target, path, variables, silent=silent, use_zone=False)


@implements("jsonb_path_exists_tz", env=True)
def jsonb_path_exists_tz(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> bool | None:
    return _exists(env, target, path, variables, silent=silent, use_zone=True)


@implements("jsonb_path_exists_opr", env=True)
def jsonb_path_exists_opr(env: Env, target: Any, path: JsonPath) -> bool | None:
    return _exists(env, target, path, {}, silent=True, use_zone=False)


@implements("jsonb_path_match", env=True)
def jsonb_path_match(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> bool | None:
    return _match(env, target, path, variables, silent=silent, use_zone=False)


@implements("jsonb_path_match_tz", env=True)
def jsonb_path_match_tz(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> bool | None:
    return _match(env, target, path, variables, silent=silent, use_zone=True)


@implements("jsonb_path_match_opr", env=True)
def jsonb_path_match_opr(env: Env, target: Any, path: JsonPath) -> bool | None:
    return _match(env, target, path, {}, silent=True, use_zone=False)


@implements("jsonb_path_query", env=True)
def jsonb_path_query(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> list[Any]:
    found = _items(env, target, path, variables, silent=silent, use_zone=False)
    return list(map(top, found))


@implements("jsonb_path_query_tz", env=True)
def jsonb_path_query_tz(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> list[Any]:
    found = _items(env, target, path, variables, silent=silent, use_zone=True)
    return list(map(top, found))


@implements("jsonb_path_query_array", env=True)
def jsonb_path_query_array(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> list[Any]:
    return list(_items(env, target, path, variables, silent=silent, use_zone=False))


@implements("jsonb_path_query_array_tz", env=True)
def jsonb_path_query_array_tz(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> list[Any]:
    return list(_items(env, target, path, variables, silent=silent, use_zone=True))


@implements("jsonb_path_query_first", env=True)
def jsonb_path_query_first(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> Any:
    found = jsonb_path_query(env, target, path, variables, silent)
    return found[0] if found else None


@implements("jsonb_path_query_first_tz", env=True)
def jsonb_path_query_first_tz(
    env: Env, target: Any, path: JsonPath, variables: Any, silent: bool
) -> Any:
    found = jsonb_path_query_tz(env, target, path, variables, silent)
    return found[0] if found else None
