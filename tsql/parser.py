"""SQL text to syntax trees: the only module that knows pglast, which is PostgreSQL's own parser.

    parse("SELECT 1; SELECT 2")  ->  [ParsedStatement(node=<SelectStmt …>, location=0, …), …]

The nodes are pglast's (`tsql.parser.ast`, `tsql.parser.enums`); nobody else imports pglast. They
are not made by `pglast.parse_sql`, though. Three reasons to build them from the parser's JSON:

* it guards its own recursion, where parse_sql brings the process down (60 KB of `+1`);
* it is text, so a long statement can be parsed in another process (tsql/parser_process.py);
* it takes a third of the time, for parse_sql checks each field that it sets, and it tells where
  constants stand.

So an `ast.A_Const` from here is a `Constant`, which has a `location` too. All locations count
characters from 0; None is nowhere.
"""

import copy
import functools
import json
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from pglast import ast, enums
from pglast.parser import Displacements, ParseError, parse_sql_json

from storage.errors import DatabaseError
from storage.records import dataclass

__all__ = [
    "PLACES",
    "Constant",
    "ConstantList",
    "ParsedStatement",
    "Placeholder",
    "RowTemplate",
    "ast",
    "enums",
    "parse",
    "parse_expression",
    "statements_of",
    "tree_of",
]

#: Length of a statement that is parsed on the loop, at some 100 µs a KB. Longer ones go to the
#: helper process.
SHORT_BYTES_MAX: Final = 16 * 1024
#: Levels of JSON that the decoder may go down; each takes about 200 bytes of the C stack (8 MB).
_DEPTH_MAX: Final = 30_000
#: Characters of all texts whose trees are kept; a tree takes up to 150 bytes for each of them.
_CACHED_CHARACTERS_MAX: Final = 128 * 1024
_CACHED_TEXT_CHARACTERS_MAX: Final = 4096


