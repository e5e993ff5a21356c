"""Reads a jsonpath.

Recursive descent in which one production serves expressions and predicates, since only what follows
a parenthesis tells them apart; `_expression` and `_predicate` check what came out and refuse the
other kind at the token that stands there, where PostgreSQL's parser would give up too.
"""

from decimal import Decimal

from storage.errors import DatabaseError
from tsql.functions.jsonpath.lexer import Lexer, Token, number_of, syntax_error
from tsql.functions.jsonpath.syntax import (
    PREDICATES,
    Accessor,
    AnyElement,
    AnyKey,
    Arithmetic,
    Comparison,
    Connective,
    DatetimeMethod,
    Descendants,
    Exists,
    Expression,
    Filter,
    IsUnknown,
    JsonPath,
    Key,
    LikeRegex,
    Literal,
    Method,
    Negation,
    Node,
    Path,
    Place,
    Predicate,
    StartsWith,
    Subscripts,
    Unary,
    Variable,
)
from tsql.functions.regex.engine import compile_regex
from tsql.functions.regex.syntax import Options

#: Levels of nesting in a path's text.
_DEPTH_MAX = 100
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_METHODS = frozenset(("type", "size", "abs", "floor", "double", "ceiling", "keyvalue"))
_NAMES = frozenset(
    ("name", "string", "to", "null", "true", "false", "is", "unknown", "exists", "strict", "lax",
     "last", "flag", "starts", "with", "like_regex", "datetime")
) | _METHODS  # fmt: skip
_SCALARS = {"null": None, "true": True, "false": False}
_FLAG_ORDER = "ismxq"


def parse(text: str) -> JsonPath:
    """Returns the path; raises 42601 and 22P02."""
    parser = _Parser(text)
    if parser.token.kind == "end":
        raise DatabaseError("22P02", f'invalid input syntax for type jsonpath: "{text}"')
    lax = True
    if parser.token.kind in ("strict", "lax"):
        lax = parser.take().kind == "lax"
    node = parser.whole()
    check_places(node, in_filter=False, in_subscript=False)
    return JsonPath(node, lax)


class _Parser:
    def __init__(self, text: str) -> None:
        self.lexer = Lexer(text)
        self.token = self.lexer.next()
        self.depth = 0

    def take(self) -> Token:
        """Returns the current token and moves on."""
        token = self.token
        self.token = self.lexer.next()
        return token

    def _unexpected(self) -> DatabaseError:
        return syntax_error("syntax error", self.token.shown)

    def _expect(self, kind: str) -> Token:
        if self.token.kind != kind:
            raise self._unexpected()
        return self.take()

    def whole(self) -> Node:
        node = self._either()
        self._expect("end")
        return node

    # ---- expressions and predicates -----------------------------------------------------------

    def _as_expression(self, node: Node) -> Expression:
        if isinstance(node, PREDICATES):
            raise self._unexpected()
        return node

    def _as_predicate(self, node: Node) -> Predicate:
        if not isinstance(node, PREDICATES):
            raise self._unexpected()
        return node

    def _either(self) -> Node:
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise DatabaseError("54001", "stack depth limit exceeded")
        node = self._conjunction()
        while self.token.kind == "||":
            left = self._as_predicate(node)
            self.take()
            node = Connective("||", left, self._as_predicate(self._conjunction()))
        self.depth -= 1
        return node

    def _conjunction(self) -> Node:
        node = self._comparison()
        while self.token.kind == "&&":
            left = self._as_predicate(node)
            self.take()
            node = Connective("&&", left, self._as_predicate(self._comparison()))
        return node

    def _comparison(self) -> Node:
        if self.token.kind == "!":
            self.take()
            return Negation(self._delimited())
        is_parenthesis = self.token.kind == "("
        left = self._sum()
        kind = self.token.kind
        if isinstance(left, PREDICATES):
            if kind == "is" and is_parenthesis:
                self.take()
                self._expect("unknown")
                return IsUnknown(left)
            return left
        if kind in _COMPARISONS:
            self.take()
            return Comparison(kind, left, self._as_expression(self._sum()))
        if kind == "starts":
            self.take()
            self._expect("with")
            return StartsWith(left, self._initial())
        if kind == "like_regex":
            self.take()
            return self._like_regex(left)
        return left

    def _delimited(self) -> Predicate:
        """Reads what may follow an exclamation mark."""
        if self.token.kind == "exists":
            return self._exists()
        self._expect("(")
        node = self._as_predicate(self._either())
        self._expect(")")
        return node

    def _exists(self) -> Predicate:
        self._expect("exists")
        self._expect("(")
        node = self._as_expression(self._sum())
        self._expect(")")
        return Exists(node)

    def _initial(self) -> Literal | Variable:
        if self.token.kind == "string":
            return Literal(self.take().text)
        return Variable(self._expect("variable").text)

    def _like_regex(self, operand: Expression) -> LikeRegex:
        pattern = self._expect("string").text
        letters = ""
        if self.token.kind == "flag":
            self.take()
            letters = self._expect("string").text
        options = _regex_options(letters)
        compile_regex(pattern, options)
        flags = "".join(letter for letter in _FLAG_ORDER if letter in letters)
        return LikeRegex(operand, pattern, flags, options)

    # ---- arithmetic ---------------------------------------------------------------------------

    def _sum(self) -> Node:
        node = self._product()
        while self.token.kind in ("+", "-"):
            left = self._as_expression(node)
            operator = self.take().kind
            node = Arithmetic(operator, left, self._as_expression(self._product()))
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self.token.kind in ("*", "/", "%"):
            left = self._as_expression(node)
            operator = self.take().kind
            node = Arithmetic(operator, left, self._as_expression(self._signed()))
        return node

    def _signed(self) -> Node:
        signs: list[str] = []
        while self.token.kind in ("+", "-"):
            signs.append(self.take().kind)
        node = self._accessors()
        for sign in reversed(signs):
            node = _with_sign(sign, self._as_expression(node))
        return node

    # ---- accessors ----------------------------------------------------------------------------

    def _accessors(self) -> Node:
        is_exists = self.token.kind == "exists"  # without parentheses it takes no accessors
        head = self._primary()
        accessors: list[Accessor] = []
        while self.token.kind in (".", "[", "?"):
            if is_exists:
                raise self._unexpected()
            accessors.append(self._accessor())
        if not accessors:
            return head
        if isinstance(head, Path):
            return Path(head.head, head.accessors + tuple(accessors))
        return Path(head, tuple(accessors))

    def _primary(self) -> Node:
        token = self.token
        match token.kind:
            case "(":
                self.take()
                node = self._either()
                self._expect(")")
                return node
            case "exists":
                return self._exists()
            case "$" | "@" | "last":
                return Place(self.take().kind)
            case "string":
                return Literal(self.take().text)
            case "integer" | "number":
                return Literal(number_of(self.take()))
            case "variable":
                return Variable(self.take().text)
            case "null" | "true" | "false":
                return Literal(_SCALARS[self.take().kind])
            case _:
                raise self._unexpected()

    def _accessor(self) -> Accessor:
        match self.take().kind:
            case "[":
                return self._subscripts()
            case "?":
                self._expect("(")
                predicate = self._as_predicate(self._either())
                self._expect(")")
                return Filter(predicate)
            case _:
                return self._member()

    def _subscripts(self) -> Accessor:
        if self.token.kind == "*":
            self.take()
            self._expect("]")
            return AnyElement()
        ranges: list[tuple[Expression, Expression | None]] = []
        while True:
            first = self._as_expression(self._sum())
            last = None
            if self.token.kind == "to":
                self.take()
                last = self._as_expression(self._sum())
            ranges.append((first, last))
            if self.token.kind != ",":
                break
            self.take()
        self._expect("]")
        return Subscripts(tuple(ranges))

    def _member(self) -> Accessor:
        """Reads what follows a dot."""
        if self.token.kind == "*":
            self.take()
            return AnyKey()
        if self.token.kind == "**":
            self.take()
            return self._descendants()
        if self.token.kind not in _NAMES:
            raise self._unexpected()
        token = self.take()
        if self.token.kind == "(" and token.kind in _METHODS:
            self.take()
            self._expect(")")
            return Method(token.kind)
        if self.token.kind == "(" and token.kind == "datetime":
            self.take()
            template = self.take().text if self.token.kind == "string" else None
            self._expect(")")
            return DatetimeMethod(template)
        return Key(token.text)

    def _descendants(self) -> Descendants:
        if self.token.kind != "{":
            return Descendants(0, None)
        self.take()
        first = last = self._level()
        if self.token.kind == "to":
            self.take()
            last = self._level()
        self._expect("}")
        return Descendants(first, last)

    def _level(self) -> int | None:
        if self.token.kind == "last":
            self.take()
            return None
        text = self._expect("integer").text
        if len(text) > 10 or int(text) >= 2**31:
            raise DatabaseError("22003", f'value "{text}" is out of range for type integer')
        return int(text)


