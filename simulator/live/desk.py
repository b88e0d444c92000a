"""The process of a simulation: between the player and the connection to whoever watches."""

from __future__ import annotations

import pickle
import socket
from dataclasses import dataclass
from time import monotonic

from simulator.live.driver import Opening
from simulator.live.letters import Ask, Kept, Seen
from simulator.live.past import Past
from simulator.live.player import Baggage, Player
from simulator.live.wire import Wire

SLICE = 0.012
"""Seconds of wall time to play between two looks at the connection."""
BETWEEN = 0.1
"""Seconds of wall time between two pictures of what moves, and between two bits of play that keep to
a speed."""
UNHURRIED = 0.3
"""The same where it plays no faster than `WALKING`: a picture of two seconds hardly changes in less."""
WALKING = 2.0


@dataclass(frozen=True, slots=True)
class Papers:
    """What one process hands over to another."""

    baggage: Baggage
    answered: int
    sent: int
    seen: int
    arrived: bytes
    leaving: bytes


class Desk:
    """Takes commands from the connection, has the player play, and sends pictures.

    There is one picture under way at most, and a second where a command was done: who is too busy to
    look at pictures does not slow the simulation down.
    """

    def __init__(self, wire: Wire, opening: Opening, past: Past) -> None:
        self.wire = wire
        self.player = Player(opening, past)
        self.answered = 0
        self.sent = 0
        """The number of the last picture sent, and of the last one seen."""
        self.seen = 0
        self.urgent = True
        """Whether something has happened that has to be seen at once."""
        self.due = 0.0
        """When the next picture is due, on the clock on the wall."""
        self.behind = False
        """Whether there is more to be played than there was time for."""

    def work(self) -> None:
        """Go on until there is nobody at the other end."""
        while not self.wire.closed:
            self._look()
            if self.player.busy:
                state = self.player.state
                self.behind = not self.player.play(SLICE)
                self.urgent |= self.player.state != state
            self._show()
            self._keep()
            self._rest()

    def _look(self) -> None:
        for message in self.wire.receive():
            if isinstance(message, Seen):
                self.seen = message.number
            elif isinstance(message, Ask):
                self._do(message)

    def _do(self, ask: Ask) -> None:
        for answer in self.player.handle(ask.number, ask.command):
            self.wire.send(answer)
        self.answered = ask.number
        self.urgent = True

    def _show(self) -> None:
        """Send a picture, if one is wanted."""
        under_way = self.sent - self.seen
        due = self.player.busy and under_way == 0 and monotonic() >= self.due
        if not due and not (self.urgent and under_way < 2):
            return
        picture = self.player.snapshot(self.answered)
        self.urgent = False
        self.sent = picture.number
        self.due = monotonic() + self._between()
        self.wire.send(picture)

    def _keep(self) -> None:
        """Have whoever watches keep what was done, once they see it: to write it takes a while."""
        if self.player.changed:
            self.player.changed = False
            self.wire.send(Kept(self.player.session.written()))

    def _rest(self) -> None:
        """Wait for what comes next; who plays as fast as it goes does not."""
        player = self.player
        if self.wire.closed or player.hurried or (player.busy and self.behind):
            return
        left = self.due - monotonic()
        self.wire.wait((left if left > 0.0 else self._between()) if player.busy else None)

    def _between(self) -> float:
        """Seconds of wall time between two pictures, and between two bits of play."""
        player = self.player
        walking = player.goal is None and player.pace.speed <= WALKING
        return UNHURRIED if walking else BETWEEN

    # Where another process takes over.

    @property
    def connection(self) -> int:
        """The descriptor of the connection."""
        return self.wire.end.fileno()

    def pack(self) -> bytes:
        """All that another process needs in order to go on from here, as bytes."""
        papers = Papers(
            self.player.baggage(),
            self.answered,
            self.sent,
            self.seen,
            bytes(self.wire.arrived),
            bytes(self.wire.leaving),
        )
        return pickle.dumps(papers, pickle.HIGHEST_PROTOCOL)

    def let_go(self) -> None:
        """Have no part in the connection any more."""
        self.wire.close()

    def take_over(self, connection: int, packed: bytes) -> None:
        """Go on from where another process was."""
        papers: Papers = pickle.loads(packed)
        self.wire = Wire(socket.socket(fileno=connection), papers.arrived, papers.leaving)
        self.player.take(papers.baggage)
        self.answered, self.sent, self.seen = papers.answered, papers.sent, papers.seen
        self.urgent, self.behind, self.due = False, True, 0.0