class Constant(ast.A_Const):
    """A literal, with its place (pglast drops it)."""

    __slots__ = {"location": "ParseLoc"}

    def __iter__(self) -> Any:
        return iter(("isnull", "val"))


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A constant that was taken out of the tree (tsql/condense.py): a place in each row.

    Of parameters, `numbers` are all of them.
    """

    number: int
    kind: str
    location: int | None
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ConstantList:
    """The members of an IN list, taken out of the tree: values of one kind."""

    kind: str
    values: list[Any]
    location: int | None


class RowTemplate(tuple[Any, ...]):  # noqa: SLOT001 - tuples can't have slots with something in them
    """VALUES lists as one row with Placeholders.

    Attributes:
        rows: The values of the placeholders, for each row.
        kinds: The placeholders' kinds.
    """

    rows: list[list[Any]]
    kinds: list[str]


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """One statement of a query string.

    Attributes:
        location: Where it starts in the string, from whose start its nodes' locations count too.
        text: The statement's own text, without the semicolon.
    """

    node: Any
    location: int
    length: int
    text: str


def parse(sql: str) -> list[ParsedStatement]:
    """Returns the statements of a query string.

    Raises 42601 as PostgreSQL does, and 54001 for what is nested too deeply. The trees are shared
    between calls: nobody changes them.
    """
    if len(sql) > _CACHED_TEXT_CHARACTERS_MAX:
        return _statements(sql, tree_of(sql))
    return list(_CACHE.statements(sql))


class _Cache:
    """Trees of texts parsed before; those not used for longest go first."""

    __slots__ = ("_characters", "_found")

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[ParsedStatement, ...]] = OrderedDict()
        self._characters = 0

    def statements(self, sql: str) -> tuple[ParsedStatement, ...]:
        """Returns the statements of a text. Raises what parsing does."""
        found = self._found.get(sql)
        if found is not None:
            self._found.move_to_end(sql)
            return found
        found = tuple(_statements(sql, tree_of(sql)))
        self._found[sql] = found
        self._characters += len(sql)
        while self._characters > _CACHED_CHARACTERS_MAX:
            oldest, _ = self._found.popitem(last=False)
            self._characters -= len(oldest)
        return found


_CACHE: Final = _Cache()


def parse_expression(sql: str) -> Any:
    """Returns the tree of one expression: a column's default, a check, an index's expression."""
    (statement,) = parse(f"SELECT {sql}")
    return statement.node.targetList[0].val


def tree_of(sql: str) -> str:
    """Returns the parser's JSON. Raises what `parse` does."""
    if "\0" in sql:
        raise DatabaseError("22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    try:
        return str(parse_sql_json(sql))
    except ParseError as error:
        raise _syntax_error(error, sql) from None


def _syntax_error(error: ParseError, sql: str) -> DatabaseError:
    message, *places = error.args
    position = places[0] + 1 if places and places[0] is not None else None
    if message.endswith("at end of input"):
        position = len(sql) + 1
    if message == "invalid Unicode escape" and position is not None:
        # E'…' has its own form and code, U&'…' the ones of an error of syntax.
        is_extended = sql[position : position + 1] in {"u", "U"}
        forms = "\\uXXXX or \\UXXXXXXXX" if is_extended else "\\XXXX or \\+XXXXXX"
        return DatabaseError(
            "22025" if is_extended else "42601",
            message,
            hint=f"Unicode escapes must be {forms}.",
            position=position,
        )
    if message.startswith("unrecognized partitioning strategy"):
        position = None
    if "stack depth limit" in message:
        return _too_deep()
    hint = "Use NONE to denote the missing argument of a unary operator."
    return DatabaseError(
        _sqlstate_of(message),
        message,
        hint=hint if message == "missing argument" else None,
        position=position,
    )


def with_fields(node: Any, /, **changes: Any) -> Any:
    """Returns a copy of a node with some fields changed."""
    result = copy.copy(node)
    for name, value in changes.items():
        object.__setattr__(result, name, value)
    return result


def _sqlstate_of(message: str) -> str:
    """Returns the SQLSTATE of a message of the parser; its errors don't carry one."""
    for part, sqlstate in _SQLSTATES:
        if part in message:
            return sqlstate
    return "42601"


#: Complaints of PostgreSQL's scanner and grammar that aren't plain syntax errors.
_SQLSTATES: Final = (
    ("is only supported for ON DELETE actions", "0A000"),
    ("CREATE SCHEMA IF NOT EXISTS cannot include schema elements", "0A000"),
    ("invalid Unicode surrogate pair", "42601"),
    ("unsafe use of", "22P06"),
    ("column number must be in range", "22023"),
    ("unrecognized partitioning strategy", "22023"),
    ("invalid byte sequence for encoding", "22021"),
    ("is reserved", "42939"),
    ("constraints cannot be marked", "0A000"),
    ("not supported", "0A000"),
    ("not yet implemented", "0A000"),
    ("not implemented", "0A000"),
)


TOO_DEEP_HINT: Final = "Write the statement with less nesting, or in several parts."


def _too_deep() -> DatabaseError:
    return DatabaseError("54001", "stack depth limit exceeded", hint=TOO_DEEP_HINT)


def statements_of(sql: str, tree: bytes, lists: list[list[Any]]) -> Iterator[ParsedStatement]:
    """Yields the statements of a condensed tree, whose places count characters already.

    Each takes its time: between two of them others may run.
    """
    try:
        yield from _Builder("", lists).statements(sql, msgspec.json.decode(tree))
    except RecursionError:
        raise _too_deep() from None


def _statements(sql: str, tree: str) -> list[ParsedStatement]:
    """Returns the statements of a tree in JSON."""
    try:
        decoded = msgspec.json.decode(tree)
        return list(_Builder(sql, []).statements(sql, decoded))
    except RecursionError:
        return _deep_statements(sql, tree)


def _deep_statements(sql: str, tree: str) -> list[ParsedStatement]:
    """Decodes what nests deeper than Python's usual limit: 8,000 operators fit into 16 KB.

    The standard decoder takes less C stack than msgspec's; _Builder takes none.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEPTH_MAX)
    try:
        return list(_Builder(sql, []).statements(sql, json.loads(tree)))
    except RecursionError:
        raise _too_deep() from None
    finally:
        sys.setrecursionlimit(limit)


# ---- nodes from JSON -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Slot:
    """How one field of a node is made.

    Attributes:
        key: Its name in JSON.
        set: Sets it on a node.
        default: Its value where JSON leaves it out.
        convert: Makes the value from JSON's; None where that is it.
    """

    key: str
    set: Callable[[Any, Any], None]
    default: Any
    convert: Callable[["_Builder", Any], Any] | None


class _Builder:
    """Makes pglast's nodes from the parser's JSON, setting their slots without pglast's checks.

    Nothing in it is called back through C (no generator, no `map`), so that a deep tree needs no C
    stack.
    """

    __slots__ = ("_index_of", "_lists", "_rows")

    def __init__(self, sql: str, lists: list[list[Any]]) -> None:
        self._lists = lists
        self._rows: list[Any] = []
        # Byte offset -> character index; None where they are the same.
        self._index_of: Callable[[int], Any] | None = None if sql.isascii() else Displacements(sql)

    def statements(self, sql: str, decoded: Any) -> Iterator[ParsedStatement]:
        """Yields the statements of the whole tree."""
        for raw in decoded["stmts"]:
            offset, length = raw.get("stmt_location", 0), raw.get("stmt_len", 0)
            start = self.location(offset) or 0
            end = self.location(offset + length) if length else None
            end = len(sql) if end is None else end
            text = sql[start:end]
            node = self.node(raw["stmt"])
            yield ParsedStatement(node, start, end - start, text.strip())

    def location(self, offset: int) -> int | None:
        """Returns the character index of a byte offset."""
        if offset < 0:
            return None
        return offset if self._index_of is None else int(self._index_of(offset))

    def node(self, value: Any) -> Any:
        """Returns what stands in a Node* field: {"Tag": {fields}}."""
        if not value:
            return None  # an empty element of a list, as in DISTINCT without ON
        ((tag, fields),) = value.items()
        special = _SPECIAL.get(tag)
        return self.fill(tag, fields) if special is None else special(self, fields)

    def nodes(self, values: Any) -> tuple[Any, ...]:
        """Returns what stands in a List* field."""
        if isinstance(values, dict):
            return self.template(values)
        result = [self.node(value) for value in values]
        return tuple(result)

    def items(self, fields: Any) -> tuple[Any, ...]:
        """Returns a list inside a list."""
        return self.nodes(fields.get("items", ()))

    def template(self, fields: Any) -> RowTemplate:
        """Returns the one row that stands for many."""
        rows, before = self._lists[fields["bulk"]], self._rows
        self._rows = rows
        template = RowTemplate((self.node(fields["template"]),))
        self._rows = before
        template.rows = rows
        template.kinds = fields["kinds"]
        return template

    def placeholder(self, fields: Any) -> Placeholder:
        """Returns what stands for a constant of each row."""
        number, kind = fields["number"], fields["kind"]
        numbers: tuple[int, ...] = ()
        if kind.startswith("p"):  # a parameter's, as tsql/condense.py has it
            numbers = tuple([row[number] for row in self._rows if row[number] is not None])
        return Placeholder(number, kind, self.location(fields["location"]), numbers)

    def constant_list(self, fields: Any) -> ConstantList:
        """Returns the members of IN."""
        values = self._lists[fields["bulk"]]
        return ConstantList(fields["kind"], values, self.location(fields["location"]))

    def constant(self, fields: Any) -> Constant:
        """Returns a literal."""
        constant = _NEW(Constant)
        value: Any = None
        for key, (cls, field, empty) in _LITERALS.items():
            if key in fields:
                value = _NEW(cls)
                _SET(value, field, fields[key].get(field, empty))
        _SET(constant, "isnull", "isnull" in fields)
        _SET(constant, "val", value)
        _SET(constant, "location", self.location(fields.get("location", 0)))
        return constant

    def fill(self, tag: str, fields: Any) -> Any:
        """Returns the node of that class."""
        cls, slots = _slots_of(tag)
        node = _NEW(cls)
        for slot in slots:
            if slot.key not in fields:
                slot.set(node, slot.default)
            elif slot.convert is None:
                slot.set(node, fields[slot.key])
            else:
                slot.set(node, slot.convert(self, fields[slot.key]))
        return node


_NEW: Final = object.__new__
_SPECIAL: Final[dict[str, Callable[[_Builder, Any], Any]]] = {
    "A_Const": _Builder.constant,
    "ConstantList": _Builder.constant_list,
    "List": _Builder.items,
    "Placeholder": _Builder.placeholder,
}
_SET: Final = object.__setattr__
_LITERALS: Final = {
    "ival": (ast.Integer, "ival", 0),
    "fval": (ast.Float, "fval", ""),
    "boolval": (ast.Boolean, "boolval", False),
    "sval": (ast.String, "sval", ""),
    "bsval": (ast.BitString, "bsval", ""),
}


def _place_names() -> frozenset[str]:
    names = set()
    for cls in vars(ast).values():
        slots = vars(cls).get("__slots__") if isinstance(cls, type) else None
        for name, info in slots.items() if isinstance(slots, dict) else ():
            if getattr(info, "c_type", None) == "ParseLoc":
                names.add(name)
    return frozenset(names - {"stmt_len"})


#: Names of the fields that say where something stands.
PLACES: Final = _place_names()


@functools.cache
def _slots_of(tag: str) -> tuple[type[Any], tuple[_Slot, ...]]:
    cls = getattr(ast, tag)
    slots = []
    for name, info in cls.__slots__.items():
        default, convert = _conversion(info.c_type)
        slots.append(_Slot(name.rstrip("_"), getattr(cls, name).__set__, default, convert))
    return cls, tuple(slots)


def _conversion(c_type: str) -> tuple[Any, Callable[[_Builder, Any], Any] | None]:
    """Returns the default and the conversion of a field by its type in C."""
    if c_type == "List*":
        return None, _Builder.nodes
    if c_type in {"Node*", "Expr*", "ValUnion"}:
        return None, _Builder.node
    if c_type == "ParseLoc":
        return 0, _Builder.location
    if c_type in {"bool", "char"}:
        return (False if c_type == "bool" else "\0"), None
    if c_type.endswith("*") and c_type != "char*":
        tag = c_type[:-1]
        return None, lambda builder, fields: builder.fill(tag, fields)
    if c_type == "char*":
        return None, None
    return _enum_conversion(c_type)


def _enum_conversion(c_type: str) -> tuple[Any, Callable[[_Builder, Any], Any] | None]:
    members = getattr(enums, c_type, None)
    if members is None:
        return 0, None  # a number under a name of its own: Oid, Index, RelFileNumber …
    by_name = {member.name: member for member in members}
    first = next((member for member in members if member.value == 0), None)
    return first, lambda _builder, name: by_name[name]
