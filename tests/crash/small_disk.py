"""A small file system of a test's own: ext4 on a loop device. Needs root; without it the test fails and says why."""

import contextlib
import pathlib
import subprocess
from collections.abc import Iterator


@contextlib.contextmanager
def small_disk(folder: pathlib.Path, megabytes: int) -> Iterator[pathlib.Path]:
    """Mounts an empty file system of that size; yields its root."""
    image, root = folder / "disk.img", folder / "disk"
    root.mkdir()
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    run("mkfs.ext4", "-q", "-m", "0", str(image))
    run("mount", "-o", "loop", str(image), str(root))
    try:
        yield root
    finally:
        run("umount", "--lazy", str(root))


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr} (are you root?)"
