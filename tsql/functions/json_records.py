"""Rows from JSON: json[b]_populate_record[set] and json[b]_to_record[set].

The columns come from the record given (populate) or from the column definition list (to_record). A
member of the object with a column's name gives its value; without one the given record's value stays,
or NULL. Scalars go through the type's input function, JSON arrays become SQL arrays, dimension by
dimension.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.objects import Attribute
from storage.types import Array
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.json_access import content, elements_of, kind_of, members
from tsql.functions.json_values import top
from tsql.functions.jsonb_access import jsonb_typeof, node_text
from tsql.functions.registry import CallSite, Function, builds
from tsql.types import oids
from tsql.types.composites import attributes_of, is_composite, kinds_of_fields
from tsql.types.domains import check_value
from tsql.types.io import Input, input_of
from tsql.types.json import jsonb_text, parse_jsonb
from tsql.types.kinds import base_of, is_domain
from tsql.types.record import Record
from tsql.types.type_names import type_name

#: Name, type and typmod of each column.
Columns = Sequence[tuple[str, int, int]]


class _Text:
    """How json, the type that keeps its text, is taken apart."""

    @staticmethod
    def kind(node: str) -> str:
        return kind_of(node)

    @staticmethod
    def members(node: str) -> dict[str, Any]:
        return dict(members(node))

    @staticmethod
    def elements(node: str) -> list[Any]:
        return elements_of(node)

    @staticmethod
    def text(node: str) -> str | None:
        return content(node)

    @staticmethod
    def as_json(node: str) -> str:
        return node

    @staticmethod
    def as_jsonb(node: str) -> Any:
        return parse_jsonb(node)


class _Tree:
    """The same of jsonb."""

    @staticmethod
    def kind(node: Any) -> str:
        return jsonb_typeof(node)

    @staticmethod
    def members(node: Any) -> dict[str, Any]:
        members_found: dict[str, Any] = node
        return members_found

    @staticmethod
    def elements(node: Any) -> list[Any]:
        items: list[Any] = node
        return items

    @staticmethod
    def text(node: Any) -> str | None:
        return node_text(node)

    @staticmethod
    def as_json(node: Any) -> str:
        return jsonb_text(node)

    @staticmethod
    def as_jsonb(node: Any) -> Any:
        return top(node)


_Reader = type[_Text] | type[_Tree]
_READERS: dict[int, _Reader] = {oids.JSON: _Text, oids.JSONB: _Tree}


class _Conversion:
    """Makes an SQL value of a JSON node."""

    def __init__(self, reader: _Reader, oid: int, typmod: int) -> None:
        self.reader = reader
        self.domain = oid if is_domain(oid) else 0
        self.oid, self.typmod = base_of(oid, typmod)
        row = pg.types().get(self.oid)
        self.element = row.element if row and row.category == "A" else 0
        self.read: Input = input_of(self.oid)
        self.inner = _Conversion(reader, self.element, self.typmod) if self.element else None
        self.rows = _RowsOfType(reader, self.oid) if is_composite(self.oid) else None

    def convert(self, node: Any, key: str, env: Env, given: Any = None) -> Any:
        """Converts the member called `key`; `given` is what a row is filled up by. Raises what a domain does."""
        return self.checked(self._converted(node, key, env, given), env)

    def checked(self, value: Any, env: Env) -> Any:
        """Returns the value, if it is one of the domain's."""
        if self.domain:
            check_value(self.domain, value, env)
        return value

    def _converted(self, node: Any, key: str, env: Env, given: Any) -> Any:
        kind = self.reader.kind(node)
        if kind == "null":
            return None
        if self.oid == oids.JSON:
            return self.reader.as_json(node)
        if self.oid == oids.JSONB:
            return self.reader.as_jsonb(node)
        if kind != "string":
            if self.rows is not None:
                return self.rows.maker(env).make(node, given, env)
            if self.inner is not None:
                return _ArrayBuilder(self.reader, self.inner, key, env).build(node)
        text = self.reader.text(node)
        return None if text is None else self.read(text, self.typmod, env)


