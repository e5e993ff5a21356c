"""The bare store on a small file system that fills up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOUNT = (
    'mount -t tmpfs -o size=$4 none "$1" && exec "$2" -m tests.crash.full_disk_process "$1" "$3"'
)


def can_mount() -> bool:
    """A user namespace of one's own lets anybody mount a file system in memory."""
    probe = "d=$(mktemp -d) && mount -t tmpfs none $d && umount $d && rmdir $d"
    try:
        tried = subprocess.run(
            ["unshare", "-rm", "sh", "-c", probe], capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return tried.returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs user namespaces, to mount a small file system")
# Without the floor the store itself meets the end; its recovery may take minutes, or hang on a busy machine.
@pytest.mark.parametrize(
    ("mode", "size"), [("floor", "176m"), pytest.param("no-floor", "112m", marks=pytest.mark.slow)]
)
def test_a_full_disk_refuses_writes_until_there_is_room(
    tmp_path: Path, mode: str, size: str
) -> None:
    mount_point = tmp_path / "small"
    mount_point.mkdir()
    ended = subprocess.run(
        ["unshare", "-rm", "sh", "-c", MOUNT, "sh", str(mount_point), sys.executable, mode, size],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode == 0, ended.stderr
