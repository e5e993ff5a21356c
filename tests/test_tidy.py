"""The shape of the code: lengths, names, and nothing foreign under our names."""

import ast
import pathlib
import subprocess
import sys
import sysconfig

from tools.compile import MYPY_OPTIONS

ROOT = pathlib.Path(__file__).parent.parent
PACKAGES = ("terrascale", "wire", "compat", "tsql", "storage")
MODULE_LINES_MAX = 600
FUNCTION_LINES_MAX = 75
BANNED_NAMES = {"utils", "helpers", "manager", "common", "base", "misc"}
LOCK_FILES = ("requirements/runtime.txt", "requirements/dev.txt")


def modules() -> list[pathlib.Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def test_modules_are_short() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in modules()
        if (n := len(p.read_text().splitlines())) > MODULE_LINES_MAX
    }
    assert not long


def test_functions_are_short() -> None:
    long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert not long


def test_every_module_teaches() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in modules()
        if not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert not silent


def test_names_say_what_is_inside() -> None:
    assert not [p for p in modules() if p.stem in BANNED_NAMES]


def test_locks_hold_versions_and_hashes_only() -> None:
    for name in LOCK_FILES:
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--index" not in text
        assert "--hash=sha256:" in text


def test_the_server_imports_neither_duckdb_nor_pyarrow() -> None:
    code = (
        "import sys, terrascale.server, storage.columns.messages; "
        "print(sorted({'duckdb', 'pyarrow', 'numpy'} & sys.modules.keys()))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"


def test_compiled_modules_are_as_new_as_their_sources() -> None:
    """Python prefers the compiled form: an older one would hide a change."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    sources = [ROOT / line for line in (ROOT / "tools/compiled.txt").read_text().split()]
    compiled = {source: source.with_suffix(suffix) for source in sources}
    assert all(source.exists() for source in compiled)
    found = {
        form
        for package in ("storage", "tsql", "wire")
        for form in (ROOT / package).rglob(f"*{suffix}")
    }
    # A module that has left the list has no old form of its own.
    assert found <= set(compiled.values())
    assert len({form.exists() for form in compiled.values()}) == 1
    stale = [
        str(source.relative_to(ROOT))
        for source, form in compiled.items()
        if form.exists() and form.stat().st_mtime < source.stat().st_mtime
    ]
    assert not stale, "`make install` compiles them again"


def test_what_is_compiled_has_the_types_that_the_compiler_wants() -> None:
    """Without a cache, as where nothing was checked before: an error leaves the server as plain Python."""
    modules = (ROOT / "tools/compiled.txt").read_text().split()
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *MYPY_OPTIONS, *modules],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