class _ArrayBuilder:
    """Makes an array of nested JSON arrays; the first element of each level tells the depth."""

    def __init__(self, reader: _Reader, inner: _Conversion, key: str, env: Env) -> None:
        self.reader = reader
        self.inner = inner
        self.key = key
        self.env = env
        self.items: list[Any] = []
        self.lengths: list[int] = []
        self.depth: int | None = None

    def build(self, node: Any) -> Array:
        if self.reader.kind(node) != "array":
            raise self._not_an_array(())
        self._level(node, ())
        if not self.items:
            return Array((), (), ())
        return Array(tuple(self.items), tuple(self.lengths), (1,) * len(self.lengths))

    def _level(self, node: Any, path: tuple[int, ...]) -> None:
        elements = self.reader.elements(node)
        level = len(path)
        if level == len(self.lengths):
            self.lengths.append(len(elements))
        elif self.lengths[level] != len(elements):
            raise DatabaseError(
                "22P02",
                "malformed JSON array",
                detail="Multidimensional arrays must have sub-arrays with matching dimensions.",
            )
        for index, element in enumerate(elements):
            is_array = self.reader.kind(element) == "array"
            if self.depth is None and not is_array:
                self.depth = level + 1
            if self.depth is not None and level + 1 == self.depth:
                self.items.append(self.inner.convert(element, self.key, self.env))
            elif is_array:
                self._level(element, (*path, index))
            else:
                raise self._not_an_array((*path, index))

    def _not_an_array(self, path: tuple[int, ...]) -> DatabaseError:
        place = f'the value of key "{self.key}"'
        if path:
            indexes = "".join(f"[{index}]" for index in path)
            place = f'the array element {indexes} of key "{self.key}"'
        return DatabaseError("22P02", "expected JSON array", hint=f"See {place}.")


class _RowMaker:
    """Makes records of JSON objects, all with the same columns; of a composite type they have kinds."""

    def __init__(self, reader: _Reader, columns: Columns, *, is_typed: bool = False) -> None:
        self.reader = reader
        self.names = [name for name, _, _ in columns]
        self.types = tuple(oid for _, oid, _ in columns)
        self.kinds = kinds_of_fields(self.types) if is_typed else ()
        self.conversions = [_Conversion(reader, oid, typmod) for _, oid, typmod in columns]

    def make(self, node: Any, given: Sequence[Any] | None, env: Env) -> Record:
        kind = self.reader.kind(node)
        if kind != "object":
            what = "an array" if kind == "array" else "a scalar"
            raise DatabaseError("22023", f"cannot call populate_composite on {what}")
        found = self.reader.members(node)
        values: list[Any] = []
        for index, (name, conversion) in enumerate(zip(self.names, self.conversions, strict=True)):
            if name in found:
                old = None if given is None else given[index]
                values.append(conversion.convert(found[name], name, env, old))
            elif given is not None:
                values.append(given[index])
            else:
                values.append(conversion.checked(None, env))
        return Record.of(values, self.types, self.kinds)


class _RowsOfType:
    """The makers of a composite type's rows: it may get other fields while the statement is kept."""

    def __init__(self, reader: _Reader, oid: int) -> None:
        self.reader = reader
        self.oid = oid
        self.known: tuple[tuple[Attribute, ...], _RowMaker] | None = None

    def maker(self, env: Env) -> _RowMaker:
        attributes = attributes_of(self.oid, env)
        if self.known is None or self.known[0] != attributes:
            columns = [(each.name, each.sql_type, each.typmod) for each in attributes]
            self.known = attributes, _RowMaker(self.reader, columns, is_typed=True)
        return self.known[1]


def _makers(call: CallSite) -> Callable[[Any, Env], _RowMaker]:
    """Returns what makes rows like the first argument, of the second's JSON. Raises 42804."""
    reader, oid = _READERS[call.argument_types[1]], call.argument_types[0]
    if is_composite(oid):
        of_type = _RowsOfType(reader, oid)
        return lambda _given, env: of_type.maker(env)
    if oid != oids.RECORD:
        raise DatabaseError("42804", f"first argument of {call.proc.name} must be a row type")
    fields = call.fields[0] if call.fields else None
    if fields is None:
        return lambda given, _env: _like(call, reader, given)
    columns = [(name, oid, -1) for name, oid in fields]
    _check_expected(call, columns)
    maker = _RowMaker(reader, columns)
    return lambda _given, _env: maker


