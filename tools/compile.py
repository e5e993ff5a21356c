"""Compiles the modules of the hot path with mypyc, in place: each `x.py` gets an `x.*.so` beside it.

    python tools/compile.py            compiles; where there is no C compiler, says so and leaves all as it is
    python tools/compile.py --remove   goes back to plain Python
    python tools/compile.py --root D   the same for packages installed in D

Python imports the compiled form where there is one. It is made of the same source and does the same,
in less time (docs/decisions/0085-compiled-hot-path.md). tools/compiled.txt lists what a point
statement runs through. Nothing in the list may recurse as deep as a user's data is nested: compiled
functions don't look for the end of the stack.
"""

import argparse
import contextlib
import io
import os
import shlex
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from mypyc.build import mypycify
from setuptools import Distribution

ROOT = Path(__file__).resolve().parent.parent
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
#: Beside the modules, what they have in common.
GROUP = "terrascale"
COMMON = f"{GROUP}__mypyc{SUFFIX}"
#: Types are checked by `make check`; here imports only need to be found.
MYPY_OPTIONS = ("--config-file=", "--ignore-missing-imports", "--follow-untyped-imports")


class CompileError(Exception):
    """mypyc would leave something out."""


def why_not() -> str | None:
    """Returns what is missing for compiling, or None."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler ({compiler})"
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    if not headers.exists():
        return f"Python's headers are missing ({headers})"
    return None


def remove(root: Path, modules: list[str]) -> None:
    """Removes the compiled forms."""
    for module in modules:
        (root / module).with_suffix(SUFFIX).unlink(missing_ok=True)
    (root / COMMON).unlink(missing_ok=True)


def build(root: Path, modules: list[str]) -> None:
    """Compiles all modules, as one group: calls among them are calls of C functions.

    Raises whatever the compilers raise, SystemExit among it; then nothing has been installed.
    """
    os.chdir(root)
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(said):
            extensions = mypycify(
                [*MYPY_OPTIONS, *modules],
                group_name=GROUP,
                opt_level="1",
                debug_level="0",
                multi_file=True,
                target_dir=folder,
            )
        if "warning: Unsupported" in said.getvalue():
            raise CompileError(said.getvalue())
        command = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
        command.build_temp = command.build_lib = folder
        command.ensure_finalized()
        command.run()
        for file in Path(folder).rglob(f"*{SUFFIX}"):
            shutil.move(file, root / file.relative_to(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--remove", action="store_true", help="go back to plain Python")
    parser.add_argument("--root", type=Path, default=ROOT, help="where the packages are")
    options = parser.parse_args()
    modules = (ROOT / "tools/compiled.txt").read_text().split()
    remove(options.root, modules)
    if options.remove:
        return
    reason = why_not()
    if reason is None:
        print("Compiling the hot path: a minute or so …", flush=True)
        try:
            build(options.root, modules)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a compiler may fail in any way
            reason = f"compiling failed ({error})"
    if reason is not None:
        print(f"{reason}: point statements run as plain Python, a quarter slower", file=sys.stderr)


if __name__ == "__main__":
    main()
