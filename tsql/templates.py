"""Statements with inline literals, and the plans that they share.

Clients of the simple protocol write values into the text: `… WHERE id = 4711`. Parsing and planning
each such text costs a third of a millisecond; its *template* `… WHERE id = $1` is planned once:

    SELECT name FROM t WHERE id = 4711 AND city = 'Oslo'
    -> ("SELECT name FROM t WHERE id = $1 AND city = $2", "is"), ("4711", "Oslo")

Once a template is planned, further texts of its *shape* are told by one regular expression made of
what stands between the literals; other texts are split piece by piece.

A literal's class (int4, int8, numeric, string) is part of the key, since types are resolved by it.
Literals whose place gives them another meaning stay: everything behind ORDER BY, GROUP BY, LIMIT and
their kin. Where a literal can't be a parameter (INTERVAL '1 day', varchar(3)), the template doesn't
parse or bind, and the text goes the long way ever after. A plan that could have used a literal that a
parameter hides (an index on an expression, a partial index) makes its template unusable, too.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.records import dataclass
from tsql.env import Env
from tsql.kept import Kept
from tsql.parser import parse
from tsql.planner import plan
from tsql.prepared import Preparer, Query, is_query
from tsql.types import oids
from tsql.types.io import input_of

#: Longer texts are rarely alike.
TEXT_CHARACTERS_MAX: Final = 2000
LITERALS_MAX: Final = 60
#: Characters of all texts that are remembered.
CHARACTERS_MAX: Final = 256 * 1024

_PIECE: Final = re.compile(
    r"""
      '(?P<string>[^'\\]*(?:''[^'\\]*)*)'(?!')
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?![\w.])
    | "[^"]*"
    | [A-Za-z_\x80-\uffff][\w$]*'?
    | (?P<odd>['"\\$;\d]|--|/\*)
    """,
    re.VERBOSE,
)
#: Behind these words literals are positions or counts, or belong to a clause that is best left alone.
_STOP_WORDS: Final = frozenset({"order", "group", "limit", "offset", "fetch", "window", "having"})
_FIRST_WORDS: Final = ("select", "insert", "update", "delete")
#: What a text begins with, up to where a literal may be: shapes are found by it.
_HEAD: Final = re.compile(r"""[^'"$;\d]*(?:"[^"]*"[^'"$;\d]*)*""")
#: Shapes with one head; texts of others are split piece by piece.
_SHAPES_MAX: Final = 16
#: Literals whose class is plain to see. Integers that take a comparison are split piece by piece.
_LITERALS: Final = {
    "i": r"(\d{1,9}|1\d{9})(?![\w.])",
    "l": r"([3-9]\d{9}|[1-9]\d{10,17}|[1-8]\d{18})(?![\w.])",
    "n": r"(\d+(?:\.\d*(?:[eE][+-]?\d+)?|[eE][+-]?\d+))(?![\w.])",
    "s": r"'([^'\\]*(?:''[^'\\]*)*)'(?!')",
}
_INT4_MAX: Final = 2**31 - 1
_INT8_MAX: Final = 2**63 - 1
_TYPES: Final = {"i": oids.INT4, "l": oids.INT8, "n": oids.NUMERIC, "s": 0}

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Split:
    """A statement's text, taken apart.

    Attributes:
        pieces: What stands before, between and behind the literals.
        classes: Of the literals, a letter each.
        texts: The literals, without quotes.
    """

    pieces: Sequence[str]
    classes: str
    texts: Sequence[str]

    def key(self) -> Key:
        """Returns the template, numbered, and the literals' classes."""
        *before, tail = self.pieces
        return "".join(f"{piece}${n}" for n, piece in enumerate(before, 1)) + tail, self.classes

    def shape(self) -> re.Pattern[str]:
        """Returns what matches the whole of texts with the same key; its groups are the literals."""
        *before, tail = map(re.escape, self.pieces)
        found = [piece + _LITERALS[c] for piece, c in zip(before, self.classes, strict=True)]
        return re.compile("".join(found) + tail + r";*\s*")


def split_literals(sql: str) -> Split | None:
    """Returns a statement taken apart at its literals; None: no template of it is safe."""
    if sql[:6].lower() not in _FIRST_WORDS:
        return None
    sql = sql.rstrip().rstrip(";")
    pieces: list[str] = []
    classes: list[str] = []
    texts: list[str] = []
    at = 0
    for match in _PIECE.finditer(sql):
        kind = match.lastgroup
        if kind is None:
            word = match[0]
            if word[-1] == "'":
                return None  # E'…', X'…' and the like
            if word.lower() in _STOP_WORDS:
                break
            continue
        if kind == "odd":
            return None
        text = match[kind]
        texts.append(text)
        classes.append("s" if kind == "string" else _number_class(text))
        pieces.append(sql[at : match.start()])
        at = match.end()
        if len(texts) > LITERALS_MAX:
            return None
    if not texts or "$" in sql[at:]:
        return None
    return Split((*pieces, sql[at:]), "".join(classes), texts)


def _number_class(text: str) -> str:
    if text.isdigit():
        if len(text) < 10:
            return "i"
        value = int(text)
        return "i" if value <= _INT4_MAX else "l" if value <= _INT8_MAX else "n"
    return "n"


@dataclass(slots=True)
class Template:
    """A planned template.

    Attributes:
        catalog_version: Of the catalog that it was last found valid for.
    """

    query: Query
    converters: tuple[Callable[[str, Env], Any], ...]
    catalog_version: int

    def values(self, texts: Sequence[str], env: Env) -> tuple[Any, ...]:
        """Returns the parameters. Raises what the types' input functions do."""
        return tuple(
            [convert(text, env) for convert, text in zip(self.converters, texts, strict=True)]
        )


class Templates:
    """The templates that all sessions share."""

    def __init__(self, preparer: Preparer) -> None:
        self._preparer = preparer
        #: (template, whether that is the last word): None at first means seen once.
        self._found: Kept[tuple[Template | None, bool]] = Kept(
            CHARACTERS_MAX, lambda key: str(key[0][0])
        )
        self._last_text = ""
        self._last: tuple[Key, Sequence[str]] | None = None
        self._shapes: dict[str, list[tuple[re.Pattern[str], Key]]] = {}
        self._shapes_characters = 0

    def known(
        self, sql: str, catalog: Catalog, binding_key: Any
    ) -> tuple[Template, Sequence[str]] | None:
        """Returns the template of a text if there is one and nothing about it has changed."""
        literals = self._literals(sql)
        if literals is None:
            return None
        key, texts = literals
        entry = self._found.get((key, binding_key))
        if entry is None or entry[0] is None or entry[0].catalog_version != catalog.version:
            return None
        return entry[0], texts

    def _literals(self, sql: str) -> tuple[Key, Sequence[str]] | None:
        """Returns the key and literals of a text, found once for those who ask in turn."""
        if len(sql) > TEXT_CHARACTERS_MAX:
            return None
        if self._last_text != sql:
            self._last = self._shaped(sql) or self._split(sql)
            self._last_text = sql
        return self._last

    def _shaped(self, sql: str) -> tuple[Key, Sequence[str]] | None:
        head = _HEAD.match(sql)
        assert head is not None
        for shape, key in self._shapes.get(head[0], ()):
            match = shape.fullmatch(sql)
            if match is not None:
                return key, match.groups()
        return None

    def _split(self, sql: str) -> tuple[Key, Sequence[str]] | None:
        split = split_literals(sql)
        return None if split is None else (split.key(), split.texts)

    def _remember_shape(self, sql: str, key: Key) -> None:
        head = _HEAD.match(sql)
        split = split_literals(sql)
        assert head is not None
        assert split is not None
        if self._shapes_characters > CHARACTERS_MAX:
            self._shapes.clear()
            self._shapes_characters = 0
        shapes = self._shapes.setdefault(head[0], [])
        if len(shapes) < _SHAPES_MAX and all(key != other for _, other in shapes):
            shapes.append((split.shape(), key))
            self._shapes_characters += len(sql)

    def find(
        self, sql: str, catalog: Catalog, env: Env, binding_key: Any
    ) -> tuple[Template, Sequence[str]] | None:
        """Returns the template of a text that has been seen before, and the literals' texts."""
        literals = self._literals(sql)
        if literals is None:
            return None
        key, texts = literals
        entry = self._found.get((key, binding_key))
        if entry is None:
            self._remember((key, binding_key), None, is_settled=False)
            return None
        template, is_settled = entry
        if template is None:
            if is_settled:
                return None
            template = self._made(key, catalog, env)
            self._remember((key, binding_key), template, is_settled=True)
            if template is None:
                return None
            self._remember_shape(sql, key)
            return template, texts
        if template.catalog_version != catalog.version:
            if not template.query.is_current(catalog):
                self._found.forget((key, binding_key))
                return None
            template.catalog_version = catalog.version
        return template, texts

    def _remember(self, key: Any, template: Template | None, *, is_settled: bool) -> None:
        self._found.keep(key, (template, is_settled))

    def _made(self, key: Key, catalog: Catalog, env: Env) -> Template | None:
        text, classes = key
        try:
            statements = parse(text)
            if len(statements) != 1 or not is_query(statements[0].node):
                return None
            types = tuple(_TYPES[item] for item in classes)
            query = self._preparer.query(statements[0], types, catalog, env)
            query.compile()
        except DatabaseError:
            return None
        if len(query.parameter_types) != len(classes) or _hides_an_index(query, catalog):
            return None
        pairs = zip(classes, query.parameter_types, strict=True)
        return Template(query, tuple(_converter(c, oid) for c, oid in pairs), catalog.version)


def _hides_an_index(query: Query, catalog: Catalog) -> bool:
    """Returns whether an index may be out of reach because a literal has become a parameter."""
    if query.point_read is not None or query.point_write is not None:
        path = _path_of(query.plan.root)
        if not isinstance(path, plan.KeyRange):
            return False
    for table_id, _ in query.table_versions:
        table = catalog.table_by_id(table_id)
        for index in () if table is None else table.indexes:
            if index.predicate_sql is not None:
                return True
            if any(part.expression_sql is not None for part in index.parts):
                return True
    return False


def _path_of(node: Any) -> Any:
    while not isinstance(node, plan.Access) and hasattr(node, "source"):
        node = node.source
    return node


def _converter(class_: str, oid: int) -> Callable[[str, Env], Any]:
    if class_ in {"i", "l"}:
        return lambda text, _env: int(text)
    if class_ == "n":
        return lambda text, _env: Decimal(text)
    if oid == oids.TEXT:
        return lambda text, _env: text.replace("''", "'") if "''" in text else text
    parse_text = input_of(oid)
    return lambda text, env: parse_text(text.replace("''", "'"), -1, env)


__all__ = ["Split", "Template", "Templates", "split_literals"]