def _with_sign(sign: str, operand: Expression) -> Expression:
    """Signs a number at once, anything else when the path runs."""
    if isinstance(operand, Literal) and type(operand.value) in (int, Decimal):
        value = operand.value
        assert isinstance(value, int | Decimal)
        return Literal(-value if sign == "-" and value else value)
    return Unary(sign, operand)


def _regex_options(letters: str) -> Options:
    """Returns what like_regex's flags ask for: XQuery's letters, not PostgreSQL's."""
    for letter in letters:
        if letter not in _FLAG_ORDER:
            raise DatabaseError(
                "42601",
                "invalid input syntax for type jsonpath",
                detail=f'Unrecognized flag character "{letter}" in LIKE_REGEX predicate.',
            )
    if "q" in letters:
        return Options(syntax="literal", ignore_case="i" in letters)
    if "x" in letters:
        raise DatabaseError(
            "0A000", 'XQuery "x" flag (expanded regular expressions) is not implemented'
        )
    return Options(
        ignore_case="i" in letters, line_stops="s" not in letters, line_anchors="m" in letters
    )


def check_places(node: Node | Accessor, *, in_filter: bool, in_subscript: bool) -> None:
    """Raises for @ outside of filters and `last` outside of subscripts, in PostgreSQL's order."""
    if node is Place.CURRENT and not in_filter:
        raise DatabaseError("42601", "@ is not allowed in root expressions")
    if node is Place.LAST and not in_subscript:
        raise DatabaseError("42601", "LAST is allowed only in array subscripts")
    for child in _children(node):
        check_places(
            child,
            in_filter=in_filter or isinstance(node, Filter),
            in_subscript=in_subscript or isinstance(node, Subscripts),
        )


def _children(node: Node | Accessor) -> list[Node | Accessor]:
    match node:
        case Path(head, accessors):
            return [head, *accessors]
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            return [left, right]
        case Connective(_, first, second):
            return [first, second]
        case StartsWith(whole, initial):
            return [whole, initial]
        case Unary(_, operand) | LikeRegex(operand) | Exists(operand):
            return [operand]
        case Negation(predicate) | IsUnknown(predicate) | Filter(predicate):
            return [predicate]
        case Subscripts(ranges):
            return [end for pair in ranges for end in pair if end is not None]
        case _:
            return []
