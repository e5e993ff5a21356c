"""Plays power cuts: a directory as it would be found if the machine had lost power when its process died.

SIGKILL keeps the page cache; a power cut doesn't. A shim (power_cut_shim.c) notes what the process synced; `after_cut`
builds a directory with exactly those files and bytes. Two worlds are played, since file systems differ in what becomes
of a new name whose directory wasn't synced: *strict* forgets it, the other keeps it if the file itself was synced.
"""

import os
import pathlib
import shutil
import subprocess
from dataclasses import dataclass

SHIM_SOURCE = pathlib.Path(__file__).with_name("power_cut_shim.c")


@dataclass(frozen=True)
class PowerCut:
    """The files of one run under the shim."""

    data_dir: pathlib.Path
    folder: pathlib.Path

    @property
    def log(self) -> pathlib.Path:
        return self.folder / "log"

    @property
    def kept(self) -> pathlib.Path:
        return self.folder / "kept"

    def environment(self, *, at_sync: int | None = None) -> dict[str, str]:
        """Returns what to add to the process's environment; `at_sync` counts from 0."""
        shim = self.folder / "shim.so"
        if not shim.exists():
            self.kept.mkdir(parents=True)
            subprocess.run(
                ["cc", "-O2", "-shared", "-fPIC", "-o", str(shim), str(SHIM_SOURCE), "-ldl"],
                check=True,
            )
        environment = {
            "LD_PRELOAD": str(shim),
            "POWER_CUT_DIR": str(self.data_dir),
            "POWER_CUT_LOG": str(self.log),
            "POWER_CUT_KEPT": str(self.kept),
        }
        return environment if at_sync is None else {**environment, "POWER_CUT_AT": str(at_sync)}

    def after_cut(self, target: pathlib.Path, *, strict: bool) -> int:
        """Builds the directory after the cut; returns how many unsynced bytes were lost. The process is dead."""
        sizes, folders, overwritten = self._read_log()
        lost = 0
        for folder, now in self._folders():
            names = dict(folders.get(folder, {}))
            if not strict or folder not in folders:
                names.update(
                    {
                        name: inode
                        for name, inode in now.items()
                        if inode in sizes or folder not in folders
                    }
                )
            goal = target / folder
            goal.mkdir(parents=True, exist_ok=True)
            for name, inode in names.items():
                source = self._source(folder, inode)
                if not source.is_file():
                    continue
                content = bytearray(source.read_bytes())
                lost += max(len(content) - sizes.get(inode, 0), 0)
                for start, end in overwritten.get(inode, ()):
                    content[start:end] = bytes(len(content[start:end]))
                    lost += end - start
                (goal / name).write_bytes(content[: sizes.get(inode, 0)])
        return lost

    def _source(self, folder: str, inode: int) -> pathlib.Path:
        return next(
            (
                p
                for p in (self.data_dir / folder).iterdir()
                if p.is_file() and p.stat().st_ino == inode
            ),
            self.kept / str(inode),
        )

    def _folders(self) -> list[tuple[str, dict[str, int]]]:
        result = []
        for root, _, files in os.walk(self.data_dir):
            path = pathlib.Path(root)
            inodes = {name: (path / name).stat().st_ino for name in files}
            result.append((str(path.relative_to(self.data_dir)), inodes))
        return result

    def _read_log(
        self,
    ) -> tuple[dict[int, int], dict[str, dict[str, int]], dict[int, list[tuple[int, int]]]]:
        """Returns what the shim has noted.

        Synced sizes by inode, synced entries by folder (known by its own inode), and ranges of zeros that were
        written over after their file's last sync, by inode.
        """
        own = {
            pathlib.Path(root).stat().st_ino: str(pathlib.Path(root).relative_to(self.data_dir))
            for root, _, _ in os.walk(self.data_dir)
        }
        sizes: dict[int, int] = {}
        folders: dict[str, dict[str, int]] = {}
        overwritten: dict[int, list[tuple[int, int]]] = {}
        for line in self.log.read_text(errors="replace").splitlines():
            kind, *fields = line.split("\t")
            if kind == "S":
                sizes[int(fields[0])] = int(fields[1])
                overwritten.pop(int(fields[0]), None)
            elif kind == "W":
                inode, offset, count = map(int, fields)
                overwritten.setdefault(inode, []).append((offset, offset + count))
            elif kind == "T":
                inode = int(fields[0])
                sizes[inode] = min(sizes.get(inode, 0), int(fields[1]))
            elif kind == "R":
                sizes.pop(int(fields[0]), None)
                overwritten.pop(int(fields[0]), None)
            elif kind == "D":
                entries = dict(zip(fields[::2], map(int, fields[1::2]), strict=True))
                folder = own.get(entries.pop(".", 0))
                entries.pop("..", None)
                if folder is not None:
                    folders[folder] = entries
        return sizes, folders, overwritten


def copy(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copies a data directory."""
    shutil.copytree(source, target)
