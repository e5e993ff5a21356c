"""The pages of docs/clients: the programs, commands and addresses on them, with a test's own ports."""

import pathlib
import re

FOLDER = pathlib.Path(__file__).parent.parent / "docs" / "clients"
PAGES = sorted(path.stem for path in FOLDER.glob("*.md"))


def text_of(page: str) -> str:
    return (FOLDER / f"{page}.md").read_text(encoding="utf-8")


def with_ports(text: str, port: int, dynamodb_port: int = 8000) -> str:
    ports = {"5432": str(port), "8000": str(dynamodb_port)}
    return re.sub(r"\b(5432|8000)\b", lambda found: ports[found[0]], text)


def blocks(page: str, language: str) -> list[str]:
    """Returns the page's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE)


def address(page: str, port: int) -> str:
    """Returns the first address on the page, as a URL or in libpq's words."""
    found = re.search(r"(?:\w[\w+:]*://|host=)[^\"'\n]*5432[^\"'\n]*", text_of(page))
    assert found is not None, page
    return with_ports(found[0], port)
