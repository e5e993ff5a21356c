"""Compiles the modules of the hot path with mypyc, in place: each `x.py` gets an `x.*.so` beside it.

    python tools/compile.py            compiles; where there is no C compiler, says so and leaves all as it is
    python tools/compile.py --remove   goes back to plain Python

Python imports the compiled form where there is one. It is made of the same source and does the same,
in less time (docs/decisions/0086-compiled-hot-path.md). tools/compiled.txt lists what a point
statement runs through. Nothing in the list may recurse as deep as a user's data is nested: compiled
functions don't look for the end of the stack.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from mypyc.build import mypycify
from setuptools import Distribution

ROOT = Path(__file__).resolve().parent.parent
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
#: Where compiled modules are, and no others of machine code.
PACKAGES = ("storage", "tsql", "wire")
#: Beside the modules, what they have in common.
GROUP = "terrascale"
COMMON = f"{GROUP}__mypyc{SUFFIX}"
#: Types are checked by `make check`. As there, libraries without types are anything; and nothing is taken from a cache, in which the errors
#: of modules that are only imported would be missing.
MYPY_OPTIONS = (
    "--config-file=",
    "--ignore-missing-imports",
    "--disable-error-code=import-untyped",
    f"--cache-dir={os.devnull}",
)


def why_not() -> str | None:
    """Returns what is missing for compiling, or None."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler ({compiler})"
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    if not headers.exists():
        return f"Python's headers are missing ({headers})"
    return None


def remove() -> None:
    """Removes the compiled forms, those too of modules that are no longer compiled."""
    for package in PACKAGES:
        for form in (ROOT / package).rglob(f"*{SUFFIX}"):
            form.unlink()
    (ROOT / COMMON).unlink(missing_ok=True)


def build(modules: list[str], folder: str) -> None:
    """Compiles all modules into a folder, as one group: calls among them are calls of C functions.

    Raises whatever the compilers raise, SystemExit among it.
    """
    extensions = mypycify(
        [*MYPY_OPTIONS, *modules],
        group_name=GROUP,
        opt_level="1",
        debug_level="0",
        multi_file=True,
        target_dir=folder,
    )
    command = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
    command.build_temp = command.build_lib = folder
    command.ensure_finalized()
    command.run()


def install(modules: list[str]) -> str | None:
    """Compiles all and puts it beside the sources; returns what has gone wrong, or None.

    A process of its own does the work: the compilers say a lot, and end by exiting.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--into", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if done.returncode != 0 or "warning: Unsupported" in said:
            return f"compiling failed ({said.strip()[-2000:]})"
        for file in Path(folder).rglob(f"*{SUFFIX}"):
            shutil.move(file, ROOT / file.relative_to(folder))
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--remove", action="store_true", help="go back to plain Python")
    parser.add_argument("--into", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.chdir(ROOT)
    modules = (ROOT / "tools/compiled.txt").read_text().split()
    if options.into is not None:
        build(modules, options.into)
        return
    remove()
    if options.remove:
        return
    reason = why_not()
    if reason is None:
        print("Compiling the hot path: a minute or so …", flush=True)
        reason = install(modules)
    if reason is not None:
        print(f"{reason}: point statements run as plain Python, a quarter slower", file=sys.stderr)


if __name__ == "__main__":
    main()
