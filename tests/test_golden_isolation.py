"""Scripts of several sessions wait, go on and answer as PostgreSQL 15 did, in both protocols."""

import pathlib
from collections.abc import Iterator

import pytest

from tests.golden.interleaving import (
    Performance,
    Places,
    Played,
    Step,
    read_script,
    read_transcript,
)
from tests.server import Server

FOLDER = pathlib.Path(__file__).parent / "golden" / "isolation"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with Server(tmp_path_factory.mktemp("isolation") / "data") as server:
        yield Places(server.connect)


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_sessions_interleave_as_in_postgresql(name: str, protocol: str, places: Places) -> None:
    script = read_script(FOLDER / f"{name}.txt")
    recorded = read_transcript((FOLDER / f"{name}.out").read_text(encoding="utf-8"))
    steps = [f"{step.session}: {step.text}" for step in script.steps]
    assert steps == [step for step, _, _ in recorded], "stale recording: make oracle"
    is_extended = protocol == "extended"
    with places.fresh() as connect:
        performance = Performance(script, connect, extended=is_extended)
        for (step, played), (shown, *expected) in zip(performance.play(), recorded, strict=True):
            text = played.text().rstrip("\n")
            if step.directive() is None:
                assert text == expected[is_extended], f"> {shown}"
            else:
                _check_exception(step, played, expected[is_extended])


def _check_exception(step: Step, played: Played, recorded: str) -> None:
    """A step that answers otherwise than PostgreSQL does so in the way that the script says."""
    text = played.text().rstrip("\n")
    assert text != recorded, f"> {step.text}\n{step.comments}: answers as PostgreSQL"
    assert "ERROR XX" not in text
    match step.directive():
        case "aborts":
            assert "ERROR 40001" in text
            assert "ERROR" not in recorded
        case "goes through":
            assert "ERROR" not in text
            assert "ERROR" in recorded
        case "refused":
            assert "ERROR 0A000" in text
        case _:
            pass


def test_where_postgresql_commits_and_serializable_aborts_is_counted() -> None:
    aborting = [
        name
        for name in SCRIPTS
        if any(step.directive() == "aborts" for step in read_script(FOLDER / f"{name}.txt").steps)
    ]
    text = (FOLDER.parents[2] / "docs" / "compatibility.md").read_text(encoding="utf-8")
    assert f"in {len(aborting)} of the recorded scripts" in text
