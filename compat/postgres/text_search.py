"""What the catalogs tell of text search, which isn't there: the tokens of the default parser."""

from collections.abc import Iterator
from typing import Final

from storage.errors import DatabaseError
from tsql.functions.registry import implements

_DEFAULT_PARSER: Final = 3722
#: Alias and description of each kind of token, in the order of their ids.
_TOKENS: Final = (
    ("asciiword", "Word, all ASCII"),
    ("word", "Word, all letters"),
    ("numword", "Word, letters and digits"),
    ("email", "Email address"),
    ("url", "URL"),
    ("host", "Host"),
    ("sfloat", "Scientific notation"),
    ("version", "Version number"),
    ("hword_numpart", "Hyphenated word part, letters and digits"),
    ("hword_part", "Hyphenated word part, all letters"),
    ("hword_asciipart", "Hyphenated word part, all ASCII"),
    ("blank", "Space symbols"),
    ("tag", "XML tag"),
    ("protocol", "Protocol head"),
    ("numhword", "Hyphenated word, letters and digits"),
    ("asciihword", "Hyphenated word, all ASCII"),
    ("hword", "Hyphenated word, all letters"),
    ("url_path", "URL path"),
    ("file", "File or path name"),
    ("float", "Decimal notation"),
    ("int", "Signed integer"),
    ("uint", "Unsigned integer"),
    ("entity", "XML entity"),
)


@implements("ts_token_type_byid", "ts_token_type_byname")
def ts_token_type(parser: int | str) -> Iterator[tuple[int, str, str]]:
    if isinstance(parser, int) and parser != _DEFAULT_PARSER:
        raise DatabaseError("XX000", f"cache lookup failed for text search parser {parser}")
    if isinstance(parser, str) and parser not in {"default", "pg_catalog.default"}:
        raise DatabaseError("42704", f'text search parser "{parser}" does not exist')
    for number, (alias, description) in enumerate(_TOKENS, 1):
        yield number, alias, description