def _like(call: CallSite, reader: _Reader, given: Record | None) -> _RowMaker:
    """Returns the maker for a row whose fields nobody knew before; of NULL it is the query's. Raises 0A000."""
    if given is not None and given.names:
        columns = [(name, oid, -1) for name, oid in zip(given.names, given.types, strict=True)]
        _check_expected(call, columns)
        return _RowMaker(reader, columns)
    if given is None and call.result_fields is not None:
        return _RowMaker(reader, call.result_fields)
    raise _unknown_row(call)


def _check_expected(call: CallSite, columns: Columns) -> None:
    """Raises 42804 if a column definition list expects other columns than the argument has."""
    expected = call.result_fields
    if expected is None:
        return
    detail = None
    if len(expected) != len(columns):
        noun = "attribute" if len(columns) == 1 else "attributes"
        detail = f"Returned row contains {len(columns)} {noun}, but query expects {len(expected)}."
    for at, ((_, has, _), (_, wants, _)) in enumerate(zip(columns, expected, strict=False), 1):
        if detail is None and has != wants:
            detail = (
                f"Returned type {type_name(has)} at ordinal position {at},"
                f" but query expects {type_name(wants)}."
            )
    if detail is not None:
        message = "function return row and query-specified return row do not match"
        raise DatabaseError("42804", message, detail=detail)


def _unknown_row(call: CallSite) -> DatabaseError:
    return DatabaseError(
        "0A000",
        f"could not determine row type for result of {call.proc.name}",
        hint="Provide a non-null record argument, or call the function in the FROM clause using a "
        "column definition list.",
    )


def _at_run_time(build: Callable[[CallSite], Function]) -> Callable[[CallSite], Function]:
    """Puts off a builder's error until the function runs, for a strict one may not run at all."""

    def built(call: CallSite) -> Function:
        try:
            return build(call)
        except DatabaseError as error:
            failure = error

            def fail(*_arguments: Any) -> Any:
                raise failure.with_traceback(None)

            return fail

    return built


@builds("json_populate_record", "jsonb_populate_record", env=True)
@_at_run_time
def populate_record(call: CallSite) -> Function:
    makers, check = _makers(call), _domain_check(call)

    def populate(env: Env, given: Any, node: Any, *_use_json_as_text: bool) -> Any:
        return check(given if node is None else makers(given, env).make(node, given, env), env)

    return populate


@builds("json_populate_recordset", "jsonb_populate_recordset", env=True)
@_at_run_time
def populate_recordset(call: CallSite) -> Function:
    makers, check = _makers(call), _domain_check(call)
    name = call.proc.name

    def populate(env: Env, given: Any, node: Any, *_use_json_as_text: bool) -> list[Record]:
        if node is None:
            return []
        return [check(row, env) for row in _rows(makers(given, env), node, given, env, name)]

    return populate


def _domain_check(call: CallSite) -> Callable[[Any, Env], Any]:
    """Returns what tests a row against the domain that the result is of."""
    result = call.result_type
    if not is_domain(result):
        return lambda row, _env: row

    def check(row: Any, env: Env) -> Any:
        check_value(result, row, env)
        return row

    return check


@builds("json_to_record", "jsonb_to_record", env=True)
@_at_run_time
def to_record(call: CallSite) -> Function:
    if call.result_fields is None:
        raise _unknown_row(call)
    maker = _RowMaker(_READERS[call.argument_types[0]], call.result_fields)
    return lambda env, node: maker.make(node, None, env)


@builds("json_to_recordset", "jsonb_to_recordset", env=True)
@_at_run_time
def to_recordset(call: CallSite) -> Function:
    if call.result_fields is None:
        raise _unknown_row(call)
    maker = _RowMaker(_READERS[call.argument_types[0]], call.result_fields)
    name = call.proc.name
    return lambda env, node: [] if node is None else list(_rows(maker, node, None, env, name))


def _rows(
    maker: _RowMaker, node: Any, given: Sequence[Any] | None, env: Env, function: str
) -> Iterator[Record]:
    kind = maker.reader.kind(node)
    if kind != "array":
        what = "an object" if kind == "object" else "a scalar"
        if maker.reader is _Tree:
            what = "a non-array"
        raise DatabaseError("22023", f"cannot call {function} on {what}")
    for element in maker.reader.elements(node):
        if maker.reader.kind(element) != "object":
            raise DatabaseError("22023", f"argument of {function} must be an array of objects")
        yield maker.make(element, given, env)
