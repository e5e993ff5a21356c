"""The cast of a crash test: who acts, for how long, and whether all is as they know it afterwards."""

import random
import threading
from dataclasses import dataclass, field

from tests.crash.history import (
    Actor,
    Builder,
    Counter,
    LargeWriter,
    Tally,
    Writer,
    prepare,
)
from tests.crash.readers import Reader, Watcher
from tests.pgclient import PgClient
from tests.server import Server


@dataclass
class Cast:
    """All actors of one run; they keep what they know from one life of the server to the next."""

    actors: list[Actor]
    idle: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, seed: int, *, writers: int = 5, watchers: int = 0) -> "Cast":
        def source(number: int) -> random.Random:
            return random.Random(seed * 1000 + number)

        tally = Tally()
        return cls(
            [
                *[Writer(number, source(number)) for number in range(writers)],
                *[Counter(number, source(50 + number), tally) for number in range(2)],
                *[Reader(source(60 + number), writers) for number in range(2)],
                *[Watcher(source(90 + number), writers) for number in range(watchers)],
                LargeWriter(0, source(70)),
                Builder(source(80)),
            ]
        )

    def prepare(self, client: PgClient) -> None:
        """Makes the tables."""
        prepare(client, sum(isinstance(actor, Writer) for actor in self.actors))

    def cycle(self, server: Server, milliseconds: int | None = None) -> None:
        """Lets them run until the server dies: by our hand after some time, or (None) by its own."""
        threads = [threading.Thread(target=actor.run, args=(server,)) for actor in self.actors]
        for thread in threads:
            thread.start()
        if milliseconds is not None:
            self.idle.wait(milliseconds / 1000)
            server.kill()
        for thread in threads:
            thread.join(timeout=120)
            assert not thread.is_alive(), "an actor hangs: the server neither dies nor answers"
        self.raise_failures()

    def raise_failures(self) -> None:
        for actor in self.actors:
            if actor.failure is not None:
                raise actor.failure

    def verify(self, client: PgClient) -> None:
        """Compares the database with what they know; they go on from what is there."""
        for actor in self.actors:
            actor.verify(client)

    @property
    def has_everybody_acted(self) -> bool:
        """Whether each has done something at least once."""
        return all(actor.steps for actor in self.actors)

    def assert_everybody_acted(self) -> None:
        idle = [actor for actor in self.actors if not actor.steps]
        assert not idle, f"never got to act, so the test shows nothing: {idle}"
