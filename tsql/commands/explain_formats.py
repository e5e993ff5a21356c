"""EXPLAIN's answer as JSON, YAML and XML: one tree of names and values, written in three ways."""

import json
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

_NAMESPACE = "http://www.postgresql.org/2009/explain"


def as_json_text(query: dict[str, Any]) -> str:
    """Returns the text of FORMAT JSON."""
    return json.dumps([query], indent=2)


def as_yaml_text(query: dict[str, Any]) -> str:
    """Returns the text of FORMAT YAML: every text in double quotes, as JSON writes it."""
    return "\n".join(_yaml_item(query, 0))


def _yaml_item(value: Any, depth: int) -> Iterator[str]:
    """Yields the lines of an element of a list; its first line begins with the dash."""
    indent = "  " * depth
    if not isinstance(value, dict):
        yield f"{indent}- {_scalar(value)}"
        return
    first = f"{indent}- "
    for line in _yaml_members(value, depth + 1):
        yield first + line[len(first) :]
        first = line[: len(first)]


def _yaml_members(members: dict[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, value in members.items():
        if isinstance(value, dict):
            yield f"{indent}{name}: "
            yield from _yaml_members(value, depth + 1)
        elif isinstance(value, list):
            yield f"{indent}{name}: "
            for each in value:
                yield from _yaml_item(each, depth + 1)
        else:
            yield f"{indent}{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def as_xml_text(query: dict[str, Any]) -> str:
    """Returns the text of FORMAT XML."""
    lines = [
        f'<explain xmlns="{_NAMESPACE}">',
        "  <Query>",
        *_xml_members(query, 2),
        "  </Query>",
        "</explain>",
    ]
    return "\n".join(lines)


def _xml_members(members: dict[str, Any], depth: int) -> Iterator[str]:
    for name, value in members.items():
        yield from _xml_element(_tag(name), value, depth)


def _xml_element(tag: str, value: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    match value:
        case dict():
            yield f"{indent}<{tag}>"
            yield from _xml_members(value, depth + 1)
            yield f"{indent}</{tag}>"
        case list():
            yield f"{indent}<{tag}>"
            for each in value:
                yield from _xml_element("Plan" if tag == "Plans" else "Item", each, depth + 1)
            yield f"{indent}</{tag}>"
        case str():
            yield f"{indent}<{tag}>{escape(value)}</{tag}>"
        case _:
            yield f"{indent}<{tag}>{json.dumps(value)}</{tag}>"


def _tag(name: str) -> str:
    """Returns a name as PostgreSQL makes it a tag: what can't stand there is a hyphen."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
