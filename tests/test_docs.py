"""What the documents name exists, and what exists is documented."""

import dataclasses
import pathlib
import re

import pytest

from terrascale.config import PREFIX, Settings
from tests.pages import PAGES, text_of

ROOT = pathlib.Path(__file__).parent.parent
COMPATIBILITY = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
NAMED_SCRIPTS = sorted(set(re.findall(r"`sql/(\w+)`", COMPATIBILITY)))
NAMED_TESTS = sorted(set(re.findall(r"`([\w/]+\.py(?:::\w+)?)`", COMPATIBILITY)))


@pytest.mark.parametrize("name", NAMED_SCRIPTS)
def test_a_named_script_exists_and_is_recorded(name: str) -> None:
    folder = ROOT / "tests" / "golden" / "sql"
    assert (folder / f"{name}.sql").exists()
    assert (folder / f"{name}.out").exists()


@pytest.mark.parametrize("name", NAMED_TESTS)
def test_a_named_test_exists(name: str) -> None:
    path, _, function = name.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not function or re.search(rf"def {function}\(", text)


def test_each_script_is_named() -> None:
    scripts = {path.stem for path in (ROOT / "tests" / "golden" / "sql").glob("*.sql")}
    assert not scripts - set(NAMED_SCRIPTS)


def test_rows_that_claim_something_name_their_test() -> None:
    rows = [
        line
        for line in COMPATIBILITY.split("\n")
        if line.startswith("| ") and not line.startswith(("| feature |", "| client |"))
    ]
    assert not [row for row in rows if not re.search(r"`(sql/|\w+/)", row.rsplit("|", 2)[1])]


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Settings)])
def test_each_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in OPERATIONS
    assert f"`{PREFIX}{name.upper()}`" in OPERATIONS


@pytest.mark.parametrize("text", [COMPATIBILITY, OPERATIONS])
def test_links_lead_somewhere(text: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / "docs" / target).exists(), target


@pytest.mark.parametrize("page", [page for page in PAGES if page != "README"])
def test_a_clients_page_is_listed_and_names_its_tests(page: str) -> None:
    assert f"({page}.md)" in text_of("README")
    named = re.findall(
        r"`((?:tests|clients)/[\w/]+\.py)`", text_of(page).rpartition("Tested by")[2]
    )
    assert named
    for path in named:
        assert (ROOT / path).exists(), path
