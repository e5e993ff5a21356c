"""Starting a keeper, and the connection to it."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import msgspec

from storage.columns.feed import Frames, KeeperSettings, ToServer


def launch(
    program: str, directory: Path, channel: socket.socket, settings: KeeperSettings
) -> "subprocess.Popen[bytes]":
    """Starts a module as the keeper, at the other end of a channel. Raises OSError."""
    descriptor = channel.fileno()
    arguments = [program, str(directory), str(descriptor), msgspec.json.encode(settings).decode()]
    return subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-m", *arguments], pass_fds=[descriptor], stdin=subprocess.DEVNULL
    )


class Owner(Protocol):
    """Whoever talks to the keeper."""

    def hear(self, message: ToServer) -> None:
        """Hears a message of the keeper's."""

    def keeper_gone(self) -> None:
        """Hears that the keeper has died."""

    def may_send(self, *, is_so: bool) -> None:
        """Hears whether the keeper takes what is sent to it."""


class Connection(asyncio.Protocol):
    """The server's end of the channel."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._frames = Frames(ToServer)

    def data_received(self, data: bytes) -> None:
        for message in self._frames.feed(data):
            self._owner.hear(message)

    def connection_lost(self, _error: Exception | None) -> None:
        self._owner.keeper_gone()

    def pause_writing(self) -> None:
        self._owner.may_send(is_so=False)

    def resume_writing(self) -> None:
        self._owner.may_send(is_so=True)
