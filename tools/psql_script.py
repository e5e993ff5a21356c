"""Reads psql scripts: statements, variables, backslash commands and the data of COPY FROM STDIN.

A script is read one step at a time, for only the server knows whether the lines after a COPY are data:

    reader = ScriptReader(text)
    while (step := reader.next_step()) is not None:
        … run interpolate(step.sql, variables); call reader.take_copy_data() if the server wants data …

A step is what psql would send or do at once: a query string (ended by `;` or by a command such as `\\gset`), or a backslash
command by itself. What stands in quotes, in comments and between parentheses ends no statement, nor does a semicolon in
BEGIN ATOMIC … END.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<comment> --[^\n]* )
    | (?P<block>   /\* )
    | (?P<escaped> [eE]'(?:[^'\\]|\\.|'')*' )
    | (?P<string>  '(?:[^']|'')*' )
    | (?P<quoted>  "(?:[^"]|"")*" )
    | (?P<dollar>  \$(?P<tag>[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$ )
    | (?P<word>    [A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]* )
    | (?P<cast>    ::|:= )
    | (?P<test>    :\{\?\w+\} )
    | (?P<value>   :'\w+'|:"\w+"|:\w+ )
    | (?P<join>    \\; )
    | (?P<command> \\[^\n]* )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ARGUMENT: Final = re.compile(
    r"""\s+ | (?P<text>'(?:[^'\\]|\\.|'')*') | (?P<value>:'\w+'|:"\w+"|:\w+) | (?P<plain>[^\s\\':]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_ATOMIC: Final = frozenset({"begin", "case"})


@dataclass(frozen=True)
class Step:
    """A query string, and the backslash command that ended it or stands by itself."""

    line: int
    sql: str
    command: str = ""
    arguments: str = ""


class ScriptReader:
    """Reads a script step by step."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def next_step(self) -> Step | None:
        """Returns the next step; None at the end."""
        buffer: list[str] = []
        depth = atomic = 0
        words: list[str] = []
        start = self.position
        for kind, token in self._tokens():
            if not "".join(buffer).strip():
                start = self.position - len(token)
            if kind == "word":
                words.append(token.lower())
                atomic = _atomic_depth(words, atomic)
            if kind == "command":
                return self._ended_by_command(start, "".join(buffer), token)
            if kind == "join":
                buffer.append(";")
                continue
            if kind == "other":
                depth = max(0, depth + (token == "(") - (token == ")"))
                if token == ";" and depth == 0 and atomic == 0:
                    sql = "".join(buffer).strip()
                    if sql:
                        return Step(self._line(start), sql)
                    buffer.clear()
                    words.clear()
                    continue
            buffer.append(token if kind not in {"comment", "block"} else " ")
        sql = "".join(buffer).strip()
        return Step(self._line(start), sql) if sql else None

    def take_copy_data(self) -> bytes:
        """Returns the lines after a COPY up to the one that is `\\.`, which is read too."""
        at = self.text.find("\n", self.position) + 1
        end = re.compile(r"^\\\.(?:\n|\Z)", re.MULTILINE).search(self.text, at)
        data = self.text[at : end.start() if end else len(self.text)]
        self.position = end.end() if end else len(self.text)
        return data.encode()

    def _tokens(self) -> Iterator[tuple[str, str]]:
        while self.position < len(self.text):
            kind, end = _token_at(self.text, self.position)
            token, self.position = self.text[self.position : end], end
            yield kind, token

    def _ended_by_command(self, start: int, sql: str, token: str) -> Step:
        name, _, rest = re.sub(r"^\\(\w+|.)", r"\1 ", token).partition(" ")
        # A second command on the line is a step of its own.
        following = re.search(r"\s\\(?=[a-zA-Z])", rest) if name != "copy" else None
        if following is not None:
            self.position -= len(rest) - following.start()
            rest = rest[: following.start()]
        is_sent = (name.startswith("g") and name != "getenv") or name == "crosstabview"
        if sql.strip() and not is_sent:
            # psql keeps the query buffer over other commands; they come first here.
            self.text = self.text[: self.position] + " " + sql + self.text[self.position :]
            sql = ""
        return Step(self._line(start), sql.strip(), name, rest.strip())

    def _line(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1


def _token_at(text: str, position: int) -> tuple[str, int]:
    match = _TOKEN.match(text, position)
    assert match is not None
    kind, end = match.lastgroup or "other", match.end()
    if match["dollar"] is not None:
        kind = "dollar"
        close = text.find(match["dollar"], end)
        end = len(text) if close < 0 else close + len(match["dollar"])
    elif kind == "block":
        depth = 1
        for mark in re.compile(r"/\*|\*/").finditer(text, end):
            depth += 1 if mark[0] == "/*" else -1
            if depth == 0:
                return kind, mark.end()
        end = len(text)
    return kind, end


def _atomic_depth(words: list[str], depth: int) -> int:
    """Returns how many BEGIN ATOMIC and CASE are open in CREATE FUNCTION or PROCEDURE."""
    if words[0] != "create" or not {"function", "procedure"} & set(words[1:4]):
        return 0
    if words[-1] in _ATOMIC and (depth or words[-1] == "begin"):
        return depth + 1
    return depth - 1 if words[-1] == "end" and depth else depth


def interpolate(sql: str, variables: Mapping[str, str]) -> str:
    """Returns a query string with its variables' values, where there are such variables."""
    parts, position = [], 0
    while position < len(sql):
        kind, end = _token_at(sql, position)
        token, position = sql[position:end], end
        if kind == "test":
            token = "TRUE" if token[3:-1] in variables else "FALSE"
        parts.append(variable_value(token, variables) if kind == "value" else token)
    return "".join(parts)


def variable_value(token: str, variables: Mapping[str, str]) -> str:
    """Returns the value of `:name`, `:'name'` or `:"name"`; the token itself if there is no such variable."""
    name = token[1:].strip("'\"")
    if name not in variables:
        return token
    value, quote = variables[name], token[1]
    if quote in "'\"":
        return quote + value.replace(quote, quote * 2) + quote
    return value


def split_arguments(text: str, variables: Mapping[str, str]) -> list[str]:
    """Returns a backslash command's arguments, without quotes and with the variables' values."""
    arguments: list[str] = []
    is_open = False
    for match in _ARGUMENT.finditer(text):
        if match.lastgroup is None:
            is_open = False
            continue
        piece = match[0]
        if match.lastgroup == "text":
            piece = re.sub(r"\\(.)", r"\1", piece[1:-1].replace("''", "'"))
        elif match.lastgroup == "value":
            piece = variable_value(piece, variables)
        if is_open:
            arguments[-1] += piece
        else:
            arguments.append(piece)
        is_open = True
    return arguments


def split_statements(sql: str) -> list[str]:
    """Returns the statements of a query string."""
    reader = ScriptReader(sql)
    statements = []
    while (step := reader.next_step()) is not None:
        statements.append(step.sql)
    return statements
